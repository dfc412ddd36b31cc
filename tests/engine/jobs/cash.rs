//! Cash by hand arithmetic: what is accrued, paid and owed, and how minima are used up.

use super::{close, mean, measures, model, summary};
use skyberth::model::Model;
use skyberth::scenario::ModelBuilder;
use skyberth::scenario::spec::{PaymentSpec, UsageSpec};
use skyberth::study::{CashView, Measures, Progress, Run, Scope, Summary, Time};

const USAGE: PaymentSpec = PaymentSpec::Usage(UsageSpec { take_or_pay: 0.8 });
/// What 64 GPUs at 2 USD cost in a day.
const DAY: f64 = 64.0 * 2.0 * 24.0;

/// 64 reserved GPUs at 2 USD under a contract, of which so many replicas of eight are used.
fn world(replicas: u64, end: &str, start: &str, term: &str, payment: PaymentSpec) -> ModelBuilder {
    ModelBuilder::new("2026-01-01", end)
        .replications(2)
        .vendor("aws")
        .cluster("a", "H100", |a| a.region("us-va").price_usd_per_gpu_hour(2).gpus(64))
        .contract("c", start, term, |c| c.payment(payment))
        .service("chat", "llama3.1-70b-h100", |chat| chat.tokens_per_s(100).replicas(replicas))
}

#[track_caller]
fn at(found: &Summary, metric: &str, scope: &str, name: &str, period: &str) -> f64 {
    let row = found.get(metric, scope, name, period).unwrap_or_else(|| panic!("no {metric} of {name} in {period}"));
    row.mean.unwrap_or_else(|| panic!("{metric} of {name} in {period} is not defined"))
}

#[test]
fn a_shortfall_builds_up_and_is_paid_when_it_is_settled() {
    // Half is used; 80 % is due at the end of the year.
    let found = summary(&model(world(4, "2026-12-31", "2026-01-01", "365 d", USAGE)));
    let aws = |metric: &str, period: &str| at(&found, metric, "vendor", "aws", period);
    for (period, days, so_far) in [("2026-01", 31.0, 31.0), ("2026-06", 30.0, 181.0)] {
        close(aws("accrued_usd", period), 0.8 * DAY * days, 1e-8);
        close(aws("cost_usd", period), 0.5 * DAY * days, 1e-8);
        close(aws("payable_usd", period), 0.3 * DAY * so_far, 1e-8);
    }
    close(aws("accrued_usd", "2026-12"), 0.8 * DAY * 31.0, 1e-8);
    close(aws("cost_usd", "2026-12"), DAY * (0.5 * 31.0 + 0.3 * 365.0), 1e-8);
    assert_eq!(aws("payable_usd", "2026-12"), 0.0);
    let contract = |metric: &str, period: &str| at(&found, metric, "contract", "c", period);
    for (period, days) in [("2026-06", 181.0), ("2026-12", 365.0), ("2026", 365.0)] {
        close(contract("minimum_due_usd", period), 0.8 * DAY * days, 1e-8);
        close(contract("minimum_used_usd", period), 0.5 * DAY * days, 1e-8);
        close(contract("shortfall_usd", period), 0.3 * DAY * days, 1e-8);
        assert_eq!(contract("shortfall_futures_share", period), 1.0);
    }
    close(mean(&found, "cost_unused_usd", "vendor", "aws"), mean(&found, "shortfall_usd", "contract", "c"), 1e-12);
    // Enough is used, and nothing is short.
    let enough = summary(&model(world(7, "2026-12-31", "2026-01-01", "365 d", USAGE)));
    assert_eq!(at(&enough, "shortfall_futures_share", "contract", "c", "2026"), 0.0);
    assert_eq!(at(&enough, "payable_usd", "vendor", "aws", "2026-06"), 0.0);
}

/// Two vendors: a prepayment at one, a minimum that use falls short of at the other, a warm-up, contract-years that end within the span.
const MIXED: &str = r#"
[scenario]
start = 2026-01-15
end = 2027-08-20
warm_up = "20 d"
replications = 3
[vendor.aws]
[vendor.oracle]
[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2.37
slip = { probability = 0.5, days = { uniform = { min = 10, max = 200 } } }
ramp = [{ date = 2025-04-01, gpus = 128 }, { date = 2026-05-10, gpus = 64 }]
[cluster.o]
vendor = "oracle"
gpu = "GB200"
region = "us-tx"
price_usd_per_gpu_hour = 4.11
ramp = [{ date = 2026-03-10, gpus = 72 }]
[contract.c]
vendor = "aws"
start = 2025-04-16
term = "3 y"
payment = { usage = { take_or_pay = 0.9 } }
[contract.p]
vendor = "oracle"
start = 2026-03-10
term = "4 y"
prepayment_usd = 2_000_000
[workload.training]
jobs_per_day = 6
gpus = { table = [[8, 0.5], [32, 0.5]] }
duration = { lognormal = { median = "8 h", sigma = 1.0, max = "5 d" } }
"#;

/// What a replication says [cents].
fn cents(measures: &Measures, metric: &str, scope: Scope, time: Time) -> i64 {
    let usd = measures.get(metric, scope, time).unwrap_or_else(|| panic!("no {metric} of {scope:?} in {time:?}"));
    (usd * 100.0).round() as i64
}

#[test]
fn what_is_paid_and_what_is_still_owed_of_the_accrued_add_up_to_the_bill() {
    let model = model(MIXED);
    let months = model.calendar.months().len();
    let mut open = [0; 2];
    for future in measures(&model) {
        for scope in [Scope::All, Scope::Vendor(0), Scope::Vendor(1)] {
            let get = |metric: &str, month: usize| cents(&future, metric, scope, Time::Month(month));
            // The span is measured from within the second month on; what was open when it began counts as carried over.
            let mut balance: Option<i64> = None;
            for month in 0..months {
                let (paid, accrued) = (get("cost_usd", month), get("accrued_usd", month));
                let end = get("payable_usd", month) - get("prepaid_usd", month);
                open[0] += get("payable_usd", month);
                open[1] += get("prepaid_usd", month);
                if let Some(before) = balance.filter(|_| month > 1) {
                    // Each of the four is rounded to a cent.
                    assert!(
                        (paid + end - before - accrued).abs() <= 2,
                        "{scope:?}, month {month}: {paid} {end} {before} {accrued}"
                    );
                }
                balance = Some(end);
            }
            assert_eq!(get("payable_usd", months - 1), 0, "the scenario's end settles");
            let paid: i64 = (0..months).map(|month| get("cost_usd", month)).sum();
            assert!((paid - cents(&future, "cost_usd", scope, Time::Total)).abs() <= months as i64, "what is paid is the bill");
        }
    }
    assert!(open[0] > 0 && open[1] > 0, "there is something to add up: {open:?}");
}

#[test]
fn a_prepayment_is_paid_first_and_accrues_as_it_is_used_up() {
    let found = summary(&model(MIXED));
    let oracle = |metric: &str, period: &str| at(&found, metric, "vendor", "oracle", period);
    let day = 72.0 * 4.11 * 24.0;
    close(oracle("accrued_usd", "2026-03"), day * 22.0, 1e-8);
    close(oracle("cost_usd", "2026-03"), 2e6, 1e-8);
    close(oracle("prepaid_usd", "2026-03"), 2e6 - day * 22.0, 1e-8);
    close(oracle("accrued_usd", "2026-05"), day * 31.0, 1e-8);
    assert_eq!(oracle("cost_usd", "2026-05"), 0.0);
}

/// What is owed at a year's end, by span of time.
fn owed(found: &Summary, year: &str) -> [f64; 4] {
    ["within_1_year", "1_to_3_years", "3_to_5_years", "after_5_years"]
        .map(|span| at(found, &format!("owed_{span}_usd"), "vendor", "aws", year))
}

#[test]
fn contracts_owe_their_capacity_or_their_minimum_within_their_term() {
    // A term of 2,191.5 days, of which 365 are over: five years and a quarter of a day are left.
    let capacity = summary(&model(world(4, "2026-12-31", "2026-01-01", "6 y", PaymentSpec::Capacity)));
    for (owed, days) in owed(&capacity, "2026").into_iter().zip([365.25, 730.5, 730.5, 0.25]) {
        close(owed, DAY * days, 1e-7);
    }
    let usage = summary(&model(world(4, "2026-12-31", "2026-01-01", "6 y", USAGE)));
    for (owed, days) in owed(&usage, "2026").into_iter().zip([365.25, 730.5, 730.5, 0.25]) {
        close(owed, 0.8 * DAY * days, 1e-5);
    }
    // All is used, 20 % more than is due, since the contract-year began on 1 July: 184 days before the year's end.
    let ahead = summary(&model(world(8, "2027-12-31", "2026-07-01", "3 y", USAGE)));
    let within = owed(&ahead, "2026");
    close(within[0], 0.8 * DAY * 365.25 - 0.2 * DAY * 184.0, 1e-6);
    // After its term a contract owes nothing.
    let over = summary(&model(world(4, "2027-12-31", "2026-01-01", "1 y", PaymentSpec::Capacity)));
    assert_eq!(owed(&over, "2027"), [0.0; 4]);
    close(owed(&over, "2026")[0], DAY * 0.25, 1e-7);
}

/// The cash of a model over its futures.
fn view(model: &Model) -> CashView {
    let finished = skyberth::study::run(model, Run::default(), &Progress::default()).expect("the accounts balance");
    CashView::of(model, &finished)
}

#[test]
fn the_cash_view_has_means_and_quantiles_of_futures() {
    let model = model(MIXED);
    let (view, futures) = (view(&model), measures(&model));
    let row = view.rows.iter().find(|row| row.period == "2027" && row.vendor == "aws").expect("a row of the year");
    let of = |metric: &str, time: Time| {
        futures.iter().map(|one| one.get(metric, Scope::Vendor(0), time).expect("a figure")).collect::<Vec<_>>()
    };
    let mut paid = of("cost_usd", Time::Year(2027));
    close(row.paid.mean, paid.iter().sum::<f64>() / 3.0, 1e-12);
    paid.sort_by(f64::total_cmp);
    close(row.paid.p10, paid[0] + 0.2 * (paid[1] - paid[0]), 1e-12);
    close(row.paid.p90, paid[1] + 0.8 * (paid[2] - paid[1]), 1e-12);
    // What is paid so far at the end is the whole bill.
    let total = of("cost_usd", Time::Total);
    close(row.paid_so_far.mean, total.iter().sum::<f64>() / 3.0, 1e-12);
    close(
        row.owed.expect("at a year's end")[0].mean,
        of("owed_within_1_year_usd", Time::Year(2027)).iter().sum::<f64>() / 3.0,
        1e-12,
    );
    // Months, then years; two vendors and all.
    assert_eq!(view.rows.len(), (20 + 2) * 3);
}
