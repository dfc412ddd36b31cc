//! The packing experiment: one line per placement.

use crate::replay::nodes::Packed;
use crate::report::document::{Column, Document, Room, Table};
use crate::report::output::{Printed, Rows, pretty};
use serde::Serialize;
use std::io::{self, Write};

/// What a placement reached over all orders of tasks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PackingRow {
    /// The placement.
    pub placement: String,
    /// GPUs.
    pub gpus: u64,
    /// Orders of tasks.
    pub shuffles: u64,
    /// GPUs asked for over GPUs installed \[1 is all of them\], on average.
    pub demand_mean: f64,
    /// Tasks that came, on average.
    pub tasks_mean: f64,
    /// Tasks that fitted on no node, on average.
    pub unplaced_mean: f64,
    /// GPUs held in the end over GPUs installed \[0 to 1\], on average.
    pub allocation_share_mean: f64,
    /// The least of any order.
    pub allocation_share_min: f64,
    /// The most of any order.
    pub allocation_share_max: f64,
    /// Free GPUs that the workload's tasks cannot use over GPUs installed \[0 to 1\], on average.
    pub fragmented_share_mean: f64,
}

impl PackingRow {
    /// The row of a placement, from what it reached in each order.
    #[must_use]
    pub fn of(placement: &str, packed: &[Packed]) -> Self {
        let mean = |figure: &dyn Fn(&Packed) -> f64| packed.iter().map(figure).sum::<f64>() / packed.len().max(1) as f64;
        let allocation = |one: &Packed| one.held_milli as f64 / one.milli as f64;
        Self {
            placement: placement.to_owned(),
            gpus: packed.first().map_or(0, |one| one.milli / 1000),
            shuffles: packed.len() as u64,
            demand_mean: mean(&|one| one.asked_milli as f64 / one.milli as f64),
            tasks_mean: mean(&|one| one.tasks as f64),
            unplaced_mean: mean(&|one| one.unplaced as f64),
            allocation_share_mean: mean(&allocation),
            allocation_share_min: packed.iter().map(allocation).fold(f64::INFINITY, f64::min),
            allocation_share_max: packed.iter().map(allocation).fold(0.0, f64::max),
            fragmented_share_mean: mean(&|one| one.fragmented_milli / one.milli as f64),
        }
    }
}

impl Printed for Vec<PackingRow> {
    fn document(&self, _room: Room) -> Document {
        let heads = ["GPUs allocated %", "least", "most", "fragmented %", "unplaced tasks"].map(|head| Column::figures(head, ""));
        let mut table = Table::new("Placements", std::iter::once(Column::text("placement")).chain(heads).collect());
        let percent = |share: f64| format!("{:.2}", share * 100.0);
        for row in self {
            table.row([
                row.placement.clone(),
                percent(row.allocation_share_mean),
                percent(row.allocation_share_min),
                percent(row.allocation_share_max),
                percent(row.fragmented_share_mean),
                format!("{:.1}", row.unplaced_mean),
            ]);
        }
        let mut document = Document::default();
        document.table(table);
        if let Some(row) = self.first() {
            document.lines(foot(row));
        }
        document
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        pretty(self, out)
    }

    fn rows(&self, rows: &mut Rows<'_>) -> io::Result<()> {
        Ok(self.iter().try_for_each(|row| rows.serialize(row))?)
    }
}

/// What all placements were tried on.
fn foot(row: &PackingRow) -> String {
    format!(
        "{} GPUs; tasks ask for {:.1} % of them and only come: {:.0} tasks\nmeans and ranges over {} {}",
        row.gpus,
        row.demand_mean * 100.0,
        row.tasks_mean,
        row.shuffles,
        if row.shuffles == 1 { "order of tasks and nodes" } else { "orders of tasks and nodes" },
    )
}
