//! Elastic jobs, by hand arithmetic and in random worlds: who has how many GPUs when, what that costs, and that no work is made or lost.

use super::{Watched, jobs_of, model, records};
use skyberth::metrics::ledger::Ledger;
use skyberth::metrics::{JobRecord, Observation};
use skyberth::model::Model;
use skyberth::policy::registry::compose;
use skyberth::policy::{Plan, Policy};
use skyberth::sim::{Control, Options, simulate};
use skyberth::units::{SimTime, Span};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64};

/// Nodes of eight GPUs; the workload `w` is elastic, and asks for 32 GPUs unless its jobs are listed.
fn world(ramp: &str, elastic: &str, policy: &str) -> Model {
    model(&format!(
        r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-01-31
replications = 1
seed = 1
[vendor.one]
[cluster.a]
vendor = "one"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2
node_gpus = 8
failures_per_gpu_day = 0
slip = {{ probability = 1, days = 0 }}
ramp = [{ramp}]
[workload.w]
jobs_per_day = 1
gpus = 32
duration = "10 h"
restart = "0 s"
checkpoint = {{ interval = "0 s" }}
elastic = {elastic}
[workload.rigid]
jobs_per_day = 1
gpus = 8
duration = "1 h"
restart = "0 s"
checkpoint = {{ interval = "0 s" }}
[policy]
preset = "fifo"
elastic = "{policy}"
"#
    ))
}

const AT_ONCE: &str = "{ date = 2026-01-01, gpus = 64 }";
const LINEAR: &str = r#"{ min = 8, max = 64, sizes = { multiples_of = 8 }, scaling = "linear", resize = "30 min" }"#;

/// Gives the workloads these jobs: hour of submission, GPUs, hours of work.
fn listed(mut model: Model, elastic: &[(f64, u64, f64)], rigid: &[(f64, u64, f64)]) -> Model {
    for (workload, jobs) in model.workloads.iter_mut().zip([elastic, rigid]) {
        workload.jobs = jobs_of(jobs);
    }
    model
}

/// What running jobs held after each pass, by number.
struct Held {
    log: Vec<(SimTime, BTreeMap<u64, u64>)>,
}

impl Held {
    /// What a job held from when on [hours, GPUs], where that changed.
    fn course(&self, sequence: u64) -> Vec<(f64, u64)> {
        let mut course: Vec<(f64, u64)> = Vec::new();
        for (time, held) in &self.log {
            let gpus = held.get(&sequence).copied().unwrap_or(0);
            if course.last().map_or(gpus > 0, |last| last.1 != gpus) {
                course.push((time.seconds() / 3600.0, gpus));
            }
        }
        course
    }

    /// The sum of a function of what a job held over time [x hours].
    fn integral(&self, sequence: u64, of: impl Fn(u64) -> f64) -> f64 {
        let course = self.course(sequence);
        course.windows(2).map(|pair| of(pair[0].1) * (pair[1].0 - pair[0].0)).sum()
    }
}

fn run(model: &Model) -> (Observation, Held) {
    let mut log = Vec::new();
    let mut policy = Watched::new(model, |plan: &mut Plan<'_>| {
        let view = plan.view();
        let held = view.running_jobs().map(|running| (running.facts.sequence, running.facts.gpus)).collect();
        log.push((view.now(), held));
    });
    let observation = simulated(model, &mut policy);
    (observation, Held { log })
}

fn simulated(model: &Model, policy: &mut dyn Policy) -> Observation {
    let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
    let options = Options { records: true, ..Options::default() };
    let observation =
        simulate(model, 0, policy, options, Control { stop: &stop, progress: &progress }).expect("the accounts balance");
    Ledger::of(model, &observation).check(model, &observation).expect("the bill balances");
    observation
}

fn finish(record: &JobRecord) -> f64 {
    record.finish.expect("it ends").seconds() / 3600.0
}

fn allocated(observation: &Observation) -> f64 {
    observation.clusters.iter().flatten().map(|cell| cell.allocated.hours()).sum()
}

#[track_caller]
fn ends(observation: &Observation, hours: &[f64]) {
    let found: Vec<f64> = records(observation).iter().map(finish).collect();
    assert_eq!(found.len(), hours.len());
    for (found, expected) in found.iter().zip(hours) {
        assert!((found - expected).abs() < 1e-9, "{found} h where {expected} h was expected");
    }
}

#[test]
fn one_job_grows_with_its_cluster() {
    let ramp = "{ date = 2026-01-01, gpus = 32 }, { date = 2026-01-02, gpus = 32 }";
    // 24 of 40 hours are done when 32 more GPUs come; the change takes half an hour, and the other 16 are done in 8.
    let model = listed(world(ramp, LINEAR, "shrink_expand"), &[(0.0, 32, 40.0)], &[]);
    let (observation, watched) = run(&model);
    ends(&observation, &[32.5]);
    assert_eq!(watched.course(1), [(0.0, 32), (24.0, 64), (32.5, 0)]);
    assert!((allocated(&observation) - (24.0 * 32.0 + 8.5 * 64.0)).abs() < 1e-9);
    let restarts: f64 = observation.usage.iter().flatten().flatten().map(|usage| usage.restarts.hours()).sum();
    assert!((restarts - 0.5 * 64.0).abs() < 1e-9);
    // Of one hour left, the change would take half, and the other half would be saved: no gain.
    let model = listed(world(ramp, LINEAR, "shrink_expand"), &[(0.0, 32, 25.0)], &[]);
    ends(&run(&model).0, &[25.0]);
    // Without the part it stays as it is.
    let model = listed(world(ramp, LINEAR, "rigid"), &[(0.0, 32, 40.0)], &[]);
    ends(&run(&model).0, &[40.0]);
}

#[test]
fn a_job_shrinks_for_a_newcomer_and_grows_again() {
    let model = listed(world(AT_ONCE, LINEAR, "shrink_expand"), &[(0.0, 32, 40.0), (4.0, 32, 10.0)], &[]);
    let (observation, watched) = run(&model);
    // Alone it begins with all 64, at no cost, and has done 8 hours of work by the fourth. Then it holds half for ten hours, of which half an
    // hour is lost; the other 22.5 hours of work take 11.25 and another half.
    ends(&observation, &[25.75, 14.0]);
    assert_eq!(watched.course(1), [(0.0, 64), (4.0, 32), (14.0, 64), (25.75, 0)]);
    assert_eq!(watched.course(2), [(4.0, 32), (14.0, 0)]);
    assert!((allocated(&observation) - 25.75 * 64.0).abs() < 1e-9);
}

#[test]
fn jobs_shrink_for_a_rigid_head_no_more_than_needed_and_never_in_vain() {
    // Two jobs of 32; eight GPUs for the third come from the one that was submitted last.
    let jobs = [(0.0, 32, 10.0), (0.0, 32, 10.0)];
    let model = listed(world(AT_ONCE, LINEAR, "shrink_expand"), &jobs, &[(1.0, 8, 1.0)]);
    let (observation, watched) = run(&model);
    assert_eq!(watched.course(1)[..1], [(0.0, 32)]);
    assert_eq!(watched.course(2)[..3], [(0.0, 32), (1.0, 24), (2.0, 32)]);
    // From 1 h to 2 h it loses half an hour and a quarter of the other, then half an hour more; 1.125 hours are left when the other job ends.
    ends(&observation, &[10.0, 10.0 + 0.5 + 0.5625, 2.0]);
    // 64 GPUs cannot be had while both keep eight.
    let model = listed(world(AT_ONCE, LINEAR, "shrink_expand"), &jobs, &[(1.0, 64, 1.0)]);
    ends(&run(&model).0, &[10.0, 10.0, 11.0]);
}

#[test]
fn an_elastic_head_starts_with_what_there_is() {
    let model = listed(world(AT_ONCE, LINEAR, "shrink_expand"), &[(1.0, 32, 5.0)], &[(0.0, 48, 2.0)]);
    let (observation, watched) = run(&model);
    // Half of what it asks for until the others are gone, then twice: 4.5 of 5 hours are left, less what the change takes.
    assert_eq!(watched.course(2), [(1.0, 16), (2.0, 64), (4.75, 0)]);
    ends(&observation, &[4.75, 2.0]);
}

#[test]
fn equal_jobs_share_equally_under_goodput() {
    let ramp = "{ date = 2026-01-01, gpus = 48 }";
    let model = listed(world(ramp, LINEAR, "goodput"), &[(0.0, 32, 12.0), (0.0, 32, 12.0)], &[]);
    let (observation, watched) = run(&model);
    assert_eq!((watched.course(1)[0], watched.course(2)[0]), ((0.0, 24), (0.0, 24)));
    ends(&observation, &[16.0, 16.0]);
    // A newcomer has its part when it comes; who was there loses half an hour.
    let model = listed(world(ramp, LINEAR, "goodput"), &[(0.0, 32, 12.0), (4.0, 32, 12.0)], &[]);
    let (_, watched) = run(&model);
    assert_eq!(watched.course(1)[..2], [(0.0, 48), (4.0, 24)]);
    assert_eq!(watched.course(2)[0], (4.0, 24));
}

#[test]
fn goodput_changes_sizes_at_most_once_an_interval() {
    let mut model = listed(world(AT_ONCE, LINEAR, "goodput"), &[(0.0, 32, 40.0), (1.0, 32, 40.0), (1.2, 32, 40.0)], &[]);
    model.policy.elastic_interval = Span::HOUR;
    let (_, watched) = run(&model);
    assert_eq!(watched.course(2)[0], (1.0, 32));
    // The third waits until an hour after the second.
    assert_eq!(watched.course(3)[0].0, 2.0);
}

#[test]
fn amdahl_sets_a_limit() {
    let elastic = r#"{ min = 1, max = 64, scaling = { amdahl = { serial = 0.5 } }, resize = "0 s" }"#;
    let model = listed(world(AT_ONCE, elastic, "shrink_expand"), &[(0.0, 8, 10.0)], &[]);
    // S(8) = 1 / 0.5625 and S(64) = 1 / 0.5078125; however many GPUs, no more than 1.125 times as fast.
    let (observation, _) = run(&model);
    let found = finish(&records(&observation)[0]);
    assert!((found - 10.0 * 0.507_812_5 / 0.5625).abs() < 1e-5, "{found}");
    let elastic = r#"{ min = 1, max = 64, scaling = { power = 0.5 }, resize = "0 s" }"#;
    let model = listed(world(AT_ONCE, elastic, "shrink_expand"), &[(0.0, 16, 10.0)], &[]);
    ends(&run(&model).0, &[5.0]);
}

/// A busy world of failures, outages, spot evictions, quotas and a service that takes GPUs by day.
fn busy(seed: u64, elastic: &str, policy: &str, harm: bool) -> Model {
    let (failures, more) = if harm {
        (
            0.02,
            r#"
[outage.down]
kind = "data-plane"
clusters = ["b"]
start = 2026-01-04
duration = "1 d"
[outage.mute]
kind = "control-plane"
clusters = ["a"]
start = 2026-01-07
duration = "1 d"
[service.chat]
tokens_per_s = 9000
daily = "office"
replica = { measured = { gpu = "H100", gpus = 8, fixed_ms = 29.9, per_prefill_token_ms = 0.0909, per_decode_sequence_ms = 0.2064, per_context_token_ms = 0.000174, max_in_flight = 128 } }
input_tokens = 1155
output_tokens = 211
"#,
        )
    } else {
        (0.0, "")
    };
    let eviction = if harm { "eviction = { at = [2026-01-10], out = \"6 h\", notice = \"2 min\" }" } else { "" };
    model(&format!(
        r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-01-20
replications = 1
seed = {seed}
[vendor.one]
[cluster.a]
vendor = "one"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2
node_gpus = 8
failures_per_gpu_day = {failures:?}
ramp = [{{ date = 2026-01-01, gpus = 64 }}]
[cluster.b]
vendor = "one"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2
spot_usd_per_gpu_hour = 1
node_gpus = 4
failures_per_gpu_day = {failures:?}
slip = {{ probability = 1, days = 0 }}
ramp = [{{ date = 2026-01-01, gpus = 16 }}, {{ date = 2026-01-03, gpus = 16, kind = "spot" }}]
{eviction}
[workload.grows]
jobs_per_day = 9
gpus = {{ table = [[2, 0.4], [4, 0.3], [16, 0.3]] }}
duration = {{ exponential = {{ mean = "5 h", max = "30 h" }} }}
estimate = {{ factor = {{ min = 0.5, max = 2 }} }}
restart = "10 min"
checkpoint = {{ interval = "30 min", blocking = "20 s" }}
{elastic}
[workload.stays]
jobs_per_day = 9
gpus = {{ table = [[1, 0.5], [8, 0.5]] }}
duration = {{ exponential = {{ mean = "4 h", max = "30 h" }} }}
restart = "10 min"
checkpoint = {{ interval = "30 min", blocking = "20 s" }}
{more}
[policy]
preset = "easy"
elastic = "{policy}"
"#
    ))
}

const VARIED: &str = r#"elastic = { min = 1, max = 32, scaling = { power = 0.8 }, resize = "1 min" }"#;

fn seen(observation: &Observation) -> String {
    let Observation { clusters, usage, jobs, records, services, .. } = observation;
    format!("{clusters:?}{usage:?}{jobs:?}{services:?}{:?}", records.as_ref().map(|records| records.iter().collect::<Vec<_>>()))
}

#[test]
fn rigid_jobs_and_jobs_of_one_size_are_as_before() {
    for seed in 0..6 {
        let plain = busy(seed, "", "rigid", true);
        let expected = seen(&simulated(&plain, &mut compose(&plain.policy, &plain)));
        let rigid = busy(seed, VARIED, "rigid", true);
        assert_eq!(seen(&simulated(&rigid, &mut compose(&rigid.policy, &rigid))), expected, "seed {seed}");
        for policy in ["shrink_expand", "goodput"] {
            let only = Model { policy: busy(seed, "", policy, true).policy, ..plain.clone() };
            let found = seen(&simulated(&only, &mut compose(&only.policy, &only)));
            assert_eq!(found, expected, "seed {seed}, {policy} without elastic jobs");
        }
    }
    // One size only.
    let one = r#"{ min = 32, max = 32, resize = "30 min" }"#;
    let jobs = [(0.0, 32, 10.0), (1.0, 32, 3.0), (1.5, 32, 2.0), (2.0, 32, 9.0)];
    let run = |policy: &str| {
        let model = listed(world(AT_ONCE, one, policy), &jobs, &[(0.5, 16, 4.0)]);
        seen(&simulated(&model, &mut compose(&model.policy, &model)))
    };
    assert_eq!((run("shrink_expand"), run("goodput")), (run("rigid"), run("rigid")));
}

/// Whatever happens to them, the accounts balance, the same world gives the same future, and sizes do change.
#[test]
fn elastic_jobs_live_through_failures_outages_evictions_and_services() {
    for (seed, policy) in (0..8).flat_map(|seed| ["shrink_expand", "goodput"].map(|policy| (seed, policy))) {
        let model = busy(seed, VARIED, policy, true);
        let (observation, watched) = run(&model);
        let again = simulated(&model, &mut compose(&model.policy, &model));
        assert_eq!(seen(&observation), seen(&again), "seed {seed}, {policy}");
        let sizes = (1..400).map(|job| watched.course(job).len()).max();
        assert!(sizes > Some(3), "seed {seed}, {policy}: nobody changed its size");
        let jobs = &observation.jobs[0];
        assert!(jobs.completed > 20 && jobs.interruptions > 0, "seed {seed}, {policy}");
    }
}

/// Where nothing is ever lost, speed times time is the work of a job to the millisecond, and what it holds is what is allocated.
#[test]
fn work_is_conserved() {
    for (seed, policy) in (0..8).flat_map(|seed| ["shrink_expand", "goodput"].map(|policy| (seed, policy))) {
        let elastic = r#"elastic = { min = 1, max = 32, scaling = { power = 0.8 }, resize = "0 s" }"#;
        let mut model = busy(seed, elastic, policy, false);
        for workload in &mut model.workloads {
            workload.checkpoint.blocking = Span::ZERO;
        }
        let (observation, watched) = run(&model);
        let mut records = records(&observation);
        records.sort_by_key(|record| (record.submit, record.workload, record.ordinal));
        for (sequence, record) in (1..).zip(&records).filter(|(_, record)| record.finish.is_some()) {
            let workload = &model.workloads[record.workload.index()];
            let cluster = record.cluster.expect("it ran");
            let speed = |gpus: u64| if gpus == 0 { 0.0 } else { workload.speed_ppm(cluster, gpus, record.gpus) as f64 / 1e6 };
            let done = watched.integral(sequence, speed) * 3.6e6;
            let (work, changes) = (record.run.ms() as f64, watched.course(sequence).len() as f64);
            // The last millisecond is whole, and speed may be more than one.
            assert!(done > work - 1e-3 && done < work + 16.0 * changes, "seed {seed}, {policy}: {done} of {work} ms");
        }
        let model_end = 20.0 * 24.0;
        let held: f64 = (1..=records.len() as u64)
            .map(|sequence| {
                let course = watched.course(sequence);
                let open = course.last().map_or(0.0, |last| last.1 as f64 * (model_end - last.0));
                watched.integral(sequence, |gpus| gpus as f64) + open
            })
            .sum();
        assert!((held - allocated(&observation)).abs() < 1e-3, "seed {seed}, {policy}: {held}");
    }
}

#[test]
fn sizes_count_towards_quotas() {
    let mut text = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-01-31
replications = 1
[vendor.one]
[cluster.a]
vendor = "one"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2
node_gpus = 8
failures_per_gpu_day = 0
ramp = [{ date = 2026-01-01, gpus = 64 }]
[team.w]
quota_gpus = 40
[workload.w]
jobs_per_day = 1
gpus = 16
duration = "10 h"
elastic = { min = 8, max = 64, sizes = { multiples_of = 8 }, scaling = "linear", resize = "0 s" }
[workload.rigid]
jobs_per_day = 1
gpus = 8
duration = "1 h"
[policy]
preset = "fifo"
elastic = "shrink_expand"
"#
    .to_owned();
    let (_, watched) = run(&listed(model(&text), &[(0.0, 16, 10.0)], &[]));
    // 64 are free, and its team may have 40.
    assert_eq!(watched.course(1)[0], (0.0, 40));
    text = text.replace("quota_gpus = 40", "quota_gpus = 64");
    let (_, watched) = run(&listed(model(&text), &[(0.0, 16, 10.0)], &[]));
    assert_eq!(watched.course(1)[0], (0.0, 64));
}
