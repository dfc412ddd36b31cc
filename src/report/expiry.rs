//! `expiry.csv`: a line a month and vendor in which terms end.

use super::csv::{harmless, writer};
use super::number::exact;
use super::{Exporter, Report};
use crate::metrics::catalog::{self, Table};
use std::io::{self, Write};

/// Planned capacity whose binding term ends, by month and vendor, also after the horizon. Only where a scenario has contracts with
/// capacity.
#[derive(Clone, Copy, Debug)]
pub struct ExpiryCsv;

impl Exporter for ExpiryCsv {
    fn file(&self) -> &'static str {
        Table::Expiry.file()
    }

    fn applies(&self, report: &Report) -> bool {
        !report.summary.expiring.is_empty()
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = writer(out);
        let metrics = [&catalog::EXPIRING_GPUS, &catalog::EXPIRING_IT_MW, &catalog::EXPIRING_H100E];
        csv.write_record(["month", "vendor"].into_iter().chain(metrics.map(|metric| metric.name)))?;
        for line in &report.summary.expiring {
            let [power, equivalents] = [line.it_mw, line.h100e].map(|value| exact(Some(value)));
            csv.write_record([&line.month, &harmless(&line.vendor), &line.gpus.to_string(), &power, &equivalents])?;
        }
        csv.flush()
    }
}
