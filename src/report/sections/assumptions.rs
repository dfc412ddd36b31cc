//! What the results rest on: what the scenario states, and what it leaves to the program.

use super::Section;
use crate::report::document::{Column, Table};
use crate::report::{Report, Statement};

pub(super) fn section(report: &Report) -> Option<Section> {
    let (defaults, stated): (Vec<&Statement>, Vec<&Statement>) =
        report.manifest.assumptions.iter().partition(|statement| statement.is_default);
    let mut notes = Vec::new();
    let entries: Vec<&str> =
        stated.iter().filter(|statement| statement.value.is_empty()).map(|statement| statement.about.as_str()).collect();
    if !entries.is_empty() {
        notes.push(format!("Entries that are assumptions or from memory as a whole: {}.", entries.join(", ")));
    }
    if !defaults.is_empty() {
        notes.push(format!(
            "{} values are left to the program by the scenario: `skyberth check` lists them with their sources.",
            defaults.len()
        ));
    }
    let stated = table("Stated by the scenario", stated.into_iter().filter(|statement| !statement.value.is_empty()));
    let defaults = table("Left to the program (defaults)", defaults.into_iter()).with_room();
    let tables: Vec<Table> = [stated, defaults].into_iter().filter(|table| !table.rows.is_empty()).collect();
    let is_empty = tables.is_empty() && notes.is_empty();
    (!is_empty).then_some(Section { id: "assumptions", title: "What it rests on", tables, notes })
}

fn table<'a>(title: &str, statements: impl Iterator<Item = &'a Statement>) -> Table {
    let [about, value, range, confidence, source] = ["rests on", "value", "range", "confidence", "source"].map(Column::text);
    let mut table = Table::new(title, vec![about, value, range, confidence, source.with_room()]);
    for Statement { about, value, range, confidence, source, .. } in statements {
        let [range, source] = [range, source].map(|text| text.as_deref().unwrap_or_default());
        table.row([about.as_str(), value, range, confidence, source]);
    }
    table
}
