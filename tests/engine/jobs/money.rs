//! Bills by hand arithmetic: a static service uses a known number of GPUs all year.

use super::{Cluster, close, mean, model, summary};
use skyberth::scenario::ModelBuilder;
use skyberth::scenario::spec::{ElectricitySpec, KindSpec, PaymentSpec, UsageSpec};

/// 64 reserved GPUs at 2 USD, so many replicas of eight GPUs, no failures (services have none), 2026 whole: 8,760 hours.
fn world(replicas: u64, end: &str, payment: PaymentSpec, more: impl FnOnce(Cluster) -> Cluster) -> ModelBuilder {
    ModelBuilder::new("2026-01-01", end)
        .replications(2)
        .vendor("aws")
        .cluster("a", "H100", |a| more(a.region("us-va").price_usd_per_gpu_hour(2).on_demand_usd_per_gpu_hour(3).gpus(64)))
        .contract("c", "2026-01-01", "365 d", |c| c.payment(payment))
        .service("chat", "llama3.1-70b-h100", |chat| chat.tokens_per_s(100).replicas(replicas))
}

const USAGE: PaymentSpec = PaymentSpec::Usage(UsageSpec { take_or_pay: 0.8 });
const CAPACITY: PaymentSpec = PaymentSpec::Capacity;
const YEAR: f64 = 8760.0;
/// What 64 GPUs cost in that year, which is the contract's value.
const VALUE: f64 = 64.0 * 2.0 * YEAR;

#[track_caller]
fn bill(world: ModelBuilder, used: f64, unused: f64, on_demand: f64) {
    let summary = summary(&model(world));
    let of = |metric: &str| mean(&summary, metric, "vendor", "aws");
    close(of("cost_committed_used_usd"), used, 1e-9);
    close(of("cost_unused_usd"), unused, 1e-9);
    close(of("cost_on_demand_usd"), on_demand, 1e-9);
    close(of("cost_usd"), used + unused + on_demand, 1e-9);
    close(mean(&summary, "charged_usd", "service", "chat"), used + on_demand, 1e-9);
    close(of("committed_usd"), VALUE, 1e-9);
}

#[test]
fn take_or_pay_settles_what_use_falls_short_of() {
    // Half is used; 80 % is paid.
    bill(world(4, "2026-12-31", USAGE, |a| a), VALUE / 2.0, 0.8 * VALUE - VALUE / 2.0, 0.0);
    // Nothing is used.
    bill(world(0, "2026-12-31", USAGE, |a| a), 0.0, 0.8 * VALUE, 0.0);
}

#[test]
fn take_or_pay_settles_nothing_where_enough_is_used() {
    bill(world(7, "2026-12-31", USAGE, |a| a), VALUE * 7.0 / 8.0, 0.0, 0.0);
}

#[test]
fn a_contract_year_that_the_end_cuts_is_settled_in_proportion() {
    // 181 of 365 days.
    let part = 181.0 / 365.0;
    bill(world(4, "2026-06-30", USAGE, |a| a), VALUE / 2.0 * part, (0.8 - 0.5) * VALUE * part, 0.0);
}

#[test]
fn capacity_is_paid_used_or_not() {
    bill(world(4, "2026-12-31", CAPACITY, |a| a), VALUE / 2.0, VALUE / 2.0, 0.0);
    bill(world(8, "2026-12-31", CAPACITY, |a| a), VALUE, 0.0, 0.0);
    bill(world(0, "2026-12-31", CAPACITY, |a| a), 0.0, VALUE, 0.0);
}

#[test]
fn reserved_capacity_fills_first_and_on_demand_is_paid_while_used() {
    let more = |a: Cluster| a.gpus_of(KindSpec::OnDemand, 64);
    // 80 GPUs: 64 reserved, 16 on demand.
    bill(world(10, "2026-12-31", CAPACITY, more), VALUE, 0.0, 16.0 * 3.0 * YEAR);
    bill(world(4, "2026-12-31", CAPACITY, more), VALUE / 2.0, VALUE / 2.0, 0.0);
}

#[test]
fn electricity_is_billed_where_the_contract_says_so() {
    let billed = |a: Cluster| {
        let a = a.electricity(ElectricitySpec::Billed).electricity_usd_per_kwh(0.1);
        a.it_kw_per_gpu(1.5).idle_power_share(0.2).pue_annual(1.2)
    };
    let summary = summary(&model(world(4, "2026-12-31", CAPACITY, billed)));
    let kilowatts = 1.5 * 1.2 * (32.0 + 0.2 * 32.0);
    close(mean(&summary, "energy_kwh", "all", "all"), kilowatts * YEAR, 1e-9);
    close(mean(&summary, "cost_power_usd", "all", "all"), kilowatts * YEAR * 0.1, 1e-6);
}
