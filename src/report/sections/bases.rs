//! What dependency is measured by: each base has one name, everywhere.

use crate::metrics::catalog::{self, Metric};
use crate::study::Base;

/// The name of a base.
pub(in crate::report) const fn base_name(base: Base) -> &'static str {
    match base {
        Base::CommittedUsd => "committed USD",
        Base::CommittedUsdPerYear => "committed USD a year",
        Base::PlannedUsd => "planned USD",
        Base::BilledUsd => "billed USD",
        Base::ItPower => "IT power",
        Base::ActiveGpuHours => "active GPU-hours",
        Base::ServedGpuHours => "GPU-hours served",
        Base::Supplier => "IT power by supplier",
        Base::Developer => "IT power by developer",
        Base::Grid => "IT power by grid",
        Base::Jurisdiction => "IT power by jurisdiction",
    }
}

/// The figure of vendors whose shares a base is about; none where the shares are not those of vendors.
pub(in crate::report) const fn share_metric(base: Base) -> Option<&'static Metric> {
    match base {
        Base::CommittedUsd => Some(&catalog::COMMITTED_USD),
        Base::CommittedUsdPerYear => Some(&catalog::COMMITTED_USD_PER_YEAR),
        Base::PlannedUsd => Some(&catalog::PLANNED_USD_SHARE),
        Base::BilledUsd => Some(&catalog::BILLED_USD_SHARE),
        Base::ItPower => Some(&catalog::IT_MW_SHARE),
        Base::ActiveGpuHours => Some(&catalog::ACTIVE_GPU_HOURS_SHARE),
        Base::ServedGpuHours => Some(&catalog::SERVED_GPU_HOURS_SHARE),
        Base::Supplier | Base::Developer | Base::Grid | Base::Jurisdiction => None,
    }
}
