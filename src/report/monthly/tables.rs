//! The five tables: which lines and which figures each has.

use super::{Line, MonthlyTable};
use crate::metrics::catalog::{self as metric, Table};
use crate::report::csv::harmless;
use crate::report::number::exact;
use crate::study::{Base, Planned, Summary};

/// Capacity, energy, money and jobs: by cluster, by vendor (the cluster is `all`) and of all. Jobs are those of [`WORKLOADS`], submitted in the
/// month, where they started, were stopped and ended; the line of all has those that never started too.
pub const TIMESERIES: MonthlyTable = MonthlyTable {
    table: Table::Timeseries,
    labels: &["month", "cluster", "vendor", "planned_gpus", "planned_gpu_hours"],
    first: &[
        &metric::INSTALLED_GPUS,
        &metric::INSTALLED_GPU_HOURS,
        &metric::ACTIVE_GPU_HOURS,
        &metric::ALLOCATED_GPU_HOURS,
        &metric::BUSY_GPU_HOURS,
        &metric::USEFUL_GPU_HOURS,
        &metric::LOST_GPU_HOURS,
        &metric::COST_USD,
        &metric::ENERGY_KWH,
        &metric::CARBON_T,
        &metric::PEAK_MW,
        &metric::POWER_MW_MEAN,
        &metric::OUT_GPU_HOURS,
        &metric::RESTART_AND_CHECKPOINT_GPU_HOURS,
        &metric::ACTIVE_H100E_HOURS,
        &metric::ALLOCATED_H100E_HOURS,
        &metric::USEFUL_H100E_HOURS,
        &metric::ALLOCATION_SHARE,
        &metric::UTILISATION_SHARE,
        &metric::GOODPUT_SHARE,
        &metric::COST_COMMITTED_USED_USD,
        &metric::COST_UNUSED_USD,
        &metric::COST_ON_DEMAND_USD,
        &metric::COST_SPOT_USD,
        &metric::COST_POWER_USD,
        &metric::USD_PER_USEFUL_H100E_HOUR,
        &metric::IT_MW_SHARE,
        &metric::ACTIVE_GPU_HOURS_SHARE,
        &metric::SERVED_GPU_HOURS_SHARE,
        &metric::JOBS_STARTED,
        &metric::JOBS_COMPLETED,
        &metric::JOBS_FAILED,
        &metric::JOBS_CANCELLED,
        &metric::WAIT_S_MEAN,
        &metric::WAIT_S_P50,
        &metric::WAIT_S_P90,
        &metric::WAIT_S_P99,
        &metric::COMPLETION_S_MEAN,
        &metric::COMPLETION_S_P50,
        &metric::COMPLETION_S_P90,
        &metric::COMPLETION_S_P99,
        &metric::BOUNDED_SLOWDOWN_MEAN,
        &metric::PREEMPTIONS,
        &metric::INTERRUPTIONS,
        &metric::REVENUE_USD,
        &metric::COMMITMENTS_NEXT_12_MONTHS_USD,
        &metric::COVERAGE_RATIO,
        &metric::NET_PRESENT_VALUE_USD,
        &metric::MARGIN_NET_PRESENT_VALUE_USD,
        &metric::CANCELLED_GPUS,
        &metric::COST_EGRESS_USD,
        &metric::EGRESS_GB,
        &metric::OUT_FOR_POWER_GPU_HOURS,
        &metric::OUT_FOR_SPOT_GPU_HOURS,
        &metric::EVICTIONS,
        &metric::COST_PREPAYMENT_USD,
        &metric::COST_PREPAYMENT_LOST_USD,
        &metric::COST_DELAY_DAMAGES_USD,
        &metric::COST_TERMINATION_FEE_USD,
        &metric::COST_OUTAGE_CREDIT_USD,
    ],
    lines: clusters_and_vendors,
};

/// Jobs, GPU-hours, charges and service levels: by workload, by service, by team and of all.
pub const WORKLOADS: MonthlyTable = MonthlyTable {
    table: Table::Workloads,
    labels: &["month", "scope", "name"],
    first: &[
        &metric::JOBS_SUBMITTED,
        &metric::JOBS_STARTED,
        &metric::JOBS_COMPLETED,
        &metric::JOBS_FAILED,
        &metric::JOBS_CANCELLED,
        &metric::JOBS_REJECTED,
        &metric::JOBS_CENSORED_RUNNING,
        &metric::JOBS_CENSORED_QUEUED,
        &metric::WAIT_S_MEAN,
        &metric::WAIT_S_P50,
        &metric::WAIT_S_P90,
        &metric::WAIT_S_P99,
        &metric::WAITS_THAT_ARE_LOWER_BOUNDS,
        &metric::COMPLETION_S_MEAN,
        &metric::COMPLETION_S_P50,
        &metric::COMPLETION_S_P90,
        &metric::COMPLETION_S_P99,
        &metric::BOUNDED_SLOWDOWN_MEAN,
        &metric::DEADLINE_MISS_SHARE,
        &metric::PREEMPTIONS,
        &metric::INTERRUPTIONS,
        &metric::ALLOCATED_GPU_HOURS,
        &metric::USEFUL_GPU_HOURS,
        &metric::LOST_GPU_HOURS,
        &metric::RESTART_AND_CHECKPOINT_GPU_HOURS,
        &metric::CHARGED_USD,
        &metric::DEMANDED_TOKENS,
        &metric::WITHIN_OBJECTIVE_SHARE,
        &metric::SERVED_SHARE,
        &metric::DROPPED_SHARE,
        &metric::BACKLOG_PEAK_TOKENS,
        &metric::BELOW_OBJECTIVE_TIME_SHARE,
        &metric::EVICTIONS,
    ],
    lines: users,
};

/// Concentration on few vendors, suppliers, developers, grids and jurisdictions, by base. What was signed does not change by month and is
/// not here.
pub const DEPENDENCY: MonthlyTable = MonthlyTable {
    table: Table::Dependency,
    labels: &["month", "base"],
    first: &[&metric::HHI, &metric::CR1_SHARE, &metric::CR3_SHARE, &metric::EFFECTIVE_VENDORS, &metric::EFFECTIVE_VENDORS_INVERSE],
    lines: bases,
};

/// Dependence on each vendor, and tails: power that comes late and what a bad future of it is, the dearest futures (all vendors only), what
/// leaving takes and costs as of the month's first day, and the load that the others could not take over.
pub const DEPENDENCY_VENDORS: MonthlyTable = MonthlyTable {
    table: Table::DependencyVendors,
    labels: &["month", "vendor"],
    first: &[
        &metric::LATE_MW_MONTHS,
        &metric::RAMP_AT_RISK_P95_MW_MONTHS,
        &metric::RAMP_AT_RISK_TAIL_MW_MONTHS,
        &metric::UNIT_COST_AT_RISK_USD_PER_H100E_HOUR,
        &metric::SUBSTITUTABLE_SHARE,
        &metric::ADJUSTED_DEPENDENCE_SHARE,
        &metric::ADJUSTED_DEPENDENCE_COMMITTED_USD_SHARE,
        &metric::ADJUSTED_DEPENDENCE_COMMITTED_USD_PER_YEAR_SHARE,
        &metric::ADJUSTED_DEPENDENCE_IT_MW_SHARE,
        &metric::ADJUSTED_DEPENDENCE_ACTIVE_GPU_HOURS_SHARE,
        &metric::ADJUSTED_DEPENDENCE_SERVED_GPU_HOURS_SHARE,
        &metric::EXIT_DAYS,
        &metric::EXIT_DATA_DAYS,
        &metric::EXIT_NOTICE_DAYS,
        &metric::EXIT_REPLACEMENT_DAYS,
        &metric::SWITCHING_COST_USD,
        &metric::SWITCHING_EGRESS_USD,
        &metric::SWITCHING_DOUBLE_RUNNING_USD,
        &metric::SWITCHING_TERMINATION_USD,
        &metric::SWITCHING_UNUSED_COMMITMENT_USD,
    ],
    lines: vendors,
};

fn months(summary: &Summary) -> Vec<&str> {
    let mut months: Vec<&str> = summary.planned.iter().map(|plan| plan.month.as_str()).collect();
    months.dedup();
    months
}

fn clusters_and_vendors(summary: &Summary) -> Vec<Line> {
    let mut lines = Vec::new();
    for month in summary.planned.chunk_by(|a, b| a.month == b.month) {
        let mut add = |scope, name: &str, [cluster, vendor]: [&str; 2], is_in: &dyn Fn(&&Planned) -> bool| {
            let gpus: u64 = month.iter().filter(is_in).map(|plan| plan.gpus).sum();
            let gpu_hours: f64 = month.iter().filter(is_in).map(|plan| plan.gpu_hours).sum();
            let label = &month[0].month;
            let labels = vec![label.clone(), harmless(cluster), harmless(vendor), gpus.to_string(), exact(Some(gpu_hours))];
            lines.push(Line { labels, scope, name: name.to_owned(), month: label.clone() });
        };
        for plan in month {
            add("cluster", &plan.cluster, [&plan.cluster, &plan.vendor], &|other| other.cluster == plan.cluster);
        }
        for (key, _) in &summary.vendors {
            add("vendor", key, ["all", key], &|plan| plan.vendor == *key);
        }
        add("all", "all", ["all"; 2], &|_| true);
    }
    lines
}

fn users(summary: &Summary) -> Vec<Line> {
    let mut names: Vec<(&'static str, &str)> = Vec::new();
    for scope in ["workload", "service", "team", "all"] {
        names.extend(summary.names(scope).into_iter().map(|name| (scope, name)));
    }
    by_month(summary, &names, |month, scope, name| vec![month.to_owned(), scope.to_owned(), harmless(name)])
}

/// How far the minimum of each contract is used up in its contract-year, and how often use falls short of it.
pub const BURN_DOWN: MonthlyTable = MonthlyTable {
    table: Table::BurnDown,
    labels: &["month", "contract"],
    first: &[&metric::MINIMUM_DUE_USD, &metric::MINIMUM_USED_USD, &metric::SHORTFALL_USD, &metric::SHORTFALL_FUTURES_SHARE],
    lines: contracts,
};

fn contracts(summary: &Summary) -> Vec<Line> {
    let names: Vec<_> = summary.names("contract").into_iter().map(|name| ("contract", name)).collect();
    by_month(summary, &names, |month, _, contract| vec![month.to_owned(), harmless(contract)])
}

fn bases(summary: &Summary) -> Vec<Line> {
    let bases: Vec<_> = Base::ALL.into_iter().filter(|base| base.varies()).map(|base| ("base", base.word())).collect();
    by_month(summary, &bases, |month, _, base| vec![month.to_owned(), base.to_owned()])
}

fn vendors(summary: &Summary) -> Vec<Line> {
    let mut names: Vec<_> = summary.vendors.iter().map(|(key, _)| ("vendor", key.as_str())).collect();
    names.push(("all", "all"));
    by_month(summary, &names, |month, _, vendor| vec![month.to_owned(), harmless(vendor)])
}

fn by_month(summary: &Summary, names: &[(&'static str, &str)], labels: fn(&str, &str, &str) -> Vec<String>) -> Vec<Line> {
    let of_month = |month: &str| {
        let line = |&(scope, name): &(&'static str, &str)| Line {
            labels: labels(month, scope, name),
            scope,
            name: name.to_owned(),
            month: month.to_owned(),
        };
        names.iter().map(line).collect::<Vec<_>>()
    };
    months(summary).into_iter().flat_map(of_month).collect()
}
