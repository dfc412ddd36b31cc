//! Which way is better.

/// Whether less of a figure is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Less is better.
    Less,
    /// More is better.
    More,
    /// Neither: it depends on what one wants.
    Neither,
}

/// Beginnings of metrics of which less is better.
const LESS: [&str; 32] = [
    "wait",
    "completion_s",
    "bounded_slowdown",
    "deadline_miss",
    "interruptions",
    "evictions",
    "preemptions",
    "lost_",
    "late_",
    "out_",
    "restart",
    "cost_",
    "usd_per",
    "charged_usd",
    "jobs_rejected",
    "jobs_censored",
    "jobs_failed",
    "hhi",
    "cr1",
    "cr3",
    "dropped",
    "below_objective",
    "backlog",
    "energy",
    "carbon",
    "queued_gpus",
    "days_to_drain",
    "n_minus_1",
    "coverage",
    "net_present_value",
    "max_min_ratio",
    "finish_time_ratio",
];

/// Beginnings of metrics of which more is better.
const MORE: [&str; 15] = [
    "useful",
    "goodput",
    "utilisation",
    "allocation",
    "within_objective",
    "served",
    "busy",
    "jobs_completed",
    "jobs_started",
    "effective_vendors",
    "drained",
    "margin_net",
    "revenue",
    "first_month_over",
    "jain_index",
];

/// Which way a metric is better, by its name.
#[must_use]
pub fn direction(metric: &str) -> Direction {
    if LESS.iter().any(|start| metric.starts_with(start)) {
        Direction::Less
    } else if MORE.iter().any(|start| metric.starts_with(start)) {
        Direction::More
    } else {
        Direction::Neither
    }
}
