//! Nobody is stopped where that makes no room, and no clause binds before its contract.

use super::{Cluster, future, january, mean, model, reliable, summary};
use skyberth::scenario::spec::{ExclusivitySpec, SpeedSpec};
use skyberth::scenario::{ModelBuilder, law};

fn early(cluster: Cluster, gpus: u64) -> Cluster {
    reliable(cluster).gpus_from("2025-12-01", gpus)
}

/// A cluster of 64 GPUs with each of two vendors.
fn two_vendors() -> ModelBuilder {
    let world = january().vendor("aws").cluster("c", "H100", |c| early(c, 64));
    world.vendor("azure").cluster("d", "H100", |d| early(d, 64))
}

/// On every node five GPUs are held by jobs that may not be stopped, so that stopping the small ones never gives a whole node.
#[test]
fn a_high_priority_that_cannot_fit_by_shape_stops_nobody() {
    let model = model(
        january()
            .vendor("aws")
            .cluster("c", "H100", |c| early(c, 64))
            .workload("pinned", |pinned| pinned.jobs_per_day(40).gpus(5).duration("200 d").preemptible(false))
            .workload("low", |low| low.jobs_per_day(60).gpus(3).duration("8 h"))
            .workload("high", |high| high.jobs_per_day(2).gpus(8).duration("2 h").priority(9))
            .policy("priority"),
    );
    let observation = future(&model, 0);
    assert!(observation.jobs[2].submitted > 30);
    let stopped = observation.jobs[1].preemptions;
    assert!(stopped <= observation.jobs[2].ended(), "{stopped} jobs were stopped for {} that ran", observation.jobs[2].ended());
    assert!(observation.events < 50_000, "{} events", observation.events);
}

/// Replicas of 8 in domains of 12 leave 4 GPUs over in each, which no stopped job can turn into a replica.
#[test]
fn a_service_that_can_gain_no_replica_stops_nobody() {
    let world = january()
        .vendor("aws")
        .cluster("c", "H100", |c| early(c.node_gpus(1).domain_gpus(12), 24))
        .workload("small", |small| small.jobs_per_day(4).gpus(1).duration("5 h"))
        .service("chat", "llama3.1-70b-h100", |chat| chat.tokens_per_s(3_000_000).speed(SpeedSpec::Same));
    let observation = future(&model(world), 0);
    assert!(observation.jobs[0].completed > 50);
    assert_eq!(observation.jobs[0].preemptions, 0);
}

#[test]
fn exclusivity_does_not_bind_before_its_contract_begins() {
    let until = "2029-01-01".parse().expect("a date");
    let clause = ExclusivitySpec { until, workloads: Vec::new(), waivers: Vec::new() };
    let world = two_vendors()
        .contract("k", "2028-01-01", "3 y", |k| k.with(|spec| spec.exclusivity = Some(clause)))
        .workload("small", |small| small.jobs_per_day(10).gpus(1).duration("1 h"));
    let summary = summary(&model(world));
    assert!(mean(&summary, "allocated_gpu_hours", "vendor", "aws") > 200.0, "the first cluster takes the jobs");
    assert_eq!(mean(&summary, "allocated_gpu_hours", "vendor", "azure"), 0.0);
}

/// The commitment of a contract-year is open from its first day on, so that the broker goes there at once.
#[test]
fn a_commitment_opens_with_its_contract() {
    let model = model(
        two_vendors()
            .contract("k", "2026-01-11", "3 y", |k| k.take_or_pay(0.9))
            .workload("small", |small| small.jobs_per_day(24).gpus(1).duration("1 h"))
            .policy_parts(|policy| policy.broker("committed_first")),
    );
    let records = future(&model, 0).records.expect("they were asked for");
    let from = model.calendar.at(jiff::civil::date(2026, 1, 11));
    let wrong = records.iter().filter(|record| {
        record.start.is_some_and(|start| (start >= from) != record.cluster.is_some_and(|cluster| cluster.index() == 1))
    });
    assert_eq!(wrong.count(), 0);
    assert!(records.len() > 600);
}

/// Free GPUs scattered over nodes are no room for a gang of two nodes, and must not be handed out behind its back for ever: under EASY
/// such gangs start at least about as often as under plain FIFO.
#[test]
fn scattered_gpus_do_not_starve_a_gang_under_easy() {
    let never_started = |preset: &str| {
        let world = ModelBuilder::new("2026-01-01", "2026-03-31")
            .replications(1)
            .vendor("aws")
            .cluster("c", "H100", |c| early(c, 256))
            .workload("node", |node| node.jobs_per_day(2).gpus(16).duration("1 h"))
            .workload("small", |small| small.jobs_per_day(330).gpus(1).duration(law::lognormal("6 h", 1.5).max("14 d")))
            .policy(preset);
        let observation = future(&model(world), 0);
        assert!(observation.jobs[0].submitted > 120);
        observation.jobs[0].censored_queued
    };
    let (easy, fifo) = (never_started("easy"), never_started("fifo"));
    assert!(easy <= fifo + fifo / 4 + 5, "{easy} never started under EASY, {fifo} under FIFO");
}
