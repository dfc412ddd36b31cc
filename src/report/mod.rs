//! Results as files and tables. One exporter a format; they know results, not engines.

mod comparison;
mod csv;
mod explain;
mod focus;
mod html;
mod jobs;
mod json;
pub mod number;
mod ranking;
mod read;
mod replay;
mod table;
mod teams;
mod wide;

pub use comparison::{COMPARISON_JSON, comparison_csv, comparison_json, comparison_tables};
pub use csv::{SummaryCsv, VendorsCsv};
pub use explain::ExplainReport;
pub use focus::FocusCsv;
pub use html::{Html, comparison_html};
pub use jobs::JobsCsv;
pub use json::{ManifestJson, SummaryJson};
pub use ranking::{ranking_csv, ranking_json, ranking_tables, ranking_times};
pub use read::{ReadError, read, read_comparison};
pub use replay::{PackingRow, ReplayRow, RoundJobsCsv, SizingReport, packing_csv, packing_table, replay_csv, replay_table};
pub use table::{STYLE, tables};
pub use teams::TeamsCsv;
pub use wide::{DEPENDENCY, DEPENDENCY_VENDORS, TIMESERIES, WORKLOADS, Wide};

use crate::model::{Assumption, InputFile};
use crate::study::Summary;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What there is to report.
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
        let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
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

/// A file format.
pub trait Exporter {
    /// The file's name in the results folder.
    fn file(&self) -> &'static str;

    /// Writes the report.
    ///
    /// # Errors
    ///
    /// When writing fails.
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()>;
}

/// Writes all files of a report into a folder; returns their paths.
///
/// # Errors
///
/// When the folder cannot be made or a file not be written.
pub fn write_all(report: &Report, folder: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder)?;
    let exporters: [&dyn Exporter; 9] =
        [&SummaryJson, &SummaryCsv, &TIMESERIES, &WORKLOADS, &DEPENDENCY, &DEPENDENCY_VENDORS, &VendorsCsv, &ManifestJson, &Html];
    // A table of teams that an earlier run left would pass for this one's.
    let teams = folder.join(TeamsCsv.file());
    let has_teams = TeamsCsv::applies(&report.summary);
    if !has_teams && teams.exists() {
        std::fs::remove_file(&teams)?;
    }
    let optional = has_teams.then_some(&TeamsCsv as &dyn Exporter);
    exporters
        .into_iter()
        .chain(optional)
        .map(|exporter| write_file(&folder.join(exporter.file()), |out| exporter.write(report, out)))
        .collect()
}

/// Writes a file beside its place and then renames it, so that nobody ever sees half of it.
///
/// # Errors
///
/// When writing or renaming fails; the old file is then as it was.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<PathBuf> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let outcome = std::fs::File::create(&beside).and_then(|file| {
        let mut out = io::BufWriter::new(file);
        write(&mut out)?;
        out.flush()
    });
    match outcome.and_then(|()| std::fs::rename(&beside, path)) {
        Ok(()) => Ok(path.to_owned()),
        Err(error) => {
            let _ = std::fs::remove_file(&beside);
            Err(io::Error::new(error.kind(), format!("{}: {error}", path.display())))
        }
    }
}
