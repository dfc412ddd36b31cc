//! The files of a results folder: which there are, and how they are written.

use super::comparison::COMPARISON_JSON;
#[cfg(feature = "terminal")]
use super::output::TABLE;
use super::output::{CSV, JSON, OutputFormat, Printed};
use super::{
    BURN_DOWN, DEPENDENCY, DEPENDENCY_VENDORS, ExpiryCsv, Exporter, Html, ManifestJson, Report, SummaryCsv, SummaryJson,
    TIMESERIES, TeamsCsv, VendorsCsv, WORKLOADS, comparison_html,
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
    for exporter in RUN {
        let path = folder.join(exporter.file());
        if exporter.applies(report) {
            written.push(write_file(&path, |out| exporter.write(report, out))?);
        } else if path.exists() {
            // A file that an earlier run left would pass for this one's.
            std::fs::remove_file(&path)?;
        }
    }
    Ok(written)
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

/// Writes a file beside its place and then renames it, so that no reader sees half of it.
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
