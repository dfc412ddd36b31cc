//! What a replay of jobs or pods gives: one line per pool or placement.

use crate::replay::Outcome;
use crate::report::document::{Column, Document, Room, Table};
use crate::report::number::exact;
use crate::report::output::{Printed, Rows, pretty};
use serde::Serialize;
use std::io::{self, Write};

/// The figures of an outcome. One trace has one schedule, so that figures have no interval.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayRow {
    /// The pool, or the placement; `all` sums up the pools.
    pub pool: String,
    /// GPUs installed.
    pub gpus: u64,
    /// Jobs submitted.
    pub jobs: u64,
    /// Jobs that ran to their end.
    pub finished: u64,
    /// Jobs rejected because they can never fit.
    pub rejected: u64,
    /// Time from submission to the first start [s].
    pub wait_s_mean: Option<f64>,
    /// Median of it.
    pub wait_s_p50: Option<f64>,
    /// 90 % quantile of it.
    pub wait_s_p90: Option<f64>,
    /// 99 % quantile of it.
    pub wait_s_p99: Option<f64>,
    /// Time from submission to the end [s].
    pub completion_s_mean: Option<f64>,
    /// Median of it.
    pub completion_s_p50: Option<f64>,
    /// 99 % quantile of it.
    pub completion_s_p99: Option<f64>,
    /// Mean of completion / max(run, 10 s), at least 1.
    pub bounded_slowdown_mean: Option<f64>,
    /// Times a job was stopped for another.
    pub preemptions: u64,
    /// From the first submission to the last end [s].
    pub makespan_s: f64,
    /// Allocated GPU-time over GPU-time installed in that time \[0 to 1\].
    pub utilisation_share: Option<f64>,
}

impl ReplayRow {
    /// The row of an outcome.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        let statistics = &outcome.statistics;
        let seconds = |ms: Option<f64>| ms.map(|ms| ms / 1e3);
        let quantile = |q: f64| seconds(statistics.wait.quantile(q));
        let ratio = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
        Self {
            pool: outcome.name.clone(),
            gpus: outcome.gpus,
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
            makespan_s: outcome.makespan().seconds(),
            utilisation_share: ratio(outcome.allocated.hours(), outcome.offered().hours()),
        }
    }

    /// One row per outcome.
    #[must_use]
    pub fn of_each(outcomes: &[Outcome]) -> Vec<Self> {
        outcomes.iter().map(Self::of).collect()
    }

    /// One row per outcome and, if there are several, one that sums them up.
    #[must_use]
    pub fn of_parts(parts: &[Outcome]) -> Vec<Self> {
        let total = (parts.len() > 1).then(|| Outcome::merged("all", parts));
        parts.iter().chain(&total).map(Self::of).collect()
    }
}

impl Printed for Vec<ReplayRow> {
    /// A row for each; the figures of a single one are listed below each other.
    fn document(&self, _room: Room) -> Document {
        let mut document = Document::default();
        document.table(if let [row] = &self[..] { listed(row) } else { compared(self) });
        if let Some(last) = self.last() {
            document.lines(sums(last));
        }
        document
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        pretty(self, out)
    }

    fn rows(&self, rows: &mut Rows<'_>) -> io::Result<()> {
        Ok(self.iter().try_for_each(|row| rows.serialize(row))?)
    }
}

/// The figures of one row.
fn listed(row: &ReplayRow) -> Table {
    let heads = ["mean", "p50", "p90", "p99"].map(|head| Column::figures(head, ""));
    let mut table = Table::new("Times and slowdown", std::iter::once(Column::text("")).chain(heads).collect());
    let dash = || "-".to_owned();
    table.row([
        "wait [s]".to_owned(),
        seconds(row.wait_s_mean),
        whole(row.wait_s_p50),
        whole(row.wait_s_p90),
        whole(row.wait_s_p99),
    ]);
    let completion = [seconds(row.completion_s_mean), whole(row.completion_s_p50), dash(), whole(row.completion_s_p99)];
    table.row(std::iter::once("completion [s]".to_owned()).chain(completion));
    table.row(["bounded slowdown".to_owned(), seconds(row.bounded_slowdown_mean), dash(), dash(), dash()]);
    table
}

/// Several rows below each other.
fn compared(rows: &[ReplayRow]) -> Table {
    let heads = ["GPUs", "jobs", "wait [s]", "p90", "completion [s]", "preempted", "utilised %"];
    let heads = heads.map(|head| Column::figures(head, ""));
    let mut table = Table::new("Outcomes", std::iter::once(Column::text("pool")).chain(heads).collect());
    for row in rows {
        table.row([
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
    table
}

/// What the last row comes to.
fn sums(last: &ReplayRow) -> String {
    let rejected = if last.rejected > 0 { format!(", {} rejected (they can never fit)", last.rejected) } else { String::new() };
    format!(
        "{} of {} jobs finished{rejected}; {} preemptions\nmakespan {} s{}",
        last.finished,
        last.jobs,
        last.preemptions,
        exact(Some(last.makespan_s)),
        last.utilisation_share.map_or(String::new(), |share| format!("; {:.2} % of the GPU-time allocated", share * 100.0)),
    )
}

fn seconds(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.3}"))
}

fn whole(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.0}"))
}
