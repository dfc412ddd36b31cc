//! The price of redundancy.

use crate::metrics::catalog::{self, Metric};
use crate::report::document::{Cell, Column, Table};
use crate::report::metric::style_of;
use crate::report::number::Style;
use crate::study::comparison::{Comparison, Difference, Loss};
use std::cmp::Ordering;

/// The heading.
pub(in crate::report) const TITLE: &str = "The price of redundancy";

/// What each variant costs a year beyond the baseline, and what it buys; with a footnote. None where nothing costs anything.
pub(in crate::report) fn table(comparison: &Comparison) -> Option<(Table, &'static str)> {
    let with_losses = !comparison.losses.is_empty();
    let bought = if with_losses {
        ["worst N-1\nloss", "USD per H100e-\nhour saved"]
    } else {
        ["useful H100e-\nhours a year", "USD per hour\ngained"]
    };
    let heads = ["USD a year", "unused\nUSD a year", "HHI"].into_iter().chain(bought);
    let columns = std::iter::once(Column::text("variant")).chain(heads.map(|head| Column::figures(head, "")));
    let mut table = Table::new("Against the baseline", columns.collect());
    for (variant, _) in comparison.entrants.iter().skip(1) {
        table.row(std::iter::once(Cell::from(variant)).chain(cells(comparison, variant)?));
    }
    Some((table, note(with_losses)))
}

const fn note(with_losses: bool) -> &'static str {
    if with_losses {
        "N-1 loss: the share of H100e-hours not served (or lost) while the worst vendor is away, against the same time with it. Later: \
         what is caught up, as a share of the same hours: served afterwards, beyond what is served without the event. Saved: what that \
         event costs the baseline while it lasts, less what it costs the variant; its price supposes one such event a year. HHI: \
         concentration of the GPU-hours served on vendors, from 0 to 10,000. Unclear: the cost's interval includes zero, or the intervals of \
         the two losses overlap."
    } else {
        "Against the baseline, by year of the measured span. The N-1 loss needs [comparison] n_minus_1 in the scenario. HHI: concentration of the \
         GPU-hours served on vendors, from 0 to 10,000. Unclear: the interval of the cost or of the hours includes zero."
    }
}

fn cells(comparison: &Comparison, variant: &str) -> Option<[Cell; 5]> {
    let row = |metric: &Metric, scope: &str, name: &str| {
        let is_it = |row: &&Difference| {
            row.metric == metric.name && row.scope == scope && row.name == name && row.variant == variant && row.period == "total"
        };
        comparison.rows.iter().find(is_it)
    };
    let by_year = |value: f64| value / comparison.years;
    let yearly = |row: Option<&Difference>| {
        let Some(row) = row else { return Cell::Missing };
        let interval = row.low.zip(row.high).map(|(low, high)| (by_year(low), by_year(high)));
        Cell::difference(style_of(&row.metric), row.difference.map(by_year), interval)
    };
    let cost = row(&catalog::COST_USD, "all", "all")?;
    let hhi = row(&catalog::HHI, "base", crate::study::Base::ServedGpuHours.word()).and_then(|row| row.difference);
    let (bought, hours) = if comparison.losses.is_empty() {
        let useful = row(&catalog::USEFUL_H100E_HOURS, "all", "all");
        (yearly(useful), useful.and_then(|row| Some((row.difference.map(by_year)?, sign_of(row)))))
    } else {
        let losses = worst(comparison, variant).zip(worst(comparison, comparison.baseline()));
        let told = losses.map_or(Cell::Missing, |(loss, before)| loss_cell(comparison, loss, before));
        (told, losses.map(|(loss, before)| (before.amount - loss.amount, sign_between(before, loss))))
    };
    let price = match cost.difference.map(by_year).zip(hours) {
        Some((usd, (hours, sign_of_hours))) => per_hour(usd, sign_of(cost), hours, sign_of_hours),
        None => Cell::Missing,
    };
    let unused = yearly(row(&catalog::COST_UNUSED_USD, "all", "all"));
    Some([yearly(Some(cost)), unused, Cell::difference(Style::Whole, hhi, None), bought, price])
}

/// An entrant's worst loss with the vendor that was away and what was caught up later, and the worst loss of the baseline.
fn loss_cell(comparison: &Comparison, loss: &Loss, before: &Loss) -> Cell {
    let percent = |loss: &Loss| loss.mean.map_or_else(|| "-".to_owned(), |mean| Style::Percent.show(mean));
    let is_later = |other: &&Loss| {
        let is_same = other.entrant == loss.entrant && other.vendor == loss.vendor && other.period == loss.period;
        is_same && other.metric == catalog::N_MINUS_1_CAUGHT_UP_SHARE.name
    };
    let later = comparison.losses.iter().find(is_later).map_or_else(|| "-".to_owned(), percent);
    Cell::from(format!("{} % ({})\nlater {later} %\nfrom {} %", percent(loss), loss.vendor, percent(before)))
}

/// The vendor without which an entrant loses most.
fn worst<'c>(comparison: &'c Comparison, entrant: &str) -> Option<&'c Loss> {
    let is_theirs =
        |loss: &&Loss| loss.entrant == entrant && loss.period == "total" && loss.metric == catalog::N_MINUS_1_LOSS_SHARE.name;
    let theirs = comparison.losses.iter().filter(is_theirs);
    theirs.max_by(|a, b| a.mean.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.mean.unwrap_or(f64::NEG_INFINITY)))
}

/// The sign of a difference, where its interval leaves out zero.
fn sign_of(row: &Difference) -> Option<Ordering> {
    let (low, high) = row.low.zip(row.high)?;
    match (low.total_cmp(&0.0), high.total_cmp(&0.0)) {
        (low, high) if low == high => Some(low),
        _ => None,
    }
}

/// Whether a loss is below the one before it, where their intervals do not touch. Stricter than an interval of the pairs' differences.
fn sign_between(before: &Loss, after: &Loss) -> Option<Ordering> {
    let ((before_low, before_high), (after_low, after_high)) = (before.low.zip(before.high)?, after.low.zip(after.high)?);
    if before.mean == after.mean && before_low == before_high {
        Some(Ordering::Equal)
    } else if after_high < before_low {
        Some(Ordering::Greater)
    } else if after_low > before_high {
        Some(Ordering::Less)
    } else {
        None
    }
}

/// The price of an hour: a quotient only of two figures whose signs are certain.
fn per_hour(usd: f64, sign_of_usd: Option<Ordering>, hours: f64, sign_of_hours: Option<Ordering>) -> Cell {
    match (sign_of_usd, sign_of_hours) {
        (_, Some(Ordering::Less | Ordering::Equal)) => Cell::from("saves none"),
        (Some(Ordering::Greater), Some(Ordering::Greater)) => Cell::exact(Style::Amount, usd / hours),
        (Some(Ordering::Less | Ordering::Equal), Some(Ordering::Greater)) => Cell::from("costs less"),
        (None, _) | (_, None) => Cell::from("unclear"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_of_an_hour_needs_a_cost_and_a_gain_that_are_told_from_zero() {
        let (more, less) = (Some(Ordering::Greater), Some(Ordering::Less));
        assert_eq!(per_hour(3e9, more, 1e6, more), Cell::exact(Style::Amount, 3000.0));
        assert_eq!(per_hour(3e9, more, 0.3e6, None), Cell::from("unclear"));
        assert_eq!(per_hour(-3e9, None, 1e6, more), Cell::from("unclear"));
        assert_eq!(per_hour(-3e9, less, 1e6, more), Cell::from("costs less"));
        assert_eq!(per_hour(3e9, None, -1e6, less), Cell::from("saves none"));
        assert_eq!(per_hour(3e9, more, 0.0, Some(Ordering::Equal)), Cell::from("saves none"));
    }
}
