//! Events: what they cost at once and how long they last.

use crate::report::number::Style;
use crate::report::table::{new_table, wrapped};
use crate::study::comparison::{Comparison, Difference};
use comfy_table::{Cell, CellAlignment};

/// Each event in each variant; none where nothing was watched.
pub(super) fn section(comparison: &Comparison) -> Option<String> {
    if comparison.events.is_empty() || comparison.entrants.len() < 2 {
        return None;
    }
    let mut table =
        new_table(&["event", "variant", "GPU-hours\nlost", "peak\nbacklog", "days to\ndrain", "SLO %\nduring", "SLO %\nafter"]);
    let mut never = Vec::new();
    for event in &comparison.events {
        let row = |metric: &str, variant: &str| {
            let is_it =
                |row: &&Difference| row.metric == metric && row.scope == "event" && row.name == *event && row.variant == variant;
            comparison.rows.iter().find(is_it)
        };
        let mut shown = event.as_str();
        let first = comparison.entrants[1].0.as_str();
        // A question is an event of its own variant; an event of the scenario is everybody's.
        let is_question = comparison.entrants.iter().any(|(name, _)| name == event);
        let concerned = |name: &str| !is_question || name == event || name == comparison.baseline();
        for (place, (name, _)) in comparison.entrants.iter().enumerate().filter(|(_, (name, _))| concerned(name)) {
            // The baseline's side of a pair is the same whoever the other is.
            let value = |metric: &str| {
                let row = row(metric, if place == 0 { first } else { name })?;
                if place == 0 { row.baseline_mean } else { row.variant_mean }
            };
            let show =
                |metric: &str, style: Style| Cell::new(value(metric).map_or_else(|| "-".to_owned(), |value| style.show(value)));
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
            table.add_row([
                Cell::new(shown),
                Cell::new(match (is_question, place) {
                    (true, 0) => "without it",
                    (true, _) => "with it",
                    _ => name,
                }),
                show("lost_gpu_hours", Style::Amount),
                show("queued_gpus_peak", Style::Amount),
                Cell::new(days),
                show("within_objective_during_share", Style::Percent),
                show("within_objective_after_share", Style::Percent),
            ]);
            shown = "";
        }
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    let mut text = format!("\n4. Recovery\n{table}\n");
    text.push_str(&wrapped(
        "Lost while the event lasts. Backlog: GPUs that waiting jobs ask for; drained when they ask for no more than just before, counted from the \
         event's end. After: as long again as it lasted, at least a day.",
    ));
    if !never.is_empty() {
        text.push_str(&wrapped(&format!(
            "* Not drained by the horizon: {}; days to drain are of pairs that both drain.",
            never.join(", ")
        )));
    }
    Some(text)
}
