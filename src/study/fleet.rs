//! GPUs and facility power that the plan puts at the ends of years.

use super::summary::{Row, exact};
use crate::metrics::catalog;
use crate::model::Model;
use crate::units::Span;

/// Planned GPUs and facility power \[GW\] by vendor and of all, as of the last instant of each year that the scenario covers; of the last
/// one as of its end.
pub(super) fn rows(model: &Model) -> Vec<Row> {
    let months = model.calendar.months();
    let mut rows = Vec::new();
    for last in months.iter().enumerate().filter(|&(month, span)| months.get(month + 1).is_none_or(|next| next.year != span.year)) {
        let (year, at) = (format!("{:04}", last.1.year), last.1.end - Span::from_ms(1));
        let mut add = |scope: &str, name: &str, vendor: Option<usize>| {
            let clusters = || model.clusters.iter().filter(|cluster| vendor.is_none_or(|vendor| cluster.vendor.index() == vendor));
            let gpus = clusters().map(|cluster| cluster.planned_at(at).as_f64()).sum();
            let kilowatts: f64 = clusters().map(|cluster| cluster.planned_at(at).as_f64() * cluster.peak_kw_per_gpu()).sum();
            rows.push(exact(&catalog::PLANNED_GPUS, scope, name, &year, Some(gpus)));
            rows.push(exact(&catalog::PLANNED_GW, scope, name, &year, Some(kilowatts / 1e6)));
        };
        add("all", "all", None);
        for (index, vendor) in model.vendors.iter().enumerate() {
            add("vendor", &vendor.key, Some(index));
        }
    }
    rows
}
