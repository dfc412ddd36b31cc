//! Policies that share GPUs of several types out by rounds, in scenarios: closed forms by hand, and what is refused.

use crate::common;
use crate::common::{SMALL, jobs_of, model, refused, says, skyberth};
use skyberth::metrics::JobRecord;
use skyberth::policy::registry::{self, Kind, PartName, preset_parts};
use skyberth::policy::rounds;
use skyberth::sim::{Control, Options, simulate};
use std::sync::atomic::{AtomicBool, AtomicU64};

/// A vendor with a type of GPU each, of nodes of one GPU; stopping costs nothing.
const WORLD: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-01-10
replications = 1
[vendor.one]
[vendor.two]
[cluster.new]
vendor = "one"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 4
node_gpus = 1
failures_per_gpu_day = 0
ramp = [{ date = 2026-01-01, gpus = NEW }]
[policy]
preset = "POLICY"
round = "1 h"
"#;

const OLD: &str = r#"[cluster.old]
vendor = "two"
gpu = "A100"
region = "us-ia"
price_usd_per_gpu_hour = 1
node_gpus = 1
failures_per_gpu_day = 0
ramp = [{ date = 2026-01-01, gpus = OLD }]
"#;

/// A workload's table without its jobs.
fn workload(name: &str, rest: &str) -> String {
    format!(
        "[workload.{name}]\njobs_per_day = 1\ngpus = 1\nduration = \"1 h\"\nrestart = \"0 s\"\ncheckpoint = {{ interval = \"0 s\" }}\n{rest}\n"
    )
}

/// Hour of submission, GPUs, hours of work on the reference.
type Job = (i64, u64, i64);

/// What becomes of the jobs of each workload, in order, with so many GPUs of each type.
fn fates(policy: &str, gpus: [u64; 2], workloads: &[(String, &[Job])]) -> Vec<Vec<JobRecord>> {
    let mut text = WORLD.replace("NEW", &gpus[0].to_string()).replace("POLICY", policy);
    if gpus[1] > 0 {
        text += &OLD.replace("OLD", &gpus[1].to_string());
    }
    let mut model = model(&workloads.iter().fold(text, |text, (table, _)| text + table));
    for (index, (_, jobs)) in workloads.iter().enumerate() {
        let hours: Vec<(f64, u64, f64)> = jobs.iter().map(|&(submit, gpus, run)| (submit as f64, gpus, run as f64)).collect();
        model.workloads[index].jobs = jobs_of(&hours);
    }
    let mut composed = registry::compose(&model.policy, &model);
    let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
    let options = Options { records: true, ..Options::default() };
    let seen = simulate(&model, 0, &mut composed, options, Control { stop: &stop, progress: &progress }).expect("a future");
    let mut fates = vec![Vec::new(); workloads.len()];
    for record in seen.records.as_ref().expect("asked for").iter() {
        fates[record.workload.index()].push(record);
    }
    for list in &mut fates {
        list.sort_by_key(|record: &JobRecord| record.ordinal);
    }
    fates
}

/// Hour of the end, cluster, times stopped.
fn told(record: &JobRecord) -> (f64, usize, u32) {
    let finish = record.finish.expect("it has ended");
    (finish.seconds() / 3600.0, record.cluster.expect("it ran").index(), record.preemptions)
}

fn presets() -> impl Iterator<Item = &'static str> {
    rounds::ENTRIES.iter().filter(|entry| entry.is_for_scenarios).map(|entry| entry.name)
}

#[test]
fn every_allocator_for_scenarios_is_a_registered_preset() {
    for name in presets() {
        assert!(registry::names(Kind::Preset).any(|known| known == name), "{name}");
        assert_eq!(preset_parts(PartName::parse(name)).and_then(|preset| preset.allocator), Some(name));
    }
    assert!(preset_parts(PartName::parse("fifo-fastest")).is_none(), "it imitates a program");
}

#[test]
fn everybody_gets_the_type_that_suits_him() {
    let jobs: &[Job] = &[(0, 1, 10)];
    for policy in presets().filter(|policy| *policy != "maxmin:blind") {
        // The first one is four times as fast on the new type, the second one on the old.
        let fates = fates(
            policy,
            [1, 1],
            &[
                (workload("a", "speed.table = { A100 = 0.25, H100 = 1 }"), jobs),
                (workload("b", "reference_gpu = \"A100\"\nspeed.throughput = { A100 = 12, H100 = 3 }"), jobs),
            ],
        );
        assert_eq!(told(&fates[0][0]), (10.0, 0, 0), "{policy}");
        assert_eq!(told(&fates[1][0]), (10.0, 1, 0), "{policy}");
    }
}

#[test]
fn equals_take_turns() {
    for policy in ["maxmin", "maxmin:blind", "water-filling"] {
        let fates = fates(policy, [1, 0], &[(workload("a", "only_gpus = [\"H100\"]"), &[(0, 1, 3), (0, 1, 3)])]);
        // The first has the hours 0, 2 and 4, the second 1, 3 and 5.
        assert_eq!(told(&fates[0][0]), (5.0, 0, 2), "{policy}");
        assert_eq!(told(&fates[0][1]), (6.0, 0, 2), "{policy}");
    }
}

#[test]
fn weights_count_and_newcomers_are_seen_at_the_next_round() {
    let fates = fates(
        "maxmin",
        [1, 0],
        &[(workload("light", "speed = \"same\""), &[(0, 1, 6)]), (workload("heavy", "weight = 3\nspeed = \"same\""), &[(0, 1, 6)])],
    );
    // A quarter of eight hours and three: two go to the light one until the heavy one is done.
    let (light, heavy) = (told(&fates[0][0]).0, told(&fates[1][0]).0);
    assert!((7.0..=9.0).contains(&heavy) && light == 12.0, "{light} {heavy}");
}

#[test]
fn a_gang_of_the_whole_type_is_not_starved_by_small_jobs() {
    let small: Vec<Job> = (0..60).map(|at| (at / 2, 1, 4)).collect();
    for policy in presets() {
        let fates = fates(policy, [4, 0], &[(workload("small", ""), &small), (workload("gang", ""), &[(1, 4, 1)])]);
        let (end, ..) = told(&fates[1][0]);
        // All that there is to do takes 61 h, and a little more where the last ones are alone.
        assert!(end <= 65.0, "{policy}: {end}");
        let fair = ["maxmin", "maxmin:blind", "water-filling", "ftf", "makespan"];
        assert!(!fair.contains(&policy) || end < 50.0, "{policy}: the gang waits to the end: {end}");
        assert!(fates[0].iter().all(|record| record.finish.is_some()), "{policy}");
    }
}

#[test]
fn who_may_not_be_stopped_is_not_stopped() {
    for policy in presets() {
        let fates = fates(
            policy,
            [2, 1],
            &[
                (workload("fixed", "preemptible = false"), &[(0, 1, 20), (3, 2, 5)]),
                (workload("other", ""), &[(1, 1, 8), (1, 2, 8), (2, 1, 30)]),
            ],
        );
        assert!(fates[0].iter().all(|record| record.preemptions == 0 && record.finish.is_some()), "{policy}");
        assert!(fates[1].iter().all(|record| record.finish.is_some()), "{policy}");
    }
}

#[test]
fn who_keeps_the_type_is_not_stopped() {
    // Room for all: nobody has anything to gain, and rounds pass without a stop.
    for policy in presets() {
        let jobs: &[Job] = &[(0, 1, 10), (0, 2, 30), (5, 1, 7)];
        let fates = fates(policy, [4, 0], &[(workload("a", ""), jobs)]);
        let seen: Vec<_> = fates[0].iter().map(told).collect();
        assert_eq!(seen, [(10.0, 0, 0), (30.0, 0, 0), (12.0, 0, 0)], "{policy}");
    }
}

#[test]
fn cost_counts_prices() {
    // Twice the speed for four times the price is not worth it.
    let jobs: &[Job] = &[(0, 1, 10)];
    let speed = "reference_gpu = \"A100\"\nspeed.throughput = { H100 = 200, A100 = 100 }";
    let place = |policy: &str| told(&fates(policy, [1, 1], &[(workload("a", speed), jobs)])[0][0]);
    assert_eq!(place("cost"), (10.0, 1, 0));
    assert_eq!(place("throughput"), (5.0, 0, 0));
    // The engine's speed is that of the table, whoever decides.
    assert_eq!(place("fifo"), (5.0, 0, 0));
}

/// Several vendors, a type that comes late, outages of both kinds, failures, gangs that no cluster of a type holds at first, a service that takes
/// GPUs by day, jobs that may not go everywhere or be stopped.
const MIXED: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-01-14
replications = 1
service_step = "1 h"
[vendor.one]
[vendor.two]
[cluster.a]
vendor = "one"
gpu = "H100"
price_usd_per_gpu_hour = 3
region = "us-va"
ramp = [{ date = 2026-01-01, gpus = 32 }, { date = 2026-01-08, gpus = 32 }]
[cluster.b]
vendor = "two"
gpu = "H100"
price_usd_per_gpu_hour = 3
region = "us-ia"
ramp = [{ date = 2026-01-01, gpus = 16 }]
[cluster.c]
vendor = "two"
gpu = "B200"
price_usd_per_gpu_hour = 3
region = "us-ia"
slip = { probability = 0.5, days = 3 }
ramp = [{ date = 2026-01-05, gpus = 16 }]
[outage.data]
clusters = ["a"]
kind = "data-plane"
start = 2026-01-10T06:00:00
duration = "9 h"
[outage.control]
clusters = ["b"]
kind = "control-plane"
start = 2026-01-12T06:00:00
duration = "20 h"
[workload.large]
jobs_per_day = 2
gpus = { table = [[16, 0.6], [32, 0.2], [48, 0.2]] }
duration = { exponential = { mean = "8 h" } }
[workload.small]
jobs_per_day = 30
gpus = { table = [[1, 0.5], [4, 0.3], [8, 0.2]] }
duration = { exponential = { mean = "3 h" } }
speed.throughput = { H100 = 2, B200 = 3 }
estimate = { factor = { min = 0.5, max = 3 } }
weight = 2
[workload.barred]
jobs_per_day = 6
gpus = 4
duration = { exponential = { mean = "6 h" } }
only_vendors = ["two"]
within_domain = true
[workload.fixed]
jobs_per_day = 3
gpus = 8
duration = { exponential = { mean = "5 h" } }
preemptible = false
[service.chat]
tokens_per_s = 15_000
replica.type = "llama3.1-70b-h100"
autoscaler.reactive.headroom = 0.15
daily = "office"
[policy]
round = "2 h"
shares_apart = "6 h"
"#;

#[test]
fn accounts_hold_whatever_happens() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("s.toml"), MIXED).expect("written");
    for policy in presets() {
        for (broker, placement) in [("first_fit", "best_fit"), ("most_free", "worst_fit")] {
            let sets = [("preset", policy), ("broker", broker), ("placement", placement)];
            let sets: Vec<String> = sets.iter().map(|(key, value)| format!("policy.{key}={value}")).collect();
            let mut arguments = vec!["run", "s.toml", "--quiet", "-o", "out"];
            arguments.extend(sets.iter().flat_map(|set| ["--set", set.as_str()]));
            let ended = skyberth(folder.path(), &arguments);
            assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{policy} {broker}");
        }
    }
}

#[test]
fn mistakes_are_told_where_they_are() {
    let maxmin = format!("{SMALL}\n[policy]\npreset = \"maxmin\"\n");
    says(&refused(format!("{SMALL}\n[policy]\npreset = \"maxmni\"\n"), &[]), "x.toml", &["unknown preset `maxmni`", "`maxmin`"]);
    says(
        &refused(format!("{maxmin}order = \"sjf\"\n"), &[]),
        "x.toml:23:",
        &["`order` cannot be combined with the preset `maxmin`"],
    );
    says(&refused(format!("{maxmin}round = \"0 s\"\n"), &[]), "x.toml:23:", &["`round` is out of its range"]);
    let quotas = format!("{maxmin}[team.training]\nquota_gpus = 32\n");
    says(
        &refused(quotas, &[]),
        "x.toml:22:",
        &["the preset `maxmin` cannot be combined with quotas of teams: it shares out all GPUs"],
    );
    let shares = SMALL.replace("gpus = 8", "gpus = 0.5") + "\n[policy]\npreset = \"maxmin\"\n";
    says(&refused(shares, &[]), "x.toml:", &["the preset `maxmin` cannot be combined with jobs that share GPUs"]);
    let speed = |table: &str| SMALL.replace("gpus = 8", &format!("gpus = 8\nspeed.throughput = {table}"));
    says(&refused(speed("{ H100 = 3, A10O = 1 }"), &[]), "x.toml:19:", &["unknown GPU type `A10O`", "`A100`"]);
    says(&refused(speed("{ H100 = 0, A100 = 1 }"), &[]), "x.toml:19:", &["the throughput on H100 is 0"]);
    says(&refused(speed("{ H100 = 1, A100 = 5000 }"), &[]), "x.toml:19:", &["5000 times as fast"]);
    says(&refused(SMALL.replace("gpus = 8", "gpus = 8\nweight = 0"), &[]), "x.toml:19:", &["`weight` is 0"]);
    let ranked = |list: &str| format!("{SMALL}\n[comparison]\npolicies = {list}\n");
    says(
        &refused(ranked("[\"easy\", \"watre-filling\"]"), &[]),
        "x.toml:22:",
        &["unknown preset `watre-filling`", "`water-filling`"],
    );
    says(&refused(ranked("[\"easy\", \"fifo/cheepest\"]"), &[]), "x.toml:22:", &["unknown broker `cheepest`", "`cheapest`"]);
    says(&refused(ranked("[\"easy\", \"easy\"]"), &[]), "x.toml:22:", &["is listed twice"]);
    says(&refused(ranked("[\"easy\"]"), &[]), "x.toml:22:", &["one policy alone"]);
}

#[test]
fn a_scenario_says_who_is_ranked() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!("{SMALL}\n[comparison]\npolicies = [\"easy\", \"maxmin/cheapest\", \"ftf\"]\n[policy]\nround = \"6 h\"\n");
    std::fs::write(folder.path().join("s.toml"), text).expect("written");
    let board = |more: &[&str]| {
        let arguments = [&["rank", "s.toml", "-o", "out", "--quiet", "--fixed", "--replications", "2"], more].concat();
        let ended = skyberth(folder.path(), &arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
        let sheet = common::Sheet::read(&folder.path().join("out/ranking.csv"));
        let place = sheet.column("policy");
        let mut names: Vec<String> = sheet.rows.iter().map(|row| row[place].clone()).collect();
        names.sort();
        names
    };
    assert_eq!(board(&[]), ["easy", "ftf", "maxmin/cheapest"]);
    assert_eq!(board(&["--policy", "fifo,water-filling"]), ["fifo", "water-filling"]);
}
