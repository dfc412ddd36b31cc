//! Tables on the page.

use super::figures::{Figures, Shown};
use crate::report::document::{self, Column, Kind, Room};
use crate::report::sections::Section;
use serde::Serialize;
use std::collections::BTreeMap;

/// A table whose first column heads the rows.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Table {
    pub(super) id: String,
    pub(super) caption: String,
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<(String, Vec<Shown>)>,
    /// Whether its cells are text.
    pub(super) is_text: bool,
}

/// The tables and footnotes of a section.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Listing {
    pub(super) title: &'static str,
    pub(super) tables: Vec<Table>,
    pub(super) notes: Vec<String>,
}

impl Table {
    /// A described table, with what the small print in it is.
    pub(super) fn of(id: String, table: document::Table, small_print: &str) -> Self {
        let table = table.within(Room::Wide);
        let has_intervals = || table.rows.iter().flatten().any(|cell| Shown::of(cell).interval.is_some());
        let small =
            if !small_print.is_empty() && has_intervals() { format!(" In small print: {small_print}.") } else { String::new() };
        Self {
            id,
            caption: format!("{}.{small}", table.title),
            head: table.columns.iter().map(header).collect(),
            rows: table.rows.iter().map(|row| line(row)).collect(),
            is_text: table.columns.iter().all(|column| column.kind == Kind::Text),
        }
    }
}

/// A header with its unit; figures in percent have their sign themselves.
fn header(column: &Column) -> String {
    let unit = match column.unit() {
        "" | "%" => String::new(),
        unit => format!(" [{unit}]"),
    };
    format!("{}{unit}", capital(&column.words()))
}

fn line(row: &[document::Cell]) -> (String, Vec<Shown>) {
    let mut cells = row.iter().map(Shown::of);
    let first = cells.next().unwrap_or_default();
    (first.mean, cells.collect())
}

/// Text with a capital at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// Sections by what they are about. All names that the template asks for are there.
pub(super) fn listings(figures: &Figures, sections: Vec<Section>) -> BTreeMap<&'static str, Listing> {
    let mut listings: BTreeMap<&str, Listing> = Section::IDS.into_iter().map(|id| (id, Listing::default())).collect();
    for Section { id, title, tables, notes } in sections {
        let band = figures.band_words();
        let tables = tables.into_iter().enumerate().map(|(place, table)| Table::of(format!("{id}-{place}"), table, &band));
        listings.insert(id, Listing { title, tables: tables.collect(), notes });
    }
    listings
}
