//! What each team got and was due: where a scenario has teams.

use super::{Listed, Section, cells, estimate};
use crate::metrics::catalog::{self, Metric};
use crate::report::Report;
use crate::report::document::{Cell, Column, Table};
use crate::report::metric::style;
use crate::study::Summary;

const FIGURES: [Listed; 7] = [
    Listed::of("jobs", &catalog::JOBS_SUBMITTED),
    Listed::of("GPU-hours", &catalog::JOB_GPU_HOURS).bare(),
    Listed::of("share", &catalog::JOB_GPU_HOURS_SHARE),
    Listed::of("due", &catalog::WEIGHT_SHARE),
    Listed::of("mean\nwait", &catalog::WAIT_S_MEAN),
    Listed::of("mean\nslowdown", &catalog::BOUNDED_SLOWDOWN_MEAN).with_room(),
    Listed::of("finish-time\nratio", &catalog::FINISH_TIME_RATIO),
];

const BUDGETS: [Listed; 3] = [
    Listed::of("GPU-hours", &catalog::ALLOCATED_GPU_HOURS).bare(),
    Listed::of("charged", &catalog::CHARGED_USD).bare(),
    Listed::of("time without\nbudget", &catalog::BUDGET_SPENT_TIME_SHARE),
];

pub(super) fn section(report: &Report) -> Option<Section> {
    let summary = &report.summary;
    let (budgets, shares) = (budgets(summary), shares(summary));
    if budgets.is_none() && shares.is_none() {
        return None;
    }
    let (tables, notes): (Vec<Table>, Vec<Vec<String>>) = shares.into_iter().chain(budgets).unzip();
    Some(Section { id: "teams", title: "Teams", tables, notes: notes.concat() })
}

/// How long teams were without a budget.
fn budgets(summary: &Summary) -> Option<(Table, Vec<String>)> {
    let columns = std::iter::once(Column::text("team")).chain(BUDGETS.map(Listed::column));
    let mut table = Table::new("Budgets of teams, over the whole run", columns.collect());
    let has_budget = |name: &&str| summary.get(&catalog::BUDGET_SPENT_TIME_SHARE, "team", name, "total").is_some();
    let teams: Vec<&str> = summary.names("team").into_iter().filter(has_budget).collect();
    for name in &teams {
        table.row(std::iter::once(Cell::from(*name)).chain(cells(&BUDGETS, summary, "team", name, "total")));
    }
    let note = "Time without budget: the share of the time in which what a team may use in the period was used up; unless it borrowed, none of its jobs \
                started then.";
    (!teams.is_empty()).then(|| (table, vec![note.to_owned()]))
}

/// What each team got and was due.
fn shares(summary: &Summary) -> Option<(Table, Vec<String>)> {
    summary.get(&catalog::JAIN_INDEX, "all", "all", "total")?;
    let columns = std::iter::once(Column::text("team")).chain(FIGURES.map(Listed::column));
    let mut table = Table::new("Jobs by team, over the whole run", columns.collect());
    let has_weight = |name: &&str| summary.get(&catalog::WEIGHT_SHARE, "team", name, "total").is_some();
    for name in summary.names("team").into_iter().filter(has_weight) {
        table.row(std::iter::once(Cell::from(name)).chain(cells(&FIGURES, summary, "team", name, "total")));
    }
    let by_quota = match summary.get(&catalog::JAIN_INDEX_BY_QUOTA, "all", "all", "total") {
        Some(_) => format!(" (per quota {})", told(summary, &catalog::JAIN_INDEX_BY_QUOTA)),
        None => String::new(),
    };
    let notes = vec![
        format!(
            "Jain's index of GPU-hours per weight {}{by_quota}; the largest of them is {} times the least; the worst finish-time ratio is {}.",
            told(summary, &catalog::JAIN_INDEX),
            told(summary, &catalog::MAX_MIN_RATIO),
            told(summary, &catalog::FINISH_TIME_RATIO_WORST)
        ),
        "Due: the team's weight among all. Finish-time ratio: how many times as long its jobs took as they would have on GPUs of its own, as \
         many as it is due; unfinished jobs count with a lower bound. Jain's index is 1 where all have what they are due, and 1/n where one of \
         n has everything."
            .to_owned(),
    ];
    Some((table, notes))
}

/// A figure of all with its interval in brackets.
fn told(summary: &Summary, metric: &Metric) -> String {
    match estimate(summary, summary.get(metric, "all", "all", "total"), style(metric)) {
        Cell::Figure(figure) => {
            let (mean, range) = figure.shown();
            let (open, close) = if figure.is_range { ('[', ']') } else { ('(', ')') };
            range.map_or_else(|| mean.clone(), |range| format!("{mean} {open}{range}{close}"))
        }
        _ => "-".to_owned(),
    }
}
