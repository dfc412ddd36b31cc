//! Tails over replications: what a bad future is like.

use super::measures::{Key, Scope, Time};
use super::runner::Finished;
use super::statistics::{quantile_interval, worst_share_mean};
use super::summary::{Row, label, rounded};
use crate::model::Model;

/// The share of futures that counts as the tail.
const TAIL: f64 = 0.05;

/// An estimate with its interval, if there is one.
type Found = Option<(f64, Option<(f64, f64)>)>;

/// Ramp-at-risk (the 95 % quantile of IT power late x months, and the mean of the worst 5 %) by vendor, cluster and in all, and unit cost at
/// risk (the mean of the worst 5 % of USD per useful H100e-hour): for the whole run, then by month, where clusters have none. A tail that the
/// replications cannot support is said to be not estimable. Months are left out in which nothing was late or useful in any replication.
pub(super) fn rows(model: &Model, finished: &[Finished], confidence: f64) -> Vec<Row> {
    let keys: &[Key] = finished.first().map_or(&[], |first| &first.measures.keys);
    let mut rows = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        let is_month = matches!(key.time, Time::Month(_));
        if !(is_month || key.time == Time::Total) {
            continue;
        }
        let at_risk = match key.metric {
            "late_mw_months" => true,
            "usd_per_useful_h100e_hour" if key.scope == Scope::All => false,
            _ => continue,
        };
        let values: Vec<f64> = finished.iter().map(|one| one.measures.values[place]).filter(|value| value.is_finite()).collect();
        if is_month && values.iter().all(|&value| value == 0.0) {
            continue;
        }
        let worst = worst_share_mean(&values, TAIL).map(|mean| (mean, None));
        let n = values.len();
        let mut put = |metric, found, method| rows.push(row(model, *key, metric, n, found, method));
        if at_risk {
            let quantile = quantile_interval(&values, 1.0 - TAIL, confidence).map(|(at, low, high)| (at, Some((low, high))));
            put("ramp_at_risk_p95_mw_months", quantile, "order statistics");
            put("ramp_at_risk_tail_mw_months", worst, "mean of the worst 5 %");
        } else {
            put("unit_cost_at_risk_usd_per_h100e_hour", worst, "mean of the worst 5 %");
        }
    }
    rows
}

fn row(model: &Model, key: Key, metric: &str, n: usize, found: Found, method: &str) -> Row {
    let (scope, name, period) = label(model, key);
    let interval = found.and_then(|(_, interval)| interval);
    Row {
        metric: metric.to_owned(),
        scope: scope.to_owned(),
        name,
        period,
        n,
        mean: found.map(|(value, _)| rounded(value)),
        low: interval.map(|(low, _)| rounded(low)),
        high: interval.map(|(_, high)| rounded(high)),
        method: if found.is_some() { method.to_owned() } else { format!("not estimable at n = {n}") },
    }
}
