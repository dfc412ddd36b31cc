//! Figures over replications with their intervals: what every report is made from.

use super::expiry::{self, Expiring};
use super::runner::Finished;
use super::schema::SCHEMA_VERSION;
use super::statistics::{Estimate, Method, Ranks, Spread, mean_within, or_range, ratio_of_totals, share_of_futures};
use crate::metrics::catalog::{self, Futures, Metric};
use crate::metrics::dependency::tenor_years;
use crate::metrics::ledger::Category;
use crate::metrics::{Key, Scope, Time, parts_of_ratio};
use crate::model::Model;
use crate::model::cluster::Cluster;
use crate::model::contract::Contract;
use crate::model::vendor::Vendor;
use crate::units::{Cost, SimTime, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The probability that an interval covers the truth.
const CONFIDENCE: f64 = 0.95;

/// A scenario's results.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// Version of the schema of result files, [`SCHEMA_VERSION`](crate::study::SCHEMA_VERSION) when written.
    #[serde(default = "super::schema::unstated")]
    pub schema_version: u32,
    /// The scenario's name.
    pub scenario: String,
    /// One line on what it is about.
    pub title: String,
    /// First and last simulated day.
    pub start: String,
    /// Last simulated day.
    pub end: String,
    /// Time left out at the start [days].
    pub warm_up_days: f64,
    /// The policy.
    pub policy: String,
    /// Root of the random draws.
    pub seed: u64,
    /// Replications asked for.
    pub replications: u32,
    /// Replications that are in the figures.
    pub finished: u32,
    /// Probability that an interval covers the truth.
    pub confidence: f64,
    /// Vendors: key, name.
    pub vendors: Vec<(String, String)>,
    /// Names of vendors whose commitment is not public.
    pub unknown_commitments: Vec<String>,
    /// Names of those of them that have neither a cluster nor a contract, so that what is planned and billed is not known either.
    #[serde(default)]
    pub unknown_bills: Vec<String>,
    /// Names of vendors whose power is not public.
    pub unknown_power: Vec<String>,
    /// What is planned, by month and cluster.
    pub planned: Vec<Planned>,
    /// Planned capacity whose binding term ends, by month and vendor, also after the horizon.
    #[serde(default)]
    pub expiring: Vec<Expiring>,
    /// The figures.
    pub rows: Vec<Row>,
}

/// A cluster's plan in a month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// `2026-07`.
    pub month: String,
    /// The cluster.
    pub cluster: String,
    /// Its vendor's key.
    pub vendor: String,
    /// GPUs planned to be there at the month's end.
    pub gpus: u64,
    /// Planned GPU-hours of the month, within the measured span.
    pub gpu_hours: f64,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The metric's name.
    pub metric: String,
    /// `all`, `vendor`, `cluster`, `workload`, `service`, `team`, `base`, `event` or `contract`.
    pub scope: String,
    /// Which one.
    pub name: String,
    /// `total`, a year or a month.
    pub period: String,
    /// Replications in which it is defined.
    pub n: usize,
    /// Mean over them; none where it is defined in none.
    pub mean: Option<f64>,
    /// Lower end of the mean's interval, or the least of the futures where the method is the range: of skewed metrics, and where no interval holds.
    pub low: Option<f64>,
    /// Upper end of the mean's interval, or the greatest of the futures.
    pub high: Option<f64>,
    /// Where the interval comes from.
    pub method: String,
    /// Median over futures; none of a month, of what follows from the scenario alone, and of tails over futures. So are the four below.
    #[serde(default)]
    pub median: Option<f64>,
    /// Lower end of the median's interval, which holds for any law of the values; none below six futures.
    #[serde(default)]
    pub median_low: Option<f64>,
    /// Upper end of the median's interval.
    #[serde(default)]
    pub median_high: Option<f64>,
    /// Tenth percentile of the futures.
    #[serde(default)]
    pub p10: Option<f64>,
    /// Ninetieth percentile of the futures.
    #[serde(default)]
    pub p90: Option<f64>,
}

/// What people are shown of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// The estimate.
    pub value: f64,
    /// Its interval, or the range of the futures.
    pub ends: Option<(f64, f64)>,
    /// What it is over futures.
    pub kind: Kind,
}

/// What an estimate is over futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Their mean (or a ratio of totals, or what follows from the scenario alone), with its interval.
    Mean,
    /// Their median, with its interval: of skewed metrics.
    Median,
    /// Their median, with the least and the greatest of them: where the rule for an interval of the mean does not hold.
    Range,
}

impl Row {
    /// Whether it is about a month.
    #[must_use]
    pub fn is_monthly(&self) -> bool {
        self.period.contains('-')
    }

    /// Whether its ends are those of the futures' range and not of an interval.
    #[must_use]
    pub fn is_range(&self) -> bool {
        self.method == Method::Range.to_string()
    }

    /// What people are shown: the median of a skewed metric, and of a figure whose mean has no interval that holds; else the mean. None where it is
    /// defined in no future.
    #[must_use]
    pub fn shown(&self) -> Option<Shown> {
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
        let both = |low, high| finite(low).zip(finite(high));
        let mean = finite(self.mean)?;
        let (value, ends, kind) = match finite(self.median) {
            Some(median) if catalog::is_skewed(&self.metric) => (median, both(self.median_low, self.median_high), Kind::Median),
            median if self.is_range() => (median.unwrap_or(mean), both(self.low, self.high), Kind::Range),
            _ => (mean, both(self.low, self.high), Kind::Mean),
        };
        Some(Shown { value, ends, kind })
    }

    /// Whether it follows from the scenario alone, so that it is not of any number of replications.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.n == 0 && self.mean.is_some()
    }
}

impl Summary {
    /// A figure.
    #[must_use]
    pub fn get(&self, metric: &(impl AsRef<str> + ?Sized), scope: &str, name: &str, period: &str) -> Option<&Row> {
        let metric = metric.as_ref();
        self.rows.iter().find(|row| row.metric == metric && row.scope == scope && row.name == name && row.period == period)
    }

    /// The years, in order.
    #[must_use]
    pub fn years(&self) -> Vec<String> {
        let mut years: Vec<String> = self.planned.iter().map(|row| row.month[..4].to_owned()).collect();
        years.dedup();
        years
    }

    /// The names of a scope that have figures, in order.
    #[must_use]
    pub fn names(&self, scope: &str) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for row in self.rows.iter().filter(|row| row.scope == scope) {
            if !names.contains(&row.name.as_str()) {
                names.push(&row.name);
            }
        }
        names
    }
}

/// Puts replications together.
#[must_use]
pub fn summarise(model: &Model, finished: &[Finished]) -> Summary {
    let unknown = |pick: fn(&crate::model::vendor::Vendor) -> bool| {
        model.vendors.iter().filter(|vendor| pick(vendor)).map(|vendor| vendor.name.clone()).collect()
    };
    let mut rows = Vec::new();
    let keys = finished.first().map_or(&[][..], |first| &first.measures.keys);
    let reversals = Category::reversals(model);
    let mut ranks: BTreeMap<usize, Ranks> = BTreeMap::new();
    for (index, key) in keys.iter().enumerate() {
        let values = finished.iter().filter_map(|replication| replication.measures.values.get(index));
        let values: Vec<f64> = values.copied().filter(|value| value.is_finite()).collect();
        let bounds = key.metric.range.bounds(reversals);
        let estimate = match (key.metric.futures, parts_of_ratio(keys, index)) {
            (_, Some(places)) => or_range(ratio_of_totals(&parts(finished, places), CONFIDENCE), &values, bounds),
            (Futures::Share, None) => share_of_futures(&values, CONFIDENCE),
            _ => mean_within(&values, CONFIDENCE, key.metric.shape, bounds),
        };
        let mut row = row(model, *key, estimate);
        if !row.is_monthly()
            && let Some(found) = ranks_of(&mut ranks, values.len()).and_then(|ranks| Spread::of(&values, &ranks))
        {
            row.spread(found);
        }
        rows.push(row);
    }
    // Months come last, whether the rows are made here or read back from files.
    rows.sort_by_key(Row::is_monthly);
    let months = rows.iter().position(Row::is_monthly).unwrap_or(rows.len());
    let tails = [super::risk::rows(model, finished, CONFIDENCE), super::risk::late_power(model, CONFIDENCE)];
    let from_the_scenario = [commitments(model), expiry::rows(model), super::exit::rows(model)];
    let dependency = tails.into_iter().chain(from_the_scenario);
    let (monthly, whole): (Vec<Row>, Vec<Row>) = dependency.flatten().partition(Row::is_monthly);
    rows.splice(months..months, whole);
    rows.extend(monthly);
    let planned = planned(model);
    rows.splice(months..months, super::fleet::rows(model));
    rows.splice(months..months, planned_rows(model, &planned));
    rows.iter_mut().for_each(Row::round);
    Summary {
        schema_version: SCHEMA_VERSION,
        scenario: model.name.clone(),
        title: model.title.clone(),
        start: model.calendar.start().to_string(),
        end: model.calendar.date(model.horizon() - crate::units::Span::DAY).to_string(),
        warm_up_days: (model.warm_up - SimTime::ZERO).days(),
        policy: model.policy.name.clone(),
        seed: model.seed,
        replications: model.replications,
        finished: u32::try_from(finished.len()).unwrap_or(u32::MAX),
        confidence: CONFIDENCE,
        vendors: model.vendors.iter().map(|vendor| (vendor.key.clone(), vendor.name.clone())).collect(),
        unknown_commitments: unknown(|vendor| vendor.commitment_unknown),
        unknown_bills: (0..model.vendors.len())
            .filter(|&vendor| model.vendors[vendor].commitment_unknown && model.is_without_capacity(vendor.into()))
            .map(|vendor| model.vendors[vendor].name.clone())
            .collect(),
        unknown_power: unknown(|vendor| vendor.power_unknown),
        planned,
        expiring: expiry::calendar(model),
        rows,
    }
}

/// The two parts of a ratio in each future that has both.
pub(super) fn parts(finished: &[Finished], [first, second]: [usize; 2]) -> Vec<[f64; 2]> {
    let values = finished.iter().map(|future| [future.measures.values[first], future.measures.values[second]]);
    values.filter(|parts| parts.iter().all(|part| part.is_finite())).collect()
}

/// Nine significant digits, so that a figure is the same in memory and in every file.
pub(super) fn rounded(value: f64) -> f64 {
    format!("{value:.8e}").parse().unwrap_or(value)
}

/// The ranks among so many values; most figures have as many values as there are futures, so that few are worked out.
fn ranks_of(known: &mut BTreeMap<usize, Ranks>, n: usize) -> Option<Ranks> {
    match known.entry(n) {
        Entry::Occupied(found) => Some(*found.get()),
        Entry::Vacant(place) => Ranks::of(n, CONFIDENCE).map(|ranks| *place.insert(ranks)),
    }
}

fn row(model: &Model, key: Key, estimate: Estimate) -> Row {
    let (scope, name, period) = label(model, key);
    let Estimate { n, mean, low, high, method } = estimate;
    let mean = Some(mean).filter(|mean| mean.is_finite());
    Row { n, mean, low, high, method: method.at(n), ..Row::of(key.metric, scope, &name, &period) }
}

impl Row {
    /// A figure that is not known.
    pub(crate) fn of(metric: &Metric, scope: &str, name: &str, period: &str) -> Self {
        Self {
            metric: metric.name.to_owned(),
            scope: scope.to_owned(),
            name: name.to_owned(),
            period: period.to_owned(),
            n: 0,
            mean: None,
            low: None,
            high: None,
            method: String::new(),
            median: None,
            median_low: None,
            median_high: None,
            p10: None,
            p90: None,
        }
    }

    fn spread(&mut self, found: Spread) {
        (self.median, self.p10, self.p90) = (Some(found.median), Some(found.p10), Some(found.p90));
        (self.median_low, self.median_high) = found.interval.unzip();
    }

    fn round(&mut self) {
        let Self { mean, low, high, median, median_low, median_high, p10, p90, .. } = self;
        for value in [mean, low, high, median, median_low, median_high, p10, p90] {
            *value = value.map(rounded);
        }
    }
}

/// What a figure is about, in words: scope, name, period.
pub(super) fn label(model: &Model, key: Key) -> (&'static str, String, String) {
    let (scope, name) = scope(model, key.scope);
    let period = match key.time {
        Time::Total => "total".to_owned(),
        Time::Year(year) => format!("{year:04}"),
        Time::Month(month) => model.calendar.months()[month].label(),
    };
    (scope, name, period)
}

/// A thing in words: the kind of it, and its name.
pub(super) fn scope(model: &Model, scope: Scope) -> (&'static str, String) {
    let name = match scope {
        Scope::All => scope.kind().word(),
        Scope::Vendor(index) => &model.vendors[index].key,
        Scope::Cluster(index) => &model.clusters[index].name,
        Scope::Workload(index) => &model.workloads[index].name,
        Scope::Service(index) => &model.services[index].name,
        Scope::Team(index) => &model.teams[index],
        Scope::Base(base) => base.word(),
        Scope::Event(index) => &model.watches[index].name,
        Scope::Contract(index) => &model.contracts[index].name,
    };
    (scope.kind().word(), name.to_owned())
}

fn planned(model: &Model) -> Vec<Planned> {
    let mut rows = Vec::new();
    for month in model.calendar.months() {
        let begin = month.begin.max(model.warm_up).min(month.end);
        for cluster in &model.clusters {
            let time = cluster.ramp.iter().map(|tranche| tranche.planned_time(begin, month.end));
            rows.push(Planned {
                month: month.label(),
                cluster: cluster.name.clone(),
                vendor: model.vendors[cluster.vendor.index()].key.clone(),
                gpus: cluster.planned_at(month.end - crate::units::Span::from_ms(1)).whole_floor(),
                gpu_hours: time.sum::<crate::units::GpuTime>().hours(),
            });
        }
    }
    rows
}

/// Planned GPU-hours, over the whole span and by year.
fn planned_rows(model: &Model, planned: &[Planned]) -> Vec<Row> {
    let mut years: Vec<&str> = planned.iter().map(|plan| &plan.month[..4]).collect();
    years.dedup();
    let (metric, mut rows) = (&catalog::PLANNED_GPU_HOURS, Vec::new());
    for period in std::iter::once("total").chain(years) {
        let sum = |vendor: Option<&str>| -> f64 {
            let theirs = planned.iter().filter(|plan| vendor.is_none_or(|vendor| plan.vendor == vendor));
            theirs.filter(|plan| period == "total" || plan.month.starts_with(period)).map(|plan| plan.gpu_hours).sum()
        };
        rows.push(exact(metric, "all", "all", period, Some(sum(None))));
        rows.extend(model.vendors.iter().map(|vendor| exact(metric, "vendor", &vendor.key, period, Some(sum(Some(&vendor.key))))));
    }
    rows
}

/// A figure that follows from the scenario alone.
pub(super) fn exact(metric: &Metric, scope: &str, name: &str, period: &str, value: Option<f64>) -> Row {
    let method = if value.is_some() { "exact" } else { "not defined" };
    Row { mean: value, low: value, high: value, method: method.to_owned(), ..Row::of(metric, scope, name, period) }
}

/// Planned reserved capacity of the simulated span at its prices, per H100e-hour.
fn contract_prices(model: &Model) -> Vec<Row> {
    let price = |vendor: Option<VendorId>| {
        let theirs = || model.clusters.iter().filter(|cluster| vendor.is_none_or(|vendor| cluster.vendor == vendor));
        let planned = |cluster: &Cluster| cluster.planned_reserved(SimTime::ZERO, model.horizon());
        let usd: f64 = theirs().map(|cluster| cluster.planned_cost(SimTime::ZERO, model.horizon()).usd()).sum();
        let h100e_hours: f64 = theirs().map(|cluster| planned(cluster).hours() * cluster.h100_equivalents).sum();
        (h100e_hours > 0.0).then_some(usd / h100e_hours)
    };
    let metric = &catalog::CONTRACT_PRICE_USD_PER_H100E_HOUR;
    let of = |(index, vendor): (usize, &Vendor)| exact(metric, "vendor", &vendor.key, "total", price(Some(VendorId::from(index))));
    let all = exact(metric, "all", "all", "total", price(None));
    std::iter::once(all).chain(model.vendors.iter().enumerate().map(of)).collect()
}

/// What was committed, at which prices, and for how long still at the scenario's start.
fn commitments(model: &Model) -> Vec<Row> {
    let exact = |metric: &Metric, scope: &str, name: &str, value: Option<f64>| exact(metric, scope, name, "total", value);
    let mut rows = contract_prices(model);
    let at_start: Vec<(f64, f64)> =
        model.contracts.iter().map(|contract| (contract.value.usd(), contract.years_left(model, SimTime::ZERO))).collect();
    rows.push(exact(&catalog::TENOR_YEARS, "all", "all", tenor_years(&at_start)));
    for (index, vendor) in model.vendors.iter().enumerate() {
        let theirs = || model.contracts.iter().filter(|contract| contract.vendor.index() == index);
        let known = |usd: f64| (!vendor.commitment_unknown).then_some(usd);
        let total: f64 = theirs().map(|contract| contract.value.usd()).sum();
        let per_year: f64 = theirs().map(Contract::usd_per_year).sum();
        let firm: f64 = theirs().map(|contract| contract.firm_minimum().usd()).sum();
        let on_delivery: f64 = theirs().map(|contract| contract.due_on_delivery().usd()).sum();
        rows.push(exact(&catalog::COMMITTED_USD, "vendor", &vendor.key, known(total)));
        rows.push(exact(&catalog::COMMITTED_USD_PER_YEAR, "vendor", &vendor.key, known(per_year)));
        let options: Vec<(u64, Cost)> = theirs().filter_map(|contract| contract.option(model)).collect();
        if !options.is_empty() {
            let (gpus, usd) =
                (options.iter().map(|(gpus, _)| *gpus).sum::<u64>(), options.iter().map(|(_, usd)| *usd).sum::<Cost>());
            rows.push(exact(&catalog::OPTION_GPUS, "vendor", &vendor.key, Some(gpus as f64)));
            rows.push(exact(&catalog::OPTION_USD, "vendor", &vendor.key, Some(usd.usd())));
        }
        rows.push(exact(&catalog::FIRM_MINIMUM_USD, "vendor", &vendor.key, known(firm)));
        rows.push(exact(&catalog::DUE_ON_DELIVERY_USD, "vendor", &vendor.key, known(on_delivery)));
    }
    rows
}
