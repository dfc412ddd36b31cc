//! Terms of tranches by hand: what ends when, what goes on at which price, and how the bill splits.

use super::contracts::{JOBS, SIXTY_FOUR, ledger, world};
use super::{close, mean, model, records, summary};
use skyberth::metrics::ledger::{Category, Standing};
use skyberth::units::Cost;

/// GPUs of cluster `a` at the ends of the months of 2026.
fn gpus(text: &str) -> Vec<f64> {
    let summary = summary(&model(text));
    let at = |month| summary.get("installed_gpus", "cluster", "a", &format!("2026-{month:02}")).and_then(|row| row.mean);
    (1..=12).filter_map(at).collect()
}

const TWO: &str = "{ date = 2026-01-01, gpus = 64 }, { date = 2026-03-01, gpus = 64, slip = { probability = 1.0, days = 31 } }";

#[test]
fn each_tranche_has_its_own_term_from_its_delivery() {
    let contract = |terms: &str| format!("start = 2026-01-01\nterm = \"181 d\"\n{terms}");
    // 64 GPUs from January to June and 64 from 1 April (a month late) to 28 September.
    let own = [64.0, 64.0, 64.0, 128.0, 128.0, 128.0, 64.0, 64.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(gpus(&world(TWO, &contract(""), "")), own);
    let common = [64.0, 64.0, 64.0, 128.0, 128.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(gpus(&world(TWO, &contract("terms = \"common\""), ""))[..5], common[..5]);
    assert_eq!(gpus(&world(TWO, &contract("terms = \"common\""), ""))[6..], common[6..]);
    let until = TWO.replacen("gpus = 64 }", "gpus = 64, until = 2026-02-15 }", 1);
    assert_eq!(gpus(&world(&until, &contract(""), ""))[..3], [64.0, 0.0, 0.0]);
}

#[test]
fn the_price_is_the_value_over_the_terms_and_all_of_it_is_billed_however_late() {
    let value = 2.0 * 64.0 * 100.0 * 24.0 * 3.0;
    let contract = |terms: &str| format!("start = 2026-01-01\nterm = \"100 d\"\nvalue_usd = {value}\n{terms}");
    let text = |ramp: &str, terms: &str| world(ramp, &contract(terms), "").replace("price_usd_per_gpu_hour = 2.0\n", "");
    let late = text(TWO, "");
    let price = model(&late).clusters[1].prices.first.reserved.usd_per_gpu_hour();
    close(price, 3.0, 1e-9);
    for text in [&late, &late.replace("days = 31", "days = 120")] {
        let cost = mean(&summary(&model(text)), "cost_usd", "vendor", "aws");
        close(cost, value, 1e-9);
    }
    // With a term in common the second half has 41 days of a hundred, and what comes late is not paid.
    let common = text(TWO, "terms = \"common\"");
    close(model(&common).clusters[1].prices.first.reserved.usd_per_gpu_hour(), value / (64.0 * 141.0 * 24.0), 1e-9);
    close(mean(&summary(&model(&common)), "cost_usd", "vendor", "aws"), value * 110.0 / 141.0, 1e-9);
}

#[test]
fn capacity_goes_on_only_if_that_is_said_and_at_the_price_of_then() {
    let after = |clause: &str| {
        let text = world(SIXTY_FOUR, &format!("start = 2026-01-01\nterm = \"100 d\"\n{clause}"), JOBS);
        let model = model(&text);
        let (observation, ledger) = ledger(&model);
        let of = |standing: Standing| ledger.sum(|line| line.vendor.index() == 1 && line.standing == standing);
        let split = [Standing::InTerm, Standing::AfterTerm, Standing::WithoutContract].map(of);
        assert_eq!(split.iter().copied().sum::<Cost>(), ledger.sum(|line| line.vendor.index() == 1));
        let summary = summary(&model);
        let billed = ["billed_in_term_usd", "billed_after_term_usd", "billed_without_contract_usd"];
        let all: f64 = billed.iter().map(|metric| mean(&summary, metric, "all", "all")).sum();
        close(all, mean(&summary, "cost_usd", "all", "all"), 1e-9);
        let unused = ["unused_idle_usd", "unused_after_term_usd", "unused_shortfall_usd"];
        let parts: f64 = unused.iter().map(|metric| mean(&summary, metric, "vendor", "aws")).sum();
        close(parts, mean(&summary, "cost_unused_usd", "vendor", "aws"), 1e-9);
        assert!(records(&observation).len() > 1000);
        split.map(Cost::usd)
    };
    let term = 64.0 * 24.0 * 2.0 * 100.0;
    assert_eq!(after(""), [term, 0.0, 0.0]);
    assert_eq!(after("after_term = \"continues\""), [term, 64.0 * 24.0 * 2.0 * 265.0, 0.0]);
    assert_eq!(after("after_term = { continues_at = { usd_per_gpu_hour = 1.25 } }"), [term, 64.0 * 24.0 * 1.25 * 265.0, 0.0]);
    // Half of it is in its term, and is used first.
    let each = world(TWO, "start = 2026-01-01\nterm = \"100 d\"\nafter_term = { continues_at = { usd_per_gpu_hour = 1.0 } }", JOBS);
    let (_, ledger) = ledger(&model(&each));
    let of = |standing: Standing| ledger.sum(|line| line.vendor.index() == 1 && line.standing == standing).usd();
    assert_eq!(of(Standing::InTerm), 2.0 * term);
    assert_eq!(of(Standing::AfterTerm), 64.0 * 24.0 * (265.0 + 175.0));
    let idle = |standing| {
        let is_idle = |line: &&skyberth::metrics::ledger::Line| line.category == Category::Unused && line.standing == standing;
        ledger.lines.iter().filter(is_idle).map(|line| line.cost.usd()).sum::<f64>()
    };
    assert!(idle(Standing::AfterTerm) > 0.0);
}

#[test]
fn what_is_there_before_its_contract_is_billed_without_one() {
    let text = world(SIXTY_FOUR, "start = 2026-03-11\nterm = \"100 d\"", "");
    let (_, ledger) = ledger(&model(&text));
    let of = |standing: Standing| ledger.sum(|line| line.vendor.index() == 1 && line.standing == standing).usd();
    assert_eq!(of(Standing::WithoutContract), 64.0 * 24.0 * 2.0 * 69.0);
    assert_eq!(of(Standing::InTerm), 64.0 * 24.0 * 2.0 * 100.0);
}

#[test]
fn the_jobs_that_started_last_leave_with_their_capacity() {
    // Sixteen jobs of eight GPUs fill both tranches; when the first ends, eight of them go on.
    let busy = JOBS.replace("jobs_per_day = 4", "jobs_per_day = 60").replace("duration = \"10 h\"", "duration = \"100 h\"");
    let ramp = "{ date = 2026-01-01, gpus = 64 }, { date = 2026-02-01, gpus = 64 }";
    for outage in ["", "[outage.o]\nvendor = \"aws\"\nstart = 2026-04-08\nduration = \"5 d\"\n"] {
        for policy in ["easy", "conservative", "srtf", "priority"] {
            let more = format!("{busy}only_clusters = [\"a\"]\n{outage}[policy]\npreset = \"{policy}\"\n");
            let text = world(ramp, "start = 2026-01-01\nterm = \"100 d\"", &more).replace("end = 2026-12-31", "end = 2026-05-31");
            let model = model(&text);
            let observation = super::explained(&model);
            let at_end = |month: usize| observation.clusters[month][1].installed_at_end;
            assert_eq!([at_end(2), at_end(3), at_end(4)], [128, 64, 0], "{policy}");
            assert!(records(&observation).iter().any(|record| record.preemptions > 0) || !outage.is_empty(), "{policy}");
        }
    }
}

#[test]
fn power_is_left_to_others_and_dark_gpus_leave_first() {
    let ramp = "{ date = 2026-01-01, gpus = 64 }, { date = 2026-02-01, gpus = 64 }";
    let text = world(ramp, "start = 2026-01-01\nterm = \"100 d\"\npower_cap", JOBS).replace("\npower_cap", "");
    let capped =
        text.replace("ramp = [{ date = 2026-01-01, gpus = 64 }, {", "max_mw = 0.12\nramp = [{ date = 2026-01-01, gpus = 64 }, {");
    assert_ne!(text, capped);
    let observation = super::explained(&model(&capped));
    let dark = |month: usize| observation.clusters[month][1].dark_at_end;
    assert!(dark(1) > 0, "{}", dark(1));
    assert_eq!([dark(3), observation.clusters[3][1].installed_at_end], [0, 64]);
}
