//! Tails over replications, and over draws of deliveries alone: what a bad future is like.

use super::runner::Finished;
use super::statistics::{quantile_interval, worst_share_mean};
use super::summary::{Row, label, rounded};
use crate::metrics::catalog::{self, Futures, Metric};
use crate::metrics::{Key, Scope, Time};
use crate::model::Model;
use crate::model::ramp::Tranche;
use crate::sim::{Delivery, deliveries};
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
        Futures::QuantileOfDeliveries { at, .. } => {
            let found = quantile_interval(values, at, confidence).map(|(at, low, high)| (at, Some((low, high))));
            (found, "order statistics of draws of deliveries".to_owned())
        }
        Futures::WorstMeanOfDeliveries { share, .. } => {
            let found = worst_share_mean(values, share).map(|mean| (mean, None));
            (found, format!("mean of the worst {} % of draws of deliveries", share * 100.0))
        }
        Futures::Mean | Futures::RatioOfTotals | Futures::Share | Futures::Pairs | Futures::Exact => (None, String::new()),
    }
}

/// A tranche that may be late: its cluster, the power that is missing meanwhile \[MW\], when it is planned \[h\], and when it comes in each
/// draw \[h\]; never is infinity.
struct Awaited {
    cluster: usize,
    number: usize,
    it_mw: f64,
    planned: f64,
    comes: Vec<f64>,
}

/// Power that is late within a span of time times how late it is there, by draw \[MW x months\]. Empty where none is in any draw.
type Late = Vec<f64>;

/// Tails of power that comes late, over draws of deliveries alone: for the whole run, then by month but for clusters. The draws are those
/// of as many simulated futures, at the same addresses and with the same shocks. Months are left out in which nothing is late in any draw.
pub(super) fn late_power(model: &Model, confidence: f64) -> Vec<Row> {
    let tails: Vec<&'static Metric> = catalog::all().filter(|metric| metric.futures.is_of_deliveries()).collect();
    let awaited = awaited(model);
    let whole = (Time::Total, [SimTime::ZERO, model.horizon()]);
    let months = model.calendar.months().iter().enumerate().map(|(month, days)| (Time::Month(month), [days.begin, days.end]));
    let spans: Vec<(Time, [SimTime; 2])> = std::iter::once(whole).chain(months).collect();
    let of_clusters: Vec<Vec<Late>> = (0..model.clusters.len())
        .map(|cluster| spans.iter().map(|&(_, span)| late_in(&awaited, cluster, span)).collect())
        .collect();
    let sum = |clusters: &dyn Fn(usize) -> bool, span: usize| -> Late {
        let theirs = of_clusters.iter().enumerate().filter(|&(cluster, _)| clusters(cluster));
        theirs.fold(Late::new(), |sum, (_, late)| add(sum, &late[span]))
    };
    let mut rows = Vec::new();
    let mut put = |scope: Scope, clusters: &dyn Fn(usize) -> bool| {
        for (place, &(time, _)) in spans.iter().enumerate() {
            let is_wanted = time == Time::Total || !matches!(scope, Scope::Cluster(_));
            let mut late = if is_wanted { sum(clusters, place) } else { Late::new() };
            if late.is_empty() && time == Time::Total {
                late = vec![0.0; DRAWS as usize];
            }
            late.sort_unstable_by(f64::total_cmp);
            if !late.is_empty() {
                rows.extend(tails.iter().map(|&metric| row(model, Key { metric, scope, time }, &late, confidence)));
            }
        }
    };
    put(Scope::All, &|_| true);
    for vendor in 0..model.vendors.len() {
        put(Scope::Vendor(vendor), &|cluster| model.clusters[cluster].vendor.index() == vendor);
    }
    for cluster in 0..model.clusters.len() {
        put(Scope::Cluster(cluster), &|other| other == cluster);
    }
    rows
}

fn add(mut sum: Late, part: &Late) -> Late {
    if sum.is_empty() {
        return part.clone();
    }
    sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    sum
}

/// The tranches that may come later than planned.
fn awaited(model: &Model) -> Vec<Awaited> {
    let mut awaited: Vec<Awaited> = Vec::new();
    for (cluster, definition) in model.clusters.iter().enumerate() {
        for (number, tranche) in definition.ramp.iter().enumerate().filter(|(_, tranche)| may_be_late(tranche)) {
            let it_mw = tranche.gpus as f64 * definition.power.it_kw_per_gpu / 1e3;
            let planned = (tranche.planned - SimTime::ZERO).hours();
            awaited.push(Awaited { cluster, number, it_mw, planned, comes: Vec::with_capacity(DRAWS as usize) });
        }
    }
    let draws = if awaited.is_empty() { 0 } else { DRAWS };
    for draw in 0..draws {
        let fates = deliveries(model, draw.into());
        for one in &mut awaited {
            one.comes.push(match fates[one.cluster][one.number] {
                Delivery::At(date) => (date - SimTime::ZERO).hours(),
                Delivery::Cancelled => f64::INFINITY,
            });
        }
    }
    awaited
}

/// Whether anything can delay a tranche or keep it from coming.
fn may_be_late(tranche: &Tranche) -> bool {
    let slip = &tranche.slip;
    let is_moved = tranche.due().saturating_add(tranche.late) > tranche.planned;
    let can_slip = slip.cancelled > 0.0 || slip.probability > 0.0 || !slip.shocks.is_empty();
    tranche.planned > SimTime::ZERO && (is_moved || can_slip)
}

/// The power of a cluster that is late within a span. What never comes is late until the horizon.
fn late_in(awaited: &[Awaited], cluster: usize, [begin, end]: [SimTime; 2]) -> Late {
    let [begin, end] = [begin, end].map(|time| (time - SimTime::ZERO).hours());
    let mut late = Late::new();
    for one in awaited.iter().filter(|one| one.cluster == cluster && one.planned < end) {
        let (from, per_hour) = (one.planned.max(begin), one.it_mw / MONTH_HOURS);
        if one.comes.iter().any(|&comes| comes > from) {
            late.resize(one.comes.len(), 0.0);
            for (sum, &comes) in late.iter_mut().zip(&one.comes) {
                *sum += (comes.min(end) - from).max(0.0) * per_hour;
            }
        }
    }
    late
}
