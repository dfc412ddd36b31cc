//! Records why jobs wait and why GPUs stand idle, if `Options::waiting` requests it.
//!
//! All waiting jobs of one class and size have the same cause at an instant, so that they share a clock for each cause. A job notes the
//! clocks when it begins to wait and takes the differences when it leaves: a pass costs O(classes x clusters), and O(sizes) for a class
//! whose limits it moved, however many jobs wait.

mod group;
mod idle;
mod limits;
mod services;

use self::group::{Clock, Group};
use self::idle::IdleAccount;
use self::limits::{Limits, Room};
use super::evictions::TakenBack;
use super::invariants::Violation;
use super::jobs::{Job, JobTable};
use super::outages::Down;
use super::services::ServiceState;
use super::terms::Retired;
use super::world::World;
use crate::metrics::{CAUSES, Cause, ClusterPeriod, IdleCause, Interval, JobState, JobWait, Waiting};
use crate::model::Model;
use crate::policy::State;
use crate::units::{ClusterId, GpuTime, Gpus, SimTime, Span, WorkloadId};
use crate::workload::JobDraft;
use std::collections::BTreeMap;

/// What to record of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The job whose waiting is kept stretch by stretch: workload and ordinal.
    pub job: Option<(WorkloadId, u64)>,
}

/// A job in the table.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// Its group's clock when it began to wait.
    begun: Clock,
    /// Earlier stays, by cause.
    by_cause: Clock,
    /// The same as the engine's accounts have it.
    queue_time: Span,
    first_wait: Span,
    first_cluster: Option<ClusterId>,
}

/// Why jobs wait in a replication.
pub(super) struct Waits {
    /// By class: by GPUs, the waiting jobs.
    groups: Vec<BTreeMap<u64, Group>>,
    /// By class: as of the last look.
    limits: Vec<Limits>,
    /// By cluster.
    idle: Vec<IdleAccount>,
    rooms: Vec<Room>,
    /// By cluster: why its free GPUs stand idle.
    causes: Vec<IdleCause>,
    /// By place in the job table.
    entries: Vec<Entry>,
    /// When exclusivity begins or ends somewhere, the next one last: nothing else need happen then.
    borders: Vec<SimTime>,
    followed: Option<(WorkloadId, u64)>,
    /// Where the followed job is in the job table, while it waits.
    followed_place: Option<u32>,
    found: Waiting,
    /// The first thing that does not add up.
    wrong: Option<String>,
}

impl Waits {
    pub fn new(state: &State, followed: Followed) -> Self {
        let closed = state.classes.iter().flat_map(|class| class.closed.iter().flatten());
        let mut borders: Vec<SimTime> =
            closed.flat_map(|&(from, until)| [from, until]).filter(|time| *time > SimTime::ZERO).collect();
        borders.sort_unstable_by(|a, b| b.cmp(a));
        borders.dedup();
        let (classes, clusters) = (state.classes.len(), state.clusters.len());
        Self {
            groups: vec![BTreeMap::new(); classes],
            limits: vec![Limits::default(); classes],
            idle: vec![IdleAccount::new(); clusters],
            rooms: vec![Room::default(); clusters],
            causes: vec![IdleCause::NoDemand; clusters],
            entries: Vec::new(),
            borders,
            followed: followed.job,
            followed_place: None,
            found: Waiting::default(),
            wrong: None,
        }
    }

    /// A job begins to wait. O(log sizes).
    fn enter(&mut self, place: u32, job: &Job, class: usize, now: SimTime) {
        if self.entries.len() <= place as usize {
            self.entries.resize(place as usize + 1, Entry::default());
        }
        let unseen = Group { waiting: 0, cause: Cause::Busy, since: now, clock: [0; CAUSES] };
        let group = self.groups[class].entry(job.draft.gpus).or_insert(unseen);
        if group.waiting == 0 {
            // Limits that have not moved since would leave a newcomer unseen.
            group.cause = self.limits[class].cause(job.draft.gpus).0;
        }
        group.waiting += 1;
        self.entries[place as usize].begun = group.read(now);
        if self.followed == Some((job.draft.workload, job.draft.ordinal)) {
            self.followed_place = Some(place);
        }
    }

    /// A job waits no longer. O(log sizes).
    fn leave(&mut self, place: u32, job: &Job, class: usize, now: SimTime) {
        let Some(group) = self.groups[class].get_mut(&job.draft.gpus) else { return };
        let (entry, clock) = (&mut self.entries[place as usize], group.read(now));
        for ((sum, now), begun) in entry.by_cause.iter_mut().zip(clock).zip(entry.begun) {
            *sum += now - begun;
        }
        entry.queue_time += now - job.queued_at;
        group.waiting -= 1;
        if group.waiting == 0 {
            self.groups[class].remove(&job.draft.gpus);
        }
        if job.first_start.is_none() {
            entry.first_wait = now - job.draft.submit;
        }
        let sum: i64 = entry.by_cause.iter().sum();
        let first = job.first_start.is_some() || entry.first_wait == entry.queue_time;
        if sum != entry.queue_time.ms() || !first {
            let JobDraft { workload, ordinal, .. } = job.draft;
            let (queue, first) = (entry.queue_time.ms(), entry.first_wait.ms());
            self.wrong.get_or_insert_with(|| {
                format!(
                    "job {ordinal} of workload {} waited {queue} ms ({first} before its first start), its causes {sum} ms",
                    workload.0
                )
            });
        }
        if self.followed_place == Some(place) {
            self.close_interval(now);
            self.followed_place = None;
        }
    }

    /// A job is done, whichever way.
    fn done(&mut self, place: u32, draft: &JobDraft, state: JobState) {
        let entry = self.entries.get_mut(place as usize).map(std::mem::take).unwrap_or_default();
        self.push(entry, draft, state);
    }

    fn push(&mut self, entry: Entry, draft: &JobDraft, state: JobState) {
        self.found.jobs.push(JobWait {
            workload: draft.workload,
            ordinal: draft.ordinal,
            gpus: draft.gpus,
            // Shares are looked up in the end.
            amount: Gpus::whole(draft.gpus),
            submit: draft.submit,
            state,
            first_cluster: entry.first_cluster,
            first_wait: entry.first_wait,
            queue_time: entry.queue_time,
            by_cause: entry.by_cause.map(Span::from_ms),
        });
    }

    /// Determines what each job waits for at an instant.
    fn look(
        &mut self,
        state: &State,
        (down, taken_back, retired): (&[Down], &[TakenBack], &[Retired]),
        jobs: &JobTable,
        services: &[ServiceState],
        now: SimTime,
    ) {
        let exact = self.groups.iter().zip(&state.classes).any(|(groups, class)| class.within_domain && !groups.is_empty());
        for (index, room) in self.rooms.iter_mut().enumerate() {
            *room = Room::of(state, index, &down[index], taken_back[index].gpus, exact).without(retired[index].gpus);
        }
        self.causes.fill(IdleCause::NoDemand);
        for (index, groups) in self.groups.iter_mut().enumerate() {
            let Some((&least, _)) = groups.first_key_value() else { continue };
            let class = &state.classes[index];
            let quota = |cluster: ClusterId| state.quota.as_ref().map_or(u64::MAX, |quota| quota.available((class.team, cluster)));
            let limits = Limits::of(class, quota, least, &self.rooms, &mut self.causes, now);
            if limits != self.limits[index] {
                self.limits[index] = limits;
                for (&gpus, group) in groups {
                    group.set(limits.cause(gpus).0, now);
                }
            }
        }
        services::note_lacks(services, state, &self.rooms, &mut self.causes, now);
        for ((account, room), cause) in self.idle.iter_mut().zip(&self.rooms).zip(&self.causes) {
            account.set(room.milli_free, *cause, now);
        }
        if let Some(place) = self.followed_place {
            self.note_interval(place, state, jobs, now);
        }
    }

    /// Begins a stretch of the followed job's waiting where anything about it has changed.
    fn note_interval(&mut self, place: u32, state: &State, jobs: &JobTable, now: SimTime) {
        let facts = state.job(place);
        let (cause, limit) = self.limits[usize::from(facts.class)].cause(facts.gpus);
        let head = state.head().filter(|(_, head)| cause == Cause::HeadOfLine && head.job != place);
        let ahead = head.map(|(_, head)| (jobs.get(head.job).draft.workload, jobs.get(head.job).draft.ordinal));
        let class = &state.classes[usize::from(facts.class)];
        let opens =
            limit.cluster.filter(|_| matches!(cause, Cause::Exclusivity | Cause::Budget)).map(|cluster| class.opens(cluster, now));
        let of = |interval: &Interval| (interval.cause, interval.cluster, interval.ahead);
        let open = self.found.timeline.last().filter(|last| last.to == SimTime::NEVER);
        if open.map(of) != Some((cause, limit.cluster, ahead)) {
            self.close_interval(now);
            let (cluster, room) = (limit.cluster, limit.gpus);
            self.found.timeline.push(Interval { from: now, to: SimTime::NEVER, cause, cluster, room, ahead, opens });
        }
    }

    fn close_interval(&mut self, now: SimTime) {
        if let Some(last) = self.found.timeline.last_mut().filter(|last| last.to == SimTime::NEVER) {
            last.to = now;
            if last.from == now {
                self.found.timeline.pop();
            }
        }
    }

    /// Jobs in order, and the laws: every job's causes add up to its queue time, all of them to the queue's, idle ones to what was active
    /// and not allocated.
    pub fn finish(mut self, model: &Model, rows: &[Vec<ClusterPeriod>], queue_time_ms: u128) -> Result<Waiting, Violation> {
        self.found.jobs.sort_unstable_by_key(|job| (job.workload, job.ordinal));
        for job in &mut self.found.jobs {
            job.amount = model.workloads[job.workload.index()].amount(job.gpus);
        }
        let waited: u128 = self.found.jobs.iter().map(|job| u128::from(job.queue_time.ms().unsigned_abs())).sum();
        if waited != queue_time_ms {
            self.wrong.get_or_insert_with(|| format!("queue times add up to {queue_time_ms} ms, those with causes to {waited} ms"));
        }
        for (row, idle) in rows.iter().zip(&self.found.idle) {
            for (index, (cell, idle)) in row.iter().zip(idle).enumerate() {
                let (by_cause, idle): (GpuTime, GpuTime) = (idle.iter().copied().sum(), cell.active() - cell.allocated);
                if by_cause != idle {
                    let name = &model.clusters[index].name;
                    self.wrong.get_or_insert_with(|| format!("{name} was idle for {idle:?}, its causes add up to {by_cause:?}"));
                }
            }
        }
        match self.wrong {
            Some(what) => Err(Violation { what }),
            None => Ok(self.found),
        }
    }
}

/// What the world tells the waits. Without one there is nothing to do.
impl World<'_> {
    /// A job begins to wait.
    pub(super) fn waits_enter(&mut self, place: u32) {
        if let Some(waits) = &mut self.waits {
            waits.enter(place, self.jobs.get(place), usize::from(self.state.job(place).class), self.now);
        }
    }

    /// A job leaves the queue.
    pub(super) fn leave_queue(&mut self, place: u32) {
        let job = self.jobs.get(place);
        let gpus = self.model.workloads[job.draft.workload.index()].amount(job.draft.gpus);
        self.totals.leave_queue(gpus, job.queued_at, self.now);
        if let Some(waits) = &mut self.waits {
            waits.leave(place, job, usize::from(self.state.job(place).class), self.now);
        }
        self.jobs.get_mut(place).is_waiting = false;
    }

    /// A job started for the first time.
    pub(super) fn waits_first_start(&mut self, place: u32, cluster: ClusterId) {
        if let Some(waits) = &mut self.waits {
            waits.entries[place as usize].first_cluster = Some(cluster);
        }
    }

    /// A job is done.
    pub(super) fn waits_done(&mut self, place: u32, state: JobState) {
        if let Some(waits) = &mut self.waits {
            waits.done(place, &self.jobs.get(place).draft, state);
        }
    }

    /// A job was turned away on arrival.
    pub(super) fn waits_rejected(&mut self, draft: &JobDraft, state: JobState) {
        if let Some(waits) = &mut self.waits {
            waits.push(Entry::default(), draft, state);
        }
    }

    /// Something changed: every cause is recomputed. O(classes x clusters + sizes of gangs that wait).
    pub(super) fn waits_pass(&mut self) {
        if let Some(waits) = &mut self.waits {
            waits.look(&self.state, (&self.down, &self.taken_back, &self.retired), &self.jobs, &self.services, self.now);
        }
    }

    /// Nothing happens up to `until`, but exclusivity may begin or end in between.
    pub(super) fn waits_until(&mut self, until: SimTime) {
        if let Some(waits) = &mut self.waits {
            while let Some(border) = waits.borders.pop_if(|border| *border <= until) {
                waits.look(&self.state, (&self.down, &self.taken_back, &self.retired), &self.jobs, &self.services, border);
            }
        }
    }

    /// A period ends.
    pub(super) fn waits_close(&mut self, end: SimTime) {
        self.waits_until(end);
        if let Some(waits) = &mut self.waits {
            waits.found.idle.push(waits.idle.iter_mut().map(|account| account.close(end)).collect());
        }
    }
}
