//! Where the law lets work run.

use super::{Workload, january, mean, model, summary};
use skyberth::scenario::spec::ServiceSpec;
use skyberth::scenario::{Entry, ModelBuilder};

/// Two clusters of one vendor under different laws, one workload and one service.
fn world(
    workload: impl FnOnce(Workload) -> Workload,
    service: impl FnOnce(Entry<ServiceSpec>) -> Entry<ServiceSpec>,
) -> ModelBuilder {
    january()
        .policy_parts(|policy| policy.broker("round_robin"))
        .vendor("aws")
        .cluster("a", "H100", |a| a.region("us-va").failures_per_gpu_day(0).gpus(640))
        .cluster("b", "H100", |b| {
            let b = b.region("ae-auh").failures_per_gpu_day(0).gpus(640).jurisdiction("uae");
            b.carbon_g_per_kwh(400).electricity_usd_per_kwh(0.08)
        })
        .workload("w", |w| workload(w.jobs_per_day(20).gpus(8).duration("2 h")))
        .service("chat", "llama3.1-70b-h100", |chat| service(chat.tokens_per_s(100).replicas(2)))
}

/// Whether the workload and the service use each of the clusters.
fn used(world: ModelBuilder) -> ([bool; 2], [bool; 2]) {
    let model = model(world);
    let observation = super::future(&model, 0);
    let of = |user: usize| {
        [0, 1].map(|cluster| observation.usage.iter().any(|period| period[cluster][user].allocated.milli_gpu_ms() > 0))
    };
    assert!(mean(&summary(&model), "jobs_completed", "workload", "w") > 400.0);
    (of(0), of(1))
}

#[test]
fn work_stays_where_it_may_be() {
    assert_eq!(used(world(|w| w, |chat| chat.only_jurisdictions(["uae"]))), ([true, true], [false, true]));
    assert_eq!(used(world(|w| w.only_jurisdictions(["us"]), |chat| chat)).0, [true, false]);
    assert_eq!(used(world(|w| w.not_jurisdictions(["us"]), |chat| chat)).0, [false, true]);
    assert_eq!(used(world(|w| w.not_jurisdictions(["us"]), |chat| chat.not_jurisdictions(["us"]))), ([false, true], [false, true]));
    let both = |w: Workload| w.only_jurisdictions(["us", "uae"]).not_jurisdictions(["uae"]);
    assert_eq!(used(world(both, |chat| chat)).0, [true, false]);
}
