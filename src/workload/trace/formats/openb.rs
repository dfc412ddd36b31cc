//! Alibaba's openb traces: pods that ask for GPUs or shares of one, and the nodes they ran on.
//!
//! Source: Q. Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent",
//! USENIX ATC 2023 (github.com/alibaba/clusterdata, cluster-trace-gpu-v2023).
//!
//! Pods are `name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time`,
//! times in seconds since the trace's zero; nodes are `sn,cpu_milli,memory_mib,gpu,model`. Of the columns of pods the first five
//! are required. Some published lists have no times: their pods can be packed on nodes, but have no run time, so that they cannot
//! be read as jobs. A pod of one GPU with `gpu_milli` below 1000 asks for that share of it. As a job, a pod is submitted at its
//! creation and runs from when it was scheduled (never scheduled: from its creation) to its deletion; pods that ask for no GPU
//! are left out, and shares are left out or rounded up to one GPU ([`Shares`]). The quality of service becomes the group. A
//! failed pod's job fails, and a pod still pending when it was deleted is cancelled.

use super::{Reader, has_columns};
use crate::model::job::Outcome;
use crate::units::{Gpus, SimTime, Span};
use crate::workload::trace::cell::Cell;
use crate::workload::trace::collector::{Collector, Draft, Zero};
use crate::workload::trace::dropped::{Bad, Dropped, Reason, Sieve};
use crate::workload::trace::error::TraceError;
use crate::workload::trace::header_table::{Row, Table, lacks};
use crate::workload::trace::ids::{Id, IdSet};
use crate::workload::trace::line::Lines;
use crate::workload::trace::open::open;
use crate::workload::trace::options::Shares;
use crate::workload::trace::{Options, Trace};
use std::io::Read;
use std::path::Path;

/// The columns of pods.
const COLUMNS: [&str; 11] = [
    "name",
    "cpu_milli",
    "memory_mib",
    "num_gpu",
    "gpu_milli",
    "gpu_spec",
    "qos",
    "pod_phase",
    "creation_time",
    "deletion_time",
    "scheduled_time",
];
/// How many of them every list has.
const REQUIRED: usize = 5;
/// The first of the times, of which jobs need the first two.
const CREATION: usize = 8;
const DELETION: usize = 9;
const SCHEDULED: usize = 10;
const NODE_COLUMNS: [&str; 4] = ["sn", "cpu_milli", "memory_mib", "gpu"];
/// May be missing: the type of the GPUs.
const NODE_MODEL: &str = "model";

/// A pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// CPU asked for [thousandths of a core].
    pub cpu_milli: u32,
    /// Memory asked for [MiB].
    pub memory_mib: u32,
    /// GPUs asked for, a share counting as one.
    pub gpus: u64,
    /// Asked for of each of them [thousandths of a GPU].
    pub gpu_milli: u32,
    /// GPU types it may run on, between `|`; empty where any will do.
    pub gpu_types: String,
    /// Quality of service: `LS` (latency-sensitive), `BE` (best effort), `Burstable`, `Guaranteed`.
    pub qos: String,
    /// `Running`, `Succeeded`, `Failed` or `Pending`.
    pub phase: String,
    /// When it came and went; none where the list has no such columns.
    pub times: Option<PodTimes>,
}

/// When a pod came and went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodTimes {
    /// When it was created [ms since the trace's zero].
    pub creation: SimTime,
    /// When it was deleted [ms since the trace's zero].
    pub deletion: SimTime,
    /// When it was given a node [ms since the trace's zero]; none if it never was.
    pub scheduled: Option<SimTime>,
}

impl PodTimes {
    /// From when it was scheduled, or created where it never was, to its deletion.
    #[must_use]
    pub fn run(&self) -> Span {
        self.deletion - self.scheduled.unwrap_or(self.creation)
    }
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// CPU [thousandths of a core].
    pub cpu_milli: u32,
    /// Memory [MiB].
    pub memory_mib: u32,
    /// GPUs; none on a node for CPU work.
    pub gpus: u64,
    /// Their type; empty on a node without GPUs.
    pub gpu_type: String,
}

/// Records of a file, and what was dropped from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records<T> {
    /// The records, in the order of the file.
    pub records: Vec<T>,
    /// Lines that gave none.
    pub dropped: Dropped,
    /// How the file was read, where that is not plain.
    pub notes: Vec<String>,
}

impl Pod {
    /// GPUs asked for in all, shares as shares.
    #[must_use]
    pub fn asked(&self) -> Gpus {
        Gpus::from_milli(self.gpus * u64::from(self.gpu_milli))
    }

    /// How it ends: a failed one fails, one still pending when it was deleted is cancelled.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.phase.as_str() {
            "Failed" => Outcome::Fails,
            "Pending" => Outcome::Cancelled,
            _ => Outcome::Completes,
        }
    }

    /// Whether it asks for less than a whole GPU.
    #[must_use]
    pub fn is_share(&self) -> bool {
        self.gpus > 0 && self.gpu_milli < 1000
    }
}

/// Reads the pods of a file, all of them: also those that ask for no GPU.
///
/// # Errors
///
/// Where the file cannot be read, is not of the format, or has too many lines that cannot be used.
pub fn read_pods(path: &Path, options: &Options) -> Result<Records<Pod>, TraceError> {
    read_pods_from(open(path)?, &path.display().to_string(), options)
}

/// Reads pods from bytes that have a name.
///
/// # Errors
///
/// As [`read_pods`].
pub fn read_pods_from(bytes: impl Read, name: &str, options: &Options) -> Result<Records<Pod>, TraceError> {
    records(bytes, name, options, COLUMNS.split_at(REQUIRED), pod)
}

/// Reads the nodes of a file.
///
/// # Errors
///
/// Where the file cannot be read, is not of the format, or has too many lines that cannot be used.
pub fn read_nodes(path: &Path, options: &Options) -> Result<Records<Node>, TraceError> {
    read_nodes_from(open(path)?, &path.display().to_string(), options)
}

/// Reads nodes from bytes that have a name.
///
/// # Errors
///
/// As [`read_nodes`].
pub fn read_nodes_from(bytes: impl Read, name: &str, options: &Options) -> Result<Records<Node>, TraceError> {
    records(bytes, name, options, (&NODE_COLUMNS, &[NODE_MODEL]), node)
}

fn records<T>(
    bytes: impl Read,
    name: &str,
    options: &Options,
    (required, optional): (&[&str], &[&str]),
    record: impl Fn(Row) -> Result<T, Bad>,
) -> Result<Records<T>, TraceError> {
    let mut lines = Lines::new(bytes, name, options.limits)?;
    let mut sieve = Sieve::new(name, options.strict);
    let mut table = Table::open(&mut lines, "openb", required, optional)?;
    let mut records = Vec::new();
    while let Some(line) = lines.next()? {
        let row = table.row(&line).and_then(&record);
        records.extend(sieve.take(&line, row)?);
    }
    Ok(Records { records, dropped: sieve.finish()?, notes: table.note().into_iter().collect() })
}

pub(super) const READER: Reader =
    Reader { is_line: |line| has_columns(line, &COLUMNS[..REQUIRED]), is_name: |_, _| false, read: super::Read::Jobs(read) };

/// Reads pods as jobs.
fn read(lines: &mut Lines, options: &Options) -> Result<Trace, TraceError> {
    let mut collector = Collector::new(lines.file(), IdSet::new(), options);
    let mut table = Table::header(lines)?;
    let is_needed = |index: usize| index < REQUIRED || index == CREATION || index == DELETION;
    let missing = |(index, name): (usize, &&str)| (is_needed(index) && !table.has(name)).then(|| table.missing(name));
    let missing: Vec<String> = COLUMNS.iter().enumerate().filter_map(missing).collect();
    if !missing.is_empty() {
        return Err(lacks(lines, "openb", missing));
    }
    table.want(&COLUMNS);
    collector.notes.extend(table.note());
    let mut rounded = 0;
    while let Some(line) = lines.next()? {
        let mut is_rounded = false;
        let draft = table.row(&line).and_then(|row| draft(row, options.shares, &mut is_rounded));
        rounded += u64::from(collector.take(&line, draft)? && is_rounded);
    }
    collector.note("shares of a GPU rounded up to one GPU", rounded);
    collector.finish(Zero::Own(None), false)
}

fn draft<'a>(row: Row<'a>, shares: Shares, is_rounded: &mut bool) -> Result<Draft<'a>, Bad> {
    let pod = pod(row)?;
    if pod.gpus == 0 {
        return Err(row.get(3)?.bad(Reason::NoGpuAsked));
    }
    if pod.is_share() && shares == Shares::Drop {
        return Err(row.get(4)?.bad(Reason::SharedGpu));
    }
    let name = row.get(0)?;
    let times = pod.times.ok_or_else(|| name.bad(Reason::UnknownRun))?;
    *is_rounded = pod.is_share();
    Ok(Draft {
        id_at: name.at,
        outcome: pod.outcome(),
        group: row.filled(6).map_or("", Cell::trimmed),
        ..Draft::new(Id::Text(name.trimmed()), times.creation.ms(), times.run(), pod.gpus)
    })
}

fn pod(row: Row) -> Result<Pod, Bad> {
    let gpus = row.get(3)?.gpus_or_none()?;
    let share = row.get(4)?;
    let gpu_milli = share.whole()?;
    if gpus > 0 && !(1..=1000).contains(&gpu_milli) {
        return Err(share.bad(Reason::BadShare));
    }
    let times = if row.has(CREATION) && row.has(DELETION) { Some(times(row)?) } else { None };
    let name = row.get(0)?;
    if name.trimmed().is_empty() {
        return Err(name.bad(Reason::NoId));
    }
    let text = |column: usize| row.filled(column).map_or("", Cell::trimmed).to_owned();
    Ok(Pod {
        name: name.trimmed().to_owned(),
        cpu_milli: row.get(1)?.whole()?,
        memory_mib: row.get(2)?.whole()?,
        gpus,
        gpu_milli,
        gpu_types: text(5),
        qos: text(6),
        phase: text(7),
        times,
    })
}

fn times(row: Row) -> Result<PodTimes, Bad> {
    let time = |cell: Cell| cell.submit().map(SimTime::from_ms);
    let (creation, deletion) = (time(row.get(CREATION)?)?, time(row.get(DELETION)?)?);
    let scheduled = row.filled(SCHEDULED).map(time).transpose()?;
    let times = PodTimes { creation, deletion, scheduled };
    if times.run() < Span::ZERO { Err(row.get(DELETION)?.bad(Reason::NegativeRun)) } else { Ok(times) }
}

fn node(row: Row) -> Result<Node, Bad> {
    let name = row.get(0)?;
    if name.trimmed().is_empty() {
        return Err(name.bad(Reason::NoId));
    }
    Ok(Node {
        name: name.trimmed().to_owned(),
        cpu_milli: row.get(1)?.whole()?,
        memory_mib: row.get(2)?.whole()?,
        gpus: row.get(3)?.gpus_or_none()?,
        gpu_type: row.filled(4).map_or("", Cell::trimmed).to_owned(),
    })
}
