//! Tails over replications: what a bad future is like.

use super::runner::Finished;
use super::statistics::{quantile_interval, worst_share_mean};
use super::summary::{Row, label, rounded};
use crate::metrics::catalog::{self, Futures, Metric};
use crate::metrics::{Key, Time};
use crate::model::Model;

/// An estimate with its interval, if there is one.
type Found = Option<(f64, Option<(f64, f64)>)>;

/// Every metric that is a quantile or a tail of another one's futures: for the whole run, then by month. A tail that the replications cannot
/// support is said to be not estimable. Months are left out in which the other metric was zero or undefined in every replication.
pub(super) fn rows(model: &Model, finished: &[Finished], confidence: f64) -> Vec<Row> {
    let tails: Vec<&'static Metric> = catalog::all().filter(|metric| metric.futures.of().is_some()).collect();
    let keys: &[Key] = finished.first().map_or(&[], |first| &first.measures.keys);
    let mut rows = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        let values = || finished.iter().map(|one| one.measures.values[place]).filter(|value| value.is_finite());
        let is_blank = || matches!(key.time, Time::Month(_)) && values().all(|value| value == 0.0);
        for metric in tails.iter().filter(|metric| is_tail_of(metric, *key)) {
            if !is_blank() {
                rows.push(row(model, Key { metric, ..*key }, &values().collect::<Vec<f64>>(), confidence));
            }
        }
    }
    rows
}

/// Whether a metric combines the futures of a figure.
fn is_tail_of(metric: &Metric, key: Key) -> bool {
    metric.futures.of() == Some(key.metric)
        && metric.scopes.contains(&key.scope.kind())
        && metric.periods.contains(&key.time.kind())
}

fn row(model: &Model, key: Key, values: &[f64], confidence: f64) -> Row {
    let (scope, name, period) = label(model, key);
    let (n, (found, method)) = (values.len(), found(key.metric, values, confidence));
    let interval = found.and_then(|(_, interval)| interval);
    Row {
        n,
        mean: found.map(|(value, _)| rounded(value)),
        low: interval.map(|(low, _)| rounded(low)),
        high: interval.map(|(_, high)| rounded(high)),
        method: if found.is_some() { method } else { format!("not estimable at n = {n}") },
        ..Row::of(key.metric, scope, &name, &period)
    }
}

/// What the futures say, and where that comes from.
fn found(metric: &Metric, values: &[f64], confidence: f64) -> (Found, String) {
    match metric.futures {
        Futures::Quantile { at, .. } => {
            let found = quantile_interval(values, at, confidence).map(|(at, low, high)| (at, Some((low, high))));
            (found, "order statistics".to_owned())
        }
        Futures::WorstMean { share, .. } => {
            let found = worst_share_mean(values, share).map(|mean| (mean, None));
            (found, format!("mean of the worst {} %", share * 100.0))
        }
        Futures::Mean | Futures::RatioOfTotals | Futures::Share | Futures::Pairs | Futures::Exact => (None, String::new()),
    }
}
