//! Events: what they cost at once and how long they last.

use crate::report::number::Style;
use crate::report::table::{new_table, wrapped};
use crate::study::comparison::{Comparison, Difference};
use comfy_table::{Cell, CellAlignment};

/// What the figures are.
pub(in crate::report) const NOTE: &str = "Lost while the event lasts. Backlog: GPUs that waiting jobs ask for; drained when they ask for no \
    more than just before, counted from the event's end. After: as long again as it lasted, at least a day.";

/// An event in each variant.
pub(in crate::report) struct Event<'c> {
    /// Its name.
    pub(in crate::report) name: &'c str,
    /// Who had it: GPU-hours lost, peak of the backlog [GPUs], days until it was drained, service objective met during and after it [%].
    pub(in crate::report) lines: Vec<(&'c str, [String; 5])>,
    /// Whose backlog was not drained in some futures, and in how many.
    pub(in crate::report) never: Vec<String>,
}

/// Each event that was watched.
pub(in crate::report) fn events(comparison: &Comparison) -> Vec<Event<'_>> {
    let Some((first, _)) = comparison.entrants.get(1) else { return Vec::new() };
    comparison.events.iter().map(|name| event(comparison, name, first)).collect()
}

fn event<'c>(comparison: &'c Comparison, event: &'c str, first: &str) -> Event<'c> {
    let row = |metric: &str, variant: &str| {
        let is_it = |row: &&Difference| row.metric == metric && row.scope == "event" && row.name == event && row.variant == variant;
        comparison.rows.iter().find(is_it)
    };
    // A question is an event of its own variant; an event of the scenario is everybody's.
    let is_question = comparison.entrants.iter().any(|(name, _)| name == event);
    let concerned = |name: &str| !is_question || name == event || name == comparison.baseline();
    let (mut lines, mut never) = (Vec::new(), Vec::new());
    for (place, (name, _)) in comparison.entrants.iter().enumerate().filter(|(_, (name, _))| concerned(name)) {
        // The baseline's side of a pair is the same whoever the other is.
        let value = |metric: &str| {
            let row = row(metric, if place == 0 { first } else { name })?;
            if place == 0 { row.baseline_mean } else { row.variant_mean }
        };
        let show = |metric: &str, style: Style| value(metric).map_or_else(|| "-".to_owned(), |value| style.show(value));
        let drained = value("drained_share").unwrap_or(0.0);
        let days = match value("days_to_drain") {
            Some(days) if drained >= 1.0 => Style::Amount.show(days),
            Some(days) => format!("{}*", Style::Amount.show(days)),
            None if drained > 0.0 => "*".to_owned(),
            None => "never".to_owned(),
        };
        if drained > 0.0 && drained < 1.0 {
            never.push(format!("{name} in {:.0} % of futures", (1.0 - drained) * 100.0));
        }
        let who = match (is_question, place) {
            (true, 0) => "without it",
            (true, _) => "with it",
            _ => name,
        };
        let cells = [
            show("lost_gpu_hours", Style::Amount),
            show("queued_gpus_peak", Style::Amount),
            days,
            show("within_objective_during_share", Style::Percent),
            show("within_objective_after_share", Style::Percent),
        ];
        lines.push((who, cells));
    }
    Event { name: event, lines, never }
}

/// What the star at a number of days means; none where there is none.
pub(in crate::report) fn star(events: &[Event]) -> Option<String> {
    let never: Vec<&str> = events.iter().flat_map(|event| event.never.iter().map(String::as_str)).collect();
    (!never.is_empty())
        .then(|| format!("* Not drained by the horizon: {}; days to drain are of pairs that both drain.", never.join(", ")))
}

/// The table as text; none where nothing was watched.
pub(super) fn section(comparison: &Comparison) -> Option<String> {
    let events = events(comparison);
    if events.is_empty() {
        return None;
    }
    let mut table =
        new_table(&["event", "variant", "GPU-hours\nlost", "peak\nbacklog", "days to\ndrain", "SLO %\nduring", "SLO %\nafter"]);
    for event in &events {
        let mut shown = event.name;
        for (who, cells) in &event.lines {
            table.add_row([shown, who].into_iter().chain(cells.iter().map(String::as_str)).map(Cell::new));
            shown = "";
        }
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    let mut text = format!("\n4. Recovery\n{table}\n{}", wrapped(NOTE));
    if let Some(star) = star(&events) {
        text.push_str(&wrapped(&star));
    }
    Some(text)
}
