//! What services need that are too small.

use crate::metrics::catalog::{self, Metric};
use crate::study::Summary;

/// A sentence on each service that lacks replicas in a month: in the month in which it lacks most, and in how many.
pub(super) fn notes(summary: &Summary) -> Vec<String> {
    summary.names("service").into_iter().filter_map(|name| note(summary, name)).collect()
}

fn note(summary: &Summary, name: &str) -> Option<String> {
    let is_of = |row: &&crate::study::Row| row.is_monthly() && row.scope == "service" && row.name == name;
    let months = summary.rows.iter().filter(is_of).filter(|row| row.metric == catalog::LACKING_GPUS.name);
    let lacks: Vec<(&str, f64)> = months.filter_map(|row| Some((row.period.as_str(), row.mean?))).collect();
    let short = || lacks.iter().filter(|(_, gpus)| *gpus > 0.0);
    // The first of equals.
    let &(month, gpus) = short().reduce(|worst, next| if next.1 > worst.1 { next } else { worst })?;
    let mean = |metric: &Metric| summary.get(metric, "service", name, month).and_then(|row| row.mean);
    let (needed, available) = (mean(&catalog::NEEDED_REPLICAS)?, mean(&catalog::AVAILABLE_REPLICAS)?);
    let first = short().next().map_or(month, |(first, _)| first);
    let futures = if summary.finished > 1 { ", on average over futures" } else { "" };
    Some(format!(
        "{name} needs {} replicas in {month} to hold its objective and has {}: it lacks {} GPUs{futures}. It is too small in {} of {} \
         months, first in {first}.",
        whole(needed),
        whole(available),
        whole(gpus),
        short().count(),
        lacks.len(),
    ))
}

/// A whole number with its thousands set apart; one decimal where it is small and not whole.
fn whole(value: f64) -> String {
    if value < 100.0 && (value - value.round()).abs() > 0.05 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let first = digits.len() % 3;
    let (head, rest) = digits.split_at(first);
    let parts = std::iter::once(head).filter(|head| !head.is_empty()).map(str::to_owned);
    let rest: Vec<char> = rest.chars().collect();
    parts.chain(rest.chunks(3).map(|part| part.iter().collect())).collect::<Vec<String>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn thousands_are_set_apart() {
        let shown = [0.0, 1.5, 7.0, 99.98, 1240.0, 999_999.6, 12_345_678.0].map(whole);
        assert_eq!(shown, ["0", "1.5", "7", "100", "1,240", "1,000,000", "12,345,678"]);
    }
}
