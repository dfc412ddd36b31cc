//! Capacity is delivered, fails and is repaired.

use super::delays::Delivery;
use super::world::{Event, World, class};
use crate::model::ramp::CapacityKind;
use crate::units::{ClusterId, SimTime};

/// The state of a tranche.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TrancheState {
    /// Not requested yet: an option that was not exercised.
    Open,
    /// Expected at this instant, as known now.
    Announced(SimTime),
    /// It was delivered.
    Delivered,
    /// It is cancelled.
    Cancelled,
}

impl World<'_> {
    /// Capacity delivered at the start, and announced capacity.
    pub(super) fn announce(&mut self) {
        for index in 0..self.model.clusters.len() {
            let id = ClusterId::from(index);
            for (number, tranche) in self.model.clusters[index].ramp.iter().enumerate() {
                if tranche.planned <= SimTime::ZERO {
                    self.tranches[index][number] = TrancheState::Delivered;
                    self.deliver(id, tranche.kind, tranche.gpus);
                    self.expect_end(id, number);
                } else {
                    self.tranches[index][number] = TrancheState::Announced(tranche.planned);
                    self.state.clusters[index].announced.push_back((tranche.planned, tranche.gpus));
                    let event = Event::Tranche { cluster: id, tranche: u32::try_from(number).unwrap_or(u32::MAX) };
                    self.events.push(tranche.planned, class::CAPACITY_UP, event);
                }
            }
        }
    }

    /// The planned date of a tranche, or the one it slipped to. A slip or a cancellation is revealed only now.
    pub(super) fn tranche(&mut self, cluster: ClusterId, number: usize) {
        if self.tranches[cluster.index()][number] == TrancheState::Cancelled {
            return;
        }
        // News of a slip or a cancellation is an event like any other.
        self.changed = true;
        self.state.surprises += 1;
        let tranche = &self.model.clusters[cluster.index()].ramp[number];
        self.state.clusters[cluster.index()].withdraw_announcement(self.now, tranche.gpus);
        match self.deliveries[cluster.index()][number] {
            Delivery::At(date) if date > self.now => {
                self.tranches[cluster.index()][number] = TrancheState::Announced(date);
                self.state.clusters[cluster.index()].announce(date, tranche.gpus);
                let event = Event::Tranche { cluster, tranche: u32::try_from(number).unwrap_or(u32::MAX) };
                self.events.push(date, class::CAPACITY_UP, event);
            }
            Delivery::At(_) => {
                self.tranches[cluster.index()][number] = TrancheState::Delivered;
                self.deliver(cluster, tranche.kind, tranche.gpus);
                self.expect_end(cluster, number);
            }
            Delivery::Cancelled => {
                self.tranches[cluster.index()][number] = TrancheState::Cancelled;
                self.planned_maximum[cluster.index()] -= tranche.gpus;
                self.reject_impossible();
            }
        }
    }

    pub(super) fn deliver(&mut self, cluster: ClusterId, kind: CapacityKind, gpus: u64) {
        self.changed = true;
        let node = u64::from(self.model.clusters[cluster.index()].node_gpus);
        self.state.clusters[cluster.index()].domains.grow(gpus / node);
        self.touched.push(cluster);
        self.recorder.installed(cluster, kind, gpus as i64, self.now);
        self.state.gpus_by_kind[cluster.index()][kind as usize] += gpus;
        self.darken(cluster);
        self.withhold(cluster);
    }

    /// Takes a running job's GPUs back except for the node that failed, which is out for its repair.
    pub(super) fn lose_node(&mut self, job: u32, cluster: ClusterId) {
        self.state.surprises += 1;
        let lease = self.state.stop(job);
        let state = &mut self.state.clusters[cluster.index()];
        let (kept, gpus) = state.domains.release_all_but_a_node(lease);
        state.out_gpus += gpus;
        self.recorder.out(cluster, gpus as i64, self.now);
        let repair = self.repairs_unused.pop().unwrap_or_else(|| {
            self.repairs.push(None);
            u32::try_from(self.repairs.len() - 1).unwrap_or(u32::MAX)
        });
        self.repairs[repair as usize] = Some((cluster, kept, gpus));
        let due = self.now.saturating_add(self.model.clusters[cluster.index()].failures.repair);
        self.state.expect_repair(cluster, due, repair, gpus, true);
        self.events.push(due, class::CAPACITY_UP, Event::Repair { repair });
    }

    /// A node is back.
    pub(super) fn repaired(&mut self, repair: u32) {
        let Some((cluster, lease, gpus)) = self.repairs[repair as usize].take() else { return };
        self.changed = true;
        self.state.surprises += 1;
        self.repairs_unused.push(repair);
        self.touched.push(cluster);
        self.state.expect_repair(cluster, self.now, repair, gpus, false);
        let state = &mut self.state.clusters[cluster.index()];
        state.domains.release(lease);
        state.out_gpus -= gpus;
        self.recorder.out(cluster, -(gpus as i64), self.now);
        self.withhold(cluster);
    }
}
