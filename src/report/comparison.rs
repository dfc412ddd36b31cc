//! A comparison for people: what is better and how surely, what redundancy costs, how the futures lie, how long events last.

mod files;
pub(super) mod price;
pub(super) mod recovery;
pub(super) mod strip;

pub use files::{COMPARISON_JSON, comparison_csv, comparison_json};

use super::number::Style;
use super::table::{new_table, wrapped};
use crate::metrics::catalog;
use crate::study::comparison::{Comparison, Difference, Stop, Verdict};
use comfy_table::{Cell, CellAlignment, ColumnConstraint, Table, Width};

/// The tables of the first screen as text, within 80 columns.
#[must_use]
pub fn comparison_tables(comparison: &Comparison) -> String {
    let mut text = heading(comparison);
    text.push_str(&format!("\n1. Verdict\n{}\n", verdicts(comparison)));
    text.push_str(&wrapped(
        "Difference: variant less baseline, future by future, with the 95 % interval of its mean. A verdict stands when all variants of a line are \
         looked at together (Holm). Worse: in how many futures.",
    ));
    if let Some(price) = price::section(comparison) {
        text.push_str(&price);
    }
    text.push_str(&strip::section(comparison));
    if let Some(recovery) = recovery::section(comparison) {
        text.push_str(&recovery);
    }
    text
}

fn heading(comparison: &Comparison) -> String {
    let variants = comparison.entrants.len() - 1;
    let mut text = wrapped(&comparison.title);
    text.push_str(&wrapped(&format!(
        "{} to {}, {variants} variant{} and the baseline under the same {}, seed {}.",
        comparison.start,
        comparison.end,
        if variants == 1 { "" } else { "s" },
        futures(comparison.replications),
        comparison.seed
    )));
    text.push_str(&wrapped(&stop(comparison).unwrap_or_default()));
    for (name, title) in comparison.entrants.iter().filter(|(name, title)| name != title) {
        text.push_str(&wrapped(&format!("{name}: {title}")));
    }
    text
}

/// So many futures, in words.
pub(super) fn futures(n: u32) -> String {
    if n == 1 { "one future".to_owned() } else { format!("{n} futures") }
}

/// Why it stopped where it did; none where that is as asked.
pub(super) fn stop(comparison: &Comparison) -> Option<String> {
    let n = futures(comparison.replications);
    let percent = |share: f64| if share.is_finite() { format!("{:.1} %", share * 100.0) } else { "not estimable".to_owned() };
    Some(match &comparison.stop {
        Stop::AsAsked => return None,
        Stop::Interrupted => format!("Interrupted: {n} that all variants have met are compared."),
        Stop::Reached { metric, share } => {
            format!("Stopped at {n}: half the interval of {metric} is {} of the baseline's mean.", percent(*share))
        }
        Stop::NotReached { metric, share, needed } => {
            let needed =
                if needed.is_finite() { format!("about {}", Style::Amount.show(needed.ceil())) } else { "more".to_owned() };
            format!(
                "Stopped at {n}, the most allowed: half the interval of {metric} is {} of the baseline's mean; the precision asked for \
                 needs {needed} replications.",
                percent(*share)
            )
        }
    })
}

/// How a metric is shown to people.
pub(super) fn style(metric: &str) -> Style {
    if metric.ends_with("_share") {
        Style::Percent
    } else if metric.contains("_s_") {
        Style::Time
    } else if metric == "hhi" {
        Style::Whole
    } else {
        Style::Amount
    }
}

/// A metric in words.
pub(super) fn words(metric: &str) -> &str {
    match metric {
        "wait_s_mean" => "mean wait",
        "wait_s_p90" => "wait, 90 % quantile",
        "deadline_miss_share" => "deadlines missed %",
        "within_objective_share" => "SLO met %",
        "useful_h100e_hours" => "useful H100e-hours",
        "utilisation_share" => "utilisation %",
        "lost_gpu_hours" => "lost GPU-hours",
        "completion_s_mean" => "mean completion time",
        "bounded_slowdown_mean" => "mean bounded slowdown",
        "jain_index" => "Jain's index",
        "jain_index_by_quota" => "Jain's index by quota",
        "max_min_ratio" => "most / least share",
        "finish_time_ratio_worst" => "worst finish-time ratio",
        "cost_usd" => "cost, USD",
        "cost_unused_usd" => "unused, USD",
        "coverage_ratio_peak" => "coverage at its peak",
        "margin_net_present_value_usd" => "NPV of margin, USD",
        "usd_per_useful_h100e_hour" => "USD per useful H100e-hour",
        other => other,
    }
}

/// A signed figure with its interval, in the unit that suits the difference.
pub(super) fn signed(style: Style, difference: f64, interval: Option<(f64, f64)>) -> (String, Option<String>) {
    let (shown, interval) = style.signed_with_interval(difference, interval);
    let is_nothing = !shown.contains(|c: char| c.is_ascii_digit() && c != '0');
    let plus = if difference > 0.0 && !is_nothing { "+" } else { "" };
    (format!("{plus}{shown}"), interval)
}

/// An interval that is too wide for its column, folded between its ends.
pub(super) fn folded(interval: String) -> String {
    const WIDEST: usize = 13;
    if interval.chars().count() > WIDEST { interval.replacen("..", "..\n", 1) } else { interval }
}

impl Verdict {
    /// In words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::More => "more",
            Self::Less => "less",
            Self::Same => "the same",
            Self::Negligible => "negligible",
            Self::NotDistinguishable => "not distinguishable",
            Self::NotEstimable => "not estimable",
        }
    }
}

/// The lines of the first screen: a metric over the whole run, or a service's.
pub(super) fn headlines(comparison: &Comparison) -> Vec<(String, Vec<&Difference>)> {
    let mut lines: Vec<(String, Vec<&Difference>)> = Vec::new();
    for metric in catalog::headlines().into_iter().map(|metric| metric.name) {
        let found = comparison.rows.iter().filter(|row| row.metric == metric && row.period == "total");
        for row in found.filter(|row| row.scope == "all" || (metric == "within_objective_share" && row.scope == "service")) {
            let label = if row.scope == "service" { format!("{}: {}", row.name, words(metric)) } else { words(metric).to_owned() };
            match lines.iter_mut().find(|(known, _)| *known == label) {
                Some((_, rows)) => rows.push(row),
                None => lines.push((label, vec![row])),
            }
        }
    }
    let base =
        |row: &&Difference| row.scope == "base" && row.name == "served_gpu_hours" && row.period == "total" && row.metric == "hhi";
    let hhi: Vec<&Difference> = comparison.rows.iter().filter(base).collect();
    if !hhi.is_empty() {
        lines.push(("HHI of GPU-hours served".to_owned(), hhi));
    }
    // Without services or deadlines their lines would say nothing.
    lines.retain(|(_, rows)| {
        rows.iter().any(|row| row.baseline_mean.is_some_and(|mean| mean != 0.0) || row.verdict != Verdict::Same)
    });
    lines
}

/// With more variants than this only the first lines are shown; the files have all.
pub(super) const MANY_VARIANTS: usize = 6;

/// How many lines are shown then.
pub(super) const FEW_LINES: usize = 3;

fn verdicts(comparison: &Comparison) -> Table {
    let mut table = new_table(&["metric and variant", "mean", "difference", "95 % interval", "worse", "verdict"]);
    let mut lines = headlines(comparison);
    if comparison.entrants.len() > MANY_VARIANTS + 1 {
        lines.truncate(FEW_LINES);
    }
    for (label, rows) in lines {
        let first = rows.first().map_or(Style::Amount, |row| style(&row.metric));
        let baseline = rows.iter().find_map(|row| row.baseline_mean).map_or_else(|| "-".to_owned(), |mean| first.show(mean));
        table.add_row([label, baseline, String::new(), String::new(), String::new(), String::new()].map(Cell::new));
        for row in rows {
            table.add_row(line(row));
        }
    }
    // Names may be folded; numbers and the longest verdict stay on one line.
    for (place, width) in [(1, 8), (2, 11), (3, 14), (4, 5), (5, 20)] {
        if let Some(column) = table.column_mut(place) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
        }
    }
    if let Some(column) = table.column_mut(5) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    table
}

fn line(row: &Difference) -> [Cell; 6] {
    let style = style(&row.metric);
    let mean = row.variant_mean.map_or_else(|| "-".to_owned(), |mean| style.show(mean));
    let (difference, interval) = match (row.verdict, row.difference) {
        (Verdict::Same, _) => ("0".to_owned(), String::new()),
        (_, None) => ("-".to_owned(), String::new()),
        (_, Some(difference)) => {
            let (shown, interval) = signed(style, difference, row.low.zip(row.high));
            (shown, interval.map_or_else(String::new, folded))
        }
    };
    let worse = row.worse_in().map_or_else(String::new, |worse| format!("{worse}/{}", row.n));
    [format!("  {}", row.variant), mean, difference, interval, worse, row.verdict.words().to_owned()].map(Cell::new)
}
