//! Terms of reserved capacity end: it leaves, or goes on after its term.

use super::clauses::Turn;
use super::world::{Event, World, class};
use crate::fleet::Lease;
use crate::metrics::timeline::Ending;
use crate::model::contract::AfterTerm;
use crate::model::ramp::CapacityKind;
use crate::policy::Policy;
use crate::units::{ClusterId, SimTime};
use std::cmp::Reverse;

/// GPUs that have left a cluster of which others stay, as its nodes know them.
#[derive(Clone, Debug, Default)]
pub(super) struct Retired {
    leases: Vec<Lease>,
    pub gpus: u64,
    /// By kind: GPUs that leave as soon as they are free, because they are under repair or in an outage.
    pending: [u64; CapacityKind::ALL.len()],
}

impl Retired {
    /// Whether GPUs leave as soon as they are free.
    pub fn is_waited_for(&self) -> bool {
        self.pending.iter().any(|&gpus| gpus > 0)
    }
}

impl World<'_> {
    /// Schedules the ends of the terms that all tranches of a contract have in common and that cannot be extended.
    pub(super) fn expect_common_ends(&mut self) {
        for contract in 0..self.model.contracts.len() {
            self.expect_common_end(contract);
        }
    }

    pub(super) fn expect_common_end(&mut self, contract: usize) {
        let end = self.timelines[contract].end.max(self.now);
        if self.has_common_end(contract) && end < self.model.horizon() {
            let contract = u32::try_from(contract).unwrap_or(u32::MAX);
            self.events.push(end, class::FAILURE, Event::Turn(Turn::CommonEnd { contract }));
        }
    }

    fn has_common_end(&self, contract: usize) -> bool {
        let definition = &self.model.contracts[contract];
        let is_common = definition.tranche_term.is_none() && definition.clauses.extension.is_none();
        is_common && self.timelines[contract].ending == Ending::Term
    }

    /// A term that all tranches have in common is over. Void where it has moved in the meantime.
    pub(super) fn common_end(&mut self, contract: u32, policy: &dyn Policy) {
        let contract = contract as usize;
        if !self.has_common_end(contract) || self.timelines[contract].end.max(SimTime::ZERO) != self.now {
            return;
        }
        match self.model.contracts[contract].after_term {
            AfterTerm::Leaves => self.leave(contract, policy),
            AfterTerm::Continues(_) => {
                for &cluster in &self.model.contracts[contract].clusters {
                    let gpus = self.recorder.installed_of(cluster, CapacityKind::Reserved);
                    self.recorder.after_term(cluster, gpus as i64, self.now);
                }
            }
        }
    }

    /// A tranche was delivered: when its term ends, or it leaves, is put on the calendar.
    pub(super) fn expect_end(&mut self, cluster: ClusterId, number: usize) {
        let definition = &self.model.clusters[cluster.index()];
        let tranche = &definition.ramp[number];
        let mut ends = tranche.until;
        if tranche.kind == CapacityKind::Reserved
            && let Some(id) = definition.contract
        {
            let (contract, timeline) = (&self.model.contracts[id.index()], &self.timelines[id.index()]);
            if contract.tranche_term.is_some() {
                // What is there when the scenario begins came when it was planned.
                let delivered = if self.now == SimTime::ZERO { tranche.planned } else { self.now };
                let end = timeline.term_end(contract, tranche, delivered);
                // What cuts the contract short takes the tranche with it.
                let is_cut_short = timeline.ending != Ending::Term && end >= timeline.end;
                ends = if is_cut_short { ends } else { ends.min(end) };
            } else if timeline.ending == Ending::Term && contract.clauses.extension.is_none() && timeline.end < self.now {
                self.recorder.after_term(cluster, tranche.gpus as i64, self.now);
            }
        }
        self.push_end(cluster, number, ends);
    }

    fn push_end(&mut self, cluster: ClusterId, number: usize, end: SimTime) {
        if end < self.model.horizon() {
            let tranche = u32::try_from(number).unwrap_or(u32::MAX);
            self.events.push(end.max(self.now), class::FAILURE, Event::Turn(Turn::TrancheEnds { cluster, tranche }));
        }
    }

    /// The term of a tranche is over, or it leaves.
    pub(super) fn tranche_ends(&mut self, cluster: ClusterId, number: u32, policy: &dyn Policy) {
        let definition = &self.model.clusters[cluster.index()];
        let tranche = &definition.ramp[number as usize];
        // What has left with its contract or its vendor cannot leave again.
        let gpus = tranche.gpus.min(self.recorder.installed_of(cluster, tranche.kind));
        let after = definition.contract.map(|id| self.model.contracts[id.index()].after_term);
        if self.now < tranche.until && matches!(after, Some(AfterTerm::Continues(_))) {
            self.recorder.after_term(cluster, gpus as i64, self.now);
            self.push_end(cluster, number as usize, tranche.until);
        } else {
            let past = self.recorder.gpus_after_term(cluster).min(gpus);
            if tranche.kind == CapacityKind::Reserved && past > 0 {
                self.recorder.after_term(cluster, -(past as i64), self.now);
            }
            self.retire(cluster, tranche.kind, gpus, policy);
        }
    }

    /// GPUs leave a cluster for good. Its end was known: what is free goes first, then the jobs that started last save their state and wait
    /// again, then replicas go. Nodes under repair or in an outage leave when they are back. O(jobs).
    pub(super) fn retire(&mut self, cluster: ClusterId, kind: CapacityKind, gpus: u64, policy: &dyn Policy) {
        if gpus == 0 {
            return;
        }
        self.changed = true;
        self.state.surprises += 1;
        self.retired[cluster.index()].pending[kind as usize] += gpus;
        // What has no power goes before what is used.
        self.light_up(cluster);
        self.retire_free(cluster);
        self.darken(cluster);
        if self.still_to_leave(cluster) > 0 {
            let mut running = self.running_on(&[cluster]);
            running.sort_by_key(|&place| Reverse((self.state.started(place), self.state.job(place).sequence)));
            for place in running {
                if self.still_to_leave(cluster) == 0 {
                    break;
                }
                self.state.release(place);
                self.preempted(place, policy);
                self.retire_free(cluster);
            }
        }
        while self.still_to_leave(cluster) > 0 && self.lose_last_replicas(cluster, self.still_to_leave(cluster)) {
            self.retire_free(cluster);
        }
        if !self.model.power_caps.is_empty() {
            // Other clusters may use the power that is left.
            self.power_step();
        }
        self.load_services();
        self.reject_impossible();
    }

    fn still_to_leave(&self, cluster: ClusterId) -> u64 {
        self.retired[cluster.index()].pending.iter().sum()
    }

    /// Free GPUs of a cluster leave, as far as some have to; how many do.
    pub(super) fn retire_free(&mut self, cluster: ClusterId) -> u64 {
        let mut all = 0;
        for kind in CapacityKind::ALL {
            let retired = &mut self.retired[cluster.index()];
            let missing = retired.pending[kind as usize];
            if missing == 0 {
                continue;
            }
            let state = &mut self.state.clusters[cluster.index()];
            let gone = state.domains.take_up_to(missing, &mut retired.leases);
            retired.pending[kind as usize] -= gone;
            retired.gpus += gone;
            self.planned_maximum[cluster.index()] -= gone;
            all += gone;
            state.out_gpus += gone;
            self.state.gpus_by_kind[cluster.index()][kind as usize] -= gone;
            self.recorder.installed(cluster, kind, -(gone as i64), self.now);
            self.touched.push(cluster);
        }
        all
    }

    /// What had to leave later leaves, as far as it is free now.
    pub(super) fn retire_what_came_free(&mut self, cluster: ClusterId) {
        if self.still_to_leave(cluster) > 0 && self.retire_free(cluster) > 0 {
            // Reservations counted on them.
            self.state.surprises += 1;
            self.reject_impossible();
        }
    }

    /// What has left a cluster is forgotten with all of its nodes: how many GPUs those are.
    pub(super) fn forget_retired(&mut self, cluster: ClusterId) -> u64 {
        std::mem::take(&mut self.retired[cluster.index()]).gpus
    }
}
