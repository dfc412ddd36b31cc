//! The formats, their names, and how they are told apart.

use super::error::{TraceError, hint};
use super::{azure_llm, csv, openb, philly, tiresias};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// A format of traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "trace format")]
pub enum Format {
    /// Standard Workload Format.
    Swf,
    /// Microsoft's Philly clusters.
    Philly,
    /// The Tiresias simulator.
    Tiresias,
    /// The Gavel scheduler; needs a table of throughputs.
    Gavel,
    /// Alibaba's pods on shared GPUs.
    Openb,
    /// Azure's inference requests, which are no jobs but the demand of a service; `skyberth replay` sizes replicas for them.
    AzureLlm,
    /// Skyberth's own.
    Csv,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Swf, Self::Philly, Self::Tiresias, Self::Gavel, Self::Openb, Self::AzureLlm, Self::Csv];

    /// Its name, as it is written in scenarios and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Swf => "swf",
            Self::Philly => "philly",
            Self::Tiresias => "tiresias",
            Self::Gavel => "gavel",
            Self::Openb => "openb",
            Self::AzureLlm => "azure_llm",
            Self::Csv => "csv",
        }
    }

    /// All names, for people.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// The format of a file from its name and its first bytes (decompressed); none where neither tells. The first line counts for
    /// more than the name: names are given by people.
    #[must_use]
    pub fn guess(path: &Path, first: &[u8]) -> Option<Self> {
        let line = first.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let line = line.trim_start_matches('\u{feff}').trim();
        Self::of_line(line).or_else(|| Self::of_name(path, line))
    }

    fn of_line(line: &str) -> Option<Self> {
        if line.starts_with(';') {
            return Some(Self::Swf);
        }
        let header: Vec<&str> = line.split(',').map(|name| name.trim().trim_matches('"')).collect();
        let has = |names: &[&str]| names.iter().all(|name| header.contains(name));
        let words = || line.split_ascii_whitespace();
        if has(&philly::COLUMNS) {
            Some(Self::Philly)
        } else if has(&tiresias::COLUMNS) {
            Some(Self::Tiresias)
        } else if has(&openb::POD_COLUMNS) {
            Some(Self::Openb)
        } else if has(&azure_llm::COLUMNS) {
            Some(Self::AzureLlm)
        } else if has(&csv::COLUMNS[..csv::REQUIRED]) {
            Some(Self::Csv)
        } else if matches!(line.split('\t').count(), 7 | 10) {
            Some(Self::Gavel)
        } else if words().count() == 18 && words().all(|word| word.parse::<f64>().is_ok()) {
            Some(Self::Swf)
        } else {
            None
        }
    }

    fn of_name(path: &Path, line: &str) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "swf" => Some(Self::Swf),
            "trace" => Some(Self::Gavel),
            // Any header of several columns may be ours under other names.
            "csv" if line.contains(',') => Some(Self::Csv),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = TraceError;

    fn from_str(text: &str) -> Result<Self, TraceError> {
        let names = Self::ALL.map(Self::name);
        let found = Self::ALL.into_iter().find(|format| format.name() == text);
        found.ok_or_else(|| TraceError::FormatName { written: text.to_owned(), hint: hint(text, &names) })
    }
}
