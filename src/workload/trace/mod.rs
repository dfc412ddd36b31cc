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

mod cell;
mod clock;
mod collector;
mod column_map;
mod demand;
mod dropped;
mod duration;
mod error;
mod filter;
mod formats;
mod header_table;
mod ids;
mod inference;
mod input;
mod line;
mod open;
mod options;
mod request;
#[cfg(test)]
mod tests;
mod writer;

pub use crate::model::job_list::JobIds;
pub use column_map::ColumnMap;
pub use demand::Demands;
pub use dropped::{Dropped, DroppedFor, Reason};
pub use error::{Place, TraceError};
pub use formats::openb::{Node, Pod, PodTimes, Records, read_nodes, read_nodes_from, read_pods, read_pods_from};
pub use formats::steps::{StepJob, read_steps, read_steps_from};
pub use formats::throughput::{JobKind, ThroughputTable};
pub use formats::{Contents, Format};
pub use inference::{Request, Requests, Step};
pub use input::Limits;
pub use open::OpenTrace;
pub use options::{GavelOptions, Options, Processors, Shares, SwfOptions};
pub use request::{RequestError, RequestedTrace, TraceRequest, read_requests_hashed};

use crate::model::job::Outcome;
use crate::model::job_list::{JobList, ListedJob};
use crate::units::{SimTime, Span};
use jiff::civil::DateTime;
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
/// When the file cannot be read, is not of the format, or has too many lines that cannot be used.
pub fn read(path: &Path, format: Option<Format>, options: &Options) -> Result<Trace, TraceError> {
    OpenTrace::open_as(path, format, Contents::Jobs, options.limits)?.jobs(options)
}

/// Reads jobs from bytes that have a name.
///
/// # Errors
///
/// As [`read`].
pub fn read_from(bytes: impl Read, name: &str, format: Option<Format>, options: &Options) -> Result<Trace, TraceError> {
    OpenTrace::new_as(bytes, name, format, Contents::Jobs, options.limits)?.jobs(options)
}

/// Reads the inference requests of a file. Without a format, it is guessed from the first line and the name.
///
/// # Errors
///
/// As [`read`].
pub fn read_requests(path: &Path, format: Option<Format>, options: &Options) -> Result<Requests, TraceError> {
    read_requests_from(open::open(path)?, &path.display().to_string(), format, options)
}

/// Reads inference requests from bytes that have a name.
///
/// # Errors
///
/// As [`read`].
pub fn read_requests_from(bytes: impl Read, name: &str, format: Option<Format>, options: &Options) -> Result<Requests, TraceError> {
    OpenTrace::new_as(bytes, name, format, Contents::Requests, options.limits)?.requests(options)
}
