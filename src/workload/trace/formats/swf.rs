//! The Standard Workload Format, version 2.
//!
//! Source: S. J. Chapin et al., "Benchmarks and Standards for the Evaluation of Parallel Job Schedulers", JSSPP 1999; the definition is
//! kept at www.cs.huji.ac.il/labs/parallel/workload/swf.html.
//!
//! A line has 18 fields between white space: 1 id, 2 submission [s], 3 wait, 4 run time [s], 5 allocated processors, 6 CPU time,
//! 7 memory, 8 requested processors, 9 requested time [s], 10 requested memory, 11 status, 12 user, 13 group, 14 application, 15 queue,
//! 16 partition, 17 preceding job, 18 think time; -1 stands for what is not known. Fields behind these are not read. A job whose run time or
//! processors are not known is left out by rule. A job that follows another is submitted when the log says, not a think time after that
//! one's end: how many do is told, with those whose predecessor is not in the trace. Lines from `;` on are comments, of which the
//! header's are read: `MaxProcs` or `MaxNodes` (the machine), `UnixStartTime` (the date of zero), `MaxJobs`, `Computer`.
//! A processor is taken as a GPU.

use super::Reader;
use crate::model::job::Outcome;
use crate::units::Span;
use crate::workload::trace::cell::{ABSURD_GPUS, Cell, Cells, LONGEST_S};
use crate::workload::trace::collector::{Collector, Draft, Zero};
use crate::workload::trace::dropped::{Bad, Reason};
use crate::workload::trace::error::TraceError;
use crate::workload::trace::ids::{Id, IdSet};
use crate::workload::trace::line::{Line, Lines};
use crate::workload::trace::options::{Processors, SwfOptions};
use crate::workload::trace::{Options, Trace};

const FIELDS: usize = 18;

/// What the comments say.
#[derive(Debug, Default)]
struct Header {
    computer: Option<String>,
    processors: Option<u64>,
    nodes: Option<u64>,
    start_ms: Option<i64>,
    jobs: Option<u64>,
}

/// Rules that may change a job.
const RULES: usize = 7;
/// Which of them did, in the order in which [`tell`] has them.
type Changed = [bool; RULES];

pub(super) const READER: Reader = Reader {
    is_line: |line| line.starts_with(';') || is_data(line),
    is_name: |ending, _| ending == "swf",
    read: super::Read::Jobs(read),
};

fn read(lines: &mut Lines, options: &Options) -> Result<Trace, TraceError> {
    let mut collector = Collector::new(lines.file(), IdSet::new(), options);
    let (mut header, mut counts, mut cells) = (Header::default(), [0; RULES], Cells::default());
    let (mut any, mut data, mut predecessors) = (false, 0_u64, Vec::new());
    while let Some(line) = lines.next()? {
        any = true;
        if let Some(comment) = line.text.trim_start().strip_prefix(';') {
            header.take(comment);
            continue;
        }
        data += 1;
        let machine = options.swf.machine.or(header.processors).or(header.nodes);
        cells.split_words(line.text);
        let mut changed = Changed::default();
        let draft = draft(&line, &cells, &options.swf, machine, &mut changed);
        if collector.take(&line, draft)? {
            predecessors.extend(predecessor(&cells));
            (counts.iter_mut().zip(changed)).for_each(|(count, changed)| *count += u64::from(changed));
        }
    }
    if !any {
        return Err(TraceError::Empty { place: lines.place(1) });
    }
    collector.machine_gpus = options.swf.machine.or(header.processors).or(header.nodes);
    header.tell(data, &mut collector);
    tell(counts, &predecessors, &options.swf, &mut collector);
    collector.finish(Zero::Own(header.start_ms), true)
}

impl Header {
    fn take(&mut self, comment: &str) {
        let Some((key, value)) = comment.split_once(':').map(|(key, value)| (key.trim(), value.trim())) else { return };
        // Comments are often prose: text in place of a number says nothing.
        // Words may stand behind a number.
        let word = value.split_ascii_whitespace().next().unwrap_or_default();
        let count = || word.parse::<u64>().ok().filter(|count| (1..ABSURD_GPUS).contains(count));
        match key {
            "Computer" => self.computer = Some(value.chars().take(80).collect()),
            "MaxProcs" => self.processors = count(),
            "MaxNodes" => self.nodes = count(),
            "MaxJobs" => self.jobs = value.parse().ok(),
            "UnixStartTime" => {
                let seconds = value.parse::<i64>().ok().filter(|seconds| (1..LONGEST_S as i64).contains(seconds));
                self.start_ms = seconds.map(|seconds| seconds * 1000);
            }
            _ => {}
        }
    }

    fn tell(&self, data: u64, collector: &mut Collector) {
        if let Some(computer) = &self.computer {
            collector.notes.push(format!("computer: {}", crate::workload::trace::error::harmless(computer)));
        }
        if let Some(jobs) = self.jobs.filter(|&jobs| jobs != data) {
            collector.notes.push(format!("the header says {jobs} jobs; the file has {data}"));
        }
    }
}

/// Tells how many jobs each rule changed.
fn tell(counts: [u64; RULES], predecessors: &[u32], options: &SwfOptions, collector: &mut Collector) {
    let which = match options.processors {
        Processors::Allocated => "allocated",
        Processors::Requested => "requested",
    };
    let [differ, capped, killed, without_estimate, extra, follows, thinks] = counts;
    collector.note(&format!("processors allocated and requested differ, {which} taken"), differ);
    collector.note("processors capped at the machine", capped);
    collector.note("run times killed at the estimate", killed);
    collector.note("no estimate, the run time taken", without_estimate);
    collector.note("fields behind the eighteenth, not read", extra);
    collector.note("jobs that follow another (field 17), submitted when the log says", follows);
    collector.note("think times behind the other's end (field 18), not read", thinks);
    let dangling = predecessors.iter().filter(|&&job| !collector.has(job)).count();
    collector.note("jobs that follow one that the trace does not have", dangling as u64);
}

fn draft<'a>(
    line: &Line,
    cells: &'a Cells,
    options: &SwfOptions,
    machine: Option<u64>,
    changed: &mut Changed,
) -> Result<Draft<'a>, Bad> {
    if cells.len() < FIELDS {
        return Err(Bad::new(Reason::MissingColumns, line.text.len(), line.text));
    }
    let id = cells.get(0)?;
    id.whole()?;
    let submit_ms = cells.get(1)?.submit()?;
    let status = cells.get(10)?;
    let outcome = match status.number()? as i64 {
        0 => Outcome::Fails,
        5 => Outcome::Cancelled,
        // Parts of a job that was stopped and restarted; the whole job has a line of its own.
        2..=4 => return Err(status.bad(Reason::PartOfJob)),
        _ => Outcome::Completes,
    };
    let run_cell = cells.get(3)?;
    if outcome == Outcome::Cancelled && run_cell.number()? < 0.0 {
        return Err(status.bad(Reason::NeverRan));
    }
    if run_cell.number()? == -1.0 {
        return Err(run_cell.bad(Reason::UnknownRun));
    }
    let exact = run_cell.run()?;
    let requested_s = cells.get(8)?;
    let requested_time = if requested_s.number()? > 0.0 { Some(requested_s.run()?) } else { None };
    let (allocated, requested) = (known(cells.get(4)?)?, known(cells.get(7)?)?);
    let chosen = match options.processors {
        Processors::Allocated => allocated.or(requested),
        Processors::Requested => requested.or(allocated),
    };
    let asked = chosen.ok_or(cells.get(4)?.bad(Reason::NoGpuAsked))?;
    let gpus = asked.min(machine.unwrap_or(asked));
    let limit = requested_time.filter(|_| options.kill_at_estimate).unwrap_or(Span::from_ms(i64::MAX));
    let run = exact.min(limit);
    let differ = allocated.zip(requested).is_some_and(|(allocated, requested)| allocated != requested);
    let follows = predecessor(cells).is_some();
    let thinks = follows && cells.get(17)?.number().is_ok_and(|seconds| seconds > 0.0);
    *changed = [differ, gpus < asked, run < exact, requested_time.is_none(), cells.len() > FIELDS, follows, thinks];
    let group = cells.get(12)?;
    Ok(Draft {
        estimate: requested_time,
        outcome,
        // An unknown group counts as none.
        group: if group.text == "-1" { "" } else { group.text },
        id_at: id.at,
        ..Draft::new(Id::Text(id.text), submit_ms, run, gpus)
    })
}

/// The job that a line's job follows, if it follows one.
fn predecessor(cells: &Cells) -> Option<u32> {
    cells.get(16).and_then(Cell::whole).ok().filter(|job| *job > 0)
}

/// A number of processors, if it is known.
fn known(cell: Cell) -> Result<Option<u64>, Bad> {
    if cell.number()? > 0.0 { cell.gpus().map(Some) } else { Ok(None) }
}

/// Whether a line has as many numbers as the format has fields, whatever stands behind them.
fn is_data(line: &str) -> bool {
    let words = || line.split_ascii_whitespace().take(FIELDS);
    words().count() == FIELDS && words().all(|word| word.parse::<f64>().is_ok())
}
