//! Jobs that ask for shares of GPUs, worked out by hand.

use crate::common::{Ended, Sheet, skyberth};
use std::path::Path;

/// Two nodes of two GPUs. Every rate is one that brings a known number of jobs; what matters is who shares with whom.
fn scenario(policy: &str, workloads: &str) -> String {
    format!(
        "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-10\nreplications = 2\n[vendor.own]\n\
         [cluster.own]\nvendor = \"own\"\ngpu = \"H100\"\nnode_gpus = 2\ndomain_gpus = 2\nprice_usd_per_gpu_hour = 2\n\
         failures_per_gpu_day = 0\nramp = [{{ date = 2026-01-01, gpus = 4 }}]\n[policy]\n{policy}\n{workloads}"
    )
}

const SHARES: &str = "[workload.half]\njobs_per_day = 40\ngpus = 0.5\nduration = \"1 h\"\n\
                      [workload.tenth]\njobs_per_day = 100\ngpus = 0.1\nduration = { exponential = { mean = \"2 h\" } }\n\
                      [workload.pair]\njobs_per_day = 12\ngpus = 2\nduration = \"2 h\"\n\
                      [workload.one]\njobs_per_day = 10\ngpus = 1\nduration = \"1 h\"\n";

fn run(text: &str, command: &[&str]) -> (tempfile::TempDir, Ended) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("s.toml"), text).expect("it is writable");
    let ended = skyberth(folder.path(), command);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    (folder, ended)
}

/// The largest sum of what jobs held at one time, and all of it [GPU-s].
fn held(jobs: &Path) -> (f64, f64) {
    let sheet = Sheet::read(jobs);
    let number = |row: &[String], name: &str| row[sheet.column(name)].parse::<f64>().ok();
    let mut changes: Vec<(f64, f64)> = Vec::new();
    let mut total = 0.0;
    for row in &sheet.rows {
        let (Some(start), gpus) = (number(row, "start_s"), number(row, "gpus").expect("a size")) else { continue };
        let end = number(row, "finish_s").unwrap_or(10.0 * 86_400.0);
        changes.extend([(start, gpus), (end, -gpus)]);
        total += gpus * (end - start);
    }
    changes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut now = 0.0;
    let most = changes.iter().map(|change| {
        now += change.1;
        now
    });
    (most.fold(0.0, f64::max), total)
}

#[test]
fn every_placement_shares_gpus_and_keeps_its_accounts() {
    for placement in ["best_fit", "first_fit", "worst_fit", "dot_product", "clustering", "packing", "fgd"] {
        let text = scenario(&format!("preset = \"fifo-skip\"\nplacement = \"{placement}\""), SHARES);
        let (folder, ended) = run(&text, &["run", "s.toml", "--jobs", "--quiet"]);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{placement}");
        let results = folder.path().join("results/s");
        let (most, total) = held(&results.join("jobs.csv"));
        assert!(most <= 4.0 + 1e-9 && most > 3.0, "{placement}: {most} GPUs held at once");
        // The jobs of the file are those of the first replication.
        let sheet = Sheet::read(&results.join("jobs.csv"));
        let sizes: std::collections::BTreeSet<&str> = sheet.rows.iter().map(|row| row[sheet.column("gpus")].as_str()).collect();
        assert_eq!(sizes, ["0.1", "0.5", "1", "2"].into_iter().collect(), "{placement}");
        let focus = skyberth(folder.path(), &["run", "s.toml", "--replications", "1", "--focus", "--format", "json", "-o", "one"]);
        assert_eq!(focus.code, 0, "{placement}: {}", focus.stderr);
        let summary: serde_json::Value = serde_json::from_str(&focus.stdout).expect("JSON");
        let rows = summary["rows"].as_array().or_else(|| summary["metrics"].as_array()).expect("rows");
        let allocated = rows.iter().find(|row| {
            let is = |key: &str, value: &str| row[key].as_str() == Some(value);
            is("metric", "allocated_gpu_hours") && is("scope", "all")
        });
        let hours = allocated.expect("allocated GPU-hours")["mean"].as_f64().expect("a number");
        assert!((hours - total / 3600.0).abs() < 1e-6, "{placement}: {hours} GPU-hours, jobs held {}", total / 3600.0);
        // Causes of waiting and of idleness add up, or the run ends with an error.
        let explained = skyberth(folder.path(), &["explain", "s.toml", "--quiet"]);
        assert_eq!((explained.code, explained.stderr.as_str()), (0, ""), "{placement}");
    }
}

/// Halves that share GPUs leave room for a pair; halves that are spread do not.
#[test]
fn placement_decides_whether_gangs_find_room() {
    let workloads = "[workload.half]\njobs_per_day = 60\ngpus = 0.5\nduration = \"1 h\"\n\
                     [workload.pair]\njobs_per_day = 12\ngpus = 2\nduration = \"1 h\"\n";
    let wait = |placement: &str| {
        let text = scenario(&format!("preset = \"fifo-skip\"\nplacement = \"{placement}\""), workloads);
        let (folder, ended) = run(&text, &["run", "s.toml", "--jobs", "--quiet"]);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{placement}");
        let sheet = Sheet::read(&folder.path().join("results/s/jobs.csv"));
        let number = |row: &[String], name: &str| row[sheet.column(name)].parse::<f64>().unwrap_or(10.0 * 86_400.0);
        let pairs = || sheet.rows.iter().filter(|row| row[sheet.column("workload")] == "pair");
        pairs().map(|row| number(row, "start_s") - number(row, "submit_s")).sum::<f64>() / pairs().count() as f64
    };
    let (spread, packed) = (wait("worst_fit"), wait("fgd"));
    assert!(spread > 1.4 * packed, "pairs wait {spread} s where halves are spread, {packed} s where they are packed");
}

#[test]
fn what_cannot_share_is_refused() {
    let half = "[workload.half]\njobs_per_day = 40\ngpus = 0.5\nduration = \"1 h\"\n";
    let refused = |policy: &str, workloads: &str, words: &[&str]| {
        let (_folder, ended) = run(&scenario(policy, workloads), &["check", "s.toml"]);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        for word in words {
            assert!(ended.stderr.contains(word), "`{word}` is missing from\n{}", ended.stderr);
        }
    };
    refused(
        "preset = \"easy\"",
        half,
        &["the backfill `easy` cannot be combined with jobs that share GPUs: it counts whole GPUs", "fifo-skip"],
    );
    refused("preset = \"srtf\"", half, &["the preemption `by_order` cannot be combined with jobs that share GPUs"]);
    refused(
        "preset = \"fifo\"\nplacement = \"pack_domain\"",
        half,
        &["the placement `pack_domain` cannot be combined with jobs that share GPUs", "best_fit"],
    );
    let law = "[workload.mixed]\njobs_per_day = 40\ngpus = { table = [[0.5, 0.5], [1, 0.5]] }\nduration = \"1 h\"\n";
    refused("preset = \"fifo\"", law, &["a job needs at least one GPU, or a share of one", "gpus = 0.5"]);
    refused("preset = \"fifo\"", "[workload.w]\njobs_per_day = 4\ngpus = 0.0001\nduration = \"1 h\"\n", &["0.001 and 0.999"]);
    refused(
        "preset = \"fifo\"",
        &format!("{half}bundle_of = 2\nwithin_domain = true\n"),
        &["`bundle_of` means nothing", "`within_domain` means nothing"],
    );
    let (_folder, ended) = run(&scenario("preset = \"fifo\"", half), &["rank", "s.toml", "--policy", "fifo,easy"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("the backfill `easy` cannot be combined with jobs that share GPUs"), "{}", ended.stderr);
}
