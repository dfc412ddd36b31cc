//! The turns of jobs whose teams have quotas.

use super::{Packing, preferred};
use crate::fleet::{Domains, Running};
use crate::policy::broker::Broker;
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::queue::Rank;
use crate::policy::quota::QuotaUse;
use crate::units::{ClusterId, TeamId};

/// Who has a turn.
#[derive(Clone, Copy)]
enum Who {
    /// A running job: its cluster's place among the packings, and its own in the cluster's list.
    Running(usize, usize),
    /// A waiting job.
    Waiting(u32),
}

/// A job that has had no turn.
#[derive(Clone, Copy)]
struct Open {
    rank: Rank,
    who: Who,
    team: Option<TeamId>,
    gpus: u64,
}

/// How a running job stands in its cluster's list.
#[derive(Clone, Copy, Default)]
pub(super) struct Standing {
    /// It has had its turn.
    pub turned: bool,
    /// It has given its GPUs up for another.
    pub gave_up: bool,
    /// Its team would have to borrow for it, by what runs alone.
    pub borrows: bool,
    /// Its place in the order of turns, if no job waited: the last give their GPUs up first.
    pub place: usize,
}

/// Gives all jobs their turn: first, in order, those that stay within what their team has, then those within what a cohort has, then the rest.
/// `used` counts those that had their turn: of the others' quota nothing is used, so that a shorter job of the same team comes before a
/// longer one that runs. A running job whose turn comes when its quota is used up is stopped. A waiting job takes the GPUs of those that
/// have had no turn: of those that borrow first, then the last in order.
///
/// O((running + waiting) x depth of cohorts) a pass, and O(running) for each job that starts.
pub(super) fn turns(plan: &Plan<'_>, mut used: QuotaUse, packings: &mut [Packing], broker: &dyn Broker, placement: &dyn Placement) {
    let mut open = jobs(plan, packings, &mut used);
    let mut standings = standings(&open, &used, packings);
    let depth = depth(&used);
    for height in 0..=depth {
        open.retain(|job| {
            let is_last = height == depth;
            if !is_last && used.entitlement(job.team, job.gpus).is_none_or(|found| found > height) {
                return true;
            }
            let has_quota = job.gpus <= used.available(job.team);
            let goes_on = match job.who {
                Who::Running(place, at) => packings[place].turn_within(plan, &mut standings[place], at, has_quota),
                Who::Waiting(waiting) => has_quota && start(plan, packings, &mut standings, waiting, broker, placement).is_some(),
            };
            if goes_on {
                used.take(job.team, job.gpus);
            }
            // A waiting job that found no room has another turn: more may have been given up by then.
            matches!(job.who, Who::Waiting(_)) && !goes_on && !is_last
        });
    }
}

/// How many cohorts lie above one another at most, the team counted.
pub(super) fn depth(quota: &QuotaUse) -> usize {
    (0..quota.quotas().len()).map(|node| quota.quotas().path(node).count()).max().unwrap_or(0)
}

/// All jobs that may be stopped or started, in order; those that may not be stopped, or run where an outage bars that, have had their turn.
fn jobs(plan: &Plan<'_>, packings: &mut [Packing], used: &mut QuotaUse) -> Vec<Open> {
    let view = plan.view();
    let mut open = Vec::new();
    for (place, packing) in packings.iter_mut().enumerate() {
        let barred = view.is_barred(packing.cluster);
        for (at, running) in packing.running.iter().enumerate() {
            let team = view.class_of(view.job(running.job)).team;
            if running.preemptible && !barred {
                open.push(Open { rank: Rank(running.rank), who: Who::Running(place, at), team, gpus: running.gpus });
            } else {
                used.take(team, running.gpus);
                packing.review = packing.review.min(running.review);
            }
        }
    }
    open.extend(view.queue().into_iter().map(|(rank, queued)| {
        let team = view.class_of(view.job(queued.job)).team;
        Open { rank, who: Who::Waiting(queued.job), team, gpus: queued.gpus }
    }));
    open.sort_by_key(|job| job.rank);
    open
}

fn standings(open: &[Open], used: &QuotaUse, packings: &[Packing]) -> Vec<Vec<Standing>> {
    let had_turn = Standing { turned: true, ..Standing::default() };
    let mut standings: Vec<Vec<Standing>> = packings.iter().map(|packing| vec![had_turn; packing.running.len()]).collect();
    let mut running = used.clone();
    for job in open {
        let Who::Running(place, at) = job.who else { continue };
        (standings[place][at].turned, standings[place][at].place) = (false, at);
        standings[place][at].borrows = running.entitlement(job.team, job.gpus).is_none();
        running.take(job.team, job.gpus);
    }
    standings
}

/// Finds room for a waiting job, and tells where, if there is any.
pub(super) fn start(
    plan: &Plan<'_>,
    packings: &mut [Packing],
    standings: &mut [Vec<Standing>],
    job: u32,
    broker: &dyn Broker,
    placement: &dyn Placement,
) -> Option<ClusterId> {
    let facts = plan.view().job(job);
    let mut clusters = preferred(plan, packings, facts, broker).into_iter();
    clusters.find(|cluster| {
        let place = cluster.index();
        packings[place].make_room_within(plan, &mut standings[place], job, placement)
    })
}

impl Packing {
    /// A running job's turn; whether it goes on.
    pub(super) fn turn_within(&mut self, plan: &Plan<'_>, standings: &mut [Standing], at: usize, has_quota: bool) -> bool {
        let Running { job, gpus, review, .. } = self.running[at];
        let view = plan.view();
        let standing = &mut standings[at];
        standing.turned = true;
        let goes_on = if standing.gave_up {
            has_quota && self.trial.as_mut().is_some_and(|trial| trial.retake(view.lease_of(job)))
        } else {
            self.held -= gpus;
            if !has_quota {
                self.trial.get_or_insert_with(|| view.domains(self.cluster).clone()).release(view.lease_of(job).clone());
            }
            has_quota
        };
        if goes_on {
            self.review = self.review.min(review);
        } else {
            self.stopped.push(job);
        }
        goes_on
    }

    /// Starts a job on GPUs that are free or held by those without a turn; no job gives anything up where that would not do.
    fn make_room_within(&mut self, plan: &Plan<'_>, standings: &mut [Standing], job: u32, placement: &dyn Placement) -> bool {
        let view = plan.view();
        let facts = view.job(job);
        let within_domain = view.class_of(facts).within_domain;
        let trial = self.trial.get_or_insert_with(|| view.domains(self.cluster).clone());
        if let Some(lease) = view.place(placement, self.cluster, trial, facts.gpus, within_domain) {
            self.started.push((job, lease));
            return true;
        }
        if self.held == 0 {
            return false;
        }
        let mut nodes = trial.clone();
        let holders = self.holders(standings);
        for (count, &at) in holders.iter().enumerate() {
            nodes.release(view.lease_of(self.running[at].job).clone());
            if nodes.free_gpus() < facts.gpus {
                continue;
            }
            let Some(lease) = view.place(placement, self.cluster, &mut nodes, facts.gpus, within_domain) else { continue };
            self.give_up(standings, &holders[..=count], nodes);
            self.started.push((job, lease));
            return true;
        }
        false
    }

    /// Running jobs that still hold GPUs and have had no turn, in the order in which they give them up: borrowers first, then the last in order.
    pub(super) fn holders(&self, standings: &[Standing]) -> Vec<usize> {
        let mut holders: Vec<usize> =
            (0..self.running.len()).filter(|&at| !standings[at].turned && !standings[at].gave_up).collect();
        holders.sort_by_key(|&at| (!standings[at].borrows, std::cmp::Reverse(standings[at].place)));
        holders
    }

    /// Some of them give their GPUs up; `nodes` are the cluster's nodes afterwards.
    pub(super) fn give_up(&mut self, standings: &mut [Standing], holders: &[usize], nodes: Domains) {
        for &at in holders {
            standings[at].gave_up = true;
            self.held -= self.running[at].gpus;
        }
        self.trial = Some(nodes);
    }
}
