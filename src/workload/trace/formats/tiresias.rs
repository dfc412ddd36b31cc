//! The jobs of the Tiresias simulator: `job_id,num_gpu,submit_time,iterations,model_name,duration,interval`.
//!
//! Source: J. Gu et al., "Tiresias: A GPU Cluster Manager for Distributed Deep Learning", NSDI 2019
//! (github.com/SymbioticLab/Tiresias).
//!
//! `submit_time` and `duration` are seconds, the latter the run time once started; the model becomes the group. Iterations and the
//! interval to the next job are not needed. Jobs of one instant stay in the order of the file, as that simulator has them.

use super::{Reader, has_columns};
use crate::workload::trace::cell::Cell;
use crate::workload::trace::collector::{Collector, Draft, Zero};
use crate::workload::trace::dropped::Bad;
use crate::workload::trace::error::TraceError;
use crate::workload::trace::header_table::{Row, Table};
use crate::workload::trace::ids::{Id, IdSet};
use crate::workload::trace::line::Lines;
use crate::workload::trace::{Options, Trace};

/// The columns that are used and must be there.
const COLUMNS: [&str; 4] = ["job_id", "num_gpu", "submit_time", "duration"];
/// One that may be there.
const GROUP: &str = "model_name";

pub(super) const READER: Reader =
    Reader { is_line: |line| has_columns(line, &COLUMNS), is_name: |_, _| false, read: super::Read::Jobs(read) };

fn read(lines: &mut Lines, options: &Options) -> Result<Trace, TraceError> {
    let mut collector = Collector::new(lines.file(), IdSet::new(), options);
    let mut table = Table::open(lines, "tiresias", &COLUMNS, &[GROUP])?;
    collector.notes.extend(table.note());
    while let Some(line) = lines.next()? {
        let draft = table.row(&line).and_then(draft);
        collector.take(&line, draft)?;
    }
    collector.finish(Zero::Own(None), false)
}

fn draft(row: Row) -> Result<Draft, Bad> {
    let id = row.get(0)?;
    let gpus = row.get(1)?.gpus()?;
    let submit_ms = row.get(2)?.submit()?;
    let run = row.get(3)?.run()?;
    Ok(Draft {
        id_at: id.at,
        group: row.filled(4).map_or("", Cell::trimmed),
        ..Draft::new(Id::Text(id.trimmed()), submit_ms, run, gpus)
    })
}
