//! Tails over replications: what a bad future is like.

use super::measures::{Key, Scope, Time};
use super::runner::Finished;
use super::statistics::{quantile_interval, worst_share_mean};
use super::summary::{Row, label, rounded};
use crate::model::Model;

/// The share of futures that counts as the tail.
const TAIL: f64 = 0.05;

/// Ramp-at-risk (the 95 % quantile of IT power late x months, and the mean of the worst 5 %) by vendor, cluster and in all, and unit cost at
/// risk (the mean of the worst 5 % of USD per useful H100e-hour). A tail that the replications cannot support is said to be not estimable.
pub(super) fn rows(model: &Model, finished: &[Finished], confidence: f64) -> Vec<Row> {
    let keys: &[Key] = finished.first().map_or(&[], |first| &first.measures.keys);
    let mut rows = Vec::new();
    for (place, key) in keys.iter().enumerate().filter(|(_, key)| key.time == Time::Total) {
        let values =
            || -> Vec<f64> { finished.iter().map(|one| one.measures.values[place]).filter(|value| value.is_finite()).collect() };
        let mut put = |metric: &str, n: usize, found: Option<(f64, Option<(f64, f64)>)>, method: &str| {
            let (scope, name, period) = label(model, *key);
            let interval = found.and_then(|(_, interval)| interval);
            rows.push(Row {
                metric: metric.to_owned(),
                scope: scope.to_owned(),
                name,
                period,
                n,
                mean: found.map(|(value, _)| rounded(value)),
                low: interval.map(|(low, _)| rounded(low)),
                high: interval.map(|(_, high)| rounded(high)),
                method: if found.is_some() { method.to_owned() } else { format!("not estimable at n = {n}") },
            });
        };
        match key.metric {
            "late_mw_months" => {
                let values = values();
                let quantile = quantile_interval(&values, 1.0 - TAIL, confidence).map(|(at, low, high)| (at, Some((low, high))));
                put("ramp_at_risk_p95_mw_months", values.len(), quantile, "order statistics");
                let worst = worst_share_mean(&values, TAIL).map(|mean| (mean, None));
                put("ramp_at_risk_tail_mw_months", values.len(), worst, "mean of the worst 5 %");
            }
            "usd_per_useful_h100e_hour" if key.scope == Scope::All => {
                let values = values();
                let worst = worst_share_mean(&values, TAIL).map(|mean| (mean, None));
                put("unit_cost_at_risk_usd_per_h100e_hour", values.len(), worst, "mean of the worst 5 %");
            }
            _ => {}
        }
    }
    rows
}
