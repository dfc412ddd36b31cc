//! `summary.csv`, `timeseries.csv`, `vendors.csv` and, on request, `jobs.csv`.

use super::number::exact;
use super::{Exporter, Report};
use crate::metrics::JobRecord;
use crate::model::Model;
use crate::study::{Row, Summary};
use crate::units::{SimTime, Span};
use csv::{Terminator, WriterBuilder};
use std::io::{self, Write};

/// Every figure over the whole run and by year, with n, interval and method.
#[derive(Clone, Copy, Debug)]
pub struct SummaryCsv;

/// By month and cluster.
#[derive(Clone, Copy, Debug)]
pub struct TimeseriesCsv;

/// By vendor, over the whole run and by year.
#[derive(Clone, Copy, Debug)]
pub struct VendorsCsv;

fn writer(out: &mut dyn Write) -> csv::Writer<&mut dyn Write> {
    WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(out)
}

/// Text that a spreadsheet would take for a formula gets a quote before it.
fn harmless(text: &str) -> String {
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

/// Monthly figures of a cluster, in the order of columns.
const MONTHLY: [&str; 11] = [
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
];

impl Exporter for TimeseriesCsv {
    fn file(&self) -> &'static str {
        "timeseries.csv"
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let summary = &report.summary;
        let mut csv = writer(out);
        let mut head: Vec<String> = ["month", "cluster", "vendor", "planned_gpus", "planned_gpu_hours"].map(str::to_owned).to_vec();
        for metric in MONTHLY {
            let (stem, unit) = split_unit(metric);
            head.extend(["mean", "low", "high"].map(|part| format!("{stem}_{part}_{unit}")));
        }
        csv.write_record(&head)?;
        let mut figures = Figures::of(summary);
        for plan in &summary.planned {
            let mut record = vec![
                plan.month.clone(),
                plan.cluster.clone(),
                plan.vendor.clone(),
                plan.gpus.to_string(),
                exact(Some(plan.gpu_hours)),
            ];
            for metric in MONTHLY {
                let row = figures.next(metric, "cluster", &plan.cluster, &plan.month);
                record.extend([row.and_then(|row| row.mean), row.and_then(|row| row.low), row.and_then(|row| row.high)].map(exact));
            }
            csv.write_record(&record)?;
        }
        csv.flush()
    }
}

/// The monthly figures of a `timeseries.csv`.
///
/// # Errors
///
/// When it is not one that this program wrote.
pub(super) fn monthly_rows(text: &[u8], replications: usize) -> Result<Vec<Row>, String> {
    let mut reader = csv::Reader::from_reader(text);
    let mut rows = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|error| error.to_string())?;
        let broken = |what: &str| format!("line {}: {what}", index + 2);
        if record.len() != 5 + 3 * MONTHLY.len() {
            return Err(broken("it has another number of columns than this version writes"));
        }
        let number = |column: usize| match &record[column] {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| broken(&format!("`{text}` is not a number"))),
        };
        for (at, metric) in MONTHLY.iter().enumerate() {
            let [mean, low, high] = [number(5 + 3 * at)?, number(6 + 3 * at)?, number(7 + 3 * at)?];
            rows.push(Row {
                metric: (*metric).to_owned(),
                scope: "cluster".to_owned(),
                name: record[1].to_owned(),
                period: record[0].to_owned(),
                n: if mean.is_some() { replications } else { 0 },
                mean,
                low,
                high,
                method: String::new(),
            });
        }
    }
    Ok(rows)
}

impl Exporter for VendorsCsv {
    fn file(&self) -> &'static str {
        "vendors.csv"
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = writer(out);
        csv.write_record(["vendor", "period", "metric", "n", "mean", "low", "high", "method"])?;
        for row in report.summary.rows.iter().filter(|row| row.scope == "vendor") {
            let [mean, low, high] = [row.mean, row.low, row.high].map(exact);
            csv.write_record([&row.name, &row.period, &row.metric, &row.n.to_string(), &mean, &low, &high, &row.method])?;
        }
        csv.flush()
    }
}

/// `installed_gpu_hours` is a stem and a unit, so that `mean` can stand before the unit.
fn split_unit(metric: &str) -> (&str, &str) {
    for unit in ["gpu_hours", "gpus", "usd", "kwh", "mw", "t"] {
        if let Some(stem) = metric.strip_suffix(unit) {
            return (stem.trim_end_matches('_'), unit);
        }
    }
    (metric, "")
}

/// Rows asked for in the order in which they were written are found without searching.
struct Figures<'a> {
    rows: &'a [Row],
    at: usize,
}

impl<'a> Figures<'a> {
    fn of(summary: &'a Summary) -> Self {
        let at = summary.rows.iter().position(Row::is_monthly).unwrap_or(0);
        Self { rows: &summary.rows, at }
    }

    fn next(&mut self, metric: &str, scope: &str, name: &str, period: &str) -> Option<&'a Row> {
        let is_it = |row: &&Row| row.metric == metric && row.scope == scope && row.name == name && row.period == period;
        if let Some(row) = self.rows.get(self.at).filter(is_it) {
            self.at += 1;
            return Some(row);
        }
        self.rows.iter().find(is_it)
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
