//! What a policy may look at.

use super::facts::{Class, ClusterFacts, JobFacts};
use super::queue::{Queued, Rank, Room};
use super::quota::QuotaUse;
use super::shares::TeamShares;
use super::state::State;
use crate::fleet::{Domains, Lease, Running};
use crate::model::ramp::CapacityKind;
use crate::units::{ClusterId, SimTime, Span, TeamId, VendorId};

/// A read-only view of an instant: no future, no true run times.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub(super) state: &'a State,
}

impl<'a> View<'a> {
    pub(crate) const fn of(state: &'a State) -> Self {
        Self { state }
    }

    /// Now.
    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.state.now
    }

    /// The clusters.
    pub fn clusters(&self) -> impl ExactSizeIterator<Item = ClusterId> + use<> {
        (0..self.state.clusters.len()).map(Into::into)
    }

    /// What does not change about a cluster.
    #[must_use]
    pub fn facts(&self, cluster: ClusterId) -> &'a ClusterFacts {
        &self.state.facts[cluster.index()]
    }

    /// Free GPUs of a cluster. O(1).
    #[must_use]
    pub fn free_gpus(&self, cluster: ClusterId) -> u64 {
        self.state.free()[cluster.index()].gpus
    }

    /// Allocated GPUs of a cluster, those out for repair not counted. O(1).
    #[must_use]
    pub fn allocated_gpus(&self, cluster: ClusterId) -> u64 {
        let state = &self.state.clusters[cluster.index()];
        state.domains.installed_gpus() - state.domains.free_gpus() - state.out_gpus
    }

    /// Delivered GPUs of a kind, those included that are out for now. O(1).
    #[must_use]
    pub fn gpus_of(&self, cluster: ClusterId, kind: CapacityKind) -> u64 {
        self.state.gpus_by_kind[cluster.index()][kind as usize]
    }

    /// GPU-time that a vendor has served so far: what jobs and replicas have held, running jobs up to their estimated ends [GPU-ms]. O(1).
    #[must_use]
    pub fn served_gpu_ms(&self, vendor: VendorId) -> i128 {
        self.state.served[vendor.index()].gpu_ms(self.state.now)
    }

    /// How long a job's checkpoint and data would take to get to a cluster. O(1).
    #[must_use]
    pub fn transfer_time(&self, job: &JobFacts, cluster: ClusterId) -> Span {
        let transfers = self.state.transfers.as_ref();
        transfers.map_or(Span::ZERO, |transfers| transfers.time(job.workload, job.asked, job.holding, cluster, self.state.now))
    }

    /// Where a job started last, if any has.
    #[must_use]
    pub const fn last_started(&self) -> Option<ClusterId> {
        self.state.last_started
    }

    /// How often something came otherwise than expected so far: a job ended before its estimate or was stopped, capacity changed, a service got
    /// GPUs or gave them back, a waiting job was turned away.
    #[must_use]
    pub const fn surprises(&self) -> u64 {
        self.state.surprises
    }

    /// Whether a running job has outlived its estimate. O(clusters x log running).
    #[must_use]
    pub fn somebody_is_overdue(&self) -> bool {
        let first = |cluster: &crate::fleet::ClusterState| cluster.ends.first().map(|((end, _), _)| end);
        self.state.clusters.iter().filter_map(first).any(|end| end <= self.state.now)
    }

    /// GPUs that are expected to come free on a cluster, by the running jobs' estimates, repairs and announced tranches, in any order.
    pub(super) fn expected(self, cluster: ClusterId) -> impl Iterator<Item = (SimTime, u64)> + use<'a> {
        let state = &self.state.clusters[cluster.index()];
        let ends = state.ends.to_vec().into_iter().map(|((end, _), gpus)| (end, gpus));
        ends.chain(state.announced.iter().copied())
    }

    /// A class, by its number.
    #[must_use]
    pub fn class(&self, class: usize) -> &'a Class {
        &self.state.classes[class]
    }

    /// The running jobs of a cluster in the policy's order, those that started since the last pass last. Kept only for policies that ask.
    #[must_use]
    pub fn running(&self, cluster: ClusterId) -> &'a [Running] {
        &self.state.clusters[cluster.index()].running
    }

    /// What is known of a running job, as of now.
    #[must_use]
    pub fn current(&self, job: u32) -> JobFacts {
        self.state.current(job)
    }

    /// What a running job holds.
    pub(super) fn lease_of(self, job: u32) -> &'a Lease {
        self.state.lease_of(job)
    }

    /// A cluster's nodes.
    pub(super) fn domains(self, cluster: ClusterId) -> &'a Domains {
        &self.state.clusters[cluster.index()].domains
    }

    /// A job's class.
    #[must_use]
    pub fn class_of(&self, job: &JobFacts) -> &'a Class {
        &self.state.classes[usize::from(job.class)]
    }

    /// How many classes there are.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.state.classes.len()
    }

    /// What is known of a job.
    #[must_use]
    pub fn job(&self, job: u32) -> &'a JobFacts {
        self.state.job(job)
    }

    /// The first job in the queue, without the teams that have no quota for their first job: these block only themselves. Where teams
    /// take turns, it is one of the team with the least share. O(classes).
    #[must_use]
    pub fn head(&self) -> Option<(Rank, Queued)> {
        if self.state.quota.is_none() {
            return self.state.head();
        }
        let heads = self.heads().filter(|(_, (_, queued))| self.has_quota(queued));
        heads.min_by(|(one, first), (other, second)| self.state.turn((*one, first.0), (*other, second.0))).map(|(_, head)| head)
    }

    /// The first waiting job of each team that has any, as far as teams are distinguished. O(classes).
    pub fn heads(&self) -> impl Iterator<Item = (Option<TeamId>, (Rank, Queued))> + use<'a> {
        self.state.heads()
    }

    /// What share of the GPUs teams hold, where they take turns.
    #[must_use]
    pub fn team_shares(&self) -> Option<&'a TeamShares> {
        self.state.team_shares.as_deref()
    }

    /// What teams use of their quotas, where there are any.
    #[must_use]
    pub fn quota(&self) -> Option<&'a QuotaUse> {
        self.state.quota.as_deref()
    }

    /// The largest gang for which a team has quota on a cluster now [GPUs]. O(depth of its cohorts).
    #[must_use]
    pub fn quota_room(&self, team: Option<TeamId>, cluster: ClusterId) -> u64 {
        self.state.quota.as_ref().map_or(u64::MAX, |quota| quota.available((team, cluster)))
    }

    /// Whether the first waiting job of a team lacks quota: it holds up its own team, and no other. O(classes) where there are quotas.
    #[must_use]
    pub fn is_held_up(&self, team: Option<TeamId>) -> bool {
        let mut firsts = self.heads().filter(|(other, _)| self.quota().is_some() && *other == team);
        firsts.any(|(_, (_, queued))| !self.has_quota(&queued))
    }

    /// Whether the team of a waiting job has quota for it on a cluster that it may use. O(clusters x depth) where there are quotas.
    #[must_use]
    pub fn has_quota(&self, queued: &Queued) -> bool {
        let Some(quota) = self.quota() else { return true };
        let class = self.class_of(self.job(queued.job));
        queued.gpus <= quota.available_on(class.team, &class.clusters)
    }

    /// How many jobs wait.
    #[must_use]
    pub fn queue_length(&self) -> usize {
        self.state.queue.len()
    }

    /// The whole queue in order. O(n log n).
    #[must_use]
    pub fn queue(&self) -> Vec<(Rank, Queued)> {
        self.state.queue.to_vec()
    }

    /// The first of a class after a rank for whom there may be room.
    #[must_use]
    pub fn next_in(&self, class: usize, after: Option<Rank>, room: Room) -> Option<(Rank, Queued)> {
        self.state.queue.next_in(class, after, room)
    }

    /// Whether a class may start jobs on a cluster now: it has a speed there, no other vendor's exclusivity
    /// holds, and no outage bars it.
    #[must_use]
    pub fn is_open(&self, class: &Class, cluster: ClusterId) -> bool {
        self.opens(class, cluster, self.state.now) == Some(self.state.now)
    }

    /// The first instant from `time` on at which a class may start jobs on a cluster, as far as is known; none while an outage bars starts
    /// there, because it is unknown when it will end.
    #[must_use]
    pub fn opens(&self, class: &Class, cluster: ClusterId, time: SimTime) -> Option<SimTime> {
        (!self.is_barred(cluster)).then(|| class.opens(cluster, time))
    }

    /// Whether an outage bars starts on a cluster now. What still runs there cannot be stopped for others either.
    #[must_use]
    pub fn is_barred(&self, cluster: ClusterId) -> bool {
        self.state.starts_barred[cluster.index()] > 0
    }

    /// Whether a waiting job would fit on a cluster now.
    #[must_use]
    pub fn fits(&self, job: &JobFacts, cluster: ClusterId) -> bool {
        let class = self.class_of(job);
        if job.gpus > self.state.free()[cluster.index()].for_class(class) {
            return false;
        }
        class.speed_milli[cluster.index()] > 0
            && self.is_open(class, cluster)
            && job.gpus <= self.quota_room(class.team, cluster)
            && match class.share() {
                Some(milli) => milli <= self.state.free()[cluster.index()].share,
                None => self.state.clusters[cluster.index()].domains.fits(job.gpus, class.within_domain),
            }
    }

    /// Whether any waiting job might fit anywhere, by the largest gangs that fit. O(classes x clusters); false is certain.
    #[must_use]
    pub fn somebody_may_fit(&self) -> bool {
        let free = self.state.free();
        self.state.classes.iter().enumerate().any(|(index, class)| {
            let may_fit = |least: u64, cluster: ClusterId| {
                least <= free[cluster.index()].for_class(class) && least <= self.quota_room(class.team, cluster)
            };
            let least = self.state.queue.least_gpus(index);
            least.is_some_and(|least| class.clusters.iter().any(|&cluster| may_fit(least, cluster)))
        })
    }

    /// The instant at which a job is expected to find its GPUs free on a cluster, and the GPUs left over then.
    #[must_use]
    pub fn shadow(&self, job: &JobFacts, cluster: ClusterId) -> Option<(SimTime, u64)> {
        self.state.clusters[cluster.index()].shadow(self.state.now, job.gpus, self.class_of(job).within_domain)
    }

    /// How long a job is estimated to take on a cluster.
    #[must_use]
    pub fn estimate_on(&self, job: &JobFacts, cluster: ClusterId) -> crate::units::Span {
        self.state.estimate_on(job, cluster)
    }

    /// The jobs of lower priority that would have to be stopped, in order, for a job to fit on a cluster; none where stopping all of them
    /// would not do. Where there are quotas, a borrower displaces only borrowers. Tried out on a copy of the cluster's nodes. O(domains with identity + victims), after a look at the sums.
    #[must_use]
    pub fn victims_for(&self, job: &JobFacts, cluster: ClusterId) -> Option<Vec<u32>> {
        let class = self.class_of(job);
        // What those that were stopped before a job used counts no more.
        let spares = |used: &mut Option<QuotaUse>, holder: &JobFacts| {
            let Some(used) = used else { return false };
            let theirs = (self.class_of(holder).team, cluster);
            let is_spared = !used.may_displace((class.team, cluster), job.gpus, theirs);
            if !is_spared {
                used.give_back(theirs, holder.gpus);
            }
            is_spared
        };
        let lower = || self.victims(cluster).take_while(|(_, victim)| victim.priority < job.priority);
        let candidates = || {
            let mut used = self.quota().cloned();
            lower().filter(move |(_, victim)| !spares(&mut used, victim))
        };
        let mut enough = self.free_gpus(cluster);
        for (_, victim) in candidates() {
            enough += victim.gpus;
            if enough >= job.gpus {
                break;
            }
        }
        if enough < job.gpus {
            return None;
        }
        let mut trial = self.state.clusters[cluster.index()].domains.clone();
        let mut stopped = Vec::new();
        for (victim, _) in candidates() {
            if trial.fits(job.gpus, class.within_domain) {
                break;
            }
            trial.release(self.state.jobs[victim as usize].lease.clone());
            stopped.push(victim);
        }
        trial.fits(job.gpus, class.within_domain).then_some(stopped)
    }

    /// Running jobs of a cluster that may be stopped, in the order in which they would be, with their GPUs.
    pub fn victims(&self, cluster: ClusterId) -> impl Iterator<Item = (u32, &'a JobFacts)> + use<'a> {
        let state = self.state;
        state.clusters[cluster.index()].victims.iter().map(move |victim| (victim.job, state.job(victim.job)))
    }
}
