//! What a number is about, and when.

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
}

/// What shares are shares of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Contracts' values.
    CommittedUsd,
    /// Contracts' values divided by their terms.
    CommittedUsdPerYear,
    /// IT power of delivered GPUs, averaged over time.
    ItPower,
    /// Active GPU-hours.
    ActiveGpuHours,
    /// GPU-hours allocated to jobs and services.
    ServedGpuHours,
    /// IT power by chip supplier.
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
    pub const ALL: [Self; 9] = [
        Self::CommittedUsd,
        Self::CommittedUsdPerYear,
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
            Self::ItPower => "it_mw",
            Self::ActiveGpuHours => "active_gpu_hours",
            Self::ServedGpuHours => "served_gpu_hours",
            Self::Supplier => "it_mw_by_chip_supplier",
            Self::Developer => "it_mw_by_developer",
            Self::Grid => "it_mw_by_grid",
            Self::Jurisdiction => "it_mw_by_jurisdiction",
        }
    }

    /// The figure of what is left of a vendor's share of it when its load goes elsewhere; none of what is no vendor's.
    #[must_use]
    pub const fn adjusted(self) -> Option<&'static str> {
        match self {
            Self::CommittedUsd => Some("adjusted_dependence_committed_usd_share"),
            Self::CommittedUsdPerYear => Some("adjusted_dependence_committed_usd_per_year_share"),
            Self::ItPower => Some("adjusted_dependence_it_mw_share"),
            Self::ActiveGpuHours => Some("adjusted_dependence_active_gpu_hours_share"),
            Self::ServedGpuHours => Some("adjusted_dependence_served_gpu_hours_share"),
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

/// What a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The name of the figure, ending in its unit.
    pub metric: &'static str,
    /// What it is about.
    pub scope: Scope,
    /// When.
    pub time: Time,
}
