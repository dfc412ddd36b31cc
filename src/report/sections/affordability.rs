//! Whether revenue carries the commitments, and cash the bills, by year and over all: where there is a budget.

use super::{Listed, Section, cells, mean_of_all};
use crate::metrics::catalog;
use crate::report::Report;
use crate::report::document::{Cell, Column, Table};
use crate::report::number::Style;
use crate::report::shares;
use crate::study::{Row, Summary};

const FIGURES: [Listed; 7] = [
    Listed::of("revenue", &catalog::REVENUE_USD).bare(),
    Listed::of("billed", &catalog::COST_USD).bare(),
    Listed::of("committed\n12 months", &catalog::COMMITMENTS_NEXT_12_MONTHS_USD).bare(),
    Listed::of("forecast without\ncontract", &catalog::UNCONTRACTED_NEXT_12_MONTHS_USD).bare().with_room(),
    Listed::of("coverage", &catalog::COVERAGE_RATIO),
    Listed::of("bill at\nthe start", &catalog::NET_PRESENT_VALUE_USD).bare(),
    Listed::of("margin at\nthe start", &catalog::MARGIN_NET_PRESENT_VALUE_USD).bare(),
];

/// Where cash is followed.
const CASH: [Listed; 5] = [
    Listed::of("cash", &catalog::CASH_USD).bare(),
    Listed::of("debt", &catalog::DEBT_USD).bare(),
    Listed::of("interest", &catalog::INTEREST_USD).bare().with_room(),
    Listed::of("funding gap", &catalog::FUNDING_GAP_USD).bare(),
    Listed::of("futures with\na gap", &catalog::FUNDING_GAP_SHARE),
];

pub(super) fn section(report: &Report) -> Option<Section> {
    let summary = &report.summary;
    summary.get(&catalog::COMMITMENTS_NEXT_12_MONTHS_USD, "all", "all", "total")?;
    let mut tables = vec![by_year("Revenue and commitments by year", &FIGURES, summary)];
    let mut notes = vec![
        "USD. Committed and coverage stand at the end of the year: what the next 12 months cost by contract, used or not, and how many times the \
         run rate of revenue that is. At the start: discounted to the scenario's start; the margin is revenue less the bill."
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
    if let Some(sentence) = sentence_on_cash(summary) {
        tables.push(by_year("Cash, debt and the funding gap by year", &CASH, summary));
        notes.push(
            "Cash, debt and the funding gap stand at the end of the year. The gap is what had to be raised by then because cash and debt did not \
             cover the bills; interest is paid on top of them."
                .to_owned(),
        );
        notes.push(sentence);
    }
    Some(Section { id: "affordability", title: "Affordability", tables, notes })
}

fn by_year(title: &str, figures: &[Listed], summary: &Summary) -> Table {
    let columns = std::iter::once(Column::text("year")).chain(figures.iter().map(|&figure| figure.column()));
    let mut table = Table::new(title, columns.collect());
    for period in summary.years().into_iter().chain(["total".to_owned()]) {
        let year = if period == "total" { "all" } else { &period };
        table.row(std::iter::once(Cell::from(year)).chain(cells(figures, summary, "all", "all", &period)));
    }
    table
}

/// In how many futures cash and debt run out, when first, by how much, and whether that can be raised; none where cash is not followed.
fn sentence_on_cash(summary: &Summary) -> Option<String> {
    let share = summary.get(&catalog::FUNDING_GAP_SHARE, "all", "all", "total")?;
    let count = |share: f64| (share * f64::from(summary.finished)).round();
    let short = count(share.mean?);
    let futures = summary.finished;
    if short == 0.0 {
        return Some(format!("Cash and debt last in all of {futures} futures."));
    }
    let is_first =
        |row: &&Row| row.metric == catalog::FUNDING_GAP_SHARE.name && row.is_monthly() && row.mean.is_some_and(|share| share > 0.0);
    let first = summary.rows.iter().filter(is_first).map(|row| row.period.as_str()).min();
    let first = first.map(|month| format!(", first in {month}")).unwrap_or_default();
    let usd = |metric| Some(Style::Amount.show(mean_of_all(summary, metric)?));
    let spread = usd(&catalog::FUNDING_GAP_P10_USD).zip(usd(&catalog::FUNDING_GAP_P90_USD));
    let spread = spread.map(|(low, high)| format!(" (10-90 %: {low} to {high})")).unwrap_or_default();
    let gap = usd(&catalog::FUNDING_GAP_USD)?;
    let default = mean_of_all(summary, &catalog::BUYER_DEFAULT_SHARE)
        .map(|share| format!(" More than can be raised is missing in {} of them: the buyer defaults.", count(share)));
    Some(format!(
        "Cash and debt run out in {short} of {futures} futures{first}; the funding gap at its largest is {gap} USD in the mean of all{spread}.{}",
        default.unwrap_or_default()
    ))
}
