//! What a run comes to, in at most five sentences, each made from figures of the summary: before the tables, on the terminal and on the page.

use super::document::Cell;
use super::metric::style;
use super::number::Style;
use super::sections::{base_name, estimate, has_options, share_metric, spread};
use super::shares;
use crate::metrics::catalog::{self, Metric};
use crate::study::{Base, Row, Summary};

/// The base by which the conclusion names the largest vendor.
const BASE: Base = Base::ActiveGpuHours;

/// The sentences, the most important first; those that do not apply are left out.
pub(super) fn conclusion(summary: &Summary) -> Vec<String> {
    [capacity(summary), work(summary), Some(money(summary)), means(summary), dependence(summary)].into_iter().flatten().collect()
}

/// A figure with its interval: `4.6M (4.3..4.9)`.
fn told(summary: &Summary, metric: &Metric, scope: &str, name: &str, period: &str) -> Option<String> {
    told_row(summary, summary.get(metric, scope, name, period)?, style(metric))
}

fn told_row(summary: &Summary, row: &Row, style: Style) -> Option<String> {
    let Cell::Figure(figure) = estimate(summary, Some(row), style) else { return None };
    Some(match figure.shown() {
        (value, Some(range)) if figure.is_range => format!("{value} [{range}]"),
        (value, Some(range)) => format!("{value} ({range})"),
        (value, None) => value,
    })
}

fn mean(summary: &Summary, metric: &Metric, period: &str) -> Option<f64> {
    summary.get(metric, "all", "all", period)?.mean
}

/// What is there at the end of what is planned.
fn capacity(summary: &Summary) -> Option<String> {
    let year = summary.years().pop()?;
    let of = |metric: &Metric| {
        let Cell::Figure(figure) = spread(summary, summary.get(metric, "all", "all", &year), style(metric)) else { return None };
        // Both ends in full: outside of a table nothing else says their unit.
        let ends = figure.interval.map(|(low, high)| format!("{} to {}", figure.style.show(low), figure.style.show(high)));
        Some((figure.shown().0, figure.shown().1.and(ends)))
    };
    let planned = mean(summary, &catalog::PLANNED_GPU_HOURS, "total")?;
    let delivered = summary.get(&catalog::INSTALLED_GPU_HOURS, "all", "all", "total")?;
    let share = share_of_plan(summary, delivered, planned).unwrap_or_default();
    let (gpus, gigawatts) = (of(&catalog::INSTALLED_GPUS)?, of(&catalog::INSTALLED_GW)?);
    let spread = match (&gpus.1, &gigawatts.1) {
        (Some(gpus), Some(gigawatts)) => format!(" in the median future ({gpus} GPUs and {gigawatts} GW in 80 % of them)"),
        _ => String::new(),
    };
    Some(format!(
        "Of {} GPUs ({} GW) planned for the end of {year}, {} GPUs ({} GW) are there{spread}{share}.",
        of(&catalog::PLANNED_GPUS)?.0,
        of(&catalog::PLANNED_GW)?.0,
        gpus.0,
        gigawatts.0,
    ))
}

/// How much of the plan comes over the whole run, as text behind a sentence; none without a plan.
fn share_of_plan(summary: &Summary, delivered: &Row, planned: f64) -> Option<String> {
    if planned <= 0.0 {
        return None;
    }
    let share = |hours: f64| hours / planned;
    let of_plan = Row {
        mean: delivered.mean.map(share),
        low: delivered.low.map(share),
        high: delivered.high.map(share),
        ..delivered.clone()
    };
    let shown = told_row(summary, &of_plan, Style::Percent)?;
    let options = if has_options(summary) { ", exercised options included" } else { "" };
    Some(format!("; over the whole run, GPU-hours delivered are {shown} % of those planned{options}"))
}

/// Which queues grow without end and which services are too small.
fn work(summary: &Summary) -> Option<String> {
    let of = |scope: &'static str, metric: &'static Metric| {
        summary.names(scope).into_iter().filter_map(move |name| summary.get(metric, scope, name, "total")).collect::<Vec<&Row>>()
    };
    let workloads = of("workload", &catalog::OVERLOADED_SHARE);
    let over = workloads.iter().filter(|row| row.mean.is_some_and(|share| share > 0.0));
    let over: Vec<String> = over.filter_map(|row| Some(format!("{} in {} futures", row.name, shares::seen(row)?.0))).collect();
    let short: Vec<&str> = of("service", &catalog::LACKING_GPUS)
        .into_iter()
        .filter(|row| row.mean.is_some_and(|gpus| gpus > 0.0))
        .map(|row| row.name.as_str())
        .collect();
    let queues = match (workloads.first(), over.is_empty()) {
        (None, _) => None,
        (Some(row), true) => Some(format!("No workload is overloaded in any of {} futures", row.n)),
        (Some(_), false) => Some(format!("More work arrives than is done: {}", over.join(", "))),
    };
    let services = (!short.is_empty()).then(|| format!("too small at times: {}", short.join(", ")));
    let parts: Vec<String> = queues.into_iter().chain(services).collect();
    (!parts.is_empty()).then(|| capitalised(&parts.join("; ")) + ".")
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What was announced, what of that is due, and what is billed in the span.
fn money(summary: &Summary) -> String {
    let sum = |metric: &Metric| -> f64 {
        summary.vendors.iter().filter_map(|(key, _)| summary.get(metric, "vendor", key, "total")?.mean).sum()
    };
    let announced = sum(&catalog::COMMITTED_USD);
    let mean = |metric: &Metric| mean(summary, metric, "total").unwrap_or(0.0);
    let amount = |usd: f64| Style::Amount.show(usd);
    // Means, which add up, with the range of futures: the interval of a mean says nothing of what may come.
    let futures = |metric: &Metric| {
        let Cell::Figure(figure) = spread(summary, summary.get(metric, "all", "all", "total"), Style::Amount) else { return None };
        let (low, high) = figure.interval.filter(|(low, high)| low < high)?;
        Some(format!("{} to {}", amount(low), amount(high)))
    };
    let (under, without) =
        (mean(&catalog::BILLED_IN_TERM_USD) + mean(&catalog::BILLED_AFTER_TERM_USD), mean(&catalog::BILLED_WITHOUT_CONTRACT_USD));
    let by_contract = announced > 0.0 && without > 0.0;
    let split = by_contract.then(|| format!("{} by contract and {} without one", amount(under), amount(without)));
    let spread_of_bill = futures(&catalog::COST_USD).map(|range| format!("{range} in 80 % of futures"));
    let parts: Vec<String> = spread_of_bill.into_iter().chain(split).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) };
    let idle_range = futures(&catalog::COST_UNUSED_USD).map(|range| format!(" ({range})")).unwrap_or_default();
    let unknown_idle = mean(&catalog::UNUSED_WITHOUT_CONTRACT_USD);
    let of_it = if by_contract && unknown_idle > 0.0 {
        format!(", {} of which if capacity without a known contract is paid for while idle", amount(unknown_idle))
    } else {
        String::new()
    };
    let bill = format!(
        "{} USD are billed in this span on average{parts}, {}{idle_range} of it for capacity or minimums that nothing used{of_it}",
        amount(mean(&catalog::COST_USD)),
        amount(mean(&catalog::COST_UNUSED_USD)),
    );
    if announced == 0.0 {
        return capitalised(&format!("{bill}."));
    }
    let (firm, due) = (sum(&catalog::FIRM_MINIMUM_USD), sum(&catalog::DUE_ON_DELIVERY_USD));
    let unknown = match summary.unknown_commitments.len() {
        0 => String::new(),
        1 => " (the terms of one vendor are not public)".to_owned(),
        vendors => format!(" (the terms of {vendors} vendors are not public)"),
    };
    let rest = if firm + due < 0.995 * announced { ", the rest only as it is used" } else { "" };
    let due = if firm > 0.0 {
        format!("{} are due whatever is delivered and {} more if all of it is", amount(firm), amount(due))
    } else {
        format!("{} are due if all of it is delivered (no contract is entered with an amount that is due anyway)", amount(due))
    };
    format!("Of {} USD announced{unknown}, {due}{rest}; {bill}.", amount(announced))
}

/// Whether revenue and cash carry it.
fn means(summary: &Summary) -> Option<String> {
    let row = |metric: &Metric| summary.get(metric, "all", "all", "total");
    let over = row(&catalog::FIRST_MONTH_OVER_SHARE).and_then(shares::seen);
    let gap = row(&catalog::FUNDING_GAP_SHARE).and_then(shares::seen);
    let parts: Vec<String> = over
        .map(|(seen, _)| format!("commitments of twelve months exceed revenue in {seen} futures"))
        .into_iter()
        .chain(gap.map(|(seen, _)| format!("cash and debt run out in {seen}")))
        .collect();
    (!parts.is_empty()).then(|| capitalised(&parts.join("; ")) + ".")
}

/// Who holds most, and what could not be had elsewhere.
fn dependence(summary: &Summary) -> Option<String> {
    let metric = share_metric(BASE)?;
    let share = |key: &str| summary.get(metric, "vendor", key, "total").and_then(|row| row.mean).unwrap_or(0.0);
    let (key, name) = summary.vendors.iter().max_by(|a, b| share(&a.0).total_cmp(&share(&b.0)))?;
    let held = told(summary, metric, "vendor", key, "total")?;
    let elsewhere = irreplaceable(summary).map(|most| format!("; {most}")).unwrap_or_default();
    Some(format!("{name} holds the largest share of {}: {held} %{elsewhere}.", base_name(BASE)))
}

/// The vendor that runs the most work which has no room elsewhere, over the whole run and in the last year, to which a portfolio leads.
fn irreplaceable(summary: &Summary) -> Option<String> {
    let metric = &catalog::ADJUSTED_DEPENDENCE_SHARE;
    let most = |period: &str| {
        let share = |key: &str| summary.get(metric, "vendor", key, period).and_then(|row| row.mean);
        let vendors = summary.vendors.iter().filter_map(|(key, name)| Some((share(key)?, key, name)));
        vendors.max_by(|one, other| one.0.total_cmp(&other.0))
    };
    let (_, key, name) = most("total")?;
    let shown = told(summary, metric, "vendor", key, "total")?;
    let last = summary.years().pop().and_then(|year| {
        let (_, key, theirs) = most(&year)?;
        let shown = told(summary, metric, "vendor", key, &year)?;
        let whose = if theirs == name { String::new() } else { format!(" with {theirs}") };
        Some(format!(", and {shown} %{whose} in {year}"))
    });
    let last = last.unwrap_or_default();
    Some(format!(
        "the most work that has no room elsewhere within the stated lead time runs with {name}: {shown} % of all work{last}"
    ))
}
