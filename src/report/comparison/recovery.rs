//! Events: what they cost at once and how long they last.

use crate::metrics::catalog::{self, Metric};
use crate::report::document::{Cell, Column, Table};
use crate::report::metric::style;
use crate::report::number::Style;
use crate::report::shares;
use crate::study::comparison::{Comparison, Difference};

/// The heading.
pub(in crate::report) const TITLE: &str = "Recovery";

/// What the figures are.
const NOTE: &str = "Lost while the event lasts. Backlog: GPUs that waiting jobs ask for; drained when they ask for no \
    more than just before, counted from the event's end. After: as long again as it lasted, at least a day.";

/// Each event in each variant, with footnotes; none where nothing was watched.
pub(in crate::report) fn table(comparison: &Comparison) -> Option<(Table, Vec<String>)> {
    let figures = [
        Column::figures("GPU-hours\nlost", ""),
        Column::figures("peak\nbacklog", ""),
        Column::figures("days to\ndrain", ""),
        Column::figures("SLO\nduring", "%"),
        Column::figures("SLO\nafter", "%"),
    ];
    let columns = [Column::group("event"), Column::text("variant")].into_iter().chain(figures);
    let mut table = Table::new("Each event in each variant", columns.collect());
    let mut never = Vec::new();
    for event in &comparison.events {
        add(comparison, event, &mut table, &mut never);
    }
    let mut notes = vec![NOTE.to_owned()];
    let drained = |row: &&Difference| row.metric == catalog::DRAINED_SHARE.name && row.n > 0;
    if let Some(row) = comparison.rows.iter().find(drained) {
        let allows = shares::none_allows(row.n);
        notes.push(format!(
            "What happens in none of {} futures may still happen in {allows} % of all (95 %, exact binomial); so for backlogs that always drain, or never.",
            row.n
        ));
    }
    if !never.is_empty() {
        notes.push(format!("* Not drained by the horizon: {}; days to drain are of pairs that both drain.", never.join(", ")));
    }
    (!table.rows.is_empty()).then_some((table, notes))
}

/// Adds a row for each variant that had the event, and to `never` in how many futures its backlog was not drained.
fn add(comparison: &Comparison, event: &str, table: &mut Table, never: &mut Vec<String>) {
    // A question is an event of its own variant; an event of the scenario is one of all.
    let is_question = comparison.entrants.iter().any(|(name, _)| name == event);
    let concerned = |name: &str| !is_question || name == event || name == comparison.baseline();
    for (place, (name, _)) in comparison.entrants.iter().enumerate().filter(|(_, (name, _))| concerned(name)) {
        let value = |metric: &Metric| value(comparison, event, place, metric);
        let figure = |metric: &'static Metric| Cell::maybe(style(metric), value(metric));
        let (drained, n) = value_and_n(comparison, event, place, &catalog::DRAINED_SHARE).unwrap_or((0.0, 0));
        if drained > 0.0 && drained < 1.0 {
            let stuck = shares::count(1.0 - drained, n);
            never.push(format!("{name} in {stuck} of {n} futures ({} %)", shares::between(stuck, n)));
        }
        let variant = match (is_question, place) {
            (true, 0) => "without it",
            (true, _) => "with it",
            _ => name,
        };
        table.row([
            Cell::from(event),
            Cell::from(variant),
            figure(&catalog::LOST_GPU_HOURS),
            figure(&catalog::QUEUED_GPUS_PEAK),
            days(value(&catalog::DAYS_TO_DRAIN), drained),
            figure(&catalog::WITHIN_OBJECTIVE_DURING_SHARE),
            figure(&catalog::WITHIN_OBJECTIVE_AFTER_SHARE),
        ]);
    }
}

/// The mean of an event's figure with an entrant. The baseline's side of a pair is the same with every variant.
fn value(comparison: &Comparison, event: &str, place: usize, metric: &Metric) -> Option<f64> {
    value_and_n(comparison, event, place, metric).map(|(value, _)| value)
}

/// The same with the number of futures that have it.
fn value_and_n(comparison: &Comparison, event: &str, place: usize, metric: &Metric) -> Option<(f64, usize)> {
    let (variant, _) = comparison.entrants.get(place.max(1))?;
    let is_it =
        |row: &&Difference| row.metric == metric.name && row.scope == "event" && row.name == event && row.variant == *variant;
    let row = comparison.rows.iter().find(is_it)?;
    Some((if place == 0 { row.baseline_mean? } else { row.variant_mean? }, row.n))
}

/// Days to drain, with a star where some futures never drain.
fn days(days: Option<f64>, drained: f64) -> Cell {
    match days {
        Some(days) if drained >= 1.0 => Cell::exact(Style::Amount, days),
        Some(days) => Cell::from(format!("{}*", Style::Amount.show(days))),
        None if drained > 0.0 => Cell::from("*"),
        None => Cell::from("never"),
    }
}
