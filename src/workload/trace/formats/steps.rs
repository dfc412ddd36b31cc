//! The jobs of the Gavel scheduler in steps, for GPUs of several types: no run time, because that depends on where they run.

use super::gavel::{Columns, Layout};
use super::openb::Records;
use super::throughput::JobKind;
use crate::units::SimTime;
use crate::workload::trace::Options;
use crate::workload::trace::cell::{Cell, Cells};
use crate::workload::trace::dropped::{Bad, Reason, Sieve};
use crate::workload::trace::error::TraceError;
use crate::workload::trace::line::{Line, Lines};
use crate::workload::trace::open::open;
use std::io::Read;
use std::path::Path;

/// More steps than any job has.
const ABSURD_STEPS: f64 = 1e15;
/// A share counts for so much at most.
const MOST_WEIGHT: f64 = 1e6;

/// A job in steps.
#[derive(Clone, Debug, PartialEq)]
pub struct StepJob {
    /// Its row in the file, from 0.
    pub row: u32,
    /// Its type and gang.
    pub kind: JobKind,
    /// Its work.
    pub steps: u64,
    /// What its share counts.
    pub weight: f64,
    /// When it is submitted.
    pub submit: SimTime,
}

/// Reads the jobs of a file in steps, in order of submission.
///
/// # Errors
///
/// Where the file cannot be read, is not of the format, or has too many lines that cannot be used.
pub fn read_steps(path: &Path, options: &Options) -> Result<Records<StepJob>, TraceError> {
    read_steps_from(open(path)?, &path.display().to_string(), options)
}

/// Reads jobs in steps from bytes that have a name.
///
/// # Errors
///
/// As [`read_steps`].
pub fn read_steps_from(bytes: impl Read, name: &str, options: &Options) -> Result<Records<StepJob>, TraceError> {
    let mut lines = Lines::new(bytes, name, options.limits)?;
    let layout = Layout::of(&mut lines)?;
    let mut sieve = Sieve::new(lines.file(), options.strict);
    let mut cells = Cells::default();
    let mut records = Vec::new();
    let mut row = 0_u32;
    while let Some(line) = lines.next()? {
        cells.split(line.text, '\t');
        let job = step_job(&line, Columns { cells: &cells, layout }, row);
        records.extend(sieve.take(&line, job)?);
        row = row.saturating_add(1);
    }
    records.sort_by_key(|job: &StepJob| job.submit);
    Ok(Records { records, dropped: sieve.finish()?, notes: Vec::new() })
}

fn step_job(line: &Line, columns: Columns, row: u32) -> Result<StepJob, Bad> {
    columns.check(line)?;
    let kind = JobKind { job_type: columns.job_type()?.trimmed().to_owned(), scale_factor: columns.scale_factor()?.gpus()? as u32 };
    let steps = steps(columns.steps()?)?;
    let weight_cell = columns.weight()?;
    let weight = weight_cell.number()?;
    if !(weight > 0.0 && weight <= MOST_WEIGHT) {
        return Err(weight_cell.bad(Reason::BadWeight));
    }
    Ok(StepJob { row, kind, steps, weight, submit: SimTime::from_ms(columns.arrival()?.submit()?) })
}

fn steps(cell: Cell) -> Result<u64, Bad> {
    let steps = cell.number()?;
    if (0.0..ABSURD_STEPS).contains(&steps) { Ok(steps as u64) } else { Err(cell.bad(Reason::BadSteps)) }
}
