//! Running jobs grow and shrink.

use super::jobs::{Kept, WORK_PER_MS};
use super::world::World;
use crate::units::Span;

impl World<'_> {
    /// A running job has another number of GPUs from now on. It saves its state first, so that no work is lost, and then holds its new GPUs
    /// without computing for as long as a change of its size takes; several changes at one instant take that long once. What is left of a
    /// restart comes on top. A size that it has already changes nothing, but takes as long.
    pub(super) fn resized(&mut self, place: u32, gpus: u64) {
        let job = *self.jobs.get(place);
        let cluster = self.state.cluster_of(place);
        let workload = &self.model.workloads[job.draft.workload.index()];
        let elapsed = self.now - job.segment.start;
        self.book_stay(&job, cluster, Kept::All);
        let progress = job.segment.progress(elapsed, workload.checkpoint.interval, workload.checkpoint.blocking);
        let cost = match &workload.elastic {
            Some(elastic) if elapsed > Span::ZERO => elastic.resize(),
            _ => Span::ZERO,
        };
        let restart = job.segment.restart - progress.restarting + cost;
        let transfer = (job.segment.transfer - elapsed).max(Span::ZERO);
        let before = self.held(&job);
        let slot = self.jobs.get_mut(place);
        slot.work_left = (slot.work_left - progress.computed.ms() * slot.segment.speed).max(0);
        slot.hazard_left = (slot.hazard_left - slot.segment.hazard_rate * elapsed.ms() as f64).max(0.0);
        slot.gpus = gpus;
        let job = *slot;
        self.allocate(cluster, &job, before, self.held(&job));
        // The policy took the time of checkpoints for progress.
        let done = job.draft.run.ms() - (job.work_left.saturating_add(WORK_PER_MS - 1)) / WORK_PER_MS;
        self.state.note_estimate(place, Span::from_ms((job.draft.estimate.ms() - done).max(0)));
        self.begin_stay(place, cluster, restart, transfer);
    }
}
