//! How far the minimum of each contract-year is used up, period by period. The ledger settles by the same account.

use super::Observation;
use super::ledger::cells;
use super::timeline::{Ending, Timeline, compute};
use crate::model::Model;
use crate::model::contract::Contract;
use crate::units::{Cost, SimTime};

/// Where a contract-year stands at the end of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BurnDown {
    /// The contract's place in the model.
    pub contract: usize,
    /// The contract-year, from 0.
    pub year: usize,
    /// The period.
    pub period: usize,
    /// What was used since the contract-year began, or since the scenario did, at its price.
    pub used: Cost,
    /// What at least is due for that time. Nothing once the vendor's default has cut the contract-year.
    pub due: Cost,
    /// Whether it is settled with this period: what is due and was not used is paid.
    pub is_settled: bool,
}

impl BurnDown {
    /// What use falls short of what is due: owed if it were settled now.
    #[must_use]
    pub fn shortfall(&self) -> Cost {
        if self.used < self.due { self.due - self.used } else { Cost::ZERO }
    }
}

/// The simulated part of a contract-year.
struct Part {
    year: usize,
    begin: SimTime,
    /// Where it is settled: the contract-year's end, or what cuts it before: the scenario's end, or that of the contract.
    settled: SimTime,
    /// Whether the vendor's default cuts it, so that nothing is due.
    is_void: bool,
}

/// All contract-years that have a minimum and are simulated at least in part, contract by contract, in order of time. O(periods^2) for
/// each.
#[must_use]
pub fn burn_downs(model: &Model, observation: &Observation) -> Vec<BurnDown> {
    let mut rows = Vec::new();
    for (index, (contract, timeline)) in model.contracts.iter().zip(&observation.timelines).enumerate() {
        for part in parts(model, contract, timeline) {
            let is_in = |period: &usize| {
                let span = &observation.periods[*period];
                span.begin >= part.begin && span.end <= part.settled
            };
            let periods: Vec<usize> = (0..observation.periods.len()).filter(is_in).collect();
            for &period in &periods {
                let is_last = periods.last() == Some(&period);
                let (used, due) = standing(model, observation, contract, timeline, part.year, observation.periods[period].end);
                let due = if is_last && part.is_void { Cost::ZERO } else { due };
                rows.push(BurnDown { contract: index, year: part.year, period, used, due, is_settled: is_last && !part.is_void });
            }
        }
    }
    rows
}

fn parts(model: &Model, contract: &Contract, timeline: &Timeline) -> Vec<Part> {
    let mut parts = Vec::new();
    if contract.take_or_pay() <= 0.0 {
        return parts;
    }
    for (year, pair) in contract.year_boundaries(timeline.start).windows(2).enumerate() {
        let settled = pair[1].min(model.horizon()).min(timeline.end);
        if settled > pair[0].max(SimTime::ZERO) {
            let is_void = timeline.ending == Ending::Default && settled == timeline.end && settled < pair[1];
            parts.push(Part { year, begin: pair[0], settled, is_void });
        }
    }
    parts
}

/// What of a contract-year was used by an instant, and what is due for that time.
fn standing(
    model: &Model,
    observation: &Observation,
    contract: &Contract,
    timeline: &Timeline,
    year: usize,
    at: SimTime,
) -> (Cost, Cost) {
    let begin = contract.year_boundaries(timeline.start).get(year).copied().unwrap_or(at);
    let cells = || cells(model, observation, contract, [begin, at]);
    let available = cells().map(|(_, cluster, cell)| compute(cluster, cell.available_in_term())).sum();
    let used = cells().map(|(begin, cluster, cell)| cluster.prices.at(begin).reserved.of(cell.used_in_term())).sum();
    (used, timeline.minimum(model, contract, year, at, SimTime::NEVER, available))
}
