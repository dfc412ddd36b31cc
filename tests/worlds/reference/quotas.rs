//! Teams that lend and borrow: everything is reckoned from the running jobs whenever it is asked for.

use super::site::Site;
use super::{broker, order};
use crate::world::{Holder, Reclaim};

/// What teams and cohorts use of the GPUs of a type.
#[derive(Clone)]
pub(super) struct Use<'w> {
    holders: &'w [Holder],
    kind: usize,
    /// What the jobs of each team hold.
    held: Vec<u64>,
}

impl<'w> Use<'w> {
    /// With no job anywhere.
    pub(super) fn none(site: &Site<'w>, cluster: usize) -> Self {
        let holders = &site.world.holders[..];
        Self { holders, kind: site.world.quota_type(cluster), held: vec![0; holders.len()] }
    }

    /// Of the type of a cluster, now.
    pub(super) fn now(site: &Site<'w>, cluster: usize) -> Self {
        let mut found = Self::none(site, cluster);
        for job in &site.running {
            let there = site.jobs[*job].stay.is_some_and(|stay| site.world.quota_type(stay.cluster) == found.kind);
            if let Some(team) = site.team(*job).filter(|_| there) {
                found.held[team] += site.gpus(*job);
            }
        }
        found
    }

    pub(super) fn less(&mut self, team: Option<usize>, gpus: u64) {
        if let Some(team) = team {
            self.held[team] -= gpus;
        }
    }

    fn members(&self, holder: usize) -> impl Iterator<Item = usize> + use<'w> {
        let holders = self.holders;
        (0..holders.len()).filter(move |member| holders[*member].parent == Some(holder))
    }

    /// Its own quota and what its members lend.
    fn has(&self, holder: usize) -> u64 {
        self.holders[holder].quotas[self.kind]
            + self.members(holder).map(|member| self.has(member) - self.keeps(member)).sum::<u64>()
    }

    /// What exceeds its lending limit.
    fn keeps(&self, holder: usize) -> u64 {
        self.holders[holder].lending_limit.map_or(0, |limit| self.has(holder).saturating_sub(limit))
    }

    /// What its jobs hold, and what its members use beyond what they keep.
    fn uses(&self, holder: usize) -> u64 {
        let beyond = |member: usize| self.uses(member).saturating_sub(self.keeps(member));
        self.held[holder] + self.members(holder).map(beyond).sum::<u64>()
    }

    /// What it could have besides what it uses.
    fn left_at(&self, holder: usize) -> u64 {
        let (has, keeps, uses) = (self.has(holder), self.keeps(holder), self.uses(holder));
        let Some(parent) = self.holders[holder].parent else { return has.saturating_sub(uses) };
        let from_cohort = uses.saturating_sub(keeps);
        let borrowable =
            self.holders[holder].borrowing_limit.map_or(u64::MAX, |limit| (has - keeps + limit).saturating_sub(from_cohort));
        keeps.saturating_sub(uses) + self.left_at(parent).min(borrowable)
    }

    /// The largest gang that a team may start; without a quota any.
    pub(super) fn left(&self, team: Option<usize>) -> u64 {
        team.map_or(u64::MAX, |team| self.left_at(team))
    }

    fn path(&self, holder: usize) -> Vec<usize> {
        std::iter::successors(Some(holder), |holder| self.holders[*holder].parent).collect()
    }

    /// The first on a team's way up that would stay within what it has if so much more came from below.
    fn stays_within(&self, team: usize, gpus: u64) -> Option<usize> {
        let mut more = gpus;
        self.path(team).into_iter().find(|holder| {
            let within = self.uses(*holder) + more <= self.has(*holder);
            more -= more.min(self.keeps(*holder).saturating_sub(self.uses(*holder)));
            within
        })
    }

    /// The step of a job: 0 within its team's own, then how far up a cohort is within whose own it stays; none where it borrows.
    pub(super) fn step(&self, team: Option<usize>, gpus: u64) -> Option<usize> {
        let found = self.stays_within(team?, gpus)?;
        let is_top = self.holders[found].parent.is_none() && Some(found) != team;
        let path = self.path(team?);
        path.iter().position(|holder| *holder == found).filter(|_| !is_top)
    }

    /// Whether a job of one team borrows what another is entitled to for so many GPUs.
    fn is_lent(&self, asker: Option<usize>, gpus: u64, holder: Option<usize>) -> bool {
        self.sides(asker, holder).is_some_and(|(askers, holders)| self.is_due(&askers, gpus) && self.is_borrower(&holders))
    }

    /// Whether a job of one team may take the place of one of another: no borrower displaces a job that does not borrow.
    pub(super) fn may_displace(&self, asker: Option<usize>, gpus: u64, holder: Option<usize>) -> bool {
        self.sides(asker, holder).is_none_or(|(askers, holders)| self.is_due(&askers, gpus) || self.is_borrower(&holders))
    }

    /// The ways up of two teams to below the first cohort of both, if there is one and they are not the same team.
    fn sides(&self, one: Option<usize>, other: Option<usize>) -> Option<(Vec<usize>, Vec<usize>)> {
        let (one, other) = (self.path(one?), self.path(other?));
        let meeting = one.iter().find(|holder| other.contains(holder)).filter(|_| one[0] != other[0])?;
        let below = |path: &[usize]| path.iter().copied().take_while(|holder| holder != meeting).collect();
        Some((below(&one), below(&other)))
    }

    fn is_due(&self, side: &[usize], gpus: u64) -> bool {
        self.stays_within(side[0], gpus).is_some_and(|found| side.contains(&found))
    }

    fn is_borrower(&self, side: &[usize]) -> bool {
        side.iter().all(|holder| self.uses(*holder) > self.has(*holder))
    }
}

/// Whether a job's team could have its GPUs on a cluster now.
pub(super) fn has_quota_on(site: &Site<'_>, job: usize, cluster: usize) -> bool {
    site.world.holders.is_empty() || Use::now(site, cluster).left(site.team(job)) >= site.gpus(job)
}

/// Whether it could anywhere where the job may run.
pub(super) fn has_quota(site: &Site<'_>, job: usize) -> bool {
    site.allowed(job).any(|cluster| has_quota_on(site, job, cluster))
}

/// The first waiting jobs of the teams, in order. Without quotas teams are not told apart.
pub(super) fn firsts(site: &Site<'_>, order: &str) -> Vec<usize> {
    let queue = order::queue(site, order);
    let team = |job: usize| if site.world.holders.is_empty() { None } else { site.team(job) };
    let is_first = |(place, job): &(usize, &usize)| queue[..*place].iter().all(|before| team(*before) != team(**job));
    queue.iter().enumerate().filter(is_first).map(|(_, job)| *job).collect()
}

/// The first of each team that its team or one of its cohorts has the quota for starts, whatever blocks others; borrowers are stopped for it.
pub(super) fn give_shares(site: &mut Site<'_>, order: &str) {
    let mut helpless = Vec::new();
    loop {
        let step_on = |job: usize, cluster: usize| Use::now(site, cluster).step(site.team(job), site.gpus(job));
        let steps = |job: usize| site.allowed(job).filter_map(move |cluster| step_on(job, cluster));
        let entitled = firsts(site, order).into_iter().flat_map(|job| steps(job).map(move |step| (step, job)));
        let entitled = entitled.filter(|turn| !helpless.contains(turn));
        // Of equals the first in order.
        let Some((step, job)) = entitled.min_by_key(|(step, _)| *step) else { return };
        let fits = site.allowed(job).filter(|cluster| site.fits(job, *cluster) && is_due(site, job, *cluster, step));
        if let Some(cluster) = broker::best(site, job, fits) {
            site.start(job, cluster);
        } else if let Some(cluster) = take_back(site, job, step) {
            site.start(job, cluster);
            helpless.clear();
        } else {
            helpless.push((step, job));
        }
    }
}

/// Whether a job has its turn on a cluster in a step or one before.
fn is_due(site: &Site<'_>, job: usize, cluster: usize, step: usize) -> bool {
    Use::now(site, cluster).step(site.team(job), site.gpus(job)).is_some_and(|found| found <= step)
}

/// Stops borrowers for a job whose team may reclaim; where it can start then.
fn take_back(site: &mut Site<'_>, job: usize, step: usize) -> Option<usize> {
    let (team, gpus, priority) = (site.team(job), site.gpus(job), site.world.priority(job));
    let reclaim = site.world.holders[team?].reclaim;
    if reclaim == Reclaim::Never {
        return None;
    }
    let may = |used: &Use<'_>, victim: usize| {
        let is_below = match reclaim {
            Reclaim::LowerPriority => site.world.priority(victim) < priority,
            Reclaim::Never | Reclaim::Any => true,
        };
        is_below && used.is_lent(team, gpus, site.team(victim))
    };
    let due = site.open(job).filter(|cluster| is_due(site, job, *cluster, step)).collect::<Vec<_>>();
    let (cluster, victims) = due.into_iter().find_map(|cluster| Some((cluster, victims(site, job, cluster, &may)?)))?;
    for victim in victims {
        site.stop(victim);
    }
    Some(cluster)
}

/// Under preemption by priority: a team's first job without quota takes that of its own team's less important jobs.
pub(super) fn take_from_own(site: &mut Site<'_>, order: &str) {
    let mut tried = Vec::new();
    loop {
        let lacking = firsts(site, order).into_iter().filter(|job| site.team(*job).is_some() && !has_quota(site, *job));
        let Some(job) = lacking.into_iter().find(|job| !tried.contains(job)) else { return };
        let may = |_: &Use<'_>, victim: usize| {
            site.team(victim) == site.team(job) && site.world.priority(victim) < site.world.priority(job)
        };
        let found = site.open(job).find_map(|cluster| Some((cluster, victims(site, job, cluster, &may)?)));
        match found {
            Some((cluster, victims)) => {
                for victim in victims {
                    site.stop(victim);
                }
                site.start(job, cluster);
            }
            None => tried.push(job),
        }
    }
}

/// Jobs of a cluster that may be stopped: lowest priority first, then youngest.
pub(super) fn stoppable(site: &Site<'_>, cluster: usize) -> Vec<usize> {
    let is_preemptible = |job: usize| site.world.workloads[site.world.jobs[job].workload].preemptible;
    let mut jobs: Vec<(i64, i64, usize)> = site
        .running_on(cluster)
        .filter(|(job, _)| is_preemptible(*job) && !site.is_barred(cluster))
        .map(|(job, stay)| (site.world.priority(job), -stay.since, job))
        .collect();
    jobs.sort_by_key(|(priority, since, job)| (*priority, *since, std::cmp::Reverse(*job)));
    jobs.into_iter().map(|(_, _, job)| job).collect()
}

/// Whom to stop so that a job has room on a cluster and its team the quota, on other clusters for the quota alone; none where that cannot be.
fn victims(site: &Site<'_>, job: usize, cluster: usize, may: &dyn Fn(&Use<'_>, usize) -> bool) -> Option<Vec<usize>> {
    let (team, gpus) = (site.team(job), site.gpus(job));
    let is_there = |victim: usize| site.jobs[victim].stay.is_some_and(|stay| stay.cluster == cluster);
    let has_room = |stopped: &[usize]| {
        let given = stopped.iter().filter(|victim| is_there(**victim)).map(|victim| site.gpus(*victim)).sum::<u64>();
        site.clusters[cluster].nodes.free() + given >= gpus
    };
    let used = |stopped: &[usize]| {
        let mut used = Use::now(site, cluster);
        for victim in stopped {
            used.less(site.team(*victim), site.gpus(*victim));
        }
        used
    };
    let is_enough = |stopped: &[usize]| has_room(stopped) && used(stopped).left(team) >= gpus;
    let others = (0..site.clusters.len())
        .filter(|other| *other != cluster && site.world.quota_type(*other) == site.world.quota_type(cluster));
    let mut stopped = Vec::new();
    for victim in [cluster].into_iter().chain(others).flat_map(|place| stoppable(site, place)) {
        let is_useful = is_there(victim) || has_room(&stopped);
        if is_useful && !is_enough(&stopped) && may(&used(&stopped), victim) {
            stopped.push(victim);
        }
    }
    if !is_enough(&stopped) {
        return None;
    }
    // Who need not stop goes on, the last first.
    for place in (0..stopped.len()).rev() {
        let mut fewer = stopped.clone();
        fewer.remove(place);
        if is_enough(&fewer) {
            stopped = fewer;
        }
    }
    Some(stopped)
}
