//! Whether queues grow without end: what waits when the last quarter of the measured span begins and when it ends, against what arrives in it.
//! Waiting jobs are counted twice a run, and arrivals as they come, so that the cost follows events.

use super::jobs::WORK_PER_MS;
use super::world::World;
use crate::metrics::Backlog;
use crate::units::{GpuTime, Gpus, SimTime, Span};
use crate::workload::JobDraft;

/// By workload, what waits and arrives in the last quarter of the measured span.
pub(super) struct Backlogs {
    /// When the quarter begins.
    from: SimTime,
    has_begun: bool,
    seen: Vec<Backlog>,
}

impl Backlogs {
    pub fn new(workloads: usize, warm_up: SimTime, horizon: SimTime) -> Self {
        let quarter = Span::from_ms((horizon - warm_up.min(horizon)).ms() / 4);
        Self { from: horizon - quarter, has_begun: false, seen: vec![Backlog { quarter, ..Backlog::default() }; workloads] }
    }

    /// A job was submitted that can run.
    pub fn arrives(&mut self, draft: &JobDraft, amount: Gpus) {
        if draft.submit >= self.from {
            self.seen[draft.workload.index()].arrived += amount.over(draft.run);
        }
    }

    pub fn into_seen(self) -> Vec<Backlog> {
        self.seen
    }
}

impl World<'_> {
    /// Nothing happens until `next`. The first time that the last quarter has begun by then, what waits is what waited when it began; O(waiting jobs).
    pub(super) fn backlogs_until(&mut self, next: SimTime) {
        if !self.backlogs.has_begun && next >= self.backlogs.from {
            self.backlogs.has_begun = true;
            for (workload, waiting) in self.waiting_work().into_iter().enumerate() {
                self.backlogs.seen[workload].before = waiting;
            }
        }
    }

    /// The last quarter ends: at the horizon, before what waits is censored. O(waiting jobs).
    pub(super) fn close_backlogs(&mut self) {
        self.backlogs_until(self.backlogs.from);
        for (workload, waiting) in self.waiting_work().into_iter().enumerate() {
            self.backlogs.seen[workload].waiting = waiting;
        }
    }

    /// What waiting jobs ask for times what is left of their run time on the reference GPU, by workload.
    fn waiting_work(&self) -> Vec<GpuTime> {
        let mut sums = vec![GpuTime::ZERO; self.model.workloads.len()];
        for (_, queued) in self.state.queue.to_vec() {
            let job = self.jobs.get(queued.job);
            sums[job.draft.workload.index()] += self.amount(&job.draft).over(Span::from_ms(job.work_left / WORK_PER_MS));
        }
        sums
    }
}
