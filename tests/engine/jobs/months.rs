//! Months add up: what is said of single months is, all together, what is said of the whole.

use super::{close, future, get, measures, model, records};
use skyberth::metrics::JobRecord;
use skyberth::model::Model;
use skyberth::study::{Base, Measures, Scope, Time};

/// Two vendors, one with a take-or-pay contract that its use falls short of, in years that end in April; a warm-up that ends inside a month;
/// so much work that jobs wait from one month into the next; a priority that preempts; two teams.
const TEXT: &str = r#"format = 2
[scenario]
start = 2026-01-15
end = 2026-08-20
warm_up = "20 d"
replications = 2
[policy]
preset = "fifo"
preemption = "priority"
[vendor.aws]
[vendor.oracle]
[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2.0
electricity = "billed"
electricity_usd_per_kwh = 0.1
failures_per_gpu_day = 0.005
ramp = [{ date = 2025-04-01, gpus = 128 }, { date = 2026-05-10, gpus = 64, kind = "on_demand" }]
[cluster.o]
vendor = "oracle"
gpu = "GB200"
region = "us-tx"
price_usd_per_gpu_hour = 4.0
ramp = [{ date = 2026-03-10, gpus = 72 }]
[contract.c]
vendor = "aws"
start = 2025-04-16
term = "2 y"
payment = { usage = { take_or_pay = 1.0 } }
[workload.training]
team = "research"
jobs_per_day = 8
gpus = { table = [[8, 0.5], [32, 0.5]] }
duration = { lognormal = { median = "8 h", sigma = 1.0, max = "5 d" } }
[workload.urgent]
team = "product"
jobs_per_day = 4
gpus = 16
duration = "3 h"
priority = 10
[service.chat]
team = "product"
tokens_per_s = 2_000
replica = { type = "llama3.1-70b-h100" }
autoscaler = { static = { replicas = 2 } }
"#;

/// Says that months and years add up to the whole.
#[track_caller]
fn adds_up(model: &Model, measures: &Measures, metric: &str, scope: Scope) -> f64 {
    let total = get(measures, metric, scope, Time::Total);
    let months = (0..model.calendar.months().len()).map(|month| get(measures, metric, scope, Time::Month(month)));
    close(months.sum(), total, 1e-12);
    close(get(measures, metric, scope, Time::Year(2026)), total, 1e-12);
    total
}

fn vendors() -> [Scope; 3] {
    [Scope::Vendor(0), Scope::Vendor(1), Scope::All]
}

#[test]
fn cost_by_vendor_and_category_adds_up_with_settlements_in_their_months() {
    let model = model(TEXT);
    for measures in measures(&model) {
        for scope in vendors() {
            let categories =
                ["cost_committed_used_usd", "cost_unused_usd", "cost_on_demand_usd", "cost_spot_usd", "cost_power_usd"];
            let parts: f64 = categories.iter().map(|metric| adds_up(&model, &measures, metric, scope)).sum();
            close(parts, adds_up(&model, &measures, "cost_usd", scope), 1e-12);
        }
        // The contract's year ends in the fourth month, the second is cut by the scenario's end in the last.
        for month in 0..model.calendar.months().len() {
            let of = |scope| get(&measures, "cost_usd", scope, Time::Month(month));
            let settled = of(Scope::Vendor(0)) - of(Scope::Cluster(0));
            assert_eq!(settled > 1e5, [3, 7].contains(&month), "{settled} USD are settled in month {month}");
            close(of(Scope::Vendor(1)), of(Scope::Cluster(1)), 1e-12);
        }
    }
}

#[test]
fn gpu_hours_and_charges_add_up() {
    let model = model(TEXT);
    for measures in measures(&model) {
        for scope in vendors().into_iter().chain([Scope::Cluster(0), Scope::Cluster(1)]) {
            let hours = ["installed", "active", "allocated", "busy", "useful", "lost"].map(|stem| format!("{stem}_gpu_hours"));
            let h100e = ["active", "allocated", "useful"].map(|stem| format!("{stem}_h100e_hours"));
            for metric in hours.iter().chain(&h100e) {
                // Clusters have no figures by year.
                let months = (0..model.calendar.months().len()).map(|month| get(&measures, metric, scope, Time::Month(month)));
                close(months.sum(), get(&measures, metric, scope, Time::Total), 1e-12);
            }
        }
        let users = [Scope::Workload(0), Scope::Workload(1), Scope::Service(0)];
        let charged: f64 = users.iter().map(|&user| adds_up(&model, &measures, "charged_usd", user)).sum();
        close(charged, adds_up(&model, &measures, "charged_usd", Scope::All), 1e-12);
        for month in 0..model.calendar.months().len() {
            let of = |scope| get(&measures, "charged_usd", scope, Time::Month(month));
            let research = model.teams.iter().position(|team| team == "research").expect("a team");
            close(of(Scope::Team(research)), of(Scope::Workload(0)), 1e-12);
            close(of(Scope::Team(1 - research)), of(Scope::Workload(1)) + of(Scope::Service(0)), 1e-12);
        }
    }
}

#[test]
fn jobs_add_up() {
    let model = model(TEXT);
    for measures in measures(&model) {
        for scope in [Scope::Workload(0), Scope::Workload(1), Scope::All] {
            for metric in ["jobs_submitted", "jobs_completed", "jobs_censored_queued", "preemptions", "interruptions"] {
                adds_up(&model, &measures, metric, scope);
            }
        }
        assert!(get(&measures, "preemptions", Scope::Workload(0), Time::Total) > 10.0);
        assert!(get(&measures, "interruptions", Scope::Workload(0), Time::Total) > 10.0);
    }
}

#[test]
fn a_job_counts_in_the_month_of_its_submission() {
    let model = model(TEXT);
    let observation = future(&model, 0);
    let records = records(&observation);
    let (mut crossed, mut jobs) = (0, 0);
    for (month, dates) in model.calendar.months().iter().enumerate() {
        for workload in 0..2 {
            let is_its = |record: &&JobRecord| {
                record.workload.index() == workload
                    && (dates.begin..dates.end).contains(&record.submit)
                    && record.submit >= model.warm_up
            };
            let its: Vec<&JobRecord> = records.iter().filter(is_its).collect();
            let statistics = &observation.jobs_by_month[month][workload];
            assert_eq!(statistics.submitted, its.len() as u64);
            assert_eq!(statistics.preemptions, its.iter().map(|job| u64::from(job.preemptions)).sum::<u64>());
            let until = |job: &JobRecord| job.start.unwrap_or(model.horizon());
            let waits = its.iter().map(|job| (until(job) - job.submit).ms().unsigned_abs());
            assert_eq!(statistics.wait.sum(), waits.map(u128::from).sum::<u128>());
            let ends = its.iter().filter_map(|job| Some((job.finish? - job.submit).ms().unsigned_abs()));
            assert_eq!(statistics.completion.sum(), ends.map(u128::from).sum::<u128>());
            crossed += its.iter().filter(|job| until(job) >= dates.end).count();
            jobs += its.len();
        }
    }
    assert!(jobs > 1000 && crossed > 5, "{jobs} jobs, {crossed} of them waited into another month");
    assert_eq!(observation.jobs.iter().map(|statistics| statistics.submitted).sum::<u64>(), jobs as u64);
}

#[test]
fn dependency_has_months_where_it_can_change() {
    let model = model(TEXT);
    let measures = &measures(&model)[0];
    let of = |base, month| measures.get("hhi", Scope::Base(base), Time::Month(month));
    for base in Base::ALL {
        assert_eq!(of(base, 3).is_some(), base.varies(), "{base:?}");
        assert_eq!(measures.get("hhi", Scope::Base(base), Time::Year(2026)).is_some(), base.varies(), "{base:?}");
    }
    // Oracle comes on 10 March: until then all is with one vendor.
    assert_eq!(of(Base::ActiveGpuHours, 1), Some(10_000.0));
    let (aws, oracle) = (
        get(measures, "active_gpu_hours", Scope::Vendor(0), Time::Month(3)),
        get(measures, "active_gpu_hours", Scope::Vendor(1), Time::Month(3)),
    );
    let share = aws / (aws + oracle);
    close(of(Base::ActiveGpuHours, 3).expect("a figure"), 1e4 * (share * share + (1.0 - share) * (1.0 - share)), 1e-12);
    // Nothing is measured in the first month, which lies in the warm-up.
    assert!(of(Base::ItPower, 0).expect("a figure").is_nan());
}

#[test]
fn mean_power_is_energy_over_the_measured_hours_of_the_month() {
    let model = model(TEXT);
    let measures = &measures(&model)[0];
    let of = |metric, month| get(measures, metric, Scope::All, Time::Month(month));
    // The warm-up ends on 4 February: 25 days are left of it.
    close(of("power_mw_mean", 1), of("energy_kwh", 1) / (25.0 * 24.0) / 1e3, 1e-12);
    close(of("power_mw_mean", 6), of("energy_kwh", 6) / (31.0 * 24.0) / 1e3, 1e-12);
    assert!(of("power_mw_mean", 0).is_nan());
    assert_eq!(of("installed_gpus", 6), 128.0 + 64.0 + 72.0);
}
