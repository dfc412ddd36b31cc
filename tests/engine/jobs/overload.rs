//! Queues that grow without end, and those that do not.

use super::{future, model, summary};
use skyberth::kernel::math;
use skyberth::scenario::ModelBuilder;

/// One GPU and jobs of two hours each, so many a day: a load of a twelfth of that number.
fn single(jobs_per_day: u32) -> ModelBuilder {
    ModelBuilder::new("2026-01-01", "2026-12-31")
        .replications(6)
        .vendor("aws")
        .cluster("a", "H100", |a| a.region("us-va").node_gpus(1).failures_per_gpu_day(0).gpus_from("2026-01-01", 1))
        .workload("w", |w| w.jobs_per_day(jobs_per_day).gpus(1).duration("2 h").checkpoint("0 s", "20 s"))
        .policy("fifo")
}

#[test]
fn a_queue_that_is_not_worked_off_is_overloaded_in_every_future() {
    let model = model(single(24));
    let backlog = future(&model, 0).backlogs[0];
    // Half of what arrives is never run: after 365 days 12 jobs of two hours wait for each of them.
    let [waiting, before, arrived] = [backlog.waiting, backlog.before, backlog.arrived].map(skyberth::units::GpuTime::hours);
    assert!((waiting - 365.0 * 24.0).abs() < 0.05 * waiting, "{waiting}");
    assert!((before - 0.75 * waiting).abs() < 0.05 * waiting, "{before}");
    assert!((arrived - 91.25 * 48.0).abs() < 0.1 * arrived, "{arrived}");
    let summary = summary(&model);
    let row = summary.get("overloaded_share", "workload", "w", "total").expect("a figure");
    assert_eq!((row.n, row.mean, row.high, row.method.as_str()), (6, Some(1.0), Some(1.0), "exact binomial"));
    // Six of six: the probability may still be as low as 0.025^(1/6).
    assert!((row.low.expect("an end") - math::pow(0.025, 1.0 / 6.0)).abs() < 1e-6, "{row:?}");
}

#[test]
fn a_queue_that_drains_is_not() {
    let summary = summary(&model(single(8)));
    let row = summary.get("overloaded_share", "workload", "w", "total").expect("a figure");
    assert_eq!((row.mean, row.low), (Some(0.0), Some(0.0)));
    assert!((row.high.expect("an end") - (1.0 - math::pow(0.025, 1.0 / 6.0))).abs() < 1e-6, "{row:?}");
}
