//! A request for a trace: the file, how it is read, which of its jobs are kept, and how they are changed.

use super::open::open;
use super::{Contents, Format, OpenTrace, Options, Requests, ThroughputTable, Trace, TraceError, read_requests_from};
use crate::kernel::fnv::{Fnv, Hashed};
use jiff::civil::{Date, date};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// A request for a trace.
#[derive(Clone, Debug)]
pub struct TraceRequest {
    /// The file.
    pub file: PathBuf,
    /// Its format; guessed where it is not given.
    pub format: Option<Format>,
    /// How it is read.
    pub options: Options,
    /// The table of throughputs that `gavel` needs; becomes part of the options.
    pub throughputs: Option<PathBuf>,
    /// Only the jobs of these groups; all where none is named.
    pub groups: Vec<String>,
    /// Only jobs submitted on this day or later, in the trace's own calendar.
    pub from: Option<Date>,
    /// Only jobs submitted on this day or earlier.
    pub to: Option<Date>,
    /// Whether the first job kept is submitted at time 0. Where the trace has dates it always is.
    pub rebase: bool,
    /// Divides the times between submissions.
    pub load: f64,
    /// Multiplies run times and estimates.
    pub scale_runs: f64,
    /// Multiplies gangs, rounded up.
    pub scale_gpus: f64,
}

/// A trace as requested.
#[derive(Clone, Debug)]
pub struct RequestedTrace {
    /// The jobs that were kept, as they were changed.
    pub trace: Trace,
    /// Hash of the file's bytes, compressed or not.
    pub hash: Fnv,
    /// Hash of the table of throughputs.
    pub throughputs_hash: Option<Fnv>,
}

/// Why a trace cannot be had as requested.
#[derive(Debug, Error)]
#[error("{error}")]
pub struct RequestError {
    /// The field of [`TraceRequest`] at fault.
    pub key: &'static str,
    /// What is wrong.
    pub error: TraceError,
}

/// Reads the requests of a file, and the hash of its bytes, compressed or not.
///
/// # Errors
///
/// As [`super::read_requests`].
pub fn read_requests_hashed(path: &Path, format: Option<Format>, options: &Options) -> Result<(Requests, Fnv), TraceError> {
    let mut bytes = Hashed::new(open(path)?);
    let requests = read_requests_from(&mut bytes, &path.display().to_string(), format, options)?;
    // Requests that were read were read to the end of the file.
    Ok((requests, bytes.hash()))
}

/// Makes an error one of a field.
fn of(key: &'static str) -> impl Fn(TraceError) -> RequestError {
    move |error| RequestError { key, error }
}

impl TraceRequest {
    /// All jobs of a file, as they are.
    #[must_use]
    pub fn new(file: PathBuf) -> Self {
        Self {
            file,
            format: None,
            options: Options::default(),
            throughputs: None,
            groups: Vec::new(),
            from: None,
            to: None,
            rebase: false,
            load: 1.0,
            scale_runs: 1.0,
            scale_gpus: 1.0,
        }
    }

    /// Reads the file, keeps what is asked for, and changes it: first the days, then the groups, then times, runs and gangs.
    ///
    /// # Errors
    ///
    /// When the file cannot be read as a trace, holds nothing of what is requested, or a value is out of bounds.
    pub fn read(&self) -> Result<RequestedTrace, RequestError> {
        let (options, throughputs_hash) = self.complete_options()?;
        let mut bytes = Hashed::new(open(&self.file).map_err(of("file"))?);
        let name = self.file.display().to_string();
        let open = OpenTrace::new_as(&mut bytes, &name, self.format, Contents::Jobs, options.limits).map_err(of("file"))?;
        let trace = self.of_open(open, &options)?;
        // A trace that was read was read to its end.
        Ok(RequestedTrace { trace, hash: bytes.hash(), throughputs_hash })
    }

    /// Reads the jobs of a file that is already open, as [`Self::read`] does.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn read_jobs(&self, open: OpenTrace) -> Result<Trace, RequestError> {
        let (options, _) = self.complete_options()?;
        self.of_open(open, &options)
    }

    /// Reads the inference requests of a file that is already open: those of the days asked for, the first of them at time 0. The other
    /// fields are about jobs.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn read_requests(&self, open: OpenTrace) -> Result<Requests, RequestError> {
        let mut requests = open.requests(&self.options).map_err(of("file"))?;
        self.keep_requests(&mut requests)?;
        Ok(requests)
    }

    fn of_open(&self, open: OpenTrace, options: &Options) -> Result<Trace, RequestError> {
        let mut trace = open.jobs(options).map_err(of("file"))?;
        self.keep(&mut trace)?;
        self.change(&mut trace)?;
        Ok(trace)
    }

    /// The options with the table of throughputs in them, and the hash of its bytes.
    fn complete_options(&self) -> Result<(Options, Option<Fnv>), RequestError> {
        let mut options = self.options.clone();
        let Some(file) = &self.throughputs else { return Ok((options, None)) };
        let mut bytes = Hashed::new(open(file).map_err(of("throughputs"))?);
        let table = ThroughputTable::read_from(&mut bytes, &file.display().to_string()).map_err(of("throughputs"))?;
        options.gavel.table = Some(Arc::new(table));
        Ok((options, Some(bytes.hash())))
    }

    /// The first and the last of the days asked for, and the key to blame; none where all are.
    fn days(&self) -> Option<(Date, Date, &'static str)> {
        let (from, to) = (self.from.unwrap_or(Date::MIN), self.to.unwrap_or(date(9998, 12, 31)));
        let key = if self.from.is_some() { "from" } else { "to" };
        (self.from.is_some() || self.to.is_some()).then_some((from, to, key))
    }

    fn keep_requests(&self, kept: &mut Requests) -> Result<(), RequestError> {
        let Some((from, to, key)) = self.days() else { return Ok(()) };
        let (requests, days) = (kept.requests.len(), kept.days());
        kept.between(from, to).map_err(of(if to < from { "to" } else { key }))?;
        if kept.requests.is_empty() {
            return Err(of(key)(TraceError::NoRequestsKept { file: self.file.display().to_string(), requests, days }));
        }
        Ok(())
    }

    fn keep(&self, trace: &mut Trace) -> Result<(), RequestError> {
        let jobs = trace.jobs.len();
        let days = trace.days();
        let check = |trace: &Trace, key| {
            let file = || self.file.display().to_string();
            if trace.jobs.is_empty() { Err(of(key)(TraceError::NothingKept { file: file(), jobs, days })) } else { Ok(()) }
        };
        if let Some((from, to, key)) = self.days() {
            trace.between(from, to).map_err(of(if to < from { "to" } else { key }))?;
            check(trace, key)?;
        }
        if !self.groups.is_empty() {
            let names: Vec<&str> = self.groups.iter().map(String::as_str).collect();
            trace.keep_group(&names).map_err(of("groups"))?;
            check(trace, "groups")?;
        }
        Ok(())
    }

    fn change(&self, trace: &mut Trace) -> Result<(), RequestError> {
        if self.rebase || trace.epoch.is_some() {
            trace.rebase();
        }
        // Rounding is left out where nothing is asked for.
        if self.load != 1.0 {
            trace.divide_interarrivals(self.load).map_err(of("load"))?;
        }
        if self.scale_runs != 1.0 {
            trace.scale_runs(self.scale_runs).map_err(of("scale_runs"))?;
        }
        if self.scale_gpus != 1.0 {
            trace.scale_gpus(self.scale_gpus).map_err(of("scale_gpus"))?;
        }
        Ok(())
    }
}
