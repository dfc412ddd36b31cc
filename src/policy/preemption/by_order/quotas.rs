//! The turns of jobs whose teams have quotas.

use super::{Packing, preferred};
use crate::fleet::{Domains, Running};
use crate::policy::broker::Broker;
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::queue::Rank;
use crate::policy::quota::QuotaUse;
use crate::policy::view::View;
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
    /// A running job's cluster.
    cluster: Option<ClusterId>,
    gpus: u64,
}

/// A running job that may be stopped.
pub(super) struct Runner {
    /// Its cluster's place among the packings.
    pub place: usize,
    /// Its own place in the cluster's list.
    pub at: usize,
    /// Its team.
    pub team: Option<TeamId>,
    /// What it holds [GPUs].
    pub gpus: u64,
}

/// A waiting job that has its turn.
pub(super) struct Asker<'p> {
    /// The job.
    pub job: u32,
    /// Where there are quotas: what is used by those that had their turn, and the step, unless it is the last.
    pub quota: Option<(&'p QuotaUse, Option<usize>)>,
    /// Running jobs in the order of turns.
    pub runners: &'p [Runner],
}

/// How a running job stands in its cluster's list.
#[derive(Clone, Copy, Default)]
pub(super) struct Standing {
    /// It has had its turn.
    pub turned: bool,
    /// It has given its GPUs up for another.
    pub gave_up: bool,
    /// In which step it has its turn, if no other job came to wait: the later, the less its team is entitled to it.
    pub step: usize,
    /// Its place in the order of turns, if no job waited: the last give their GPUs up first.
    pub place: usize,
}

/// Gives all jobs their turn: first, in order, those that stay within what their team has, then those within what a cohort has, then the rest.
/// `used` counts those that had their turn: of the others' quota nothing is used, so that a shorter job of the same team comes before a
/// longer one that runs. A running job whose turn comes when its quota is used up is stopped. A waiting job takes the GPUs of those that
/// have had no turn: of those whose teams, once it is counted, are less entitled to them than its own, on whichever cluster; and only
/// then of others, the last in order first. Who is entitled to GPUs that others have taken takes those of who comes after it.
///
/// O((running + waiting) x depth of cohorts) a pass, and O(running x depth) for each job that starts.
///
/// Tells whether a running job was stopped that its team is entitled to: it may find room elsewhere in another pass.
pub(super) fn turns(
    plan: &Plan<'_>,
    mut used: QuotaUse,
    packings: &mut [Packing],
    broker: &dyn Broker,
    placement: &dyn Placement,
) -> bool {
    let mut open = jobs(plan, packings, &mut used);
    let runners: Vec<Runner> = open.iter().filter_map(Open::runner).collect();
    let mut standings = standings(&runners, packings);
    let depth = depth(&used);
    let mut is_wronged = false;
    for height in 0..=depth {
        open.retain(|job| {
            let is_last = height == depth;
            let clusters = job.clusters(plan.view());
            if !is_last && used.entitlement_on(job.team, clusters, job.gpus).is_none_or(|found| found > height) {
                return true;
            }
            let has_quota = job.gpus <= used.available_on(job.team, clusters);
            let goes_on = match job.who {
                Who::Running(place, at) => {
                    if has_quota {
                        packings[place].make_way(plan, &mut standings[place], at);
                    }
                    let goes_on = packings[place].turn_within(plan, &mut standings[place], at, has_quota);
                    // Who is entitled to GPUs and has lost its own may take others', on another cluster.
                    is_wronged |= !is_last && has_quota && !goes_on;
                    goes_on.then_some(packings[place].cluster)
                }
                Who::Waiting(waiting) if has_quota => {
                    let quota = Some((&used, (!is_last).then_some(height)));
                    let asker = Asker { job: waiting, quota, runners: &runners };
                    start(plan, packings, &mut standings, &asker, broker, placement)
                }
                Who::Waiting(_) => None,
            };
            if let Some(cluster) = goes_on {
                used.take((job.team, cluster), job.gpus);
            }
            // A waiting job that found no room has another turn: more may have been given up by then.
            matches!(job.who, Who::Waiting(_)) && goes_on.is_none() && !is_last
        });
    }
    is_wronged
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
                let cluster = Some(packing.cluster);
                open.push(Open { rank: Rank(running.rank), who: Who::Running(place, at), team, cluster, gpus: running.gpus });
            } else {
                used.take((team, packing.cluster), running.gpus);
                packing.review = packing.review.min(running.review);
            }
        }
    }
    open.extend(view.queue().into_iter().map(|(rank, queued)| {
        let team = view.class_of(view.job(queued.job)).team;
        Open { rank, who: Who::Waiting(queued.job), team, cluster: None, gpus: queued.gpus }
    }));
    open.sort_by_key(|job| job.rank);
    open
}

/// How running jobs stand before any has had its turn.
pub(super) fn standings(runners: &[Runner], packings: &[Packing]) -> Vec<Vec<Standing>> {
    let had_turn = Standing { turned: true, ..Standing::default() };
    let mut standings: Vec<Vec<Standing>> = packings.iter().map(|packing| vec![had_turn; packing.running.len()]).collect();
    for (turn, runner) in runners.iter().enumerate() {
        standings[runner.place][runner.at] = Standing { turned: false, place: turn, ..Standing::default() };
    }
    standings
}

/// The steps in which running jobs without a turn would have it after what is used. O(running x depth).
fn reckon(runners: &[Runner], mut used: QuotaUse, standings: &mut [Vec<Standing>]) {
    let depth = depth(&used);
    let mut open: Vec<&Runner> = runners.iter().filter(|runner| standings[runner.place][runner.at].holds()).collect();
    for step in 0..=depth {
        open.retain(|runner| {
            let party = (runner.team, ClusterId::from(runner.place));
            if step < depth && used.entitlement(party, runner.gpus).is_none_or(|found| found > step) {
                return true;
            }
            used.take(party, runner.gpus);
            standings[runner.place][runner.at].step = step;
            false
        });
    }
}

/// Finds room for a waiting job, and tells where, if there is any.
pub(super) fn start(
    plan: &Plan<'_>,
    packings: &mut [Packing],
    standings: &mut [Vec<Standing>],
    asker: &Asker<'_>,
    broker: &dyn Broker,
    placement: &dyn Placement,
) -> Option<ClusterId> {
    let facts = plan.view().job(asker.job);
    let mut clusters = preferred(plan, packings, facts, broker);
    let mut room_on = |cluster: ClusterId, least_step: usize, standings: &mut [Vec<Standing>]| {
        let place = cluster.index();
        packings[place].make_room_within(plan, &mut standings[place], (asker.job, least_step), placement)
    };
    if let Some((used, step)) = asker.quota {
        let team = plan.view().class_of(facts).team;
        clusters.retain(|&cluster| {
            let has_turn = |step: usize| used.entitlement((team, cluster), facts.gpus).is_some_and(|found| found <= step);
            facts.gpus <= used.available((team, cluster)) && step.is_none_or(has_turn)
        });
        let mut counted = None;
        for &cluster in clusters.iter().filter(|_| step.is_some()) {
            let tree = used.quotas().tree_of(cluster);
            if counted != Some(tree) {
                let mut used = used.clone();
                used.take((team, cluster), facts.gpus);
                reckon(asker.runners, used, standings);
                counted = Some(tree);
            }
            if room_on(cluster, step.map_or(0, |step| step + 1), standings) {
                return Some(cluster);
            }
        }
    }
    clusters.into_iter().find(|&cluster| room_on(cluster, 0, standings))
}

impl Open {
    /// The clusters that it may use, or runs on.
    fn clusters<'v>(&'v self, view: View<'v>) -> &'v [ClusterId] {
        match self.who {
            Who::Running(..) => self.cluster.as_slice(),
            Who::Waiting(job) => &view.class_of(view.job(job)).clusters,
        }
    }

    fn runner(&self) -> Option<Runner> {
        let Who::Running(place, at) = self.who else { return None };
        Some(Runner { place, at, team: self.team, gpus: self.gpus })
    }
}

impl Standing {
    /// It has had no turn and has its GPUs.
    const fn holds(&self) -> bool {
        !self.turned && !self.gave_up
    }
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

    /// Starts a job on GPUs that are free or held by those without a turn, in no earlier step than the least; no job gives anything up where that
    /// would not do.
    fn make_room_within(
        &mut self,
        plan: &Plan<'_>,
        standings: &mut [Standing],
        (job, least_step): (u32, usize),
        placement: &dyn Placement,
    ) -> bool {
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
        let mut holders = self.holders(standings);
        holders.retain(|&at| standings[at].step >= least_step);
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

    /// Running jobs that still hold GPUs and have had no turn, in the order in which they give them up: those of the last step first, then the last
    /// in order.
    pub(super) fn holders(&self, standings: &[Standing]) -> Vec<usize> {
        let mut holders: Vec<usize> = (0..self.running.len()).filter(|&at| standings[at].holds()).collect();
        holders.sort_by_key(|&at| std::cmp::Reverse((standings[at].step, standings[at].place)));
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

    /// Lets a running job that has given its GPUs up have them back where others have them that come after it: who would be the last to have a turn
    /// is only guessed before the turns are known.
    pub(super) fn make_way(&mut self, plan: &Plan<'_>, standings: &mut [Standing], at: usize) {
        let view = plan.view();
        let Running { job, gpus, .. } = self.running[at];
        let Some(trial) = self.trial.as_ref().filter(|_| standings[at].gave_up) else { return };
        let lease = view.lease_of(job);
        let fits = |nodes: &Domains| nodes.free_gpus() >= gpus && nodes.clone().retake(lease);
        if fits(trial) {
            return;
        }
        let (holders, mut nodes) = (self.holders(standings), trial.clone());
        for (count, &holder) in holders.iter().enumerate() {
            nodes.release(view.lease_of(self.running[holder].job).clone());
            if fits(&nodes) {
                self.give_up(standings, &holders[..=count], nodes);
                return;
            }
        }
    }
}
