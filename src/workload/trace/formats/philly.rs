//! The jobs of Microsoft's Philly clusters in the short form `timestamp,duration,num_gpus,gpu_time,cluster`.
//!
//! Source: M. Jeon et al., "Analysis of Large-Scale Multi-Tenant GPU Clusters for DNN Training Workloads", USENIX ATC 2019
//! (github.com/msr-fiddle/philly-traces); the short form is that of A. Qiao et al., "Pollux", OSDI 2021 (github.com/petuum/adaptdl).
//!
//! Rows are in no order. `timestamp` is the submission in local civil time, here taken as UTC; `duration` [s] is rounded to a
//! second, halves up; `cluster` is the virtual cluster and becomes the group. Rows have no ids: a job is called `p` and the number
//! of its row in the file, from 0, with five digits, which is what the schedules published for this trace call it.

use super::{Reader, has_columns};
use crate::units::Span;
use crate::workload::trace::cell::Cell;
use crate::workload::trace::collector::{Collector, Draft, Zero};
use crate::workload::trace::dropped::Bad;
use crate::workload::trace::error::TraceError;
use crate::workload::trace::header_table::{Row, Table};
use crate::workload::trace::ids::{Id, IdSet};
use crate::workload::trace::line::Lines;
use crate::workload::trace::{Options, Trace};

/// The columns that are used and must be there.
const COLUMNS: [&str; 3] = ["timestamp", "duration", "num_gpus"];
/// One that may be there.
const GROUP: &str = "cluster";

pub(super) const READER: Reader =
    Reader { is_line: |line| has_columns(line, &COLUMNS), is_name: |_, _| false, read: super::Read::Jobs(read) };

fn read(lines: &mut Lines, options: &Options) -> Result<Trace, TraceError> {
    let mut collector = Collector::new(lines.file(), IdSet::numbered("p", 5), options);
    let mut table = Table::open(lines, "philly", &COLUMNS, &[GROUP])?;
    collector.notes.extend(table.note());
    let (mut number, mut rounded) = (0_u32, 0);
    while let Some(line) = lines.next()? {
        let mut is_rounded = false;
        let draft = table.row(&line).and_then(|row| draft(row, number, &mut is_rounded));
        rounded += u64::from(collector.take(&line, draft)? && is_rounded);
        number = number.saturating_add(1);
    }
    collector.note("run times rounded to 1 s", rounded);
    collector.finish(Zero::Dates, false)
}

fn draft<'a>(row: Row<'a>, number: u32, is_rounded: &mut bool) -> Result<Draft<'a>, Bad> {
    let submit_ms = row.get(0)?.instant()?;
    let exact = row.get(1)?.run()?;
    let run = whole_seconds(exact);
    let gpus = row.get(2).and_then(Cell::gpus)?;
    *is_rounded = run != exact;
    Ok(Draft { group: row.filled(3).map_or("", Cell::trimmed), ..Draft::new(Id::Row(number), submit_ms, run, gpus) })
}

/// Rounded to a second, halves up.
fn whole_seconds(span: Span) -> Span {
    Span::from_ms((span.ms() + 500) / 1000 * 1000)
}
