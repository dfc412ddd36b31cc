//! `teams.csv`: a line a team and span of time, four columns a figure.

use super::csv::{harmless, writer};
use super::number::exact;
use super::wide::columns;
use super::{Exporter, Report};
use crate::study::Summary;
use std::io::{self, Write};

/// What each team got and was due, over the whole run and by year, and of all how fair that was. Only where teams are told apart.
#[derive(Clone, Copy, Debug)]
pub struct TeamsCsv;

/// The figures of a team; those of all come after them.
const OF_TEAM: [&str; 14] = [
    "jobs_submitted",
    "jobs_completed",
    "jobs_censored_running",
    "jobs_censored_queued",
    "job_gpu_hours",
    "job_gpu_hours_share",
    "weight_share",
    "wait_s_mean",
    "wait_s_p90",
    "completion_s_mean",
    "bounded_slowdown_mean",
    "preemptions",
    "finish_time_ratio",
    "charged_usd",
];
const OF_ALL: [&str; 4] = ["jain_index", "jain_index_by_quota", "max_min_ratio", "finish_time_ratio_worst"];

impl TeamsCsv {
    /// Whether there is anything to write.
    #[must_use]
    pub fn applies(summary: &Summary) -> bool {
        summary.get("jain_index", "all", "all", "total").is_some()
    }
}

impl Exporter for TeamsCsv {
    fn file(&self) -> &'static str {
        "teams.csv"
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let summary = &report.summary;
        let mut csv = writer(out);
        let metrics = || OF_TEAM.iter().chain(&OF_ALL);
        csv.write_record(["period", "team"].into_iter().map(str::to_owned).chain(metrics().flat_map(|metric| columns(metric))))?;
        for period in std::iter::once("total".to_owned()).chain(summary.years()) {
            let is_told = |name: &&str| summary.get("weight_share", "team", name, &period).is_some();
            let teams = summary.names("team").into_iter().filter(is_told).map(|name| ("team", name));
            for (scope, name) in teams.chain([("all", "all")]) {
                let mut record = vec![period.clone(), harmless(name)];
                for metric in metrics() {
                    let row = summary.get(metric, scope, name, &period);
                    record.extend(
                        [row.and_then(|row| row.mean), row.and_then(|row| row.low), row.and_then(|row| row.high)].map(exact),
                    );
                    record.push(row.map(|row| row.n.to_string()).unwrap_or_default());
                }
                csv.write_record(&record)?;
            }
        }
        csv.flush()
    }
}
