//! The four tables: which lines and which figures each has.

use super::{Line, Wide};
use crate::report::csv::harmless;
use crate::report::number::exact;
use crate::study::{Base, Planned, Summary};

/// Capacity, energy, money and jobs: by cluster, by vendor (the cluster is `all`) and of all. Jobs are those of [`WORKLOADS`], submitted in the
/// month, where they started, were stopped and ended; the line of all has those that never started too.
pub const TIMESERIES: Wide = Wide {
    file: "timeseries.csv",
    labels: &["month", "cluster", "vendor", "planned_gpus", "planned_gpu_hours"],
    metrics: &[
        "installed_gpus",
        "installed_gpu_hours",
        "active_gpu_hours",
        "allocated_gpu_hours",
        "busy_gpu_hours",
        "useful_gpu_hours",
        "lost_gpu_hours",
        "cost_usd",
        "energy_kwh",
        "carbon_t",
        "peak_mw",
        "power_mw_mean",
        "out_gpu_hours",
        "restart_and_checkpoint_gpu_hours",
        "active_h100e_hours",
        "allocated_h100e_hours",
        "useful_h100e_hours",
        "allocation_share",
        "utilisation_share",
        "goodput_share",
        "cost_committed_used_usd",
        "cost_unused_usd",
        "cost_on_demand_usd",
        "cost_spot_usd",
        "cost_power_usd",
        "usd_per_useful_h100e_hour",
        "it_mw_share",
        "active_gpu_hours_share",
        "served_gpu_hours_share",
        "jobs_started",
        "jobs_completed",
        "jobs_failed",
        "jobs_cancelled",
        "wait_s_mean",
        "wait_s_p50",
        "wait_s_p90",
        "wait_s_p99",
        "completion_s_mean",
        "completion_s_p50",
        "completion_s_p90",
        "completion_s_p99",
        "bounded_slowdown_mean",
        "preemptions",
        "interruptions",
    ],
    optional: &[
        "revenue_usd",
        "commitments_next_12_months_usd",
        "coverage_ratio",
        "net_present_value_usd",
        "margin_net_present_value_usd",
        "cancelled_gpus",
        "cost_egress_usd",
        "egress_gb",
        "out_for_power_gpu_hours",
        "out_for_spot_gpu_hours",
        "evictions",
        "cost_prepayment_usd",
        "cost_prepayment_lost_usd",
        "cost_delay_damages_usd",
        "cost_termination_fee_usd",
        "cost_outage_credit_usd",
    ],
    lines: clusters_and_vendors,
};

/// Jobs, GPU-hours, charges and service levels: by workload, by service, by team and of all.
pub const WORKLOADS: Wide = Wide {
    file: "workloads.csv",
    labels: &["month", "scope", "name"],
    metrics: &[
        "jobs_submitted",
        "jobs_started",
        "jobs_completed",
        "jobs_failed",
        "jobs_cancelled",
        "jobs_rejected",
        "jobs_censored_running",
        "jobs_censored_queued",
        "wait_s_mean",
        "wait_s_p50",
        "wait_s_p90",
        "wait_s_p99",
        "waits_that_are_lower_bounds",
        "completion_s_mean",
        "completion_s_p50",
        "completion_s_p90",
        "completion_s_p99",
        "bounded_slowdown_mean",
        "deadline_miss_share",
        "preemptions",
        "interruptions",
        "allocated_gpu_hours",
        "useful_gpu_hours",
        "lost_gpu_hours",
        "restart_and_checkpoint_gpu_hours",
        "charged_usd",
        "demanded_tokens",
        "within_objective_share",
        "served_share",
        "dropped_share",
        "backlog_peak_tokens",
        "below_objective_time_share",
    ],
    optional: &["evictions"],
    lines: users,
};

/// Concentration on few vendors, suppliers, developers, grids and jurisdictions, by base. What was signed does not change by month and is
/// not here.
pub const DEPENDENCY: Wide = Wide {
    file: "dependency.csv",
    labels: &["month", "base"],
    metrics: &["hhi", "cr1_share", "cr3_share", "effective_vendors", "effective_vendors_inverse"],
    optional: &[],
    lines: bases,
};

/// Dependence on each vendor, and tails: power that comes late and what a bad future of it is, the dearest futures (all vendors only), what
/// leaving takes and costs as of the month's first day, and the load that the others could not take over.
pub const DEPENDENCY_VENDORS: Wide = Wide {
    file: "dependency_vendors.csv",
    labels: &["month", "vendor"],
    metrics: &[
        "late_mw_months",
        "ramp_at_risk_p95_mw_months",
        "ramp_at_risk_tail_mw_months",
        "unit_cost_at_risk_usd_per_h100e_hour",
    ],
    optional: &[
        "substitutable_share",
        "adjusted_dependence_share",
        "adjusted_dependence_committed_usd_share",
        "adjusted_dependence_committed_usd_per_year_share",
        "adjusted_dependence_it_mw_share",
        "adjusted_dependence_active_gpu_hours_share",
        "adjusted_dependence_served_gpu_hours_share",
        "exit_days",
        "exit_data_days",
        "exit_notice_days",
        "exit_replacement_days",
        "switching_cost_usd",
        "switching_egress_usd",
        "switching_double_running_usd",
        "switching_termination_usd",
        "switching_unused_commitment_usd",
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
