//! What arrives, and how much of it is used.

use super::{Listed, Section, cells, spread, style, vendors_and_all};
use crate::metrics::catalog;
use crate::report::Report;
use crate::report::document::{Cell, Column, Table};
use crate::report::number::Style;
use crate::study::Summary;

const FIGURES: [Listed; 5] = [
    Listed::of("delivered", &catalog::INSTALLED_GPU_HOURS),
    Listed::of("allocated", &catalog::ALLOCATION_SHARE),
    Listed::of("useful", &catalog::GOODPUT_SHARE),
    Listed::of("cost", &catalog::COST_USD).with_room(),
    Listed::of("USD per useful\nH100e-hour", &catalog::USD_PER_USEFUL_H100E_HOUR).bare().with_room(),
];

const FLEET: [Listed; 4] = [
    Listed::of("planned", &catalog::PLANNED_GPUS),
    Listed::of("delivered\n10-90 %", &catalog::INSTALLED_GPUS),
    Listed::of("planned", &catalog::PLANNED_GW),
    Listed::of("delivered\n10-90 %", &catalog::INSTALLED_GW),
];

pub(super) fn section(report: &Report) -> Option<Section> {
    let summary = &report.summary;
    let tables = [fleet(summary), by_year(summary), by_vendor(summary)];
    let tables: Vec<Table> = tables.into_iter().filter(|table| !table.rows.is_empty()).collect();
    let mut notes = vec![
        "GPUs and GW stand at the year's end, or the scenario's: what is planned, and the median over futures of what is delivered by then, with their \
         10th to 90th percentile. GW: facility power at peak, IT power times peak PUE."
            .to_owned(),
        "Allocated and useful are shares of active GPU-hours (delivered less repair).".to_owned(),
    ];
    if has_options(summary) {
        notes.push("Exercised options count as delivered and not as planned.".to_owned());
    }
    (!tables.is_empty()).then_some(Section { id: "capacity", title: "Capacity", tables, notes })
}

/// Whether a contract has an option on more capacity, which is delivered without being planned.
pub(in crate::report) fn has_options(summary: &Summary) -> bool {
    let gpus = |key: &str| summary.get(&catalog::OPTION_GPUS, "vendor", key, "total").and_then(|row| row.mean);
    summary.vendors.iter().any(|(key, _)| gpus(key).is_some_and(|gpus| gpus > 0.0))
}

/// What is planned and what is there at the ends of years.
fn fleet(summary: &Summary) -> Table {
    let columns = [Column::group("vendor"), Column::figures("year", "")].into_iter().chain(FLEET.map(Listed::column));
    let mut table = Table::new("Fleet at year ends", columns.collect());
    for (scope, key, name) in vendors_and_all(summary) {
        for year in summary.years() {
            let mean = |metric: &catalog::Metric| summary.get(metric, scope, key, &year).and_then(|row| row.mean);
            if [&catalog::PLANNED_GPUS, &catalog::INSTALLED_GPUS]
                .into_iter()
                .any(|metric| mean(metric).is_some_and(|gpus| gpus > 0.0))
            {
                let labels = [Cell::from(name), Cell::from(&year)];
                let figure = |one: &Listed| spread(summary, summary.get(one.metric, scope, key, &year), style(one.metric));
                table.rows.push(labels.into_iter().chain(FLEET.iter().map(figure)).collect());
            }
        }
    }
    table
}

/// All vendors by year and over the whole run: what the other table says of all, and its total.
fn by_year(summary: &Summary) -> Table {
    let mut table = Table::new("By year", columns([Column::text("year")])).with_room();
    for year in summary.years() {
        table.rows.extend(row(summary, "all", "all", &year, [Cell::from(&year)]));
    }
    table.rows.extend(row(summary, "all", "all", "total", [Cell::from("all")]));
    table
}

fn by_vendor(summary: &Summary) -> Table {
    let mut table = Table::new("By vendor and year", columns([Column::group("vendor"), Column::figures("year", "")]));
    for (scope, key, name) in vendors_and_all(summary) {
        for year in summary.years() {
            table.rows.extend(row(summary, scope, key, &year, [Cell::from(name), Cell::from(&year)]));
        }
    }
    table
}

fn columns<const N: usize>(labels: [Column; N]) -> Vec<Column> {
    let planned = Column::figures("planned", "GPU-hours").of(&catalog::PLANNED_GPU_HOURS);
    labels.into_iter().chain([planned]).chain(FIGURES.map(Listed::column)).collect()
}

/// A row; none where nothing is planned and nothing arrives.
fn row<const N: usize>(summary: &Summary, scope: &str, key: &str, period: &str, labels: [Cell; N]) -> Option<Vec<Cell>> {
    let is_in = |plan: &&crate::study::Planned| {
        (period == "total" || plan.month.starts_with(period)) && (scope == "all" || plan.vendor == key)
    };
    let planned: f64 = summary.planned.iter().filter(is_in).map(|plan| plan.gpu_hours).sum();
    let delivered = summary.get(&catalog::INSTALLED_GPU_HOURS, scope, key, period).and_then(|row| row.mean);
    if planned == 0.0 && delivered.is_none_or(|mean| mean == 0.0) {
        return None;
    }
    let planned = Cell::exact(Style::Amount, planned);
    Some(labels.into_iter().chain([planned]).chain(cells(&FIGURES, summary, scope, key, period)).collect())
}
