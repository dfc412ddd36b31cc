//! Whether revenue carries the commitments, by year and over all: where there is a budget.

use super::{Listed, Section, cells, mean_of_all};
use crate::metrics::catalog;
use crate::report::Report;
use crate::report::document::{Cell, Column, Table};
use crate::report::number::Style;
use crate::report::shares;

const FIGURES: [Listed; 6] = [
    Listed::of("revenue", &catalog::REVENUE_USD).bare(),
    Listed::of("billed", &catalog::COST_USD).bare(),
    Listed::of("committed\n12 months", &catalog::COMMITMENTS_NEXT_12_MONTHS_USD).bare(),
    Listed::of("coverage", &catalog::COVERAGE_RATIO),
    Listed::of("bill at\nthe start", &catalog::NET_PRESENT_VALUE_USD).bare(),
    Listed::of("margin at\nthe start", &catalog::MARGIN_NET_PRESENT_VALUE_USD).bare(),
];

pub(super) fn section(report: &Report) -> Option<Section> {
    let summary = &report.summary;
    summary.get(&catalog::COMMITMENTS_NEXT_12_MONTHS_USD, "all", "all", "total")?;
    let columns = std::iter::once(Column::text("year")).chain(FIGURES.map(Listed::column));
    let mut table = Table::new("Revenue and commitments by year", columns.collect());
    for period in summary.years().into_iter().chain(["total".to_owned()]) {
        let year = if period == "total" { "all" } else { &period };
        table.row(std::iter::once(Cell::from(year)).chain(cells(&FIGURES, summary, "all", "all", &period)));
    }
    let mut notes = vec![
        "USD. Committed and coverage stand at the end of the year: what the next 12 months cost, used or not, and how many times the run rate of \
         revenue that is. At the start: discounted to the scenario's start; the margin is revenue less the bill."
            .to_owned(),
    ];
    let over = summary.get(&catalog::FIRST_MONTH_OVER_SHARE, "all", "all", "total");
    if let Some((seen, between)) = over.and_then(shares::seen) {
        let month = mean_of_all(summary, &catalog::FIRST_MONTH_OVER);
        let when = month.map(|month| format!("; first after {} months", Style::Amount.show(month))).unwrap_or_default();
        notes.push(format!(
            "Commitments exceed revenue at a month's end in {seen} replications (95 %, exact binomial: {between} % of futures){when}."
        ));
    }
    if let Some(gpus) = mean_of_all(summary, &catalog::CANCELLED_GPUS) {
        notes.push(format!("Cancelled for want of revenue: {} GPUs a replication.", Style::Amount.show(gpus)));
    }
    Some(Section { id: "affordability", title: "Affordability", tables: vec![table], notes })
}
