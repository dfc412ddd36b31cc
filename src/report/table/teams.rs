//! The table that a scenario with teams has besides.

use super::{Section, cell, new_table};
use crate::report::number::Style::{Amount, Percent, Time};
use crate::study::Summary;
use comfy_table::Cell;

/// What each team got and was due; none where teams are not told apart.
pub(super) fn teams(summary: &Summary) -> Option<Section> {
    let all = |metric: &str| summary.get(metric, "all", "all", "total");
    all("jain_index")?;
    let has_budget = all("commitments_next_12_months_usd").is_some();
    let head = ["team", "jobs", "GPU-hours", "share\n%", "due\n%", "wait\nmean", "finish-time\nratio"];
    let mut table = new_table(&head);
    for name in summary.names("team") {
        let row = |metric: &str| summary.get(metric, "team", name, "total");
        if row("weight_share").is_none() {
            continue;
        }
        table.add_row([
            Cell::new(name),
            cell(row("jobs_submitted"), Amount),
            cell(row("job_gpu_hours"), Amount),
            cell(row("job_gpu_hours_share"), Percent),
            cell(row("weight_share"), Percent),
            cell(row("wait_s_mean"), Time),
            cell(row("finish_time_ratio"), Amount),
        ]);
    }
    let told = |metric: &str| {
        let row = all(metric).filter(|row| row.mean.is_some())?;
        let (mean, range) = Amount.with_interval(row.mean?, row.low.zip(row.high));
        Some(range.map_or_else(|| mean.clone(), |range| format!("{mean} ({range})")))
    };
    let told = |metric: &str| told(metric).unwrap_or_else(|| "-".to_owned());
    let by_quota = match all("jain_index_by_quota") {
        Some(_) => format!(" (per quota {})", told("jain_index_by_quota")),
        None => String::new(),
    };
    let notes = vec![
        format!(
            "Jain's index of GPU-hours per weight {}{by_quota}; the largest of them is {} times the least; the worst finish-time ratio is {}.",
            told("jain_index"),
            told("max_min_ratio"),
            told("finish_time_ratio_worst")
        ),
        "Due: the team's weight among all. Finish-time ratio: how many times as long its jobs took as they would have on GPUs of its own, as \
         many as it is due; unfinished jobs count with a lower bound."
            .to_owned(),
    ];
    Some((if has_budget { "7. Teams" } else { "6. Teams" }, table, notes))
}
