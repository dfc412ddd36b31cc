//! What can never run, what the horizon and the warm-up cut, where work may start.

use super::{Workload, close, future, jobs, mean, model, most_at_once, records, reliable, summary};
use skyberth::metrics::{JobState, RejectionReason};
use skyberth::scenario::spec::{ClusterSpec, ExclusivitySpec};
use skyberth::scenario::{ModelBuilder, law};
use skyberth::units::SimTime;

const DAY: i64 = 86_400_000;

/// A year with clusters, each by its name, vendor, GPU type and GPUs.
fn world(clusters: &[(&str, &str, &str, u64)], describe: impl FnOnce(Workload) -> Workload) -> ModelBuilder {
    let year = ModelBuilder::new("2026-01-01", "2026-12-31").replications(2).warm_up("30 d").vendor("aws").vendor("azure");
    let add = |world: ModelBuilder, &(name, vendor, gpu, gpus): &(&str, &str, &str, u64)| {
        world.cluster(name, gpu, |cluster| reliable(cluster).vendor(vendor).gpus(gpus))
    };
    clusters.iter().fold(year, add).workload("w", |w| describe(w.checkpoint("0 s", "20 s"))).policy("fifo")
}

/// 64 GPUs of one vendor.
const ALONE: [(&str, &str, &str, u64); 1] = [("a", "aws", "H100", 64)];

#[test]
fn a_job_larger_than_any_cluster_is_rejected_with_its_reason() {
    let clusters = [("a", "aws", "H100", 64), ("b", "azure", "H100", 32)];
    let sizes = law::table([(8, 0.8), (72, 0.2)]);
    let model = model(world(&clusters, |w| w.jobs_per_day(20).gpus(sizes).duration("1 h")));
    let observation = future(&model, 0);
    let records = records(&observation);
    for record in &records {
        let rejected = record.state == JobState::Rejected(RejectionReason::LargerThanAnyCluster);
        assert_eq!(rejected, record.gpus == 72);
        assert_eq!(rejected, record.start.is_none() && record.state != JobState::CensoredQueued);
    }
    let measured = records.iter().filter(|record| record.gpus == 72 && record.submit.ms() >= 30 * DAY).count() as u64;
    assert!(measured > 500);
    assert_eq!(observation.jobs[0].rejected, [measured, 0, 0, 0, 0, 0]);
    assert_eq!(RejectionReason::LargerThanAnyCluster.text(), "larger than any cluster it may use");
}

fn small_domains(cluster: &mut ClusterSpec) {
    (cluster.node_gpus, cluster.domain_gpus) = (Some(1), Some(8));
}

#[test]
fn a_gang_within_a_domain_is_never_split() {
    let gangs = |within: bool| {
        let world = world(&[("a", "aws", "H100", 16)], |w| {
            w.jobs_per_day(60).gpus(5).duration(law::exponential("2 h")).within_domain(within)
        });
        future(&model(world.with(|spec| spec.cluster.values_mut().for_each(small_domains))), 0)
    };
    let (together, anyhow) = (gangs(true), gangs(false));
    let horizon = SimTime::from_ms(365 * DAY);
    assert_eq!(most_at_once(&records(&together), horizon), 10, "one gang of five in each domain of eight");
    assert_eq!(most_at_once(&records(&anyhow), horizon), 15, "three gangs of five on 16 GPUs");
}

#[test]
fn a_gang_larger_than_any_domain_is_rejected_with_its_reason() {
    let sizes = law::table([(8, 0.8), (16, 0.2)]);
    let world = world(&ALONE, |w| w.jobs_per_day(20).gpus(sizes).duration("1 h").within_domain(true));
    let observation = future(&model(world), 0);
    for record in records(&observation) {
        assert_eq!(record.state == JobState::Rejected(RejectionReason::LargerThanAnyDomain), record.gpus == 16);
    }
}

/// A domain of 72 that is only half there, and a larger cluster of small domains: together they
/// hold no gang of 48.
#[test]
fn a_gang_that_fits_no_domain_that_is_planned_blocks_nobody() {
    let clusters = [("a", "aws", "H100", 64), ("b", "azure", "GB200", 36)];
    let sizes = law::table([(8, 0.8), (48, 0.2)]);
    let world = world(&clusters, |w| w.jobs_per_day(20).gpus(sizes).duration("1 h").within_domain(true));
    let observation = future(&model(world), 0);
    for record in records(&observation) {
        assert_eq!(matches!(record.state, JobState::Rejected(_)), record.gpus == 48, "{record:?}");
    }
}

/// The broker leaves one vendor, whose cluster is too small for some jobs that another vendor's
/// would hold.
#[test]
fn a_job_that_its_broker_lets_run_nowhere_blocks_nobody() {
    let clusters = [("a", "aws", "H100", 32), ("b", "azure", "H100", 64)];
    let sizes = law::table([(8, 0.8), (64, 0.2)]);
    let world = world(&clusters, |w| w.jobs_per_day(20).gpus(sizes).duration("1 h"));
    let observation = future(&model(world.policy_parts(|policy| policy.broker("single:aws"))), 0);
    for record in records(&observation) {
        assert_eq!(matches!(record.state, JobState::Rejected(_)), record.gpus == 64, "{record:?}");
    }
}

#[test]
fn the_horizon_censors_what_waits_and_what_runs() {
    let model = model(world(&[("a", "aws", "H100", 8)], |w| w.jobs_per_day(3).gpus(8).duration("10 h")));
    let observation = future(&model, 0);
    let horizon = model.horizon();
    let records = records(&observation);
    let (mut running, mut queued, mut ended) = (0, 0, 0);
    for record in &records {
        let counts = record.submit >= model.warm_up;
        match record.state {
            JobState::CensoredRunning => {
                assert!(record.start.is_some_and(|start| start < horizon) && record.finish.is_none());
                running += u64::from(counts);
            }
            JobState::CensoredQueued => {
                assert_eq!((record.start, record.finish), (None, None));
                queued += u64::from(counts);
            }
            _ => {
                assert!(record.finish.is_some_and(|finish| finish < horizon), "an end at the horizon is not simulated");
                ended += u64::from(counts);
            }
        }
    }
    let statistics = &observation.jobs[0];
    assert_eq!((running, queued, ended), (statistics.censored_running, statistics.censored_queued, statistics.ended()));
    assert_eq!(running, 1);
    // 1.25 times what the cluster can do: a fifth of the year's jobs still waits.
    assert!(queued > 150, "{queued}");
    assert_eq!(statistics.submitted, running + queued + ended);
    assert_eq!(statistics.wait_censored, queued, "each waits at least until the horizon");
}

#[test]
fn the_warm_up_is_left_out() {
    let mut model = model(world(&ALONE, |w| w.jobs_per_day(20).gpus(8).duration(law::exponential("5 h"))));
    model.replications = 1;
    let observation = future(&model, 0);
    let pairs = jobs(&model, &observation);
    let (warm, horizon) = (30 * DAY, model.horizon().ms());
    let late: Vec<_> = pairs.iter().filter(|(draft, _)| draft.submit.ms() >= warm).collect();
    assert!(late.len() + 400 < pairs.len());
    assert_eq!(observation.jobs[0].submitted, late.len() as u64);
    let waits: f64 =
        late.iter().map(|(draft, record)| (record.start.map_or(horizon, SimTime::ms) - draft.submit.ms()) as f64).sum();
    close(observation.jobs[0].wait.mean().expect("jobs"), waits / late.len() as f64, 0.01);
    // Integrals are clipped to the measured span, also those of jobs that began before it.
    let held: f64 = pairs
        .iter()
        .map(|(_, record)| {
            let Some(start) = record.start else { return 0.0 };
            let end = record.finish.map_or(horizon, SimTime::ms);
            record.gpus as f64 * (end - start.ms().max(warm)).max(0) as f64 / 3.6e6
        })
        .sum();
    let summary = summary(&model);
    close(mean(&summary, "allocated_gpu_hours", "all", "all"), held, 1e-8);
    close(mean(&summary, "installed_gpu_hours", "all", "all"), 64.0 * 24.0 * 335.0, 1e-12);
    close(mean(&summary, "cost_usd", "all", "all"), 2.0 * 64.0 * 24.0 * 335.0, 1e-9);
}

#[test]
fn exclusivity_holds_until_its_day_for_the_workloads_it_names() {
    let clusters = [("b", "azure", "H100", 640), ("a", "aws", "H100", 640)];
    let day = "2026-07-01".parse().expect("a date");
    let clause = ExclusivitySpec { until: day, workloads: vec!["w".to_owned()], waivers: Vec::new() };
    let hourly = |workload: Workload| workload.jobs_per_day(20).gpus(8).duration("1 h");
    let world = world(&clusters, hourly).workload("free", hourly);
    let model =
        model(world.contract("aws", "2026-01-01", "3 y", |aws| aws.vendor("aws").with(|spec| spec.exclusivity = Some(clause))));
    let until = 181 * DAY;
    let (mut before, mut after) = (0, 0);
    for record in records(&future(&model, 0)) {
        let Some(cluster) = record.cluster else { continue };
        let name = model.clusters[cluster.index()].name.as_str();
        let start = record.start.expect("it ran").ms();
        let bound = record.workload.index() == 0 && start < until;
        assert_eq!(name, if bound { "a" } else { "b" }, "the first cluster in order, unless the clause forbids it: {record:?}");
        before += usize::from(bound);
        after += usize::from(record.workload.index() == 0 && !bound);
    }
    assert!(before > 3000 && after > 3000, "{before} before, {after} after");
}
