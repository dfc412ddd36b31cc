//! `summary.csv`, `vendors.csv` and, on request, `jobs.csv`.

use super::number::exact;
use super::{Exporter, Report};
use crate::metrics::JobRecord;
use crate::model::Model;
use crate::units::{SimTime, Span};
use csv::{Terminator, WriterBuilder};
use std::io::{self, Write};

/// Every figure over the whole run and by year, with n, interval and method.
#[derive(Clone, Copy, Debug)]
pub struct SummaryCsv;

/// By vendor, over the whole run and by year.
#[derive(Clone, Copy, Debug)]
pub struct VendorsCsv;

pub(super) fn writer(out: &mut dyn Write) -> csv::Writer<&mut dyn Write> {
    WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(out)
}

/// Text that a spreadsheet would take for a formula gets a quote before it.
pub(super) fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

impl Exporter for SummaryCsv {
    fn file(&self) -> &'static str {
        "summary.csv"
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = writer(out);
        csv.write_record(["metric", "scope", "name", "period", "n", "mean", "low", "high", "method"])?;
        for row in report.summary.rows.iter().filter(|row| !row.is_monthly()) {
            let [mean, low, high] = [row.mean, row.low, row.high].map(exact);
            let n = row.n.to_string();
            csv.write_record([&row.metric, &row.scope, &harmless(&row.name), &row.period, &n, &mean, &low, &high, &row.method])?;
        }
        csv.flush()
    }
}

impl Exporter for VendorsCsv {
    fn file(&self) -> &'static str {
        "vendors.csv"
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = writer(out);
        csv.write_record(["vendor", "period", "metric", "n", "mean", "low", "high", "method"])?;
        for row in report.summary.rows.iter().filter(|row| row.scope == "vendor" && !row.is_monthly()) {
            let [mean, low, high] = [row.mean, row.low, row.high].map(exact);
            csv.write_record([&row.name, &row.period, &row.metric, &row.n.to_string(), &mean, &low, &high, &row.method])?;
        }
        csv.flush()
    }
}

/// The jobs of replications.
#[derive(Clone, Copy, Debug)]
pub struct JobsCsv<'a> {
    /// The model they come from.
    pub model: &'a Model,
    /// Replication number and jobs.
    pub replications: &'a [(u32, &'a [JobRecord])],
}

impl JobsCsv<'_> {
    /// Writes one line a job, in order of replication, workload and submission.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = writer(out);
        csv.write_record([
            "replication",
            "job_id",
            "workload",
            "gpus",
            "submit_s",
            "run_s",
            "start_s",
            "finish_s",
            "state",
            "cluster",
            "preemptions",
            "restarts",
        ])?;
        for (replication, jobs) in self.replications {
            for job in *jobs {
                let workload = &self.model.workloads[job.workload.index()].name;
                let cluster = job.cluster.map_or("", |cluster| self.model.clusters[cluster.index()].name.as_str());
                let instant = |time: Option<SimTime>| time.map_or(String::new(), |time| seconds(time - SimTime::ZERO));
                csv.write_record([
                    replication.to_string().as_str(),
                    &format!("{workload}-{}", job.ordinal),
                    workload,
                    &job.gpus.to_string(),
                    &instant(Some(job.submit)),
                    &seconds(job.run),
                    &instant(job.start),
                    &instant(job.finish),
                    job.state.word(),
                    cluster,
                    &job.preemptions.to_string(),
                    &job.restarts.to_string(),
                ])?;
            }
        }
        csv.flush()
    }
}

/// Seconds, as an integer when whole.
fn seconds(span: Span) -> String {
    let ms = span.ms();
    if ms % 1000 == 0 {
        (ms / 1000).to_string()
    } else {
        format!("{}.{:03}", ms / 1000, ms % 1000).trim_end_matches('0').to_owned()
    }
}
