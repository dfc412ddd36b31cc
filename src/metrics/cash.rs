//! What is paid and when, against what is received: bills, prepayments, shortfalls that build up, and what contracts still ask for.

use super::Observation;
use super::ledger::{Category, Ledger};
use super::timeline::{Ending, Timeline, planned_compute};
use crate::model::Model;
use crate::model::budget::YEAR;
use crate::model::contract::{Contract, Payment, Spend};
use crate::model::ramp::{CapacityKind, Tranche};
use crate::units::{ClusterId, Cost, Gpus, SimTime, Span};

/// Spans of time after an instant in which contracts fall due: within a year, in one to three, in three to five, later.
pub const HORIZONS: usize = 4;

/// The cash of one vendor in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// All lines of the ledger: a bill is paid in the period that it is for, a prepayment and a settlement when they fall due.
    pub paid: Cost,
    /// What was received, whenever it is paid: what is paid, less what adds to prepayments, with what adds to shortfalls.
    pub accrued: Cost,
    /// At the end: take-or-pay shortfalls so far that are not settled yet.
    pub payable: Cost,
    /// At the end: what is left of prepayments.
    pub prepaid: Cost,
}

/// The flows of a replication by vendor and period. For each vendor and any number of periods, paid + payable gained = accrued + prepaid
/// gained.
#[must_use]
pub fn flows(model: &Model, observation: &Observation, ledger: &Ledger) -> Vec<Vec<Flow>> {
    let periods = observation.periods.len();
    let mut flows = vec![vec![Flow::default(); periods]; model.vendors.len()];
    let mut prepayments = vec![vec![Cost::ZERO; periods]; model.vendors.len()];
    for line in &ledger.lines {
        flows[line.vendor.index()][line.period].paid += line.cost;
        if line.category == Category::Prepayment {
            prepayments[line.vendor.index()][line.period] += line.cost;
        }
    }
    for row in ledger.burn_downs.iter().filter(|row| !row.is_settled) {
        flows[model.contracts[row.contract].vendor.index()][row.period].payable += row.shortfall();
    }
    for (vendor, flows) in flows.iter_mut().enumerate() {
        let before = ledger.prepaid_before.iter().filter(|(id, _)| id.index() == vendor);
        let (mut prepaid, mut payable) = (before.map(|(_, cost)| *cost).sum::<Cost>(), Cost::ZERO);
        for (flow, added) in flows.iter_mut().zip(&prepayments[vendor]) {
            prepaid += *added;
            flow.prepaid = prepaid;
            flow.accrued = flow.paid - *added + flow.payable - payable;
            payable = flow.payable;
        }
    }
    flows
}

/// What contracts ask for after an instant, whatever is used, by vendor and span of time. It is not received yet, and some of it may be
/// prepaid.
///
/// Where capacity is paid, the reserved tranches of the plan at their price, within the term; those that the plan puts before the instant
/// count from it. Where use is paid, the minimum on the plan, less what use is ahead of it in the contract-year. Tranches that the buyer
/// cancels count no more, and a contract ends as is known then: at the end of its term, or where the buyer ends it. Capacity that is under
/// no contract is not owed.
#[must_use]
pub fn owed(model: &Model, observation: &Observation, ledger: &Ledger, now: SimTime) -> Vec<[Cost; HORIZONS]> {
    let mut owed = vec![[Cost::ZERO; HORIZONS]; model.vendors.len()];
    for (index, (contract, timeline)) in model.contracts.iter().zip(&observation.timelines).enumerate() {
        let term = known_term(contract, timeline, now);
        let sums = &mut owed[contract.vendor.index()];
        if let Some(spend) = &contract.spend {
            for (sum, part) in sums.iter_mut().zip(promised(observation, ledger, contract, spend, timeline, now)) {
                *sum += part;
            }
            continue;
        }
        for (sum, (from, to)) in sums.iter_mut().zip(horizons(now)) {
            let (from, to) = (from.max(term.0), to.min(term.1));
            if from < to {
                *sum += match contract.payment {
                    Payment::Capacity => capacity(model, contract, timeline, [from, to], now),
                    Payment::Usage { .. } => minimum(model, contract, timeline, term.0, [from, to], now),
                };
            }
        }
        // Use that is ahead of the open contract-year's minimum counts against what is still due in it.
        let is_open = |row: &&super::burn_down::BurnDown| row.contract == index && observation.periods[row.period].end == now;
        let open = ledger.burn_downs.iter().filter(is_open).find(|row| !row.is_settled);
        if let Some(row) = open.filter(|row| row.used > row.due) {
            let boundaries = contract.year_boundaries(timeline.start);
            let year_end = boundaries.get(row.year + 1).copied().unwrap_or(now).min(term.1);
            let rest = minimum(model, contract, timeline, term.0, [now, year_end], now);
            sums[0] = sums[0] - rest.min(row.used - row.due);
        }
    }
    owed
}

/// What milestones of a promise to spend ask for after an instant, beyond what has been drawn by then. A milestone on the very instant is
/// settled.
fn promised(
    observation: &Observation,
    ledger: &Ledger,
    contract: &Contract,
    spend: &Spend,
    timeline: &Timeline,
    now: SimTime,
) -> [Cost; HORIZONS] {
    let is_drawn = |line: &&super::ledger::Line| {
        let period = &observation.periods[line.period];
        line.vendor == contract.vendor && period.begin >= timeline.start && period.end <= now
    };
    let billed: Cost = ledger.lines.iter().filter(is_drawn).map(|line| line.cost).sum();
    let mut covered = spend.drawn_before + billed + spend.other_by(timeline.start, now);
    let mut sums = [Cost::ZERO; HORIZONS];
    for &(date, usd) in spend.milestones.iter().filter(|&&(date, _)| date > now && date <= timeline.end) {
        if usd > covered {
            let place = horizons(now).iter().position(|&(_, to)| date <= to).unwrap_or(HORIZONS - 1);
            sums[place] += usd - covered;
            covered = usd;
        }
    }
    sums
}

/// The spans after an instant.
fn horizons(now: SimTime) -> [(SimTime, SimTime); HORIZONS] {
    let after = |years: i64| now.saturating_add(Span::from_ms(YEAR.ms() * years));
    [(now, after(1)), (after(1), after(3)), (after(3), after(5)), (after(5), SimTime::NEVER)]
}

/// When a contract's term begins and ends, as known then. The buyer knows its own plans; a default is unknown until it happens.
fn known_term(contract: &Contract, timeline: &Timeline, now: SimTime) -> (SimTime, SimTime) {
    let start = if timeline.start <= now { timeline.start } else { contract.start };
    let is_known = timeline.end <= now || timeline.ending == Ending::Buyer;
    (start, if is_known { timeline.end } else { start.saturating_add(contract.term) })
}

fn capacity(model: &Model, contract: &Contract, timeline: &Timeline, [from, to]: [SimTime; 2], now: SimTime) -> Cost {
    let of_cluster = |&id: &ClusterId| -> Cost {
        let cluster = &model.clusters[id.index()];
        let reserved = cluster.ramp.iter().enumerate().filter(|(_, tranche)| tranche.kind == CapacityKind::Reserved);
        let kept = reserved.filter(|&(number, _)| is_kept(timeline, id, number, now));
        let cost = |(_, tranche): (usize, &Tranche)| {
            let own_end = contract.tranche_term.map_or(tranche.until, |_| contract.planned_term(tranche)[1]);
            cluster.prices.reserved_over(Gpus::whole(tranche.gpus), tranche.planned.max(from), to.min(own_end))
        };
        kept.map(cost).sum()
    };
    contract.clusters.iter().map(of_cluster).sum()
}

/// The minimum that the plan puts between two instants of a term that begins at `start`, as far as tranches are kept.
fn minimum(
    model: &Model,
    contract: &Contract,
    timeline: &Timeline,
    start: SimTime,
    [from, to]: [SimTime; 2],
    now: SimTime,
) -> Cost {
    let shift = start - contract.start;
    match planned_compute(model, contract, [contract.start, contract.end()], |_, _| true) {
        0 => {
            let years = contract.year_boundaries(start);
            let of_year = |(pair, commitment): (&[SimTime], &Cost)| {
                let overlap = (to.min(pair[1]) - from.max(pair[0])).ms().max(0) as f64;
                commitment.portion(contract.take_or_pay() * overlap / (pair[1] - pair[0]).ms() as f64)
            };
            years.windows(2).zip(&contract.yearly_commitment).map(of_year).sum()
        }
        all => {
            let span = [from - shift, to - shift];
            let kept = planned_compute(model, contract, span, |cluster, number| is_kept(timeline, cluster, number, now));
            contract.value.portion(contract.take_or_pay() * (kept as f64 / all as f64))
        }
    }
}

/// Whether a tranche counts: not one that the buyer has given up for lateness by then, or ever cancels for want of revenue.
fn is_kept(timeline: &Timeline, cluster: ClusterId, number: usize, now: SimTime) -> bool {
    !timeline.is_released(cluster, number, now) && !timeline.withdrawn.contains(&(cluster, number))
}
