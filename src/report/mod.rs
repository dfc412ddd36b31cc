//! Results as files and as text. One exporter a file, one format a way to print; they know results, not engines.

mod cash;
mod comparison;
mod conclusion;
mod csv;
pub mod document;
mod expiry;
mod explain;
mod files;
mod focus;
mod folder;
mod futures;
mod html;
mod jobs;
mod json;
mod metric;
mod monthly;
pub mod number;
pub mod output;
mod ranking;
mod read;
mod replay;
mod row_index;
mod sections;
mod shares;
mod teams;
#[cfg(feature = "terminal")]
pub mod terminal;

pub use cash::CashReport;
pub use comparison::COMPARISON_JSON;
pub use csv::{SummaryCsv, VendorsCsv};
pub use expiry::ExpiryCsv;
pub use explain::ExplainReport;
pub use files::{StudyKind, is_of_a_study, write_all, write_comparison, write_file, write_ranking};
pub use focus::FocusCsv;
pub use folder::{Folder, Reading};
pub use futures::FuturesCsv;
pub use html::{Html, comparison_html};
pub use jobs::JobsCsv;
pub use json::{ManifestJson, SummaryJson};
pub use monthly::{BURN_DOWN, DEPENDENCY, DEPENDENCY_VENDORS, MonthlyTable, TIMESERIES, WORKLOADS};
pub use ranking::TimedRanking;
pub use read::{ReadError, read, read_comparison};
pub use replay::{PackingRow, ReplayRow, RoundJobsCsv, SizingReport};
pub use teams::TeamsCsv;

use self::document::{Document, Room};
use self::output::{Printed, Rows};
use crate::kernel::names::plain;
use crate::model::{Assumption, InputFile};
use crate::study::Summary;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// A run's results.
#[derive(Clone, Debug)]
pub struct Report {
    /// The figures.
    pub summary: Summary,
    /// What they rest on and how they came about.
    pub manifest: Manifest,
}

/// How results came about: enough to make them again. No clock, no host.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the schema of result files, [`SCHEMA_VERSION`](crate::study::SCHEMA_VERSION) when written.
    #[serde(default = "crate::study::unstated")]
    pub schema_version: u32,
    /// The program's version.
    pub version: String,
    /// The scenario's name.
    pub scenario: String,
    /// Hash of the scenario's text, of the changes made to it, and of the files it reads (FNV-1a, 64 bits).
    pub scenario_hash: String,
    /// The files that the scenario reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputFile>,
    /// Changes made on the command line.
    pub changes: Vec<String>,
    /// Root of the random draws.
    pub seed: u64,
    /// Replications asked for.
    pub replications: u32,
    /// Replications that are in the figures.
    pub finished: u32,
    /// Whether it was stopped before all were done.
    pub interrupted: bool,
    /// The statements that the results rest on.
    pub assumptions: Vec<Statement>,
}

/// A statement that results rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What it is about.
    pub about: String,
    /// The value used.
    pub value: String,
    /// Between what it may lie.
    pub range: Option<String>,
    /// How sure.
    pub confidence: String,
    /// Where it comes from.
    pub source: Option<String>,
    /// Whether the program chose it because the scenario does not say.
    pub is_default: bool,
}

impl From<&Assumption> for Statement {
    fn from(assumption: &Assumption) -> Self {
        Self {
            about: plain(&assumption.about),
            value: plain(&assumption.value),
            range: assumption.range.as_deref().map(plain),
            confidence: assumption.confidence.to_string(),
            source: assumption.source.as_deref().map(plain),
            is_default: assumption.is_default,
        }
    }
}

/// A file of a run.
pub trait Exporter: Sync {
    /// The file's name in the results folder.
    fn file(&self) -> &'static str;

    /// Whether there is anything to write.
    fn applies(&self, _report: &Report) -> bool {
        true
    }

    /// Writes the report.
    ///
    /// # Errors
    ///
    /// When writing fails.
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()>;
}

impl Printed for Report {
    fn document(&self, room: Room) -> Document {
        sections::document(self, room)
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        SummaryJson.write(self, out)
    }

    fn rows(&self, rows: &mut Rows<'_>) -> io::Result<()> {
        csv::write_summary(self, rows)
    }
}
