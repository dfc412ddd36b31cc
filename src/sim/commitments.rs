//! What twelve months cost by contract, from now or from a later instant, as far as is known now.

use super::capacity::TrancheState;
use super::delays::Delivery;
use super::world::World;
use crate::metrics::Timeline;
use crate::metrics::timeline::Ending;
use crate::model::budget::YEAR;
use crate::model::contract::{Contract, Spend};
use crate::model::ramp::{CapacityKind, Tranche};
use crate::units::{ClusterId, ContractId, Cost, Gpus, SimTime};

/// What twelve months cost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outlook {
    /// By contract, used or not.
    pub committed: Cost,
    /// Reserved capacity without a contract, or kept after its term, at its price.
    pub uncontracted: Cost,
}

/// A contract as known now. The buyer knows its own plans; a default is unknown until it happens.
pub(super) struct Known {
    timeline: Timeline,
    /// When its capacity leaves.
    leaves: SimTime,
    /// The contract-year that has begun, and the compute that the vendor has made available in it.
    past: (Option<usize>, u128),
}

impl<'m> World<'m> {
    /// All contracts as known now.
    pub(super) fn known_contracts(&self) -> Vec<Known> {
        (0..self.model.contracts.len()).map(|contract| self.known_contract(contract)).collect()
    }

    fn known_contract(&self, index: usize) -> Known {
        let (contract, timeline) = (&self.model.contracts[index], &self.timelines[index]);
        let start = if timeline.start <= self.now { timeline.start } else { self.expected_start(contract) };
        let is_known = timeline.end <= self.now || timeline.ending == Ending::Buyer;
        let (end, ending) =
            if is_known { (timeline.end, timeline.ending) } else { (start.saturating_add(contract.term), Ending::Term) };
        let leaves = match (ending, contract.clauses.extension) {
            (Ending::Buyer | Ending::Default | Ending::Breach, _) => end,
            (Ending::Term, Some(option)) => end.saturating_add(option.term),
            // What it would cost to keep it, whether or not that is said: a forecast either way.
            (Ending::Term, None) => SimTime::NEVER,
        };
        let timeline = Timeline { start, end, ending, late: Vec::new(), fees: Vec::new(), ..timeline.clone() };
        Known { timeline, leaves, past: self.available_this_year(index) }
    }

    /// When a term that has not begun is expected to: on its day, or with the first delivery by the dates that are known.
    fn expected_start(&self, contract: &Contract) -> SimTime {
        if !contract.clauses.starts_with_delivery {
            return contract.start;
        }
        let theirs = self
            .reserved()
            .filter(|(cluster, _, tranche)| contract.clusters.contains(cluster) && tranche.planned >= contract.start);
        let first = theirs.filter_map(|(cluster, number, tranche)| self.known_date(cluster, number, tranche)).min();
        first.map_or(contract.start, |first| first.max(contract.start))
    }

    /// Reserved tranches by cluster and number.
    pub(super) fn reserved(&self) -> impl Iterator<Item = (ClusterId, usize, &'m Tranche)> + use<'m> {
        let ramps = self.model.clusters.iter().enumerate().flat_map(|(index, cluster)| {
            cluster.ramp.iter().enumerate().map(move |(number, tranche)| (ClusterId::from(index), number, tranche))
        });
        ramps.filter(|(_, _, tranche)| tranche.kind == CapacityKind::Reserved)
    }

    /// What the twelve months after an instant cost: reserved GPUs that are there or announced, and take-or-pay minimums as they will be
    /// settled, each in proportion to time.
    pub(super) fn outlook(&self, known: &[Known], from: SimTime) -> Outlook {
        let mut outlook = Outlook::default();
        let until = from.saturating_add(YEAR);
        let mut add = |cluster: ClusterId, gpus: u64, date: SimTime, tranche: Option<&Tranche>| {
            let definition = &self.model.clusters[cluster.index()];
            let cost = |[begin, end]: [SimTime; 2]| {
                definition.prices.reserved_over(Gpus::whole(gpus), begin.max(date).max(from), end.min(until))
            };
            let Some(contract) = definition.contract.map(ContractId::index) else {
                outlook.uncontracted += cost([date, until]);
                return;
            };
            let Known { timeline, leaves, .. } = &known[contract];
            let terms = &self.model.contracts[contract];
            let end = tranche.map_or(timeline.end, |tranche| timeline.term_end(terms, tranche, date));
            let leaves = tranche.map_or(*leaves, |tranche| (*leaves).min(tranche.until));
            outlook.uncontracted += cost([date, timeline.start]) + cost([end, leaves]);
            if !self.model.pays_by_use(definition) {
                outlook.committed += cost([timeline.start, end]);
            }
        };
        for (cluster, number, tranche) in self.reserved() {
            if let Some(date) = self.known_date(cluster, number, tranche) {
                add(cluster, tranche.gpus, date, Some(tranche));
            }
        }
        for (contract, state) in self.model.contracts.iter().zip(&self.options_called) {
            // What an option has called is due at the contract's price like the rest.
            let date = match state {
                TrancheState::Announced(date) => *date,
                TrancheState::Delivered => self.now,
                TrancheState::Open | TrancheState::Cancelled => continue,
            };
            if let Some(option) = contract.clauses.expansion {
                add(option.cluster, option.gpus, date, None);
            }
        }
        for (contract, known) in self.model.contracts.iter().zip(known) {
            if contract.take_or_pay() > 0.0 {
                outlook.committed += self.minimum_between(contract, known, [from, until]);
            }
            if let Some(spend) = &contract.spend {
                outlook.committed += self.due_between(contract, spend, [from, until]);
            }
        }
        outlook
    }

    /// A contract's minimum in a span of time: each contract-year's as it will be settled, in proportion to time.
    fn minimum_between(&self, contract: &Contract, known: &Known, [from, until]: [SimTime; 2]) -> Cost {
        let timeline = &known.timeline;
        let boundaries = contract.year_boundaries(timeline.start);
        let year = |(year, pair): (usize, &[SimTime])| {
            let (begin, settled) = (pair[0].max(SimTime::ZERO), pair[1].min(timeline.end));
            let overlap = settled.min(until) - begin.max(from);
            if overlap.ms() <= 0 {
                return Cost::ZERO;
            }
            let past = if known.past.0 == Some(year) { known.past.1 } else { 0 };
            let available = past + self.expected(contract, timeline, [self.now.max(begin), settled]);
            let minimum = timeline.minimum(self.model, contract, year, settled, self.now, available);
            minimum.share(overlap.ms().unsigned_abs().into(), (settled - begin).ms().unsigned_abs().into())
        };
        boundaries.windows(2).enumerate().map(year).sum()
    }

    /// What milestones of a promise to spend ask for between two instants, beyond those before and what has been drawn by now.
    fn due_between(&self, contract: &Contract, spend: &Spend, [from, until]: [SimTime; 2]) -> Cost {
        let due_by = |time: SimTime| {
            let passed = spend.milestones.iter().take_while(|&&(date, _)| date <= time);
            passed.last().map_or(Cost::ZERO, |&(_, usd)| usd)
        };
        let covered = due_by(from).max(self.drawn(contract, spend, self.now));
        let due = due_by(until);
        if due > covered { due - covered } else { Cost::ZERO }
    }

    /// What a tranche commits from its date to the end of its contract; nothing outside contracts.
    pub(super) fn committed_for(&self, known: &[Known], cluster: ClusterId, tranche: &Tranche) -> Cost {
        let definition = &self.model.clusters[cluster.index()];
        let Some(contract) = definition.contract.map(ContractId::index) else { return Cost::ZERO };
        let Known { timeline, .. } = &known[contract];
        let end = timeline.term_end(&self.model.contracts[contract], tranche, tranche.planned);
        let begin = tranche.planned.max(timeline.start);
        let cost = definition.prices.reserved_over(Gpus::whole(tranche.gpus), begin, end);
        if self.model.pays_by_use(definition) { cost.portion(self.model.contracts[contract].take_or_pay()) } else { cost }
    }

    /// When a tranche is expected to come, as known now; none if it is known that it never will.
    pub(super) fn known_date(&self, cluster: ClusterId, number: usize, tranche: &Tranche) -> Option<SimTime> {
        let vendor = self.model.clusters[cluster.index()].vendor;
        match self.tranches[cluster.index()][number] {
            _ if self.model.vendors[vendor.index()].defaults_at.is_some_and(|at| at <= self.now) => None,
            TrancheState::Cancelled => None,
            TrancheState::Announced(date) => Some(date),
            TrancheState::Delivered => match self.deliveries[cluster.index()][number] {
                Delivery::At(date) if tranche.planned > SimTime::ZERO => Some(date),
                _ => Some(tranche.planned),
            },
            TrancheState::Open => Some(tranche.planned),
        }
    }
}
