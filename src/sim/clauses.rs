//! Clauses take effect: undelivered capacity is cancelled, delivered capacity leaves, an option is exercised.

use super::capacity::TrancheState;
use super::contracts::timelines;
use super::world::{Event, World, class};
use crate::metrics::Timeline;
use crate::metrics::timeline::Ending;
use crate::model::contract::Contract;
use crate::model::ramp::CapacityKind;
use crate::policy::Policy;
use crate::units::{ClusterId, GpuTime, SimTime, Span};

/// A contract or vendor event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// The buyer gives up on what a contract has not delivered.
    GivenUp { contract: u32 },
    /// The buyer ends a contract, or its extension is over.
    Ended { contract: u32 },
    /// A vendor defaults.
    Default { vendor: u32 },
    /// A month is over, and an option may be exercised.
    MonthEnds { contract: u32 },
    /// The last days of a term begin, by which the buyer decides on an extension.
    LastDays { contract: u32 },
    /// A term is over, and may be extended.
    TermOver { contract: u32 },
    /// What an option called is delivered.
    Expanded { contract: u32 },
    /// The term that all tranches of a contract have in common is over.
    CommonEnd { contract: u32 },
    /// A tranche's own term is over, or it leaves.
    TrancheEnds { cluster: ClusterId, tranche: u32 },
}

/// The part at the end of a term by which the buyer decides on an extension.
const LAST_DAYS: Span = Span::from_ms(30 * 86_400_000);

impl World<'_> {
    /// Schedules the contract and vendor events of this future.
    pub(super) fn expect_turns(&mut self) {
        let mut turns: Vec<(SimTime, Turn)> = Vec::new();
        for ((contract, definition), timeline) in (0..).zip(&self.model.contracts).zip(&self.timelines) {
            if let Some((at, _)) = &timeline.released {
                turns.push((*at, Turn::GivenUp { contract }));
            }
            if timeline.ending == Ending::Buyer {
                turns.push((timeline.end, Turn::Ended { contract }));
            }
            if let Some(option) = definition.clauses.expansion {
                let last = option.exercise_until.min(timeline.end);
                let ends = self.model.calendar.months().iter().map(|month| month.end).filter(|&end| end <= last);
                turns.extend(ends.map(|end| (end, Turn::MonthEnds { contract })));
            }
            turns.extend(last_days(definition, timeline).map(|at| (at, Turn::LastDays { contract })));
        }
        for (vendor, definition) in (0..).zip(&self.model.vendors) {
            turns.extend(definition.defaults_at.map(|at| (at, Turn::Default { vendor })));
        }
        for (at, turn) in turns {
            self.events.push(at.max(SimTime::ZERO), class::FAILURE, Event::Turn(turn));
        }
        self.expect_common_ends();
    }

    pub(super) fn turn(&mut self, turn: Turn, policy: &dyn Policy) {
        match turn {
            Turn::GivenUp { contract } => {
                // Void where the buyer has cancelled a tranche in the meantime that would have been late.
                let at = self.timelines[contract as usize].released.as_ref().map(|(at, _)| *at);
                if at == Some(self.now) {
                    self.give_up(contract as usize);
                }
            }
            Turn::Ended { contract } => self.leave(contract as usize, policy),
            Turn::LastDays { contract } => self.last_days_begin(contract),
            Turn::TermOver { contract } => self.term_over(contract, policy),
            Turn::Default { vendor } => {
                let theirs: Vec<ClusterId> = self.model.clusters_of((vendor as usize).into()).map(|(id, _)| id).collect();
                for &cluster in &theirs {
                    self.cancel_open(cluster, &CapacityKind::ALL);
                }
                self.cancel_called(&theirs);
                self.take_away(&theirs, &CapacityKind::ALL, policy);
                self.lose_states(policy);
            }
            Turn::MonthEnds { contract } => self.consider_expansion(contract),
            Turn::Expanded { contract } => self.expand(contract),
            Turn::CommonEnd { contract } => self.common_end(contract, policy),
            Turn::TrancheEnds { cluster, tranche } => self.tranche_ends(cluster, tranche, policy),
        }
    }

    /// Recomputes the timelines of contracts, after the buyer has cancelled tranches of its own accord.
    pub(super) fn revise_courses(&mut self) {
        let mut timelines = timelines(self.model, &self.deliveries);
        for (old, new) in self.timelines.iter_mut().zip(&mut timelines) {
            new.withdrawn = std::mem::take(&mut old.withdrawn);
            new.fees = std::mem::take(&mut old.fees);
        }
        for ((contract, old), new) in (0..).zip(&self.timelines).zip(&timelines) {
            let [before, after] = [old, new].map(|timeline| timeline.released.as_ref().map(|(at, _)| *at));
            if let Some(at) = after.filter(|&at| before != Some(at) && at >= self.now) {
                self.events.push(at, class::FAILURE, Event::Turn(Turn::GivenUp { contract }));
            }
            let definition = &self.model.contracts[contract as usize];
            let [before, after] = [old, new].map(|timeline| last_days(definition, timeline));
            if let Some(at) = after.filter(|&at| before != Some(at) && at >= self.now) {
                self.events.push(at, class::FAILURE, Event::Turn(Turn::LastDays { contract }));
            }
        }
        let old = std::mem::replace(&mut self.timelines, timelines);
        for (contract, old) in old.iter().enumerate() {
            if self.timelines[contract].end != old.end && self.timelines[contract].end >= self.now {
                self.expect_common_end(contract);
            }
        }
    }

    /// A contract is over: its undelivered capacity is cancelled, its delivered capacity leaves.
    pub(super) fn leave(&mut self, contract: usize, policy: &dyn Policy) {
        self.give_up(contract);
        let model = self.model;
        self.take_away(&model.contracts[contract].clusters, &CapacityKind::ALL[..1], policy);
    }

    /// Allocated and active GPU-time of some clusters so far.
    fn use_so_far(&self, clusters: impl Iterator<Item = ClusterId>) -> [GpuTime; 2] {
        let mut sums = [GpuTime::ZERO; 2];
        for cluster in clusters {
            for (sum, part) in sums.iter_mut().zip(self.recorder.use_of(cluster, self.now)) {
                *sum += part;
            }
        }
        sums
    }

    /// Allocated and active GPU-time of a contract's clusters so far.
    fn use_of_contract(&self, contract: u32) -> [GpuTime; 2] {
        self.use_so_far(self.model.contracts[contract as usize].clusters.iter().copied())
    }

    /// The last days of a term that may be extended. Void where its beginning has moved in the meantime.
    fn last_days_begin(&mut self, contract: u32) {
        let timeline = &self.timelines[contract as usize];
        if last_days(&self.model.contracts[contract as usize], timeline) == Some(self.now) {
            self.events.push(timeline.end, class::FAILURE, Event::Turn(Turn::TermOver { contract }));
            self.used_at_last[contract as usize] = self.use_of_contract(contract);
        }
    }

    /// A term is over: the buyer goes on if the clusters were allocated enough in its last days, and leaves otherwise.
    fn term_over(&mut self, contract: u32, policy: &dyn Policy) {
        let Some(option) = self.model.contracts[contract as usize].clauses.extension else { return };
        if is_above(option.when_allocation_above, self.used_at_last[contract as usize], self.use_of_contract(contract)) {
            self.events.push(self.now.saturating_add(option.term), class::FAILURE, Event::Turn(Turn::Ended { contract }));
        } else {
            self.leave(contract as usize, policy);
        }
    }

    /// The buyer cancels what a contract has not delivered.
    fn give_up(&mut self, contract: usize) {
        let model = self.model;
        let clusters = &model.contracts[contract].clusters;
        for &cluster in clusters {
            self.cancel_open(cluster, &CapacityKind::ALL[..1]);
        }
        self.cancel_called(clusters);
        self.reject_impossible();
    }

    /// Cancels the tranches of a cluster that have not come.
    fn cancel_open(&mut self, cluster: ClusterId, kinds: &[CapacityKind]) {
        self.changed = true;
        self.state.surprises += 1;
        for (number, tranche) in self.model.clusters[cluster.index()].ramp.iter().enumerate() {
            let state = &mut self.tranches[cluster.index()][number];
            if let TrancheState::Announced(date) = *state
                && kinds.contains(&tranche.kind)
            {
                *state = TrancheState::Cancelled;
                self.state.clusters[cluster.index()].withdraw_announcement(date, tranche.gpus);
                self.planned_maximum[cluster.index()] -= tranche.gpus;
            }
        }
    }

    /// Cancels what options have called and is not there yet.
    fn cancel_called(&mut self, clusters: &[ClusterId]) {
        for (contract, definition) in self.model.contracts.iter().enumerate() {
            let Some(option) = definition.clauses.expansion.filter(|option| clusters.contains(&option.cluster)) else { continue };
            if let TrancheState::Announced(date) = self.options_called[contract] {
                self.state.clusters[option.cluster.index()].withdraw_announcement(date, option.gpus);
                self.planned_maximum[option.cluster.index()] -= option.gpus;
            }
            self.options_called[contract] = TrancheState::Cancelled;
        }
    }

    /// Capacity of some kinds leaves clusters for good. Jobs there are stopped as by an outage, and what remains is free: nodes are not
    /// distinguished by kind, so it is undefined whose GPUs left.
    fn take_away(&mut self, clusters: &[ClusterId], kinds: &[CapacityKind], policy: &dyn Policy) {
        let leaves = |world: &Self, cluster: ClusterId| -> u64 {
            kinds.iter().map(|&kind| world.recorder.installed_of(cluster, kind)).sum()
        };
        let hit: Vec<ClusterId> = clusters.iter().copied().filter(|&cluster| leaves(self, cluster) > 0).collect();
        self.news_of_outage();
        self.lose_jobs(&hit, policy);
        for &cluster in &hit {
            self.lose_replicas(cluster);
            let gone = leaves(self, cluster);
            let retired = self.forget_retired(cluster);
            self.recorder.after_term(cluster, -(self.recorder.gpus_after_term(cluster) as i64), self.now);
            // Dark GPUs are out as well, and are free now.
            let dark = std::mem::take(&mut self.dark[cluster.index()]).gpus;
            let out = self.state.clusters[cluster.index()].out_gpus - dark - self.taken_back[cluster.index()].gpus - retired;
            self.recorder.dark(cluster, -(dark as i64), self.now);
            self.recorder.out(cluster, -(out as i64), self.now);
            self.forget_taken(cluster);
            for &kind in kinds {
                let gpus = self.recorder.installed_of(cluster, kind);
                self.recorder.installed(cluster, kind, -(gpus as i64), self.now);
            }
            // Repairs in progress are dropped: their events find nothing.
            for repair in self.repairs.iter_mut().filter(|repair| matches!(repair, Some((place, _, _)) if *place == cluster)) {
                *repair = None;
            }
            self.down[cluster.index()].forget_withheld();
            self.state.clusters[cluster.index()].shrink(gone + retired);
            self.planned_maximum[cluster.index()] -= gone;
            for &kind in kinds {
                self.state.gpus_by_kind[cluster.index()][kind as usize] = 0;
            }
            self.touched.push(cluster);
            self.darken(cluster);
            self.withhold(cluster);
        }
        if !self.model.power_caps.is_empty() {
            // Other clusters may use the power that is left.
            self.power_step();
        }
        self.load_services();
        self.reject_impossible();
    }

    /// The end of a month at which an option may be exercised: it is, if the vendor's clusters were allocated enough during it.
    fn consider_expansion(&mut self, contract: u32) {
        let definition = &self.model.contracts[contract as usize];
        let Some(option) = definition.clauses.expansion else { return };
        let sums = self.use_so_far(self.model.clusters_of(definition.vendor).map(|(id, _)| id));
        let before = std::mem::replace(&mut self.used_before[contract as usize], sums);
        let is_in_force = self.timelines[contract as usize].start <= self.now && option.exercise_from <= self.now;
        let is_high = is_above(option.when_allocation_above, before, sums);
        if is_in_force && is_high && self.options_called[contract as usize] == TrancheState::Open {
            let date = self.now.saturating_add(option.lead);
            self.options_called[contract as usize] = TrancheState::Announced(date);
            self.planned_maximum[option.cluster.index()] += option.gpus;
            self.state.clusters[option.cluster.index()].announce(date, option.gpus);
            self.events.push(date, class::CAPACITY_UP, Event::Turn(Turn::Expanded { contract }));
            self.changed = true;
            self.state.surprises += 1;
        }
    }

    fn expand(&mut self, contract: u32) {
        let TrancheState::Announced(date) = self.options_called[contract as usize] else { return };
        let Some(option) = self.model.contracts[contract as usize].clauses.expansion else { return };
        self.options_called[contract as usize] = TrancheState::Delivered;
        self.state.surprises += 1;
        self.state.clusters[option.cluster.index()].withdraw_announcement(date, option.gpus);
        self.deliver(option.cluster, CapacityKind::Reserved, option.gpus);
    }
}

/// When the last days of a term begin, if the contract may be extended and the term ends by itself: not before the term, nor before the
/// scenario.
fn last_days(contract: &Contract, timeline: &Timeline) -> Option<SimTime> {
    let is_open = contract.clauses.extension.is_some() && timeline.ending == Ending::Term;
    let begin = SimTime::from_ms((timeline.end - LAST_DAYS).ms().max(timeline.start.ms()).max(0));
    (is_open && timeline.start < timeline.end && timeline.end > SimTime::ZERO).then_some(begin)
}

/// Whether the allocation share between two readings of allocated and active GPU-time exceeds a threshold.
fn is_above(share: f64, before: [GpuTime; 2], after: [GpuTime; 2]) -> bool {
    let [allocated, active] = [after[0] - before[0], after[1] - before[1]];
    allocated.hours() > share * active.hours()
}
