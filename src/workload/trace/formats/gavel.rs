//! The jobs of the Gavel scheduler: ten columns between tabs, no header.
//!
//! Source: D. Narayanan et al., "Heterogeneity-Aware Cluster Scheduling Policies for Deep Learning Workloads", OSDI 2020
//! (github.com/stanford-futuredata/gavel, scheduler/job.py).
//!
//! The columns are 1 job type, 2 command, 3 working directory, 4 argument for the steps, 5 needs a data directory, 6 total steps,
//! 7 scale factor (GPUs), 8 priority weight, 9 SLO, 10 arrival [s]. The run time is the total steps over the steps per second of the
//! job alone on the reference worker type, from the table of throughputs; job types become groups; the priority weight, rounded, is
//! the priority. The SLO is a multiple of the run time, as that scheduler takes it, and becomes the deadline; -1 is none. Jobs are
//! numbered by their rows, from 0.

use super::Reader;
use super::throughput::{JobKind, ThroughputTable};
use crate::workload::trace::cell::Cells;
use crate::workload::trace::collector::{Collector, Draft, Zero};
use crate::workload::trace::dropped::{Bad, Reason};
use crate::workload::trace::error::{TraceError, hint};
use crate::workload::trace::ids::{Id, IdSet};
use crate::workload::trace::line::{Line, Lines};
use crate::workload::trace::{Options, Trace};

const COLUMNS: usize = 10;
/// Columns before the working directory, the priority weight and the SLO came.
const OLDER_COLUMNS: usize = 7;

pub(super) const READER: Reader = Reader {
    is_line: |line| matches!(line.split('\t').count(), OLDER_COLUMNS | COLUMNS),
    is_name: |ending, _| ending == "trace",
    read: super::Read::Jobs(read),
};

fn read(lines: &mut Lines, options: &Options) -> Result<Trace, TraceError> {
    check_columns(lines)?;
    let worker = options.gavel.worker.as_str();
    let Some(table) = &options.gavel.table else { return Err(TraceError::NeedsTable { place: lines.place(1) }) };
    if !table.worker_types().any(|known| known == worker) {
        let known: Vec<&str> = table.worker_types().collect();
        let hint = format!("{}; allowed: {}", hint(worker, &known), known.join(", "));
        return Err(TraceError::Name { what: "worker type of the table of throughputs", written: worker.to_owned(), hint });
    }
    let mut collector = Collector::new(lines.file(), IdSet::new(), options);
    let mut cells = Cells::default();
    let mut number = 0_u32;
    while let Some(line) = lines.next()? {
        cells.split(line.text, '\t');
        let draft = draft(&line, &cells, table, worker, number);
        collector.take(&line, draft)?;
        number = number.saturating_add(1);
    }
    collector.notes.push(format!("run times are total steps over the throughput alone on {worker}"));
    collector.finish(Zero::Own(None), false)
}

/// An error where the first line has not the columns of the format.
pub(super) fn check_columns(lines: &mut Lines) -> Result<(), TraceError> {
    let mut cells = Cells::default();
    let found = lines.peek()?.map(|first| {
        cells.split(first.text, '\t');
        cells.len()
    });
    match found {
        None => Err(TraceError::Empty { place: lines.place(1) }),
        Some(COLUMNS) => Ok(()),
        Some(found) => {
            let hint = match found {
                OLDER_COLUMNS => "; it may be the older variant of 7 columns, which current Gavel does not read either",
                1 => "; columns stand between tabs",
                _ => "",
            };
            Err(TraceError::Columns { place: lines.place(1), format: "gavel", found, expected: COLUMNS, hint })
        }
    }
}

/// An error where a line has not the columns of the format.
pub(super) fn check_line(line: &Line, cells: &Cells) -> Result<(), Bad> {
    if cells.len() < COLUMNS {
        return Err(Bad::new(Reason::MissingColumns, line.text.len(), line.text));
    }
    if cells.len() > COLUMNS {
        return Err(cells.get(COLUMNS)?.bad(Reason::ExtraColumns));
    }
    Ok(())
}

fn draft<'a>(line: &Line, cells: &'a Cells, table: &ThroughputTable, worker: &str, number: u32) -> Result<Draft<'a>, Bad> {
    check_line(line, cells)?;
    let (job_type, steps_cell, scale) = (cells.get(0)?, cells.get(5)?, cells.get(6)?);
    let steps = steps_cell.number()?;
    let gpus = scale.gpus()?;
    let kind = JobKind { job_type: job_type.trimmed().to_owned(), scale_factor: gpus as u32 };
    let per_second = table.alone(worker, &kind).ok_or_else(|| job_type.bad(Reason::NoThroughput))?;
    let run = steps_cell.length(steps / per_second)?;
    let (weight_cell, slo_cell) = (cells.get(7)?, cells.get(8)?);
    let weight = weight_cell.number()?.round();
    if !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&weight) {
        return Err(weight_cell.bad(Reason::BadPriority));
    }
    let slo = slo_cell.number()?;
    let deadline = if slo >= 0.0 { Some(slo_cell.length(slo * run.seconds())?) } else { None };
    let submit_ms = cells.get(9)?.submit()?;
    let priority = weight as i32;
    Ok(Draft { priority, deadline, group: job_type.trimmed(), ..Draft::new(Id::Row(number), submit_ms, run, gpus) })
}
