//! Skyberth's own form of a trace: a csv file with a header, one job a line.
//!
//! | column | |
//! |---|---|
//! | `job_id` | any text, each once |
//! | `submit_s` | submission: seconds since the trace's zero, or a date and time (`2017-10-01 00:00:45`, UTC where no offset stands behind) |
//! | `gpus` | whole GPUs, 1 to 999999999 |
//! | `run_s` | run time once started [s] |
//! | `estimate_s` | what the user said about it [s]; the run time where it is not given |
//! | `priority` | a whole number, larger first; 0 where it is not given |
//! | `group` | any name; none where it is not given |
//! | `state` | `finished`, `failed` or `cancelled`, or what Slurm says (`COMPLETED`, `TIMEOUT`, `CANCELLED by 4594`); `finished` where it is not given |
//! | `deadline_s` | must be done so long after submission [s]; none where it is not given |
//!
//! The first four are required, the others may be left out, as a column or as a cell. Jobs that ask for no GPU are left out by rule. Where
//! other columns had to be named and `state` was not, a word in it that is not known says nothing: the job counts as finished, and how many do is told. Other columns are not read. Cells with commas
//! stand in quotation marks (RFC 4180), but a cell never goes over the end of a line. A file has either seconds or dates, as its first
//! sound line; with dates, the first submission is the trace's zero.

use super::{Reader, has_columns};
use crate::kernel::names::nearest;
use crate::model::job::Outcome;
use crate::workload::trace::cell::Cell;
use crate::workload::trace::collector::{Collector, Draft, Zero};
use crate::workload::trace::dropped::{Bad, Reason};
use crate::workload::trace::error::{TraceError, harmless};
use crate::workload::trace::header_table::{Row, Table};
use crate::workload::trace::ids::{Id, IdSet};
use crate::workload::trace::line::Lines;
use crate::workload::trace::{Options, Trace};

/// All columns; those from [`REQUIRED`] on may be left out.
pub(in crate::workload::trace) const COLUMNS: [&str; 9] =
    ["job_id", "submit_s", "gpus", "run_s", "estimate_s", "priority", "group", "state", "deadline_s"];
/// How many columns every file has.
const REQUIRED: usize = 4;
/// States, as they are written and read.
pub(in crate::workload::trace) const STATES: [(&str, Outcome); 3] =
    [("finished", Outcome::Completes), ("failed", Outcome::Fails), ("cancelled", Outcome::Cancelled)];
/// States of Slurm besides, as `sacct` writes them; behind `CANCELLED` it says by whom.
const SLURM_STATES: [(&str, Outcome); 8] = [
    ("completed", Outcome::Completes),
    ("timeout", Outcome::Fails),
    ("node_fail", Outcome::Fails),
    ("out_of_memory", Outcome::Fails),
    ("preempted", Outcome::Fails),
    ("boot_fail", Outcome::Fails),
    ("deadline", Outcome::Fails),
    ("revoked", Outcome::Cancelled),
];

pub(super) const READER: Reader = Reader {
    is_line: |line| has_columns(line, &COLUMNS[..REQUIRED]),
    // Any header of several columns may be ours under other names.
    is_name: |ending, line| ending == "csv" && line.contains(','),
    read: super::Read::Jobs(read),
};

fn read(lines: &mut Lines, options: &Options) -> Result<Trace, TraceError> {
    let mut collector = Collector::new(lines.file(), IdSet::new(), options);
    let names = COLUMNS.map(|ours| options.columns.theirs(ours));
    // A name that was given is meant to be there.
    let (mut required, mut optional) = (names[..REQUIRED].to_vec(), Vec::new());
    for (ours, theirs) in COLUMNS.iter().zip(names).skip(REQUIRED) {
        if options.columns.names(ours) { required.push(theirs) } else { optional.push(theirs) }
    }
    let order: Vec<&str> = required.iter().chain(&optional).copied().collect();
    let mut table = Table::open(lines, "csv", &required, &optional)?;
    let at = COLUMNS.map(|ours| {
        let theirs = options.columns.theirs(ours);
        order.iter().position(|name| *name == theirs).unwrap_or(usize::MAX)
    });
    note_near_misses(&table, &names, &mut collector);
    // A file whose columns had to be named is not in our form, and what it calls `state` may be anything.
    let is_foreign = COLUMNS.iter().any(|ours| options.columns.names(ours)) && !options.columns.names("state");
    let (mut dates, mut unknown_states) = (None, is_foreign.then_some(0));
    while let Some(line) = lines.next()? {
        let draft = table.row(&line).and_then(|row| draft(row, &at, &mut dates, &mut unknown_states));
        collector.take(&line, draft)?;
    }
    collector.note("states not known, taken as finished (name the column to have them checked)", unknown_states.unwrap_or(0));
    collector.finish(if dates == Some(true) { Zero::Dates } else { Zero::Own(None) }, false)
}

/// Tells of columns that are not read but have nearly the name of one that would be.
fn note_near_misses(table: &Table, names: &[&str; 9], collector: &mut Collector) {
    let absent: Vec<&str> = names.iter().copied().filter(|name| !table.names.iter().any(|there| there == name)).collect();
    for there in table.names.iter().filter(|there| !names.contains(&there.as_str())) {
        if let Some(near) = nearest(there, &absent) {
            collector.notes.push(format!("the column `{}` is not read; `{near}` would be", harmless(there)));
        }
    }
}

fn draft<'a>(row: Row<'a>, at: &[usize; 9], dates: &mut Option<bool>, unknown_states: &mut Option<u64>) -> Result<Draft<'a>, Bad> {
    let [id, submit, gpus, run, estimate, priority, group, state, deadline] = *at;
    let id = row.get(id)?;
    let gpus_cell = row.get(gpus)?;
    let gpus = gpus_cell.gpus_or_none()?;
    if gpus == 0 {
        return Err(gpus_cell.bad(Reason::NoGpuAsked));
    }
    let run = row.get(run)?.run()?;
    let submit = row.get(submit)?;
    let (submit_ms, dated) = match *dates {
        Some(true) => (submit.instant()?, true),
        Some(false) => (submit.submit()?, false),
        None => match submit.instant() {
            Ok(instant) => (instant, true),
            Err(_) => (submit.submit()?, false),
        },
    };
    let optional = |column: usize| row.filled(column);
    let draft = Draft {
        id_at: id.at,
        estimate: optional(estimate).map(Cell::run).transpose()?,
        priority: optional(priority).map_or(Ok(0), priority_of)?,
        group: optional(group).map_or("", |cell| unquoted(cell.trimmed())),
        outcome: match (optional(state).map(outcome), &mut *unknown_states) {
            (None, _) => Outcome::Completes,
            (Some(Err(_)), Some(count)) => {
                *count += 1;
                Outcome::Completes
            }
            (Some(found), _) => found?,
        },
        deadline: optional(deadline).map(Cell::run).transpose()?,
        ..Draft::new(Id::Text(unquoted(id.trimmed())), submit_ms, run, gpus)
    };
    *dates = Some(dated);
    Ok(draft)
}

/// Whether a spreadsheet would take the text, or what stands behind its quotes, for a formula.
pub(in crate::workload::trace) fn is_like_a_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@'])
}

/// Without the quote that the writer puts before such a text.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_like_a_formula(rest)).unwrap_or(text)
}

fn priority_of(cell: Cell) -> Result<i32, Bad> {
    cell.trimmed().parse().map_err(|_| cell.bad(Reason::BadPriority))
}

fn outcome(cell: Cell) -> Result<Outcome, Bad> {
    // Slurm says by whom a job was cancelled.
    let word = cell.trimmed().split(' ').next().unwrap_or_default();
    let is_whole = word.len() == cell.trimmed().len() || word.eq_ignore_ascii_case("cancelled");
    let known = STATES.iter().chain(&SLURM_STATES).find(|(name, _)| is_whole && word.eq_ignore_ascii_case(name));
    known.map(|&(_, outcome)| outcome).ok_or_else(|| cell.bad(Reason::BadState))
}
