//! Results read back from their folder.

use super::comparison::COMPARISON_JSON;
use super::{
    BURN_DOWN, DEPENDENCY, DEPENDENCY_VENDORS, Exporter, Manifest, ManifestJson, Report, SummaryJson, TIMESERIES, WORKLOADS,
};
use crate::kernel::read;
use crate::study::comparison::Comparison;
use crate::study::{SCHEMA_VERSION, Summary};
use serde::de::DeserializeOwned;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why results cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A file is missing or cannot be opened.
    #[error("{file}: {source}\nhelp: give a folder that `skyberth run` or `skyberth compare` wrote", file = .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not JSON, or is not what Skyberth writes.
    #[error("{file}:{line}:{column}: {problem}", file = .file.display())]
    Json {
        /// The file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// A value is not one that Skyberth writes, or the files do not belong together.
    #[error("{file}: {problem}", file = .file.display())]
    Content {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

/// Reads `summary.json`, `manifest.json` and the tables of monthly figures of a results folder.
///
/// # Errors
///
/// When one is missing, broken, or not of the same run as the other.
pub fn read(folder: &Path) -> Result<Report, ReadError> {
    let summary_file = folder.join(SummaryJson.file());
    let manifest_file = folder.join(ManifestJson.file());
    let mut summary: Summary = json(&summary_file)?;
    let manifest: Manifest = json(&manifest_file)?;
    readable(&summary_file, summary.schema_version)?;
    readable(&manifest_file, manifest.schema_version)?;
    let is_month = |text: &str| {
        let bytes = text.as_bytes();
        bytes.len() == 7 && bytes[4] == b'-' && bytes.iter().enumerate().all(|(at, byte)| at == 4 || byte.is_ascii_digit())
    };
    if let Some(plan) = summary.planned.iter().find(|plan| !is_month(&plan.month)) {
        let problem = format!("month {:?} of cluster {:?} is not of the form 2026-07", plan.month, plan.cluster);
        return Err(ReadError::Content { file: summary_file, problem });
    }
    let run = |scenario: &str, seed: u64, finished: u32| format!("{scenario:?}, seed {seed}, {finished} replications");
    let [a, b] =
        [run(&summary.scenario, summary.seed, summary.finished), run(&manifest.scenario, manifest.seed, manifest.finished)];
    if a != b {
        let problem = format!("it is of another run ({b}) than {} ({a})", SummaryJson.file());
        return Err(ReadError::Content { file: manifest_file, problem });
    }
    let mut months = Vec::new();
    let tables = [TIMESERIES, WORKLOADS, DEPENDENCY, DEPENDENCY_VENDORS, BURN_DOWN];
    for table in tables.into_iter().filter(|table| table.has_lines(&summary)) {
        let file = folder.join(table.file());
        let text = read::whole(&file, read::MOST_RESULTS).map_err(|source| ReadError::File { file: file.clone(), source })?;
        months.extend(table.read(&text, &summary).map_err(|problem| ReadError::Content { file, problem })?);
    }
    summary.rows.extend(months);
    Ok(Report { summary, manifest })
}

/// Reads `comparison.json` of a results folder.
///
/// # Errors
///
/// When it is missing, broken, or compares nothing.
pub fn read_comparison(folder: &Path) -> Result<Comparison, ReadError> {
    let file = folder.join(COMPARISON_JSON);
    let comparison: Comparison = json(&file)?;
    readable(&file, comparison.schema_version)?;
    if comparison.entrants.len() < 2 {
        return Err(ReadError::Content { file, problem: "it has no variant to compare with the baseline".to_owned() });
    }
    Ok(comparison)
}

/// Refuses files of a later version of the program, in which names may mean something else.
fn readable(file: &Path, version: u32) -> Result<(), ReadError> {
    if (1..=SCHEMA_VERSION).contains(&version) {
        return Ok(());
    }
    let problem =
        format!("schema version {version} was written by another version of the program; this one reads up to {SCHEMA_VERSION}");
    Err(ReadError::Content { file: file.to_owned(), problem })
}

fn json<T: DeserializeOwned>(file: &Path) -> Result<T, ReadError> {
    let text = read::whole(file, read::MOST_RESULTS).map_err(|source| ReadError::File { file: file.to_owned(), source })?;
    serde_json::from_slice(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let place = format!(" at line {line} column {column}");
        let problem = error.to_string().trim_end_matches(&place).to_owned();
        ReadError::Json { file: file.to_owned(), line, column, problem }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_versions_of_the_schema_are_refused() {
        let message = |version| readable(Path::new("out/summary.json"), version).map_err(|error| error.to_string());
        assert_eq!(message(SCHEMA_VERSION), Ok(()));
        for version in [0, SCHEMA_VERSION + 1] {
            let error = message(version).expect_err("not readable");
            assert!(error.contains(&format!("summary.json: schema version {version} was written by another version")), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let message = |folder: &Path| read(folder).expect_err("an error").to_string();
        assert!(message(folder.path()).contains("summary.json: "));
        std::fs::write(folder.path().join("summary.json"), "{\n  \"scenario\": \"x\",\n  \"title\": 3\n}\n").expect("written");
        let text = message(folder.path());
        assert!(text.contains("summary.json:3:12: invalid type: integer `3`, expected a string"), "{text}");
        std::fs::write(folder.path().join("summary.json"), "{").expect("written");
        assert!(message(folder.path()).contains("summary.json:1:1: EOF"));
    }
}
