//! What vendors owe and lose when they do not do what they promised: long-stop dates, service credits, exits for breach, defaults by probability,
//! and options that are firm once they are exercised.

use super::contracts::{CHAT, DAY, JOBS, SIXTY_FOUR, nearly_by_month, of_aws, world};
use super::{close, model};
use skyberth::metrics::ledger::Category;
use skyberth::sim::{Delivery, deliveries};

fn contract(clauses: &str) -> String {
    format!("start = 2026-01-01\nterm = \"365 d\"\n{clauses}")
}

#[test]
fn the_buyer_leaves_a_tranche_at_its_long_stop_date_and_is_paid_back() {
    let ramp = |fate: &str| format!("{SIXTY_FOUR}, {{ date = 2026-03-01, gpus = 64, slip = {{ {fate} }} }}");
    let clause = |stop: u32| {
        contract(&format!(
            "prepayment_usd = 1_000_000\ndelay_damages = {{ usd_per_gpu_day = 5, after_days = 10, long_stop_days = {stop} }}"
        ))
    };
    // From 11 March to 30 April, which is sixty days after the first of March; half of what was paid in advance was for it.
    for fate in ["probability = 1.0, days = 200", "probability = 0, cancelled = 1"] {
        let text = world(&ramp(fate), &clause(60), "");
        assert_eq!(of_aws(&text, "installed_gpu_hours"), 365.0 * 64.0 * 24.0, "{fate}");
        nearly_by_month(&text, Category::DelayDamages, &[(2, -64.0 * 5.0 * 21.0), (3, -64.0 * 5.0 * 29.0)]);
        let left = 500_000.0 - 120.0 * DAY;
        let credited = [(0, 1_000_000.0 - 31.0 * DAY), (1, -28.0 * DAY), (2, -31.0 * DAY), (3, -30.0 * DAY - 500_000.0)];
        nearly_by_month(&text, Category::Prepayment, &[&credited[..], &[(4, -31.0 * DAY), (5, 31.0 * DAY - left)]].concat());
    }
    // Who comes before that day is not left.
    let text = world(&ramp("probability = 1.0, days = 59"), &clause(60), "");
    assert_eq!(of_aws(&text, "installed_gpu_hours"), (365.0 + 247.0) * 64.0 * 24.0);
    nearly_by_month(&text, Category::DelayDamages, &[(2, -64.0 * 5.0 * 21.0), (3, -64.0 * 5.0 * 28.0)]);
    // No minimum is due on what was left.
    let usage =
        contract("payment = { usage = { take_or_pay = 1.0 } }\ndelay_damages = { usd_per_gpu_day = 0, long_stop_days = 60 }");
    close(of_aws(&world(&ramp("probability = 1.0, days = 200"), &usage, ""), "cost_unused_usd"), 365.0 * DAY, 1e-8);
}

const OUTAGE: &str = "[outage.o]\nvendor = \"aws\"\nstart = 2026-03-26\nduration = \"10 d\"\n";

#[test]
fn months_of_too_little_availability_are_credited_by_bands() {
    let credits = |more: &str| {
        let bands = "bands = [{ below = 0.99, credit_share = 0.1 }, { below = 0.85, credit_share = 0.3 }]";
        contract(&format!("service_credits = {{ {bands}{more} }}"))
    };
    // Six days of March are 19.4 %, four of April 13.3 %.
    let text = |more: &str, outage: &str| world(SIXTY_FOUR, &credits(more), outage);
    nearly_by_month(&text("", OUTAGE), Category::OutageCredit, &[(2, -0.3 * 31.0 * DAY), (3, -0.1 * 30.0 * DAY)]);
    nearly_by_month(
        &text(", cap_usd = 30_000", OUTAGE),
        Category::OutageCredit,
        &[(2, -0.3 * 31.0 * DAY), (3, 0.3 * 31.0 * DAY - 30_000.0)],
    );
    let maintenance = OUTAGE.replace("duration", "maintenance = true\nduration");
    nearly_by_month(&text("", &maintenance), Category::OutageCredit, &[]);
    close(of_aws(&text("", OUTAGE), "cost_usd"), (365.0 - 9.3 - 3.0) * DAY, 1e-9);
}

#[test]
fn repeated_breach_lets_the_buyer_leave_without_a_fee() {
    let text = |months: u32, within: u32, prepaid: &str| {
        let exit = format!("exit = {{ below = 0.9, months = {months}, within_months = {within} }}");
        let bands = "bands = [{ below = 0.9, credit_share = 0.0 }]";
        let second = OUTAGE.replace("[outage.o]", "[outage.p]").replace("2026-03-26", "2026-08-10");
        world(SIXTY_FOUR, &contract(&format!("service_credits = {{ {bands}, {exit} }}\n{prepaid}")), &format!("{OUTAGE}{second}"))
    };
    let days = |text: &str| of_aws(text, "installed_gpu_hours") / 24.0 / 64.0;
    // March, April and August count.
    assert_eq!(days(&text(1, 12, "")), 90.0);
    assert_eq!(days(&text(2, 12, "")), 120.0);
    assert_eq!(days(&text(3, 12, "")), 243.0);
    assert_eq!(days(&text(3, 5, "")), 365.0);
    close(of_aws(&text(2, 12, ""), "cost_usd"), 120.0 * DAY, 1e-12);
    // What is left of a prepayment comes back.
    let prepaid = text(2, 12, "prepayment_usd = 1_000_000");
    nearly_by_month(&prepaid, Category::PrepaymentLost, &[]);
    close(of_aws(&prepaid, "cost_usd"), 120.0 * DAY, 1e-9);
}

#[test]
fn what_a_default_leaves_behind_is_drawn() {
    let ramp = format!("{SIXTY_FOUR}, {{ date = 2026-06-01, gpus = 64 }}");
    let days = |outcome: &str| {
        let text = world(&ramp, &contract(""), JOBS) + &format!("defaults_on = 2026-04-01\ndefault_outcome = {{ {outcome} }}\n");
        of_aws(&text, "installed_gpu_hours") / 24.0 / 64.0
    };
    assert_eq!(days("continues = 1.0"), 365.0, "what was delivered goes on, what was not is cancelled");
    assert_eq!(days("winds_down = 1.0, notice = \"30 d\""), 120.0);
    assert_eq!(days("continues = 0.0"), 90.0);
}

#[test]
fn a_default_has_its_probability_a_year() {
    let ramp = format!("{SIXTY_FOUR}, {{ date = 2026-12-31, gpus = 64 }}");
    // 364 days of 365.25 without one.
    for (probability, expected) in [(0.1, 0.099_676), (0.5, 0.498_812)] {
        let text = world(&ramp, &contract(""), "") + &format!("default_probability_per_year = {probability}\n");
        let model = model(&text);
        let never = (0..4000).filter(|&future| deliveries(&model, future)[1][1] == Delivery::Cancelled).count();
        // Three standard errors.
        let error: f64 = 3.0 * f64::sqrt(expected * (1.0 - expected) / 4000.0);
        assert!((never as f64 / 4000.0 - expected).abs() < error, "{never} of 4000 at {probability}");
    }
}

#[test]
fn an_option_is_firm_once_it_is_exercised() {
    let option = |more: &str| {
        let option = "cluster = \"a\", gpus = 32, exercise_until = 2026-01-31, lead_days = 40, when_allocation_above = 0.8";
        format!("expansion = {{ {option}{more} }}")
    };
    let gpu_days = |text: &str| of_aws(text, "installed_gpu_hours") / 24.0 - 64.0 * 365.0;
    // Delivered on 12 March, for a hundred days.
    let text = world(SIXTY_FOUR, &contract(&option(", term = \"100 d\"")), CHAT);
    assert_eq!(gpu_days(&text), 32.0 * 100.0);
    // Seven eighths of 64 GPUs are used. A minimum of all of these, and of half of the option, is short by an eighth and by the option's half.
    let usage = |more: &str| contract(&format!("payment = {{ usage = {{ take_or_pay = 1.0 }} }}\n{}", option(more)));
    let unused = |more: &str| of_aws(&world(SIXTY_FOUR, &usage(more), CHAT), "cost_unused_usd");
    let term = ", term = \"100 d\", take_or_pay = ";
    close(unused(&format!("{term}0.0")), 365.0 / 8.0 * DAY, 1e-6);
    close(unused(&format!("{term}0.5")), (365.0 / 8.0 + 100.0 / 4.0) * DAY, 1e-6);
    close(unused(", term = \"100 d\""), (365.0 / 8.0 + 100.0 / 2.0) * DAY, 1e-6);
    // What it brings does not stand in for a tranche that is late.
    let late = format!("{SIXTY_FOUR}, {{ date = 2026-03-12, gpus = 32, slip = {{ probability = 1.0, days = 400 }} }}");
    let text = world(&late, &usage(&format!("{term}0.0")), CHAT);
    close(of_aws(&text, "cost_unused_usd"), 365.0 / 8.0 * DAY, 1e-6);
}
