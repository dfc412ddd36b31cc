//! The cash of a run over its futures: means, and what one future in ten is below or above.

use super::runner::Finished;
use crate::metrics::catalog::{self, Metric};
use crate::metrics::{Scope, Time};
use crate::model::Model;
use serde::Serialize;

/// An amount over futures [USD].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The 10 % quantile.
    pub p10: f64,
    /// The 90 % quantile.
    pub p90: f64,
}

/// The cash of a vendor, or of all, in a month or a year.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CashRow {
    /// `2026-07` or `2026`.
    pub period: String,
    /// The vendor's key, or `all`.
    pub vendor: String,
    /// Received in the period, whenever it is paid.
    pub accrued: Spread,
    /// Paid in the period.
    pub paid: Spread,
    /// Paid since the measured span began.
    pub paid_so_far: Spread,
    /// Accrued by its end and not paid yet.
    pub payable: Spread,
    /// Paid by its end and not used up yet.
    pub prepaid: Spread,
    /// What contracts ask for after a year's end: within a year, in one to three, in three to five, later. None of months.
    pub owed: Option<[Spread; 4]>,
}

/// The cash of a run: by month, then by year; vendors in the scenario's order, then all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CashView {
    /// Futures in it.
    pub futures: usize,
    /// The rows.
    pub rows: Vec<CashRow>,
}

impl CashView {
    /// Reads it off the figures of all futures.
    #[must_use]
    pub fn of(model: &Model, finished: &[Finished]) -> Self {
        let months = model.calendar.months();
        let mut years: Vec<i16> = months.iter().map(|month| month.year).collect();
        years.dedup();
        let vendors = (0..model.vendors.len()).map(Scope::Vendor).chain([Scope::All]);
        let columns: Vec<(Scope, Vec<Column>)> = vendors.map(|scope| (scope, columns(finished, scope, months.len()))).collect();
        let month_labels = months.iter().enumerate().map(|(month, span)| (span.label(), Time::Month(month)));
        let periods = month_labels.chain(years.iter().map(|&year| (format!("{year:04}"), Time::Year(year))));
        let mut rows = Vec::new();
        for (period, time) in periods {
            for (scope, columns) in &columns {
                let vendor = match scope {
                    Scope::Vendor(vendor) => model.vendors[*vendor].key.clone(),
                    _ => "all".to_owned(),
                };
                let of = |metric: &'static Metric| spread(finished, columns, (metric, time));
                let last = match time {
                    Time::Year(year) => months.iter().rposition(|month| month.year == year),
                    Time::Month(month) => Some(month),
                    Time::Total => None,
                };
                let owed = [
                    &catalog::OWED_WITHIN_1_YEAR_USD,
                    &catalog::OWED_1_TO_3_YEARS_USD,
                    &catalog::OWED_3_TO_5_YEARS_USD,
                    &catalog::OWED_AFTER_5_YEARS_USD,
                ];
                rows.push(CashRow {
                    period: period.clone(),
                    vendor,
                    accrued: of(&catalog::ACCRUED_USD),
                    paid: of(&catalog::COST_USD),
                    paid_so_far: paid_by(finished, columns, last),
                    payable: of(&catalog::PAYABLE_USD),
                    prepaid: of(&catalog::PREPAID_USD),
                    owed: matches!(time, Time::Year(_)).then(|| owed.map(of)),
                });
            }
        }
        Self { futures: finished.len(), rows }
    }
}

/// Where a figure stands among those of a replication.
#[derive(Clone, Copy, Debug)]
struct Column {
    metric: &'static Metric,
    time: Time,
    place: usize,
}

/// The figures of a scope that the view is made from, which all replications have in the same places.
fn columns(finished: &[Finished], scope: Scope, months: usize) -> Vec<Column> {
    let keys = finished.first().map_or(&[][..], |first| &first.measures.keys);
    let is_cash = |metric: &Metric| {
        let family = catalog::FAMILIES.iter().find(|family| family.title == "Cash");
        *metric == catalog::COST_USD || family.is_some_and(|family| family.metrics.contains(&metric))
    };
    let theirs = keys.iter().enumerate().filter(|(_, key)| key.scope == scope && is_cash(key.metric));
    let mut columns: Vec<Column> = theirs.map(|(place, key)| Column { metric: key.metric, time: key.time, place }).collect();
    columns.retain(|column| !matches!(column.time, Time::Month(month) if month >= months));
    columns
}

fn place(columns: &[Column], metric: &Metric, time: Time) -> Option<usize> {
    columns.iter().find(|column| column.metric == metric && column.time == time).map(|column| column.place)
}

/// A figure over futures; zero where the scenario has none of it.
fn spread(finished: &[Finished], columns: &[Column], (metric, time): (&'static Metric, Time)) -> Spread {
    let Some(place) = place(columns, metric, time) else { return over(vec![0.0; finished.len()]) };
    over(finished.iter().map(|future| future.measures.values[place]).collect())
}

/// What was paid up to the end of a month.
fn paid_by(finished: &[Finished], columns: &[Column], last: Option<usize>) -> Spread {
    let places: Vec<usize> =
        (0..=last.unwrap_or(0)).filter_map(|month| place(columns, &catalog::COST_USD, Time::Month(month))).collect();
    over(finished.iter().map(|future| places.iter().map(|&place| future.measures.values[place]).sum()).collect())
}

/// Mean and quantiles; between two values a quantile is interpolated.
fn over(mut values: Vec<f64>) -> Spread {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    values.sort_by(f64::total_cmp);
    let quantile = |share: f64| {
        let rank = share * values.len().saturating_sub(1) as f64;
        let below = rank.floor() as usize;
        let [low, high] = [below, below + 1].map(|place| values.get(place).or(values.last()).copied().unwrap_or(0.0));
        low + (high - low) * rank.fract()
    };
    Spread { mean, p10: quantile(0.1), p90: quantile(0.9) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated() {
        let spread = over((0..=10).rev().map(f64::from).collect());
        assert_eq!((spread.mean, spread.p10, spread.p90), (5.0, 1.0, 9.0));
        let spread = over(vec![4.0, 2.0]);
        assert_eq!((spread.mean, spread.p10, spread.p90), (3.0, 2.2, 3.8));
        assert_eq!(over(vec![7.0]), Spread { mean: 7.0, p10: 7.0, p90: 7.0 });
    }
}
