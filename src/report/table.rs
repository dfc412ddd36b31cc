//! What a person sees: five tables within 80 columns, every estimate with its interval; further ones where there is a budget, and where there are
//! teams.

mod affordability;
mod teams;

use super::number::Style;
use super::number::Style::{Amount, Percent, Time, Whole};
use super::{Report, Statement};
use crate::study::{Row, Summary};
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// The widest a table may be.
const WIDTH: u16 = 80;

/// A line under the head and one at the end.
pub const STYLE: TableStyle = TableStyle::new()
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// The tables as text.
#[must_use]
pub fn tables(report: &Report) -> String {
    let summary = &report.summary;
    let mut text = heading(summary);
    let five =
        [capacity(summary), service(summary), money(summary), dependency(summary), assumptions(&report.manifest.assumptions)];
    for (title, table, notes) in five.into_iter().chain(affordability::affordability(summary)).chain(teams::teams(summary)) {
        // Only the last section has something to say without a table: what was left to the program.
        if table.is_empty() && (notes.is_empty() || !title.starts_with('5')) {
            continue;
        }
        let body = if table.is_empty() { String::new() } else { format!("{table}\n") };
        text.push_str(&format!("\n{title}\n{body}"));
        for note in notes {
            text.push_str(&wrapped(&note));
        }
    }
    text
}

type Section = (&'static str, Table, Vec<String>);

fn heading(summary: &Summary) -> String {
    let head = format!(
        "{}\n{} to {}, {} of {} replications, seed {}; policy {}.\n{}Mean, and below it the {:.0} % interval of the mean over replications.",
        summary.title,
        summary.start,
        summary.end,
        summary.finished,
        summary.replications,
        summary.seed,
        summary.policy,
        if summary.warm_up_days > 0.0 {
            format!("The first {} days are a warm-up and not measured. ", summary.warm_up_days)
        } else {
            String::new()
        },
        summary.confidence * 100.0
    );
    head.lines().map(wrapped).collect()
}

pub(super) fn new_table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(head.iter().map(Cell::new));
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A mean with its interval on a second line.
fn cell(row: Option<&Row>, style: Style) -> Cell {
    let Some(row) = row else { return Cell::new("-") };
    let Some(mean) = row.mean else { return Cell::new("-") };
    let interval = row.low.zip(row.high);
    let (mean, shown) = style.with_interval(mean, interval);
    Cell::new(match (interval, shown) {
        (Some((low, high)), Some(shown)) if low < high => format!("{mean}\n{shown}"),
        (Some(_), _) => mean,
        (None, _) => format!("{mean}\nn = {}", row.n),
    })
}

fn capacity(summary: &Summary) -> Section {
    let mut table = new_table(&["vendor", "year", "planned\nGPU-hours", "delivered\nGPU-hours", "allocated\n%", "useful\n%"]);
    let mut vendors: Vec<(&str, &str)> = summary.vendors.iter().map(|(key, name)| (key.as_str(), name.as_str())).collect();
    vendors.push(("all", "all"));
    for (key, name) in vendors {
        let mut shown = name;
        for year in summary.years() {
            let (scope, key) = if key == "all" { ("all", "all") } else { ("vendor", key) };
            let planned: f64 = (summary.planned.iter())
                .filter(|plan| plan.month.starts_with(&year) && (scope == "all" || plan.vendor == key))
                .map(|plan| plan.gpu_hours)
                .sum();
            let row = |metric: &str| summary.get(metric, scope, key, &year);
            if planned == 0.0 && row("installed_gpu_hours").and_then(|row| row.mean).is_none_or(|mean| mean == 0.0) {
                continue;
            }
            table.add_row([
                Cell::new(shown),
                Cell::new(&year),
                Cell::new(Amount.show(planned)),
                cell(row("installed_gpu_hours"), Amount),
                cell(row("allocation_share"), Percent),
                cell(row("goodput_share"), Percent),
            ]);
            shown = "";
        }
    }
    let notes = vec!["Allocated and useful are shares of active GPU-hours (delivered less repair).".to_owned()];
    ("1. Capacity", table, notes)
}

fn service(summary: &Summary) -> Section {
    let mut table = new_table(&["workload", "jobs or\ntokens", "queue\np50", "\np90", "\np99", "SLO %", "rejected\ncensored"]);
    for name in summary.names("workload") {
        let row = |metric: &str| summary.get(metric, "workload", name, "total");
        let mean = |metric: &str| row(metric).and_then(|row| row.mean).unwrap_or(0.0);
        table.add_row([
            Cell::new(name),
            cell(row("jobs_submitted"), Amount),
            cell(row("wait_s_p50"), Time),
            cell(row("wait_s_p90"), Time),
            cell(row("wait_s_p99"), Time),
            Cell::new("-"),
            Cell::new(format!(
                "{}\n{}",
                Amount.show(mean("jobs_rejected")),
                Amount.show(mean("jobs_censored_running") + mean("jobs_censored_queued"))
            )),
        ]);
    }
    for name in summary.names("service") {
        let row = |metric: &str| summary.get(metric, "service", name, "total");
        table.add_row([
            Cell::new(name),
            cell(row("demanded_tokens"), Amount),
            Cell::new("-"),
            Cell::new("-"),
            Cell::new("-"),
            cell(row("within_objective_share"), Percent),
            Cell::new(format!("{} %\n-", Percent.show(row("dropped_share").and_then(|row| row.mean).unwrap_or(0.0)))),
        ]);
    }
    let mut notes = vec![
        "Queue: from submission to the first start; jobs that never started count with what they waited. A service's".to_owned()
            + " rejected are requests that left unserved.",
    ];
    let lower: f64 = summary
        .names("workload")
        .iter()
        .filter_map(|name| summary.get("waits_that_are_lower_bounds", "workload", name, "total")?.mean)
        .sum();
    if lower > 0.0 {
        notes.push(format!("{} waits a replication are lower bounds.", Amount.show(lower)));
    }
    ("2. Service", table, notes)
}

fn money(summary: &Summary) -> Section {
    let mut table = new_table(&["vendor", "committed", "billed", "unused", "on-demand", "power", "per useful\nH100e-hour"]);
    let mut vendors: Vec<(&str, &str)> = summary.vendors.iter().map(|(key, name)| (key.as_str(), name.as_str())).collect();
    vendors.push(("all", "all"));
    for (key, name) in vendors {
        let (scope, key) = if key == "all" { ("all", "all") } else { ("vendor", key) };
        let row = |metric: &str| summary.get(metric, scope, key, "total");
        let committed = match scope {
            "all" => Amount.show(
                summary
                    .rows
                    .iter()
                    .filter(|row| row.metric == "committed_usd" && row.scope == "vendor")
                    .filter_map(|row| row.mean)
                    .sum(),
            ),
            _ if summary.unknown_commitments.iter().any(|unknown| unknown == name) => "unknown".to_owned(),
            _ => row("committed_usd").and_then(|row| row.mean).map_or_else(|| "-".to_owned(), |value| Amount.show(value)),
        };
        table.add_row([
            Cell::new(name),
            Cell::new(committed),
            cell(row("cost_usd"), Amount),
            cell(row("cost_unused_usd"), Amount),
            cell(row("cost_on_demand_usd"), Amount),
            cell(row("cost_power_usd"), Amount),
            cell(row("usd_per_useful_h100e_hour"), Amount),
        ]);
    }
    let mut notes = vec![
        "USD. Committed is the contracts' whole value; the rest is what falls into the measured span. Power is what is billed on top of".to_owned()
            + " GPU prices.",
    ];
    let clauses: Vec<String> = [
        ("prepaid, less what was credited or lost", "cost_prepayment_usd"),
        ("prepaid and lost", "cost_prepayment_lost_usd"),
        ("delay damages", "cost_delay_damages_usd"),
        ("fees for ending contracts early", "cost_termination_fee_usd"),
        ("credits for outages", "cost_outage_credit_usd"),
    ]
    .into_iter()
    .filter_map(|(words, metric)| Some(format!("{words} {}", Amount.show(summary.get(metric, "all", "all", "total")?.mean?))))
    .collect();
    if !clauses.is_empty() {
        notes.push(format!("Of what is billed: {}.", clauses.join("; ")));
    }
    ("3. Money", table, notes)
}

fn dependency(summary: &Summary) -> Section {
    let mut table = new_table(&["base", "HHI", "largest\nshare %", "whose", "effective\nvendors", "unknown"]);
    for base in summary.names("base") {
        let row = |metric: &str| summary.get(metric, "base", base, "total");
        let unknown = if base.starts_with("committed") { summary.unknown_commitments.len() } else { summary.unknown_power.len() };
        let unknown = match unknown {
            0 => String::new(),
            1 => "1 vendor".to_owned(),
            more => format!("{more} vendors"),
        };
        let (label, is_vendor) = label(base);
        let whose = if is_vendor { largest(summary, base) } else { String::new() };
        table.add_row([
            Cell::new(label),
            cell(row("hhi"), Whole),
            cell(row("cr1_share"), Percent),
            Cell::new(whose),
            cell(row("effective_vendors"), Amount),
            Cell::new(unknown),
        ]);
    }
    let mut notes = vec!["HHI above 1,800 is highly concentrated (US merger guidelines, 2023).".to_owned()];
    for (what, vendors) in [("commitment", &summary.unknown_commitments), ("power", &summary.unknown_power)] {
        if !vendors.is_empty() {
            notes.push(format!("Unknown, because not public, and left out of the shares: {what} of {}.", vendors.join(", ")));
        }
    }
    for (metric, text) in [
        ("tenor_years", "Mean tenor of commitments at the start [years]"),
        ("expiring_12_months_share", "Share of the capacity under contract at the end whose contract ends within 12 months"),
    ] {
        if let Some(mean) = summary.get(metric, "all", "all", "total").and_then(|row| row.mean) {
            notes.push(format!("{text}: {}.", Amount.show(mean)));
        }
    }
    ("4. Dependency", table, notes)
}

fn label(base: &str) -> (&str, bool) {
    match base {
        "committed_usd" => ("committed USD", true),
        "committed_usd_per_year" => ("committed USD a year", true),
        "it_mw" => ("IT power", true),
        "active_gpu_hours" => ("active GPU-hours", true),
        "served_gpu_hours" => ("GPU-hours served", true),
        "it_mw_by_chip_supplier" => ("IT power by chip supplier", false),
        "it_mw_by_developer" => ("IT power by developer", false),
        "it_mw_by_grid" => ("IT power by grid", false),
        "it_mw_by_jurisdiction" => ("IT power by jurisdiction", false),
        other => (other, false),
    }
}

fn largest(summary: &Summary, base: &str) -> String {
    let amount = |key: &str| -> f64 {
        let metric = match base {
            "committed_usd" => "committed_usd",
            "committed_usd_per_year" => "committed_usd_per_year",
            "it_mw" => "it_mw_share",
            "active_gpu_hours" => "active_gpu_hours_share",
            _ => "served_gpu_hours_share",
        };
        summary.get(metric, "vendor", key, "total").and_then(|row| row.mean).unwrap_or(0.0)
    };
    let best = summary.vendors.iter().max_by(|a, b| amount(&a.0).total_cmp(&amount(&b.0)));
    best.map(|(_, name)| name.clone()).unwrap_or_default()
}

fn assumptions(statements: &[Statement]) -> Section {
    let mut table = new_table(&["rests on", "value", "range", "confidence"]);
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Left);
    }
    let stated = statements.iter().filter(|statement| !statement.is_default);
    for statement in stated.clone().filter(|statement| !statement.value.is_empty()) {
        table.add_row([
            &statement.about,
            &statement.value,
            statement.range.as_ref().unwrap_or(&String::new()),
            &statement.confidence,
        ]);
    }
    let defaults = statements.iter().filter(|statement| statement.is_default).count();
    let mut notes = Vec::new();
    let entries: Vec<&str> =
        stated.filter(|statement| statement.value.is_empty()).map(|statement| statement.about.as_str()).collect();
    if !entries.is_empty() {
        notes.push(format!("Entries that are assumptions or from memory as a whole: {}.", entries.join(", ")));
    }
    if defaults > 0 {
        notes.push(format!(
            "{defaults} values are left to the program by the scenario: `skyberth check` lists them with their sources."
        ));
    }
    ("5. What it rests on", table, notes)
}

/// Text folded at the width of a table.
pub(super) fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > usize::from(WIDTH) {
            lines.push_str(&line);
            lines.push('\n');
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push_str(&line);
    lines.push('\n');
    lines
}
