//! `json` and `csv`: results for programs.

use super::{OutputFormat, Printed};
use crate::report::csv::writer;
use std::io::{self, Write};

/// One JSON value.
pub const JSON: Json = Json;
/// Rows with a header.
pub const CSV: Csv = Csv;

/// One JSON value.
#[derive(Clone, Copy, Debug)]
pub struct Json;

/// Rows with a header.
#[derive(Clone, Copy, Debug)]
pub struct Csv;

impl OutputFormat for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn help(&self) -> &'static str {
        "JSON with every figure; of a run, the text of summary.json"
    }

    fn write(&self, printed: &dyn Printed, out: &mut dyn Write) -> io::Result<()> {
        printed.json(out)
    }
}

impl OutputFormat for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn help(&self) -> &'static str {
        "Comma-separated rows with all columns; of a run, the text of summary.csv"
    }

    fn write(&self, printed: &dyn Printed, out: &mut dyn Write) -> io::Result<()> {
        let mut rows = writer(out);
        printed.rows(&mut rows)?;
        rows.flush()
    }

    fn warning(&self, printed: &dyn Printed) -> Option<String> {
        printed.left_out()
    }
}
