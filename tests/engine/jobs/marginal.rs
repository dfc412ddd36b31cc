//! What one more unit of work costs: nothing where it is paid for anyway.

use super::{Cluster, Workload, close, future, mean, model, records, reliable, summary};
use crate::common::list_of;
use skyberth::model::job_list::JobList;
use skyberth::scenario::ModelBuilder;
use skyberth::scenario::spec::{ElectricitySpec, KindSpec, ProfileSpec};

/// Two vendors, both of them paid whether used or not: 72 slower GPUs, and 72 faster ones at twice the price.
fn old_and_new(broker: &str, more: impl Fn(Cluster) -> Cluster) -> ModelBuilder {
    // Twenty hours of work on the slower ones for all 72, one such job a day.
    let jobs: Vec<(f64, u64, f64)> = (0..300).map(|day| (f64::from(day) * 24.0, 72, 20.0)).collect();
    ModelBuilder::new("2026-01-01", "2026-12-31")
        .replications(1)
        .policy_parts(|policy| policy.broker(broker))
        .vendor("a")
        .cluster("old", "H100", |old| reliable(old).gpus(72))
        .vendor("b")
        .cluster("new", "VR200", |new| more(reliable(new).price_usd_per_gpu_hour(4).gpus(72)))
        .workload("w", |w| w.restart("0 s").checkpoint("0 s", "0 s"))
        .jobs("w", list_of(&jobs))
}

#[test]
fn what_is_paid_for_anyway_goes_to_the_faster() {
    let figures = |broker: &str| {
        let summary = summary(&model(old_and_new(broker, |new| new)));
        ["completion_s_mean", "cost_usd"].map(|metric| mean(&summary, metric, "all", "all"))
    };
    let [slow, bill] = figures("first_fit");
    close(slow, 20.0 * 3600.0, 1e-9);
    for broker in ["cheapest", "committed_first"] {
        let [completion, paid] = figures(broker);
        close(completion, 4.95 * 3600.0, 2e-3);
        assert_eq!(paid, bill, "{broker}");
    }
}

#[test]
fn electricity_on_top_counts_at_the_margin() {
    let new = |electricity: f64| {
        let metered =
            move |new: Cluster| new.electricity(ElectricitySpec::Billed).electricity_usd_per_kwh(electricity).it_kw_per_gpu(1);
        let summary = summary(&model(old_and_new("cheapest", metered)));
        mean(&summary, "allocated_gpu_hours", "cluster", "new")
    };
    assert!(new(0.0) > 0.0, "free electricity changes nothing");
    assert_eq!(new(0.1), 0.0, "the other one costs nothing more");
}

/// A: 100 GPUs at 3 USD of which half must be paid. B: 100 on demand at 2 USD. Every day a job that takes 100 GPUs for that day.
fn minimum(broker: &str, b_ends: Option<&str>) -> f64 {
    let jobs: Vec<(f64, u64, f64)> = (0..365).map(|day| (f64::from(day) * 24.0, 100, 24.0)).collect();
    let world = ModelBuilder::new("2026-01-01", "2026-12-31")
        .replications(1)
        .policy_parts(|policy| policy.broker(broker))
        .vendor("a")
        .cluster("ca", "H100", |ca| ca.region("us-va").failures_per_gpu_day(0).node_gpus(4).domain_gpus(4).gpus(100))
        .contract("k", "2026-01-01", "365 d", |k| k.value_usd(100.0 * 365.0 * 24.0 * 3.0).take_or_pay(0.5))
        .vendor_with("b", |b| match b_ends {
            Some(date) => b.defaults_on(date),
            None => b,
        })
        .cluster("cb", "H100", |cb| {
            reliable(cb).node_gpus(4).domain_gpus(4).on_demand_usd_per_gpu_hour(2).gpus_of(KindSpec::OnDemand, 100)
        })
        .workload("w", |w| w.restart("0 s").checkpoint("0 s", "0 s").software_failures_per_day(0))
        .jobs("w", list_of(&jobs));
    mean(&summary(&model(world)), "cost_usd", "all", "all")
}

#[test]
fn a_minimum_waits_while_there_is_slack() {
    // B is there for the first 182 days of 365. The minimum, 4,380 hours of A, can wait until B is gone.
    let (a, b) = (100.0 * 24.0 * 3.0, 100.0 * 24.0 * 2.0);
    close(minimum("cheapest", Some("2026-07-02")), 182.0 * b + 183.0 * a, 1e-9);
    close(minimum("committed_first", Some("2026-07-02")), 365.0 * a, 1e-9);
}

#[test]
fn a_minimum_that_must_be_burnt_now_costs_nothing_more() {
    // B stays. From the 184th day on, 182 days are left for a minimum of 182.5 days of the load: what is not used then is paid without use.
    let (a, b) = (100.0 * 24.0 * 3.0, 100.0 * 24.0 * 2.0);
    close(minimum("cheapest", None), 183.0 * b + 182.5 * a, 1e-9);
    // The minimum first: half a day of the 183rd is above it.
    close(minimum("committed_first", None), 183.0 * a + 182.0 * b, 1e-9);
}

#[test]
fn on_demand_capacity_uses_up_no_minimum() {
    // A has eight GPUs under a minimum and eight on demand, B eight that are paid whether used or not. Of two jobs the second goes to B.
    let world = ModelBuilder::new("2026-01-01", "2026-01-31")
        .replications(1)
        .policy_parts(|policy| policy.broker("committed_first"))
        .vendor("a")
        .cluster("ca", "H100", |ca| {
            let ca = ca.region("us-va").failures_per_gpu_day(0).on_demand_usd_per_gpu_hour(3);
            ca.gpus(8).gpus_of(KindSpec::OnDemand, 8)
        })
        .contract("k", "2026-01-01", "365 d", |k| k.value_usd(8.0 * 365.0 * 24.0 * 2.0).take_or_pay(0.9))
        .vendor("b")
        .cluster("cb", "H100", |cb| reliable(cb).gpus(8))
        .workload("w", |w| w.restart("0 s").checkpoint("0 s", "0 s"))
        .jobs("w", list_of(&[(0.0, 8, 10.0), (1.0, 8, 10.0)]));
    let places = records(&future(&model(world), 0)).iter().map(|job| job.cluster.expect("it started").index()).collect::<Vec<_>>();
    assert_eq!(places, [0, 1]);
}

#[test]
fn egress_counts_at_the_margin() {
    // Data lie with `a`. On `a` GPUs cost 2 USD on demand, on `b` 1.9; moving 100 GB at 0.08 USD costs 8 USD, the work is 80 GPU-hours.
    let place = |egress: f64| {
        let on_demand =
            |price: f64| move |cluster: Cluster| reliable(cluster).on_demand_usd_per_gpu_hour(price).gpus_of(KindSpec::OnDemand, 8);
        let data = |w: Workload| {
            w.restart("0 s").checkpoint("0 s", "0 s").with(|spec| {
                spec.data = Some(skyberth::scenario::spec::DataSpec { vendor: Some("a".to_owned()), region: None, size_gb: 100.0 });
            })
        };
        let world = ModelBuilder::new("2026-01-01", "2026-01-31")
            .replications(1)
            .policy_parts(|policy| policy.broker("cheapest"))
            .vendor_with("a", |a| a.egress_usd_per_gb(egress))
            .cluster("ca", "H100", on_demand(2.0))
            .vendor("b")
            .cluster("cb", "H100", on_demand(1.9))
            .workload("w", data)
            .jobs("w", list_of(&[(0.0, 8, 10.0)]));
        records(&future(&model(world), 0))[0].cluster.expect("it started").index()
    };
    assert_eq!((place(0.0799), place(0.0801)), (1, 0));
}

#[test]
fn services_fill_what_is_paid_for_with_the_fastest_first() {
    let chat = |new: KindSpec| {
        let world = ModelBuilder::new("2026-01-01", "2026-01-31")
            .replications(1)
            .vendor("a")
            .cluster("old", "H100", |old| reliable(old).gpus(720))
            .vendor("b")
            .cluster("new", "B200", |new_| {
                reliable(new_).price_usd_per_gpu_hour(5).on_demand_usd_per_gpu_hour(0.5).gpus_of(new, 720)
            })
            .jobs("w", JobList::default())
            .service("chat", "llama3.1-70b-h100", |chat| chat.tokens_per_s(20_000).daily(ProfileSpec::Flat));
        let summary = summary(&model(world));
        ["old", "new"].map(|cluster| mean(&summary, "allocated_gpu_hours", "cluster", cluster))
    };
    let [old, new] = chat(KindSpec::Reserved);
    assert!(old == 0.0 && new > 0.0, "both are paid: {old} and {new} GPU-hours");
    let [old, new] = chat(KindSpec::OnDemand);
    assert!(old > 0.0 && new == 0.0, "only one is: {old} and {new} GPU-hours");
}

#[test]
fn unit_costs_are_ratios_of_totals_beside_a_price_that_no_broker_moves() {
    let world = |broker: &str| {
        ModelBuilder::new("2026-01-01", "2026-06-30")
            .replications(6)
            .policy_parts(|policy| policy.broker(broker))
            .vendor("a")
            .cluster("ca", "H100", |ca| reliable(ca).gpus(512))
            .vendor("b")
            .cluster("cb", "B200", |cb| {
                reliable(cb).price_usd_per_gpu_hour(4).gpus(512).gpus_from("2026-04-01", 256).slips(0.5, 60.0)
            })
            .workload("w", |w| w.jobs_per_day(6).gpus(256).duration("12 h"))
    };
    let run = |broker: &str| summary(&model(world(broker)));
    let (sent_to_a, sent_to_b) = (run("first_fit"), run("fastest"));
    for vendor in ["a", "b"] {
        let of = |summary: &_, metric: &str| mean(summary, metric, "vendor", vendor);
        let price = of(&sent_to_a, "contract_price_usd_per_h100e_hour");
        assert_eq!(price, of(&sent_to_b, "contract_price_usd_per_h100e_hour"));
        for summary in [&sent_to_a, &sent_to_b] {
            let ratio = of(summary, "cost_usd") / of(summary, "useful_h100e_hours");
            close(of(summary, "usd_per_useful_h100e_hour"), ratio, 1e-7);
            assert!(ratio > price, "idle capacity is paid too");
        }
    }
    close(mean(&sent_to_a, "contract_price_usd_per_h100e_hour", "vendor", "a"), 2.0, 1e-9);
    let dear = mean(&sent_to_a, "usd_per_useful_h100e_hour", "vendor", "b");
    let cheap = mean(&sent_to_b, "usd_per_useful_h100e_hour", "vendor", "b");
    assert!(dear > 1.5 * cheap, "{dear} where little work is sent, {cheap} where much is");
}

/// The price of a contract is the vendor's, whatever the broker does; what its work costs all in is not.
#[test]
fn brokers_move_the_all_in_cost_and_no_contract_price() {
    let of =
        |broker: &str, metric: &str, vendor: &str| mean(&summary(&model(old_and_new(broker, |new| new))), metric, "vendor", vendor);
    let brokers = ["committed_first", "cheapest", "fastest", "first_fit"];
    for (vendor, price) in [("a", 2.0), ("b", 4.0 / 4.04)] {
        let prices = brokers.map(|broker| of(broker, "contract_price_usd_per_h100e_hour", vendor));
        assert!(prices.iter().all(|found| *found == prices[0]), "{prices:?}");
        close(prices[0], price, 2e-2);
    }
    let all_in = |broker: &str| {
        let found = summary(&model(old_and_new(broker, |new| new)));
        found.get("usd_per_useful_h100e_hour", "vendor", "a", "total").and_then(|row| row.mean)
    };
    assert!(all_in("first_fit").is_some_and(|usd| usd < 5.0));
    assert_eq!(all_in("cheapest"), None, "all work goes to the faster vendor, which is paid anyway");
}
