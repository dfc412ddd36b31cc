//! The jobs of the Gavel scheduler: ten or twelve columns between tabs, no header.
//!
//! Source: D. Narayanan et al., "Heterogeneity-Aware Cluster Scheduling Policies for Deep Learning Workloads", OSDI 2020
//! (github.com/stanford-futuredata/gavel, scheduler/job.py).
//!
//! The ten columns are 1 job type, 2 command, 3 working directory, 4 argument for the steps, 5 needs a data directory, 6 total steps,
//! 7 scale factor (GPUs), 8 priority weight, 9 SLO, 10 arrival [s]. The run time is the total steps over the steps per second of the
//! job alone on the reference worker type, from the table of throughputs; job types become groups; the priority weight, rounded, is
//! the priority. The SLO is a multiple of the run time, as that scheduler takes it, and becomes the deadline; -1 is none. Jobs are
//! numbered by their rows, from 0.
//!
//! The layout of twelve columns is that of P. Zheng et al., "Shockwave: Fair and Efficient Cluster Scheduling for Dynamic Adaptation in
//! Machine Learning", NSDI 2023 (github.com/uw-mad-dash/shockwave): a mode (how the job changes its batch size) before the priority weight,
//! and a duration [s] before the arrival. Neither is read: the run time is that of the steps, in both layouts.

use super::Reader;
use super::throughput::{JobKind, ThroughputTable};
use crate::workload::trace::cell::{Cell, Cells};
use crate::workload::trace::collector::{Collector, Draft, Zero};
use crate::workload::trace::dropped::{Bad, Reason};
use crate::workload::trace::error::{TraceError, hint};
use crate::workload::trace::ids::{Id, IdSet};
use crate::workload::trace::line::{Line, Lines};
use crate::workload::trace::{Options, Trace};

/// Columns of the two layouts.
const COLUMNS: [usize; 2] = [10, 12];
/// Columns before the working directory, the priority weight and the SLO came.
const OLDER_COLUMNS: usize = 7;

pub(super) const READER: Reader = Reader {
    is_line: |line| {
        let columns = line.split('\t').count();
        // The arrival stands last; in a header it would be a word.
        let ends_in_number = line.rsplit('\t').next().is_some_and(|last| last.trim().parse::<f64>().is_ok());
        ends_in_number && (columns == OLDER_COLUMNS || COLUMNS.contains(&columns))
    },
    is_name: |ending, _| ending == "trace",
    read: super::Read::Jobs(read),
};

fn read(lines: &mut Lines, options: &Options) -> Result<Trace, TraceError> {
    let layout = Layout::of(lines)?;
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
        let draft = draft(&line, &Columns { cells: &cells, layout }, table, worker, number);
        collector.take(&line, draft)?;
        number = number.saturating_add(1);
    }
    collector.notes.push(format!("run times are total steps over the throughput alone on {worker}"));
    collector.finish(Zero::Own(None), false)
}

/// Which layout the lines of a file have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    columns: usize,
}

impl Layout {
    /// The layout by the number of columns of the first line.
    pub fn of(lines: &mut Lines) -> Result<Self, TraceError> {
        let mut cells = Cells::default();
        let found = lines.peek()?.map(|first| {
            cells.split(first.text, '\t');
            cells.len()
        });
        match found {
            None => Err(TraceError::Empty { place: lines.place(1) }),
            Some(columns) if COLUMNS.contains(&columns) => Ok(Self { columns }),
            Some(found) => {
                let hint = match found {
                    OLDER_COLUMNS => "; it may be the older variant of 7 columns, which current Gavel does not read either",
                    1 => "; columns stand between tabs",
                    _ => "",
                };
                let expected = "10, or 12 with a mode before the weight and a duration before the arrival";
                Err(TraceError::Columns { place: lines.place(1), format: "gavel", found, expected, hint })
            }
        }
    }
}

/// The cells of a line in a layout.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    pub cells: &'a Cells,
    pub layout: Layout,
}

impl<'a> Columns<'a> {
    /// An error where a line has not the columns of the layout.
    pub fn check(self, line: &Line) -> Result<(), Bad> {
        let columns = self.layout.columns;
        if self.cells.len() < columns {
            return Err(Bad::new(Reason::MissingColumns, line.text.len(), line.text));
        }
        if self.cells.len() > columns {
            return Err(self.cells.get(columns)?.bad(Reason::ExtraColumns));
        }
        Ok(())
    }

    pub fn job_type(self) -> Result<Cell<'a>, Bad> {
        self.cells.get(0)
    }

    pub fn steps(self) -> Result<Cell<'a>, Bad> {
        self.cells.get(5)
    }

    pub fn scale_factor(self) -> Result<Cell<'a>, Bad> {
        self.cells.get(6)
    }

    /// The weight, which in the longer layout stands behind a mode.
    pub fn weight(self) -> Result<Cell<'a>, Bad> {
        self.cells.get(if self.layout.columns == COLUMNS[0] { 7 } else { 8 })
    }

    pub fn objective(self) -> Result<Cell<'a>, Bad> {
        self.cells.get(if self.layout.columns == COLUMNS[0] { 8 } else { 9 })
    }

    /// The arrival, which stands last.
    pub fn arrival(self) -> Result<Cell<'a>, Bad> {
        self.cells.get(self.layout.columns - 1)
    }
}

fn draft<'a>(line: &Line, columns: &Columns<'a>, table: &ThroughputTable, worker: &str, number: u32) -> Result<Draft<'a>, Bad> {
    columns.check(line)?;
    let (job_type, steps_cell, scale) = (columns.job_type()?, columns.steps()?, columns.scale_factor()?);
    let steps = steps_cell.number()?;
    let gpus = scale.gpus()?;
    let kind = JobKind { job_type: job_type.trimmed().to_owned(), scale_factor: gpus as u32 };
    let per_second = table.alone(worker, &kind).ok_or_else(|| job_type.bad(Reason::NoThroughput))?;
    let run = steps_cell.length(steps / per_second)?;
    let (weight_cell, slo_cell) = (columns.weight()?, columns.objective()?);
    let weight = weight_cell.number()?.round();
    if !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&weight) {
        return Err(weight_cell.bad(Reason::BadPriority));
    }
    let slo = slo_cell.number()?;
    let deadline = if slo >= 0.0 { Some(slo_cell.length(slo * run.seconds())?) } else { None };
    let submit_ms = columns.arrival()?.submit()?;
    let priority = weight as i32;
    Ok(Draft { priority, deadline, group: job_type.trimmed(), ..Draft::new(Id::Row(number), submit_ms, run, gpus) })
}
