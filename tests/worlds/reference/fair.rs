//! Teams by turns: the next job is one of the team with the least dominant share.

use super::site::Site;
use super::{Scheduler, anew, backfill, broker};
use std::cmp::Ordering;

pub(super) struct Fair {
    pub(super) backfill: &'static str,
    /// Whether running jobs compete with those that wait.
    pub(super) is_anew: bool,
}

impl Scheduler for Fair {
    fn pass(&mut self, site: &mut Site<'_>) {
        if self.is_anew {
            return anew(site);
        }
        let head = loop {
            let Some(head) = next(site, &site.waiting) else { return };
            let Some(cluster) = broker::where_now(site, head) else { break head };
            site.start(head, cluster);
        };
        // Those behind it, each once.
        let mut left = site.waiting.clone();
        left.retain(|job| *job != head);
        let mut another = |site: &Site<'_>| {
            let job = next(site, &left)?;
            left.retain(|other| *other != job);
            Some(job)
        };
        match self.backfill {
            "none" => {}
            "skip" => {
                while let Some(job) = another(site) {
                    if let Some(cluster) = broker::where_now(site, job) {
                        site.start(job, cluster);
                    }
                }
            }
            "easy" => backfill::easy(site, head, another),
            other => panic!("no backfill {other}"),
        }
    }
}

/// Everybody's GPUs are given out anew. Of equal teams' jobs, running ones come first; who waits and does not fit has no turn.
fn anew(site: &mut Site<'_>) {
    let mut left: Vec<usize> = site.waiting.iter().chain(&site.running).copied().collect();
    anew::pack_by(site, |site, given| {
        let fits = |job: usize| site.open(job).any(|cluster| given.room[cluster] >= site.gpus(job));
        left.retain(|job| !given.holders.iter().any(|(holder, _)| holder == job));
        left.retain(|job| site.jobs[*job].stay.is_some() || fits(*job));
        let waits = |job: usize| site.jobs[job].stay.is_none();
        // The first of each team is its first by submission, whether it runs or waits.
        let is_first =
            |job: &usize| left.iter().all(|other| team(site, *other) != team(site, *job) || before(site, *job, *other).is_le());
        let firsts = left.iter().copied().filter(is_first);
        let job = firsts.min_by(|one, other| {
            let shares = share(site, team(site, *one), &given.holders).compare(&share(site, team(site, *other), &given.holders));
            shares.then(waits(*one).cmp(&waits(*other))).then(before(site, *one, *other))
        })?;
        left.retain(|other| *other != job);
        Some(job)
    });
}

/// The first of some waiting jobs.
fn next(site: &Site<'_>, jobs: &[usize]) -> Option<usize> {
    let holders: Vec<(usize, usize)> = site.running.iter().filter_map(|job| Some((*job, site.jobs[*job].stay?.cluster))).collect();
    jobs.iter().copied().min_by(|one, other| {
        let shares = share(site, team(site, *one), &holders).compare(&share(site, team(site, *other), &holders));
        shares.then(before(site, *one, *other))
    })
}

fn team(site: &Site<'_>, job: usize) -> Option<usize> {
    site.world.workloads[site.world.jobs[job].workload].team
}

fn before(site: &Site<'_>, one: usize, other: usize) -> Ordering {
    site.world.jobs[one].submit.cmp(&site.world.jobs[other].submit).then(one.cmp(&other))
}

/// A fraction.
struct Share {
    part: u64,
    whole: u64,
}

impl Share {
    fn compare(&self, other: &Self) -> Ordering {
        (self.part * other.whole).cmp(&(other.part * self.whole))
    }
}

/// The largest part, over types of GPUs, that a team holds of the type, over its weight.
fn share(site: &Site<'_>, of: Option<usize>, holders: &[(usize, usize)]) -> Share {
    let weight = of.map_or(1, |team| site.world.teams[team]);
    let gpu_type = |cluster: usize| site.world.clusters[cluster].gpu_type;
    let shares = (0..2).map(|kind| Share {
        part: holders
            .iter()
            .filter(|(job, at)| gpu_type(*at) == kind && team(site, *job) == of)
            .map(|(job, _)| site.gpus(*job))
            .sum(),
        whole: weight * (0..site.clusters.len()).filter(|at| gpu_type(*at) == kind).map(|at| site.active(at)).sum::<u64>(),
    });
    let there = shares.filter(|share| share.whole > 0);
    there.max_by(Share::compare).unwrap_or(Share { part: 0, whole: 1 })
}
