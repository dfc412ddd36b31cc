//! How results are printed: every result says what it is once, every format writes all of them.
//!
//! A new format is a file that implements [`OutputFormat`] and a line in [`FORMATS`]; `--format`, its help and the completions follow.

mod markdown;
mod structured;
#[cfg(feature = "terminal")]
mod tables;

pub use markdown::MARKDOWN;
pub use structured::{CSV, JSON};
#[cfg(feature = "terminal")]
pub use tables::{TABLE, WIDE};

use super::document::{Document, Room};
use std::io::{self, Write};

/// Rows of a result as they are written: the first record is the header.
pub type Rows<'a> = csv::Writer<&'a mut dyn Write>;

/// What a subcommand prints.
pub trait Printed {
    /// Text and tables for people.
    fn document(&self, room: Room) -> Document;

    /// Everything as JSON.
    ///
    /// # Errors
    ///
    /// When writing fails.
    fn json(&self, out: &mut dyn Write) -> io::Result<()>;

    /// The rows with all their columns.
    ///
    /// # Errors
    ///
    /// When writing fails.
    fn rows(&self, rows: &mut Rows<'_>) -> io::Result<()>;

    /// What rows leave out that a reader of them should know.
    fn left_out(&self) -> Option<String> {
        None
    }
}

/// A format that `--format` names.
pub trait OutputFormat: Sync {
    /// The name on the command line.
    fn name(&self) -> &'static str;

    /// What it is for, in a sentence.
    fn help(&self) -> &'static str;

    /// Writes a result.
    ///
    /// # Errors
    ///
    /// When writing fails.
    fn write(&self, printed: &dyn Printed, out: &mut dyn Write) -> io::Result<()>;

    /// A result as text.
    ///
    /// # Errors
    ///
    /// When writing fails.
    fn text(&self, printed: &dyn Printed) -> io::Result<String> {
        let mut bytes = Vec::new();
        self.write(printed, &mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What a reader of this format should be told beside it.
    fn warning(&self, _printed: &dyn Printed) -> Option<String> {
        None
    }
}

/// All formats; the first is the default.
pub const FORMATS: &[&dyn OutputFormat] = &[
    #[cfg(feature = "terminal")]
    &TABLE,
    #[cfg(feature = "terminal")]
    &WIDE,
    &JSON,
    &CSV,
    &MARKDOWN,
];

/// A value as JSON on several lines.
pub(super) fn pretty(value: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}
