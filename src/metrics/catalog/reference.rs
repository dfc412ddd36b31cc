//! The catalog described by itself: rows for `skyberth catalog metrics`, and the page `docs/metrics.md`.

use super::{FAMILIES, Metric, Table, all};
use serde::Serialize;

/// A metric as `skyberth catalog metrics` prints it.
#[allow(clippy::struct_excessive_bools, reason = "each is a column of its own")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogEntry {
    /// Name in files and options.
    pub metric: &'static str,
    /// Unit, empty for a number without one.
    pub unit: &'static str,
    /// Which way is better.
    pub direction: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// A few words for tables and axes.
    pub label: &'static str,
    /// Values it can have.
    pub range: &'static str,
    /// How futures are combined.
    pub futures: String,
    /// Whether a few futures may have values many times those of all others, so that the median over futures is shown.
    pub skewed: bool,
    /// Whether a change of it is better or worse by itself.
    pub stands_alone: bool,
    /// What it is measured for.
    pub scopes: String,
    /// Spans of time that it is measured over.
    pub periods: String,
    /// Tables with columns of it.
    pub tables: String,
    /// What a scenario must have for it.
    pub only_with: &'static str,
    /// Whether it stands on the first screen of a comparison.
    pub headline: bool,
    /// Whether policies can be ranked by it.
    pub ranks: bool,
}

/// All metrics, as `skyberth catalog metrics` prints them.
#[must_use]
pub fn entries() -> Vec<CatalogEntry> {
    all().map(entry).collect()
}

fn entry(metric: &'static Metric) -> CatalogEntry {
    CatalogEntry {
        metric: metric.name,
        unit: metric.unit.symbol(),
        direction: metric.direction.words(),
        meaning: metric.meaning,
        label: metric.label,
        range: metric.range.words(),
        futures: futures(metric),
        skewed: metric.shape.is_skewed(),
        stands_alone: metric.stands_alone && metric.direction != super::Direction::Neither,
        scopes: joined(metric.scopes.iter().map(|scope| scope.word())),
        periods: joined(metric.periods.iter().map(|period| period.word())),
        tables: joined(files(metric)),
        only_with: metric.only_with,
        headline: metric.headline.is_some(),
        ranks: metric.ranks(),
    }
}

/// How futures are combined; of a ratio, with its parts.
fn futures(metric: &Metric) -> String {
    let words = metric.futures.words();
    metric.ratio.map_or_else(|| words.clone(), |[over, under]| format!("{words}, each {} / {}", over.name, under.name))
}

/// The files that a metric stands in.
fn files(metric: &Metric) -> impl Iterator<Item = &'static str> {
    let summary = (!metric.tables.contains(&Table::Comparison)).then_some("summary.csv");
    summary.into_iter().chain(metric.tables.iter().map(|table| table.file()))
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// The reference of all metrics as Markdown: a section a family, an entry a metric.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Metrics\n\nMade from the program's own declarations by `skyberth catalog metrics --markdown`. `skyberth catalog metrics` prints \
         the same as a table, CSV or JSON.\n\nEach entry says the unit, which way is better, the range, how the futures of a study are \
         combined, what the metric is measured for, over which spans of time, and which files have it. No interval leaves the range, and none is cut off at \
         it. Tables show the median over futures of metrics marked *skewed*. `summary.json` has what `summary.csv` has; `comparison.csv` and \
         `comparison.json` compare whatever is a mean of futures. A change of a metric marked *not by itself* is called more or less, never better or \
         worse. Metrics marked *headline* stand on the first screen of a comparison. `skyberth rank --metric` takes metrics marked *ranks*.\n",
    );
    for family in FAMILIES {
        text.push_str(&format!("\n## {}\n\n| metric | unit | better | meaning | details |\n|---|---|---|---|---|\n", family.title));
        for &metric in family.metrics {
            text.push_str(&row(&entry(metric)));
        }
    }
    text
}

fn row(entry: &CatalogEntry) -> String {
    let mut details = vec![
        format!("range: {}", entry.range),
        format!("futures: {}", entry.futures),
        format!("for: {}", entry.scopes),
        format!("over: {}", entry.periods),
        format!("in: {}", entry.tables),
    ];
    details.extend((!entry.only_with.is_empty()).then(|| format!("only with {}", entry.only_with)));
    details.extend(entry.skewed.then(|| "*skewed*".to_owned()));
    details.extend((!entry.stands_alone && entry.direction != "neither is better").then(|| "*not by itself*".to_owned()));
    details.extend(entry.headline.then(|| "*headline*".to_owned()));
    details.extend(entry.ranks.then(|| "*ranks*".to_owned()));
    let better = entry.direction.split(' ').next().unwrap_or_default();
    let unit = if entry.unit.is_empty() { "-" } else { entry.unit };
    let meaning = entry.meaning.replace('|', "\\|");
    format!("| `{}` | {unit} | {better} | {meaning} | {} |\n", entry.metric, details.join("; "))
}
