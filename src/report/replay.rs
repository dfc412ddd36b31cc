//! What a replay of a trace gives: one line a pool, and one for all of them.

use super::STYLE;
use super::csv::writer;
use super::number::exact;
use crate::metrics::JobStatistics;
use crate::study::{NodeOutcome, PoolOutcome};
use crate::units::GpuTime;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use serde::Serialize;
use std::io;

/// The figures of a pool, or of all pools together. One trace has one schedule: there is no interval to give.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayRow {
    /// The pool; `all` for all of them.
    pub pool: String,
    /// GPUs.
    pub gpus: u64,
    /// Jobs submitted.
    pub jobs: u64,
    /// Jobs that ran to their end.
    pub finished: u64,
    /// Jobs turned away because they can never fit.
    pub rejected: u64,
    /// Time from submission to the first start [s].
    pub wait_s_mean: Option<f64>,
    /// Its median.
    pub wait_s_p50: Option<f64>,
    /// Its 90 % quantile.
    pub wait_s_p90: Option<f64>,
    /// Its 99 % quantile.
    pub wait_s_p99: Option<f64>,
    /// Time from submission to the end [s].
    pub completion_s_mean: Option<f64>,
    /// Its median.
    pub completion_s_p50: Option<f64>,
    /// Its 99 % quantile.
    pub completion_s_p99: Option<f64>,
    /// Mean of completion / max(run, 10 s), at least 1.
    pub bounded_slowdown_mean: Option<f64>,
    /// Times a job was stopped for others.
    pub preemptions: u64,
    /// From the first submission to the last end [s].
    pub makespan_s: f64,
    /// Allocated GPU-time over what was there in that time \[0 to 1\].
    pub utilisation_share: Option<f64>,
}

impl ReplayRow {
    pub(super) fn of(
        pool: &str,
        gpus: u64,
        statistics: &JobStatistics,
        makespan_s: f64,
        allocated: GpuTime,
        offered: GpuTime,
    ) -> Self {
        let seconds = |ms: Option<f64>| ms.map(|ms| ms / 1e3);
        let quantile = |q: f64| seconds(statistics.wait.quantile(q));
        let ratio = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
        Self {
            pool: pool.to_owned(),
            gpus,
            jobs: statistics.submitted,
            finished: statistics.ended(),
            rejected: statistics.rejected.iter().sum(),
            wait_s_mean: seconds(statistics.wait.mean()),
            wait_s_p50: quantile(0.5),
            wait_s_p90: quantile(0.9),
            wait_s_p99: quantile(0.99),
            completion_s_mean: seconds(statistics.completion.mean()),
            completion_s_p50: seconds(statistics.completion.quantile(0.5)),
            completion_s_p99: seconds(statistics.completion.quantile(0.99)),
            bounded_slowdown_mean: ratio(statistics.slowdown_sum, statistics.ended() as f64),
            preemptions: statistics.preemptions,
            makespan_s,
            utilisation_share: ratio(allocated.hours(), offered.hours()),
        }
    }

    /// One row a placement, its name as that of the pool.
    #[must_use]
    pub fn of_nodes(outcomes: &[NodeOutcome]) -> Vec<Self> {
        let of = |one: &NodeOutcome| {
            let span = one.end - one.first_submit;
            let offered = crate::units::Gpus::whole(one.gpus).over(span);
            Self::of(&one.placement, one.gpus, &one.statistics, span.seconds(), one.allocated, offered)
        };
        outcomes.iter().map(of).collect()
    }

    /// One row a pool; where there are several, one for all of them at the end.
    #[must_use]
    pub fn of_pools(pools: &[PoolOutcome]) -> Vec<Self> {
        let makespan = |pool: &PoolOutcome| (pool.end - pool.first_submit).seconds();
        let mut rows: Vec<Self> = (pools.iter())
            .map(|pool| Self::of(&pool.name, pool.gpus, &pool.statistics, makespan(pool), pool.allocated, pool.offered()))
            .collect();
        if pools.len() > 1 {
            let mut all = JobStatistics::default();
            for pool in pools {
                all.merge(&pool.statistics);
            }
            let first = pools.iter().map(|pool| pool.first_submit).min().unwrap_or_default();
            let end = pools.iter().map(|pool| pool.end).max().unwrap_or_default();
            let allocated = pools.iter().map(|pool| pool.allocated).sum();
            let offered = pools.iter().map(|pool| crate::units::Gpus::whole(pool.gpus).over(end - first)).sum();
            let gpus = pools.iter().map(|pool| pool.gpus).sum();
            rows.push(Self::of("all", gpus, &all, (end - first).seconds(), allocated, offered));
        }
        rows
    }
}

/// The rows as CSV.
///
/// # Errors
///
/// When writing fails.
pub fn replay_csv(rows: &[ReplayRow], out: &mut dyn io::Write) -> io::Result<()> {
    let mut csv = writer(out);
    for row in rows {
        csv.serialize(row)?;
    }
    csv.flush()
}

/// The rows as a table within 80 columns. A single pool is a list of figures.
#[must_use]
pub fn replay_table(rows: &[ReplayRow]) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(80);
    let seconds = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    if let [row] = rows {
        table.set_header(["", "mean", "p50", "p90", "p99"]);
        let dash = || "-".to_owned();
        let lines = [
            ["wait [s]".to_owned(), seconds(row.wait_s_mean), whole(row.wait_s_p50), whole(row.wait_s_p90), whole(row.wait_s_p99)],
            [
                "completion [s]".to_owned(),
                seconds(row.completion_s_mean),
                whole(row.completion_s_p50),
                dash(),
                whole(row.completion_s_p99),
            ],
            ["bounded slowdown".to_owned(), seconds(row.bounded_slowdown_mean), dash(), dash(), dash()],
        ];
        for line in lines {
            table.add_row(line);
        }
    } else {
        table.set_header(["pool", "GPUs", "jobs", "wait [s]", "p90", "completion [s]", "preempted", "utilised %"]);
        for row in rows {
            table.add_row([
                row.pool.clone(),
                row.gpus.to_string(),
                row.jobs.to_string(),
                seconds(row.wait_s_mean),
                whole(row.wait_s_p90),
                seconds(row.completion_s_mean),
                row.preemptions.to_string(),
                row.utilisation_share.map_or("-".to_owned(), |share| format!("{:.1}", share * 100.0)),
            ]);
        }
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        if index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = format!("{table}\n");
    if let Some(last) = rows.last() {
        let rejected = if last.rejected > 0 { format!(", {} rejected (they can never fit)", last.rejected) } else { String::new() };
        text.push_str(&format!(
            "{} of {} jobs finished{rejected}; {} preemptions\nmakespan {} s{}\n",
            last.finished,
            last.jobs,
            last.preemptions,
            exact(Some(last.makespan_s)),
            last.utilisation_share.map_or(String::new(), |share| format!("; {:.2} % of the GPU-time allocated", share * 100.0)),
        ));
    }
    text
}

fn whole(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.0}"))
}
