//! Teams by turns: the next job is one of the team with the least dominant share.

use super::site::Site;
use super::{Scheduler, anew};
use std::cmp::Ordering;

/// All jobs have their turn at every event, running ones too.
pub(super) struct Anew;

impl Scheduler for Anew {
    fn pass(&mut self, site: &mut Site<'_>) {
        anew(site);
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
            |job: &usize| left.iter().all(|other| site.team(*other) != site.team(*job) || before(site, *job, *other).is_le());
        let firsts = left.iter().copied().filter(is_first);
        let job = firsts.min_by(|one, other| {
            let shares = share(site, site.team(*one), &given.holders).compare(&share(site, site.team(*other), &given.holders));
            shares.then(waits(*one).cmp(&waits(*other))).then(before(site, *one, *other))
        })?;
        left.retain(|other| *other != job);
        Some(job)
    });
}

/// Whose turn is first: one of the team with the least share of what is held, then by submission.
pub(super) fn compare(site: &Site<'_>, one: usize, other: usize) -> Ordering {
    let holders: Vec<(usize, usize)> = site.running.iter().filter_map(|job| Some((*job, site.jobs[*job].stay?.cluster))).collect();
    let shares = share(site, site.team(one), &holders).compare(&share(site, site.team(other), &holders));
    shares.then(before(site, one, other))
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
            .filter(|(job, at)| gpu_type(*at) == kind && site.team(*job) == of)
            .map(|(job, _)| site.gpus(*job))
            .sum(),
        whole: weight * (0..site.clusters.len()).filter(|at| gpu_type(*at) == kind).map(|at| site.active(at)).sum::<u64>(),
    });
    let there = shares.filter(|share| share.whole > 0);
    there.max_by(Share::compare).unwrap_or(Share { part: 0, whole: 1 })
}
