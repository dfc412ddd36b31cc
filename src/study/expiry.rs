//! When capacity under contract expires: a calendar of planned GPUs, their IT power and H100 equivalents, by the end of the binding term.

use super::summary::{Row, exact, rounded};
use crate::metrics::catalog;
use crate::model::Model;
use crate::units::{SimTime, Span, VendorId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Planned reserved capacity of a vendor whose binding term has its last day in a month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expiring {
    /// `2031-06`; it may lie after the scenario.
    pub month: String,
    /// The vendor's key.
    pub vendor: String,
    /// GPUs.
    pub gpus: u64,
    /// Their IT power \[MW\].
    pub it_mw: f64,
    /// Their dense BF16 throughput \[H100s\].
    pub h100e: f64,
}

/// A planned tranche under contract.
struct Holding {
    vendor: VendorId,
    /// When it is due and the term has begun.
    from: SimTime,
    /// The first instant after its term.
    until: SimTime,
    gpus: u64,
    amounts: Amounts,
}

/// GPUs, MW of IT power, H100 equivalents.
type Amounts = [f64; 3];

fn add(sum: &mut Amounts, part: &Amounts) {
    sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
}

/// Reserved tranches under contracts whose term is not over when the scenario starts. What would come after its term is left out.
fn holdings(model: &Model) -> Vec<Holding> {
    let mut holdings = Vec::new();
    for contract in &model.contracts {
        let [begin, end] = contract.binding_term(model);
        for cluster in contract.clusters.iter().map(|id| &model.clusters[id.index()]) {
            for tranche in cluster.reserved() {
                // Where each tranche has its own term, that runs from the day on which it is due.
                let own = |term| tranche.due().max(contract.start).saturating_add(term).min(contract.cut_short(model));
                let until = contract.tranche_term.map_or(end, own).min(tranche.until);
                if until <= SimTime::ZERO || until <= begin || until == SimTime::NEVER || tranche.due() >= until {
                    continue;
                }
                let gpus = tranche.gpus as f64;
                let amounts = [gpus, gpus * cluster.power.it_kw_per_gpu / 1e3, gpus * cluster.h100_equivalents];
                holdings.push(Holding {
                    vendor: contract.vendor,
                    from: tranche.due().max(begin),
                    until,
                    gpus: tranche.gpus,
                    amounts,
                });
            }
        }
    }
    holdings
}

/// The day before an instant: the last one of a term that ends there.
fn last_day(model: &Model, until: SimTime) -> Date {
    model.calendar.date(until - Span::from_ms(1))
}

/// What expires, by month and, within a month, in the order of vendors.
pub(super) fn calendar(model: &Model) -> Vec<Expiring> {
    let mut sums: BTreeMap<(i16, i8, usize), (u64, Amounts)> = BTreeMap::new();
    for holding in holdings(model) {
        let day = last_day(model, holding.until);
        let (gpus, amounts) = sums.entry((day.year(), day.month(), holding.vendor.index())).or_default();
        *gpus += holding.gpus;
        add(amounts, &holding.amounts);
    }
    let row = |((year, month, vendor), (gpus, [_, it_mw, h100e])): ((i16, i8, usize), (u64, Amounts))| Expiring {
        month: format!("{year:04}-{month:02}"),
        vendor: model.vendors[vendor].key.clone(),
        gpus,
        it_mw: rounded(it_mw),
        h100e: rounded(h100e),
    };
    sums.into_iter().map(row).collect()
}

/// What expires by calendar year, of all vendors and of each one of which anything does; and for each year of the scenario the share of
/// what is under contract when the year ends that expires in the next. Nothing here depends on the day on which the scenario ends, but for
/// how many years there are.
pub(super) fn rows(model: &Model) -> Vec<Row> {
    let holdings = holdings(model);
    if holdings.is_empty() {
        return Vec::new();
    }
    let simulated: BTreeSet<i16> = model.calendar.months().iter().map(|month| month.year).collect();
    let ends = holdings.iter().map(|holding| last_day(model, holding.until).year());
    let years: BTreeSet<i16> = simulated.iter().copied().chain(ends).collect();
    let of_vendors = (0..model.vendors.len()).filter(|&vendor| holdings.iter().any(|holding| holding.vendor.index() == vendor));
    let mut rows = Vec::new();
    for vendor in std::iter::once(None).chain(of_vendors.map(Some)) {
        let (scope, name) = vendor.map_or(("all", "all"), |vendor| ("vendor", model.vendors[vendor].key.as_str()));
        let theirs: Vec<&Holding> =
            holdings.iter().filter(|holding| vendor.is_none_or(|vendor| holding.vendor.index() == vendor)).collect();
        for &year in &years {
            let period = format!("{year:04}");
            let mut ends = Amounts::default();
            for holding in theirs.iter().filter(|holding| last_day(model, holding.until).year() == year) {
                add(&mut ends, &holding.amounts);
            }
            if ends[0] > 0.0 || vendor.is_none() {
                let metrics = [&catalog::EXPIRING_GPUS, &catalog::EXPIRING_IT_MW, &catalog::EXPIRING_H100E];
                rows.extend(metrics.into_iter().zip(ends).map(|(metric, sum)| exact(metric, scope, name, &period, Some(sum))));
            }
            if simulated.contains(&year) {
                let share = expiring_share(&theirs, new_year(model, year + 1), new_year(model, year + 2));
                rows.extend(share.map(|share| exact(&catalog::EXPIRING_12_MONTHS_SHARE, scope, name, &period, Some(share))));
            }
        }
    }
    rows
}

/// The first instant of a year; never where that lies beyond all dates.
fn new_year(model: &Model, year: i16) -> SimTime {
    Date::new(year, 1, 1).map_or(SimTime::NEVER, |day| model.calendar.at(day))
}

/// The share of what is under contract at an instant, in H100 equivalents, whose term ends by another one. None where nothing is.
fn expiring_share(holdings: &[&Holding], now: SimTime, by: SimTime) -> Option<f64> {
    let active = || holdings.iter().filter(|holding| holding.from <= now && now < holding.until);
    let sum = |ends: SimTime| active().filter(|holding| holding.until <= ends).fold(0.0, |sum, holding| sum + holding.amounts[2]);
    let all = sum(SimTime::NEVER);
    (all > 0.0).then(|| sum(by) / all)
}
