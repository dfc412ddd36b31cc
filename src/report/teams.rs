//! `teams.csv`: a line a team and span of time, five columns a figure.

use super::csv::{harmless, writer};
use super::monthly::{columns, columns_of, ends};
use super::number::exact;
use super::{Exporter, Report};
use crate::metrics::catalog::{self, Metric, Table};
use std::io::{self, Write};

/// What each team got and was due, over the whole run and by year, and of all how fair that was. Only where a scenario has two or more teams.
#[derive(Clone, Copy, Debug)]
pub struct TeamsCsv;

/// The figures of a team, and then those of all, whose columns stand first.
const FIRST: [&Metric; 18] = [
    &catalog::JOBS_SUBMITTED,
    &catalog::JOBS_COMPLETED,
    &catalog::JOBS_CENSORED_RUNNING,
    &catalog::JOBS_CENSORED_QUEUED,
    &catalog::JOB_GPU_HOURS,
    &catalog::JOB_GPU_HOURS_SHARE,
    &catalog::WEIGHT_SHARE,
    &catalog::WAIT_S_MEAN,
    &catalog::WAIT_S_P90,
    &catalog::COMPLETION_S_MEAN,
    &catalog::BOUNDED_SLOWDOWN_MEAN,
    &catalog::PREEMPTIONS,
    &catalog::FINISH_TIME_RATIO,
    &catalog::CHARGED_USD,
    &catalog::JAIN_INDEX,
    &catalog::JAIN_INDEX_BY_QUOTA,
    &catalog::MAX_MIN_RATIO,
    &catalog::FINISH_TIME_RATIO_WORST,
];

impl Exporter for TeamsCsv {
    fn file(&self) -> &'static str {
        Table::Teams.file()
    }

    fn applies(&self, report: &Report) -> bool {
        report.summary.get(&catalog::JAIN_INDEX, "all", "all", "total").is_some()
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let summary = &report.summary;
        let mut csv = writer(out);
        let metrics = columns_of(Table::Teams, &FIRST);
        csv.write_record(
            ["period", "team"].into_iter().map(str::to_owned).chain(metrics.iter().flat_map(|metric| columns(metric))),
        )?;
        for period in std::iter::once("total".to_owned()).chain(summary.years()) {
            let is_due = |name: &&str| summary.get(&catalog::WEIGHT_SHARE, "team", name, &period).is_some();
            let teams = summary.names("team").into_iter().filter(is_due).map(|name| ("team", name));
            for (scope, name) in teams.chain([("all", "all")]) {
                let mut record = vec![period.clone(), harmless(name)];
                for metric in &metrics {
                    let row = summary.get(metric, scope, name, &period);
                    record.extend(
                        [row.and_then(|row| row.mean), row.and_then(|row| row.low), row.and_then(|row| row.high)].map(exact),
                    );
                    record.push(row.map(|row| row.n.to_string()).unwrap_or_default());
                    record.push(ends(row));
                }
                csv.write_record(&record)?;
            }
        }
        csv.flush()
    }
}
