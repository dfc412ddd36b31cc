//! `report.html`: one page that needs nothing but itself.

mod cards;
mod comparison;
mod dots;
mod draw;
mod figures;
mod sections;
mod tables;
mod template;
mod time;
mod typeset;

pub use comparison::comparison_html;

use super::conclusion::conclusion;
use super::{Exporter, Report, sections as described};
use cards::Card;
use figures::Figures;
use sections::{Figure, Panel};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use tables::Listing;

/// The page: charts, tables, assumptions.
#[derive(Clone, Copy, Debug)]
pub struct Html;

/// What the template is given.
#[derive(Debug, Serialize)]
struct Page<'a> {
    title: &'a str,
    scenario: &'a str,
    start: &'a str,
    end: &'a str,
    policy: &'a str,
    seed: String,
    version: &'a str,
    hash: &'a str,
    replications: u32,
    finished: u32,
    interrupted: bool,
    warm_up: Option<String>,
    conclusion: Vec<String>,
    how_to_read: String,
    cards: Vec<Card<'a>>,
    capacity: Option<Figure>,
    shares: Option<Figure>,
    waits: Option<Figure>,
    services: Option<Figure>,
    money: Option<Figure>,
    concentration: Option<Figure>,
    panels: Vec<Panel>,
    /// Tables and footnotes of each section.
    listings: BTreeMap<&'static str, Listing>,
    stated: usize,
    defaults: usize,
    commands: Vec<String>,
}

impl<'a> Page<'a> {
    fn of(report: &'a Report) -> Self {
        let (summary, manifest) = (&report.summary, &report.manifest);
        let figures = Figures::of(summary);
        let defaults = manifest.assumptions.iter().filter(|statement| statement.is_default).count();
        Self {
            title: &summary.title,
            scenario: &summary.scenario,
            start: &summary.start,
            end: &summary.end,
            policy: &summary.policy,
            seed: summary.seed.to_string(),
            version: &manifest.version,
            hash: &manifest.scenario_hash,
            replications: summary.replications,
            finished: summary.finished,
            interrupted: manifest.interrupted,
            warm_up: cards::warm_up(&figures),
            conclusion: conclusion(summary),
            how_to_read: cards::how_to_read(&figures),
            cards: cards::cards(&figures),
            capacity: sections::capacity(&figures),
            shares: sections::shares(&figures),
            waits: sections::waits(&figures),
            services: sections::services(&figures),
            money: sections::money(&figures),
            concentration: sections::concentration(&figures),
            panels: sections::panels(&figures),
            listings: tables::listings(&figures, described::sections(report)),
            stated: manifest.assumptions.len() - defaults,
            defaults,
            commands: cards::commands(report),
        }
    }
}

impl Exporter for Html {
    fn file(&self) -> &'static str {
        "report.html"
    }

    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        template::render("run.html", &Page::of(report), out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Manifest, Statement};
    use crate::study::{Planned, Row, Summary};

    const HOSTILE: &str = "<script>alert(\"x\")</script>'&";

    fn row(metric: &str, scope: &str, name: &str, period: &str, mean: Option<f64>, n: usize) -> Row {
        let end = |factor: f64| mean.filter(|_| n > 1).map(|mean| mean * factor);
        let method = if n > 1 { "t".to_owned() } else { format!("not estimable at n = {n}") };
        let [low, high] = [0.9, 1.1].map(end);
        let metric = crate::metrics::catalog::find(metric).expect("a metric");
        let (median, median_low, median_high) = if period.contains('-') { (None, None, None) } else { (mean, low, high) };
        Row { n, mean, low, high, method, median, median_low, median_high, ..Row::of(metric, scope, name, period) }
    }

    fn report(name: &str, rows: Vec<Row>, planned: Vec<Planned>) -> Report {
        let summary = Summary {
            schema_version: crate::study::SCHEMA_VERSION,
            scenario: name.to_owned(),
            title: name.to_owned(),
            start: "2026-01-01".to_owned(),
            end: "2026-12-31".to_owned(),
            warm_up_days: 0.0,
            policy: name.to_owned(),
            seed: 7,
            replications: 3,
            finished: 3,
            confidence: 0.95,
            vendors: vec![(name.to_owned(), name.to_owned())],
            unknown_commitments: vec![name.to_owned()],
            unknown_bills: Vec::new(),
            unknown_power: Vec::new(),
            planned,
            expiring: Vec::new(),
            rows,
        };
        let statement = Statement {
            about: name.to_owned(),
            value: name.to_owned(),
            range: Some(name.to_owned()),
            confidence: "assumption".to_owned(),
            source: Some(name.to_owned()),
            is_default: false,
        };
        let manifest = Manifest {
            schema_version: crate::study::SCHEMA_VERSION,
            version: "0".to_owned(),
            scenario: name.to_owned(),
            scenario_hash: "0".to_owned(),
            inputs: Vec::new(),
            changes: vec![format!("--set a={name}")],
            seed: 7,
            replications: 3,
            finished: 3,
            interrupted: true,
            assumptions: vec![statement],
        };
        Report { summary, manifest }
    }

    fn full(name: &str) -> Report {
        let month = |month: u32| Planned {
            month: format!("2026-{month:02}"),
            cluster: name.to_owned(),
            vendor: name.to_owned(),
            gpus: 1000,
            gpu_hours: 720_000.0,
        };
        let mut rows = Vec::new();
        for (metric, value) in [("installed_gpu_hours", 8e6), ("allocation_share", 0.8), ("goodput_share", 0.7), ("cost_usd", 2e7)]
        {
            rows.extend(["total", "2026"].map(|period| row(metric, "all", "all", period, Some(value), 3)));
        }
        rows.push(row("wait_s_p90", "workload", name, "total", Some(90.0), 2));
        rows.push(row("wait_s_p99", "workload", name, "total", None, 0));
        rows.push(row("within_objective_share", "service", name, "2026", Some(0.5), 1));
        rows.push(row("hhi", "base", "committed_usd", "total", Some(10_000.0), 3));
        for number in 1..=12 {
            let month = format!("2026-{number:02}");
            for metric in ["installed_gpus", "cost_usd"] {
                for (scope, which) in [("cluster", name), ("vendor", name), ("all", "all")] {
                    rows.push(row(metric, scope, which, &month, Some(900.0), 3));
                }
            }
            rows.extend(["allocation_share", "goodput_share"].map(|metric| row(metric, "all", "all", &month, Some(0.5), 3)));
        }
        report(name, rows, (1..=12).map(month).collect())
    }

    fn page(report: &Report) -> String {
        let mut bytes = Vec::new();
        Html.write(report, &mut bytes).expect("a page");
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn names_from_a_scenario_are_escaped() {
        let page = page(&full(HOSTILE));
        assert!(!page.contains("<script") && !page.contains("alert(\"x"), "unescaped");
        assert!(page.contains("&lt;script&gt;"));
    }

    #[test]
    fn an_empty_summary_gives_a_page() {
        let mut empty = report("empty", Vec::new(), Vec::new());
        empty.summary.vendors.clear();
        empty.manifest.assumptions.clear();
        let page = page(&empty);
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
        assert!(!page.contains("NaN") && !page.contains("inf "));
    }

    #[test]
    fn the_same_results_give_the_same_bytes_also_after_reading_them_back() {
        let first = full("plain");
        let text = serde_json::to_string(&first.summary).expect("text");
        let mut second = first.clone();
        second.summary = serde_json::from_str(&text).expect("a summary");
        assert_eq!(page(&first), page(&second));
    }

    #[test]
    fn missing_intervals_are_said_and_not_drawn() {
        let page = page(&full("plain"));
        assert!(page.contains("1.50 min") && page.contains("n = 2") && !page.contains("NaN"));
        let mut single = full("plain");
        for row in &mut single.summary.rows {
            (row.n, row.low, row.high, row.method) = (1, None, None, "not estimable at n = 1".to_owned());
            (row.median_low, row.median_high) = (None, None);
        }
        single.summary.finished = 1;
        assert!(self::page(&single).contains("not estimable at n = 1"));
    }

    #[test]
    fn settlements_are_in_the_months_of_vendors() {
        let mut report = full("plain");
        assert!(page(&report).contains("of the delivered total.") && !page(&report).contains("of it are minimums"));
        let is_billed = |row: &&mut Row| row.metric == "cost_usd" && row.scope == "vendor" && row.period == "2026-12";
        let billed = report.summary.rows.iter_mut().find(is_billed).expect("a bill");
        billed.mean = Some(2_900.0);
        assert!(page(&report).contains("2000 USD of it are minimums"));
    }
}
