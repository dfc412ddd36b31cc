//! What a declaration says of a metric.

use super::Metric;

/// Unit of a metric's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number of jobs, stops or the like.
    Count,
    /// A number without unit.
    Ratio,
    /// A part of a whole, from 0 to 1.
    Share,
    /// Points of a concentration index, from 0 to 10,000.
    Points,
    /// Effective vendors.
    Vendors,
    /// Seconds.
    Seconds,
    /// Days.
    Days,
    /// Years of 365.25 days.
    Years,
    /// Place of a month, from 1.
    Month,
    /// GPUs.
    Gpus,
    /// GPU-hours.
    GpuHours,
    /// GPUs weighted by dense BF16 throughput against an H100.
    H100e,
    /// GPU-hours weighted by dense BF16 throughput against an H100.
    H100eHours,
    /// Megawatts.
    Mw,
    /// Gigawatts.
    Gw,
    /// Megawatts times months of 30.44 days.
    MwMonths,
    /// Megawatt-hours.
    Mwh,
    /// Kilowatt-hours.
    Kwh,
    /// Metric tons.
    Tonnes,
    /// Gigabytes of 10^9 bytes.
    Gigabytes,
    /// Output tokens.
    Tokens,
    /// Output tokens per GPU-hour.
    TokensPerGpuHour,
    /// US dollars.
    Usd,
    /// US dollars a year.
    UsdPerYear,
    /// US dollars per H100e-hour.
    UsdPerH100eHour,
    /// US dollars per million output tokens.
    UsdPerMillionTokens,
}

impl Unit {
    /// The unit as readers know it; empty where a number has none.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Count | Self::Ratio => "",
            Self::Share => "share",
            Self::Points => "points",
            Self::Vendors => "vendors",
            Self::Seconds => "s",
            Self::Days => "days",
            Self::Years => "years",
            Self::Month => "month",
            Self::Gpus => "GPUs",
            Self::GpuHours => "GPU-hours",
            Self::H100e => "H100e",
            Self::H100eHours => "H100e-hours",
            Self::Mw => "MW",
            Self::Gw => "GW",
            Self::MwMonths => "MW x months",
            Self::Mwh => "MWh",
            Self::Kwh => "kWh",
            Self::Tonnes => "t",
            Self::Gigabytes => "GB",
            Self::Tokens => "tokens",
            Self::TokensPerGpuHour => "tokens per GPU-hour",
            Self::Usd => "USD",
            Self::UsdPerYear => "USD per year",
            Self::UsdPerH100eHour => "USD per H100e-hour",
            Self::UsdPerMillionTokens => "USD per million tokens",
        }
    }

    /// The end of names in files that says the unit and moves behind the statistic over futures; empty where names have none.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Seconds => "s",
            Self::Days => "days",
            Self::Gpus => "gpus",
            Self::GpuHours => "gpu_hours",
            Self::H100e => "h100e",
            Self::H100eHours => "h100e_hours",
            Self::Mw => "mw",
            Self::Gw => "gw",
            Self::MwMonths => "mw_months",
            Self::Kwh => "kwh",
            Self::Tonnes => "t",
            Self::Tokens => "tokens",
            Self::Usd => "usd",
            Self::UsdPerH100eHour => "usd_per_h100e_hour",
            Self::Count
            | Self::Ratio
            | Self::Points
            | Self::Vendors
            | Self::Years
            | Self::Month
            | Self::Mwh
            | Self::Gigabytes
            | Self::TokensPerGpuHour
            | Self::UsdPerYear
            | Self::UsdPerMillionTokens => "",
        }
    }
}

/// Which way a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// A lower value is better.
    Lower,
    /// A higher value is better.
    Higher,
    /// Neither: it depends on the reader's aim, or on other metrics.
    Neither,
}

impl Direction {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Lower => "lower is better",
            Self::Higher => "higher is better",
            Self::Neither => "neither is better",
        }
    }
}

/// Values that a metric can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Any number.
    Signed,
    /// Zero or more.
    NonNegative,
    /// Zero or less.
    NonPositive,
    /// From 0 to 1.
    Share,
    /// Points of a concentration index: from 0 to 10,000.
    Points,
    /// A sum of bills: zero or more, unless the scenario has contracts that pay the buyer back.
    Bill,
    /// What has accrued: as a bill, unless minimums can fall again, as by an outage.
    Accrual,
}

/// What can take back in a scenario what was billed or accrued before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reversals {
    /// Whether contracts pay the buyer back.
    pub pays_back: bool,
    /// Whether contracts have minimums, which fall with what is delivered.
    pub has_minimums: bool,
}

impl Range {
    /// Least and largest value in a scenario.
    #[must_use]
    pub const fn bounds(self, Reversals { pays_back, has_minimums }: Reversals) -> [f64; 2] {
        match self {
            Self::Signed => [f64::NEG_INFINITY, f64::INFINITY],
            Self::Bill | Self::Accrual if pays_back => [f64::NEG_INFINITY, f64::INFINITY],
            Self::Accrual if has_minimums => [f64::NEG_INFINITY, f64::INFINITY],
            Self::NonNegative | Self::Bill | Self::Accrual => [0.0, f64::INFINITY],
            Self::NonPositive => [f64::NEG_INFINITY, 0.0],
            Self::Share => [0.0, 1.0],
            Self::Points => [0.0, 10_000.0],
        }
    }

    /// Whether a value lies within it, in the widest case.
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        let [least, most] = self.bounds(Reversals { pays_back: true, has_minimums: true });
        (least..=most).contains(&value)
    }

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Signed => "any number",
            Self::NonNegative => "0 or more",
            Self::NonPositive => "0 or less",
            Self::Share => "0 to 1",
            Self::Points => "0 to 10,000",
            Self::Bill => "0 or more; any number where contracts pay back",
            Self::Accrual => "0 or more; any number where contracts pay back or have minimums",
        }
    }
}

/// How a metric's values lie over futures: what fixes, with their number, the method of its intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Around their mean.
    Plain,
    /// A few futures may have values many times those of all others, as queues do that never drain: the median over futures is shown.
    Skewed,
}

impl Shape {
    /// Whether it is the skewed one.
    #[must_use]
    pub const fn is_skewed(self) -> bool {
        matches!(self, Self::Skewed)
    }
}

/// Statistic over the jobs or the time of one future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// None: a sum, a share or a level.
    Plain,
    /// The mean.
    Mean,
    /// The median.
    P50,
    /// The 90 % quantile.
    P90,
    /// The 99 % quantile.
    P99,
}

impl Statistic {
    /// The end of names in files that says it; empty for none.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Mean => "mean",
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P99 => "p99",
        }
    }
}

/// How the futures of a study are combined into one figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Futures {
    /// Mean over futures of each future's value. That of a ratio is a mean of ratios.
    Mean,
    /// Sum over futures of the first metric of its ratio, divided by the sum of the second: futures count by their size, and one in which the
    /// second is small does not dictate the figure.
    RatioOfTotals,
    /// Share of futures that have it: each has the value 0 or 1.
    Share,
    /// Quantile over futures of another metric.
    Quantile {
        /// The other metric.
        of: &'static Metric,
        /// The quantile, from 0 to 1.
        at: f64,
    },
    /// Mean of another metric over its worst futures: those with the largest values.
    WorstMean {
        /// The other metric.
        of: &'static Metric,
        /// Their share of all futures, from 0 to 1.
        share: f64,
    },
    /// Quantile of another metric over draws of deliveries alone, without a simulation of jobs.
    QuantileOfDeliveries {
        /// The other metric.
        of: &'static Metric,
        /// The quantile, from 0 to 1.
        at: f64,
    },
    /// Mean of another metric over the worst draws of deliveries alone: those with the largest values.
    WorstMeanOfDeliveries {
        /// The other metric.
        of: &'static Metric,
        /// Their share of all draws, from 0 to 1.
        share: f64,
    },
    /// Mean over pairs of futures, one with a vendor and one without it.
    Pairs,
    /// None: it follows from the scenario alone.
    Exact,
}

impl Futures {
    /// Whether each future has a value of its own.
    #[must_use]
    pub const fn is_of_values(&self) -> bool {
        matches!(self, Self::Mean | Self::RatioOfTotals | Self::Share)
    }

    /// The other metric whose futures are combined, if there is one.
    #[must_use]
    pub const fn of(&self) -> Option<&'static Metric> {
        match self {
            Self::Quantile { of, .. } | Self::WorstMean { of, .. } => Some(of),
            Self::Mean
            | Self::RatioOfTotals
            | Self::Share
            | Self::QuantileOfDeliveries { .. }
            | Self::WorstMeanOfDeliveries { .. }
            | Self::Pairs
            | Self::Exact => None,
        }
    }

    /// Whether it is a tail over draws of deliveries alone.
    #[must_use]
    pub const fn is_of_deliveries(&self) -> bool {
        matches!(self, Self::QuantileOfDeliveries { .. } | Self::WorstMeanOfDeliveries { .. })
    }

    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Mean => "mean of futures".to_owned(),
            Self::RatioOfTotals => "ratio of totals over futures".to_owned(),
            Self::Share => "share of futures".to_owned(),
            Self::Quantile { of, at } => format!("{} % quantile of {}", at * 100.0, of.name),
            Self::WorstMean { of, share } => format!("mean of the worst {} % of {}", share * 100.0, of.name),
            Self::QuantileOfDeliveries { of, at } => {
                format!("{} % quantile of {} over draws of deliveries", at * 100.0, of.name)
            }
            Self::WorstMeanOfDeliveries { of, share } => {
                format!("mean of the worst {} % of {} over draws of deliveries", share * 100.0, of.name)
            }
            Self::Pairs => "mean of pairs of futures".to_owned(),
            Self::Exact => "exact".to_owned(),
        }
    }
}

/// A kind of thing that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// Everything.
    All,
    /// A vendor.
    Vendor,
    /// A cluster.
    Cluster,
    /// A workload.
    Workload,
    /// A service.
    Service,
    /// A team.
    Team,
    /// A base on which dependency is measured.
    Base,
    /// An event that is watched.
    Event,
    /// A contract.
    Contract,
}

impl ScopeKind {
    /// The word in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Vendor => "vendor",
            Self::Cluster => "cluster",
            Self::Workload => "workload",
            Self::Service => "service",
            Self::Team => "team",
            Self::Base => "base",
            Self::Event => "event",
            Self::Contract => "contract",
        }
    }
}

/// A kind of span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodKind {
    /// The measured span: from the warm-up to the horizon.
    Total,
    /// A calendar year of it.
    Year,
    /// A calendar month of it.
    Month,
}

impl PeriodKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Total, Self::Year, Self::Month];

    /// The word in documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Year => "year",
            Self::Month => "month",
        }
    }
}

/// A table that has columns of metrics, besides the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Clusters and vendors by month.
    Timeseries,
    /// Workloads, services and teams by month.
    Workloads,
    /// Bases of dependency by month.
    Dependency,
    /// Dependency on each vendor by month.
    DependencyVendors,
    /// Capacity whose term ends, by month and vendor.
    Expiry,
    /// Contracts with a minimum by month.
    BurnDown,
    /// Teams, over the whole run and by year.
    Teams,
    /// Differences between variants, and losses without a vendor.
    Comparison,
}

impl Table {
    /// Its file.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Timeseries => "timeseries.csv",
            Self::Workloads => "workloads.csv",
            Self::Dependency => "dependency.csv",
            Self::DependencyVendors => "dependency_vendors.csv",
            Self::Expiry => "expiry.csv",
            Self::BurnDown => "burn_down.csv",
            Self::Teams => "teams.csv",
            Self::Comparison => "comparison.csv",
        }
    }
}
