//! Clauses take effect: undelivered capacity is cancelled, delivered capacity leaves, an option is exercised.

use super::capacity::TrancheState;
use super::contracts::timelines;
use super::world::{Event, World, class};
use crate::metrics::Timeline;
use crate::metrics::timeline::Ending;
use crate::model::clauses::availability;
use crate::model::contract::{AfterTerm, Contract};
use crate::model::ramp::CapacityKind;
use crate::policy::Policy;
use crate::units::{ClusterId, GpuTime, SimTime, Span};
use std::collections::VecDeque;

/// A contract or vendor event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// The buyer gives up on what a contract has not delivered.
    GivenUp { contract: u32 },
    /// The buyer ends a contract, or its extension is over.
    Ended { contract: u32 },
    /// A vendor defaults, and will deliver nothing more.
    StopsDelivering { vendor: u32 },
    /// A vendor defaults, and what it has delivered is lost.
    Default { vendor: u32 },
    /// A month is over, and an option may be exercised.
    MonthEnds { contract: u32 },
    /// The last days of a term begin, by which the buyer decides on an extension.
    LastDays { contract: u32 },
    /// A term is over, and may be extended.
    TermOver { contract: u32 },
    /// What an option called is delivered.
    Expanded { contract: u32 },
    /// The term of what an option called is over.
    OptionEnds { contract: u32 },
    /// A month is over, in which availability may have been too low.
    AvailabilityIsDue { contract: u32 },
    /// A tranche's long-stop date has come, and it has not.
    LongStop { cluster: ClusterId, tranche: u32 },
    /// The term that all tranches of a contract have in common is over.
    CommonEnd { contract: u32 },
    /// A tranche's own term is over, or it leaves.
    TrancheEnds { cluster: ClusterId, tranche: u32 },
}

/// Months of a contract whose availability was too low.
#[derive(Clone, Debug, Default)]
pub(super) struct Breaches {
    /// By the last end of a month: delivered reserved GPU-time in term, and what of it was in an outage that counts.
    before: [GpuTime; 2],
    /// The last months, whether each counts.
    months: VecDeque<bool>,
}

/// The part at the end of a term by which the buyer decides on an extension.
const LAST_DAYS: Span = Span::from_ms(30 * 86_400_000);

impl World<'_> {
    /// Schedules the contract and vendor events of this future.
    pub(super) fn expect_turns(&mut self) {
        let mut turns: Vec<(SimTime, Turn)> = Vec::new();
        for ((contract, definition), timeline) in (0..).zip(&self.model.contracts).zip(&self.timelines) {
            turns.extend(timeline.given_up.map(|at| (at, Turn::GivenUp { contract })));
            turns.extend(long_stops(timeline));
            if timeline.ending == Ending::Buyer {
                turns.push((timeline.end, Turn::Ended { contract }));
            }
            if let Some(option) = definition.clauses.expansion {
                let last = option.exercise_until.min(timeline.end);
                let ends = self.model.calendar.months().iter().map(|month| month.end).filter(|&end| end <= last);
                turns.extend(ends.map(|end| (end, Turn::MonthEnds { contract })));
            }
            if definition.clauses.service_credits.as_ref().is_some_and(|credits| credits.exit.is_some()) {
                let ends = self.model.calendar.months().iter().map(|month| month.end).filter(|&end| end < timeline.end);
                turns.extend(ends.map(|end| (end, Turn::AvailabilityIsDue { contract })));
            }
            turns.extend(last_days(definition, timeline).map(|at| (at, Turn::LastDays { contract })));
        }
        for (vendor, definition) in (0..).zip(&self.model.vendors) {
            turns.extend(definition.stops_at.map(|at| (at, Turn::StopsDelivering { vendor })));
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
                if self.timelines[contract as usize].given_up == Some(self.now) {
                    self.give_up(contract as usize);
                }
            }
            Turn::LongStop { cluster, tranche } => self.cancel_if_open(cluster, tranche as usize),
            Turn::Ended { contract } => self.leave(contract as usize, policy),
            Turn::LastDays { contract } => self.last_days_begin(contract),
            Turn::TermOver { contract } => self.term_over(contract, policy),
            Turn::Default { vendor } => {
                let theirs = self.stop_deliveries(vendor);
                self.take_away(&theirs, &CapacityKind::ALL, policy);
                self.lose_states(policy);
            }
            Turn::StopsDelivering { vendor } => {
                self.stop_deliveries(vendor);
                self.reject_impossible();
            }
            Turn::MonthEnds { contract } => self.consider_expansion(contract),
            Turn::AvailabilityIsDue { contract } => self.consider_exit(contract, policy),
            Turn::OptionEnds { contract } => self.option_ends(contract, policy),
            Turn::Expanded { contract } => self.expand(contract),
            Turn::CommonEnd { contract } => self.common_end(contract, policy),
            Turn::TrancheEnds { cluster, tranche } => self.tranche_ends(cluster, tranche, policy),
        }
    }

    /// A vendor delivers nothing more: what has not come is cancelled. Its clusters.
    fn stop_deliveries(&mut self, vendor: u32) -> Vec<ClusterId> {
        let theirs: Vec<ClusterId> = self.model.clusters_of((vendor as usize).into()).map(|(id, _)| id).collect();
        for &cluster in &theirs {
            self.cancel_open(cluster, &CapacityKind::ALL);
        }
        self.cancel_called(&theirs);
        theirs
    }

    /// Recomputes the timelines of contracts, after the buyer has cancelled tranches of its own accord.
    pub(super) fn revise_courses(&mut self) {
        let mut timelines = timelines(self.model, &self.deliveries);
        for (old, new) in self.timelines.iter_mut().zip(&mut timelines) {
            new.withdrawn = std::mem::take(&mut old.withdrawn);
            new.fees = std::mem::take(&mut old.fees);
            new.called = old.called;
            if old.ending == Ending::Breach {
                (new.end, new.ending) = (old.end, old.ending);
            }
        }
        for ((contract, old), new) in (0..).zip(&self.timelines).zip(&timelines) {
            if let Some(at) = new.given_up.filter(|&at| old.given_up != Some(at) && at >= self.now) {
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
            if kinds.contains(&tranche.kind) {
                self.cancel_announced(cluster, number);
            }
        }
    }

    /// Cancels a tranche unless it has come.
    fn cancel_announced(&mut self, cluster: ClusterId, number: usize) {
        let state = &mut self.tranches[cluster.index()][number];
        if let TrancheState::Announced(date) = *state {
            *state = TrancheState::Cancelled;
            let gpus = self.model.clusters[cluster.index()].ramp[number].gpus;
            self.state.clusters[cluster.index()].withdraw_announcement(date, gpus);
            self.planned_maximum[cluster.index()] -= gpus;
        }
    }

    /// The buyer leaves a tranche at its long-stop date.
    fn cancel_if_open(&mut self, cluster: ClusterId, number: usize) {
        self.changed = true;
        self.state.surprises += 1;
        self.cancel_announced(cluster, number);
        self.reject_impossible();
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
            let end = self.end_of_option(contract as usize, date);
            self.timelines[contract as usize].called = Some([date, end]);
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
        if let Some([_, end]) = self.timelines[contract as usize].called.filter(|[_, end]| *end < self.model.horizon()) {
            self.events.push(end.max(self.now), class::FAILURE, Event::Turn(Turn::OptionEnds { contract }));
        }
    }

    /// When the term of what an option calls is over by itself: its own, where each tranche has one or a shorter one is stated; never where the end
    /// of the contract ends it too.
    fn end_of_option(&self, contract: usize, delivered: SimTime) -> SimTime {
        let (definition, timeline) = (&self.model.contracts[contract], &self.timelines[contract]);
        let own = definition.clauses.expansion.and_then(|option| option.term).or(definition.tranche_term);
        let end = own.map_or(SimTime::NEVER, |term| delivered.max(timeline.start).saturating_add(term));
        let is_shorter = definition.tranche_term.is_some() && timeline.ending == Ending::Term || end < timeline.end;
        if is_shorter { end } else { SimTime::NEVER }
    }

    /// The term of what an option called is over: it leaves or goes on, like the contract's tranches.
    fn option_ends(&mut self, contract: u32, policy: &dyn Policy) {
        let definition = &self.model.contracts[contract as usize];
        let Some(option) = definition.clauses.expansion else { return };
        let gpus = option.gpus.min(self.recorder.installed_of(option.cluster, CapacityKind::Reserved));
        match definition.after_term {
            AfterTerm::Leaves => self.retire(option.cluster, CapacityKind::Reserved, gpus, policy),
            AfterTerm::Continues(_) => self.recorder.after_term(option.cluster, gpus as i64, self.now),
        }
    }

    /// A month is over: it counts if the contract's capacity was there for too little of it, and the buyer leaves with the one that makes too many.
    fn consider_exit(&mut self, contract: u32, policy: &dyn Policy) {
        let contract = contract as usize;
        let definition = &self.model.contracts[contract];
        let credits = definition.clauses.service_credits.as_ref();
        let Some(exit) = credits.and_then(|credits| credits.exit) else { return };
        let mut sums = [GpuTime::ZERO; 2];
        for &cluster in &definition.clusters {
            sums[0] += self.recorder.available_in_term(cluster, self.now);
            sums[1] += self.recorder.reserved_down(cluster, self.now);
        }
        let book = &mut self.breaches[contract];
        let [delivered, down] = [sums[0] - book.before[0], sums[1] - book.before[1]];
        book.before = sums;
        let timeline = &self.timelines[contract];
        if timeline.start >= self.now || timeline.end <= self.now {
            // Nothing was promised for a month before the term, nor is after it.
            return;
        }
        let is_breach = availability(delivered, down).is_some_and(|share| share < exit.below);
        book.months.push_back(is_breach);
        if book.months.len() > exit.within as usize {
            book.months.pop_front();
        }
        let breaches = book.months.iter().filter(|&&is_breach| is_breach).count();
        if is_breach && breaches >= exit.months as usize {
            (self.timelines[contract].end, self.timelines[contract].ending) = (self.now, Ending::Breach);
            self.leave(contract, policy);
        }
    }
}

/// When the buyer leaves tranches at their long-stop dates.
fn long_stops(timeline: &Timeline) -> impl Iterator<Item = (SimTime, Turn)> {
    let stops = timeline.released.iter().filter(|release| release.is_paid_back);
    stops.map(|release| {
        let tranche = u32::try_from(release.number).unwrap_or(u32::MAX);
        (release.at, Turn::LongStop { cluster: release.cluster, tranche })
    })
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
