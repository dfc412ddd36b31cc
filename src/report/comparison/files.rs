//! `comparison.csv`.

use crate::report::csv::harmless;
use crate::report::number::exact;
use crate::report::output::Rows;
use crate::study::comparison::Comparison;
use std::io;

/// The file that all of a comparison can be read from again.
pub const COMPARISON_JSON: &str = "comparison.json";

/// Every figure of every variant against the baseline, and the N-1 losses, as lines.
pub(super) fn write_rows(comparison: &Comparison, csv: &mut Rows<'_>) -> io::Result<()> {
    csv.write_record([
        "metric",
        "scope",
        "name",
        "period",
        "variant",
        "n",
        "baseline_mean",
        "variant_mean",
        "difference",
        "low",
        "high",
        "method",
        "correlation",
        "variance_reduction",
        "more_in",
        "less_in",
        "verdict",
    ])?;
    for row in &comparison.rows {
        let [baseline, changed, difference, low, high, correlation, reduction] =
            [row.baseline_mean, row.variant_mean, row.difference, row.low, row.high, row.correlation, row.variance_reduction]
                .map(exact);
        let [n, more, less] = [row.n, row.more_in, row.less_in].map(|count| count.to_string());
        let verdict =
            serde_json::to_value(row.verdict).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
        let (name, variant) = (harmless(&row.name), harmless(&row.variant));
        csv.write_record([
            &row.metric,
            &row.scope,
            &name,
            &row.period,
            &variant,
            &n,
            &baseline,
            &changed,
            &difference,
            &low,
            &high,
            &row.method,
            &correlation,
            &reduction,
            &more,
            &less,
            &verdict,
        ])?;
    }
    for bridge in &comparison.bridges {
        for (metric, effect) in bridge.effects() {
            // To the cent, whatever the size: the effects add up to the difference of the bills.
            let cents = format!("{:.2}", effect.usd);
            let [low, high] = [effect.low, effect.high].map(exact);
            let (variant, n) = (harmless(&bridge.variant), bridge.n.to_string());
            let empty = "";
            csv.write_record([
                metric.name,
                "all",
                "all",
                "total",
                &variant,
                &n,
                empty,
                empty,
                &cents,
                &low,
                &high,
                empty,
                empty,
                empty,
                empty,
                empty,
                empty,
            ])?;
        }
    }
    for loss in &comparison.losses {
        let [mean, low, high] = [loss.mean, loss.low, loss.high].map(exact);
        let (vendor, entrant, n) = (harmless(&loss.vendor), harmless(&loss.entrant), loss.n.to_string());
        csv.write_record([
            loss.metric.as_str(),
            "vendor",
            &vendor,
            &loss.period,
            &entrant,
            &n,
            "",
            &mean,
            "",
            &low,
            &high,
            &loss.method,
            "",
            "",
            "",
            "",
            "",
        ])?;
    }
    Ok(())
}
