//! Skyberth's own form of a trace: a table with a header, one job a line.
//!
//! | column | |
//! |---|---|
//! | `job_id` | any text, each once |
//! | `submit_s` | submission: seconds since the trace's zero, or a date and time (`2017-10-01 00:00:45`, UTC where no offset stands behind) |
//! | `gpus` | whole GPUs, 1 to 999999999 |
//! | `run_s` | run time once started [s], or `H:MM:SS` and the like |
//! | `estimate_s` | what the user said about it [s]; the run time where it is not given |
//! | `priority` | a whole number, larger first; 0 where it is not given |
//! | `group` | any name; none where it is not given |
//! | `state` | `finished`, `failed` or `cancelled`, or what Slurm says (`COMPLETED`, `TIMEOUT`, `CANCELLED by 4594`); `finished` where it is not given |
//! | `deadline_s` | must be done so long after submission [s]; none where it is not given |
//! | `start_s`, `end_s` | start and end, seconds or dates, whose difference is the run time without `run_s` |
//!
//! The first three are required, and `run_s` or both of `start_s` and `end_s`; the others may be left out, as a column or as a cell. Jobs
//! that ask for no GPU, whose start or end is not known, or that had not ended are left out by rule. Where other columns had to be named
//! and an optional one was not, a cell in it that is not understood says nothing, and how many do is told. So does a priority in words,
//! unless every line must be sound. Other columns are not read.
//! Cells with separators stand in quotation marks (RFC 4180), but a cell never goes over the end of a line. A file has either seconds or
//! dates, as its first sound line; with dates, the first submission is the trace's zero.

use super::states::outcome;
use super::{Reader, has_columns};
use crate::kernel::names::nearest;
use crate::model::job::Outcome;
use crate::units::Span;
use crate::workload::trace::cell::Cell;
use crate::workload::trace::clock::{Clock, Unit};
use crate::workload::trace::collector::{Collector, Draft};
use crate::workload::trace::column_map::ColumnMap;
use crate::workload::trace::dropped::{Bad, Reason};
use crate::workload::trace::duration::is_minutes_and_seconds;
use crate::workload::trace::error::{TraceError, harmless};
use crate::workload::trace::header_table::{Row, Table, header_names, lacks};
use crate::workload::trace::ids::{Id, IdSet};
use crate::workload::trace::line::Lines;
use crate::workload::trace::{Options, Trace};

/// All columns.
pub(in crate::workload::trace) const COLUMNS: [&str; 11] =
    ["job_id", "submit_s", "gpus", "run_s", "estimate_s", "priority", "group", "state", "deadline_s", "start_s", "end_s"];
/// Those that a trace is written with.
pub(in crate::workload::trace) const WRITTEN: usize = 9;
/// How many columns every file has.
const REQUIRED: usize = 3;
/// Positions of the others.
const RUN: usize = 3;
const ESTIMATE: usize = 4;
const PRIORITY: usize = 5;
const GROUP: usize = 6;
const STATE: usize = 7;
const DEADLINE: usize = 8;
const ENDS: [usize; 2] = [9, 10];

pub(super) const READER: Reader = Reader {
    is_line: |line| {
        let run = has_columns(line, &COLUMNS[RUN..=RUN]) || has_columns(line, &COLUMNS[ENDS[0]..]);
        run && has_columns(line, &COLUMNS[..REQUIRED])
    },
    // Any header of several columns may be ours under other names.
    is_name: |ending, line| ["csv", "tsv", "psv"].contains(&ending) && header_names(line).len() > 1,
    read: super::Read::Jobs(read),
};

/// What may be told of a job, each with the words for it.
const TOLD: [(usize, &str); 5] = [
    (ESTIMATE, "estimates not understood, taken as not given (name the column to have them checked)"),
    (PRIORITY, "priorities not understood, taken as 0 (name the column to have them checked)"),
    (STATE, "states not known, taken as finished (name the column to have them checked)"),
    (DEADLINE, "deadlines not understood, taken as not given (name the column to have them checked)"),
    (RUN, "run times with one colon, read as minutes and seconds"),
];
/// Which of them are told of a job, by the position of its column.
type Told = [bool; COLUMNS.len()];

/// How the lines of a file are read.
struct Form {
    clock: Clock,
    /// Whether the run time is the time from the start to the end.
    is_from_ends: bool,
    /// Which columns need not be understood, by position.
    may_fail: Told,
}

fn read(lines: &mut Lines, options: &Options) -> Result<Trace, TraceError> {
    let columns = &options.columns;
    columns.allow(&COLUMNS)?;
    let mut collector = Collector::new(lines.file(), IdSet::new(), options);
    let mut table = Table::header(lines)?;
    let names = COLUMNS.map(|ours| columns.theirs(ours));
    let is_from_ends = runs_from_ends(&table, columns);
    check_header(lines, &table, columns, is_from_ends)?;
    table.want(&names);
    collector.notes.extend(table.note());
    let used = if is_from_ends { COLUMNS.len() } else { WRITTEN };
    note_near_misses(&table, &names[..used], &mut collector);
    // A file whose columns had to be named is not in our form, and what it calls `state` or `priority` may be anything.
    let is_foreign = COLUMNS.iter().any(|ours| columns.names(ours));
    let mut may_fail = COLUMNS.map(|ours| is_foreign && !columns.names(ours));
    // Priorities in words are common even where all else is ours.
    may_fail[PRIORITY] |= !options.strict && !columns.names(COLUMNS[PRIORITY]);
    let mut form = Form { clock: Clock::new(Unit::Seconds), is_from_ends, may_fail };
    let mut counts = [0_u64; COLUMNS.len()];
    while let Some(line) = lines.next()? {
        let mut told = Told::default();
        let draft = table.row(&line).and_then(|row| draft(row, &mut form, &mut told));
        if collector.take(&line, draft)? {
            counts.iter_mut().zip(told).for_each(|(count, told)| *count += u64::from(told));
        }
    }
    for (column, words) in TOLD {
        collector.note(words, counts[column]);
    }
    collector.finish(form.clock.zero(), false)
}

/// Whether the run time is to be taken from start and end: where these were named and it was not, or where it is not there.
fn runs_from_ends(table: &Table, columns: &ColumnMap) -> bool {
    let (run, ends) = (COLUMNS[RUN], ENDS.map(|end| COLUMNS[end]));
    let are_named = ends.iter().any(|end| columns.names(end));
    let are_there = ends.iter().all(|end| table.has(columns.theirs(end)));
    !columns.names(run) && (are_named || are_there && !table.has(run))
}

/// An error where the header lacks what every file has, or a name that was given: such a name is meant to be there.
fn check_header(lines: &Lines, table: &Table, columns: &ColumnMap, is_from_ends: bool) -> Result<(), TraceError> {
    let mut missing = Vec::new();
    for (index, ours) in COLUMNS.into_iter().enumerate() {
        let is_needed = match index {
            RUN => !is_from_ends,
            index if ENDS.contains(&index) => is_from_ends,
            index => index < REQUIRED,
        };
        let theirs = columns.theirs(ours);
        if (is_needed || columns.names(ours)) && !table.has(theirs) {
            let instead = if index == RUN && !columns.names(ours) { ", or `start_s` and `end_s`" } else { "" };
            missing.push(table.missing(theirs) + instead);
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(lacks(lines, "csv", missing)) }
}

/// Tells of columns that are not read but have nearly the name of one that would be.
fn note_near_misses(table: &Table, names: &[&str], collector: &mut Collector) {
    let absent: Vec<&str> = names.iter().copied().filter(|name| !table.has(name)).collect();
    for there in table.names.iter().filter(|there| !names.contains(&there.as_str())) {
        if let Some(near) = nearest(there, &absent) {
            collector.notes.push(format!("the column `{}` is not read; `{near}` would be", harmless(there)));
        }
    }
}

fn draft<'a>(row: Row<'a>, form: &mut Form, told: &mut Told) -> Result<Draft<'a>, Bad> {
    let (id, submit, gpus_cell) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let gpus = gpus_cell.gpus_or_none()?;
    if gpus == 0 {
        return Err(gpus_cell.bad(Reason::NoGpuAsked));
    }
    // The state comes first: of a job that has not ended, times are not known.
    let state = optional(row, STATE, form, told, outcome)?;
    let run = if form.is_from_ends { between_ends(row)? } else { run(row, told)? };
    let time = form.clock.read(submit)?;
    let draft = Draft {
        id_at: id.at,
        estimate: optional(row, ESTIMATE, form, told, estimate)?.flatten(),
        priority: optional(row, PRIORITY, form, told, priority)?.unwrap_or(0),
        group: row.filled(GROUP).map_or("", |cell| unquoted(cell.trimmed())),
        outcome: state.unwrap_or(Outcome::Completes),
        deadline: optional(row, DEADLINE, form, told, Cell::run)?,
        ..Draft::new(Id::Text(unquoted(id.trimmed())), time.ms, run, gpus)
    };
    form.clock.settle(time);
    Ok(draft)
}

/// What an optional cell says; nothing where it is empty, or need not be understood and is not.
fn optional<'a, T>(
    row: Row<'a>,
    column: usize,
    form: &Form,
    told: &mut Told,
    read: impl Fn(Cell<'a>) -> Result<T, Bad>,
) -> Result<Option<T>, Bad> {
    match row.filled(column).map(read) {
        Some(Err(_)) if form.may_fail[column] => {
            told[column] = true;
            Ok(None)
        }
        read => read.transpose(),
    }
}

fn run(row: Row, told: &mut Told) -> Result<Span, Bad> {
    let cell = row.get(RUN)?;
    told[RUN] = is_minutes_and_seconds(cell.trimmed());
    cell.run()
}

/// A limit; none where a scheduler says that there is none.
fn estimate(cell: Cell) -> Result<Option<Span>, Bad> {
    let is_none = ["UNLIMITED", "Partition_Limit", "NOT_SET"].iter().any(|word| cell.trimmed().eq_ignore_ascii_case(word));
    if is_none || is_unknown(cell) { Ok(None) } else { cell.run().map(Some) }
}

/// The time from the start to the end.
fn between_ends(row: Row) -> Result<Span, Bad> {
    let [start, end] = ENDS.map(|column| row.get(column));
    span(start?, end?)
}

/// The time from one cell to another, both dates or both seconds.
pub(super) fn span(start: Cell, end: Cell) -> Result<Span, Bad> {
    if let Some(unknown) = [start, end].into_iter().find(|cell| is_unknown(*cell)) {
        return Err(unknown.bad(Reason::UnknownRun));
    }
    let mut clock = Clock::new(Unit::Seconds);
    let start = clock.read(start)?;
    clock.settle(start);
    let run = Span::from_ms(clock.read(end)?.ms - start.ms);
    if run < Span::ZERO { Err(end.bad(Reason::NegativeRun)) } else { Ok(run) }
}

/// Whether a cell says that a time is not known, as Slurm and table programs write it.
pub(super) fn is_unknown(cell: Cell) -> bool {
    ["", "Unknown", "None", "NULL", "NaT", "NaN", "N/A"].iter().any(|word| cell.trimmed().eq_ignore_ascii_case(word))
}

/// Whether a spreadsheet would take the text, or what stands behind its quotes, for a formula.
pub(in crate::workload::trace) fn is_like_a_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@'])
}

/// Without the quote that the writer puts before such a text.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_like_a_formula(rest)).unwrap_or(text)
}

/// A whole number, which table programs may write as `10.0`.
fn priority(cell: Cell) -> Result<i32, Bad> {
    if let Ok(priority) = cell.trimmed().parse() {
        return Ok(priority);
    }
    let number = cell.number().map_err(|_| cell.bad(Reason::BadPriority))?;
    let is_priority = number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
    if is_priority { Ok(number as i32) } else { Err(cell.bad(Reason::BadPriority)) }
}
