//! Differences as dots, one a future.

use crate::metrics::catalog::{self, Metric};
use crate::report::metric::{label_of, style_of};
use crate::study::comparison::Comparison;

/// Columns of the drawing.
const COLUMNS: usize = 56;

/// Metrics that are drawn: the first that a scenario has of each group.
const DRAWN: [&[&Metric]; 2] =
    [&[&catalog::WAIT_S_MEAN, &catalog::WITHIN_OBJECTIVE_SHARE, &catalog::USEFUL_H100E_HOURS], &[&catalog::COST_USD]];

/// The differences of a metric future by future, of each variant.
pub(in crate::report) type Strips<'c> = (&'c str, Vec<(&'c str, &'c [f64])>);

/// The metrics that are drawn first: of each group the first that is not the same everywhere.
pub(in crate::report) fn drawn(comparison: &Comparison) -> Vec<Strips<'_>> {
    let all = varying(comparison);
    let first = |group: &&[&Metric]| group.iter().find_map(|metric| all.iter().find(|(known, _)| *known == metric.name)).cloned();
    DRAWN.iter().filter_map(first).collect()
}

/// All metrics that are not the same everywhere.
pub(in crate::report) fn varying(comparison: &Comparison) -> Vec<Strips<'_>> {
    let mut found: Vec<Strips> = Vec::new();
    for (metric, variant, values) in &comparison.strips {
        match found.iter_mut().find(|(known, _)| known == metric) {
            Some((_, strips)) => strips.push((variant, values)),
            None => found.push((metric, vec![(variant, values)])),
        }
    }
    found.retain(|(_, strips)| strips.iter().any(|(_, values)| values.iter().any(|value| *value != 0.0)));
    found
}

/// A strip a variant for each metric that is drawn, on one scale.
pub(super) fn drawing(comparison: &Comparison) -> String {
    let mut text = String::new();
    for (metric, strips) in drawn(comparison) {
        let values = || strips.iter().flat_map(|(_, values)| values.iter().copied()).chain([0.0]);
        let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        let width = strips.iter().map(|(variant, _)| variant.chars().count()).max().unwrap_or(0).min(22);
        text.push_str(&format!("{}, variant less baseline\n", label_of(metric)));
        for (variant, values) in strips {
            let name: String = variant.chars().take(width).collect();
            text.push_str(&format!("{name:<width$} {}\n", draw(values, low, high)));
        }
        let style = style_of(metric);
        let ends = [style.signed_with_interval(low, None).0, style.signed_with_interval(high, None).0];
        let gap = COLUMNS.saturating_sub(ends[0].chars().count() + ends[1].chars().count());
        text.push_str(&format!("{:<width$} {}{}{}\n", "", ends[0], " ".repeat(gap), ends[1]));
    }
    text.push_str("A dot is a future, : two, # more; | marks zero.\n");
    text
}

fn draw(values: &[f64], low: f64, high: f64) -> String {
    let place = |value: f64| {
        let share = if high > low { (value - low) / (high - low) } else { 0.0 };
        (share * (COLUMNS - 1) as f64).round() as usize
    };
    let mut counts = [0_usize; COLUMNS];
    for value in values {
        counts[place(*value).min(COLUMNS - 1)] += 1;
    }
    let zero = place(0.0);
    let mark = |(column, count): (usize, &usize)| match count {
        0 if column == zero => '|',
        0 => ' ',
        1 => '.',
        2 => ':',
        _ => '#',
    };
    counts.iter().enumerate().map(mark).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn dots_lie_where_their_values_are() {
        let strip = draw(&[-1.0, 1.0, 1.0], -1.0, 1.0);
        assert_eq!((strip.chars().next(), strip.chars().last(), strip.chars().count()), (Some('.'), Some(':'), 56));
        assert_eq!(strip.chars().filter(|mark| *mark == '|').count(), 1);
        assert_eq!(draw(&[0.0; 30], 0.0, 0.0), "#");
    }
}
