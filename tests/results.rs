//! The committed results are what the shipped scenarios give, byte for byte. A debug build makes the quick ones, on one thread; a release build
//! makes them all, on two (`cargo test --release --locked --test results`). Results must not depend on either.
//!
//! And their intervals keep within what the metrics can be; with `SKYBERTH_RESULTS` those of another folder.

use skyberth::metrics::catalog::{self, Metric, Reversals};
use skyberth::study::Summary;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Other builds on another number of threads: the bytes must be the same.
const THREADS: &str = if cfg!(debug_assertions) { "1" } else { "2" };

/// Runs a shipped scenario into a fresh folder and compares every committed file of its results.
fn regenerate(scenario: &str) {
    regenerate_by("run", scenario, 8);
}

fn regenerate_by(command: &str, scenario: &str, least_files: usize) {
    regenerate_with(command, scenario, &[], least_files);
}

fn regenerate_with(command: &str, scenario: &str, more: &[&str], least_files: usize) {
    regenerate_into(scenario, command, scenario, more, least_files);
}

/// The same where the folder has another name than the scenario.
fn regenerate_into(folder: &str, command: &str, scenario: &str, more: &[&str], least_files: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = tempfile::tempdir().expect("a folder");
    let file = root.join("scenarios").join(format!("{scenario}.toml"));
    let status = Command::new(env!("CARGO_BIN_EXE_skyberth"))
        .args([command, "--quiet", "--threads", THREADS, "--output"])
        .arg(fresh.path())
        .arg(&file)
        .args(more)
        .status()
        .expect("the program starts");
    assert!(status.success(), "{scenario}: {status}");
    let committed = root.join("results").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&committed).expect("results").map(|entry| entry.expect("a file").path()).collect();
    files.retain(|path| !path.ends_with("run.log.json"));
    assert!(files.len() >= least_files, "{scenario}: {files:?}");
    for path in files {
        let name = path.file_name().expect("a name");
        let expected = fs::read(&path).expect("a committed file");
        let actual = fs::read(fresh.path().join(name)).expect("a fresh file");
        let line = expected.split(|&byte| byte == b'\n').zip(actual.split(|&byte| byte == b'\n')).position(|(a, b)| a != b);
        assert!(expected == actual, "results/{folder}/{} differs from line {:?} on", name.display(), line.map(|line| line + 1));
    }
}

/// Every figure with an interval by a rule, in the files of runs and rankings: file, line, metric, and mean, low and high.
fn intervals(folder: &Path) -> Vec<(String, &'static Metric, [f64; 3])> {
    let mut found = Vec::new();
    for file in ["summary.csv", "ranking.csv"].map(|file| folder.join(file)).into_iter().filter(|file| file.exists()) {
        let mut reader = csv::Reader::from_path(&file).expect("a table");
        let head = reader.headers().expect("a head").clone();
        let column = |name: &str| head.iter().position(|column| column == name).expect("a column");
        let [metric, method] = ["metric", "method"].map(column);
        let ends = ["mean", "low", "high"].map(column);
        for (line, record) in reader.records().enumerate() {
            let record = record.expect("a line");
            if ["t", "bootstrap-t", "jackknife"].contains(&&record[method]) {
                let name = record[metric].split('@').next().unwrap_or_default();
                let known = catalog::find(name).unwrap_or_else(|| panic!("{name} is not in the catalog"));
                let place = format!("{}:{}: {name}", file.display(), line + 2);
                found.push((place, known, ends.map(|column| record[column].parse().expect("a number"))));
            }
        }
    }
    found
}

/// The figures whose interval leaves the bounds of its metric, or reaches beyond ten times the mean.
fn beyond(folder: &Path) -> Vec<String> {
    let leaves = |(_, metric, [mean, low, high]): &(String, &Metric, [f64; 3])| {
        let [least, most] = metric.range.bounds(Reversals { pays_back: true, has_minimums: true });
        // Files have nine digits.
        let hair = 1e-8 * mean.abs();
        *low < least - hair || *high > most + hair || (least >= 0.0 && *high > 10.0 * mean + hair) || metric.shape.is_skewed()
    };
    intervals(folder).into_iter().filter(leaves).map(|(place, _, _)| place).collect()
}

#[test]
fn no_interval_leaves_what_its_metric_can_be() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let folders: Vec<PathBuf> = match std::env::var_os("SKYBERTH_RESULTS") {
        Some(folder) => vec![folder.into()],
        None => {
            fs::read_dir(root).expect("results").map(|entry| entry.expect("a folder").path()).filter(|path| path.is_dir()).collect()
        }
    };
    let found: Vec<String> = folders.iter().flat_map(|folder| beyond(folder)).collect();
    assert!(folders.iter().any(|folder| intervals(folder).len() > 100), "no intervals in {folders:?}");
    assert!(found.is_empty(), "{} intervals:\n{}", found.len(), found[..found.len().min(20)].join("\n"));
}

/// No vendor's all-in cost is above ten times its contract price without a sentence that explains it.
#[test]
fn costs_far_above_the_price_are_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let mut compared = 0;
    for folder in fs::read_dir(root).expect("results").map(|entry| entry.expect("a folder").path()) {
        let Ok(text) = fs::read_to_string(folder.join("summary.json")) else { continue };
        let summary: Summary = serde_json::from_str(&text).expect("a summary");
        let page = fs::read_to_string(folder.join("report.html")).expect("a page");
        for (key, name) in &summary.vendors {
            let of = |metric: &Metric| summary.get(metric, "vendor", key, "total").and_then(|row| row.mean);
            let prices = (of(&catalog::CONTRACT_PRICE_USD_PER_H100E_HOUR), of(&catalog::USD_PER_USEFUL_H100E_HOUR));
            let (Some(price), Some(all_in)) = prices else { continue };
            compared += 1;
            let explained = page.contains(&format!("The all-in cost of {name} is"));
            assert_eq!(all_in > 10.0 * price, explained, "{} {key}: {all_in} USD all in, {price} by contract", folder.display());
        }
    }
    assert!(compared > 8, "{compared}");
}

#[test]
fn quickstart() {
    regenerate("quickstart");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn openai_as_announced_in_november_2025() {
    regenerate("openai-2025-11");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn openai_with_azure_as_a_promise_to_spend_and_aws_late() {
    regenerate_into("openai-promises", "compare", "openai-2025-11", &["--replications", "6"], 4);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn openai_as_known_in_mid_2026() {
    regenerate("openai-2026-06");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn one_vendor_against_many() {
    regenerate_by("compare", "single-vs-multi", 4);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn policies_on_four_vendors() {
    regenerate_by("rank", "policy-benchmark", 3);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn placements_of_shared_gpus() {
    regenerate_by("rank", "fragmentation", 3);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn teams_of_which_one_floods() {
    let policies = "fifo,easy,sjf-easy,srtf,las2d,fair,fair:7d,fair-easy,fair-easy:7d";
    regenerate_with("rank", "fairness", &["--metric", "finish_time_ratio_worst", "--policy", policies, "--fixed"], 3);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn jobs_whose_sizes_change() {
    regenerate_by("rank", "elastic", 3);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn allocators_on_three_generations() {
    regenerate_by("rank", "heterogeneous", 3);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn a_late_site() {
    regenerate_by("compare", "oracle-slips", 4);
}

#[test]
fn a_region_that_is_out() {
    regenerate_by("compare", "aws-outage-2025-10-20", 4);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn falling_demand() {
    regenerate_by("compare", "demand-falls-30", 4);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow in a debug build")]
fn commitments_against_revenue() {
    regenerate_by("compare", "affordability", 4);
}
