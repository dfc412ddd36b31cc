//! `docs/scenario-reference.md` and `docs/metrics.md` are what the program prints, and every name of the registry is in `docs/policies.md`.

#[path = "../../examples/same_numbers.rs"]
mod same_numbers;

use crate::common::{Sheet, root, skyberth, text_of};
use same_numbers::{Names, differences, renamed};
use skyberth::metrics::catalog;
use skyberth::policy::registry::{Entry, Kind, PartName, entries, preset_parts};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_scenario_reference_is_up_to_date() {
    let ended = skyberth(&root(), &["schema", "--markdown"]);
    assert_eq!(ended.code, 0);
    assert!(
        ended.stdout == text_of("docs/scenario-reference.md"),
        "docs/scenario-reference.md is stale: cargo run -- schema --markdown > docs/scenario-reference.md"
    );
}

#[test]
fn the_reference_reads_well() {
    let text = text_of("docs/scenario-reference.md");
    for broken in ["list of list of :", "| |", "()", "Spec2"] {
        assert!(!text.contains(broken), "`{broken}` in the reference");
    }
    for link in text.split("](#").skip(1).map(|rest| rest.split(')').next().expect("it is closed")) {
        let there = text
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .any(|title| title.to_lowercase().replace('.', "").replace(' ', "-") == link);
        assert!(there, "no section #{link}");
    }
}

/// The row of a list or table that describes a registered name, without or with what it says.
fn row(section: &str, entry: &Entry) -> (String, String) {
    let (name, meaning) = (entry.name, &entry.meaning);
    if !section.contains("\n| name ") {
        return (format!("\n- `{name}`: "), format!("{meaning}."));
    }
    let parts = preset_parts(PartName::parse(name)).filter(|_| entry.part == Kind::Preset);
    let columns = match parts {
        Some(parts) if parts.allocator.is_some() => " by rounds | | |".to_owned(),
        Some(parts) => format!(" {} | {} | {} |", parts.order, parts.backfill, parts.preemption),
        None => String::new(),
    };
    (format!("\n| `{name}` |{columns} "), format!("{meaning} |"))
}

#[test]
fn every_registered_policy_is_described() {
    let text = text_of("docs/policies.md");
    let mut missing = Vec::new();
    for entry in entries() {
        let section =
            text.split("\n## ").find(|section| section.to_lowercase().starts_with(entry.part.name())).expect("a section a kind");
        let (begin, meaning) = row(section, &entry);
        if !section.contains(&begin) {
            missing.push(format!("under \"{}\":{begin}{meaning}", section.lines().next().unwrap_or_default()));
        }
    }
    assert!(missing.is_empty(), "docs/policies.md lacks rows; write\n{}", missing.join("\n"));
}

#[test]
fn the_reference_of_metrics_is_up_to_date() {
    let ended = skyberth(&root(), &["catalog", "metrics", "--markdown"]);
    assert_eq!(ended.code, 0);
    assert!(
        ended.stdout == text_of("docs/metrics.md"),
        "docs/metrics.md is stale: cargo run -- catalog metrics --markdown > docs/metrics.md"
    );
}

#[test]
fn every_committed_metric_is_declared() {
    let mut seen = BTreeSet::new();
    for folder in std::fs::read_dir(root().join("results")).expect("results").map(|entry| entry.expect("an entry").path()) {
        for file in
            ["summary.csv", "comparison.csv", "ranking.csv"].map(|file| folder.join(file)).iter().filter(|file| file.exists())
        {
            let sheet = Sheet::read(file);
            let metric = sheet.column("metric");
            seen.extend(sheet.rows.into_iter().map(|mut row| row.swap_remove(metric)));
        }
    }
    let unknown: Vec<&String> = seen.iter().filter(|name| catalog::find(name).is_none()).collect();
    assert!(seen.len() > 80 && unknown.is_empty(), "{unknown:?} of {}", seen.len());
}

#[test]
fn the_catalog_of_metrics_comes_as_a_table_as_csv_and_as_json() {
    let printed = |format: &str| {
        let ended = skyberth(&root(), &["catalog", "metrics", "--format", format]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        ended.stdout
    };
    let (table, csv, json) = (printed("table"), printed("csv"), printed("json"));
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    let entries: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    assert_eq!((entries.len(), csv.lines().count()), (catalog::all().count(), catalog::all().count() + 1));
    for (metric, entry) in catalog::all().zip(&entries) {
        assert_eq!(entry["metric"], metric.name);
        assert!(csv.contains(&format!("\n{},", metric.name)), "{}", metric.name);
    }
    let refused = skyberth(&root(), &["catalog", "gpus", "--markdown"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
}

/// Writes a summary, a table by month and JSON into a folder.
fn results(folder: &Path, metric: &str, columns: [&str; 2], mean: &str) {
    std::fs::create_dir_all(folder.join("run")).expect("writable");
    let write = |file: &str, text: String| std::fs::write(folder.join("run").join(file), text).expect("writable");
    write("summary.csv", format!("metric,scope,name,period,n,mean\n{metric},all,all,total,4,{mean}\ncost_usd,all,all,total,4,7\n"));
    write("workloads.csv", format!("month,scope,name,{}\n2026-01,all,all,{mean},4\n", columns.join(",")));
    write("summary.json", format!("{{\"rows\":[{{\"metric\":\"{metric}\",\"mean\":{mean}}}]}}\n"));
    write("run.log.json", format!("{{\"seconds\":{}}}\n", metric.len()));
}

#[test]
fn results_are_compared_across_renamed_metrics() {
    let folder = tempfile::tempdir().expect("a folder");
    let [old, new] = ["old", "new"].map(|name| folder.path().join(name));
    let wait = ["wait_p90_mean_s", "wait_s_p90_n"];
    results(&old, "delay_s_p90", ["delay_p90_mean_s", "delay_s_p90_n"], "1.50");
    results(&new, "wait_s_p90", wait, "1.5");
    let names = Names::from([("delay_s_p90".to_owned(), "wait_s_p90".to_owned())]);
    let compare = |names: &Names| differences(&old, &new, names).expect("readable");
    assert_eq!(compare(&names), (3, Vec::new()));
    assert!(compare(&Names::new()).1.len() > 4);
    results(&new, "wait_s_p90", wait, "1.500001");
    let found = compare(&names).1;
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.contains(&"run/summary.csv: wait_s_p90 all all total: mean 1.50 -> 1.500001".to_owned()), "{found:?}");
    std::fs::write(new.join("run/more.csv"), "metric\n").expect("writable");
    assert!(compare(&names).1.contains(&"run/more.csv: only in NEW".to_owned()));
}

#[test]
fn metrics_are_renamed_to_declared_ones() {
    let names = renamed(&root().join("docs/renamed-metrics.csv")).expect("a table");
    for (old, new) in &names {
        assert!(catalog::find(old).is_none() && catalog::find(new).is_some(), "{old} -> {new}");
    }
}
