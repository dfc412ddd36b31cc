//! The state that decisions are made on: clusters, queue, jobs. The engine keeps it; a policy sees it through `View`.

use super::facts::{Class, ClusterFacts, Free, JobFacts};
use super::marginal::Minimum;
use super::mistake::{Mistake, Mistakes};
use super::queue::{Queue, Queued, Rank};
use super::quota::QuotaUse;
use super::served::Served;
use super::shares::{ShareRule, TeamShares};
use crate::fleet::{ClusterState, Lease, Running, Victim};
use crate::model::transfer::{Holding, Transfers};
use crate::units::{ClusterId, SimTime, Span, TeamId};
use std::cmp::Ordering;
use std::sync::Arc;

/// Clusters, queue and jobs at an instant.
#[allow(clippy::struct_excessive_bools, reason = "each says whether an index or a count is kept, on its own")]
#[derive(Clone, Debug)]
pub struct State {
    /// Now.
    pub now: SimTime,
    /// Clusters while they run.
    pub clusters: Vec<ClusterState>,
    /// Who is paid for them, and how much.
    pub facts: Vec<ClusterFacts>,
    /// What is left of the minimum of each cluster's contract.
    pub minima: Vec<Minimum>,
    /// Delivered GPUs of each cluster by kind: reserved, on-demand, spot.
    pub gpus_by_kind: Vec<[u64; 3]>,
    /// Outages that bar new starts on each cluster now.
    pub starts_barred: Vec<u32>,
    /// Links between vendors and what moves over them.
    pub transfers: Option<Arc<Transfers>>,
    /// What each vendor has served so far.
    pub served: Vec<Served>,
    /// At which instant a part that asks only once at an instant asked for another pass.
    pub(super) asked_again: Option<SimTime>,
    /// Where a job started last.
    pub last_started: Option<ClusterId>,
    /// How often something came otherwise than expected so far.
    pub surprises: u64,
    /// Classes of jobs.
    pub classes: Vec<Class>,
    /// What teams use of their quotas, where there are any.
    pub quota: Option<Box<QuotaUse>>,
    /// What share of the GPUs teams hold, where they take turns.
    pub team_shares: Option<Box<TeamShares>>,
    /// The classes of each team, as far as teams are distinguished.
    pub(super) team_classes: Vec<(Option<TeamId>, Vec<usize>)>,
    /// Waiting jobs.
    pub queue: Queue,
    /// What the policy did that no policy may.
    pub mistakes: Mistakes,
    /// Free GPUs of each cluster and the largest gangs that fit, side by side for the scans of a pass. Brought up to date when a pass
    /// begins and by its moves.
    room: Vec<Free>,
    pub(crate) jobs: Vec<JobSlot>,
    unused: Vec<u32>,
    pub(super) track_ends: bool,
    track_victims: bool,
    pub(super) track_running: bool,
    /// Whether a class asks for shares of GPUs.
    shares: bool,
    entries: u64,
    passes: u64,
}

/// Which indexes the engine keeps for a policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexes {
    /// Expected ends, for reservations.
    pub ends: bool,
    /// Jobs that may be stopped, lowest priority first.
    pub victims: bool,
    /// Running jobs of each cluster in the policy's order.
    pub running: bool,
    /// What share of the GPUs each team holds, so that teams take turns: the first of the queue is then one of the team with the least.
    pub shares: Option<ShareRule>,
}

/// A job in the table.
#[derive(Clone, Debug)]
pub(crate) struct JobSlot {
    pub facts: JobFacts,
    pub lease: Lease,
    pub cluster: ClusterId,
    pub started: SimTime,
    /// Since when it has held as many GPUs as now; what it did before is in its facts.
    pub sized: SimTime,
    /// When it computes, after its restart.
    pub computes_from: SimTime,
    pub estimated_end: SimTime,
}

impl State {
    /// Clusters without capacity and an empty queue.
    #[must_use]
    pub fn new(clusters: Vec<ClusterState>, facts: Vec<ClusterFacts>, classes: Vec<Class>) -> Self {
        let count = clusters.len();
        let mut team_classes: Vec<(Option<TeamId>, Vec<usize>)> = Vec::new();
        for (index, class) in classes.iter().enumerate() {
            match team_classes.iter_mut().find(|(team, _)| *team == class.team) {
                Some((_, list)) => list.push(index),
                None => team_classes.push((class.team, vec![index])),
            }
        }
        let vendors = facts.iter().map(|facts| facts.vendor.index() + 1).max().unwrap_or(0);
        Self {
            served: vec![Served::default(); vendors],
            asked_again: None,
            last_started: None,
            transfers: None,
            now: SimTime::ZERO,
            queue: Queue::new(classes.len()),
            mistakes: Mistakes::default(),
            clusters,
            facts,
            minima: vec![Minimum::default(); count],
            gpus_by_kind: vec![[0; 3]; count],
            starts_barred: vec![0; count],
            surprises: 0,
            quota: None,
            team_shares: None,
            team_classes,
            shares: classes.iter().any(|class| class.share().is_some()),
            classes,
            room: vec![Free::default(); count],
            jobs: Vec::new(),
            unused: Vec::new(),
            track_ends: false,
            track_victims: false,
            track_running: false,
            entries: 0,
            passes: 0,
        }
    }

    /// Which indexes are kept.
    pub fn track(&mut self, indexes: Indexes) {
        self.track_ends = indexes.ends;
        self.track_victims = indexes.victims;
        self.track_running = indexes.running;
    }

    /// Begins a scheduling pass: the counts of free GPUs are brought up to date. O(clusters).
    pub fn begin_pass(&mut self) {
        self.passes += 1;
        let shares = self.shares;
        for (room, cluster) in self.room.iter_mut().zip(&self.clusters) {
            room.refresh(cluster, shares);
        }
        if let Some(shares) = &mut self.team_shares {
            let active = |cluster: &ClusterState| cluster.domains.installed_gpus().saturating_sub(cluster.out_gpus);
            shares.begin(self.now, self.clusters.iter().map(active));
        }
    }

    /// Who comes first in the queue: where teams take turns, one of the team with the least share. O(classes).
    #[must_use]
    pub fn head(&self) -> Option<(Rank, Queued)> {
        if self.team_shares.is_none() {
            return self.queue.head();
        }
        self.heads().min_by(|(one, first), (other, second)| self.turn((*one, first.0), (*other, second.0))).map(|(_, head)| head)
    }

    /// The first waiting job of each team that has any, as far as teams are distinguished. O(classes).
    pub(super) fn heads(&self) -> impl Iterator<Item = (Option<TeamId>, (Rank, Queued))> + use<'_> {
        let first = |classes: &Vec<usize>| classes.iter().filter_map(|&class| self.queue.first(class)).min_by_key(|head| head.0);
        self.team_classes.iter().filter_map(move |(team, classes)| Some((*team, first(classes)?)))
    }

    /// Which of two waiting jobs comes first: where teams take turns, that of the team with the lesser share; then by rank.
    pub(super) fn turn(&self, (one, first): (Option<TeamId>, Rank), (other, second): (Option<TeamId>, Rank)) -> Ordering {
        let shares = self.team_shares.as_ref();
        shares.map_or(Ordering::Equal, |shares| shares.of(one).total_cmp(&shares.of(other))).then(first.cmp(&second))
    }

    /// What is free on each cluster, as of the beginning of the pass and its moves.
    #[must_use]
    pub fn free(&self) -> &[Free] {
        &self.room
    }

    /// Adds a job to the table; returns its place. It is not queued yet.
    pub fn admit(&mut self, facts: JobFacts) -> u32 {
        let slot = JobSlot {
            facts,
            lease: Lease::default(),
            cluster: ClusterId(0),
            started: SimTime::ZERO,
            sized: SimTime::ZERO,
            computes_from: SimTime::ZERO,
            estimated_end: SimTime::NEVER,
        };
        if let Some(job) = self.unused.pop() {
            self.jobs[job as usize] = slot;
            return job;
        }
        self.jobs.push(slot);
        (self.jobs.len() - 1) as u32
    }

    /// Takes a job that neither waits nor runs out of the table.
    pub fn dismiss(&mut self, job: u32) {
        self.unused.push(job);
    }

    /// Queues a job under the rank that `rank` gives it, which may also note its level.
    pub fn enqueue(&mut self, job: u32, was_stopped: bool, rank: impl FnOnce(&mut JobFacts) -> Rank) {
        let slot = &mut self.jobs[job as usize];
        self.entries += 1;
        slot.facts.entry = self.entries;
        slot.facts.queued_at = self.now;
        slot.facts.passes = self.passes;
        slot.facts.was_stopped = was_stopped;
        let rank = rank(&mut slot.facts);
        slot.facts.rank = rank;
        let queued = Queued { job, gpus: slot.facts.gpus, estimate_ms: slot.facts.estimate.ms() };
        self.queue.insert(usize::from(slot.facts.class), rank, queued);
    }

    /// What is known of a job.
    #[must_use]
    pub fn job(&self, job: u32) -> &JobFacts {
        &self.jobs[job as usize].facts
    }

    /// Notes what a job that is neither queued nor running has done: its estimated time left, and for how long it held its GPUs. It asks for
    /// what it asked for at first.
    pub fn note_progress(&mut self, job: u32, estimate: Span, attained: Span) {
        let facts = &mut self.jobs[job as usize].facts;
        facts.gpus = facts.asked;
        facts.estimate = estimate;
        facts.attained = attained;
    }

    /// Notes where the state of a job that is neither queued nor running lies.
    pub fn note_holding(&mut self, job: u32, holding: Holding) {
        self.jobs[job as usize].facts.holding = holding;
    }

    /// Notes that a job that has just started does not compute before its restart is over.
    pub fn note_restart(&mut self, job: u32, restart: Span) {
        let slot = &mut self.jobs[job as usize];
        slot.computes_from = slot.started.saturating_add(restart);
    }

    /// Notes that replicas got GPUs of a cluster, or gave them back.
    pub fn note_replicas(&mut self, cluster: ClusterId, delta: i64) {
        self.served[self.facts[cluster.index()].vendor.index()].replicas.add(delta, self.now);
    }

    /// A number for the next entry into the queue, or place in an order.
    pub(crate) fn next_entry(&mut self) -> u64 {
        self.entries += 1;
        self.entries
    }

    /// What is known of a running job now: its estimate and what it has attained, brought up to date.
    #[must_use]
    pub fn current(&self, job: u32) -> JobFacts {
        let slot = &self.jobs[job as usize];
        let mut facts = slot.facts;
        let computed = (self.now - slot.computes_from).max(Span::ZERO).ms();
        let class = &self.classes[usize::from(facts.class)];
        let speed = i64::from(class.speed_milli[slot.cluster.index()]);
        let done = if facts.gpus != facts.asked {
            let speed = class.speed_ppm(slot.cluster, facts.gpus, facts.asked);
            (i128::from(computed) * i128::from(speed) / 1_000_000) as i64
        } else if speed == 1000 {
            computed
        } else {
            (i128::from(computed) * i128::from(speed) / 1000) as i64
        };
        facts.estimate = Span::from_ms((facts.estimate.ms() - done).max(0));
        facts.attained += facts.as_asked(self.now - slot.sized, facts.gpus);
        facts
    }

    /// Takes a waiting job out of the queue and puts it in again, changed, under a new rank.
    pub(crate) fn requeue(&mut self, job: u32, change: impl FnOnce(&mut JobFacts) -> Rank) {
        let slot = &mut self.jobs[job as usize];
        self.queue.remove(usize::from(slot.facts.class), &slot.facts.rank);
        self.entries += 1;
        slot.facts.entry = self.entries;
        slot.facts.rank = change(&mut slot.facts);
        let queued = Queued { job, gpus: slot.facts.gpus, estimate_ms: slot.facts.estimate.ms() };
        self.queue.insert(usize::from(slot.facts.class), slot.facts.rank, queued);
    }

    /// Ranks the whole queue again. O(n log n).
    pub(crate) fn rerank(&mut self, rank: impl Fn(&JobFacts) -> Rank) {
        for (_, queued) in self.queue.to_vec() {
            let slot = &mut self.jobs[queued.job as usize];
            let new = rank(&slot.facts);
            if new != slot.facts.rank {
                let class = usize::from(slot.facts.class);
                self.queue.remove(class, &slot.facts.rank);
                self.queue.insert(class, new, queued);
                slot.facts.rank = new;
            }
        }
    }

    /// What a running job holds.
    pub(crate) fn lease_of(&self, job: u32) -> &Lease {
        &self.jobs[job as usize].lease
    }

    /// Where a running job runs.
    #[must_use]
    pub fn cluster_of(&self, job: u32) -> ClusterId {
        self.jobs[job as usize].cluster
    }

    /// When a running job is expected to end.
    pub(crate) fn estimated_end(&self, job: u32) -> SimTime {
        self.jobs[job as usize].estimated_end
    }

    /// How long a job is estimated to take on a cluster that it may use, on as many GPUs as its facts say.
    #[must_use]
    pub fn estimate_on(&self, facts: &JobFacts, cluster: ClusterId) -> Span {
        if facts.gpus != facts.asked {
            return self.estimate_resized(facts, cluster);
        }
        let speed = i64::from(self.classes[usize::from(facts.class)].speed_milli[cluster.index()].max(1));
        Span::from_ms((facts.estimate.ms().saturating_mul(1000)).saturating_add(speed - 1) / speed)
    }

    /// Gives a waiting job its GPUs. Where it does not wait, that is noted as the policy's mistake, and says no.
    pub(crate) fn start(&mut self, job: u32, cluster: ClusterId, gpus: u64, lease: Lease) -> bool {
        let facts = JobFacts { gpus, ..*self.job(job) };
        match self.queue.take(usize::from(facts.class), &facts.rank) {
            Some(queued) if queued.job == job => {}
            found => {
                let sequence = facts.sequence;
                self.mistakes.note(if found.is_some() { Mistake::SameRank { sequence } } else { Mistake::NotWaiting { sequence } });
                return false;
            }
        }
        let estimated_end = self.now.saturating_add(self.estimate_on(&facts, cluster));
        let slot = &mut self.jobs[job as usize];
        slot.facts.gpus = gpus;
        slot.lease = lease;
        slot.cluster = cluster;
        slot.started = self.now;
        slot.sized = self.now;
        slot.computes_from = self.now;
        slot.estimated_end = estimated_end;
        self.last_started = Some(cluster);
        if let Some(quota) = &mut self.quota {
            quota.take((self.classes[usize::from(facts.class)].team, cluster), facts.gpus);
        }
        let class = &self.classes[usize::from(facts.class)];
        let milli = facts.gpus * u64::from(class.gpu_milli);
        if let Some(shares) = &mut self.team_shares {
            shares.take(class.team, cluster, milli, self.now);
        }
        self.served[self.facts[cluster.index()].vendor.index()].begin(milli, estimated_end - self.now);
        let state = &mut self.clusters[cluster.index()];
        self.room[cluster.index()].refresh(state, self.shares);
        if self.track_ends {
            state.ends.insert((estimated_end, facts.sequence), facts.gpus);
        }
        if self.track_victims && facts.preemptible {
            state.victims.insert(victim(job, &facts, self.now));
        }
        if self.track_running {
            let Rank(rank) = facts.rank;
            let (gpus, preemptible) = (facts.gpus, facts.preemptible);
            state.running.push(Running { rank, review: SimTime::NEVER, gpus, job, preemptible, settled: false });
        }
        true
    }

    /// Takes a running job out of its cluster's indexes; returns its lease, which is still to be released.
    pub(crate) fn stop(&mut self, job: u32) -> Lease {
        let slot = &mut self.jobs[job as usize];
        let state = &mut self.clusters[slot.cluster.index()];
        self.surprises += u64::from(self.now != slot.estimated_end || self.quota.is_some());
        if let Some(quota) = &mut self.quota {
            quota.give_back((self.classes[usize::from(slot.facts.class)].team, slot.cluster), slot.facts.gpus);
        }
        let vendor = self.facts[slot.cluster.index()].vendor;
        let class = &self.classes[usize::from(slot.facts.class)];
        let milli = slot.facts.gpus * u64::from(class.gpu_milli);
        if let Some(shares) = &mut self.team_shares {
            shares.give_back(class.team, slot.cluster, milli, self.now);
        }
        self.served[vendor.index()].end(milli, self.now - slot.estimated_end);
        if self.track_ends {
            state.ends.remove(&(slot.estimated_end, slot.facts.sequence));
        }
        if self.track_victims && slot.facts.preemptible {
            state.victims.remove(&victim(job, &slot.facts, slot.started));
        }
        if self.track_running
            && let Some(place) = state.running.iter().position(|running| running.job == job)
        {
            state.running.remove(place);
        }
        std::mem::take(&mut slot.lease)
    }

    /// Notes when a node is expected back from repair (or that it is back).
    pub(crate) fn expect_repair(&mut self, cluster: ClusterId, due: SimTime, repair: u32, gpus: u64, is_out: bool) {
        if self.track_ends {
            // Repairs come after the jobs that end at the same instant; jobs number from the other end.
            let key = (due, u64::MAX - u64::from(repair));
            let ends = &mut self.clusters[cluster.index()].ends;
            if is_out {
                ends.insert(key, gpus);
            } else {
                ends.remove(&key);
            }
        }
    }

    /// Keeps the quota of a job that moves to a cluster until it starts there, or no longer.
    pub(crate) fn hold_quota(&mut self, job: u32, cluster: ClusterId, gpus: u64, is_held: bool) {
        let class = self.jobs[job as usize].facts.class;
        let team = self.classes[usize::from(class)].team;
        match &mut self.quota {
            Some(quota) if is_held => quota.take((team, cluster), gpus),
            Some(quota) => quota.give_back((team, cluster), gpus),
            None => {}
        }
    }

    /// Takes a running job's GPUs back.
    pub(crate) fn release(&mut self, job: u32) {
        let lease = self.stop(job);
        let cluster = self.jobs[job as usize].cluster;
        let state = &mut self.clusters[cluster.index()];
        state.domains.release(lease);
        self.room[cluster.index()].refresh(state, self.shares);
    }
}

impl State {
    /// Brings what is free on a cluster up to date after its nodes were exchanged.
    pub(crate) fn refresh_cluster(&mut self, cluster: ClusterId) {
        self.room[cluster.index()].refresh(&self.clusters[cluster.index()], self.shares);
    }
}

fn victim(job: u32, facts: &JobFacts, started: SimTime) -> Victim {
    Victim { priority: facts.priority, minus_start_ms: -started.ms(), minus_sequence: -(facts.sequence as i64), job }
}
