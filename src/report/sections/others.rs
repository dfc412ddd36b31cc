//! Every figure of the whole run that stands in no other table, so that no metric is invisible.

use super::{Section, base_name, estimate};
use crate::report::Report;
use crate::report::document::{Cell, Column, Table};
use crate::report::metric::{label_of, style_of};
use crate::study::{Base, Row, Summary};
use std::collections::BTreeSet;

pub(super) fn section(report: &Report, before: &[Section]) -> Option<Section> {
    let summary = &report.summary;
    let columns = before.iter().flat_map(|section| &section.tables).flat_map(|table| &table.columns);
    let told: BTreeSet<&str> = columns.filter_map(|column| Some(column.metric?.name)).collect();
    let rows = || summary.rows.iter().filter(|row| row.period == "total");
    let of_all: BTreeSet<&str> = rows().filter(|row| row.scope == "all").map(|row| row.metric.as_str()).collect();
    let columns = vec![Column::group("figure"), Column::text("of"), Column::figures("mean or median", "")];
    let mut table = Table::new("Figures of the whole run that stand in no other table", columns).with_room();
    for row in rows().filter(|row| !told.contains(row.metric.as_str())) {
        if row.scope == "all" || !of_all.contains(row.metric.as_str()) {
            let name = Cell::from(name(summary, row));
            table.row([Cell::from(label_of(&row.metric)), name, estimate(summary, Some(row), style_of(&row.metric))]);
        }
    }
    let section = Section { id: "others", title: "All other figures", tables: vec![table], notes: Vec::new() };
    (!section.tables[0].rows.is_empty()).then_some(section)
}

/// What a figure is of, by the name that other tables give it.
fn name(summary: &Summary, row: &Row) -> String {
    let vendor = || summary.vendors.iter().find(|(key, _)| *key == row.name).map(|(_, name)| name.as_str());
    let base = || Base::ALL.into_iter().find(|base| base.word() == row.name).map(base_name);
    match row.scope.as_str() {
        "all" => "all".to_owned(),
        "vendor" => vendor().unwrap_or(&row.name).to_owned(),
        "base" => base().unwrap_or(&row.name).to_owned(),
        scope => format!("{scope} {}", row.name),
    }
}
