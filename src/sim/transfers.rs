//! Checkpoints and data move between vendors.

use super::jobs::WORK_PER_MS;
use super::world::World;
use crate::model::transfer::Holding;
use crate::units::{ClusterId, Span};

impl World<'_> {
    /// A job starts on a cluster: what it brings along from other vendors leaves them now, and is billed in full. Returns how long it takes
    /// until all of it is there.
    pub(super) fn bring(&mut self, place: u32, cluster: ClusterId) -> Span {
        let Some(transfers) = &self.model.transfers else { return Span::ZERO };
        let facts = self.state.job(place);
        let mut time = Span::ZERO;
        for leg in transfers.legs(facts.workload, facts.asked, facts.holding, cluster) {
            time += transfers.link(leg.from, leg.to).time(leg.megabytes);
            self.recorder.moved(facts.workload.index(), leg);
        }
        time
    }

    /// A job returns to the queue: its state lies with the vendor where it ran, unless it was stopped before its data had arrived.
    pub(super) fn leave_state(&mut self, place: u32) {
        let job = self.jobs.get(place);
        if self.now - job.segment.start >= job.segment.transfer {
            let vendor = self.model.clusters[self.state.cluster_of(place).index()].vendor;
            let is_saved = job.work_left < job.draft.run.ms().saturating_mul(WORK_PER_MS);
            self.state.note_holding(place, Holding { vendor: Some(vendor), is_saved });
        }
    }
}
