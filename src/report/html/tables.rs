//! The words and tables of the page.

use super::figures::{Figures, Shown, interval, mean};
use super::sections::BASES;
use crate::report::number::Style::{self, Amount, Percent, Time, Whole};
use crate::report::{Manifest, Report};
use crate::study::Row;
use serde::Serialize;

/// A table whose first column heads the rows.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) head: Vec<&'static str>,
    pub(super) rows: Vec<(String, Vec<Shown>)>,
}

/// A box with one or two headline numbers.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Card<'a> {
    pub(super) title: &'a str,
    pub(super) figures: Vec<(Shown, String)>,
}

/// The numbers to read first.
pub(super) fn cards(figures: &Figures) -> Vec<Card<'static>> {
    let total = |metric: &str| figures.row(metric, "all", "all", "total");
    let shown = |row: Option<&Row>, style: Style, words: &str| (figures.shown(row, style), words.to_owned());
    let planned = figures.planned_hours("");
    let installed = total("installed_gpu_hours");
    let delivered = figures.scaled(installed.filter(|_| planned > 0.0), Percent, planned);
    let hours = installed.and_then(mean).map_or("–".to_owned(), |mean| Amount.show(mean));
    let mut cards = vec![
        Card {
            title: "Delivered",
            figures: vec![(delivered, format!("of the planned GPU-hours by the end: {hours} of {}", Amount.show(planned)))],
        },
        Card {
            title: "Use",
            figures: vec![
                shown(total("allocation_share"), Percent, "of working GPU-hours allocated"),
                shown(total("goodput_share"), Percent, "useful"),
            ],
        },
    ];
    if let Some(row) = total("wait_s_p90").filter(|row| mean(row).is_some()) {
        cards.push(Card { title: "Waits", figures: vec![shown(Some(row), Time, "or less is what nine jobs in ten wait (p90)")] });
    }
    cards.extend(objective(figures));
    cards.push(Card {
        title: "Cost",
        figures: vec![
            shown(total("cost_usd"), Amount, "USD in all"),
            shown(
                total("usd_per_useful_h100e_hour"),
                Amount,
                "USD per useful H100e-hour (an hour of an H100 GPU, others by their speed)",
            ),
        ],
    });
    let hhi = [("committed_usd", "HHI by committed USD; above 1,800 is high"), ("served_gpu_hours", "HHI by GPU-hours served")];
    let hhi =
        hhi.into_iter().filter_map(|(base, words)| Some(shown(Some(figures.row("hhi", "base", base, "total")?), Whole, words)));
    let hhi: Vec<_> = hhi.collect();
    if !hhi.is_empty() {
        cards.push(Card { title: "Dependency on single vendors", figures: hhi });
    }
    cards
}

/// The service that keeps its promise least often.
fn objective(figures: &Figures) -> Option<Card<'static>> {
    let services = figures.summary.names("service");
    let found = services.iter().filter_map(|name| Some((name, figures.row("within_objective_share", "service", name, "total")?)));
    let worst = found.filter_map(|(name, row)| Some((name, row, mean(row)?))).min_by(|a, b| a.2.total_cmp(&b.2));
    let (name, row, _) = worst?;
    let lowest = if services.len() > 1 { ", the lowest of the services" } else { "" };
    let words = format!("of tokens as fast as promised (SLO): {name}{lowest}");
    Some(Card { title: "Services", figures: vec![(figures.shown(Some(row), Percent), words)] })
}

/// Capacity, use and cost by year.
pub(super) fn years(figures: &Figures) -> Table {
    let row = |year: &str, period: &str| {
        let cell = |metric: &str, style: Style| figures.shown(figures.row(metric, "all", "all", period), style);
        let cells = vec![
            Shown::plain(Amount.show(figures.planned_hours(year))),
            cell("installed_gpu_hours", Amount),
            cell("allocation_share", Percent),
            cell("goodput_share", Percent),
            cell("cost_usd", Amount),
            cell("usd_per_useful_h100e_hour", Amount),
        ];
        (if year.is_empty() { "All".to_owned() } else { year.to_owned() }, cells)
    };
    let years = figures.years();
    let mut rows: Vec<_> = years.iter().map(|year| row(year, year)).collect();
    rows.push(row("", "total"));
    let head =
        vec!["Year", "Planned GPU-hours", "Delivered GPU-hours", "Allocated", "Useful", "Cost [USD]", "USD per useful H100e-hour"];
    Table { caption: format!("By year. In small print: {}.", figures.band_words()), head, rows }
}

/// Money by vendor.
pub(super) fn money(figures: &Figures) -> Table {
    let summary = figures.summary;
    let mut columns = vec![
        ("Billed", "cost_usd"),
        ("of it unused", "cost_unused_usd"),
        ("of it on-demand", "cost_on_demand_usd"),
        ("of it power", "cost_power_usd"),
        ("USD per useful H100e-hour", "usd_per_useful_h100e_hour"),
    ];
    if figures.mean("cost_spot_usd", "all", "all", "total").is_some_and(|usd| usd > 0.0) {
        columns.insert(3, ("of it spot", "cost_spot_usd"));
    }
    if figures.mean("cost_egress_usd", "all", "all", "total").is_some() {
        columns.insert(columns.len() - 1, ("of it egress", "cost_egress_usd"));
    }
    for column in [
        ("of it prepaid", "cost_prepayment_usd"),
        ("of it prepaid and lost", "cost_prepayment_lost_usd"),
        ("of it delay damages", "cost_delay_damages_usd"),
        ("of it termination fees", "cost_termination_fee_usd"),
        ("of it outage credits", "cost_outage_credit_usd"),
    ] {
        if figures.row(column.1, "all", "all", "total").is_some() {
            columns.insert(columns.len() - 1, column);
        }
    }
    let cells = |scope: &str, key: &str| {
        columns.iter().map(|(_, metric)| figures.shown(figures.row(metric, scope, key, "total"), Amount)).collect::<Vec<_>>()
    };
    let committed = |key: &str| figures.row("committed_usd", "vendor", key, "total");
    let vendor = |(key, name): &(String, String)| {
        let unknown = summary.unknown_commitments.contains(name);
        let known = figures.shown(committed(key), Amount);
        let first = if unknown { Shown::plain("unknown") } else { known };
        (name.clone(), std::iter::once(first).chain(cells("vendor", key)).collect())
    };
    let mut rows: Vec<(String, Vec<Shown>)> = summary.vendors.iter().map(vendor).collect();
    let known: f64 = summary.vendors.iter().filter_map(|(key, _)| committed(key).and_then(mean)).sum();
    let mut all = Shown::plain(Amount.show(known));
    if !summary.unknown_commitments.is_empty() {
        all.note = Some("of those known".to_owned());
    }
    rows.push(("All".to_owned(), std::iter::once(all).chain(cells("all", "all")).collect()));
    let head = ["Vendor", "Committed"].into_iter().chain(columns.iter().map(|column| column.0)).collect();
    let caption = format!(
        "USD by vendor, over the whole run. Committed: what the contracts are worth in all, also outside the run. Unused: reserved and paid, but \
         idle. Power: what is billed on top of GPU prices. In small print: {}.",
        figures.band_words()
    );
    Table { caption, head, rows }
}

/// What each team got and was due; none where teams are not told apart.
pub(super) fn teams(figures: &Figures) -> Option<Table> {
    let all = |metric: &str| figures.shown(figures.row(metric, "all", "all", "total"), Amount).mean;
    figures.row("jain_index", "all", "all", "total")?;
    let columns = [
        ("Jobs", "jobs_submitted", Amount),
        ("GPU-hours", "job_gpu_hours", Amount),
        ("Share", "job_gpu_hours_share", Percent),
        ("Due", "weight_share", Percent),
        ("Mean wait", "wait_s_mean", Time),
        ("Mean slowdown", "bounded_slowdown_mean", Amount),
        ("Finish-time ratio", "finish_time_ratio", Amount),
    ];
    let row = |name: &str| {
        figures.row("weight_share", "team", name, "total")?;
        let cells = columns.map(|(_, metric, style)| figures.shown(figures.row(metric, "team", name, "total"), style));
        Some((name.to_owned(), cells.to_vec()))
    };
    let rows = figures.summary.names("team").into_iter().filter_map(row).collect();
    let caption = format!(
        "Jobs by team, over the whole run. Due: the team's weight among all. Finish-time ratio: how many times as long its jobs took as they would \
         have on GPUs of its own, as many as it is due; unfinished jobs count with a lower bound. The worst of these is {}; Jain's index of \
         GPU-hours per weight is {} (1: all have what they are due; 1/n: one of n has everything). In small print: {}.",
        all("finish_time_ratio_worst"),
        all("jain_index"),
        figures.band_words()
    );
    Some(Table { caption, head: std::iter::once("Team").chain(columns.iter().map(|column| column.0)).collect(), rows })
}

/// Concentration by base.
pub(super) fn dependency(figures: &Figures) -> Option<Table> {
    let row = |(base, name, _): (&str, &str, Option<&str>)| {
        let cell = |metric: &str, style: Style| figures.shown(figures.row(metric, "base", base, "total"), style);
        figures.row("hhi", "base", base, "total")?;
        let cells =
            vec![cell("hhi", Whole), cell("cr1_share", Percent), cell("cr3_share", Percent), cell("effective_vendors", Amount)];
        Some((name.to_owned(), cells))
    };
    let rows: Vec<_> = BASES.into_iter().filter_map(row).collect();
    let caption = format!(
        "Concentration by measure. Effective number: how many equal ones would be as concentrated (from the entropy of shares). Power is \
         that of the delivered machines (IT power). In small print: {}.",
        figures.band_words()
    );
    let head = vec!["Measure", "HHI", "Largest share", "Largest three", "Effective number"];
    (!rows.is_empty()).then_some(Table { caption, head, rows })
}

/// Statements about dependency that are single numbers.
pub(super) fn tenor(figures: &Figures) -> Vec<String> {
    let summary = figures.summary;
    let value = |metric: &str| figures.mean(metric, "all", "all", "total");
    let mut notes = Vec::new();
    for (names, what) in [(&summary.unknown_commitments, "commitment"), (&summary.unknown_power, "power")] {
        if !names.is_empty() {
            notes.push(format!("Vendors whose {what} is not public are unknown, not zero: {}.", names.join(", ")));
        }
    }
    if let Some(years) = value("tenor_years") {
        notes.push(format!(
            "At the start the commitments run for another {} years on average, weighted by value.",
            Amount.show(years)
        ));
    }
    if let Some(share) = value("expiring_12_months_share") {
        notes.push(format!(
            "At the end, contracts of {}\u{a0}% of the planned capacity expire within twelve months.",
            Percent.show(share)
        ));
    }
    notes
}

/// How long the warm-up is, when there is one.
pub(super) fn warm_up(figures: &Figures) -> Option<String> {
    let days = figures.summary.warm_up_days;
    (days > 0.0).then(|| format!("The first {days} days fill the fleet and are not measured."))
}

/// What an interval is and is not.
pub(super) fn how_to_read(figures: &Figures) -> String {
    let n = figures.summary.finished;
    let estimated = figures.summary.rows.iter().any(|row| interval(row).is_some_and(|(low, high)| low < high));
    let first = if estimated {
        format!(
            "Numbers are means over {n} replications (simulated futures); the range beside one is the {:.0}\u{a0}% interval of that mean.",
            figures.summary.confidence * 100.0
        )
    } else if n == 1 {
        "Numbers are from a single replication (simulated future), so none has an interval.".to_owned()
    } else {
        format!("Numbers are means over {n} replications (simulated futures), and are the same in all.")
    };
    format!(
        "{first} A number without a range is the same in every replication, or says why it has none. Ranges cover chance, such as late \
         deliveries and failures. They do not cover wrong assumptions, which are listed at the end. k, M, B, T, P: thousand, 10⁶, 10⁹, 10¹², 10¹⁵."
    )
}

/// The commands that make the page again.
pub(super) fn commands(report: &Report) -> Vec<String> {
    let Manifest { scenario, changes, replications, seed, .. } = &report.manifest;
    let mut run = format!("skyberth run {} --replications {replications} --seed {seed}", quoted(scenario));
    for change in changes {
        let (flag, value) = change.split_once(' ').unwrap_or((change, ""));
        run.push_str(&format!(" {flag} {}", quoted(value)));
    }
    vec![run]
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
