//! `timeseries.csv`, `workloads.csv`, `dependency.csv`, `dependency_vendors.csv` and `burn_down.csv`: a line a month and what it is about,
//! five columns a figure. One description of each table serves for writing it and for reading it back.

mod tables;

pub use tables::{BURN_DOWN, DEPENDENCY, DEPENDENCY_VENDORS, TIMESERIES, WORKLOADS};

use super::csv::writer;
use super::number::exact;
use super::row_index::RowIndex;
use super::{Exporter, Report};
use crate::metrics::catalog::{self, Metric, Statistic, Table};
use crate::study::statistics::Method;
use crate::study::{Row, Summary};
use std::io::{self, Write};

/// A table of monthly figures.
#[derive(Clone, Copy, Debug)]
pub struct MonthlyTable {
    /// Which it is. Metrics that name it in the catalog have columns in it; those that only some scenarios have, only where they are recorded.
    table: Table,
    /// The first columns, which say what a line is about and what follows from the scenario alone.
    labels: &'static [&'static str],
    /// Figures whose columns stand first, in this order. Others follow in the order of the catalog, so that new ones move none.
    first: &'static [&'static Metric],
    lines: fn(&Summary) -> Vec<Line>,
}

/// What a line is about.
struct Line {
    labels: Vec<String>,
    scope: &'static str,
    name: String,
    month: String,
}

impl Exporter for MonthlyTable {
    fn file(&self) -> &'static str {
        self.table.file()
    }

    fn applies(&self, report: &Report) -> bool {
        self.has_lines(&report.summary)
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let summary = &report.summary;
        let rows = RowIndex::of(summary.rows.iter().filter(|row| row.is_monthly()));
        let mut csv = writer(out);
        let metrics = self.metrics_of(summary);
        csv.write_record(self.head(&metrics))?;
        for line in (self.lines)(summary) {
            let mut record = line.labels;
            for &metric in &metrics {
                let row = rows.get(metric, line.scope, &line.name, &line.month);
                record.extend([row.and_then(|row| row.mean), row.and_then(|row| row.low), row.and_then(|row| row.high)].map(exact));
                record.push(row.and_then(|row| n_cell(row, summary)).unwrap_or_default());
                record.push(ends(row));
            }
            csv.write_record(&record)?;
        }
        csv.flush()
    }
}

/// Says that the ends of a figure are the least and the greatest future, and not those of an interval.
const RANGE: &str = "range";

/// What the ends of a figure are, where they are not those of an interval.
pub(super) fn ends(row: Option<&Row>) -> String {
    row.filter(|row| row.is_range()).map_or("", |_| RANGE).to_owned()
}

/// In how many replications a figure is defined, where that does not go without saying: most are defined in all, so that files stay small. A
/// number without a mean is a figure that so many replications cannot support.
fn n_cell(row: &Row, summary: &Summary) -> Option<String> {
    let goes_without = match row.mean {
        Some(_) => row.n == summary.finished as usize || row.is_exact(),
        None => row.n == 0,
    };
    (!goes_without).then(|| row.n.to_string())
}

impl MonthlyTable {
    /// The figures that there are columns for: those of every scenario, then those that only some have.
    fn metrics_of(&self, summary: &Summary) -> Vec<&'static Metric> {
        let is_there = |metric: &&Metric| summary.rows.iter().any(|row| row.metric == metric.name);
        let (always, sometimes): (Vec<_>, Vec<_>) =
            columns_of(self.table, self.first).into_iter().partition(|metric| metric.only_with.is_empty());
        always.into_iter().chain(sometimes.into_iter().filter(is_there)).collect()
    }

    /// Whether there is anything that it has lines about.
    pub(super) fn has_lines(&self, summary: &Summary) -> bool {
        !(self.lines)(summary).is_empty()
    }

    fn head(&self, metrics: &[&Metric]) -> Vec<String> {
        let labels = self.labels.iter().map(|&label| label.to_owned());
        labels.chain(metrics.iter().flat_map(|metric| columns(metric))).collect()
    }

    /// The figures of a table that `write` wrote, given the rest of the same summary. An empty cell is not a figure.
    ///
    /// # Errors
    ///
    /// When it is not the table of this summary, or of another version.
    pub(super) fn read(&self, text: &[u8], summary: &Summary) -> Result<Vec<Row>, String> {
        let mut reader = csv::Reader::from_reader(text);
        let metrics = self.metrics_of(summary);
        if reader.headers().map_err(|error| error.to_string())? != self.head(&metrics) {
            return Err("its columns are not those that this version writes".to_owned());
        }
        let mut records = reader.records();
        let mut rows = Vec::new();
        for (index, line) in (self.lines)(summary).into_iter().enumerate() {
            let broken = |what: &str| format!("line {}: {what}", index + 2);
            let wanted = line.labels.join(",");
            let missing = || broken(&format!("it should begin with `{wanted}`"));
            let record = records.next().ok_or_else(missing)?.map_err(|error| error.to_string())?;
            if !line.labels.iter().map(String::as_str).eq(record.iter().take(self.labels.len())) {
                return Err(missing());
            }
            let not_a_number = |text: &str| broken(&format!("`{text}` is not a number"));
            let number =
                |text: &str| if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| not_a_number(text)) };
            for (at, &metric) in metrics.iter().enumerate() {
                let cell = |column: usize| &record[self.labels.len() + COLUMNS * at + column];
                let [mean, low, high] = [number(cell(0))?, number(cell(1))?, number(cell(2))?];
                let n = match cell(3) {
                    "" => summary.finished as usize,
                    text => text.parse().map_err(|_| not_a_number(text))?,
                };
                let method = match cell(4) {
                    "" => String::new(),
                    RANGE => Method::Range.to_string(),
                    other => return Err(broken(&format!("`{other}` should be `{RANGE}` or empty"))),
                };
                if mean.is_some() {
                    rows.push(Row { n, mean, low, high, method, ..Row::of(metric, line.scope, &line.name, &line.month) });
                }
            }
        }
        match records.next() {
            Some(_) => Err("it has more lines than belong to this run".to_owned()),
            None => Ok(rows),
        }
    }
}

/// Columns of a figure.
const COLUMNS: usize = 5;

/// The columns of a figure. The statistic over replications stands before the unit, that over jobs before it: `wait_s_p90` has
/// `wait_p90_mean_s`, `wait_p90_low_s` and `wait_p90_high_s`. The mean of a mean is written once: `wait_s_mean` has `wait_mean_s`. Then
/// `wait_s_p90_n` is in how many replications the figure is defined, where that is not all, and `wait_s_p90_ends` says `range` where low and high are
/// the least and the greatest future and not the ends of an interval.
pub(super) fn columns(metric: &Metric) -> [String; COLUMNS] {
    let [stem, statistic, unit] = metric.parts();
    let statistic = if metric.statistic == Statistic::Mean { "" } else { statistic };
    let [mean, low, high] = ["mean", "low", "high"].map(|part| {
        let words = [stem, statistic, part, unit];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
    });
    [mean, low, high, format!("{}_n", metric.name), format!("{}_ends", metric.name)]
}

/// The metrics of a table: those that stand first, then all others that name it in the catalog.
pub(super) fn columns_of(table: Table, first: &[&'static Metric]) -> Vec<&'static Metric> {
    let others = catalog::all().filter(|metric| metric.tables.contains(&table) && !first.contains(metric));
    first.iter().copied().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_end_in_their_unit() {
        for (metric, first) in [
            ("installed_gpus", "installed_mean_gpus"),
            ("busy_gpu_hours", "busy_mean_gpu_hours"),
            ("active_h100e_hours", "active_mean_h100e_hours"),
            ("carbon_t", "carbon_mean_t"),
            ("power_mw_mean", "power_mean_mw"),
            ("wait_s_mean", "wait_mean_s"),
            ("wait_s_p90", "wait_p90_mean_s"),
            ("bounded_slowdown_mean", "bounded_slowdown_mean"),
            ("within_objective_share", "within_objective_mean_share"),
            ("preemptions", "preemptions_mean"),
            ("hhi", "hhi_mean"),
            ("exit_data_days", "exit_data_mean_days"),
            ("ramp_at_risk_p95_mw_months", "ramp_at_risk_p95_mean_mw_months"),
            ("unit_cost_at_risk_usd_per_h100e_hour", "unit_cost_at_risk_mean_usd_per_h100e_hour"),
        ] {
            let [mean, low, high] = ["mean", "low", "high"].map(|part| first.replace("mean", part));
            let metric = catalog::find(metric).expect("it is declared");
            assert_eq!(columns(metric), [mean, low, high, format!("{}_n", metric.name), format!("{}_ends", metric.name)]);
        }
    }

    #[test]
    fn columns_are_those_that_the_catalog_names_and_no_two_have_one_name() {
        for table in [TIMESERIES, WORKLOADS, DEPENDENCY, DEPENDENCY_VENDORS, BURN_DOWN] {
            let all = columns_of(table.table, table.first);
            let astray: Vec<&str> = all.iter().filter(|metric| !metric.tables.contains(&table.table)).map(|one| one.name).collect();
            assert!(astray.is_empty(), "{}: {astray:?}", table.file());
            let mut head = table.head(&all);
            head.sort_unstable();
            let all = head.len();
            head.dedup();
            assert_eq!(head.len(), all, "{}", table.file());
        }
    }
}
