//! Services: sized by formula 3, first in line, and what they do when demand is more than they can
//! serve.

use super::{Cluster, close, future, mean, model, records, reliable, summary};
use skyberth::scenario::spec::{
    AutoscalerSpec, ExclusivitySpec, KindSpec, ProfileSpec, ReactiveSpec, ReplicaSpec, ServiceSpec, StaticSpec, WaiverSpec,
};
use skyberth::scenario::{Entry, ModelBuilder, law};

/// The published fit: a = 29.9 ms, `b_p` = 0.0909, `b_d` = 0.2064, `b_k` = 0.000174 ms, 128 in
/// flight; chat has 1155 in, 211 out.
pub(crate) fn published() -> ReplicaSpec {
    ReplicaSpec::Measured {
        gpu: "H100".to_owned(),
        gpus: 8,
        fixed_ms: 29.9,
        per_prefill_token_ms: 0.0909,
        per_decode_sequence_ms: 0.2064,
        per_context_token_ms: 0.000_174,
        max_in_flight: 128.0,
    }
}

/// A spring with so many GPUs, and a service.
fn world(gpus: u64, describe: impl FnOnce(Entry<ServiceSpec>) -> Entry<ServiceSpec>) -> ModelBuilder {
    ModelBuilder::new("2026-01-01", "2026-03-31")
        .replications(1)
        .vendor("aws")
        .cluster("a", "H100", |a| reliable(a).gpus(gpus))
        .service("chat", published(), |chat| describe(chat.daily(ProfileSpec::Flat)))
}

const PEAK: AutoscalerSpec = AutoscalerSpec::Static(StaticSpec::Peak);

fn reactive(headroom: f64) -> AutoscalerSpec {
    AutoscalerSpec::Reactive(ReactiveSpec { headroom: Some(headroom), hold_steps: None })
}

const HOURS: f64 = 90.0 * 24.0;
const OUT: f64 = 211.0;

/// Work of a request [s] and the largest loads: at all, and within 100 ms.
fn formulas() -> (f64, f64, f64) {
    let (input, output) = (1155.0, OUT);
    let work = 0.0909e-3 * input + 0.2064e-3 * output + 0.000_174e-3 * output * (input + output / 2.0);
    let cap = 1.0 / (1.0 + output * 29.9e-3 / (work * 128.0));
    (work, cap, f64::min(cap, 1.0 - 29.9 / 100.0))
}

#[test]
fn a_static_service_is_sized_by_formula_3() {
    let (work, cap, objective) = formulas();
    close(cap, 0.797, 0.003);
    close(objective, 0.701, 1e-9);
    for tokens in [500.0, 12_345.0, 100_000.0] {
        let replicas = (tokens / OUT * work / (0.9 * objective)).ceil();
        let summary = summary(&model(world(4096, |chat| chat.tokens_per_s(tokens).autoscaler(PEAK))));
        close(mean(&summary, "allocated_gpu_hours", "service", "chat"), replicas * 8.0 * HOURS, 1e-12);
        close(mean(&summary, "within_objective_share", "service", "chat"), 1.0, 1e-12);
        // Busy: replicas x load, by formula 1, down to thousandths of a GPU.
        close(mean(&summary, "busy_gpu_hours", "all", "all"), tokens / OUT * work * 8.0 * HOURS, 1e-3);
        close(mean(&summary, "demanded_tokens", "service", "chat"), tokens * HOURS * 3600.0, 1e-9);
    }
}

#[test]
fn a_reactive_service_at_constant_demand_is_a_static_one_with_headroom() {
    let (work, _, objective) = formulas();
    let summary = summary(&model(world(4096, |chat| chat.tokens_per_s(50_000).autoscaler(reactive(0.25)))));
    let replicas = (1.25 * 50_000.0 / OUT * work / (0.9 * objective)).ceil();
    close(mean(&summary, "allocated_gpu_hours", "service", "chat"), replicas * 8.0 * HOURS, 1e-12);
}

#[test]
fn between_objective_and_limit_the_share_is_the_ratio_and_beyond_it_nothing() {
    let (work, cap, objective) = formulas();
    // 100 replicas at 5 % above what meets the objective, and below the limit (formula 7).
    let tokens = 100.0 * objective / work * OUT * 1.05;
    let some = summary(&model(world(4096, |chat| chat.tokens_per_s(tokens).replicas(100))));
    close(mean(&some, "within_objective_share", "service", "chat"), 1.0 / 1.05, 1e-9);
    close(mean(&some, "served_share", "service", "chat"), 1.0, 1e-9);
    assert_eq!(mean(&some, "backlog_peak_tokens", "service", "chat"), 0.0);
    // 20 % above the limit: a backlog that patience holds at an hour's service; the rest leaves.
    let limit = 100.0 * cap / work * OUT;
    let none = summary(&model(world(4096, |chat| chat.tokens_per_s(1.2 * limit).replicas(100).patience("1 h"))));
    assert_eq!(mean(&none, "within_objective_share", "service", "chat"), 0.0);
    close(mean(&none, "served_share", "service", "chat"), 1.0 / 1.2, 1e-6);
    close(mean(&none, "backlog_peak_tokens", "service", "chat"), limit * 3600.0, 1e-6);
    let backlog = limit * 3600.0 / (1.2 * limit * HOURS * 3600.0);
    close(mean(&none, "dropped_share", "service", "chat"), 1.0 - 1.0 / 1.2 - backlog, 1e-6);
}

/// A service that breathes by the hour.
fn breathing() -> ModelBuilder {
    world(512, |chat| chat.tokens_per_s(20_000).autoscaler(reactive(0.3)).daily(ProfileSpec::Chat))
}

/// The same beside jobs that would fill the cluster by themselves.
fn crowded(preemptible: bool) -> ModelBuilder {
    let jobs = |w: super::Workload| w.jobs_per_day(100).gpus(8).duration(law::exponential("20 h")).checkpoint("0 s", "20 s");
    breathing().workload("w", |w| jobs(w).preemptible(preemptible)).policy("fifo-skip")
}

#[test]
fn a_service_stops_jobs_when_there_is_no_room() {
    let alone = summary(&model(breathing()));
    let crowded_model = model(crowded(true));
    let crowded = summary(&crowded_model);
    for metric in ["allocated_gpu_hours", "within_objective_share", "served_share", "dropped_share", "backlog_peak_tokens"] {
        let of = |summary| mean(summary, metric, "service", "chat");
        assert!(
            (of(&alone) - of(&crowded)).abs() <= 1e-9 * of(&alone),
            "{metric}: {} alone, {} in the crowd",
            of(&alone),
            of(&crowded)
        );
    }
    let observation = future(&crowded_model, 0);
    assert!(observation.jobs[0].preemptions > 100, "{} preemptions", observation.jobs[0].preemptions);
    assert!(mean(&crowded, "allocation_share", "all", "all") > 0.97, "jobs fill the valleys");
    let victims = records(&observation).into_iter().filter(|record| record.preemptions > 0);
    assert!(victims.into_iter().all(|record| record.restarts >= record.preemptions));
}

#[test]
fn jobs_that_may_not_be_stopped_stay() {
    let crowded = model(crowded(false));
    assert_eq!(future(&crowded, 0).jobs[0].preemptions, 0);
    let alone = summary(&model(breathing()));
    let share = |summary| mean(summary, "within_objective_share", "service", "chat");
    assert!(share(&summary(&crowded)) < share(&alone));
}

/// Jobs of one size and one length start in the order of submission, whatever is reserved for them: what a service gives back is seen at once.
#[test]
fn reservations_see_what_a_service_gives_back() {
    let starts = |gpus: u64, duration: &str, preset: &str| {
        let jobs = |w: super::Workload| w.jobs_per_day(6).gpus(8).duration(duration).preemptible(false);
        let service = |chat: Entry<ServiceSpec>| chat.tokens_per_s(20_000).autoscaler(reactive(0.3)).daily(ProfileSpec::Chat);
        let observation = future(&model(world(gpus, service).workload("w", jobs).policy(preset)), 0);
        records(&observation).into_iter().map(|record| record.start).collect::<Vec<_>>()
    };
    // A few hours, and longer than the scenario; services that leave some GPUs by night alone, and some all day.
    for (gpus, duration) in [(240, "3 h"), (240, "200 d"), (288, "9 h"), (400, "12 h")] {
        let first_come = starts(gpus, duration, "fifo");
        assert!(first_come.iter().flatten().count() > 3, "{gpus} GPUs, {duration}: {} jobs start", first_come.len());
        assert_eq!(starts(gpus, duration, "conservative"), first_come, "{gpus} GPUs, {duration}");
    }
}

#[test]
fn exclusivity_binds_services() {
    // Two vendors' GPUs on demand; those of the other one are cheaper.
    let hours = |exclusive: Option<(&[&str], &[&str])>| {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let exclusive = exclusive.map(|(bound, may_leave)| ExclusivitySpec {
            until: "2027-01-01".parse().expect("a date"),
            workloads: names(bound),
            waivers: (!may_leave.is_empty())
                .then(|| WaiverSpec {
                    from: "2026-01-01".parse().expect("a date"),
                    until: "2026-12-01".parse().expect("a date"),
                    vendors: None,
                    workloads: Some(names(may_leave)),
                })
                .into_iter()
                .collect(),
        });
        let on_demand = |cluster: Cluster, usd: f64| {
            let cluster = cluster.region("us-va").failures_per_gpu_day(0).on_demand_usd_per_gpu_hour(usd);
            cluster.gpus_of(KindSpec::OnDemand, 800)
        };
        let world = ModelBuilder::new("2026-01-01", "2026-02-28")
            .replications(1)
            .vendor("aws")
            .cluster("a", "H100", |a| on_demand(a, 2.0))
            .contract("k", "2026-01-01", "1 y", |k| k.value_usd(1e6).with(|k| k.exclusivity = exclusive))
            .vendor("azure")
            .cluster("b", "H100", |b| on_demand(b, 1.0))
            .workload("w", |w| w.jobs_per_day(0.001).gpus(8).duration("1 min"))
            .service("chat", published(), |chat| chat.tokens_per_s(1000).daily(ProfileSpec::Flat));
        let summary = summary(&model(world));
        ["a", "b"].map(|cluster| mean(&summary, "allocated_gpu_hours", "cluster", cluster))
    };
    let free = hours(None);
    assert!(free[0] == 0.0 && free[1] > 8.0 * 59.0 * 24.0, "{free:?}");
    let bound = [free[1], 0.0];
    assert_eq!(hours(Some((&[], &[]))), bound, "all are bound where none is named");
    assert_eq!(hours(Some((&["chat"], &[]))), bound);
    assert_eq!(hours(Some((&["w"], &[]))), free, "another one is bound");
    assert_eq!(hours(Some((&[], &["chat"]))), free, "it may leave");
    assert_eq!(hours(Some((&[], &["w"]))), bound, "another one may leave");
}
