//! Checkpoints and data move between vendors.

use super::jobs::WORK_PER_MS;
use super::world::World;
use crate::metrics::RejectionReason;
use crate::model::transfer::Holding;
use crate::policy::Policy;
use crate::units::{ClusterId, Span, WorkloadId};

impl World<'_> {
    /// A job starts on a cluster: what it brings along from other vendors leaves them now, and is billed in full. Returns how long it takes
    /// until all of it is there.
    pub(super) fn bring(&mut self, place: u32, cluster: ClusterId) -> Span {
        let Some(transfers) = &self.model.transfers else { return Span::ZERO };
        let facts = self.state.job(place);
        let mut time = Span::ZERO;
        for leg in transfers.legs(facts.workload, facts.asked, facts.holding, cluster, self.now) {
            time += transfers.link(leg.from, leg.to).time(leg.megabytes);
            self.recorder.moved(facts.workload.index(), leg);
        }
        time
    }

    /// A job returns to the queue: its state lies with the vendor where it ran, unless it was stopped before its data had arrived. Returns
    /// whether it is lost there.
    pub(super) fn leave_state(&mut self, place: u32) -> bool {
        let job = self.jobs.get(place);
        if self.now - job.segment.start >= job.segment.transfer {
            let vendor = self.model.clusters[self.state.cluster_of(place).index()].vendor;
            let is_saved = job.work_left < job.draft.run.ms().saturating_mul(WORK_PER_MS);
            self.state.note_holding(place, Holding { vendor: Some(vendor), is_saved });
        }
        self.lose_state(place)
    }

    /// Where the state of a job that is neither queued nor running lay with a vendor that has defaulted, the job begins from the start.
    /// Returns whether it does.
    fn lose_state(&mut self, place: u32) -> bool {
        let Some(vendor) = self.state.job(place).holding.vendor else { return false };
        let is_lost = self.model.vendors[vendor.index()].has_defaulted(self.now);
        if is_lost {
            self.state.note_holding(place, Holding::default());
            let job = self.jobs.get_mut(place);
            job.work_left = job.draft.run.ms().saturating_mul(WORK_PER_MS);
        }
        is_lost
    }

    /// A vendor has defaulted: waiting jobs whose state lay there have to begin from the start. They keep their places. O(waiting jobs).
    pub(super) fn lose_states(&mut self, policy: &dyn Policy) {
        for (rank, queued) in self.state.queue.to_vec() {
            let place = queued.job;
            if !self.lose_state(place) {
                continue;
            }
            let facts = *self.state.job(place);
            self.state.queue.remove(usize::from(facts.class), &rank);
            self.leave_queue(place);
            self.state.note_progress(place, facts.first_estimate, facts.attained);
            self.enqueue(place, facts.was_stopped, policy);
        }
    }

    /// Why jobs of a workload can never run for want of their data, if so.
    pub(super) fn never_has_data(&self, workload: WorkloadId) -> Option<RejectionReason> {
        let transfers = self.model.transfers.as_ref()?;
        transfers.data_are_lost(workload, self.now).then_some(RejectionReason::DataLost)
    }
}
