//! How figures of a metric are shown.

use super::number::Style;
use crate::metrics::catalog::{self, Metric, Unit};

/// How a figure is written.
pub(super) const fn style(metric: &Metric) -> Style {
    match metric.unit {
        Unit::Share => Style::Percent,
        Unit::Seconds => Style::Time,
        Unit::Points => Style::Whole,
        _ => Style::Amount,
    }
}

/// The unit in a header; empty where figures carry their own.
pub(super) const fn unit(metric: &Metric) -> &'static str {
    match metric.unit {
        Unit::Share => "%",
        Unit::Seconds | Unit::Points => "",
        unit => unit.symbol(),
    }
}

/// How figures of a metric of this name are written.
pub(super) fn style_of(name: &str) -> Style {
    catalog::find(name).map_or(Style::Amount, style)
}

/// A metric of this name in a few words; the name itself where this version does not know it.
pub(super) fn label_of(name: &str) -> &str {
    catalog::find(name).map_or(name, |metric| metric.label)
}
