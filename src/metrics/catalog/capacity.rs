//! GPU-hours, energy and power of clusters, of vendors and of all.

use super::PeriodKind::{Month, Total, Year};
use super::ScopeKind::{self, All, Cluster, Event, Service, Team, Vendor, Workload};
use super::Statistic::Mean;
use super::Table::{DependencyVendors, Timeseries, Workloads};
use super::{Futures, Table, family};

/// Where GPUs stand.
pub(super) const SITES: &[ScopeKind] = &[All, Vendor, Cluster];
/// Vendors, and all of them together.
const BY_VENDOR: &[ScopeKind] = &[All, Vendor];
/// Where GPUs stand, and what holds them.
const SITES_AND_USERS: &[ScopeKind] = &[All, Vendor, Cluster, Workload, Service, Team];
const BY_SITE: &[Table] = &[Timeseries];
const BY_SITE_AND_USER: &[Table] = &[Timeseries, Workloads];
/// Tables of power that comes late.
const LATE: &[Table] = &[DependencyVendors];

family! { "Capacity and use":
    /// GPU-hours that the ramps plan, by the dates in the scenario.
    PLANNED_GPU_HOURS("planned_gpu_hours", "planned GPU-hours", GpuHours, Neither, NonNegative, BY_VENDOR) {
        futures: Futures::Exact, periods: &[Total, Year],
    };
    /// GPUs that the ramps plan for the end of the year (or of the scenario, if that comes first), by the dates in the scenario.
    PLANNED_GPUS("planned_gpus", "planned GPUs", Gpus, Neither, NonNegative, BY_VENDOR) { futures: Futures::Exact, periods: &[Year] };
    /// Facility power of those GPUs: their IT power times the peak PUE.
    PLANNED_GW("planned_gw", "planned facility power, GW", Gw, Neither, NonNegative, BY_VENDOR) {
        futures: Futures::Exact, periods: &[Year],
    };
    /// Delivered GPUs at the end of the month, or of the year.
    INSTALLED_GPUS("installed_gpus", "installed GPUs", Gpus, Neither, NonNegative, SITES) { periods: &[Month, Year], tables: BY_SITE };
    /// Facility power of the GPUs delivered by the end of the year: their IT power times the peak PUE, whether the grid carries it or not.
    INSTALLED_GW("installed_gw", "installed facility power, GW", Gw, Neither, NonNegative, BY_VENDOR) { periods: &[Year] };
    /// Delivered GPU-hours.
    INSTALLED_GPU_HOURS("installed_gpu_hours", "installed GPU-hours", GpuHours, Neither, NonNegative, SITES) {
        tables: BY_SITE, headline: Some(65),
    };
    /// Delivered GPU-hours that are not out.
    ACTIVE_GPU_HOURS("active_gpu_hours", "active GPU-hours", GpuHours, Neither, NonNegative, SITES) { tables: BY_SITE };
    /// GPU-hours leased to running jobs and to replicas, loading replicas included.
    ALLOCATED_GPU_HOURS("allocated_gpu_hours", "allocated GPU-hours", GpuHours, Neither, NonNegative, SITES_AND_USERS) {
        tables: BY_SITE_AND_USER,
    };
    /// GPU-hours that compute: jobs while they run, replicas times their load.
    BUSY_GPU_HOURS("busy_gpu_hours", "busy GPU-hours", GpuHours, Higher, NonNegative, SITES) { tables: BY_SITE, stands_alone: false };
    /// Busy GPU-hours less lost work, restarts, blocking checkpoints and requests that missed their objective.
    USEFUL_GPU_HOURS("useful_gpu_hours", "useful GPU-hours", GpuHours, Higher, NonNegative, SITES_AND_USERS) {
        tables: BY_SITE_AND_USER,
    };
    /// GPU-hours of work that failures, outages and evictions undid.
    LOST_GPU_HOURS("lost_gpu_hours", "lost GPU-hours", GpuHours, Lower, NonNegative,
        &[All, Vendor, Cluster, Workload, Service, Team, Event]) { tables: BY_SITE_AND_USER, headline: Some(90), stands_alone: false };
    /// Delivered GPU-hours out for repair, in an outage, taken back or without power.
    OUT_GPU_HOURS("out_gpu_hours", "GPU-hours out", GpuHours, Lower, NonNegative, SITES) { tables: BY_SITE, stands_alone: false };
    /// GPU-hours out because a power cap does not carry them.
    OUT_FOR_POWER_GPU_HOURS("out_for_power_gpu_hours", "GPU-hours without power", GpuHours, Lower, NonNegative, SITES) {
        tables: BY_SITE, only_with: "a power cap", stands_alone: false,
    };
    /// Spot GPU-hours out because their vendor took them back.
    OUT_FOR_SPOT_GPU_HOURS("out_for_spot_gpu_hours", "spot GPU-hours taken back", GpuHours, Lower, NonNegative, SITES) {
        tables: BY_SITE, only_with: "spot capacity that can be evicted", stands_alone: false,
    };
    /// GPU-hours spent on restarts, on transfers before them, and on blocking checkpoints.
    RESTART_AND_CHECKPOINT_GPU_HOURS("restart_and_checkpoint_gpu_hours", "restart and checkpoint GPU-hours", GpuHours, Lower,
        NonNegative, SITES_AND_USERS) { tables: BY_SITE_AND_USER, stands_alone: false };
    /// Active GPU-hours, weighted by dense BF16 throughput against an H100.
    ACTIVE_H100E_HOURS("active_h100e_hours", "active H100e-hours", H100eHours, Neither, NonNegative, SITES) { tables: BY_SITE };
    /// Allocated GPU-hours, weighted by dense BF16 throughput against an H100.
    ALLOCATED_H100E_HOURS("allocated_h100e_hours", "allocated H100e-hours", H100eHours, Neither, NonNegative, SITES) {
        tables: BY_SITE,
    };
    /// Useful GPU-hours, weighted by dense BF16 throughput against an H100.
    USEFUL_H100E_HOURS("useful_h100e_hours", "useful H100e-hours", H100eHours, Higher, NonNegative, SITES) {
        tables: BY_SITE, headline: Some(70),
    };
    /// Reserved H100e-hours that are billed: what is available, or what is used where a contract bills use.
    PAID_RESERVED_H100E_HOURS("paid_reserved_h100e_hours", "reserved H100e-hours billed", H100eHours, Neither, NonNegative, SITES) {
        periods: &[Total, Year],
    };
    /// On-demand H100e-hours that are billed: those that are allocated.
    PAID_ON_DEMAND_H100E_HOURS("paid_on_demand_h100e_hours", "on-demand H100e-hours billed", H100eHours, Neither, NonNegative, SITES) {
        periods: &[Total, Year],
    };
    /// Spot H100e-hours that are billed: those that are allocated.
    PAID_SPOT_H100E_HOURS("paid_spot_h100e_hours", "spot H100e-hours billed", H100eHours, Neither, NonNegative, SITES) {
        periods: &[Total, Year],
    };
    /// Allocated / active GPU-hours.
    ALLOCATION_SHARE("allocation_share", "allocation %", Share, Higher, Share, SITES) {
        ratio: Some([&ALLOCATED_GPU_HOURS, &ACTIVE_GPU_HOURS]), tables: BY_SITE, stands_alone: false,
    };
    /// Busy / active GPU-hours.
    UTILISATION_SHARE("utilisation_share", "utilisation %", Share, Higher, Share, SITES) {
        ratio: Some([&BUSY_GPU_HOURS, &ACTIVE_GPU_HOURS]), tables: BY_SITE, headline: Some(80), stands_alone: false,
    };
    /// Useful / active GPU-hours.
    GOODPUT_SHARE("goodput_share", "goodput %", Share, Higher, Share, SITES) {
        ratio: Some([&USEFUL_GPU_HOURS, &ACTIVE_GPU_HOURS]), tables: BY_SITE, stands_alone: false,
    };
    /// Facility energy: IT energy of GPUs under power times the annual mean PUE.
    ENERGY_KWH("energy_kwh", "energy, kWh", Kwh, Lower, NonNegative, SITES) { tables: BY_SITE, stands_alone: false };
    /// Carbon dioxide of that energy, by the average intensity of each cluster's grid.
    CARBON_T("carbon_t", "carbon dioxide, t", Tonnes, Lower, NonNegative, SITES) { tables: BY_SITE, stands_alone: false };
    /// Facility power, mean over time.
    POWER_MW_MEAN("power_mw_mean", "mean power, MW", Mw, Neither, NonNegative, SITES) { statistic: Mean, tables: BY_SITE };
    /// Power that the grid must carry for the GPUs at the month's end: IT power times the peak PUE.
    PEAK_MW("peak_mw", "peak power, MW", Mw, Neither, NonNegative, SITES) { periods: &[Month], tables: BY_SITE };
    /// IT power of tranches that came late times how late, over the whole run, warm-up included; one that never comes is late until the
    /// horizon.
    LATE_MW_MONTHS("late_mw_months", "late power, MW x months", MwMonths, Lower, NonNegative, SITES) {
        periods: &[Total, Month], tables: LATE,
    };
    /// Ramp-at-risk: late power in a bad future, from draws of deliveries alone. A cancelled tranche is late until the horizon.
    RAMP_AT_RISK_P95_MW_MONTHS("ramp_at_risk_p95_mw_months", "ramp-at-risk, MW x months", MwMonths, Lower, NonNegative, SITES) {
        futures: Futures::QuantileOfDeliveries { of: &LATE_MW_MONTHS, at: 0.95 }, periods: &[Total, Month], tables: LATE,
    };
    /// Tail of ramp-at-risk: late power in the worst futures, from draws of deliveries alone. A cancelled tranche is late until the
    /// horizon.
    RAMP_AT_RISK_TAIL_MW_MONTHS("ramp_at_risk_tail_mw_months", "tail of ramp-at-risk, MW x months", MwMonths, Lower, NonNegative,
        SITES) {
        futures: Futures::WorstMeanOfDeliveries { of: &LATE_MW_MONTHS, share: 0.05 }, periods: &[Total, Month], tables: LATE,
    };
}
