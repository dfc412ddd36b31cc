//! The table of verdicts, each line with a picture of its interval.

use super::{difference, figure, without_unit};
use crate::report::comparison::{FEW_LINES, MANY_VARIANTS, headlines};
use crate::report::html::draw::at;
use crate::report::html::figures::Shown;
use crate::report::html::tables::capital;
use crate::report::metric::style_of;
use crate::study::comparison::{Comparison, Difference, Verdict};
use serde::Serialize;

/// A metric, and every variant's difference in it.
#[derive(Debug, Serialize)]
pub(super) struct Group<'a> {
    name: String,
    baseline: String,
    lines: Vec<Line<'a>>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    variant: &'a str,
    mean: String,
    difference: Shown,
    picture: Option<Picture>,
    worse: Option<String>,
    verdict: &'static str,
    /// The class of its colour.
    mark: &'static str,
}

/// An interval about the line of no difference, within 0 to 96 px.
#[derive(Debug, Serialize)]
struct Picture {
    zero: String,
    mean: String,
    ends: Option<(String, String)>,
}

/// All lines, and those that do not belong on the first screen.
pub(super) fn groups(comparison: &Comparison) -> (Vec<Group<'_>>, Vec<Group<'_>>) {
    let mut first: Vec<Group> = headlines(comparison).iter().map(|(label, rows)| group(label, rows)).collect();
    let is_many = comparison.entrants.len() > MANY_VARIANTS + 1;
    let more = if is_many { first.split_off(FEW_LINES.min(first.len())) } else { Vec::new() };
    (first, more)
}

fn group<'a>(label: &str, rows: &[&'a Difference]) -> Group<'a> {
    let ends = || rows.iter().flat_map(|row| [row.difference, row.low, row.high]).flatten().filter(|end| end.is_finite());
    let (low, high) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
    let place = |value: f64| at(4.0 + 88.0 * if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 });
    let picture = |row: &Difference| {
        let mean = row.difference.filter(|mean| mean.is_finite())?;
        let ends = row.low.zip(row.high).filter(|(low, high)| low < high).map(|(low, high)| (place(low), place(high)));
        Some(Picture { zero: place(0.0), mean: place(mean), ends })
    };
    let line = |row: &&'a Difference| Line {
        variant: &row.variant,
        mean: figure(style_of(&row.metric), row.changed()),
        difference: if row.verdict == Verdict::Same { Shown::plain("0") } else { difference(row) },
        picture: picture(row),
        worse: row.worse_in().map(|worse| format!("{worse} of {}", row.n)),
        verdict: row.verdict.words(),
        mark: mark(row.verdict),
    };
    let baseline = rows.iter().find(|row| row.baseline().is_some());
    Group {
        name: heading(&without_unit(label), rows),
        baseline: baseline.map_or_else(|| "–".to_owned(), |row| figure(style_of(&row.metric), row.baseline())),
        lines: rows.iter().map(line).collect(),
    }
}

/// With a capital, unless it begins with the name of a service.
fn heading(label: &str, rows: &[&Difference]) -> String {
    if rows.iter().any(|row| row.scope == "service") { label.to_owned() } else { capital(label) }
}

const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "good",
        Verdict::Worse => "bad",
        Verdict::More | Verdict::Less => "other",
        Verdict::Same | Verdict::WithinTolerance | Verdict::NotDistinguishable | Verdict::NotEstimable => "none",
    }
}
