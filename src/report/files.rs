//! The files of a results folder: which there are, and how they are written.

use super::comparison::COMPARISON_JSON;
#[cfg(feature = "terminal")]
use super::output::TABLE;
use super::output::{CSV, JSON, OutputFormat, Printed};
use super::{
    BURN_DOWN, DEPENDENCY, DEPENDENCY_VENDORS, ExpiryCsv, Exporter, FuturesCsv, Html, JobsCsv, ManifestJson, Report, SummaryCsv,
    SummaryJson, TIMESERIES, TeamsCsv, VendorsCsv, WORKLOADS, comparison_html,
};
use crate::study::comparison::Comparison;
use crate::study::ranking::Ranking;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The files of a run.
const RUN: [&dyn Exporter; 12] = [
    &SummaryJson,
    &SummaryCsv,
    &TIMESERIES,
    &WORKLOADS,
    &DEPENDENCY,
    &DEPENDENCY_VENDORS,
    &BURN_DOWN,
    &VendorsCsv,
    &ManifestJson,
    &Html,
    &TeamsCsv,
    &ExpiryCsv,
];

/// Files of a run besides these, most of them only where they are asked for.
const RUN_ON_REQUEST: [&str; 5] = [FuturesCsv::FILE, "jobs.csv", "focus.csv", "cash.csv", "run.log.json"];

/// The files of a comparison that are printed results, besides its page.
const COMPARISON: &[(&str, &dyn OutputFormat)] = &[
    ("comparison.csv", &CSV),
    (COMPARISON_JSON, &JSON),
    #[cfg(feature = "terminal")]
    ("comparison.txt", &TABLE),
];

/// The figures of a ranking.
const RANKING_JSON: &str = "ranking.json";

/// The files of a ranking.
const RANKING: &[(&str, &dyn OutputFormat)] = &[
    ("ranking.csv", &CSV),
    (RANKING_JSON, &JSON),
    #[cfg(feature = "terminal")]
    ("ranking.txt", &TABLE),
];

/// How the name of a file begins that is being written.
pub(super) const UNFINISHED: &str = ".skyberth-";

/// Writes all files of a report into a folder; returns their paths.
///
/// # Errors
///
/// When the folder cannot be made or a file not be written.
pub fn write_all(report: &Report, folder: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder)?;
    let mut written = Vec::new();
    for exporter in RUN.into_iter().filter(|exporter| exporter.applies(report)) {
        written.push(write_file(&folder.join(exporter.file()), |out| exporter.write(report, out))?);
    }
    Ok(written)
}

/// What a folder of results may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudyKind {
    /// One scenario.
    Run,
    /// A scenario and variants of it.
    Comparison,
    /// Scheduling policies.
    Ranking,
}

impl StudyKind {
    const ALL: [Self; 3] = [Self::Run, Self::Comparison, Self::Ranking];

    /// The word for it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Comparison => "comparison",
            Self::Ranking => "ranking",
        }
    }

    /// The file that every study of this kind has, and no other.
    #[must_use]
    pub fn main_file(self) -> &'static str {
        match self {
            Self::Run => SummaryJson.file(),
            Self::Comparison => COMPARISON_JSON,
            Self::Ranking => RANKING_JSON,
        }
    }

    /// The kinds of which a folder holds results.
    pub fn found_in(folder: &Path) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |kind| folder.join(kind.main_file()).is_file())
    }

    fn has(self, name: &str) -> bool {
        match self {
            Self::Run => RUN.iter().any(|exporter| exporter.file() == name) || RUN_ON_REQUEST.contains(&name),
            Self::Comparison => COMPARISON.iter().any(|(file, _)| *file == name) || [Html.file(), FuturesCsv::FILE].contains(&name),
            Self::Ranking => RANKING.iter().any(|(file, _)| *file == name),
        }
    }
}

/// Whether a file of a folder comes from a study, by its name; the jobs of a variant, which has any name, by their columns too. Left by an earlier
/// study, it would pass for one of the next.
#[must_use]
pub fn is_of_a_study(folder: &Path, name: &str) -> bool {
    StudyKind::ALL.iter().any(|kind| kind.has(name)) || is_jobs_of_a_variant(name) && JobsCsv::is_at(&folder.join(name))
}

/// Whether a file may be that of a variant's jobs.
fn is_jobs_of_a_variant(name: &str) -> bool {
    name.strip_prefix("jobs-").and_then(|rest| rest.strip_suffix(".csv")).is_some()
}

/// Writes all files of a comparison into a folder; returns their paths.
///
/// # Errors
///
/// When the folder cannot be made or a file not be written.
pub fn write_comparison(comparison: &Comparison, folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut written = write_printed(comparison, COMPARISON, folder)?;
    written.push(write_file(&folder.join(Html.file()), |out| comparison_html(comparison, out))?);
    Ok(written)
}

/// Writes all files of a ranking into a folder; returns their paths.
///
/// # Errors
///
/// When the folder cannot be made or a file not be written.
pub fn write_ranking(ranking: &Ranking, folder: &Path) -> io::Result<Vec<PathBuf>> {
    write_printed(ranking, RANKING, folder)
}

fn write_printed(printed: &dyn Printed, files: &[(&str, &dyn OutputFormat)], folder: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder)?;
    files.iter().map(|(file, format)| write_file(&folder.join(file), |out| format.write(printed, out))).collect()
}

/// Writes a file beside its place and then renames it, so that no reader sees half of it. A link stays, and what it leads to is written; what is not
/// a regular file, such as a device or a pipe, is written to.
///
/// # Errors
///
/// When writing or renaming fails; the old file is then as it was.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<PathBuf> {
    let place = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let is_special = std::fs::metadata(&place).is_ok_and(|found| !found.is_file() && !found.is_dir());
    if is_special || place.is_symlink() {
        let file = std::fs::File::options().write(true).create(place.is_symlink()).truncate(place.is_symlink()).open(&place)?;
        let mut out = io::BufWriter::new(file);
        write(&mut out)?;
        return out.flush().map(|()| path.to_owned());
    }
    write_beside(&place, write).map(|()| path.to_owned()).map_err(|error| {
        // Two files play a part, and the user knows one of them.
        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    })
}

/// Writes a file of a name that no other has, in the same folder, and renames it.
fn write_beside(place: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside = tempfile::Builder::new();
    beside.prefix(UNFINISHED);
    #[cfg(unix)]
    beside.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut beside = beside.tempfile_in(folder)?;
    let mut out = io::BufWriter::new(beside.as_file_mut());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    beside.persist(place)?;
    Ok(())
}
