//! `comparison.csv`.

use crate::report::csv::harmless;
use crate::report::number::exact;
use crate::report::output::Rows;
use crate::study::comparison::Comparison;
use std::io;

/// The file that all of a comparison can be read from again.
pub const COMPARISON_JSON: &str = "comparison.json";

/// The columns.
const HEAD: [&str; 20] = [
    "metric",
    "scope",
    "name",
    "period",
    "variant",
    "n",
    "baseline_mean",
    "variant_mean",
    "baseline_median",
    "variant_median",
    "mean_difference",
    "difference",
    "low",
    "high",
    "method",
    "correlation",
    "variance_reduction",
    "more_in",
    "less_in",
    "verdict",
];

/// A line that says what is given by column; the others stay empty.
fn line(values: &[(&str, &str)]) -> [String; HEAD.len()] {
    HEAD.map(|head| values.iter().find(|(column, _)| *column == head).map_or(String::new(), |(_, value)| (*value).to_owned()))
}

/// Every figure of every variant against the baseline, and the N-1 losses, as lines.
pub(super) fn write_rows(comparison: &Comparison, csv: &mut Rows<'_>) -> io::Result<()> {
    csv.write_record(HEAD)?;
    for row in &comparison.rows {
        let verdict =
            serde_json::to_value(row.verdict).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
        csv.write_record(line(&[
            ("metric", &row.metric),
            ("scope", &row.scope),
            ("name", &harmless(&row.name)),
            ("period", &row.period),
            ("variant", &harmless(&row.variant)),
            ("n", &row.n.to_string()),
            ("baseline_mean", &exact(row.baseline_mean)),
            ("variant_mean", &exact(row.variant_mean)),
            ("baseline_median", &exact(row.baseline_median)),
            ("variant_median", &exact(row.variant_median)),
            ("mean_difference", &exact(row.mean_difference)),
            ("difference", &exact(row.difference)),
            ("low", &exact(row.low)),
            ("high", &exact(row.high)),
            ("method", &row.method),
            ("correlation", &exact(row.correlation)),
            ("variance_reduction", &exact(row.variance_reduction)),
            ("more_in", &row.more_in.to_string()),
            ("less_in", &row.less_in.to_string()),
            ("verdict", &verdict),
        ]))?;
    }
    for bridge in &comparison.bridges {
        for (metric, effect) in bridge.effects() {
            csv.write_record(line(&[
                ("metric", metric.name),
                ("scope", "all"),
                ("name", "all"),
                ("period", "total"),
                ("variant", &harmless(&bridge.variant)),
                ("n", &bridge.n.to_string()),
                // To the cent, whatever the size: the effects add up to the difference of the bills.
                ("difference", &format!("{:.2}", effect.usd)),
                ("low", &exact(effect.low)),
                ("high", &exact(effect.high)),
            ]))?;
        }
    }
    for loss in &comparison.losses {
        csv.write_record(line(&[
            ("metric", &loss.metric),
            ("scope", "vendor"),
            ("name", &harmless(&loss.vendor)),
            ("period", &loss.period),
            ("variant", &harmless(&loss.entrant)),
            ("n", &loss.n.to_string()),
            ("variant_mean", &exact(loss.mean)),
            ("low", &exact(loss.low)),
            ("high", &exact(loss.high)),
            ("method", &loss.method),
        ]))?;
    }
    Ok(())
}
