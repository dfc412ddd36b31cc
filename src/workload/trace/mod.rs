//! Traces: jobs, requests and nodes that really were, read from files.
//!
//! Every format has a file of its own, with its source and its rules. Reading is streaming: a file is never in memory as a whole,
//! gzip is noticed by its first bytes, and text, lines and expansion have limits ([`Limits`]). A line that cannot be used is dropped and
//! counted by reason ([`Dropped`]); more than 1 % of them is an error, and with [`Options::strict`] the first one is.
//!
//! ```
//! use skyberth::workload::trace::{self, Format, Options};
//!
//! let text = "job_id,submit_s,gpus,run_s\na,0,8,60\nb,30,1,5.5\n";
//! let trace = trace::read_from(text.as_bytes(), "my.csv", Some(Format::Csv), &Options::default())?;
//! assert_eq!(trace.jobs.len(), 2);
//! assert_eq!(trace.ids.text(trace.jobs[1].id), "b");
//! # Ok::<(), trace::TraceError>(())
//! ```

mod azure_llm;
mod cell;
mod collector;
mod column_map;
mod csv;
mod demand;
mod dropped;
mod error;
mod filter;
mod format;
mod gavel;
mod ids;
mod input;
mod line;
mod openb;
mod options;
mod philly;
mod request;
mod steps;
mod swf;
mod table;
#[cfg(test)]
mod tests;
mod throughput;
mod tiresias;
mod writer;

pub use crate::model::job_list::JobIds;
pub use azure_llm::{Request, Requests, Step, read_requests, read_requests_from};
pub use column_map::ColumnMap;
pub use demand::Demands;
pub use dropped::{Dropped, DroppedFor, Reason};
pub use error::{Place, TraceError};
pub use format::Format;
pub use input::Limits;
pub use openb::{Node, Pod, Records, read_nodes, read_nodes_from, read_pods, read_pods_from};
pub use options::{GavelOptions, Options, Processors, Shares, SwfOptions};
pub use request::{RequestError, RequestedTrace, TraceRequest, read_requests_hashed};
pub use steps::{StepJob, read_steps, read_steps_from};
pub use throughput::{JobKind, ThroughputTable};

use crate::model::job::Outcome;
use crate::model::job_list::{JobList, ListedJob};
use crate::units::{SimTime, Span};
use jiff::civil::DateTime;
use line::Lines;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// The jobs of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// By submission; those of one instant in the order of the file (`swf`: of their ids).
    pub jobs: Vec<TraceJob>,
    /// Their ids.
    pub ids: Arc<JobIds>,
    /// Names of the groups; the empty name stands for none.
    pub groups: Vec<String>,
    /// The date and time of time 0, if the trace has dates.
    pub epoch: Option<DateTime>,
    /// GPUs of the machine that the trace is from, if it says so.
    pub machine_gpus: Option<u64>,
    /// Lines that gave no job.
    pub dropped: Dropped,
    /// Rules that were applied, and to how many jobs.
    pub notes: Vec<String>,
}

/// What a trace holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Jobs.
    Jobs(Trace),
    /// Inference requests.
    Requests(Requests),
}

/// A job of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceJob {
    /// When it was submitted [ms since the trace's zero].
    pub submit: SimTime,
    /// How long it runs once started [ms].
    pub run: Span,
    /// What its user said about that; the run time where nothing was said [ms].
    pub estimate: Span,
    /// GPUs, all at once.
    pub gpus: u64,
    /// How it ends after its run time.
    pub outcome: Outcome,
    /// Larger comes first where the policy asks.
    pub priority: i32,
    /// Must be done this long after submission [ms].
    pub deadline: Option<Span>,
    /// Position in [`Trace::groups`].
    pub group: u32,
    /// Key of its id in [`Trace::ids`].
    pub id: u32,
}

impl Trace {
    /// The jobs that `pick` takes, as a workload's list.
    pub fn list(&self, pick: impl Fn(&TraceJob) -> bool) -> JobList {
        let jobs = self.jobs.iter().filter(|job| pick(job)).map(|job| ListedJob {
            submit: job.submit,
            run: job.run,
            estimate: job.estimate,
            gpus: job.gpus,
            deadline: job.deadline,
            priority: job.priority,
            outcome: job.outcome,
            id: job.id,
        });
        JobList { jobs: jobs.collect(), ids: Arc::clone(&self.ids) }
    }
}

/// Reads a file as jobs. Without a format, it is guessed from the first line and the name.
///
/// # Errors
///
/// Where the file cannot be read, is not of the format, or has too many lines that cannot be used.
pub fn read(path: &Path, format: Option<Format>, options: &Options) -> Result<Trace, TraceError> {
    read_from(open(path)?, &path.display().to_string(), format, options)
}

/// Reads jobs from bytes that have a name.
///
/// # Errors
///
/// Where the bytes cannot be read, are not of the format, or have too many lines that cannot be used.
pub fn read_from(bytes: impl Read, name: &str, format: Option<Format>, options: &Options) -> Result<Trace, TraceError> {
    let mut lines = Lines::new(bytes, name, options.limits)?;
    let format = format_of(&mut lines, format)?;
    read_jobs(&mut lines, format, options)
}

/// Reads whatever a trace holds from bytes that have a name: jobs, or requests where the format is that of requests.
///
/// # Errors
///
/// As [`read_from`].
pub fn read_contents_from(bytes: impl Read, name: &str, format: Option<Format>, options: &Options) -> Result<Contents, TraceError> {
    let mut lines = Lines::new(bytes, name, options.limits)?;
    match format_of(&mut lines, format)? {
        Format::AzureLlm => azure_llm::read(&mut lines, options).map(Contents::Requests),
        format => read_jobs(&mut lines, format, options).map(Contents::Jobs),
    }
}

/// The format that is given, or else guessed.
fn format_of<R: Read>(lines: &mut Lines<R>, given: Option<Format>) -> Result<Format, TraceError> {
    if let Some(format) = given {
        return Ok(format);
    }
    let name = lines.file().to_owned();
    let guessed = lines.peek()?.map(|first| Format::guess(Path::new(&name), first.text.as_bytes()));
    let Some(guessed) = guessed else { return Err(TraceError::Empty { place: lines.place(1) }) };
    guessed.ok_or_else(|| TraceError::UnknownFormat { place: lines.place(1) })
}

fn read_jobs<R: Read>(lines: &mut Lines<R>, format: Format, options: &Options) -> Result<Trace, TraceError> {
    match format {
        Format::Swf => swf::read(lines, options),
        Format::Philly => philly::read(lines, options),
        Format::Tiresias => tiresias::read(lines, options),
        Format::Csv => csv::read(lines, options),
        Format::Gavel => gavel::read(lines, options),
        Format::Openb => openb::read(lines, options),
        Format::AzureLlm => Err(TraceError::NotJobs { place: lines.place(1), format: format.name(), what: "inference requests" }),
    }
}

fn open(path: &Path) -> Result<File, TraceError> {
    let place = || Place { file: path.display().to_string(), line: 1, column: 1 };
    File::open(path).map_err(|source| TraceError::Io { place: place(), source })
}
