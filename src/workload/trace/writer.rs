//! Any trace as a csv file that [`super::read`] takes again.

use super::cell::{date_time, instant};
use super::error::harmless;
use super::formats::csv::{COLUMNS, WRITTEN, is_like_a_formula};
use super::formats::states::STATES;
use super::{Trace, TraceJob};
use crate::units::Span;
use std::io::{self, Write};

impl Trace {
    /// Writes the trace as csv, all columns, one job a line. Submissions are dates where the trace has them and seconds otherwise;
    /// in a trace with dates, the first submission is the zero when it is read again. The machine, the notes and what was
    /// dropped are not written. Text that a spreadsheet would take for a formula gets a quote before it.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written to.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = ::csv::WriterBuilder::new().terminator(::csv::Terminator::Any(b'\n')).from_writer(out);
        csv.write_record(&COLUMNS[..WRITTEN])?;
        let epoch_ms = self.epoch.and_then(instant);
        for job in &self.jobs {
            csv.write_record(self.record(job, epoch_ms))?;
        }
        csv.flush()
    }

    fn record(&self, job: &TraceJob, epoch_ms: Option<i64>) -> [String; WRITTEN] {
        let submit_ms = job.submit.ms();
        // Printed as `2017-10-01T00:00:45`; the fraction only where there is one.
        let date = epoch_ms.and_then(|epoch| date_time(epoch.saturating_add(submit_ms))).map(|date| date.to_string());
        let state = STATES.iter().find(|(_, outcome)| *outcome == job.outcome).map_or("", |(name, _)| name);
        [
            cell(&self.ids.text(job.id)),
            date.unwrap_or_else(|| seconds(submit_ms)),
            job.gpus.to_string(),
            seconds(job.run.ms()),
            seconds(job.estimate.ms()),
            job.priority.to_string(),
            cell(self.groups.get(job.group as usize).map_or("", String::as_str)),
            state.to_owned(),
            job.deadline.map_or(String::new(), |deadline| seconds(Span::ms(deadline))),
        ]
    }
}

/// Seconds, as an integer when whole and else with the milliseconds.
fn seconds(ms: i64) -> String {
    match ms % 1000 {
        0 => (ms / 1000).to_string(),
        _ => format!("{}.{:03}", ms / 1000, ms % 1000),
    }
}

/// Text for a cell: harmless in a spreadsheet and on a terminal.
fn cell(text: &str) -> String {
    let text = harmless(text);
    if is_like_a_formula(&text) { format!("'{text}") } else { text }
}
