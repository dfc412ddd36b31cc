//! The tables of a run, each described once: what its columns are, what its rows are about, what has to be said below it, and when it applies.
//! The terminal, the page and Markdown all show these.

mod affordability;
mod assumptions;
mod bases;
mod capacity;
mod dependency;
mod money;
mod others;
mod service;
mod teams;

pub(super) use bases::{base_name, share_metric};
pub(super) use capacity::has_options;
pub(super) use dependency::{HIGH_HHI, bounds, unknown_vendors};

use super::Report;
use super::conclusion::conclusion;
use super::document::{Cell, Column, Document, Figure, Room, Table};
use super::metric::{style, unit};
use super::number::Style;
use crate::metrics::catalog::Metric;
use crate::study::{Kind, Row, Summary};

/// Tables under one heading, and what has to be said below them.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// Which it is, for the page's template.
    pub(super) id: &'static str,
    /// The heading.
    pub(super) title: &'static str,
    /// The tables.
    pub(super) tables: Vec<Table>,
    /// The footnotes.
    pub(super) notes: Vec<String>,
}

/// Describes a section; none where it does not apply.
type Describe = fn(&Report) -> Option<Section>;

/// Sections of their own tables, in the order in which they are shown. All figures that stand in none of them follow.
const SECTIONS: [Describe; 7] = [
    capacity::section,
    service::section,
    money::section,
    dependency::section,
    assumptions::section,
    affordability::section,
    teams::section,
];

/// The sections that apply to a run.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    let mut sections: Vec<Section> = SECTIONS.iter().filter_map(|describe| describe(report)).collect();
    sections.extend(others::section(report, &sections));
    sections
}

/// A run as text and tables.
pub(super) fn document(report: &Report, room: Room) -> Document {
    let mut document = Document::default();
    heading(&report.summary, &mut document);
    for sentence in conclusion(&report.summary) {
        document.paragraph(sentence);
    }
    let shown = sections(report).into_iter().filter_map(|section| section.within(room));
    for (index, section) in shown.enumerate() {
        document.heading(format!("{}. {}", index + 1, section.title));
        section.write(&mut document, room);
    }
    document
}

fn heading(summary: &Summary, document: &mut Document) {
    document.paragraph(&summary.title);
    document.paragraph(format!(
        "{} to {}, {} of {} replications, seed {}; policy {}.",
        summary.start, summary.end, summary.finished, summary.replications, summary.seed, summary.policy
    ));
    let warm_up = if summary.warm_up_days > 0.0 {
        format!("The first {} days are a warm-up and not measured. ", summary.warm_up_days)
    } else {
        String::new()
    };
    document.paragraph(format!(
        "{warm_up}Means over replications, of waits and other skewed figures medians, with the {:.0} % interval of that. In square brackets: median and \
         range of the replications, where no interval of the mean holds.",
        summary.confidence * 100.0
    ));
}

impl Section {
    /// What sections there are.
    pub(super) const IDS: [&'static str; 8] =
        ["capacity", "service", "money", "dependency", "assumptions", "affordability", "teams", "others"];

    /// Its tables as far as there is room for them; none where nothing is left.
    fn within(mut self, room: Room) -> Option<Self> {
        self.tables.retain(|table| room == Room::Wide || !table.is_with_room);
        (!self.tables.is_empty() || !self.notes.is_empty()).then_some(self)
    }

    fn write(self, document: &mut Document, room: Room) {
        let has_titles = self.tables.len() > 1;
        let rest: Vec<String> = if room == Room::Narrow { self.rest().collect() } else { Vec::new() };
        for table in self.tables {
            if has_titles {
                document.paragraph(format!("{}:", table.title));
            }
            document.table(table);
        }
        for note in self.notes.into_iter().chain(rest) {
            document.paragraph(note);
        }
    }

    /// What narrow formats have no column for, in words.
    fn rest(&self) -> impl Iterator<Item = String> {
        self.tables.iter().filter_map(|table| table.rest(|figure| figure.shown().0))
    }
}

/// A column of figures: a metric under a short header.
#[derive(Clone, Copy, Debug)]
struct Listed {
    header: &'static str,
    metric: &'static Metric,
    unit: Option<&'static str>,
    is_with_room: bool,
    is_optional: bool,
}

impl Listed {
    const fn of(header: &'static str, metric: &'static Metric) -> Self {
        Self { header, metric, unit: None, is_with_room: false, is_optional: false }
    }

    /// Without its unit in the header: the header or a footnote says it.
    const fn bare(mut self) -> Self {
        self.unit = Some("");
        self
    }

    const fn with_room(mut self) -> Self {
        self.is_with_room = true;
        self
    }

    const fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    fn column(self) -> Column {
        let mut column = Column::figures(self.header, self.unit.unwrap_or(unit(self.metric))).of(self.metric);
        (column.is_with_room, column.is_optional) = (self.is_with_room, self.is_optional);
        column
    }
}

/// The cells of a row: the figures of listed columns for one name and period.
fn cells(listed: &[Listed], summary: &Summary, scope: &str, name: &str, period: &str) -> Vec<Cell> {
    let cell = |one: &Listed| estimate(summary, summary.get(one.metric, scope, name, period), style(one.metric));
    listed.iter().map(cell).collect()
}

/// An estimate as a cell.
pub(super) fn estimate(summary: &Summary, row: Option<&Row>, style: Style) -> Cell {
    let Some((row, shown)) = row.and_then(|row| Some((row, row.shown()?))) else { return Cell::Missing };
    let n = (row.n, summary.finished as usize);
    let is_range = shown.kind == Kind::Range;
    Cell::Figure(Figure { style, value: shown.value, interval: shown.ends, is_range, n, is_signed: false })
}

/// What futures hold: their median, and the tenth and ninetieth percentile. The estimate where futures are too few to have percentiles.
pub(super) fn spread(summary: &Summary, row: Option<&Row>, style: Style) -> Cell {
    let percentiles = row.and_then(|row| Some((row, row.median?, row.p10?, row.p90?)));
    let Some((row, median, low, high)) = percentiles else { return estimate(summary, row, style) };
    let (n, interval) = ((row.n, summary.finished as usize), Some((low, high)));
    Cell::Figure(Figure { style, value: median, interval, is_range: false, n, is_signed: false })
}

/// The mean of a figure of the whole run over all.
fn mean_of_all(summary: &Summary, metric: &Metric) -> Option<f64> {
    summary.get(metric, "all", "all", "total")?.mean
}

/// Vendors by key and name, and `all` of them at the end.
fn vendors_and_all(summary: &Summary) -> Vec<(&'static str, &str, &str)> {
    let vendors = summary.vendors.iter().map(|(key, name)| ("vendor", key.as_str(), name.as_str()));
    vendors.chain([("all", "all", "all")]).collect()
}
