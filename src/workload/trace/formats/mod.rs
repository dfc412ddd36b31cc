//! The formats. A new one needs its reader in a file of this folder, and here a `mod` line and a row of [`formats!`].

pub(super) mod azure_llm;
pub(super) mod csv;
mod gavel;
pub(super) mod openb;
mod philly;
pub(super) mod steps;
mod swf;
pub(super) mod throughput;
mod tiresias;

use super::error::{TraceError, hint};
use super::line::Lines;
use super::{Options, Trace};
use azure_llm::Requests;
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
    /// Alibaba's pods on shared GPUs.
    Openb = "openb", openb;
    /// Azure's inference requests: the demand of a service. `skyberth replay requests` sizes replicas for them.
    AzureLlm = "azure_llm", azure_llm;
    /// Skyberth's own.
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
        let line = first.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let line = line.trim_start_matches('\u{feff}').trim();
        let find = |is_it: &dyn Fn(&Reader) -> bool| Self::ALL.iter().copied().find(|format| is_it(format.reader()));
        let ending = ending(path).unwrap_or_default();
        find(&|reader| (reader.is_line)(line)).or_else(|| find(&|reader| (reader.is_name)(&ending, line)))
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
    let header: Vec<&str> = line.split(',').map(|name| name.trim().trim_matches('"')).collect();
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
