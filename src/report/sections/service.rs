//! How long jobs wait, and how well services are served.

mod lacks;

use super::{Listed, Section, cells};
use crate::metrics::catalog::{self, Metric};
use crate::report::Report;
use crate::report::document::{Cell, Column, Table};
use crate::report::number::Style;
use crate::report::shares;
use crate::study::Summary;

const OF_JOBS: [Listed; 4] = [
    Listed::of("wait\np50", &catalog::WAIT_S_P50),
    Listed::of("wait\np90", &catalog::WAIT_S_P90),
    Listed::of("wait\np99", &catalog::WAIT_S_P99),
    Listed::of("deadlines\nmissed", &catalog::DEADLINE_MISS_SHARE).with_room().optional(),
];
const OF_SERVICES: [Listed; 3] = [
    Listed::of("tokens", &catalog::DEMANDED_TOKENS).bare(),
    Listed::of("within\nSLO", &catalog::WITHIN_OBJECTIVE_SHARE),
    Listed::of("dropped", &catalog::DROPPED_SHARE),
];

pub(super) fn section(report: &Report) -> Option<Section> {
    let summary = &report.summary;
    let (jobs, services) = (jobs(summary), services(summary));
    let mut notes = Vec::new();
    if !jobs.rows.is_empty() {
        notes.push(
            "Wait: from submission to the first start, medians over replications; jobs that never started count with what they waited. Censored: \
             still running or waiting at the end."
                .to_owned(),
        );
        notes.extend(overloads(summary));
        notes.extend(lower_bounds(summary));
    }
    if !services.rows.is_empty() {
        notes.push(
            "Within SLO: tokens as fast as the service level objective promises. Dropped: requests that left unserved.".to_owned(),
        );
    }
    notes.extend(lacks::notes(summary));
    let tables: Vec<Table> = [jobs, services].into_iter().filter(|table| !table.rows.is_empty()).collect();
    (!tables.is_empty()).then_some(Section { id: "service", title: "Service", tables, notes })
}

fn jobs(summary: &Summary) -> Table {
    let fates = [("rejected", &catalog::JOBS_REJECTED), ("censored", &catalog::JOBS_CENSORED_QUEUED)];
    let fates = fates.map(|(header, metric)| Column::figures(header, "").of(metric));
    let overloaded = Column::figures("over\u{ad}\nloaded in", "").of(&catalog::OVERLOADED_SHARE);
    let jobs = Column::figures("jobs", "").of(&catalog::JOBS_SUBMITTED);
    let columns = [Column::text("workload"), jobs].into_iter().chain(OF_JOBS.map(Listed::column)).chain([overloaded]).chain(fates);
    let mut table = Table::new("Jobs by workload", columns.collect());
    for name in summary.names("workload") {
        let mean = |metric: &Metric| summary.get(metric, "workload", name, "total").and_then(|row| row.mean).unwrap_or(0.0);
        let fates = [mean(&catalog::JOBS_REJECTED), mean(&catalog::JOBS_CENSORED_RUNNING) + mean(&catalog::JOBS_CENSORED_QUEUED)];
        // Without its interval, which the columns of waits need the room of.
        let jobs = Cell::exact(Style::Amount, mean(&catalog::JOBS_SUBMITTED));
        let figures = cells(&OF_JOBS, summary, "workload", name, "total");
        let fates = fates.map(|jobs| Cell::exact(Style::Amount, jobs));
        let overloaded = overload(summary, name).map_or(Cell::Missing, |(seen, _)| Cell::from(seen));
        table.row([Cell::from(name), jobs].into_iter().chain(figures).chain([overloaded]).chain(fates));
    }
    table
}

fn services(summary: &Summary) -> Table {
    let columns = std::iter::once(Column::text("service")).chain(OF_SERVICES.map(Listed::column));
    let mut table = Table::new("Services", columns.collect());
    for name in summary.names("service") {
        table.row(std::iter::once(Cell::from(name)).chain(cells(&OF_SERVICES, summary, "service", name, "total")));
    }
    table
}

/// In how many futures a workload is overloaded, and between what probabilities that leaves it [%].
fn overload(summary: &Summary, name: &str) -> Option<(String, String)> {
    shares::seen(summary.get(&catalog::OVERLOADED_SHARE, "workload", name, "total")?)
}

/// What overloaded means, which workloads are it, and what so many futures can say of the others.
fn overloads(summary: &Summary) -> Option<String> {
    let names = summary.names("workload");
    let row = |name: &&str| summary.get(&catalog::OVERLOADED_SHARE, "workload", name, "total");
    let is_at_times = |name: &&str| row(name).and_then(|row| row.mean).is_some_and(|mean| mean > 0.0);
    let (at_times, never): (Vec<&str>, Vec<&str>) = names.into_iter().filter(|name| row(name).is_some()).partition(is_at_times);
    let n = row(at_times.first().or(never.first())?)?.n;
    let told = |name: &&str| overload(summary, name).map(|(seen, between)| format!("{name} is so in {seen} futures ({between} %)"));
    let mut clauses: Vec<String> = at_times.iter().filter_map(told).collect();
    if !never.is_empty() {
        let which = if at_times.is_empty() { "no workload is" } else { "the others are in none" };
        clauses.push(format!("{which}, which still allows {} % of futures", shares::none_allows(n)));
    }
    Some(format!(
        "Overloaded: more work waits at the end than arrives in seven days, and more than when the last quarter began; {} (95 %, exact binomial).",
        clauses.join("; ")
    ))
}

/// How many waits are longer than they are counted.
fn lower_bounds(summary: &Summary) -> Option<String> {
    let mean = |name: &&str| summary.get(&catalog::WAITS_THAT_ARE_LOWER_BOUNDS, "workload", name, "total")?.mean;
    let lower: f64 = summary.names("workload").iter().filter_map(mean).sum();
    (lower > 0.0).then(|| format!("{} waits a replication are lower bounds.", Style::Amount.show(lower)))
}
