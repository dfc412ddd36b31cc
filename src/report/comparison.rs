//! A comparison for people: what is better and how surely, what redundancy costs, how the futures lie, how long events last.

pub(super) mod bridge;
mod files;
pub(super) mod price;
pub(super) mod recovery;
pub(super) mod strip;

pub use files::COMPARISON_JSON;

use super::document::{Cell, Column, Document, Room, Table};
use super::metric::style_of;
use super::number::Style;
use super::output::{Printed, Rows};
use super::sections::base_name;
use crate::metrics::catalog::{self, Metric};
use crate::study::comparison::{Comparison, Difference, Stop, Verdict};
use crate::study::headlines::{BASE, is_on_first_screen};
use std::io::{self, Write};

impl Printed for Comparison {
    fn document(&self, room: Room) -> Document {
        let mut document = Document::default();
        heading(self, &mut document);
        document.heading("1. Verdict");
        document.table(verdicts(self, room));
        document.paragraph(verdict_note(self));
        for line in in_context(self) {
            document.paragraph(line);
        }
        if let Some((table, note)) = price::table(self) {
            document.heading(format!("2. {}", price::TITLE));
            document.table(table);
            document.paragraph(note);
        }
        if let Some((table, note)) = bridge::table(self) {
            document.paragraph(format!("{}:", table.title));
            document.table(table);
            document.paragraph(note);
        }
        document.heading("3. Futures");
        document.lines(strip::drawing(self));
        if let Some((table, notes)) = recovery::table(self) {
            document.heading(format!("4. {}", recovery::TITLE));
            document.table(table);
            for note in notes {
                document.paragraph(note);
            }
        }
        document
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }

    fn rows(&self, rows: &mut Rows<'_>) -> io::Result<()> {
        files::write_rows(self, rows)
    }
}

fn heading(comparison: &Comparison, document: &mut Document) {
    let variants = comparison.entrants.len() - 1;
    document.paragraph(&comparison.title);
    document.paragraph(format!(
        "{} to {}, {variants} variant{} and the baseline under the same {}, seed {}.",
        comparison.start,
        comparison.end,
        if variants == 1 { "" } else { "s" },
        futures(comparison.replications),
        comparison.seed
    ));
    match stop(comparison) {
        Some(why) => document.paragraph(why),
        None => document.gap(),
    }
    for (name, title) in comparison.entrants.iter().filter(|(name, title)| name != title) {
        document.paragraph(format!("{name}: {title}"));
    }
}

/// What the columns of the verdict are.
pub(super) fn verdict_note(comparison: &Comparison) -> String {
    format!(
        "Difference: variant less baseline, future by future, with the {:.0} % interval of its mean; of waits and other skewed figures medians over \
         futures, and the median of the differences with its interval. A verdict stands when all lines and variants are looked at together (Holm). \
         Same within 1 %: the whole interval is so near to the baseline. Worse: in how many futures. Cost and use are more or less, never better or \
         worse: they also change with what is delivered and served.",
        comparison.confidence * 100.0
    )
}

/// What to tell together with figures that do not stand alone: what was delivered, and what was served.
const CONTEXT: [(&str, &Metric); 2] =
    [("delivered GPU-hours", &catalog::INSTALLED_GPU_HOURS), ("useful H100e-hours", &catalog::USEFUL_H100E_HOURS)];

/// Of each variant, cost and use beside what was delivered and served, where there is more or less of them; every figure against the baseline's mean.
pub(super) fn in_context(comparison: &Comparison) -> Vec<String> {
    let variants = comparison.entrants.iter().skip(1).take(MANY_VARIANTS).map(|(name, _)| name);
    let line = |variant: &String| {
        let row = |metric: &Metric| {
            let is_it = |row: &&Difference| {
                let is_of_all = row.scope == "all" && row.period == "total";
                row.metric == metric.name && row.variant == *variant && is_of_all
            };
            comparison.rows.iter().find(is_it)
        };
        let change = |words: &str, row: &Difference| {
            let share = row.difference? / row.baseline().filter(|value| *value != 0.0)?.abs();
            let percent = share * 100.0;
            let shown = format!("{percent:+.1}").replace("-0.0", "0.0").replace("+0.0", "0.0");
            Some(format!("{words} {shown} %"))
        };
        let told = |row: &&Difference| matches!(row.verdict, Verdict::More | Verdict::Less);
        let not_alone = catalog::headlines().into_iter().filter(|metric| !metric.stands_alone);
        let changed: Vec<String> = not_alone
            .filter_map(|metric| {
                let words = metric.label.trim_end_matches(" %").trim_end_matches(", USD");
                row(metric).filter(told).and_then(|row| change(words, row))
            })
            .collect();
        let beside: Vec<String> = CONTEXT.into_iter().filter_map(|(words, metric)| change(words, row(metric)?)).collect();
        (!changed.is_empty() && !beside.is_empty())
            .then(|| format!("{variant}: {}; with {}.", changed.join(", "), beside.join(" and ")))
    };
    variants.filter_map(line).collect()
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

impl Verdict {
    /// In words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::More => "more",
            Self::Less => "less",
            Self::Same => "the same",
            Self::WithinTolerance => "same within 1 %",
            Self::NotDistinguishable => "not distinguishable",
            Self::NotEstimable => "not estimable",
        }
    }
}

/// The lines of the first screen: a metric over the whole run, of everything or else of each workload or service; the HHI by GPU-hours served.
pub(super) fn headlines(comparison: &Comparison) -> Vec<(String, Vec<&Difference>)> {
    let mut lines: Vec<(String, Vec<&Difference>)> = Vec::new();
    for metric in catalog::headlines() {
        let theirs = comparison.rows.iter().filter(|row| row.metric == metric.name);
        for row in theirs.filter(|row| is_on_first_screen(metric, &row.scope, &row.name, &row.period)) {
            let label = match row.scope.as_str() {
                "service" | "workload" => format!("{}: {}", row.name, metric.label),
                "base" => format!("{} of {}", metric.label, base_name(BASE)),
                _ => metric.label.to_owned(),
            };
            match lines.iter_mut().find(|(known, _)| *known == label) {
                Some((_, rows)) => rows.push(row),
                None => lines.push((label, vec![row])),
            }
        }
    }
    // Without services or deadlines their lines would say nothing.
    lines.retain(|(_, rows)| {
        rows.iter().any(|row| row.baseline().is_some_and(|value| value != 0.0) || row.verdict != Verdict::Same)
    });
    lines
}

/// With more variants than this only the first lines are shown; the files have all.
pub(super) const MANY_VARIANTS: usize = 6;

/// How many lines are shown then.
pub(super) const FEW_LINES: usize = 3;

fn verdicts(comparison: &Comparison, room: Room) -> Table {
    // Names may be folded; numbers and the longest verdict stay on one line.
    let [mean, difference, interval, worse] = [("mean or\nmedian", 8), ("difference", 11), ("95 % interval", 14), ("worse", 5)]
        .map(|(header, width)| Column::figures(header, "").at_least(width));
    let columns = vec![Column::text("metric and variant"), mean, difference, interval, worse, Column::text("verdict").at_least(20)];
    let mut table = Table::new("Verdicts", columns);
    let mut lines = headlines(comparison);
    if room == Room::Narrow && comparison.entrants.len() > MANY_VARIANTS + 1 {
        lines.truncate(FEW_LINES);
    }
    for (label, rows) in lines {
        let first = rows.first().map_or(Style::Amount, |row| style_of(&row.metric));
        let baseline = rows.iter().find_map(|row| row.baseline());
        let empty = || Cell::from("");
        table.row([Cell::from(label), Cell::maybe(first, baseline), empty(), empty(), empty(), empty()]);
        for row in rows {
            table.row(line(row));
        }
    }
    table
}

fn line(row: &Difference) -> [Cell; 6] {
    let style = style_of(&row.metric);
    let (difference, interval) = match (row.verdict, row.difference) {
        (Verdict::Same, _) => (Cell::from("0"), None),
        (_, None) => (Cell::Missing, None),
        (_, Some(difference)) => {
            let (shown, interval) = style.difference(difference, row.low.zip(row.high));
            (Cell::from(shown), interval)
        }
    };
    let interval = interval.map_or_else(|| Cell::from(""), Cell::Range);
    let worse = row.worse_in().map_or_else(String::new, |worse| format!("{worse}/{}", row.n));
    let variant = Cell::from(format!("  {}", row.variant));
    [variant, Cell::maybe(style, row.changed()), difference, interval, Cell::from(worse), Cell::from(row.verdict.words())]
}
