//! Rounds as Gavel's simulator plays them: everything happens at the end of a round.
//!
//! Every job does whole steps for as long as a round lasts and no longer, or until it is done; the round ends when the last of its jobs stops,
//! and GPUs of jobs that are done earlier stay idle until then. Jobs that come during a round are seen at its end. Restarts cost nothing.
//! Time is in seconds, in floating point as there, so that results agree to the last digit; only sums and products occur, in a fixed order.
//!
//! Quirks of that simulator that are kept, as they show in its results: a job that came after the shares were worked out may take GPUs of a
//! round, but does not run on them; the time received in a round is counted from the end of the one before, also where nothing ran for a while;
//! and a gang whose GPUs would not have a whole step each fails instead, and is given up after five failures in a row.

use crate::policy::rounds::{Accounts, Allocator, GpuType, Mersenne, Problem, Sharer, Turn};
use std::cmp::Ordering;

/// Seeds the order in which a policy that ignores speeds visits the types.
const ORDER_SEED: u32 = 5;
/// A job is given up after so many failures in a row.
const MOST_FAILURES: u32 = 5;

/// A job of a trace in steps.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundJob {
    /// Submission [s].
    pub submit: f64,
    /// Work [steps].
    pub steps: u64,
    /// The gang [GPUs].
    pub gpus: u32,
    /// Weight of its share.
    pub weight: f64,
    /// Steps a second of the gang on each type; 0 where it does not run.
    pub speeds: Vec<f64>,
}

/// Types and times of the rounds.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundRules {
    /// The types, in the order in which they choose their jobs.
    pub types: Vec<GpuType>,
    /// Length of a round [s].
    pub round: f64,
    /// Least time between two allocations [s].
    pub least_apart: f64,
}

/// What became of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RoundFate {
    /// First start [s].
    pub start: Option<f64>,
    /// End of its last step [s].
    pub finish: Option<f64>,
    /// The last type it ran on.
    pub kind: Option<usize>,
    /// Rounds after which it had to pause or change its type.
    pub preemptions: u32,
    /// GPU-time it held [GPU-s].
    pub gpu_seconds: f64,
    /// Whether every type lacks the room or the speed for it.
    pub is_impossible: bool,
}

/// A job in a round.
#[derive(Clone, Copy, Debug)]
struct Stint {
    job: usize,
    kind: usize,
    steps: u64,
    finish: f64,
}

struct Simulation<'a> {
    rules: &'a RoundRules,
    jobs: &'a [RoundJob],
    allocator: &'a mut dyn Allocator,
    accounts: Accounts,
    /// Jobs submitted and not yet done, by number.
    present: Vec<usize>,
    left: Vec<u64>,
    failures: Vec<u32>,
    fates: Vec<RoundFate>,
    /// The type of each job in the last round.
    last: Vec<Option<usize>>,
    order: Vec<usize>,
    draws: Mersenne,
    running: Vec<Stint>,
    now: f64,
}

/// Plays rounds until all jobs, which are in order of submission, are done. Returns what became of each; none if `stop` becomes true.
pub fn play(
    rules: &RoundRules,
    jobs: &[RoundJob],
    allocator: &mut dyn Allocator,
    stop: &dyn Fn() -> bool,
) -> Option<Vec<RoundFate>> {
    let kinds = rules.types.len();
    let mut simulation = Simulation {
        rules,
        jobs,
        allocator,
        accounts: Accounts::new(kinds, rules.round, rules.least_apart),
        present: Vec::new(),
        left: jobs.iter().map(|job| job.steps).collect(),
        failures: vec![0; jobs.len()],
        fates: vec![RoundFate::default(); jobs.len()],
        last: vec![None; jobs.len()],
        order: (0..kinds).collect(),
        draws: Mersenne::new(ORDER_SEED),
        running: Vec::new(),
        now: jobs.first().map_or(0.0, |job| job.submit),
    };
    simulation.run(stop)?;
    Some(simulation.fates)
}

impl Simulation<'_> {
    fn run(&mut self, stop: &dyn Fn() -> bool) -> Option<()> {
        let mut next = 0;
        let (mut begin, mut end) = (0.0, None);
        let mut idle_rounds = 0;
        while next < self.jobs.len() || !self.present.is_empty() {
            if stop() {
                return None;
            }
            if self.running.is_empty() {
                match self.jobs.get(next) {
                    Some(job) => self.now = self.now.max(job.submit),
                    None => self.accounts.forget(),
                }
                idle_rounds += 1;
            } else {
                self.running.sort_by(|a, b| b.finish.partial_cmp(&a.finish).unwrap_or(Ordering::Equal).then(a.job.cmp(&b.job)));
                self.now = self.running[0].finish;
                begin = end.unwrap_or(begin);
                end = Some(self.now);
                idle_rounds = 0;
            }
            for stint in std::mem::take(&mut self.running) {
                self.end_stint(stint, begin);
            }
            while let Some(job) = self.jobs.get(next).filter(|job| job.submit <= self.now) {
                let can_run = |(speed, kind): (&f64, &GpuType)| *speed > 0.0 && kind.gpus >= f64::from(job.gpus);
                if job.speeds.iter().zip(&self.rules.types).any(can_run) && job.steps > 0 {
                    self.accounts.arrive(next as u64);
                    self.present.push(next);
                } else {
                    self.fates[next].is_impossible = job.steps > 0;
                    self.fates[next].finish = (job.steps == 0).then_some(job.submit);
                }
                next += 1;
            }
            self.begin_round();
            // No event can change anything any more.
            if self.running.is_empty() && next == self.jobs.len() && idle_rounds > 2 {
                break;
            }
        }
        Some(())
    }

    fn end_stint(&mut self, stint: Stint, begin: f64) {
        let Stint { job, kind, steps, finish } = stint;
        let gpus = u64::from(self.jobs[job].gpus);
        if steps / gpus == 0 || finish <= begin {
            self.failures[job] += 1;
            self.accounts.doubt();
            if self.failures[job] >= MOST_FAILURES {
                self.leave(job);
            }
            return;
        }
        self.failures[job] = 0;
        self.left[job] -= steps;
        self.accounts.ran(job as u64, kind, finish - begin);
        if self.left[job] == 0 {
            self.fates[job].finish = Some(finish);
            self.leave(job);
        }
    }

    fn leave(&mut self, job: usize) {
        self.accounts.leave(job as u64);
        self.present.retain(|&present| present != job);
    }

    fn begin_round(&mut self) {
        if self.allocator.is_blind() {
            self.order = (0..self.rules.types.len()).collect();
            self.draws.shuffle(&mut self.order);
        }
        if self.present.is_empty() {
            return;
        }
        if self.accounts.is_due(self.now) {
            let ids: Vec<u64> = self.present.iter().map(|&job| job as u64).collect();
            self.allocator.attend(&ids);
            let shares = self.allocator.shares(&self.problem());
            self.accounts.begin(self.now, shares);
        }
        let jobs = self.jobs;
        let turns = self.accounts.turns(&self.order, |job, kind| jobs[job as usize].speeds[kind] > 0.0);
        let mut left: Vec<f64> = self.rules.types.iter().map(|kind| kind.gpus).collect();
        let mut has_turn = vec![false; jobs.len()];
        let mut kinds = vec![None; jobs.len()];
        for Turn { id, kind, priority, has_shares } in turns {
            let job = id as usize;
            let gang = f64::from(jobs[job].gpus);
            let is_barred = self.allocator.is_strict() && priority <= 0.0;
            if has_turn[job] || jobs[job].speeds[kind] <= 0.0 || is_barred || gang > left[kind] {
                continue;
            }
            left[kind] -= gang;
            has_turn[job] = true;
            if has_shares {
                kinds[job] = Some(kind);
                self.start(job, kind);
            }
        }
        for &job in &self.present {
            self.fates[job].preemptions += u32::from(self.last[job].is_some() && self.last[job] != kinds[job]);
        }
        self.last = kinds;
    }

    fn start(&mut self, job: usize, kind: usize) {
        let speed = self.jobs[job].speeds[kind];
        let steps = ((speed * self.rules.round) as u64).min(self.left[job]);
        let length = steps as f64 / speed;
        let fate = &mut self.fates[job];
        fate.start = fate.start.or(Some(self.now));
        fate.kind = Some(kind);
        fate.gpu_seconds += length * f64::from(self.jobs[job].gpus);
        self.running.push(Stint { job, kind, steps, finish: self.now + length });
    }

    fn problem(&self) -> Problem {
        let sharer = |&job: &usize| Sharer {
            id: job as u64,
            gang: f64::from(self.jobs[job].gpus),
            weight: self.jobs[job].weight,
            claim: self.jobs[job].weight,
            left: self.left[job] as f64,
            age: self.now - self.jobs[job].submit,
            speeds: self.jobs[job].speeds.clone(),
        };
        Problem { types: self.rules.types.clone(), jobs: self.present.iter().map(sharer).collect() }
    }
}
