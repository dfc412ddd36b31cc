//! Caps on power: what they keep dark, and whom they turn away.

use super::{Cluster, Workload, close, future, january, mean, model, most_at_once, records, reliable, summary};
use skyberth::metrics::{JobState, RejectionReason};
use skyberth::scenario::spec::{KindSpec, PowerRiskSpec, SlipSpec};
use skyberth::scenario::{ModelBuilder, law};

/// H100 that draw 1.25 kW x 1.6 = 2 kW a GPU at peak.
fn two_kilowatts(cluster: Cluster) -> Cluster {
    reliable(cluster).it_kw_per_gpu(1.25).pue_peak(1.6).pue_annual(1.2).idle_power_share(0.5)
}

fn world() -> ModelBuilder {
    january().vendor("aws")
}

/// More work than fits 80 GPUs.
fn work(w: Workload) -> Workload {
    w.jobs_per_day(200).gpus(8).duration("3 h").software_failures_per_day(0)
}

const DAYS: f64 = 31.0;

#[test]
fn gpus_without_power_are_out_of_use_until_the_cap_rises() {
    // 0.1 MW are 50 GPUs, and 48 in whole nodes; from the 16th on there is enough for all.
    let capped = world().cluster("a", "H100", |a| two_kilowatts(a).gpus(80).max_mw(0.1).max_mw_from("2026-01-16", 0.16));
    let model = model(capped.workload("w", work));
    let jobs = records(&future(&model, 0));
    let early: Vec<_> = jobs
        .iter()
        .copied()
        .filter(|job| job.start.is_some_and(|start| start < model.calendar.at("2026-01-16".parse().expect("a date"))))
        .collect();
    assert_eq!(most_at_once(&early, model.horizon()), 48);
    assert_eq!(most_at_once(&jobs, model.horizon()), 80);
    let summary = summary(&model);
    let all = |metric: &str| mean(&summary, metric, "all", "all");
    close(all("out_for_power_gpu_hours"), 32.0 * 15.0 * 24.0, 1e-12);
    close(all("out_gpu_hours"), 32.0 * 15.0 * 24.0, 1e-12);
    close(all("installed_gpu_hours"), 80.0 * DAYS * 24.0, 1e-12);
    // What is dark draws nothing.
    let idle = all("active_gpu_hours") - all("allocated_gpu_hours");
    close(all("energy_kwh"), 1.25 * 1.2 * (all("allocated_gpu_hours") + 0.5 * idle), 1e-8);
    // It is the vendor's risk, unless the buyer took it.
    close(all("cost_usd"), 2.0 * (80.0 * DAYS - 32.0 * 15.0) * 24.0, 1e-12);
    let colocated = world().cluster("a", "H100", |a| {
        two_kilowatts(a).gpus(80).max_mw(0.1).max_mw_from("2026-01-16", 0.16).power_risk(PowerRiskSpec::Buyer)
    });
    let colocated = super::summary(&super::model(colocated.workload("w", work)));
    close(mean(&colocated, "cost_usd", "all", "all"), 2.0 * 80.0 * DAYS * 24.0, 1e-12);
    assert!(summary.get("out_for_power_gpu_hours", "cluster", "a", "total").is_some());
    let without = super::summary(&super::model(world().cluster("a", "H100", |a| two_kilowatts(a).gpus(80)).workload("w", work)));
    assert!(without.get("out_for_power_gpu_hours", "all", "all", "total").is_none());
}

/// Eighty GPUs of one's own that draw 1.25 kW each, or a half of it when idle.
const COLOCATED: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-03-10
replications = 1
[vendor.own]
[cluster.a]
vendor = "own"
gpu = "H100"
it_kw_per_gpu = 1.25
pue_peak = 1.6
pue_annual = 1.2
idle_power_share = 0.5
electricity_usd_per_kwh = 0.08
failures_per_gpu_day = 0
price_usd_per_gpu_hour = 1.5
on_demand_usd_per_gpu_hour = 2
ramp = [{ date = 2026-01-01, gpus = 80 }]
[cluster.a.colocation]
usd_per_kw_month = 150
power = [{ ready = 2025-11-01, it_mw = 0.05 }, { ready = 2026-02-15, it_mw = 0.06 }]
[workload.w]
jobs_per_day = 1e-6
gpus = 8
duration = "1 h"
"#;

#[test]
fn contracted_power_is_billed_by_the_month_and_what_is_drawn_by_the_meter() {
    let costs = |text: &str| {
        let summary = summary(&model(text));
        ["cost_colocation_usd", "cost_power_usd", "cost_unused_usd", "cost_usd", "out_for_power_gpu_hours"]
            .map(|metric| mean(&summary, metric, "all", "all"))
    };
    let [rent, power, unused, all, dark] = costs(COLOCATED);
    // 50 kW from before the start, 110 kW for the last 14 of February's 28 days, and ten of March's 31 days.
    close(rent, 150.0 * (50.0 + 50.0 + 60.0 * 14.0 / 28.0 + 110.0 * 10.0 / 31.0), 1e-8);
    // 40 GPUs have power at first. The buyer pays for all eighty, whose kilowatt-hours are metered while they idle.
    let (before, after) = (45.0 * 24.0, 24.0 * 24.0);
    close(dark, 40.0 * before, 1e-12);
    close(unused, 1.5 * 80.0 * (before + after), 1e-9);
    close(power, 0.5 * 1.25 * 1.2 * 0.08 * (40.0 * before + 80.0 * after), 1e-8);
    close(all, rent + power + unused, 1e-8);
    // It ends with February, whatever stands there.
    let [rent, _, later, ..] = costs(&COLOCATED.replace("month = 150", "month = 150\nuntil = 2026-03-01"));
    close(rent, 150.0 * (50.0 + 50.0 + 60.0 * 14.0 / 28.0), 1e-8);
    close(later, unused, 1e-12);
    // Power that is ready before there are GPUs is paid all the same; GPUs that wait for it are too.
    let [rent, ..] = costs(&COLOCATED.replace("ramp = [{ date = 2026-01-01", "ramp = [{ date = 2026-03-01"));
    close(rent, 150.0 * (50.0 + 50.0 + 60.0 * 14.0 / 28.0 + 110.0 * 10.0 / 31.0), 1e-8);
    let [_, power, late, _, dark] = costs(&COLOCATED.replace("ready = 2025-11-01, it_mw = 0.05 }, {", ""));
    close(dark, 80.0 * before + 32.0 * after, 1e-12);
    close(late, unused, 1e-12);
    close(power, 0.5 * 1.25 * 1.2 * 0.08 * 48.0 * after, 1e-8);
}

#[test]
fn what_was_delivered_first_in_a_grid_has_its_power() {
    // 0.1 MW for both: 40 GPUs of the second leave 20 kW, which are one node of the first that comes later.
    let world = world()
        .cluster("late", "H100", |late| two_kilowatts(late).gpus_from("2026-01-11", 40))
        .cluster("early", "H100", |early| two_kilowatts(early).gpus(40))
        .workload("w", work)
        .grid("us-va", 0.1, |grid| grid);
    let summary = summary(&model(world));
    let hours = |metric: &str, cluster: &str| mean(&summary, metric, "cluster", cluster);
    assert_eq!(hours("out_for_power_gpu_hours", "early"), 0.0);
    close(hours("out_for_power_gpu_hours", "late"), 32.0 * 21.0 * 24.0, 1e-12);
    close(mean(&summary, "active_gpu_hours", "all", "all"), (40.0 * DAYS + 8.0 * 21.0) * 24.0, 1e-12);
    let month = summary.get("peak_mw", "all", "all", "2026-01").and_then(|row| row.mean);
    assert_eq!(month, Some(0.096));
}

#[test]
fn who_waits_for_power_that_others_have_taken_is_turned_away() {
    // 24 GPUs have room at first on the cluster to come. From the 6th on the other one has the power for them.
    let model = model(
        world()
            .cluster("a", "H100", |a| two_kilowatts(a).gpus(24).gpus_from("2026-01-06", 16))
            .cluster("b", "H100", |b| two_kilowatts(b).gpus_from("2026-01-21", 40))
            .workload("large", |large| large.jobs_per_day(2).gpus(24).duration("1 h").only_clusters(["b"]))
            .grid("us-va", 0.1, |grid| grid),
    );
    let jobs = records(&future(&model, 0));
    assert!(jobs.len() > 40);
    assert!(jobs.iter().all(|job| job.state == JobState::Rejected(RejectionReason::NoPower)));
}

#[test]
fn accounts_balance_whatever_happens_to_capped_clusters() {
    let failing = |cluster: Cluster| {
        let cluster = two_kilowatts(cluster).failures_per_gpu_day(0.05).repair("30 h").node_gpus(4).domain_gpus(12);
        cluster.gpus(72).gpus_from("2026-01-05", 144).gpus_from("2026-01-09", 36).slips(0.5, law::exponential(4)).with(|spec| {
            spec.slip = spec.slip.take().map(|slip| SlipSpec { cancelled: Some(0.1), ..slip });
        })
    };
    let world = world()
        .cluster("a", "H100", |a| failing(a).max_mw(0.2).max_mw_from("2026-01-20", 0.3))
        .cluster("b", "H100", failing)
        .grid("us-va", 0.3, |grid| grid.max_mw_from("2026-01-07", 0.4).max_mw_from("2026-01-25", 0.7))
        .outage("o", law::exponential("20 h"), |outage| outage.vendor("aws").per_year(150))
        .workload("small", |small| {
            let sizes = law::table([(1, 0.5), (6, 0.4), (40, 0.1)]);
            small.jobs_per_day(60).gpus(sizes).duration(law::exponential("6 h"))
        })
        .service("chat", "llama3.1-70b-h100", |chat| chat.tokens_per_s(4000));
    for policy in ["easy", "conservative", "srtf", "priority"] {
        for placement in ["best_fit", "pack_domain", "consolidate"] {
            let world = world.clone().policy(policy).policy_parts(|parts| parts.placement(placement));
            let model = model(world);
            for replication in 0..4 {
                let observation = future(&model, replication);
                let dark: u64 = observation.clusters.iter().flatten().map(|cell| cell.dark_at_end).sum();
                assert!(dark > 0, "something is dark at the end of some period");
            }
        }
    }
}

#[test]
fn gpus_without_power_are_out_of_the_minimum_and_the_bill() {
    // 0.1 MW are 48 of 80 GPUs in whole nodes, to the 16th. Nothing is used; 80 % of what has power must be.
    let capped = |kinds: [u64; 2]| {
        world()
            .cluster("a", "H100", |a| {
                let a = two_kilowatts(a).max_mw(0.1).max_mw_from("2026-01-16", 0.16);
                a.gpus(kinds[0]).gpus_of(KindSpec::OnDemand, kinds[1])
            })
            .workload("w", |w| w.jobs_per_day(0.001).gpus(8).duration("1 min"))
    };
    let taken = |kinds| {
        let world = capped(kinds).contract("k", "2026-01-01", "31 d", |k| k.take_or_pay(0.8));
        mean(&super::summary(&super::model(world)), "cost_usd", "all", "all")
    };
    close(taken([80, 0]), 0.8 * 2.0 * (80.0 * DAYS - 32.0 * 15.0) * 24.0, 1e-3);
    // On-demand GPUs go dark first: 24 of them, and 8 of the 56 that are reserved.
    close(taken([56, 24]), 0.8 * 2.0 * (56.0 * DAYS - 8.0 * 15.0) * 24.0, 1e-3);
    let paid = mean(&super::summary(&super::model(capped([56, 24]))), "cost_usd", "all", "all");
    close(paid, 2.0 * (56.0 * DAYS - 8.0 * 15.0) * 24.0, 1e-3);
}
