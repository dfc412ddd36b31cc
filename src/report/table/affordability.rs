//! The table that a scenario with a budget has besides.

use super::{Section, cell, new_table};
use crate::report::number::Style::{Amount, Percent};
use crate::study::Summary;
use comfy_table::Cell;

/// Whether revenue carries the commitments, by year and over all; none where there is no budget.
pub(super) fn affordability(summary: &Summary) -> Option<Section> {
    let row = |metric: &str, period: &str| summary.get(metric, "all", "all", period);
    let mean = |metric: &str| row(metric, "total").and_then(|row| row.mean);
    row("commitments_next_12_months_usd", "total")?;
    let head = ["year", "revenue", "billed", "committed\n12 months", "coverage", "bill at\nthe start", "margin at\nthe start"];
    let mut table = new_table(&head);
    for period in summary.years().into_iter().chain(["total".to_owned()]) {
        table.add_row([
            Cell::new(if period == "total" { "all" } else { &period }),
            cell(row("revenue_usd", &period), Amount),
            cell(row("cost_usd", &period), Amount),
            cell(row("commitments_next_12_months_usd", &period), Amount),
            cell(row("coverage_ratio", &period), Amount),
            cell(row("net_present_value_usd", &period), Amount),
            cell(row("margin_net_present_value_usd", &period), Amount),
        ]);
    }
    let mut notes = vec![
        "USD. Committed and coverage stand at the end of the year: what the next 12 months cost, used or not, and how many times the run".to_owned()
            + " rate of revenue that is. At the start: discounted to the scenario's start; the margin is revenue less the bill.",
    ];
    if let Some(share) = mean("first_month_over_share") {
        let when = mean("first_month_over").map(|month| format!("; first after {} months", Amount.show(month))).unwrap_or_default();
        notes.push(format!("Commitments exceed revenue at a month's end in {} % of the replications{when}.", Percent.show(share)));
    }
    if let Some(gpus) = mean("cancelled_gpus") {
        notes.push(format!("Cancelled for want of revenue: {} GPUs a replication.", Amount.show(gpus)));
    }
    Some(("6. Affordability", table, notes))
}
