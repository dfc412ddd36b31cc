//! Clauses of contracts by hand arithmetic: a vendor with 64 GPUs at 2 USD an hour, which is 3,072 USD a day.

use super::{close, explained, future, mean, model, summary};
use skyberth::metrics::Observation;
use skyberth::metrics::ledger::{Category, Ledger, Line};
use skyberth::model::Model;
use skyberth::scenario::{self, Source};
use skyberth::units::{ClusterId, Cost, SimTime};

/// What 64 GPUs cost a day [USD].
pub(crate) const DAY: f64 = 64.0 * 2.0 * 24.0;
pub(crate) const SIXTY_FOUR: &str = "{ date = 2026-01-01, gpus = 64 }";

/// The year 2026 with a ramp of AWS, a contract of AWS, and more.
pub(crate) fn world(ramp: &str, contract: &str, more: &str) -> String {
    format!(
        r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-12-31
replications = 1
[vendor.azure]
[cluster.b]
vendor = "azure"
gpu = "H100"
region = "us-ia"
failures_per_gpu_day = 0
price_usd_per_gpu_hour = 3.0
ramp = [{SIXTY_FOUR}]
[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
failures_per_gpu_day = 0
price_usd_per_gpu_hour = 2.0
ramp = [{ramp}]
[contract.c]
vendor = "aws"
{contract}
{more}
[vendor.aws]
"#
    )
}

/// The ledger of the first future, which is checked.
pub(crate) fn ledger(model: &Model) -> (Observation, Ledger) {
    let observation = future(model, 0);
    let ledger = Ledger::of(model, &observation);
    ledger.check(model, &observation).expect("the lines of clusters agree with the bills");
    (observation, ledger)
}

/// What AWS is paid in a category, by month from January, which must be so many whole or half USD to the last unit.
#[track_caller]
pub(crate) fn by_month(text: &str, category: Category, expected: &[(usize, f64)]) {
    let model = model(text);
    let (observation, ledger) = ledger(&model);
    for month in 0..12 {
        let cost = ledger
            .sum(|line| observation.periods[line.period].month == month && line.category == category && line.vendor.index() == 1);
        let usd: f64 = expected.iter().filter(|(of, _)| *of == month).map(|(_, usd)| usd).sum();
        assert_eq!(cost, Cost::from_usd(usd), "{} in month {month}: {} USD", category.word(), cost.usd());
    }
}

/// The same to a thousandth of a USD, where shares of money are rounded.
#[track_caller]
pub(crate) fn nearly_by_month(text: &str, category: Category, expected: &[(usize, f64)]) {
    let model = model(text);
    let (observation, ledger) = ledger(&model);
    for month in 0..12 {
        let is_it =
            |line: &Line| observation.periods[line.period].month == month && line.category == category && line.vendor.index() == 1;
        let usd: f64 = expected.iter().filter(|(of, _)| *of == month).map(|(_, usd)| usd).sum();
        let cost = ledger.sum(is_it).usd();
        assert!((cost - usd).abs() < 1e-3, "{} in month {month}: {cost} USD where {usd} are due", category.word());
    }
}

/// A figure of AWS over the year.
pub(crate) fn of_aws(text: &str, metric: &str) -> f64 {
    mean(&summary(&model(text)), metric, "vendor", "aws")
}

#[test]
fn a_prepayment_is_credited_until_it_is_used_up() {
    let text = world(SIXTY_FOUR, "start = 2026-03-01\nterm = \"365 d\"\nprepayment_usd = 200_000", "");
    // March and April are covered, and 12,608 USD of May.
    by_month(&text, Category::Prepayment, &[(2, 200_000.0 - 31.0 * DAY), (3, -30.0 * DAY), (4, -12_608.0)]);
    by_month(&text, Category::PrepaymentLost, &[]);
    close(of_aws(&text, "cost_usd"), 365.0 * DAY, 1e-12);
    close(of_aws(&text, "cost_unused_usd"), 365.0 * DAY, 1e-12);
    assert_eq!(of_aws(&text, "cost_prepayment_usd"), 0.0);
}

#[test]
fn what_is_left_of_a_prepayment_is_lost() {
    // Half comes 30 days late, so that the 60 days of the term do not use up what was paid for all of it.
    let ramp = "{ date = 2026-01-01, gpus = 32 }, { date = 2026-03-01, gpus = 32, slip = { probability = 1.0, days = 30 } }";
    let text = world(
        ramp,
        "start = 2026-03-01\nterm = \"60 d\"\nterms = \"common\"\nafter_term = \"continues\"\nprepayment_usd = 184_320",
        "",
    );
    let lost = 15.0 * DAY;
    let march = 16.0 * DAY;
    by_month(&text, Category::PrepaymentLost, &[(3, lost)]);
    by_month(&text, Category::Prepayment, &[(2, 60.0 * DAY - march), (3, march - 60.0 * DAY)]);
    close(of_aws(&text, "cost_usd"), DAY / 2.0 * (365.0 + 276.0) + lost, 1e-12);
}

#[test]
fn a_prepayment_before_the_scenario_is_used_up_by_plan() {
    let text = world("{ date = 2025-12-01, gpus = 64 }", "start = 2025-12-02\nterm = \"1 y\"\nprepayment_usd = 100_000", "");
    by_month(&text, Category::Prepayment, &[(0, 30.0 * DAY - 100_000.0)]);
}

#[test]
fn a_term_can_start_with_the_first_delivery() {
    let ramp = "{ date = 2026-02-01, gpus = 64, slip = { probability = 1.0, days = 59 } }";
    let contract = "start = 2026-02-01\nterm = \"365 d\"\nterms = \"common\"\npayment = { usage = { take_or_pay = 0.8 } }";
    let unused = |more: &str| of_aws(&world(ramp, &format!("{contract}\n{more}"), ""), "cost_unused_usd");
    // Nothing is used. Whenever the term begins, a minimum is due on what came: from April to the end of the scenario.
    close(unused(""), 0.8 * 275.0 * DAY, 1e-8);
    close(unused("starts_with_delivery = true"), 0.8 * 275.0 * DAY, 1e-8);
    let paid = format!("{contract}\nstarts_with_delivery = true\nprepayment_usd = 1000");
    by_month(&world(ramp, &paid, ""), Category::Prepayment, &[(3, 1000.0), (11, -1000.0)]);
}

#[test]
fn late_tranches_cost_damages_from_the_end_of_grace_to_delivery() {
    let ramp = "{ date = 2026-04-01, gpus = 64, slip = { probability = 1.0, days = 45 } }, { date = 2026-06-01, gpus = 8 }";
    let text = |more: &str| {
        let clause = format!("delay_damages = {{ usd_per_gpu_day = 5, after_days = 10{more} }}");
        world(ramp, &format!("start = 2026-04-01\nterm = \"1 y\"\n{clause}"), "")
    };
    // From 11 April to 16 May: twenty days and fifteen.
    by_month(&text(""), Category::DelayDamages, &[(3, -64.0 * 5.0 * 20.0), (4, -64.0 * 5.0 * 15.0)]);
    by_month(&text(", cap_usd = 8000"), Category::DelayDamages, &[(3, -6400.0), (4, -1600.0)]);
    let days = 365.0 - 90.0 - 45.0 + 214.0 / 8.0;
    close(of_aws(&text(", cap_usd = 8000"), "cost_usd"), days * DAY - 8000.0, 1e-12);
    let summary = summary(&model(&text("")));
    assert_eq!(mean(&summary, "cost_delay_damages_usd", "cluster", "a"), -11_200.0);
}

#[test]
fn repeated_lateness_lets_the_buyer_cancel_the_rest() {
    let late = "slip = { probability = 1.0, days = 40 }";
    let ramp = format!(
        "{SIXTY_FOUR}, {{ date = 2026-02-01, gpus = 64, {late} }}, {{ date = 2026-03-01, gpus = 64, {late} }}, {{ date = 2026-06-01, gpus = 64 }}"
    );
    let text = |times: u32, more: &str| {
        let clause = format!("start = 2026-01-01\nterm = \"365 d\"\ntermination = {{ late_days = 30, times = {times} }}\n{more}");
        world(&ramp, &clause, "")
    };
    let gpu_days = |times: u32| of_aws(&text(times, ""), "installed_gpu_hours") / 24.0 / 64.0;
    // The second is 30 days late on 31 March: neither it nor the fourth comes.
    assert_eq!(gpu_days(2), 365.0 + 294.0);
    // The first is so on 3 March: it comes on the 13th no more.
    assert_eq!(gpu_days(1), 365.0);
    assert_eq!(gpu_days(3), 365.0 + 294.0 + 266.0 + 214.0);
    let usage = "payment = { usage = { take_or_pay = 1.0 } }";
    let unused = |times| of_aws(&text(times, usage), "cost_unused_usd");
    close(unused(3), (365.0 + 294.0 + 266.0 + 214.0) * DAY, 1e-8);
    close(unused(2), (365.0 + 294.0) * DAY, 1e-8);
    // Damages end when nobody waits any more: 40 days for one, 30 for the other.
    let damages = "delay_damages = { usd_per_gpu_day = 1 }";
    close(of_aws(&text(2, damages), "cost_delay_damages_usd"), -64.0 * 70.0, 1e-12);
}

#[test]
fn a_minimum_is_due_on_what_came() {
    // 64 GPUs at 2 USD, of which 80 % must be used in a year of which 365 days are simulated.
    let contract = "start = 2026-01-01\nterm = \"1 y\"\npayment = { usage = { take_or_pay = 0.8 } }";
    let unused = |tranches: &str| of_aws(&world(tranches, contract, ""), "cost_unused_usd");
    close(unused(SIXTY_FOUR), 0.8 * 365.0 * DAY, 1e-9);
    // Nothing that never comes; one of two tranches; from its delivery on.
    let with = |slip: &str| format!("{{ date = 2026-01-02, gpus = 64, slip = {{ {slip} }} }}");
    close(unused(&with("probability = 0, cancelled = 1")), 0.0, 0.0);
    close(unused(&format!("{SIXTY_FOUR}, {}", with("probability = 0, cancelled = 1"))), 0.8 * 365.0 * DAY, 1e-9);
    close(unused(&with("probability = 1, days = 100")), 0.8 * 264.0 * DAY, 1e-9);
    // Where the plan puts all capacity after the end of the scenario, nothing is due before.
    assert_eq!(unused("{ date = 2027-01-01, gpus = 64 }"), 0.0);
    // What the plan has in the simulated part counts, not the mean of the year.
    close(unused("{ date = 2026-01-01, gpus = 32 }, { date = 2026-07-01, gpus = 32 }"), 0.8 * (365.0 + 184.0) / 2.0 * DAY, 1e-9);
}

pub(crate) const JOBS: &str = r#"
[workload.w]
jobs_per_day = 4
gpus = 8
duration = "10 h"
restart = "30 min"
checkpoint = { interval = "1 h", blocking = "0 s" }
software_failures_per_day = 0
"#;

#[test]
fn a_contract_ended_early_costs_a_fee_and_its_capacity_leaves() {
    let clause = "start = 2026-01-01\nterm = \"365 d\"\nearly_termination = { date = 2026-07-01, fee_share = 0.25 }";
    let text = world(SIXTY_FOUR, clause, "");
    let june = summary(&model(&text));
    let june = june.get("cost_termination_fee_usd", "vendor", "aws", "2026-06").and_then(|row| row.mean);
    close(june.expect("it is paid when the contract ends"), 184.0 * DAY / 4.0, 1e-8);
    assert_eq!(of_aws(&text, "installed_gpu_hours"), 181.0 * 64.0 * 24.0);
    close(of_aws(&text, "cost_usd"), (181.0 + 184.0 / 4.0) * DAY, 1e-12);
    // What is not reserved stays.
    let mixed =
        format!("{SIXTY_FOUR}, {{ date = 2026-02-01, gpus = 32, kind = \"on_demand\" }}, {{ date = 2026-08-01, gpus = 64 }}");
    let text = world(&mixed, clause, "");
    assert_eq!(of_aws(&text, "installed_gpu_hours"), (181.0 * 64.0 + 334.0 * 32.0) * 24.0);
}

#[test]
fn jobs_on_capacity_that_leaves_go_on_elsewhere() {
    let clause = "start = 2026-01-01\nterm = \"365 d\"\n";
    let only_a = |more: &str| {
        let text = world(SIXTY_FOUR, &format!("{clause}{more}"), JOBS);
        let text = text.replace("jobs_per_day = 4\ngpus = 8", "jobs_per_day = 12\ngpus = 2")
            + "[policy]\nbroker = \"primary_then_overflow:aws\"\n";
        let model = model(&text);
        let (observation, _) = ledger(&model);
        observation.records.expect("they were asked for").iter().collect::<Vec<_>>()
    };
    let calm = only_a("");
    let hit = only_a("early_termination = { date = 2026-07-01, fee_share = 0 }");
    let at = SimTime::from_ms(181 * 86_400_000);
    let mut stopped = 0;
    for (before, after) in calm.iter().zip(&hit) {
        assert_eq!(before.cluster, Some(ClusterId(1)), "its vendor comes first");
        assert_eq!(before.start, after.start);
        if before.finish.is_none_or(|finish| finish > at) && before.start < Some(at) {
            stopped += 1;
            assert_eq!((after.cluster, after.restarts), (Some(ClusterId(0)), 1));
        } else if before.start >= Some(at) {
            assert_eq!((after.cluster, after.restarts), (Some(ClusterId(0)), 0));
        } else {
            assert_eq!(before, after);
        }
    }
    assert!(stopped >= 1, "somebody ran when the contract ended");
}

#[test]
fn capacity_that_leaves_leaves_its_power_to_others() {
    // 0.2 MW are 100 GPUs of 2 kW: 64 of AWS, and from February on four nodes of Azure, whose other four are dark.
    let grid = |clause: &str, more: &str| {
        let clause = format!("start = 2026-01-01\nterm = \"365 d\"\n{clause}");
        let text = world(SIXTY_FOUR, &clause, &format!("[grid.us-va]\nmax_mw = 0.2\n{more}"));
        let text = text.replacen("ramp = [{ date = 2026-01-01", "ramp = [{ date = 2026-02-01", 1).replace("us-ia", "us-va");
        let text = text.replace("failures_per_gpu_day = 0", "failures_per_gpu_day = 0\nit_kw_per_gpu = 1.25\npue_peak = 1.6");
        let summary = summary(&model(&text));
        ["active_gpu_hours", "installed_gpu_hours"].map(|metric| mean(&summary, metric, "vendor", "azure") / 24.0)
    };
    assert_eq!(grid("", ""), [334.0 * 32.0, 334.0 * 64.0]);
    let ended = "early_termination = { date = 2026-07-01, fee_share = 0 }";
    assert_eq!(grid(ended, ""), [150.0 * 32.0 + 184.0 * 64.0, 334.0 * 64.0]);
    // Dark nodes leave as well.
    let contract = "[contract.x]\nvendor = \"azure\"\nstart = 2026-02-01\nterm = \"1 y\"\n";
    let both = format!("{contract}early_termination = {{ date = 2026-07-01, fee_share = 0 }}\n");
    assert_eq!(grid("", &both), [150.0 * 32.0, 150.0 * 64.0]);
}

#[test]
fn waivers_lift_exclusivity_for_a_while() {
    let azure = |waivers: &str| {
        format!(
            "{JOBS}only_clusters = [\"a\"]\n[contract.x]\nvendor = \"azure\"\nstart = 2026-01-01\nterm = \"1 y\"\n\
            exclusivity = {{ until = 2026-04-01, waivers = [{waivers}] }}\n"
        )
    };
    let starts = |waivers: &str| -> Vec<(i64, i64)> {
        let text = world(SIXTY_FOUR, "start = 2026-01-01\nterm = \"1 y\"", &azure(waivers)).replace("gpus = 8\n", "gpus = 1\n");
        let model = model(&text.replace("jobs_per_day = 4", "jobs_per_day = 0.5"));
        let records = future(&model, 0).records.expect("they were asked for");
        let day = |time: SimTime| time.ms() / 86_400_000;
        records.iter().filter_map(|job| Some((day(job.submit), day(job.start?)))).collect()
    };
    for (submitted, started) in starts("") {
        assert_eq!(started, submitted.max(90), "nothing starts before April");
    }
    let waived = "{ from = 2026-02-01, until = 2026-03-01, vendors = [\"aws\"], workloads = [\"w\"] }";
    let mut in_february = 0;
    for (submitted, started) in starts(waived) {
        let expected = if submitted < 31 {
            31
        } else if (59..90).contains(&submitted) {
            90
        } else {
            submitted
        };
        assert_eq!(started, expected, "submitted on day {submitted}");
        in_february += u32::from((31..59).contains(&started));
    }
    assert!(in_february >= 1);
}

#[test]
fn first_refusal_holds_up_the_tranches_of_others() {
    let refusal = |until: &str, exclusivity: &str| {
        format!(
            "[contract.x]\nvendor = \"azure\"\nstart = 2026-01-01\nterm = \"1 y\"\n{exclusivity}\n\
            first_refusal = {{ until = {until}, days = 20 }}\n"
        )
    };
    let ramp = "{ date = 2026-05-01, gpus = 64 }, { date = 2026-06-01, gpus = 64 }";
    let gpu_days = |more: &str| {
        let clause = "start = 2026-05-01\nterm = \"1 y\"\ndelay_damages = { usd_per_gpu_day = 1 }";
        let text = world(ramp, clause, more);
        assert_eq!(of_aws(&text, "cost_delay_damages_usd"), 0.0, "the wait is not the vendor's fault");
        of_aws(&text, "installed_gpu_hours") / 24.0 / 64.0
    };
    assert_eq!(gpu_days(""), 245.0 + 214.0);
    assert_eq!(gpu_days(&refusal("2026-06-01", "")), 225.0 + 214.0);
    assert_eq!(gpu_days(&refusal("2026-06-02", "")), 225.0 + 194.0);
    // It follows on exclusivity.
    assert_eq!(gpu_days(&refusal("2026-06-02", "exclusivity = { until = 2026-05-02 }")), 245.0 + 194.0);
}

/// Seven replicas of eight GPUs each on AWS: 56 of 64 GPUs.
pub(crate) const CHAT: &str = "[service.chat]\ntokens_per_s = 100\nonly_vendors = [\"aws\"]\nreplica = { type = \"llama3.1-70b-h100\" }\n\
    autoscaler = { static = { replicas = 7 } }\n";

#[test]
fn an_expansion_is_called_when_a_month_was_full() {
    let text = |by: &str, above: f64| {
        let option = format!(
            "expansion = {{ cluster = \"a\", gpus = 32, exercise_until = {by}, lead_days = 40, when_allocation_above = {above} }}"
        );
        world(SIXTY_FOUR, &format!("start = 2026-01-01\nterm = \"1 y\"\n{option}"), CHAT)
    };
    let more = |by: &str, above: f64| of_aws(&text(by, above), "installed_gpu_hours") / 24.0 / 32.0 - 2.0 * 365.0;
    // Seven eighths of January were allocated; February brings the news, and 12 March the GPUs.
    assert_eq!(more("2026-01-31", 0.8), 365.0 - 71.0);
    assert_eq!(more("2026-12-31", 0.87), 365.0 - 71.0);
    assert_eq!(more("2026-12-31", 0.88), 0.0);
    close(of_aws(&text("2026-01-31", 0.8), "cost_usd"), (365.0 + 294.0 / 2.0) * DAY, 1e-12);
}

#[test]
fn an_expansion_can_deliver_a_cluster_of_its_own() {
    let own = "[cluster.more]\nvendor = \"aws\"\ngpu = \"H100\"\nregion = \"us-va\"\nfailures_per_gpu_day = 0\nprice_usd_per_gpu_hour = 1.0\nramp = []\n";
    let option = "clusters = [\"a\", \"more\"]\nstart = 2026-01-01\nterm = \"1 y\"\n\
        expansion = { cluster = \"more\", gpus = 32, exercise_until = 2026-12-31, lead_days = 40, when_allocation_above = 0.8 }";
    let text = world(SIXTY_FOUR, option, &format!("{own}{CHAT}"));
    // From 12 March on 32 GPUs at half the price.
    assert_eq!(of_aws(&text, "installed_gpu_hours") / 24.0, 64.0 * 365.0 + 32.0 * 294.0);
    close(of_aws(&text, "cost_usd"), 365.0 * DAY + 294.0 * DAY / 4.0, 1e-12);
    let warnings = |text: &str| {
        let loaded = scenario::load(&Source::new("scenario.toml", text));
        loaded.issues.sorted().iter().filter(|issue| issue.title.contains("never has a GPU")).count()
    };
    assert_eq!(warnings(&text), 0, "the option may deliver there");
    let without = text.replace("cluster = \"more\", gpus", "cluster = \"a\", gpus");
    assert_eq!(warnings(&without), 1, "nothing delivers there");
}

#[test]
fn a_term_is_extended_if_its_last_days_were_full() {
    let text = |term: &str, option: &str| {
        world(SIXTY_FOUR, &format!("start = 2026-01-01\nterm = \"{term}\"\nterms = \"common\"\nextension = {{ {option} }}"), CHAT)
    };
    let days = |text: &str| {
        let days = of_aws(text, "installed_gpu_hours") / 24.0 / 64.0;
        close(of_aws(text, "cost_usd"), days * DAY, 1e-12);
        days
    };
    // Seven eighths are allocated on every day.
    assert_eq!(days(&text("120 d", "term = \"60 d\", when_allocation_above = 0.87")), 180.0);
    assert_eq!(days(&text("120 d", "term = \"60 d\", when_allocation_above = 0.88")), 120.0);
    assert_eq!(days(&text("120 d", "term = \"60 d\"")), 180.0);
    assert_eq!(days(&text("120 d", "term = \"1 y\"")), 365.0);
    // A term shorter than the days by which the buyer decides counts as a whole.
    assert_eq!(days(&text("10 d", "term = \"5 d\", when_allocation_above = 0.87")), 15.0);
    assert_eq!(days(&world(SIXTY_FOUR, "start = 2026-01-01\nterm = \"120 d\"\nafter_term = \"continues\"", CHAT)), 365.0);
    assert_eq!(days(&world(SIXTY_FOUR, "start = 2026-01-01\nterm = \"120 d\"", CHAT)), 120.0);
    // Services that are on leave with it, and idle capacity is not extended.
    let idle = text("120 d", "term = \"60 d\"").replace(CHAT, "");
    assert_eq!(days(&idle), 120.0);
    // After the term nothing is owed but for use.
    let paid = "payment = { usage = { take_or_pay = 1.0 } }\nextension";
    let usage = text("120 d", "term = \"60 d\"").replace("extension", paid);
    close(of_aws(&usage, "cost_usd"), (120.0 + 60.0 * 7.0 / 8.0) * DAY, 1e-9);
}

#[test]
fn outages_of_the_data_plane_are_credited() {
    let outage = |kind: &str| format!("[outage.o]\nvendor = \"aws\"\nkind = \"{kind}\"\nstart = 2026-03-26\nduration = \"10 d\"\n");
    let text = |kind: &str| world(SIXTY_FOUR, "start = 2026-01-01\nterm = \"1 y\"\noutage_credit_share = 0.5", &outage(kind));
    by_month(&text("data-plane"), Category::OutageCredit, &[(2, -3.0 * DAY), (3, -2.0 * DAY)]);
    by_month(&text("control-plane"), Category::OutageCredit, &[]);
    close(of_aws(&text("data-plane"), "cost_usd"), 360.0 * DAY, 1e-12);
}

#[test]
fn a_vendor_that_defaults_takes_everything_with_it() {
    let ramp = format!("{SIXTY_FOUR}, {{ date = 2026-06-01, gpus = 64 }}, {{ date = 2026-02-01, gpus = 8, kind = \"spot\" }}");
    let ramp = ramp.replace(", { date = 2026-06-01, gpus = 64 }", "") + ", { date = 2026-06-01, gpus = 64 }";
    let text = |contract: &str| {
        let contract = format!("start = 2026-01-01\nterm = \"365 d\"\n{contract}");
        world(&ramp, &contract, JOBS) + "defaults_on = 2026-04-01\n"
    };
    let prepaid = text("prepayment_usd = 500_000");
    assert_eq!(of_aws(&prepaid, "installed_gpu_hours"), (90.0 * 64.0 + 59.0 * 8.0) * 24.0);
    by_month(&prepaid, Category::PrepaymentLost, &[(2, 500_000.0 - 90.0 * DAY)]);
    let spot = of_aws(&prepaid, "cost_spot_usd");
    close(of_aws(&prepaid, "cost_usd"), 500_000.0 + spot, 1e-12);
    // Nobody settles a year with a vendor that is not there.
    let usage = text("payment = { usage = { take_or_pay = 1.0 } }");
    assert_eq!(of_aws(&usage, "cost_unused_usd"), 0.0);
    let (observation, _) = ledger(&model(&usage));
    assert!(observation.records.expect("asked for").iter().any(|job| job.start > Some(SimTime::from_ms(90 * 86_400_000))));
}

#[test]
fn capacity_can_leave_amid_outages_and_repairs_under_any_policy() {
    let ramp = format!("{SIXTY_FOUR}, {{ date = 2026-02-01, gpus = 20, kind = \"on_demand\" }}");
    let outage = "[outage.o]\nvendor = \"aws\"\nstart = 2026-06-28\nduration = \"10 d\"\n[outage.p]\nvendor = \"aws\"\nper_year = 20\n\
        duration = \"12 h\"\n";
    let clause = "start = 2026-01-01\nterm = \"365 d\"\nearly_termination = { date = 2026-07-01, fee_share = 0 }";
    let jobs = JOBS.replace("jobs_per_day = 4\ngpus = 8", "jobs_per_day = 9\ngpus = { uniform = { min = 1, max = 24 } }");
    for policy in ["easy", "conservative", "srtf", "priority"] {
        for default in ["", "defaults_on = 2026-09-15\n"] {
            let more = format!("{jobs}{CHAT}{outage}[policy]\npreset = \"{policy}\"\nplacement = \"pack_domain\"\n");
            let text = world(&ramp, clause, &more).replace("failures_per_gpu_day = 0", "failures_per_gpu_day = 0.05") + default;
            let text = if policy == "easy" { text.replace("\nplacement = \"pack_domain\"", "") } else { text };
            let left = explained(&model(&text)).clusters.last().expect("months")[1].installed_at_end;
            // Of 20 GPUs on demand, whole nodes of eight came.
            assert_eq!(left, if default.is_empty() { 16 } else { 0 }, "{policy}");
        }
    }
}
