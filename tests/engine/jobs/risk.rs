//! Power that comes late, and what can be said of its tail.

use super::{close, get, mean, measures, model, summary};
use skyberth::scenario::spec::{OrLaw, SlipSpec};
use skyberth::scenario::{ModelBuilder, Setting, law};
use skyberth::study::{Scope, Time};

/// Of one vendor what comes later is late by these days, of the other it never comes.
fn world(days: impl Setting<OrLaw<f64>>) -> ModelBuilder {
    let never = SlipSpec { probability: 0.0, days: None, cancelled: Some(1.0), shocks: Vec::new() };
    ModelBuilder::new("2026-01-01", "2026-12-31")
        .replications(4)
        .vendor("aws")
        .cluster("late", "H100", |late| {
            let late = late.region("us-va").it_kw_per_gpu(1.5).slips(1.0, days);
            late.gpus(800).gpus_from("2026-03-01", 1600).gpus_from("2026-12-01", 400)
        })
        .vendor("azure")
        .cluster("never", "H100", |cluster| {
            let cluster = cluster.region("us-ia").it_kw_per_gpu(2).slip(never);
            cluster.gpus_from("2025-01-01", 80).gpus_from("2026-10-01", 160)
        })
        .workload("w", |w| w.jobs_per_day(1).gpus(8).duration("1 h"))
}

#[test]
fn late_power_counts_until_it_is_there_or_the_horizon_comes() {
    let month = 365.25 / 12.0;
    let found = summary(&model(world(61)));
    // What is there at the start is not late; the last tranche is late by the 31 days that are left.
    close(mean(&found, "late_mw_months", "cluster", "late"), 1.6 * 1.5 * 61.0 / month + 0.4 * 1.5 * 31.0 / month, 1e-8);
    close(mean(&found, "late_mw_months", "vendor", "azure"), 0.16 * 2.0 * 92.0 / month, 1e-8);
    // Deliveries are drawn by themselves, so that four futures of jobs do for their tail; here all draws agree.
    let tail = found.get("ramp_at_risk_p95_mw_months", "all", "all", "total").expect("a row");
    let late = mean(&found, "late_mw_months", "all", "all");
    close(tail.mean.expect("estimable"), late, 1e-8);
    assert_eq!((tail.n, tail.low, tail.high), (10_000, tail.mean, tail.mean));
    assert_eq!(tail.method, "order statistics of draws of deliveries");
}

#[test]
fn late_power_belongs_to_the_months_in_which_it_is_missing() {
    let month = 365.25 / 12.0;
    let found = summary(&model(world(61)));
    let late = |vendor: &str, period: &str| {
        let scope = if vendor == "all" { "all" } else { "vendor" };
        found.get("late_mw_months", scope, vendor, period).and_then(|row| row.mean).expect("a figure")
    };
    // March has 31 days and April the other 30; the last tranche is missing in December.
    let [march, april, december] = [2.4 * 31.0, 2.4 * 30.0, 0.6 * 31.0].map(|mw_days| mw_days / month);
    for (period, expected) in
        [("2026-02", 0.0), ("2026-03", march), ("2026-04", april), ("2026-05", 0.0), ("2026-11", 0.0), ("2026-12", december)]
    {
        close(late("aws", period), expected, 1e-8);
    }
    for (period, days) in [("2026-09", 0.0), ("2026-10", 31.0), ("2026-11", 30.0), ("2026-12", 31.0)] {
        close(late("azure", period), 0.32 * days / month, 1e-8);
        close(late("all", period), late("aws", period) + late("azure", period), 1e-8);
    }
    let risk = |vendor: &str, period: &str| found.get("ramp_at_risk_p95_mw_months", "vendor", vendor, period);
    close(risk("aws", "2026-03").and_then(|row| row.mean).expect("estimable"), march, 1e-8);
    assert!(risk("aws", "2026-05").is_none() && risk("azure", "2026-03").is_none(), "nothing is late there");
}

#[test]
fn in_every_future_months_add_up_to_the_whole() {
    let world = model(world(law::uniform(0, 100)));
    for future in measures(&world) {
        for scope in [Scope::All, Scope::Vendor(0), Scope::Vendor(1)] {
            let months: f64 = (0..12).map(|month| get(&future, "late_mw_months", scope, Time::Month(month))).sum();
            close(months, get(&future, "late_mw_months", scope, Time::Total), 1e-12);
        }
    }
}

/// The first draws are the deliveries of the simulated futures, so that the tail is that of what is simulated.
#[test]
fn tails_of_deliveries_are_those_of_simulated_futures() {
    let mut world = model(world(law::uniform(0, 100)));
    world.replications = 400;
    let found = summary(&world);
    let row = |metric: &str| found.get(metric, "vendor", "aws", "total").expect("a row").clone();
    let (quantile, worst) = (row("ramp_at_risk_p95_mw_months"), row("ramp_at_risk_tail_mw_months"));
    let (low, at, high) = (quantile.low.expect("estimable"), quantile.mean.expect("estimable"), quantile.high.expect("estimable"));
    assert!(low <= at && at <= high && low < high && at < worst.mean.expect("estimable"), "{quantile:?} {worst:?}");
    let mut simulated: Vec<f64> =
        measures(&world).iter().map(|future| get(future, "late_mw_months", Scope::Vendor(0), Time::Total)).collect();
    simulated.sort_unstable_by(f64::total_cmp);
    // The quantiles of 400 futures at 92 and 98 % lie on both sides, and so do those of the law: 1.6 MW x 1.5 for 92 to 98 days of 100, and
    // up to 31 days of 0.4 x 1.5.
    assert!(simulated[368] < at && at < simulated[392], "{at} {simulated:?}");
    let month = 365.25 / 12.0;
    assert!(at > 2.4 * 92.0 / month && at < 2.4 * 98.0 / month + 0.6 * 31.0 / month, "{at}");
    // 10,000 draws know a quantile five times better than 400 futures do.
    assert!(high - low < 0.02 * at, "{quantile:?}");
    // More than one draw in twenty is late by all of March, and by all of April but for some days.
    let april = found.get("ramp_at_risk_tail_mw_months", "vendor", "aws", "2026-04").and_then(|row| row.mean).expect("estimable");
    close(april, 2.4 * 30.0 / month, 1e-8);
    close(row("late_mw_months").mean.expect("a mean"), simulated.iter().sum::<f64>() / 400.0, 1e-8);
}

#[test]
fn tails_are_told_where_there_are_enough_futures() {
    let mut world = model(world(law::uniform(0, 100)));
    world.replications = 400;
    let found = summary(&world);
    // Of unit cost, the worst 5 % of 400 futures are 20, in every month that has useful hours.
    let june = |metric: &str| found.get(metric, "all", "all", "2026-06").expect("a row").clone();
    let (mean, worst) = (june("usd_per_useful_h100e_hour"), june("unit_cost_at_risk_usd_per_h100e_hour"));
    assert_eq!((worst.n, worst.method.as_str()), (mean.n, "mean of the worst 5 %"));
    assert!(worst.mean > mean.high, "{worst:?} {mean:?}");
}
