//! What a figure is about, and when.

use crate::metrics::catalog::{self, Futures, Metric, PeriodKind, ScopeKind};

/// What a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// A vendor.
    Vendor(usize),
    /// A cluster.
    Cluster(usize),
    /// A workload.
    Workload(usize),
    /// A service.
    Service(usize),
    /// A team.
    Team(usize),
    /// A base on which dependency is measured.
    Base(Base),
    /// An event that is watched.
    Event(usize),
    /// A contract.
    Contract(usize),
}

impl Scope {
    /// The kind of thing that it is.
    #[must_use]
    pub const fn kind(self) -> ScopeKind {
        match self {
            Self::All => ScopeKind::All,
            Self::Vendor(_) => ScopeKind::Vendor,
            Self::Cluster(_) => ScopeKind::Cluster,
            Self::Workload(_) => ScopeKind::Workload,
            Self::Service(_) => ScopeKind::Service,
            Self::Team(_) => ScopeKind::Team,
            Self::Base(_) => ScopeKind::Base,
            Self::Event(_) => ScopeKind::Event,
            Self::Contract(_) => ScopeKind::Contract,
        }
    }
}

/// What shares are shares of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Contracts' values.
    CommittedUsd,
    /// Contracts' values divided by their terms.
    CommittedUsdPerYear,
    /// Planned reserved GPU-time of the span at its price, and frameworks without named capacity in proportion to time.
    PlannedUsd,
    /// What is billed in the span.
    BilledUsd,
    /// IT power of delivered GPUs, averaged over time.
    ItPower,
    /// Active GPU-hours.
    ActiveGpuHours,
    /// GPU-hours allocated to jobs and services.
    ServedGpuHours,
    /// IT power by supplier.
    Supplier,
    /// IT power by developer of the site.
    Developer,
    /// IT power by grid.
    Grid,
    /// IT power by jurisdiction.
    Jurisdiction,
}

impl Base {
    /// All bases, in the order of tables.
    pub const ALL: [Self; 11] = [
        Self::CommittedUsd,
        Self::CommittedUsdPerYear,
        Self::PlannedUsd,
        Self::BilledUsd,
        Self::ItPower,
        Self::ActiveGpuHours,
        Self::ServedGpuHours,
        Self::Supplier,
        Self::Developer,
        Self::Grid,
        Self::Jurisdiction,
    ];

    /// The name in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::CommittedUsd => "committed_usd",
            Self::CommittedUsdPerYear => "committed_usd_per_year",
            Self::PlannedUsd => "planned_usd",
            Self::BilledUsd => "billed_usd",
            Self::ItPower => "it_mw",
            Self::ActiveGpuHours => "active_gpu_hours",
            Self::ServedGpuHours => "served_gpu_hours",
            Self::Supplier => "it_mw_by_chip_supplier",
            Self::Developer => "it_mw_by_developer",
            Self::Grid => "it_mw_by_grid",
            Self::Jurisdiction => "it_mw_by_jurisdiction",
        }
    }

    /// A vendor's share of it; none of what vendors have no share in, or have figures of another kind for.
    #[must_use]
    pub fn share(self) -> Option<&'static Metric> {
        match self {
            Self::PlannedUsd => Some(&catalog::PLANNED_USD_SHARE),
            Self::BilledUsd => Some(&catalog::BILLED_USD_SHARE),
            Self::ItPower => Some(&catalog::IT_MW_SHARE),
            Self::ActiveGpuHours => Some(&catalog::ACTIVE_GPU_HOURS_SHARE),
            Self::ServedGpuHours => Some(&catalog::SERVED_GPU_HOURS_SHARE),
            _ => None,
        }
    }

    /// What is left of a vendor's share of it when its load moves elsewhere; none where vendors have no share in it.
    #[must_use]
    pub fn adjusted(self) -> Option<&'static Metric> {
        match self {
            Self::CommittedUsd => Some(&catalog::ADJUSTED_DEPENDENCE_COMMITTED_USD_SHARE),
            Self::CommittedUsdPerYear => Some(&catalog::ADJUSTED_DEPENDENCE_COMMITTED_USD_PER_YEAR_SHARE),
            Self::PlannedUsd => Some(&catalog::ADJUSTED_DEPENDENCE_PLANNED_USD_SHARE),
            Self::BilledUsd => Some(&catalog::ADJUSTED_DEPENDENCE_BILLED_USD_SHARE),
            Self::ItPower => Some(&catalog::ADJUSTED_DEPENDENCE_IT_MW_SHARE),
            Self::ActiveGpuHours => Some(&catalog::ADJUSTED_DEPENDENCE_ACTIVE_GPU_HOURS_SHARE),
            Self::ServedGpuHours => Some(&catalog::ADJUSTED_DEPENDENCE_SERVED_GPU_HOURS_SHARE),
            Self::Supplier | Self::Developer | Self::Grid | Self::Jurisdiction => None,
        }
    }

    /// Whether it changes over time. What was signed does not: it has one figure for the whole run.
    #[must_use]
    pub const fn varies(self) -> bool {
        !matches!(self, Self::CommittedUsd | Self::CommittedUsdPerYear)
    }
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// The measured span: from the warm-up to the horizon.
    Total,
    /// Its part in a calendar year.
    Year(i16),
    /// Its part in a month of the calendar.
    Month(usize),
}

impl Time {
    /// The kind of span that it is.
    #[must_use]
    pub const fn kind(self) -> PeriodKind {
        match self {
            Self::Total => PeriodKind::Total,
            Self::Year(_) => PeriodKind::Year,
            Self::Month(_) => PeriodKind::Month,
        }
    }
}

/// Where the two metrics of a ratio of totals stand among the figures of a replication: those about the same thing and time. None for other
/// metrics. They are measured together, so the search is short.
#[must_use]
pub fn parts_of_ratio(keys: &[Key], place: usize) -> Option<[usize; 2]> {
    let key = keys.get(place).filter(|key| key.metric.futures == Futures::RatioOfTotals)?;
    let same = |other: &Key, metric: &Metric| other.scope == key.scope && other.time == key.time && other.metric == metric;
    let find = |metric: &Metric| {
        let before = keys[..place].iter().rposition(|other| same(other, metric));
        before.or_else(|| keys[place..].iter().position(|other| same(other, metric)).map(|after| place + after))
    };
    let [first, second] = key.metric.ratio?;
    Some([find(first)?, find(second)?])
}

/// A figure's metric, what it is about, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The metric.
    pub metric: &'static Metric,
    /// What it is about.
    pub scope: Scope,
    /// When.
    pub time: Time,
}
