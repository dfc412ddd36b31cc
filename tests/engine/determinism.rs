//! The same futures: for any number of threads, with a vendor less, in another order, with more or less demand.

use crate::common;
use crate::common::{Sheet, skyberth};
use std::collections::BTreeMap;
use std::path::Path;

/// Two vendors, three clusters, three workloads, a service, slips, failures, a take-or-pay contract: half a year.
const TEXT: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-06-30
warm_up = "7 d"
replications = 3
service_step = "30 min"

[vendor.aws]
[vendor.azure]
[vendor.oracle]

[cluster.east]
vendor = "aws"
gpu = "H100"
region = "us-va"
ramp = [{ date = 2025-07-01, gpus = 512 }, { date = 2026-03-01, gpus = 256, slip = { probability = 0.7, cancelled = 0.1 } }]

[cluster.west]
vendor = "azure"
gpu = "H200"
region = "us-tx"
failures_per_gpu_day = 0.01
ramp = [{ date = 2026-02-01, gpus = 256, slip = { probability = 0.5, shocks = ["grid"] } }]

[cluster.south]
vendor = "oracle"
gpu = "GB200"
region = "us-tx"
price_usd_per_gpu_hour = 3.0
ramp = [{ date = 2026-01-01, gpus = 288, kind = "on_demand" }]

[shock.grid]
probability = 0.5
days = { lognormal = { median = 30, sigma = 0.5 } }

[contract.aws]
vendor = "aws"
value_usd = 30e6
start = 2026-01-01
term = "3 y"
payment = { usage = { take_or_pay = 0.8 } }

[workload.training]
jobs_per_day = 20
daily = "office"
gpus = { lognormal = { median = 32, sigma = 1.0, min = 8, max = 256 } }
duration = { lognormal = { median = "8 h", sigma = 1.2, max = "7 d" } }
outcomes = { failed = 0.1, cancelled = 0.2 }
estimate = { factor = { min = 1.0, max = 3.0 } }
software_failures_per_day = 0.2

[workload.experiments]
jobs_per_day = 60
growth = { per_year = 2.0 }
gpus = { table = [[1, 0.5], [4, 0.2], [8, 0.3]] }
duration = { exponential = { mean = "2 h" } }

[workload.batch]
jobs_per_day = 10
gpus = 16
duration = "6 h"
only_gpus = ["H100", "GB200"]

[service.chat]
tokens_per_s = 60_000
replica = { type = "llama3.1-70b-h100" }
autoscaler = { reactive = { headroom = 0.2 } }
"#;

const FILES: [&str; 10] = [
    "summary.json",
    "summary.csv",
    "timeseries.csv",
    "workloads.csv",
    "dependency.csv",
    "dependency_vendors.csv",
    "vendors.csv",
    "manifest.json",
    "report.html",
    "jobs.csv",
];

/// Runs a text and leaves its files in `out` below the folder.
#[track_caller]
fn run(folder: &Path, text: &str, out: &str, more: &[&str]) {
    std::fs::write(folder.join("world.toml"), text).expect("writable");
    let mut arguments = vec!["run", "world.toml", "--jobs", "--quiet", "-o", out];
    arguments.extend(more);
    let ended = skyberth(folder, &arguments);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
}

/// What a job is before anybody decides on it: (replication, workload, submit, run, gpus).
type Job = (String, String, String, String, String);

/// How often each job of `jobs.csv` is there.
fn jobs(folder: &Path, out: &str) -> BTreeMap<Job, usize> {
    let sheet = Sheet::read(&folder.join(out).join("jobs.csv"));
    let columns = ["replication", "workload", "submit_s", "run_s", "gpus"].map(|name| sheet.column(name));
    let mut jobs = BTreeMap::new();
    for row in &sheet.rows {
        let [a, b, c, d, e] = columns.map(|column| row[column].clone());
        *jobs.entry((a, b, c, d, e)).or_insert(0) += 1;
    }
    assert!(jobs.len() > 10_000, "{} jobs", jobs.len());
    jobs
}

fn without(mut jobs: BTreeMap<Job, usize>, workload: &str) -> BTreeMap<Job, usize> {
    let before = jobs.len();
    jobs.retain(|job, _| job.1 != workload);
    assert!(jobs.len() < before && !jobs.is_empty());
    jobs
}

fn is_part_of(less: &BTreeMap<Job, usize>, more: &BTreeMap<Job, usize>) -> bool {
    less.iter().all(|(job, count)| more.get(job).is_some_and(|other| other >= count))
}

#[test]
fn files_are_the_same_for_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), TEXT, "one", &["--threads", "1"]);
    run(folder.path(), TEXT, "two", &["--threads", "2"]);
    run(folder.path(), TEXT, "other", &["--threads", "2", "--seed", "2"]);
    for file in FILES {
        let read = |out: &str| std::fs::read(folder.path().join(out).join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(read("one") == read("two"), "{file} depends on the number of threads");
        assert!(read("one") != read("other"), "{file} does not depend on the seed");
        assert!(read("one").len() > 100, "{file} is short");
    }
}

#[test]
fn removing_a_vendor_leaves_every_job_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), TEXT, "base", &[]);
    let base = jobs(folder.path(), "base");
    for vendor in ["azure", "oracle"] {
        run(folder.path(), TEXT, vendor, &["--drop-vendor", vendor]);
        assert!(jobs(folder.path(), vendor) == base, "dropping {vendor} changed jobs");
        let file = |out: &str| std::fs::read(folder.path().join(out).join("jobs.csv")).expect("readable");
        assert!(file("base") != file(vendor), "dropping {vendor} changed nothing at all: the test sees too little");
    }
}

#[test]
fn a_vendor_that_limits_name_can_be_removed_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let limited = TEXT.replacen("only_gpus = [\"H100\", \"GB200\"]", "only_vendors = [\"aws\", \"oracle\"]", 1);
    run(folder.path(), &limited, "base", &[]);
    run(folder.path(), &limited, "oracle", &["--drop-vendor", "oracle"]);
    assert!(jobs(folder.path(), "oracle") == jobs(folder.path(), "base"));
}

#[test]
fn every_vendor_of_the_shipped_scenarios_can_be_removed() {
    let mut stuck = Vec::new();
    for name in ["quickstart", "openai-2025-11", "openai-2026-06"] {
        let scenario: toml::Table = common::text_of(&format!("scenarios/{name}.toml")).parse().expect("TOML");
        for vendor in scenario["vendor"].as_table().expect("vendors").keys() {
            let ended = skyberth(&common::root(), &["check", &format!("scenarios/{name}.toml"), "--drop-vendor", vendor]);
            if ended.code != 0 {
                stuck.push(format!("{name} without {vendor}: {}", ended.stderr.lines().next().unwrap_or_default()));
            }
        }
    }
    assert!(stuck.is_empty(), "{}", stuck.join("\n"));
}

#[test]
fn another_workload_leaves_the_others_as_they_were() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), TEXT, "base", &[]);
    let more = "[workload.evaluation]\njobs_per_day = 30\ngpus = 8\nduration = { exponential = { mean = \"1 h\" } }\n\n";
    let with = TEXT.replacen("[workload.training]", &format!("{more}[workload.training]"), 1);
    run(folder.path(), &with, "more", &[]);
    assert!(without(jobs(folder.path(), "more"), "evaluation") == jobs(folder.path(), "base"));
}

#[test]
fn the_order_of_entries_changes_no_job() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), TEXT, "base", &[]);
    let (head, rest) = TEXT.split_at(TEXT.find("[cluster.east]").expect("there"));
    let (east, rest) = rest.split_at(rest.find("[cluster.west]").expect("there"));
    let (others, rest) = rest.split_at(rest.find("[shock.grid]").expect("there"));
    let head = head.replace("[vendor.aws]\n[vendor.azure]\n[vendor.oracle]", "[vendor.oracle]\n[vendor.azure]\n[vendor.aws]");
    let (before, workloads) = rest.split_at(rest.find("[workload.training]").expect("there"));
    let (training, after) = workloads.split_at(workloads.find("[workload.experiments]").expect("there"));
    let (middle, service) = after.split_at(after.find("[service.chat]").expect("there"));
    let reordered = format!("{head}{others}{east}{before}{middle}{training}{service}");
    assert_eq!(reordered.len(), TEXT.len());
    assert_ne!(reordered, TEXT);
    run(folder.path(), &reordered, "reordered", &[]);
    assert!(jobs(folder.path(), "reordered") == jobs(folder.path(), "base"));
}

#[test]
fn the_policy_changes_no_job() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), TEXT, "base", &[]);
    run(folder.path(), TEXT, "other", &["--set", "policy.preset=sjf", "--set", "policy.broker=cheapest"]);
    assert!(jobs(folder.path(), "other") == jobs(folder.path(), "base"));
}

#[test]
fn less_demand_only_removes_jobs_and_more_only_adds() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), TEXT, "base", &[]);
    let base = jobs(folder.path(), "base");
    for workload in ["training", "experiments"] {
        run(folder.path(), TEXT, "less", &["--set", &format!("workload.{workload}.factor=0.7")]);
        run(folder.path(), TEXT, "more", &["--set", &format!("workload.{workload}.factor=1.3")]);
        let (less, more) = (jobs(folder.path(), "less"), jobs(folder.path(), "more"));
        assert!(is_part_of(&less, &base), "a job of {workload} moved at 0.7");
        assert!(is_part_of(&base, &more), "a job of {workload} moved at 1.3");
        let count = |jobs: &BTreeMap<Job, usize>| {
            jobs.iter().filter(|(job, _)| job.1 == workload).map(|(_, count)| *count).sum::<usize>() as f64
        };
        // Binomial and Poisson errors are some 2 % here.
        assert!((count(&less) / count(&base) - 0.7).abs() < 0.05, "{} of {}", count(&less), count(&base));
        assert!((count(&more) / count(&base) - 1.3).abs() < 0.08, "{} of {}", count(&more), count(&base));
        assert!(without(less, workload) == without(base.clone(), workload), "{workload} moved the others");
    }
}
