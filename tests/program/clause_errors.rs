//! Clauses, prices and quotas that contradict each other: refused or warned of with their place and what would be right.

use crate::common::{SMALL, refused, says, skyberth};

#[test]
fn clauses_that_contradict_each_other() {
    let with = |clause: &str| {
        let text = SMALL.replace("region = \"us-va\"", "region = \"us-va\"\nprice_usd_per_gpu_hour = 2.0");
        format!("{text}\n[contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"100 d\"\n{clause}\n")
    };
    let says_of = |clause: &str, place: &str, words: &[&str]| says(&refused(with(clause), &[]), place, words);
    let option = "terms = \"common\"\nexpansion = { cluster = \"a\", gpus = 64, exercise_until = 2026-11-30, lead_days = 9, when_allocation_above = 0.8 }";
    says_of(
        option,
        "x.toml:27:58",
        &["may be exercised until 2026-11-30, after the term ends on 2026-04-11", "a day within the term"],
    );
    let pool = "kind = \"spend\"\nvalue_usd = 1e9\n";
    let beyond = format!("{pool}milestones = [{{ date = 2026-03-01, usd = 2e9 }}]");
    says_of(&beyond, "x.toml:28:42", &["a milestone of 2.0000 billion USD goes beyond the contract's value of 1.0000"]);
    let late = format!("{pool}milestones = [{{ date = 2026-09-01, usd = 1e8 }}]");
    says_of(&late, "x.toml:28:24", &["lies outside the contract's term", "2026-04-11"]);
    let two = format!("{pool}payment = {{ usage = {{ take_or_pay = 0.8 }} }}");
    says_of(&two, "x.toml:28:11", &["`payment` belongs to an order of capacity", "write kind = \"order\""]);
    says_of("shortfall = \"lost\"", "x.toml:26:13", &["`shortfall` belongs to a promise to spend", "write kind = \"spend\""]);
    says_of("kind = \"spend\"", "x.toml:22", &["a promise to spend needs its value"]);
    says_of("extension = { term = \"1 y\" }", "x.toml:26:13", &["each has its own", "terms = \"common\""]);
    let both = "terms = \"common\"\nafter_term = \"continues\"\nextension = { term = \"1 y\" }";
    says_of(both, "x.toml:27:14", &["leave out one of the two"]);
    let until = SMALL.replace("06-01, gpus = 64", "06-01, gpus = 64, until = 2026-05-01");
    says(&refused(until, &[]), "x.toml:13:43", &["leaves on 2026-05-01, before it comes on 2026-06-01"]);
    let risk = SMALL.replace("region = \"us-va\"", "region = \"us-va\"\npower_risk = \"buyer\"");
    says(&refused(risk, &[]), "x.toml:11:14", &["means nothing without a cap", "max_mw"]);
    let colocated = |more: &str, terms: &str, words: &[&str]| {
        let terms = format!("colocation = {{ usd_per_kw_month = 150, {terms} }}");
        let text = SMALL.replace("region = \"us-va\"", &format!("region = \"us-va\"\n{more}\n{terms}"));
        says(&refused(text, &[]), "x.toml:1", words);
    };
    let one = "{ ready = 2026-02-01, it_mw = 1 }";
    colocated("power_risk = \"vendor\"", &format!("power = [{one}]"), &["the GPUs are the buyer's"]);
    colocated("electricity = \"included\"", &format!("power = [{one}]"), &["metered and billed"]);
    colocated("", "power = []", &["at least one increment"]);
    colocated("", &format!("power = [{one}, {{ ready = 2026-01-01, it_mw = 1 }}]"), &["ready before that above it"]);
    colocated("", &format!("power = [{one}], until = 2026-02-01"), &["is not ready before that day"]);
    colocated("", "power = [{ ready = 2026-02-01, it_mw = -1 }]", &["`it_mw` must not be negative"]);
}

#[test]
fn prices_breaches_and_defaults_that_contradict_themselves() {
    let with = |clause: &str| {
        let text = SMALL.replace("region = \"us-va\"", "region = \"us-va\"\nprice_usd_per_gpu_hour = 2.0");
        format!("{text}\n[contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"100 d\"\n{clause}\n")
    };
    let says_of = |clause: &str, words: &[&str]| says(&refused(with(clause), &[]), "x.toml:26", words);
    says_of("price_review = { dates = [] }", &["a price review needs at least one day"]);
    says_of("price_review = { dates = [2026-03-01, 2026-02-01] }", &["not in order"]);
    says_of("price_review = { dates = [2025-03-01] }", &["not after the contract's start on 2026-01-01"]);
    says_of("price_review = { dates = [2026-03-01], floor_share = 1.5 }", &["`floor_share` is 1.5"]);
    let index = "[index.cpi]\nvalues = [{ date = 2026-02-01, value = 100 }]";
    says_of(
        &format!("price_review = {{ dates = [2026-03-01], index = \"cpi\" }}\n{index}"),
        &["has no value yet at the contract's start"],
    );
    says_of(&format!("price_review = {{ dates = [2026-03-01], index = \"cip\" }}\n{index}"), &["did you mean `cpi`"]);
    says_of(
        &format!("price_review = {{ dates = [2026-03-01], pass_through = -1 }}\n{index}"),
        &["`pass_through` must not be negative"],
    );
    says_of("service_credits = { bands = [] }", &["at least one band"]);
    let bands = |bands: &str, more: &str| format!("service_credits = {{ bands = [{bands}]{more} }}");
    let one = "{ below = 0.99, credit_share = 0.1 }";
    says_of(
        &bands(&format!("{one}, {{ below = 0.999, credit_share = 0.2 }}"), ""),
        &["contradicts the one before it", "`below` falls"],
    );
    says_of(&bands(one, ", exit = { below = 0.9, months = 13 }"), &["from 1 to `within_months`, which is 12"]);
    let both = format!("{}\noutage_credit_share = 0.5", bands(one, ""));
    says_of(&both, &["by the hour or by the month, not by both", "leave out one of"]);
    says_of("delay_damages = { usd_per_gpu_day = 1, after_days = 30, long_stop_days = 20 }", &["not after the days of grace"]);
    let option = "cluster = \"a\", gpus = 64, exercise_until = 2026-03-30, lead_days = 9, when_allocation_above = 0.8";
    says_of(&format!("expansion = {{ {option}, take_or_pay = 0.5 }}"), &["has no minimum", "pay by use"]);
    says_of(&format!("expansion = {{ {option}, term = \"1 h\" }}"), &["at least a day"]);

    let cluster = |keys: &str, words: &[&str]| {
        let text = SMALL.replace("region = \"us-va\"", &format!("region = \"us-va\"\n{keys}"));
        says(&refused(text, &[]), "x.toml:1", words);
    };
    cluster(
        "price_steps = [{ date = 2026-02-01, price_usd_per_gpu_hour = 1.0 }]",
        &["must be written from the start", "price_review"],
    );
    cluster("price_steps = [{ date = 2026-02-01 }]", &["needs at least one of `price_usd_per_gpu_hour`"]);
    let twice = "{ date = 2026-02-01, on_demand_usd_per_gpu_hour = 1.0 }";
    cluster(&format!("price_steps = [{twice}, {twice}]"), &["do not come after those above them", "order of their dates"]);
    let vendor = |keys: &str, words: &[&str]| {
        let text = SMALL.replace("[vendor.aws]", &format!("[vendor.aws]\n{keys}"));
        says(&refused(text, &[]), "x.toml:", words);
    };
    vendor("default_outcome = { continues = 0.5 }", &["a default that never happens", "default_probability_per_year"]);
    let more = "default_probability_per_year = 0.1\ndefault_outcome = { continues = 0.7, winds_down = 0.5 }";
    vendor(more, &["add up to 1.2, more than 1"]);
    vendor("default_probability_per_year = 0.1\ndefaults_on = 2026-03-01", &["for certain", "leave out one of the two"]);
    let outage = "[outage.o]\nvendor = \"aws\"\nkind = \"ingress\"\nmaintenance = true\nstart = 2026-02-01\nduration = \"1 h\"\n";
    says(&refused(format!("{SMALL}\n{outage}"), &[]), "x.toml:", &["maintenance of the ingress means nothing"]);
    let charge = |keys: &str| format!("{SMALL}\n[charge_back]\nusd_per_gpu_hour = 2.0\n{keys}\n");
    says(&refused(charge("by = \"quota\""), &[]), "x.toml:", &["no team has a quota", "charge by use"]);
    says(&refused(charge("owner = \"wrong\""), &[]), "x.toml:", &["unknown team `wrong`"]);
}

#[test]
fn quotas_beyond_what_teams_may_reach_are_warned_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let more = "\n[cluster.b]\nvendor = \"aws\"\ngpu = \"H100\"\nregion = \"us-va\"\nprice_usd_per_gpu_hour = 2.0\n\
        ramp = [{ date = 2026-01-01, gpus = 64 }]\n[workload.other]\njobs_per_day = 1\ngpus = 8\nduration = \"1 h\"\nonly_clusters = [\"b\"]\n";
    let warned = |quota: u32| {
        let teams = format!("[team.other]\nquota_gpus = {quota}\n");
        std::fs::write(folder.path().join("x.toml"), format!("{SMALL}{more}{teams}")).expect("writable");
        let ended = skyberth(folder.path(), &["check", "x.toml"]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        ended.stderr + &ended.stdout
    };
    assert!(!warned(64).contains("its jobs may use reach"));
    assert!(
        warned(72).contains("the quota of `other` is 72 GPUs, and the clusters that its jobs may use reach 64"),
        "{}",
        warned(72)
    );
    assert!(warned(100_000).contains("quotas add up to 100000 GPUs, and all clusters together reach"), "{}", warned(100_000));
}

#[test]
fn budgets_of_teams_that_say_too_much_or_too_little() {
    let with = |budget: &str, words: &[&str]| {
        let text = format!("{SMALL}\n[team.training]\nbudget = {{ {budget} }}\n");
        says(&refused(text, &[]), "x.toml:2", words);
    };
    with("period = \"month\"", &["in GPU-hours or in USD", "`gpu_hours` and `usd`"]);
    with("gpu_hours = 1, usd = 1", &["give one of"]);
    with("usd = -1", &["`usd` must not be negative"]);
    with("usd = 1, period = \"week\"", &["week", "month"]);
    with("usd = 1, borrowing = \"cohort\"", &["only within a cohort", "next_period"]);
}
