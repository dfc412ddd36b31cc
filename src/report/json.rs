//! `summary.json` and `manifest.json`.

use super::{Exporter, Report};
use serde::Serialize;
use std::io::{self, Write};

/// Every figure over the whole run and by year, one a line.
#[derive(Clone, Copy, Debug)]
pub struct SummaryJson;

/// How the results came about.
#[derive(Clone, Copy, Debug)]
pub struct ManifestJson;

impl Exporter for SummaryJson {
    fn file(&self) -> &'static str {
        "summary.json"
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        // Months are in tables of their own; here they would be nine tenths of the file.
        let mut summary = report.summary.clone();
        summary.rows.retain(|row| !row.is_monthly());
        let head = serde_json::to_value(&summary)?;
        let Some(object) = head.as_object() else { return Ok(()) };
        out.write_all(b"{\n")?;
        for (index, (key, value)) in object.iter().enumerate() {
            let comma = if index + 1 < object.len() { "," } else { "" };
            match value.as_array().filter(|rows| rows.first().is_some_and(serde_json::Value::is_object)) {
                Some(rows) => {
                    writeln!(out, "  {}: [", serde_json::to_string(key)?)?;
                    write_rows(rows, out)?;
                    writeln!(out, "  ]{comma}")?;
                }
                None => writeln!(out, "  {}: {}{comma}", serde_json::to_string(key)?, serde_json::to_string(value)?)?,
            }
        }
        out.write_all(b"}\n")
    }
}

impl Exporter for ManifestJson {
    fn file(&self) -> &'static str {
        "manifest.json"
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut serializer = serde_json::Serializer::pretty(&mut *out);
        report.manifest.serialize(&mut serializer)?;
        out.write_all(b"\n")
    }
}

fn write_rows(rows: &[serde_json::Value], out: &mut dyn Write) -> io::Result<()> {
    for (index, row) in rows.iter().enumerate() {
        let comma = if index + 1 < rows.len() { "," } else { "" };
        writeln!(out, "    {}{comma}", serde_json::to_string(row)?)?;
    }
    Ok(())
}
