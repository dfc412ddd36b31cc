//! Slurm's accounting, as `sacct -P` and `sacct -p` write it: a header with Slurm's names and `|` between the columns.
//!
//! Source: the manual of sacct (slurm.schedmd.com/sacct.html).
//!
//! | of a job | column, the first that is there |
//! |---|---|
//! | id | `JobID`, `JobIDRaw` |
//! | submission | `Submit` |
//! | GPUs | `AllocTRES`, `ReqTRES`, `AllocGRES`, `ReqGRES`: the first that names any in the line |
//! | run time | `ElapsedRaw` [s], `Elapsed`, `Start` and `End` |
//! | estimate | `TimelimitRaw` [min], `Timelimit` |
//! | state, group, priority | `State`, `Partition`, `Priority` |
//!
//! Id, submission, GPUs and run time are required. GPUs are those of `gres/gpu=8`; without such a total, those of all types
//! (`gres/gpu:h100=8`) together. `ReqGRES` is per node, of which `NNodes` tells the number. Steps (`123.batch`, `123.0`), jobs without a
//! GPU and jobs that have not ended are left out by rule; elements of an array (`123_4`) are jobs. A job cancelled before its start has no
//! run time. Times are taken as UTC; with `SLURM_TIME_FORMAT=%s` they are seconds since 1970.

use super::Reader;
use super::csv::{COLUMNS, is_unknown, span};
use super::states::outcome;
use crate::model::job::Outcome;
use crate::units::Span;
use crate::workload::trace::cell::{ABSURD_GPUS, Cell};
use crate::workload::trace::collector::{Collector, Draft, Zero};
use crate::workload::trace::column_map::ColumnMap;
use crate::workload::trace::dropped::{Bad, Reason};
use crate::workload::trace::error::TraceError;
use crate::workload::trace::header_table::{Row, Table, header_names, lacks};
use crate::workload::trace::ids::{Id, IdSet};
use crate::workload::trace::line::Lines;
use crate::workload::trace::{Options, Trace};

/// Columns that jobs are read from, by our names for what they hold; each list in the order of preference.
const SOURCES: [(&str, &[&str]); 10] = [
    ("job_id", &["JobID", "JobIDRaw"]),
    ("submit_s", &["Submit"]),
    ("gpus", &["AllocTRES", "ReqTRES", "AllocGRES", "ReqGRES"]),
    ("run_s", &["ElapsedRaw", "Elapsed"]),
    ("estimate_s", &["TimelimitRaw", "Timelimit"]),
    ("priority", &["Priority"]),
    ("group", &["Partition"]),
    ("state", &["State"]),
    ("start_s", &["Start"]),
    ("end_s", &["End"]),
];
/// Further columns that sacct's files often have.
const OTHERS: [&str; 8] = ["JobName", "User", "Account", "NNodes", "AllocCPUS", "AllocNodes", "ReqMem", "ExitCode"];
/// The number of nodes.
const NODES: &str = "NNodes";
/// So many of its names tell the format.
const TELLING: usize = 3;

pub(super) const READER: Reader = Reader {
    is_line: |line| {
        let mut names = header_names(line);
        if names.len() == 1 {
            names = line.split_ascii_whitespace().collect();
        }
        let is_known = |name: &&&str| SOURCES.iter().any(|(_, known)| known.contains(*name)) || OTHERS.contains(*name);
        (names.contains(&"JobID") || names.contains(&"JobIDRaw")) && names.iter().filter(is_known).count() >= TELLING
    },
    is_name: |_, _| false,
    read: super::Read::Jobs(read),
};

/// Where in a line things stand; positions of columns that are there.
struct Form {
    id: usize,
    submit: usize,
    /// In the order of preference, each with whether it is for one node.
    gpus: Vec<(usize, bool)>,
    run: Option<usize>,
    ends: Option<[usize; 2]>,
    /// With whether it is in minutes.
    estimate: Option<(usize, bool)>,
    priority: Option<usize>,
    group: Option<usize>,
    state: Option<usize>,
    nodes: Option<usize>,
}

fn read(lines: &mut Lines, options: &Options) -> Result<Trace, TraceError> {
    options.columns.allow(&COLUMNS)?;
    let mut collector = Collector::new(lines.file(), IdSet::new(), options);
    let mut table = Table::header(lines)?;
    if table.names.len() == 1 {
        return Err(lacks(lines, "sacct", vec!["separators, which `sacct -P` writes".to_owned()]));
    }
    table.without_quotes();
    let form = Form::of(&mut table, &options.columns, lines)?;
    collector.notes.extend(table.note());
    while let Some(line) = lines.next()? {
        let draft = table.row(&line).and_then(|row| form.draft(row));
        collector.take(&line, draft)?;
    }
    collector.finish(Zero::Dates, false)
}

impl Form {
    fn of(table: &mut Table, columns: &ColumnMap, lines: &Lines) -> Result<Self, TraceError> {
        let mut wanted: Vec<&str> = Vec::new();
        let mut missing = Vec::new();
        let mut find = |ours: &'static str| -> Vec<(usize, &str)> {
            let known = SOURCES.iter().find(|(name, _)| *name == ours).map_or(&[][..], |(_, known)| known);
            let names = if columns.names(ours) { vec![columns.theirs(ours)] } else { known.to_vec() };
            let there: Vec<&str> = names.iter().copied().filter(|name| table.has(name)).collect();
            if there.is_empty() && columns.names(ours) {
                missing.push(table.missing(columns.theirs(ours)));
            }
            let first = wanted.len();
            wanted.extend(&there);
            (first..).zip(there).collect()
        };
        let [id, submit, gpus, run, estimate, priority, group, state, start, end] = SOURCES.map(|(ours, _)| find(ours));
        let first = |found: &[(usize, &str)]| found.first().map(|&(at, _)| at);
        let ends = first(&start).zip(first(&end)).map(|(start, end)| [start, end]);
        for (is_there, ours, names) in [
            (!id.is_empty(), "job_id", "`JobID`"),
            (!submit.is_empty(), "submit_s", "`Submit`"),
            (!gpus.is_empty(), "gpus", "`AllocTRES` or `ReqTRES`"),
            (!run.is_empty() || ends.is_some(), "run_s", "`ElapsedRaw`, or `Elapsed`, or `Start` and `End`"),
        ] {
            // A name that was given and is not there has been told.
            if !is_there && !columns.names(ours) {
                missing.push(names.to_owned());
            }
        }
        let (Some(id), Some(submit), []) = (first(&id), first(&submit), &missing[..]) else {
            return Err(lacks(lines, "sacct", missing));
        };
        let form = Self {
            id,
            submit,
            gpus: gpus.iter().map(|&(at, name)| (at, name == "ReqGRES")).collect(),
            run: first(&run),
            ends,
            estimate: estimate.first().map(|&(at, name)| (at, name == "TimelimitRaw")),
            priority: first(&priority),
            group: first(&group),
            state: first(&state),
            nodes: table.has(NODES).then_some(wanted.len()),
        };
        wanted.push(NODES);
        table.want(&wanted);
        Ok(form)
    }

    fn draft<'a>(&self, row: Row<'a>) -> Result<Draft<'a>, Bad> {
        let id = row.get(self.id)?;
        if id.trimmed().contains('.') {
            return Err(id.bad(Reason::StepOfJob));
        }
        let filled = |column: Option<usize>| column.and_then(|column| row.filled(column));
        // The state comes first: of a job that has not ended, times are not known.
        let outcome = filled(self.state).map_or(Ok(Outcome::Completes), outcome)?;
        let gpus = self.gpus(row)?;
        let run = self.run(row, outcome)?;
        let estimate = self.estimate.and_then(|(column, is_minutes)| Some((row.filled(column)?, is_minutes)));
        Ok(Draft {
            id_at: id.at,
            // UNLIMITED and Partition_Limit say nothing.
            estimate: estimate.and_then(|(cell, is_minutes)| limit(cell, is_minutes)),
            priority: filled(self.priority).map_or(0, priority),
            group: filled(self.group).map_or("", Cell::trimmed),
            outcome,
            ..Draft::new(Id::Text(id.trimmed()), instant(row.get(self.submit)?)?, run, gpus)
        })
    }

    /// The GPUs of the first column that names any.
    fn gpus(&self, row: Row) -> Result<u64, Bad> {
        for &(column, is_per_node) in &self.gpus {
            let Some(cell) = row.filled(column) else { continue };
            let nodes = if is_per_node { self.nodes.and_then(|nodes| row.filled(nodes)).map_or(Ok(1), Cell::whole)? } else { 1 };
            match gpus_named(cell)?.saturating_mul(u64::from(nodes)) {
                0 => {}
                gpus if gpus < ABSURD_GPUS => return Ok(gpus),
                _ => return Err(cell.bad(Reason::AbsurdGpus)),
            }
        }
        let first = self.gpus.first().map_or(self.id, |&(column, _)| column);
        Err(row.get(first)?.bad(Reason::NoGpuAsked))
    }

    fn run(&self, row: Row, outcome: Outcome) -> Result<Span, Bad> {
        if let Some(cell) = self.run.and_then(|run| row.filled(run)) {
            return cell.run();
        }
        let Some([start, end]) = self.ends else {
            return Err(row.get(self.run.unwrap_or(self.id))?.bad(Reason::UnknownRun));
        };
        let (start, end) = (row.get(start)?, row.get(end)?);
        if outcome == Outcome::Cancelled && is_unknown(start) && !is_unknown(end) { Ok(Span::ZERO) } else { span(start, end) }
    }
}

/// The GPUs in a cell such as `cpu=8,gres/gpu=8,gres/gpu:h100=8`, `gpu:h100:2` or a plain number.
fn gpus_named(cell: Cell) -> Result<u64, Bad> {
    let text = cell.trimmed();
    if text.parse::<f64>().is_ok() {
        return cell.gpus_or_none();
    }
    let (mut total, mut of_types) = (None, 0_u64);
    for item in text.split(',') {
        // Older versions tell the devices behind the number: `gpu:2(IDX:0-1)`.
        let item = item.split('(').next().unwrap_or_default().trim();
        let item = item.strip_prefix("gres/").or_else(|| item.strip_prefix("gres:")).unwrap_or(item);
        let mut parts = item.split(['=', ':']);
        if parts.next() != Some("gpu") {
            continue;
        }
        let parts: Vec<&str> = parts.collect();
        match parts[..] {
            [] => total = Some(1),
            [count] if !item.contains('=') && count.parse::<u64>().is_err() => of_types += 1,
            [.., count] => {
                let count = Cell { text: count, at: cell.at }.gpus_or_none().map_err(|bad| cell.bad(bad.reason))?;
                if parts.len() == 1 { total = Some(count) } else { of_types = of_types.saturating_add(count) }
            }
        }
    }
    Ok(total.unwrap_or(of_types))
}

/// A limit of the run time; none where there is none.
fn limit(cell: Cell, is_minutes: bool) -> Option<Span> {
    if is_minutes { cell.number().and_then(|minutes| cell.length(minutes * 60.0)).ok() } else { cell.run().ok() }
}

/// Slurm's priorities reach further than ours, which stay at the end of their range.
fn priority(cell: Cell) -> i32 {
    cell.number().map_or(0, |number| number as i32)
}

/// A date, or seconds since 1970 [ms since 1970].
fn instant(cell: Cell) -> Result<i64, Bad> {
    if cell.trimmed().parse::<f64>().is_ok() { cell.submit() } else { cell.instant() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpus_are_found_among_other_resources() {
        let of = |text: &str| gpus_named(Cell { text, at: 0 }).map_err(|bad| bad.reason);
        for (text, gpus) in [
            ("billing=64,cpu=64,gres/gpu=8,mem=2T,node=1", 8),
            ("cpu=64,gres/gpu:h100=8,gres/gpu=8,node=1", 8),
            ("gres/gpu:h100=8,gres/gpu:a100=4", 12),
            ("gpu:2", 2),
            ("gpu:tesla:4(IDX:0-3)", 4),
            ("gpu", 1),
            ("gpu:tesla", 1),
            ("gres:gpu:a100:2", 2),
            ("cpu=64,gres/gpumem=80,gres/shard=3", 0),
            ("", 0),
            ("16", 16),
            ("gres/gpu=0", 0),
        ] {
            assert_eq!(of(text), Ok(gpus), "{text}");
        }
        assert_eq!(of("gres/gpu=many"), Err(Reason::NotANumber));
        assert_eq!(of("gres/gpu=1.5"), Err(Reason::PartialGpu));
    }
}
