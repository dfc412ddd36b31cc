//! Outages of the three kinds, worked out by hand.

use super::services::published;
use super::{Workload, close, future, january, mean, model, reliable, summary};
use skyberth::scenario::spec::{AutoscalerSpec, OutageKindSpec, OutageSpec, ProfileSpec, StaticSpec};
use skyberth::scenario::{Entry, ModelBuilder, law};
use skyberth::units::{ClusterId, SimTime};

const HOUR: i64 = 3_600_000;

/// Two vendors with a cluster each of 80 GPUs.
fn world() -> ModelBuilder {
    january().service_step("10 min").vendor("aws").cluster("a", "H100", |a| reliable(a).gpus(80)).vendor("azure").cluster(
        "b",
        "H100",
        |b| reliable(b).region("us-ia").price_usd_per_gpu_hour(3).gpus(80),
    )
}

/// A job of 8 GPUs every six hours that runs 10 h, a checkpoint every hour, restarts of 30 min.
fn work() -> ModelBuilder {
    let jobs = |w: Workload| w.jobs_per_day(4).gpus(8).duration("10 h").restart("30 min").checkpoint("1 h", "0 s");
    world().workload("w", |w| jobs(w).software_failures_per_day(0))
}

type Outage = Entry<OutageSpec>;

/// Jobs by start, end, cluster and restarts [h].
fn fates(world: ModelBuilder) -> Vec<(f64, f64, Option<usize>, u32)> {
    let model = model(world);
    let observation = future(&model, 0);
    let hours = |time: Option<SimTime>| time.map_or(-1.0, |time| time.ms() as f64 / HOUR as f64);
    let records = observation.records.expect("they were asked for");
    records.iter().map(|job| (hours(job.start), hours(job.finish), job.cluster.map(ClusterId::index), job.restarts)).collect()
}

#[test]
fn lost_gpus_cost_the_work_since_the_last_checkpoint_and_others_take_the_jobs() {
    let calm = fates(work());
    let world = work().outage("o", "15 h", |o| o.vendor("aws").start("2026-01-10T00:00:00Z"));
    let (from, until) = (9.0 * 24.0, 9.0 * 24.0 + 15.0);
    let hit = fates(world.clone());
    assert_eq!(calm.len(), hit.len());
    let mut stopped = 0;
    for (before, after) in calm.iter().zip(&hit) {
        assert_eq!(before.2, Some(0), "without an outage all run on the first cluster");
        if before.0 < from && before.1 > from {
            // It runs on at once with the other vendor: 30 min of restart, and what it had not
            // saved.
            let saved = (from - before.0).floor();
            close(after.1, from + 0.5 + (10.0 - saved), 1e-6);
            assert_eq!((after.0, after.2, after.3), (before.0, Some(1), 1));
            stopped += 1;
        } else if (from..until).contains(&before.0) {
            assert_eq!((after.0, after.1, after.2, after.3), (before.0, before.1, Some(1), 0));
        } else {
            assert_eq!((after.0, after.1, after.2, after.3), *before);
        }
    }
    assert!(stopped >= 1, "somebody ran when the outage began");
    let model = model(world);
    let summary = summary(&model);
    close(mean(&summary, "active_gpu_hours", "cluster", "a"), 80.0 * (31.0 * 24.0 - 15.0), 1e-12);
    assert_eq!(mean(&summary, "interruptions", "all", "all"), f64::from(stopped));
}

#[test]
fn without_control_what_runs_goes_on_and_nothing_starts() {
    let calm = fates(work());
    let world = work().outage("o", "15 h", |o| o.clusters(["a", "b"]).kind(OutageKindSpec::ControlPlane).start("2026-01-10"));
    let (from, until) = (9.0 * 24.0, 9.0 * 24.0 + 15.0);
    let mut waited = 0;
    for (before, after) in calm.iter().zip(fates(world)) {
        if (from..until).contains(&before.0) {
            close(after.0, until, 1e-12);
            close(after.1, until + 10.0, 1e-12);
            waited += 1;
        } else {
            assert_eq!(*before, after);
        }
    }
    assert!(waited >= 1, "somebody was submitted during the outage");
}

/// An outage's kind, and where it is.
type Hit = (OutageKindSpec, fn(Outage) -> Outage);

/// The share of a month's requests within the objective, and GPU-hours allocated on both clusters.
fn served(outage: Option<Hit>) -> (f64, f64, f64) {
    let mut world = world().service("chat", published(), |chat| {
        let peak = AutoscalerSpec::Static(StaticSpec::Peak);
        chat.tokens_per_s(2000).daily(ProfileSpec::Flat).patience("1 s").cold_start("25 min").autoscaler(peak)
    });
    if let Some((kind, place)) = outage {
        world = world.outage("o", "15 h", |o| place(o).kind(kind).start("2026-01-10T00:05:00"));
    }
    let summary = summary(&model(world));
    let hours = |cluster| mean(&summary, "allocated_gpu_hours", "cluster", cluster);
    (mean(&summary, "within_objective_share", "service", "chat"), hours("a"), hours("b"))
}

/// Both clusters.
const BOTH: fn(Outage) -> Outage = |o| o.clusters(["a", "b"]);
const MONTH: f64 = 31.0 * 24.0;

#[test]
fn a_service_that_is_not_reached_serves_nothing_until_others_have_started() {
    let (all, held, _) = served(None);
    assert_eq!(all, 1.0);
    let (share, on_a, on_b) = served(Some((OutageKindSpec::Ingress, |o| o.region("us-va"))));
    // Five minutes until the next step, which starts replicas elsewhere; they serve after the cold
    // start, in whole steps.
    close(1.0 - share, (5.0 + 30.0) / 60.0 / MONTH, 0.02);
    close(on_a, held, 1e-12);
    close(on_b, held / MONTH * 15.0, 0.02);
    // Where there is nowhere else to go, it is unreachable for as long as it lasts.
    let (share, _, _) = served(Some((OutageKindSpec::Ingress, BOTH)));
    close(1.0 - share, 15.0 / MONTH, 0.001);
}

#[test]
fn replicas_that_are_lost_pay_the_cold_start_again() {
    let (_, held, _) = served(None);
    let (share, on_a, _) = served(Some((OutageKindSpec::DataPlane, BOTH)));
    // The next step comes five minutes after its end, and then the cold start.
    close(1.0 - share, (15.0 + (5.0 + 30.0) / 60.0) / MONTH, 0.001);
    close(on_a, held * (1.0 - (15.0 + 5.0 / 60.0) / MONTH), 1e-6);
    // A static service needs no control.
    assert_eq!(served(Some((OutageKindSpec::ControlPlane, BOTH))), (1.0, held, 0.0));
}

#[test]
fn outages_at_random_come_at_their_rate_whoever_else_there_is() {
    let own = |world: ModelBuilder| world.outage("a", law::exponential("6 h"), |a| a.vendor("aws").per_year(120));
    let more = || own(work().outage("first", "1 h", |first| first.vendor("azure").per_year(300)));
    let out = |world: ModelBuilder, cluster: &str| {
        let mut model = model(world);
        model.replications = 200;
        let summary = summary(&model);
        let hours = |metric: &str| mean(&summary, metric, "cluster", cluster);
        1.0 - hours("active_gpu_hours") / hours("installed_gpu_hours")
    };
    let alone = out(own(work()), "a");
    // Up for 1/120 of a year on average, then down for 6 h.
    let expected = 6.0 / (6.0 + 365.25 * 24.0 / 120.0);
    close(alone, expected, 0.04);
    assert_eq!(alone, out(more(), "a"), "another vendor's outages move nothing");
    close(out(more(), "b"), 1.0 / (1.0 + 365.25 * 24.0 / 300.0), 0.05);
}

#[test]
fn outages_that_overlap_end_with_the_last() {
    let overlapping = work()
        .outage("o", "10 h", |o| o.vendor("aws").start("2026-01-10"))
        .outage("p", "11 h", |p| p.region("us-va").start("2026-01-10T04:00:00Z"));
    let one = work().outage("o", "15 h", |o| o.vendor("aws").start("2026-01-10"));
    assert_eq!(fates(overlapping), fates(one));
}
