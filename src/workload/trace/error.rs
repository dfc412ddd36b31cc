//! Why a trace cannot be read or used, with the place in the file.

use super::{Contents, Format, Reason};
use crate::kernel::names::{nearest, visible};
use jiff::civil::Date;
use std::fmt;
use thiserror::Error;

/// A place in a file, shown as `file:line:column`. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as its reader was told.
    pub file: String,
    /// The line; of the decompressed text where the file is compressed.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", harmless(&self.file), self.line, self.column)
    }
}

/// What is wrong with a trace, or with what was asked of it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The file cannot be opened or read.
    #[error("{place}: cannot be read: {source}")]
    Io {
        /// Where reading stopped.
        place: Place,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file has no text at all.
    #[error("{place}: the file is empty")]
    Empty {
        /// Its beginning.
        place: Place,
    },
    /// The file has only a header or comments.
    #[error("{place}: the file has no line of data, only a header or comments")]
    NoData {
        /// Its end.
        place: Place,
    },
    /// The compressed file ends too early.
    #[error("{place}: the gz file is cut off here; it was not copied or written to its end")]
    Truncated {
        /// The line that is cut.
        place: Place,
    },
    /// The compressed file contradicts itself.
    #[error("{place}: the gz file is damaged here: {what}")]
    Corrupt {
        /// The line that cannot be decompressed.
        place: Place,
        /// What the decompressor says.
        what: String,
    },
    /// The text is not UTF-8.
    #[error("{place}: the text is not UTF-8")]
    NotUtf8 {
        /// The first byte that is wrong.
        place: Place,
    },
    /// More decompressed text than the limit.
    #[error("{place}: the text is longer than the limit of {limit_bytes} bytes")]
    TooLong {
        /// Where the limit was reached.
        place: Place,
        /// The limit [bytes].
        limit_bytes: u64,
    },
    /// The file expands more than any trace does.
    #[error("{place}: the gz file expands more than {limit_ratio} times; the limit guards against files made to fill the memory")]
    TooDense {
        /// Where it was noticed.
        place: Place,
        /// The limit [bytes of text per compressed byte].
        limit_ratio: u64,
    },
    /// A line longer than the limit.
    #[error("{place}: the line is longer than the limit of {limit_bytes} bytes")]
    LongLine {
        /// The line.
        place: Place,
        /// The limit [bytes].
        limit_bytes: usize,
    },
    /// The header does not name what is needed.
    #[error("{place}: the header of this {format} file lacks {}", missing.join(", "))]
    Header {
        /// The header.
        place: Place,
        /// The format it was read as.
        format: &'static str,
        /// The columns that are missing, each with the nearest name that is there.
        missing: Vec<String>,
    },
    /// The lines have another number of columns than the format.
    #[error("{place}: {found} columns, but the {format} format has {expected}{hint}")]
    Columns {
        /// The first such line.
        place: Place,
        /// The format it was read as.
        format: &'static str,
        /// Columns found.
        found: usize,
        /// Columns of the format, or of its layouts.
        expected: &'static str,
        /// What the file might be.
        hint: &'static str,
    },
    /// A line that cannot be used, where every line must be (`strict`).
    #[error("{place}: {reason}: `{text}`; {}", reason.allowed())]
    Line {
        /// The cell.
        place: Place,
        /// What is wrong with it.
        reason: Reason,
        /// Its text, shortened.
        text: String,
    },
    /// More lines cannot be used than a trace may have.
    #[error(
        "{place}: {unusable} of {lines} lines cannot be used, more than the limit of 1 %; the commonest reason, first here: \
         {reason}: `{text}`; {}", reason.allowed()
    )]
    TooManyUnusable {
        /// The first line with the commonest reason.
        place: Place,
        /// Lines that cannot be used.
        unusable: u64,
        /// Lines of data.
        lines: u64,
        /// The commonest reason.
        reason: Reason,
        /// The text of its first cell, shortened.
        text: String,
    },
    /// No line is left.
    #[error("{place}: none of {lines} lines gives a {what}; the commonest reason, first here: {reason}: `{text}`; {}", reason.allowed())]
    NoJobs {
        /// The first line with the commonest reason.
        place: Place,
        /// What the lines were to give.
        what: &'static str,
        /// Lines of data.
        lines: u64,
        /// The commonest reason.
        reason: Reason,
        /// The text of its first cell, shortened.
        text: String,
    },
    /// Not one job is what was asked for.
    #[error("{}: none of {jobs} jobs is of the groups and days asked for{}", harmless(file), spoken("submitted", *days))]
    NothingKept {
        /// The file.
        file: String,
        /// Jobs that the file gave.
        jobs: usize,
        /// The first and the last day of their submissions, where the trace has dates.
        days: Option<(Date, Date)>,
    },
    /// Not one request is of the days asked for.
    #[error("{}: none of {requests} requests is of the days asked for{}", harmless(file), spoken("sent", *days))]
    NoRequestsKept {
        /// The file.
        file: String,
        /// Requests that the file gave.
        requests: usize,
        /// The days of the first and the last of them.
        days: Option<(Date, Date)>,
    },
    /// The format is not known and cannot be guessed.
    #[error("{place}: the format cannot be guessed from the name and the first line; name one of {}", Format::listed_of(*known))]
    UnknownFormat {
        /// The file's beginning.
        place: Place,
        /// What it holds, where that is known.
        known: Option<Contents>,
    },
    /// A name that is not a format.
    #[error("unknown trace format `{}`{hint}; allowed: {}", harmless(written), Format::listed())]
    FormatName {
        /// What was written.
        written: String,
        /// The nearest name, if one is near.
        hint: String,
    },
    /// The file holds requests where jobs are wanted, or jobs where requests are.
    #[error("{place}: a file of the format {format} holds {}, not {wanted}", format.contents())]
    WrongContents {
        /// The file's beginning.
        place: Place,
        /// Its format.
        format: Format,
        /// What was to be read from it.
        wanted: Contents,
    },
    /// Run times need a throughput table.
    #[error(
        "{place}: a gavel trace gives steps, not run times; a table of throughputs is needed with it (simulation_throughputs.json)"
    )]
    NeedsTable {
        /// The file's beginning.
        place: Place,
    },
    /// A throughput table cannot be read.
    #[error("{place}: not a table of throughputs: {what}")]
    Table {
        /// Where it goes wrong.
        place: Place,
        /// What is wrong.
        what: String,
    },
    /// A value that is out of bounds.
    #[error("{what} is {value}; allowed: {allowed}")]
    Value {
        /// What was given.
        what: &'static str,
        /// Its value.
        value: String,
        /// What would be right.
        allowed: String,
    },
    /// An unknown name.
    #[error("unknown {what} `{}`{hint}", harmless(written))]
    Name {
        /// What the name stands for.
        what: &'static str,
        /// What was written.
        written: String,
        /// The nearest name and all allowed ones.
        hint: String,
    },
    /// Dates were asked for, and the trace has none.
    #[error("the trace has no dates, only times since its own zero; dates cannot select from it")]
    NoDates,
}

/// A hint at the nearest of the allowed names, to be put behind what was written; empty where none is near.
pub(super) fn hint(written: &str, allowed: &[&str]) -> String {
    nearest(written, allowed).map_or(String::new(), |name| format!("; did you mean `{}`?", harmless(name)))
}

/// The days of a trace, to be put behind what it does not have.
fn spoken(what: &str, days: Option<(Date, Date)>) -> String {
    days.map_or(String::new(), |(first, last)| format!("; they were {what} from {first} to {last}"))
}

/// Hidden characters made visible, line ends too.
pub(super) fn harmless(text: &str) -> String {
    visible(text).replace('\n', "\u{fffd}")
}
