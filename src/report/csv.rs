//! `summary.csv` and `vendors.csv`.

use super::number::exact;
use super::output::{CSV, OutputFormat, Rows};
use super::{Exporter, Report};
use crate::kernel::names::visible;
use crate::study::Row;
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

/// Hidden characters are made visible, and text that a spreadsheet would take for a formula gets a quote before it.
pub(super) fn harmless(text: &str) -> String {
    let text = &visible(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

impl Exporter for SummaryCsv {
    fn file(&self) -> &'static str {
        "summary.csv"
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        CSV.write(report, out)
    }
}

/// Every figure over the whole run and by year.
pub(super) fn write_summary(report: &Report, csv: &mut Rows<'_>) -> io::Result<()> {
    csv.write_record(["metric", "scope", "name", "period"].into_iter().chain(FIGURES))?;
    for row in report.summary.rows.iter().filter(|row| !row.is_monthly()) {
        let about = [row.metric.clone(), row.scope.clone(), harmless(&row.name), row.period.clone()];
        csv.write_record(about.into_iter().chain(figures(row)))?;
    }
    Ok(())
}

/// The columns of a figure.
const FIGURES: [&str; 10] = ["n", "mean", "low", "high", "method", "median", "median_low", "median_high", "p10", "p90"];

fn figures(row: &Row) -> [String; 10] {
    let [mean, low, high] = [row.mean, row.low, row.high].map(exact);
    let [median, median_low, median_high, p10, p90] = [row.median, row.median_low, row.median_high, row.p10, row.p90].map(exact);
    [row.n.to_string(), mean, low, high, row.method.clone(), median, median_low, median_high, p10, p90]
}

impl Exporter for VendorsCsv {
    fn file(&self) -> &'static str {
        "vendors.csv"
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = writer(out);
        csv.write_record(["vendor", "period", "metric"].into_iter().chain(FIGURES))?;
        for row in report.summary.rows.iter().filter(|row| row.scope == "vendor" && !row.is_monthly()) {
            let about = [harmless(&row.name), row.period.clone(), row.metric.clone()];
            csv.write_record(about.into_iter().chain(figures(row)))?;
        }
        csv.flush()
    }
}
