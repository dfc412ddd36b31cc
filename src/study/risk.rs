//! Tails over replications, and over draws of deliveries alone: what a bad future is like.

use super::runner::Finished;
use super::statistics::{quantile_interval, worst_share_mean};
use super::summary::{Row, label, rounded};
use crate::metrics::catalog::{self, Futures, Metric};
use crate::metrics::{Key, Scope, Time};
use crate::model::Model;
use crate::model::ramp::Tranche;
use crate::sim::{Delivery, deliveries, missing};
use crate::units::SimTime;

/// Draws of deliveries. They take milliseconds, so that the tail of late power is known well whatever the number of replications.
const DRAWS: u32 = 10_000;

/// Hours of a month on average.
const MONTH_HOURS: f64 = 365.25 / 12.0 * 24.0;

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
        metric: key.metric.name.to_owned(),
        scope: scope.to_owned(),
        name,
        period,
        n,
        mean: found.map(|(value, _)| rounded(value)),
        low: interval.map(|(low, _)| rounded(low)),
        high: interval.map(|(_, high)| rounded(high)),
        method: if found.is_some() { method } else { format!("not estimable at n = {n}") },
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
        Futures::QuantileOfDeliveries { at, .. } => {
            let found = quantile_interval(values, at, confidence).map(|(at, low, high)| (at, Some((low, high))));
            (found, "order statistics of draws of deliveries".to_owned())
        }
        Futures::WorstMeanOfDeliveries { share, .. } => {
            let found = worst_share_mean(values, share).map(|mean| (mean, None));
            (found, format!("mean of the worst {} % of draws of deliveries", share * 100.0))
        }
        Futures::Mean | Futures::RatioOfTotals | Futures::Pairs | Futures::Exact => (None, String::new()),
    }
}

/// A tranche that may be late: its cluster, the power that is missing meanwhile \[MW\], and its fate in each draw.
struct Awaited<'m> {
    cluster: usize,
    tranche: &'m Tranche,
    it_mw: f64,
    fates: Vec<Delivery>,
}

/// Tails of power that comes late, over draws of deliveries alone: for the whole run, then by month but for clusters. The draws are those of as
/// many simulated futures, at the same addresses and with the same shocks. Months are left out in which nothing is late in any draw.
pub(super) fn late_power(model: &Model, confidence: f64) -> Vec<Row> {
    let tails: Vec<&'static Metric> = catalog::all().filter(|metric| metric.futures.is_of_deliveries()).collect();
    let awaited = awaited(model);
    let scopes = std::iter::once(Scope::All)
        .chain((0..model.vendors.len()).map(Scope::Vendor))
        .chain((0..model.clusters.len()).map(Scope::Cluster));
    let whole = (Time::Total, [SimTime::ZERO, model.horizon()]);
    let months = model.calendar.months().iter().enumerate().map(|(month, days)| (Time::Month(month), [days.begin, days.end]));
    let spans: Vec<(Time, [SimTime; 2])> = std::iter::once(whole).chain(months).collect();
    let mut rows = Vec::new();
    for scope in scopes {
        let is_theirs = |one: &&Awaited<'_>| match scope {
            Scope::Vendor(vendor) => model.clusters[one.cluster].vendor.index() == vendor,
            Scope::Cluster(cluster) => one.cluster == cluster,
            _ => true,
        };
        let theirs: Vec<&Awaited<'_>> = awaited.iter().filter(is_theirs).collect();
        for &(time, span) in &spans {
            if matches!((scope, time), (Scope::Cluster(_), Time::Month(_))) {
                continue;
            }
            let late = late_in(&theirs, span);
            if time == Time::Total || late.iter().any(|&late| late > 0.0) {
                rows.extend(tails.iter().map(|&metric| row(model, Key { metric, scope, time }, &late, confidence)));
            }
        }
    }
    rows
}

/// The tranches that come later than planned in any draw.
fn awaited(model: &Model) -> Vec<Awaited<'_>> {
    let mut awaited: Vec<Awaited<'_>> = Vec::new();
    let mut places = Vec::new();
    for (cluster, definition) in model.clusters.iter().enumerate() {
        let ahead = definition.ramp.iter().enumerate().filter(|(_, tranche)| tranche.planned > SimTime::ZERO);
        for (number, tranche) in ahead.filter(|(_, tranche)| may_be_late(tranche)) {
            let it_mw = tranche.gpus as f64 * definition.power.it_kw_per_gpu / 1e3;
            awaited.push(Awaited { cluster, tranche, it_mw, fates: Vec::with_capacity(DRAWS as usize) });
            places.push(number);
        }
    }
    if awaited.is_empty() {
        return awaited;
    }
    for draw in 0..DRAWS {
        let fates = deliveries(model, draw.into());
        for (one, &number) in awaited.iter_mut().zip(&places) {
            one.fates.push(fates[one.cluster][number]);
        }
    }
    awaited
}

/// Whether anything can delay a tranche or keep it from coming.
fn may_be_late(tranche: &Tranche) -> bool {
    let slip = &tranche.slip;
    slip.cancelled > 0.0
        || slip.probability > 0.0
        || !slip.shocks.is_empty()
        || tranche.due().saturating_add(tranche.late) > tranche.planned
}

/// By draw, in ascending order: power that is late within a span times how late it is there \[MW x months\].
fn late_in(awaited: &[&Awaited<'_>], span: [SimTime; 2]) -> Vec<f64> {
    let mut late = vec![0.0; DRAWS as usize];
    for one in awaited.iter().filter(|one| one.tranche.planned < span[1]) {
        for (sum, &fate) in late.iter_mut().zip(&one.fates) {
            *sum += missing(one.tranche, fate, span).hours().max(0.0) / MONTH_HOURS * one.it_mw;
        }
    }
    late.sort_unstable_by(f64::total_cmp);
    late
}
