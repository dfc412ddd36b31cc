//! `timeseries.csv`, `workloads.csv` and `dependency.csv`: a line a month and what it is about, three columns a figure. One description of
//! each table serves for writing it and for reading it back.

use super::csv::{harmless, writer};
use super::number::exact;
use super::{Exporter, Report};
use crate::study::{Base, Planned, Row, Summary};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// A table of monthly figures.
#[derive(Clone, Copy, Debug)]
pub struct Wide {
    file: &'static str,
    /// The first columns, which say what a line is about and what follows from the scenario alone.
    labels: &'static [&'static str],
    /// The figures, in the order of columns.
    metrics: &'static [&'static str],
    lines: fn(&Summary) -> Vec<Line>,
}

/// What a line is about.
struct Line {
    labels: Vec<String>,
    scope: &'static str,
    name: String,
    month: String,
}

/// Capacity, energy and money: by cluster, by vendor (the cluster is `all`) and of all.
pub const TIMESERIES: Wide = Wide {
    file: "timeseries.csv",
    labels: &["month", "cluster", "vendor", "planned_gpus", "planned_gpu_hours"],
    metrics: &[
        "installed_gpus",
        "installed_gpu_hours",
        "active_gpu_hours",
        "allocated_gpu_hours",
        "busy_gpu_hours",
        "useful_gpu_hours",
        "lost_gpu_hours",
        "cost_usd",
        "energy_kwh",
        "carbon_t",
        "peak_mw",
        "power_mw_mean",
        "out_gpu_hours",
        "restart_and_checkpoint_gpu_hours",
        "active_h100e_hours",
        "allocated_h100e_hours",
        "useful_h100e_hours",
        "allocation_share",
        "utilisation_share",
        "goodput_share",
        "cost_committed_used_usd",
        "cost_unused_usd",
        "cost_on_demand_usd",
        "cost_spot_usd",
        "cost_power_usd",
        "usd_per_useful_h100e_hour",
    ],
    lines: clusters_and_vendors,
};

/// Jobs, GPU-hours, charges and service levels: by workload, by service, by team and of all.
pub const WORKLOADS: Wide = Wide {
    file: "workloads.csv",
    labels: &["month", "scope", "name"],
    metrics: &[
        "jobs_submitted",
        "jobs_completed",
        "jobs_failed",
        "jobs_cancelled",
        "jobs_rejected",
        "jobs_censored_running",
        "jobs_censored_queued",
        "wait_s_mean",
        "wait_s_p50",
        "wait_s_p90",
        "wait_s_p99",
        "waits_that_are_lower_bounds",
        "completion_s_mean",
        "completion_s_p50",
        "completion_s_p90",
        "completion_s_p99",
        "bounded_slowdown_mean",
        "deadline_miss_share",
        "preemptions",
        "interruptions",
        "allocated_gpu_hours",
        "useful_gpu_hours",
        "lost_gpu_hours",
        "restart_and_checkpoint_gpu_hours",
        "charged_usd",
        "demanded_tokens",
        "within_objective_share",
        "served_share",
        "dropped_share",
        "backlog_peak_tokens",
        "below_objective_time_share",
    ],
    lines: users,
};

/// Concentration on few vendors, suppliers, developers, grids and jurisdictions, by base. What was signed does not change by month and is
/// not here.
pub const DEPENDENCY: Wide = Wide {
    file: "dependency.csv",
    labels: &["month", "base"],
    metrics: &["hhi", "cr1_share", "cr3_share", "effective_vendors", "effective_vendors_inverse"],
    lines: bases,
};

impl Exporter for Wide {
    fn file(&self) -> &'static str {
        self.file
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let summary = &report.summary;
        let months = summary.rows.iter().filter(|row| row.is_monthly());
        let rows: BTreeMap<_, _> =
            months.map(|row| ((row.period.as_str(), row.scope.as_str(), row.name.as_str(), row.metric.as_str()), row)).collect();
        let mut csv = writer(out);
        csv.write_record(self.head())?;
        for line in (self.lines)(summary) {
            let mut record = line.labels;
            for &metric in self.metrics {
                let row = rows.get(&(line.month.as_str(), line.scope, line.name.as_str(), metric));
                record.extend([row.and_then(|row| row.mean), row.and_then(|row| row.low), row.and_then(|row| row.high)].map(exact));
            }
            csv.write_record(&record)?;
        }
        csv.flush()
    }
}

impl Wide {
    fn head(&self) -> Vec<String> {
        let labels = self.labels.iter().map(|&label| label.to_owned());
        labels.chain(self.metrics.iter().flat_map(|metric| columns(metric))).collect()
    }

    /// The figures of a table that `write` wrote, given the rest of the same summary. Cells that are empty are no figures.
    ///
    /// # Errors
    ///
    /// When it is not the table of this summary, or of another version.
    pub(super) fn read(&self, text: &[u8], summary: &Summary) -> Result<Vec<Row>, String> {
        let mut reader = csv::Reader::from_reader(text);
        if reader.headers().map_err(|error| error.to_string())? != self.head() {
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
            let number = |column: usize| match &record[self.labels.len() + column] {
                "" => Ok(None),
                text => text.parse().map(Some).map_err(|_| broken(&format!("`{text}` is not a number"))),
            };
            for (at, &metric) in self.metrics.iter().enumerate() {
                let [mean, low, high] = [number(3 * at)?, number(3 * at + 1)?, number(3 * at + 2)?];
                if mean.is_some() {
                    rows.push(Row {
                        metric: metric.to_owned(),
                        scope: line.scope.to_owned(),
                        name: line.name.clone(),
                        period: line.month.clone(),
                        n: summary.finished as usize,
                        mean,
                        low,
                        high,
                        method: String::new(),
                    });
                }
            }
        }
        match records.next() {
            Some(_) => Err("it has more lines than belong to this run".to_owned()),
            None => Ok(rows),
        }
    }
}

fn months(summary: &Summary) -> Vec<&str> {
    let mut months: Vec<&str> = summary.planned.iter().map(|plan| plan.month.as_str()).collect();
    months.dedup();
    months
}

fn clusters_and_vendors(summary: &Summary) -> Vec<Line> {
    let mut lines = Vec::new();
    for month in summary.planned.chunk_by(|a, b| a.month == b.month) {
        let mut add = |scope, name: &str, [cluster, vendor]: [&str; 2], is_in: &dyn Fn(&&Planned) -> bool| {
            let gpus: u64 = month.iter().filter(is_in).map(|plan| plan.gpus).sum();
            let gpu_hours: f64 = month.iter().filter(is_in).map(|plan| plan.gpu_hours).sum();
            let label = &month[0].month;
            let labels = vec![label.clone(), harmless(cluster), harmless(vendor), gpus.to_string(), exact(Some(gpu_hours))];
            lines.push(Line { labels, scope, name: name.to_owned(), month: label.clone() });
        };
        for plan in month {
            add("cluster", &plan.cluster, [&plan.cluster, &plan.vendor], &|other| other.cluster == plan.cluster);
        }
        for (key, _) in &summary.vendors {
            add("vendor", key, ["all", key], &|plan| plan.vendor == *key);
        }
        add("all", "all", ["all"; 2], &|_| true);
    }
    lines
}

fn users(summary: &Summary) -> Vec<Line> {
    let mut names: Vec<(&'static str, &str)> = Vec::new();
    for scope in ["workload", "service", "team", "all"] {
        names.extend(summary.names(scope).into_iter().map(|name| (scope, name)));
    }
    by_month(summary, &names, |month, scope, name| vec![month.to_owned(), scope.to_owned(), harmless(name)])
}

fn bases(summary: &Summary) -> Vec<Line> {
    let bases: Vec<_> = Base::ALL.into_iter().filter(|base| base.varies()).map(|base| ("base", base.word())).collect();
    by_month(summary, &bases, |month, _, base| vec![month.to_owned(), base.to_owned()])
}

fn by_month(summary: &Summary, names: &[(&'static str, &str)], labels: fn(&str, &str, &str) -> Vec<String>) -> Vec<Line> {
    let of_month = |month: &str| {
        let line = |&(scope, name): &(&'static str, &str)| Line {
            labels: labels(month, scope, name),
            scope,
            name: name.to_owned(),
            month: month.to_owned(),
        };
        names.iter().map(line).collect::<Vec<_>>()
    };
    months(summary).into_iter().flat_map(of_month).collect()
}

/// The columns of a figure. The statistic over replications stands before the unit, that over jobs before it: `wait_s_p90` has
/// `wait_p90_mean_s`, `wait_p90_low_s` and `wait_p90_high_s`. The mean of a mean is written once: `wait_s_mean` has `wait_mean_s`.
fn columns(metric: &str) -> [String; 3] {
    let ending = |text: &str, words: &[&'static str]| {
        let found = words.iter().find_map(|&word| Some((text.strip_suffix(word)?.strip_suffix('_')?.to_owned(), word)));
        found.unwrap_or_else(|| (text.to_owned(), ""))
    };
    let (rest, quantile) = ending(metric, &["mean", "p50", "p90", "p99"]);
    let (stem, unit) = ending(&rest, &["gpu_hours", "h100e_hours", "gpus", "usd", "kwh", "mw", "t", "s", "tokens", "share"]);
    let quantile = if quantile == "mean" { "" } else { quantile };
    ["mean", "low", "high"].map(|part| {
        let words = [stem.as_str(), quantile, part, unit];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
    })
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
        ] {
            assert_eq!(columns(metric), ["mean", "low", "high"].map(|part| first.replace("mean", part)));
        }
    }

    #[test]
    fn no_two_columns_of_a_table_have_one_name() {
        for table in [TIMESERIES, WORKLOADS, DEPENDENCY] {
            let mut head = table.head();
            head.sort_unstable();
            let all = head.len();
            head.dedup();
            assert_eq!(head.len(), all, "{}", table.file);
        }
    }
}
