//! Services that are too small: what they would need, and why GPUs stand idle beside them.

use super::services::published;
use super::{explained, mean, model, reliable, summary};
use skyberth::metrics::IdleCause;
use skyberth::scenario::spec::{AutoscalerSpec, ExclusivitySpec, ProfileSpec, ReactiveSpec, ServiceSpec};
use skyberth::scenario::{Entry, ModelBuilder};
use skyberth::units::GpuTime;

/// What a replica of the published type does within 100 ms [output tokens per second]: s rho / w x O.
fn tokens_of_a_replica() -> f64 {
    let (input, output) = (1155.0, 211.0);
    let work = 0.0909e-3 * input + 0.2064e-3 * output + 0.000_174e-3 * output * (input + output / 2.0);
    (1.0 - 29.9 / 100.0) / work * output
}

fn reactive() -> AutoscalerSpec {
    AutoscalerSpec::Reactive(ReactiveSpec { headroom: Some(0.0), hold_steps: None })
}

/// Two months in which a service wants what so many replicas do within the objective, and none of its nodes fails.
fn world(replicas: f64) -> ModelBuilder {
    ModelBuilder::new("2026-01-01", "2026-02-28").replications(1).vendor("aws").service("chat", published(), |chat| {
        chat.tokens_per_s(replicas * tokens_of_a_replica()).daily(ProfileSpec::Flat).autoscaler(reactive())
    })
}

#[test]
fn a_service_that_is_too_small_says_what_it_would_need() {
    // 12 replicas hold the objective; there is room for 8 in January, and for all from February on.
    let world = world(12.0).cluster("a", "H100", |a| reliable(a).gpus(64).gpus_from("2026-02-01", 64));
    let found = summary(&model(world));
    let at = |metric: &str, period: &str| {
        found.get(metric, "service", "chat", period).and_then(|row| row.mean).unwrap_or_else(|| panic!("no {metric} in {period}"))
    };
    assert_eq!(
        [at("needed_replicas", "2026-01"), at("available_replicas", "2026-01"), at("lacking_gpus", "2026-01")],
        [12.0, 8.0, 32.0]
    );
    // The autoscaler keeps a tenth free: 14 replicas.
    assert_eq!(
        [at("needed_replicas", "2026-02"), at("available_replicas", "2026-02"), at("lacking_gpus", "2026-02")],
        [12.0, 14.0, 0.0]
    );
    // The year is its worst month.
    assert_eq!([at("needed_replicas", "2026"), at("available_replicas", "2026"), at("lacking_gpus", "2026")], [12.0, 8.0, 32.0]);
    assert!(mean(&found, "within_objective_share", "service", "chat") < 1.0);
}

#[test]
fn a_fixed_number_of_replicas_can_be_too_small_beside_free_gpus() {
    let world = world(12.0).cluster("a", "H100", |a| reliable(a).gpus(256));
    let fixed = |chat: Entry<ServiceSpec>| chat.tokens_per_s(12.0 * tokens_of_a_replica()).daily(ProfileSpec::Flat).replicas(10);
    let model = model(world.service("fixed", published(), fixed));
    let found = summary(&model);
    assert_eq!(mean(&found, "needed_replicas", "service", "fixed"), 12.0);
    assert_eq!(mean(&found, "available_replicas", "service", "fixed"), 10.0);
    assert_eq!(mean(&found, "lacking_gpus", "service", "chat"), 0.0);
    // Nothing but its size keeps it small.
    let idle = (256.0 - (10.0 + 14.0) * 8.0) * 59.0 * 24.0;
    assert_eq!(idle_causes(&model, "a"), [(IdleCause::Autoscaler, idle)]);
}

#[test]
fn a_service_without_any_gpu_lacks_all_that_it_needs() {
    let world = world(12.0).cluster("a", "H100", |a| reliable(a).gpus_from("2026-02-01", 128));
    let found = summary(&model(world));
    let lacking = found.get("lacking_gpus", "service", "chat", "2026-01").and_then(|row| row.mean);
    assert_eq!(lacking, Some(96.0));
}

/// What a cluster's GPUs were idle for [GPU-hours].
fn idle_causes(model: &skyberth::model::Model, cluster: &str) -> Vec<(IdleCause, f64)> {
    let waiting = explained(model).waiting.expect("it was asked for");
    let index = model.clusters.iter().position(|one| one.name == cluster).expect("a cluster of the scenario");
    let sum = |cause: IdleCause| waiting.idle.iter().map(|row| row[index][cause as usize]).sum::<GpuTime>().hours();
    IdleCause::ALL.map(|cause| (cause, sum(cause))).into_iter().filter(|(_, hours)| *hours > 0.0).collect()
}

/// GPU-hours of so many GPUs.
fn whole(gpus: f64) -> f64 {
    gpus * 59.0 * 24.0
}

#[test]
fn gpus_idle_beside_a_service_that_lacks_replicas_say_why() {
    // Replicas of eight: each domain of twelve holds one and keeps four GPUs over, and so does one of twenty that holds two.
    let small = world(12.0).cluster("domains", "H100", |one| reliable(one).node_gpus(4).domain_gpus(12).gpus(36)).cluster(
        "scrap",
        "H100",
        |one| reliable(one).node_gpus(4).domain_gpus(20).gpus(20),
    );
    let small = model(small);
    assert_eq!(idle_causes(&small, "domains"), [(IdleCause::Fragmentation, whole(12.0))]);
    assert_eq!(idle_causes(&small, "scrap"), [(IdleCause::TooSmall, whole(4.0))]);
    // It may use one vendor alone; then that vendor's exclusivity keeps it out of the other's.
    let two = |only: bool, exclusive: bool| {
        let chat = move |chat: Entry<ServiceSpec>| {
            let chat = chat.tokens_per_s(12.0 * tokens_of_a_replica()).daily(ProfileSpec::Flat).autoscaler(reactive());
            if only { chat.only_vendors(["aws"]) } else { chat }
        };
        let clause = ExclusivitySpec { until: "2027-01-01".parse().expect("a date"), workloads: Vec::new(), waivers: Vec::new() };
        let world = ModelBuilder::new("2026-01-01", "2026-02-28").replications(1).vendor("aws");
        let world = world
            .cluster("a", "H100", |a| reliable(a).gpus(64))
            .contract("k", "2026-01-01", "1 y", |k| k.with(|k| k.exclusivity = exclusive.then_some(clause)));
        model(world.vendor("azure").cluster("b", "H100", |b| reliable(b).gpus(64)).service("chat", published(), chat))
    };
    assert_eq!(idle_causes(&two(true, false), "b"), [(IdleCause::Restriction, whole(64.0))]);
    assert_eq!(idle_causes(&two(false, true), "b"), [(IdleCause::Exclusivity, whole(64.0))]);
    assert_eq!(idle_causes(&two(false, false), "b"), [(IdleCause::NoDemand, whole(64.0 - 48.0))]);
}

#[test]
fn gpus_idle_beside_a_service_that_has_what_it_needs_lack_demand() {
    let enough = model(world(4.0).cluster("a", "H100", |a| reliable(a).gpus(64)));
    assert_eq!(idle_causes(&enough, "a"), [(IdleCause::NoDemand, whole(64.0 - 40.0))]);
}
