//! First come, first served on GPUs of several types: yardsticks.

use super::problem::{Problem, Sharer, Shares};
use super::{Allocator, Mersenne};
use std::collections::BTreeMap;

/// In order of submission, each job gets the free GPU type that it is fastest on (ties by name), for its whole time; the first
/// that finds no room blocks all others. Types are chosen again whenever jobs come or go, so that jobs move up to faster types. Gavel's `fifo_perf`.
#[derive(Clone, Copy, Debug)]
pub struct FifoFastest;

/// Gavel's `fifo`, which knows nothing of speeds: a job keeps its type. It means to draw a type at random, but it takes the last by name that
/// it has not crossed out, and crosses out a type at random when the taken one is full, so that types may be given out beyond their GPUs;
/// rounds then share them. A job that succeeds another on its type may do so before others on it are counted. Here to compare with that simulator.
#[derive(Clone, Debug)]
pub struct GavelFifo {
    draws: Mersenne,
    /// The type of every job that has one.
    kinds: BTreeMap<u64, usize>,
}

impl GavelFifo {
    /// Draws from a sequence.
    #[must_use]
    pub const fn new(draws: Mersenne) -> Self {
        Self { draws, kinds: BTreeMap::new() }
    }
}

/// The types by name.
fn by_name(problem: &Problem) -> Vec<usize> {
    let mut kinds: Vec<usize> = (0..problem.kinds()).collect();
    kinds.sort_by(|&a, &b| problem.types[a].name.cmp(&problem.types[b].name));
    kinds
}

/// The whole time of every job that has a type there.
fn whole(problem: &Problem, kind_of: impl Fn(u64) -> Option<usize>) -> Shares {
    let mut shares = Shares::none(problem);
    for (row, job) in shares.0.iter_mut().zip(&problem.jobs) {
        if let Some(kind) = kind_of(job.id) {
            row[kind] = 1.0;
        }
    }
    shares
}

impl Allocator for FifoFastest {
    fn shares(&mut self, problem: &Problem) -> Shares {
        let order = by_name(problem);
        let mut free: Vec<f64> = problem.types.iter().map(|kind| kind.gpus).collect();
        let mut kinds = BTreeMap::new();
        for job in &problem.jobs {
            let mut best: Option<usize> = None;
            for &kind in order.iter().filter(|&&kind| free[kind] >= job.gang) {
                if best.is_none_or(|best| job.speeds[kind] > job.speeds[best]) {
                    best = Some(kind);
                }
            }
            let Some(kind) = best else { break };
            if job.speeds[kind] > 0.0 {
                free[kind] -= job.gang;
                kinds.insert(job.id, kind);
            }
        }
        whole(problem, |id| kinds.get(&id).copied())
    }

    fn is_strict(&self) -> bool {
        true
    }
}

impl Allocator for GavelFifo {
    fn shares(&mut self, problem: &Problem) -> Shares {
        let mut free: Vec<f64> = problem.types.iter().map(|kind| kind.gpus).collect();
        let mut queue: std::collections::VecDeque<&Sharer> =
            problem.jobs.iter().filter(|job| !self.kinds.contains_key(&job.id)).collect();
        for (id, kind) in self.kinds.clone() {
            if let Ok(at) = problem.jobs.binary_search_by_key(&id, |job| job.id) {
                free[kind] -= problem.jobs[at].gang;
                continue;
            }
            self.kinds.remove(&id);
            if let Some(&next) = queue.front()
                && next.gang <= free[kind]
                && next.speeds[kind] > 0.0
            {
                queue.pop_front();
                self.kinds.insert(next.id, kind);
                free[kind] -= next.gang;
            }
        }
        let mut listed: Vec<usize> = by_name(problem).into_iter().filter(|&kind| free[kind] > 0.0).collect();
        while let (Some(job), Some(&kind)) = (queue.pop_front(), listed.last()) {
            let fitting: Vec<usize> = (0..listed.len()).filter(|&at| free[listed[at]] >= job.gang).collect();
            if fitting.is_empty() {
                break;
            }
            let drawn = self.draws.below(fitting.len() as u32) as usize;
            if job.speeds[kind] > 0.0 {
                self.kinds.insert(job.id, kind);
                free[kind] -= job.gang;
                if free[kind] == 0.0 {
                    listed.remove(fitting[drawn]);
                }
            }
        }
        whole(problem, |id| self.kinds.get(&id).copied())
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn is_blind(&self) -> bool {
        true
    }
}
