//! Bundles of independent gangs: a failure costs one gang, and depends on nobody else.

use super::{Cluster, Workload, future, model, reliable};
use skyberth::scenario::ModelBuilder;

fn world(describe: impl FnOnce(Workload) -> Workload) -> ModelBuilder {
    let cluster = |cluster: Cluster| reliable(cluster).failures_per_gpu_day(0.1).gpus_from("2025-12-01", 8000);
    ModelBuilder::new("2026-01-01", "2026-03-31")
        .replications(1)
        .vendor("aws")
        .cluster("c", "H100", cluster)
        .vendor("azure")
        .cluster("d", "H100", cluster)
        .workload("bundle", |bundle| describe(bundle.jobs_per_day(10).gpus(64).bundle_of(8).duration("10 h").only_clusters(["c"])))
}

#[test]
fn as_many_failures_as_the_hazard_says_and_no_restarted_job() {
    let observation = future(&model(world(|bundle| bundle)), 0);
    let bundle = &observation.jobs[0];
    // 64 GPUs x 0.1 a day x 10 h.
    let expected = bundle.completed as f64 * 64.0 * 0.1 * 10.0 / 24.0;
    assert!((bundle.interruptions as f64 - expected).abs() < 4.0 * expected.sqrt(), "{} against {expected}", bundle.interruptions);
    let records = observation.records.expect("they were asked for");
    assert!(records.iter().all(|record| record.restarts == 0));
}

#[test]
fn failures_do_not_depend_on_other_workloads() {
    let alone = future(&model(world(|bundle| bundle)), 0);
    let other = |other: Workload| other.jobs_per_day(50).gpus(1).duration("1 h").only_clusters(["d"]);
    let beside = future(&model(world(|bundle| bundle).workload("other", other)), 0);
    assert!(alone.jobs[0].interruptions > 1000);
    assert_eq!(alone.jobs[0].interruptions, beside.jobs[0].interruptions);
}

/// Blocking for 20 s after every 5 s of computing leaves little to lose; the accounts must balance all the same.
#[test]
fn no_more_is_lost_than_was_computed() {
    let observation = future(&model(world(|bundle| bundle.checkpoint("5 s", "20 s"))), 0);
    assert!(observation.jobs[0].completed > 500);
}
