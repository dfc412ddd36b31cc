//! `summary.csv` and `vendors.csv`.

use super::number::exact;
use super::output::{CSV, OutputFormat, Rows};
use super::{Exporter, Report};
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
        CSV.write(report, out)
    }
}

/// Every figure over the whole run and by year.
pub(super) fn write_summary(report: &Report, csv: &mut Rows<'_>) -> io::Result<()> {
    csv.write_record(["metric", "scope", "name", "period", "n", "mean", "low", "high", "method"])?;
    for row in report.summary.rows.iter().filter(|row| !row.is_monthly()) {
        let [mean, low, high] = [row.mean, row.low, row.high].map(exact);
        let n = row.n.to_string();
        csv.write_record([&row.metric, &row.scope, &harmless(&row.name), &row.period, &n, &mean, &low, &high, &row.method])?;
    }
    Ok(())
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
