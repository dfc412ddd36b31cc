//! Figures over replications with their intervals: what every report is made from.

use super::expiry::{self, Expiring};
use super::runner::Finished;
use super::schema::SCHEMA_VERSION;
use super::statistics::{Estimate, Resamples, estimate_mean_by, ratio_of_totals};
use crate::kernel::random::Address;
use crate::metrics::catalog::{self, Metric};
use crate::metrics::dependency::tenor_years;
use crate::metrics::ledger::Category;
use crate::metrics::{Key, Scope, Time, parts_of_ratio};
use crate::model::Model;
use crate::model::cluster::Cluster;
use crate::model::contract::Contract;
use crate::model::vendor::Vendor;
use crate::units::{SimTime, VendorId};
use serde::{Deserialize, Serialize};

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
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
    /// Where the interval comes from.
    pub method: String,
}

impl Row {
    /// Whether it is about a month.
    #[must_use]
    pub fn is_monthly(&self) -> bool {
        self.period.contains('-')
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
    // The same resamples for every figure, so that intervals of figures that belong together agree.
    let address = Address::stream(model.seed, 0, "bootstrap");
    let drawn = Resamples::new(finished.len(), address);
    let pays_back = Category::pays_back(model);
    for (index, key) in keys.iter().enumerate() {
        let estimate = if let Some(places) = parts_of_ratio(keys, index) {
            ratio_of_totals(&parts(finished, places), CONFIDENCE)
        } else {
            let values = finished.iter().filter_map(|replication| replication.measures.values.get(index));
            let values: Vec<f64> = values.copied().filter(|value| value.is_finite()).collect();
            estimate_mean_by(&values, CONFIDENCE, address, &drawn)
        };
        rows.push(row(model, *key, pays_back, estimate));
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
    for value in rows.iter_mut().flat_map(|row| [&mut row.mean, &mut row.low, &mut row.high]) {
        *value = value.map(rounded);
    }
    Summary {
        schema_version: SCHEMA_VERSION,
        scenario: model.name.clone(),
        title: model.title.chars().filter(|c| !c.is_control()).collect(),
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

/// A figure whose interval ends at the bounds of its metric, and always holds the mean.
fn row(model: &Model, key: Key, pays_back: bool, estimate: Estimate) -> Row {
    let (scope, name, period) = label(model, key);
    let Estimate { n, mean, low, high, method } = estimate;
    let [least, most] = key.metric.range.bounds(pays_back);
    // A mean may lie outside its bounds by a rounding.
    let (low, high) = (low.map(|low| low.max(least.min(mean))), high.map(|high| high.min(most.max(mean))));
    let mean = Some(mean).filter(|mean| mean.is_finite());
    Row { metric: key.metric.name.to_owned(), scope: scope.to_owned(), name, period, n, mean, low, high, method: method.at(n) }
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
    Row {
        metric: metric.name.to_owned(),
        scope: scope.to_owned(),
        name: name.to_owned(),
        period: period.to_owned(),
        n: 0,
        mean: value,
        low: value,
        high: value,
        method: if value.is_some() { "exact".to_owned() } else { "not defined".to_owned() },
    }
}

/// Planned reserved capacity of the simulated span at its prices, per H100e-hour.
fn contract_prices(model: &Model) -> Vec<Row> {
    let price = |vendor: Option<VendorId>| {
        let theirs = || model.clusters.iter().filter(|cluster| vendor.is_none_or(|vendor| cluster.vendor == vendor));
        let planned = |cluster: &Cluster| cluster.planned_reserved(SimTime::ZERO, model.horizon());
        let usd: f64 = theirs().map(|cluster| cluster.prices.reserved.of(planned(cluster)).usd()).sum();
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
        rows.push(exact(&catalog::FIRM_MINIMUM_USD, "vendor", &vendor.key, known(firm)));
        rows.push(exact(&catalog::DUE_ON_DELIVERY_USD, "vendor", &vendor.key, known(on_delivery)));
    }
    rows
}
