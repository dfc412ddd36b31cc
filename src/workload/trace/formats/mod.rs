//! The formats. A new one needs its reader in a file of this folder, and here a `mod` line and a row of [`formats!`].

mod azure_llm;
mod burst_gpt;
pub(super) mod csv;
mod gavel;
mod mooncake;
pub(super) mod openb;
mod philly;
pub(super) mod request_table;
mod requests;
mod sacct;
pub(super) mod states;
pub(super) mod steps;
mod swf;
pub(super) mod throughput;
mod tiresias;

use super::error::{TraceError, hint};
use super::header_table::header_names;
use super::inference::Requests;
use super::line::Lines;
use super::{Options, Trace};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// How a format is recognised and read.
pub(super) struct Reader {
    /// Whether a first line looks like this format.
    is_line: fn(&str) -> bool,
    /// Whether a file is of this format by the end of its name, without the dot, and its first line. Asked after all `is_line`.
    is_name: fn(&str, &str) -> bool,
    /// Reads it.
    pub read: Read,
}

/// A function that reads a format.
#[derive(Clone, Copy)]
pub(super) enum Read {
    Jobs(fn(&mut Lines, &Options) -> Result<Trace, TraceError>),
    Requests(fn(&mut Lines, &Options) -> Result<Requests, TraceError>),
}

/// What a file of a format holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Jobs.
    Jobs,
    /// Inference requests.
    Requests,
}

macro_rules! formats {
    ($($(#[$doc:meta])* $format:ident = $name:literal, $reader:ident;)*) => {
        /// A format of traces.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
        #[schemars(rename = "trace format")]
        pub enum Format {
            $($(#[$doc])* #[serde(rename = $name)] $format,)*
        }

        impl Format {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$format),*];

            /// Its name in scenarios and on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$format => $name,)* }
            }

            pub(super) const fn reader(self) -> &'static Reader {
                match self { $(Self::$format => &$reader::READER,)* }
            }
        }
    };
}

formats! {
    /// Standard Workload Format.
    Swf = "swf", swf;
    /// Microsoft's Philly clusters.
    Philly = "philly", philly;
    /// The Tiresias simulator.
    Tiresias = "tiresias", tiresias;
    /// The Gavel scheduler; needs a table of throughputs.
    Gavel = "gavel", gavel;
    /// Slurm's accounting, as `sacct -P` writes it.
    Sacct = "sacct", sacct;
    /// Alibaba's pods on shared GPUs.
    Openb = "openb", openb;
    /// Azure's inference requests.
    AzureLlm = "azure_llm", azure_llm;
    /// Requests to ChatGPT and GPT-4, with times in seconds.
    BurstGpt = "burst_gpt", burst_gpt;
    /// Requests as JSON, an object a line.
    Mooncake = "mooncake", mooncake;
    /// Skyberth's own table of requests.
    Requests = "requests", requests;
    /// Skyberth's own table of jobs.
    Csv = "csv", csv;
}

impl Format {
    /// The names of the formats that hold jobs, or of those that hold requests.
    pub fn names(contents: Contents) -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().filter(move |format| format.contents() == contents).map(|format| format.name())
    }

    /// All names as a list to read.
    #[must_use]
    pub fn listed() -> String {
        Self::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
    }

    /// The names of the formats that hold jobs, or requests, or of all.
    pub(super) fn listed_of(contents: Option<Contents>) -> String {
        contents.map_or_else(Self::listed, |contents| Self::names(contents).collect::<Vec<_>>().join(", "))
    }

    /// What its files hold.
    #[must_use]
    pub const fn contents(self) -> Contents {
        match self.reader().read {
            Read::Jobs(_) => Contents::Jobs,
            Read::Requests(_) => Contents::Requests,
        }
    }

    /// The format of a file by its first bytes (decompressed) and its name; none where neither tells. People choose names, so that the
    /// first line counts for more.
    #[must_use]
    pub fn guess(path: &Path, first: &[u8]) -> Option<Self> {
        Self::guess_among(path, first, None)
    }

    /// The same where it may be known what the file holds. The first line can still tell that it holds something else; a table of requests
    /// that nothing tells of has names of its own.
    pub(super) fn guess_among(path: &Path, first: &[u8], known: Option<Contents>) -> Option<Self> {
        let line = first.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let line = line.trim_start_matches('\u{feff}').trim();
        let find = |is_it: &dyn Fn(Self) -> bool| Self::ALL.iter().copied().find(|format| is_it(*format));
        let ending = ending(path).unwrap_or_default();
        let may_be = |format: Self| known.is_none_or(|contents| format.contents() == contents);
        let by_line = find(&|format| (format.reader().is_line)(line));
        let by_name = || find(&|format| may_be(format) && (format.reader().is_name)(&ending, line));
        let is_table = known == Some(Contents::Requests) && header_names(line).len() > 1 && !line.starts_with('{');
        by_line.or_else(by_name).or(is_table.then_some(Self::Requests))
    }
}

/// The end of a file's name after its last dot, in lower case, that of compression left out.
fn ending(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    Some(name.rsplit_once('.')?.1.to_owned())
}

/// Whether a line is a header that has these columns.
fn has_columns(line: &str, columns: &[&str]) -> bool {
    let header = header_names(line);
    columns.iter().all(|column| header.contains(column))
}

impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jobs => "jobs",
            Self::Requests => "inference requests",
        })
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
        let names: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
        let found = Self::ALL.iter().copied().find(|format| format.name() == text);
        found.ok_or_else(|| TraceError::FormatName { written: text.to_owned(), hint: hint(text, &names) })
    }
}
