//! The numbers to read first, and the words about them.

use super::figures::{Figures, Shown, interval, mean};
use crate::metrics::catalog::{self, Metric};
use crate::report::number::Style::{self, Amount, Percent, Time, Whole};
use crate::report::sections::base_name;
use crate::report::{Manifest, Report};
use crate::study::{Base, Row};
use serde::Serialize;

/// A box with one or two headline numbers.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Card<'a> {
    pub(super) title: &'a str,
    pub(super) figures: Vec<(Shown, String)>,
}

/// The numbers to read first.
pub(super) fn cards(figures: &Figures) -> Vec<Card<'static>> {
    let total = |metric: &Metric| figures.row(metric, "all", "all", "total");
    let shown = |row: Option<&Row>, style: Style, words: &str| (figures.shown(row, style), words.to_owned());
    let planned = figures.planned_hours("");
    let installed = total(&catalog::INSTALLED_GPU_HOURS);
    let delivered = figures.scaled(installed.filter(|_| planned > 0.0), Percent, planned);
    let hours = installed.and_then(mean).map_or("–".to_owned(), |mean| Amount.show(mean));
    let mut cards = vec![
        Card {
            title: "Delivered",
            figures: vec![(delivered, format!("of the planned GPU-hours by the end: {hours} of {}", Amount.show(planned)))],
        },
        Card {
            title: "Use",
            figures: vec![
                shown(total(&catalog::ALLOCATION_SHARE), Percent, "of active GPU-hours allocated"),
                shown(total(&catalog::GOODPUT_SHARE), Percent, "useful"),
            ],
        },
    ];
    if let Some(row) = total(&catalog::WAIT_S_P90).filter(|row| mean(row).is_some()) {
        cards.push(Card { title: "Waits", figures: vec![shown(Some(row), Time, "or less is what nine jobs in ten wait (p90)")] });
    }
    cards.extend(objective(figures));
    cards.push(Card {
        title: "Cost",
        figures: vec![
            shown(total(&catalog::COST_USD), Amount, "USD in all"),
            shown(
                total(&catalog::USD_PER_USEFUL_H100E_HOUR),
                Amount,
                "USD per useful H100e-hour (an hour of an H100 GPU, others by their speed)",
            ),
        ],
    });
    let hhi = [(Base::CommittedUsd, "; of a market, above 1,800 is high"), (Base::ServedGpuHours, "")].into_iter().filter_map(
        |(base, more)| {
            let row = figures.row(&catalog::HHI, "base", base.word(), "total")?;
            let bound = |metric| figures.row(metric, "base", base.word(), "total").and_then(mean);
            let words = format!("HHI by {}{more}", base_name(base));
            // Where vendors' terms are not public, the known ones alone give one end of what it may be.
            let between = bound(&catalog::HHI_LOWER_BOUND).zip(bound(&catalog::HHI_UPPER_BOUND)).filter(|(low, high)| low < high);
            Some(match between {
                Some((low, high)) => (Shown::plain(format!("{} to {}", Whole.show(low), Whole.show(high))), words),
                None => shown(Some(row), Whole, &words),
            })
        },
    );
    let hhi: Vec<_> = hhi.collect();
    if !hhi.is_empty() {
        cards.push(Card { title: "Dependency on single vendors", figures: hhi });
    }
    cards
}

/// The service that keeps its promise least often.
fn objective(figures: &Figures) -> Option<Card<'static>> {
    let services = figures.summary.names("service");
    let found =
        services.iter().filter_map(|name| Some((name, figures.row(&catalog::WITHIN_OBJECTIVE_SHARE, "service", name, "total")?)));
    let worst = found.filter_map(|(name, row)| Some((name, row, mean(row)?))).min_by(|a, b| a.2.total_cmp(&b.2));
    let (name, row, _) = worst?;
    let lowest = if services.len() > 1 { ", the lowest of the services" } else { "" };
    let words = format!("of tokens as fast as promised (SLO): {name}{lowest}");
    Some(Card { title: "Services", figures: vec![(figures.shown(Some(row), Percent), words)] })
}

/// How long the warm-up is, when there is one.
pub(super) fn warm_up(figures: &Figures) -> Option<String> {
    let days = figures.summary.warm_up_days;
    (days > 0.0).then(|| format!("The first {days} days fill the fleet and are not measured."))
}

/// What an interval is and is not.
pub(super) fn how_to_read(figures: &Figures) -> String {
    let n = figures.summary.finished;
    let estimated = figures.summary.rows.iter().any(|row| interval(row).is_some_and(|(low, high)| low < high));
    let first = if estimated {
        format!(
            "Numbers are means over {n} replications (simulated futures); the range beside one is the {:.0}\u{a0}% interval of that mean.",
            figures.summary.confidence * 100.0
        )
    } else if n == 1 {
        "Numbers are from a single replication (simulated future), so none has an interval.".to_owned()
    } else {
        format!("Numbers are means over {n} replications (simulated futures), and are the same in all.")
    };
    format!(
        "{first} A number without a range is the same in every replication, or says why it has none. Ranges cover chance, such as late \
         deliveries and failures. They do not cover wrong assumptions, which are listed at the end. k, M, B, T, P: thousand, 10⁶, 10⁹, 10¹², 10¹⁵."
    )
}

/// The commands that make the page again.
pub(super) fn commands(report: &Report) -> Vec<String> {
    let Manifest { scenario, changes, replications, seed, .. } = &report.manifest;
    let mut run = format!("skyberth run {} --replications {replications} --seed {seed}", quoted(scenario));
    for change in changes {
        let (flag, value) = change.split_once(' ').unwrap_or((change, ""));
        run.push_str(&format!(" {flag} {}", quoted(value)));
    }
    vec![run]
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
