//! The files of a results folder: which there are, and how they are written.

use super::comparison::COMPARISON_JSON;
#[cfg(feature = "terminal")]
use super::output::TABLE;
use super::output::{CSV, JSON, OutputFormat, Printed};
use super::{
    BURN_DOWN, DEPENDENCY, DEPENDENCY_VENDORS, ExpiryCsv, Exporter, FuturesCsv, Html, ManifestJson, Report, SummaryCsv,
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
const RUN_ON_REQUEST: [&str; 4] = [FuturesCsv::FILE, "jobs.csv", "focus.csv", "cash.csv"];

/// The files of a comparison that are printed results, besides its page.
const COMPARISON: &[(&str, &dyn OutputFormat)] = &[
    ("comparison.csv", &CSV),
    (COMPARISON_JSON, &JSON),
    #[cfg(feature = "terminal")]
    ("comparison.txt", &TABLE),
];

/// The files of a ranking.
const RANKING: &[(&str, &dyn OutputFormat)] = &[
    ("ranking.csv", &CSV),
    ("ranking.json", &JSON),
    #[cfg(feature = "terminal")]
    ("ranking.txt", &TABLE),
];

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

/// Whether a file of that name may come from a run: left by an earlier one, it would pass for that of the next.
#[must_use]
pub fn is_of_a_run(name: &str) -> bool {
    RUN.iter().any(|exporter| exporter.file() == name) || RUN_ON_REQUEST.contains(&name)
}

/// The same of a comparison.
#[must_use]
pub fn is_of_a_comparison(name: &str) -> bool {
    let is_jobs = name.strip_prefix("jobs-").and_then(|rest| rest.strip_suffix(".csv")).is_some();
    COMPARISON.iter().any(|(file, _)| *file == name) || name == Html.file() || name == FuturesCsv::FILE || is_jobs
}

/// The same of a ranking.
#[must_use]
pub fn is_of_a_ranking(name: &str) -> bool {
    RANKING.iter().any(|(file, _)| *file == name)
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
    let mut beside = place.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let outcome = std::fs::File::create(&beside).and_then(|file| {
        let mut out = io::BufWriter::new(file);
        write(&mut out)?;
        out.flush()
    });
    match outcome.and_then(|()| std::fs::rename(&beside, &place)) {
        Ok(()) => Ok(path.to_owned()),
        Err(error) => {
            let _ = std::fs::remove_file(&beside);
            Err(io::Error::new(error.kind(), format!("{}: {error}", path.display())))
        }
    }
}
