//! Mistakes in scenarios: all at once, each with its place and what would be right; exit code 2, and nothing is written.

use crate::common::{Ended, SMALL, refused, says, skyberth};

/// The small scenario with one part replaced, refused at a place with these words.
#[track_caller]
fn spoiled(part: &str, by: &str, place: &str, words: &[&str]) -> Ended {
    assert_eq!(SMALL.matches(part).count(), 1, "`{part}` is there once");
    let ended = refused(SMALL.replacen(part, by, 1), &[]);
    says(&ended, place, words);
    ended
}

#[test]
fn five_mistakes_are_told_at_once() {
    let text = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-12-31
warmup = "14 d"

[vendor.aws]

[cluster.a]
vendor = "asw"
gpu = "H100"
ramp = [{ date = 2026-01-01, gpus = 2048 }]

[workload.training]
jobs_per_day = 3
gpus = { table = [[8, 1.0]] }
duration = "12 hours"

[service.chat]
tokens_per_s = nan
replica = { type = "llama3.1-70b-h100" }

[policy]
order = "fifi"
"#;
    insta::assert_snapshot!(refused(text, &[]).stderr);
}

#[test]
fn not_a_number() {
    spoiled("jobs_per_day = 3", "jobs_per_day = nan", "x.toml:17:16", &["`jobs_per_day` must be a finite number", "^^^"]);
}

#[test]
fn infinity() {
    for (bounds, place) in [("min = nan, max = 64", "x.toml:18:"), ("min = 1, max = nan", "x.toml:18:")] {
        let law = format!("gpus = {{ lognormal = {{ median = 8, sigma = 1.0, {bounds} }} }}");
        spoiled("gpus = 8", &law, place, &["must be a finite number"]);
    }
    spoiled("jobs_per_day = 3", "jobs_per_day = inf", "x.toml:17:16", &["must be a finite number"]);
    spoiled("jobs_per_day = 3", "jobs_per_day = -inf", "x.toml:17:16", &["must be a finite number"]);
    // A literal that overflows to infinity.
    spoiled("jobs_per_day = 3", "jobs_per_day = 1e999", "x.toml:17:16", &["error:"]);
}

#[test]
fn negative_gpus() {
    spoiled("06-01, gpus = 64", "06-01, gpus = -64", "x.toml:13:31", &["`gpus` must not be negative"]);
    spoiled("gpus = 8", "gpus = -8", "x.toml:18:8", &["`gpus` must not be negative"]);
}

#[test]
fn a_ramp_out_of_order() {
    spoiled(
        "2026-06-01",
        "2025-06-01",
        "x.toml:13:12",
        &["comes before the one above it", "2026-01-01", "in the order of their dates"],
    );
}

#[test]
fn an_unknown_vendor() {
    spoiled("vendor = \"aws\"", "vendor = \"awss\"", "x.toml:8:10", &["unknown vendor `awss`", "did you mean `aws`?", "^^^^^^"]);
}

#[test]
fn a_generator_whose_jobs_fit_nowhere() {
    spoiled("gpus = 8", "gpus = 129", "x.toml:18:8", &["no job of `training` can ever run", "129", "128"]);
    let fixed = SMALL.replace("gpus = 8", "gpus = 128");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), fixed).expect("it is writable");
    assert_eq!(skyberth(folder.path(), &["check", "x.toml"]).code, 0, "a job as large as the cluster is allowed");
}

#[test]
fn a_contract_whose_value_and_price_contradict() {
    let contract = "price_usd_per_gpu_hour = 2.0\nregion = \"us-va\"";
    let text = SMALL.replace("region = \"us-va\"", contract);
    let contract = "\n[contract.c]\nvendor = \"aws\"\nvalue_usd = 1e9\nstart = 2026-01-01\nterm = \"1 y\"\n";
    let ended = refused(text + contract, &[]);
    says(&ended, "x.toml:24:13", &["value and price contradict each other", "1.0000 billion USD", "10 %"]);
}

#[test]
fn a_date_of_two_to_the_63rd() {
    spoiled("end = 2026-12-31", "end = 9223372036854775808", "x.toml:4:7", &["2026-12-31", "^^^"]);
    spoiled("end = 2026-12-31", "end = 9223372036854775808-01-01", "x.toml:4:7", &["date"]);
    spoiled("end = 2026-12-31", "end = 9999-12-31", "x.toml:4:7", &["9999", "1990 and 2200"]);
}

#[test]
fn gpus_of_two_to_the_63rd() {
    spoiled("06-01, gpus = 64", "06-01, gpus = 9223372036854775808", "x.toml:13:3", &["9223372036854775808", "1,000,000,000"]);
    spoiled("06-01, gpus = 64", "06-01, gpus = 99999999999999999999999", "x.toml:13:", &["error:"]);
    spoiled("gpus = 8", "gpus = 9223372036854775808", "x.toml:18:8", &["error:"]);
}

#[test]
fn an_absurd_horizon() {
    spoiled("end = 2026-12-31", "end = 2199-12-31", "x.toml:4:7", &["100 years"]);
}

#[test]
fn an_end_before_the_start() {
    spoiled("end = 2026-12-31", "end = 2025-12-31", "x.toml:4:7", &["before it starts on 2026-01-01"]);
}

#[test]
fn an_empty_file() {
    says(&refused("", &[]), "x.toml", &["the scenario is empty", "docs/guide.md"]);
    says(&refused(" \n\t\n", &[]), "x.toml", &["the scenario is empty"]);
    says(
        &refused("# a comment\nformat = 2\n", &[]),
        "x.toml",
        &["`[scenario]` is missing", "`[vendor]` is missing", "`[cluster]` is missing"],
    );
}

#[test]
fn a_binary_file() {
    says(&refused([0, 0xff, 0xfe, 0x80, b'E', b'L', b'F'], &[]), "x.toml", &["not a text file", "TOML"]);
    says(&refused(b"a\0b = 3\x1b[2J\n", &[]), "x.toml:1:2", &["not TOML"]);
    assert!(!refused(b"a\0b = 3\x1b[2J\n", &[]).stderr.contains("\x1b[2J"), "a file cannot write to the terminal");
}

#[test]
fn an_unknown_key() {
    spoiled("region =", "regoin =", "x.toml:10:1", &["unknown key `regoin`", "did you mean `region`?", "^^^^^^"]);
    spoiled(
        "[workload.training]",
        "[worklaod.training]",
        "x.toml:16:2",
        &["unknown section `worklaod`", "did you mean `workload`?"],
    );
}

#[test]
fn an_unknown_name_in_a_law() {
    let law = "gpus = { lognrmal = { median = 8, sigma = 1 } }";
    spoiled("gpus = 8", law, "x.toml:18:10", &["unknown name `lognrmal`", "did you mean `lognormal`?"]);
}

#[test]
fn a_wrong_type() {
    spoiled("vendor = \"aws\"", "vendor = 3", "x.toml:8:10", &["integer `3`", "expected"]);
    spoiled("gpus = 8", "gpus = \"eight\"", "x.toml:18:8", &["expected a number or a law", "eight"]);
    spoiled("duration = \"12 h\"", "duration = 12", "x.toml:19:12", &["needs its unit", "30 min"]);
    spoiled("start = 2026-01-01", "start = \"2026-01-01\"", "x.toml:3:9", &["without quotes"]);
    spoiled("[vendor.aws]", "[[vendor]]", "x.toml:5:", &["`vendor` must be a table of tables"]);
}

#[test]
fn duplicate_keys() {
    spoiled("gpu = \"H100\"", "gpu = \"H100\"\ngpu = \"A100\"", "x.toml:10:1", &["duplicate key"]);
}

#[test]
fn two_of_gpus_and_megawatts() {
    let words = ["exactly one of `gpus`, `it_mw` and `facility_mw`"];
    spoiled("06-01, gpus = 64", "06-01, gpus = 64, it_mw = 1.0", "x.toml:13:3", &words);
    spoiled("06-01, gpus = 64", "06-01, it_mw = 1.0, facility_mw = 1.0", "x.toml:13:3", &words);
    spoiled("06-01, gpus = 64", "06-01", "x.toml:13:3", &words);
}

#[test]
fn shares_above_one() {
    let duration = "duration = \"12 h\"";
    let more = |line: &str| format!("{duration}\n{line}");
    spoiled(
        duration,
        &more("outcomes = { failed = 0.7, cancelled = 0.6 }"),
        "x.toml:20:12",
        &["`failed` and `cancelled`", "above 1"],
    );
    spoiled(duration, &more("outcomes = { failed = 1.7, cancelled = 0 }"), "x.toml:20:", &["1"]);
    spoiled(
        "06-01, gpus = 64",
        "06-01, gpus = 64, slip = { probability = 1.5 }",
        "x.toml:13:58",
        &["`probability` is 1.5", "0 to 1"],
    );
    spoiled("region = \"us-va\"", "idle_power_share = 1.2", "x.toml:10:20", &["`idle_power_share` is 1.2", "0 to 1"]);
}

#[test]
fn unknown_policy_parts() {
    for (key, name, hint) in [
        ("preset", "fofo", "fifo"),
        ("order", "fifi", "fifo"),
        ("backfill", "eazy", "easy"),
        ("broker", "cheapst", "cheapest"),
        ("placement", "best-fit", "best_fit"),
        ("preemption", "prioritty", "priority"),
    ] {
        let ended = refused(format!("{SMALL}\n[policy]\n{key} = \"{name}\"\n"), &[]);
        says(&ended, &format!("x.toml:22:{}", key.len() + 4), &[name, &format!("did you mean `{hint}`?")]);
    }
}

#[test]
fn outages() {
    let outage = |text: &str| format!("{SMALL}\n[outage.o]\n{text}\n");
    let says_of = |text: &str, words: &[&str]| says(&refused(outage(text), &[]), "x.toml:", words);
    says_of("vendor = \"asw\"\nstart = 2026-03-01\nduration = \"15 h\"", &["unknown vendor `asw`", "aws"]);
    says_of("vendor = \"aws\"\nstart = 2031-03-01\nduration = \"15 h\"", &["begins at 2031-03-01, outside the scenario"]);
    says_of("vendor = \"aws\"\nstart = 2025-03-01\nduration = \"15 h\"", &["begins at 2025-03-01, outside the scenario"]);
    says_of("vendor = \"aws\"\nduration = \"15 h\"", &["either a `start` or `per_year`"]);
    says_of("vendor = \"aws\"\nstart = 2026-03-01\nper_year = 1\nduration = \"15 h\"", &["either a `start` or `per_year`"]);
    says_of("start = 2026-03-01\nduration = \"15 h\"", &["a `vendor`, a `region` or `clusters`"]);
    says_of("region = \"atlantis\"\nstart = 2026-03-01\nduration = \"15 h\"", &["unknown region `atlantis`"]);
    says_of("vendor = \"aws\"\nstart = 2026-03-01\nduration = \"0 s\"", &["an outage must have a positive duration"]);
    says_of("vendor = \"aws\"\nstart = 2026-03-01T25:00:00\nduration = \"15 h\"", &["error"]);
    says_of("vendor = \"aws\"\nstart = 2026-03-01T05:00:00+02:00\nduration = \"15 h\"", &["in UTC"]);
    says_of("vendor = \"aws\"\nstart = 2026-03-01\nduration = { exponential = { mean = \"6 h\" } }", &["a plain value"]);
    says_of("vendor = \"aws\"\nper_year = -1\nduration = \"15 h\"", &["`per_year`"]);
    says_of("vendor = \"aws\"\nkind = \"dataplane\"\nstart = 2026-03-01\nduration = \"15 h\"", &["data-plane"]);
}

#[test]
fn ranges_of_commitments() {
    let vendor = |text: &str, words: &[&str]| spoiled("[vendor.aws]", &format!("[vendor.aws]\n{text}"), "x.toml:", words);
    vendor("commitment_range_usd = [1, 2]", &["a range is of a commitment that is not public", "commitment_unknown = true"]);
    vendor("commitment_unknown = true\ncommitment_range_usd = [2, 1]", &["the range must begin with its lower end"]);
    vendor("commitment_unknown = true\ncommitment_range_usd = [-1, 1]", &["must not be negative"]);
    vendor("commitment_unknown = true\ncommitment_range_usd = [1]", &["commitment_range_usd"]);
}

#[test]
fn links_and_data() {
    let more = |text: &str| format!("{SMALL}\n{text}\n");
    let says_of = |text: &str, words: &[&str]| says(&refused(more(text), &[]), "x.toml:", words);
    says_of("[[link]]\nfrom = \"asw\"\nto = \"aws\"", &["unknown vendor `asw`", "did you mean `aws`?"]);
    says_of("[[link]]\nfrom = \"aws\"\nto = \"aws\"\ngbps = 0", &["`gbps` is 0, out of its range"]);
    says_of(
        "[[link]]\nfrom = \"aws\"\nto = \"aws\"\n[[link]]\nfrom = \"aws\"\nto = \"aws\"",
        &["the link from `aws` to `aws` is listed twice"],
    );
    says_of("[links]\ndefault_gbps = 1e12", &["`default_gbps`", "out of its range"]);
    says_of("[links]\ngbps = 1", &["unknown key `gbps`", "default_gbps"]);
    let data = |text: &str, words: &[&str]| {
        spoiled("gpus = 8", &format!("gpus = 8\ndata = {text}"), "x.toml:19:", words);
    };
    data("{ size_gb = 10 }", &["data need a `vendor` or a `region`"]);
    data("{ vendor = \"aws\" }", &["size_gb"]);
    data("{ vendor = \"asw\", size_gb = 10 }", &["unknown vendor `asw`", "aws"]);
    data("{ region = \"us-tx\", size_gb = 10 }", &["unknown region `us-tx`", "us-va"]);
    data("{ vendor = \"aws\", size_gb = 1e10 }", &["`size_gb`", "out of its range"]);
    spoiled(
        "gpus = 8",
        "gpus = 8\ncheckpoint = { interval = \"1 h\", size_gb_per_gpu = 1e10 }",
        "x.toml:19:",
        &["`size_gb_per_gpu`", "out of its range"],
    );
}

#[test]
fn jurisdictions() {
    let limit = |key: &str, name: &str| format!("gpus = 8\n{key} = [\"{name}\"]");
    for key in ["only_jurisdictions", "not_jurisdictions", "not_in"] {
        let words = ["unknown jurisdiction `uss`", "did you mean `us`?"];
        spoiled("gpus = 8", &limit(key, "uss"), &format!("x.toml:19:{}", key.len() + 5), &words);
    }
    let nowhere = ["`training` may run on no cluster of this scenario"];
    spoiled("gpus = 8", &limit("not_jurisdictions", "us"), "x.toml:", &nowhere);
}

#[test]
fn caps_on_power() {
    let cluster = |text: &str, words: &[&str]| {
        spoiled("region = \"us-va\"", &format!("region = \"us-va\"\n{text}"), "x.toml:", words);
    };
    cluster("max_mw = 1e9", &["`max_mw`", "out of its range"]);
    cluster("max_mw_steps = [{ date = 2026-06-01, max_mw = 1 }]", &["needs the `max_mw` that holds before"]);
    let falls = ["a cap on power must not fall", "outages"];
    cluster("max_mw = 2\nmax_mw_steps = [{ date = 2026-06-01, max_mw = 1 }]", &falls);
    cluster("max_mw = 1\nmax_mw_steps = [{ date = 2026-06-01, max_mw = 2 }, { date = 2026-05-01, max_mw = 3 }]", &falls);
    cluster("max_mw = 0.001", &["no job of `training` can ever run", "reaches 0"]);
    let more = |text: &str| refused(format!("{SMALL}\n{text}\n"), &[]);
    says(&more("[grid.us-vb]\nmax_mw = 1"), "x.toml:21:7", &["unknown grid `us-vb`", "did you mean `us-va`?"]);
    says(&more("[grid.us-va]\nmax_mw = 0.001"), "x.toml:", &["no job of `training` can ever run"]);
    says(&more("[grid.us-va]"), "x.toml:", &["`max_mw` is missing"]);
}

/// A contract of the small scenario with a clause: mistakes and contradictions name the clause.
#[test]
fn clauses_of_contracts() {
    let contract = |term: &str, clause: &str| {
        let text = SMALL.replace("region = \"us-va\"", "region = \"us-va\"\nprice_usd_per_gpu_hour = 2.0");
        format!("{text}\n[contract.c]\nvendor = \"aws\"\n{term}\n{clause}\n")
    };
    let term = "start = 2026-01-01\nterm = \"365 d\"";
    // The clause is written in line 26.
    let says_of = |clause: &str, words: &[&str]| says(&refused(contract(term, clause), &[]), "x.toml:26:", words);
    says_of("prepayment_usd = 3e6", &["in advance", "more than the 0.0022 billion"]);
    says_of("prepayment_usd = -1", &["`prepayment_usd` must not be negative"]);
    says_of("delay_damages = { usd_per_gpu_day = 1e9 }", &["`usd_per_gpu_day`", "0 to 1000000"]);
    says_of("delay_damages = { cap_usd = 5 }", &["usd_per_gpu_day"]);
    says_of("termination = { late_days = 30, times = 0 }", &["`times` must be at least 1"]);
    says_of(
        "early_termination = { date = 2028-01-01, fee_share = 0.5 }",
        &["cannot be ended early on 2028-01-01", "before 2027-06-01"],
    );
    says_of("early_termination = { date = 2026-01-01, fee_share = 0.5 }", &["cannot be ended early", "a day after 2026-01-01"]);
    says_of("early_termination = { date = 2026-07-01, fee_share = 1.5 }", &["`fee_share` is 1.5", "0 to 1"]);
    says_of("first_refusal = { until = 2026-01-01, days = 30 }", &["ends on 2026-01-01, before it begins"]);
    says_of("exclusivity = { until = 2026-06-01, waivers = [{ from = 2026-03-01, until = 2026-02-01 }] }", &["before it begins"]);
    says_of(
        "exclusivity = { until = 2026-06-01, waivers = [{ from = 2026-06-01, until = 2026-07-01 }] }",
        &["the waiver begins after exclusivity ends"],
    );
    let waiver = |more: &str| {
        format!("exclusivity = {{ until = 2026-06-01, waivers = [{{ from = 2026-02-01, until = 2026-03-01, {more} }}] }}")
    };
    says_of(&waiver("vendors = [\"asw\"]"), &["unknown vendor `asw`", "aws"]);
    says_of(&waiver("vendors = [\"aws\"]"), &["it is this contract's vendor"]);
    says_of(&waiver("workloads = [\"trainin\"]"), &["did you mean `training`?"]);
    says_of(&waiver("workloads = []"), &["leave it out to mean all"]);
    let expansion = |cluster: &str, gpus: u32, by: &str| {
        format!(
            "expansion = {{ cluster = \"{cluster}\", gpus = {gpus}, exercise_until = {by}, lead_days = 30, when_allocation_above = 0.8 }}"
        )
    };
    says_of(&expansion("b", 64, "2026-06-01"), &["unknown cluster `b`"]);
    says_of(&expansion("a", 12, "2026-06-01"), &["12 GPUs", "nodes of 8"]);
    says_of(&expansion("a", 64, "2026-01-30"), &["could never be exercised"]);
    says_of("extension = { term = \"0 d\" }\nterms = \"common\"", &["an extension must have a positive term"]);
    says_of(
        "extension = { term = \"1 y\", when_allocation_above = 1.5 }\nterms = \"common\"",
        &["`when_allocation_above` is 1.5", "0 to 1"],
    );
    says_of(
        "extension = { term = \"1 y\" }\nterms = \"common\"\nearly_termination = { date = 2026-07-01, fee_share = 0.5 }",
        &["ended early cannot be extended"],
    );
    says_of("outage_credit_share = 1.1", &["`outage_credit_share` is 1.1"]);
    says_of("outage_credit_share = 0.5\npayment = { usage = { take_or_pay = 0.8 } }", &["paid by use"]);
    let moved = contract("start = 2026-01-02\nterm = \"1 y\"", "terms = \"common\"\nstarts_with_delivery = true");
    says(&refused(moved, &[]), "x.toml:24:", &["planned for 2026-06-01, not for this day"]);
    let bankrupt = SMALL.replace("[vendor.aws]", "[vendor.aws]\ndefaults_on = 2027-01-01");
    says(&refused(bankrupt, &[]), "x.toml:6:", &["defaults on 2027-01-01, outside the scenario", "2026-12-31"]);
}

#[test]
fn spot_capacity_that_cannot_be_taken_back_like_that() {
    let spoil = |kind: &str, eviction: &str, words: &[&str]| {
        let text = SMALL.replace("06-01, gpus = 64", &format!("06-01, gpus = 64{kind}"));
        let region = "region = \"us-va\"";
        let text = text.replace(region, &format!("{region}\neviction = {{ out = \"2 h\", {eviction} }}"));
        says(&refused(text, &[]), "x.toml:11:", words);
    };
    spoil("", "per_day = 1", &["evictions need a spot tranche", "kind = \"spot\""]);
    let spot = ", kind = \"spot\"";
    spoil(spot, "share = 0.5", &["an eviction needs `per_day` or `at`"]);
    spoil(spot, "per_day = 1, at = [2026-02-01]", &["not both"]);
    spoil(spot, "per_day = -1", &["`per_day`", "negative"]);
    spoil(spot, "per_day = 1, share = 1.5", &["`share` is 1.5"]);
    spoil(spot, "at = [2025-02-01]", &["2025-02-01 is outside the scenario", "2026-12-31"]);
    spoil(spot, "at = [2026-02-02, 2026-02-01]", &["2026-02-01 is not after"]);
    spoil(spot, "per_dya = 1", &["per_dya", "per_day"]);
}

#[test]
fn quotas_that_mean_nothing() {
    let quotas = "[cohort.a]\nparent = \"b\"\n[cohort.b]\nparent = \"a\"\n[team.trainin]\nquota_gpus = 8\n\
                  [team.training]\ncohort = \"c\"\nquota_gpus = 8\n[workload.training]";
    let ended = refused(SMALL.replacen("[workload.training]", quotas, 1), &[]);
    says(&ended, "x.toml", &["the cohort `a` is above itself", "unknown team `trainin`", "did you mean `training`?"]);
    says(&ended, "x.toml", &["unknown cohort `c`"]);
    let alone = "[team.training]\nquota_gpus = 8\nborrowing_limit_gpus = 4\nlending_limit_gpus = 2\n[workload.training]";
    let ended = refused(SMALL.replacen("[workload.training]", alone, 1), &[]);
    says(
        &ended,
        "x.toml",
        &["a limit on borrowing needs a `cohort`", "a team lends only within a cohort", "give the team a `cohort`"],
    );
}

#[test]
fn numbers_that_do_not_fit() {
    for (number, kind) in [("99999999999999999999999", "seed"), ("5000000000", "replications")] {
        let text = SMALL.replacen("format = 2\n[scenario]\n", &format!("format = 2\n[scenario]\n{kind} = {number}\n"), 1);
        let text: String = text
            .lines()
            .filter(|line| !line.starts_with(&format!("{kind} = ")) || line.ends_with(number))
            .collect::<Vec<_>>()
            .join("\n");
        says(&refused(text, &[]), "x.toml:3:", &[&format!("{number} is out of range"), "allowed: 0 to"]);
    }
}

#[test]
fn a_gpu_that_is_not_known_is_underlined_in_the_table_of_speeds() {
    let text = SMALL.replacen("[workload.training]", "[workload.training]\nspeed.throughput = { H1O0 = 2.1 }", 1);
    says(&refused(text, &[]), "x.toml:", &["unknown GPU type `H1O0`", "^^^^", "did you mean `H100`?"]);
}

#[test]
fn elastic_jobs_that_cannot_be() {
    let elastic = |written: &str, place: &str, words: &[&str]| {
        spoiled("duration = \"12 h\"", &format!("duration = \"12 h\"\nelastic = {written}"), place, words);
    };
    elastic("{ min = 16, max = 8 }", "x.toml:20:19", &["the smallest size is 16 GPUs", "1 to `max`, which is 8"]);
    elastic("{ min = 0, max = 8 }", "x.toml:20:19", &["the smallest size is 0 GPUs"]);
    elastic("{ min = 16, max = 64 }", "x.toml:18:8", &["jobs ask for 8 GPUs, which is outside", "allowed: 16 to 64"]);
    elastic("{ min = 1, max = 100000 }", "x.toml:20:11", &["more than 4096 sizes", "powers_of_two"]);
    elastic("{ min = 5, max = 8, sizes = { multiples_of = 16 } }", "x.toml:20:", &["`sizes` allows none between 5 and 8"]);
    elastic("{ min = 8, max = 8, sizes = { multiples_of = 0 } }", "x.toml:20:", &["multiples of at least one GPU"]);
    elastic("{ min = 8, max = 64, scaling = { power = 1.5 } }", "x.toml:20:", &["`power` is 1.5", "allowed: 0.001 to 1"]);
    elastic("{ min = 8, max = 64, scaling = { amdahl = { serial = 1 } } }", "x.toml:20:", &["`serial` is 1"]);
    elastic("{ min = 8, max = 64, scaling = \"linaer\" }", "x.toml:20:", &["linear"]);
    elastic("{ min = 8, max = 64, step = 8 }", "x.toml:20:", &["unknown key `step`"]);
    let law = "alpha_grad_s = 0.1, beta_grad_s = 0.01, alpha_local_s = 0.1, beta_local_s = 0, alpha_node_s = 0.2, beta_node_s = 0, phi = 100";
    let goodput = |more: &str| format!("{{ min = 1, max = 64, scaling = {{ goodput = {{ {law}, {more} }} }} }}");
    elastic(&goodput("gamma = 0.5, m0 = 32, m_max = 64"), "x.toml:20:", &["`gamma` is 0.5", "allowed: 1 to 10"]);
    elastic(&goodput("gamma = 2, m0 = 32, m_max = 16"), "x.toml:20:", &["`m_max` is 16", "allowed: 32 to"]);
    elastic(&goodput("gamma = 2, m0 = 32, m_max = 64, most_per_gpu = 8"), "x.toml:20:", &["1 GPUs do not hold a batch of 32"]);
    let share = SMALL.replace("gpus = 8\n", "gpus = 0.5\nelastic = { min = 1, max = 2 }\n");
    says(&refused(share, &[]), "x.toml:19:11", &["a share of one GPU has no other size"]);
    let bundle = SMALL.replace("gpus = 8\n", "gpus = 8\nbundle_of = 2\nelastic = { min = 1, max = 8 }\n");
    says(&refused(bundle, &[]), "x.toml:20:11", &["a bundle of gangs has no other size"]);
}

#[test]
fn elastic_parts_that_do_not_go_together() {
    let policy = |written: &str, place: &str, words: &[&str]| {
        says(&refused(format!("{SMALL}\n[policy]\n{written}\n"), &[]), place, words);
    };
    policy("elastic = \"shrink_expnd\"", "x.toml:22:11", &["unknown elastic part `shrink_expnd`", "shrink_expand"]);
    policy(
        "preset = \"conservative\"\nelastic = \"goodput\"",
        "x.toml:23:11",
        &["the backfill `conservative` cannot be combined with the elastic part `goodput`"],
    );
    policy(
        "preset = \"las\"\nelastic = \"goodput\"",
        "x.toml:23:11",
        &["the preemption `by_order` cannot be combined with the elastic part `goodput`"],
    );
    policy("elastic_interval = \"1 ms\"", "x.toml:22:20", &["at least a second apart"]);
}

#[test]
fn a_format_that_is_not_read() {
    let of = |format: &str| refused(SMALL.replace("format = 2", format).replace("jobs_per_day = 3", "jobs_per_day = nan"), &[]);
    says(&of("format = 3"), "x.toml:1:10", &["this scenario is in format 3; this program reads format 2", "use a newer version"]);
    says(&of("format = 0"), "x.toml:1:10", &["this scenario is in format 0", "write format = 2"]);
    says(&of("format = \"1\""), "x.toml:1:10", &["`format` must be a whole number"]);
    for old in ["format = 1", "# nothing"] {
        let words =
            ["`skyberth check --migrate x.toml`", "terms = \"common\"", "after_term", "power_risk", "exercise_until", "minimum"];
        says(&of(old), "x.toml", &words);
    }
}

#[test]
fn a_policy_to_be_ranked_that_cannot_run_is_refused_where_it_is_named() {
    let ranked = |list: &str| refused(format!("{SMALL}\n[comparison]\npolicies = {list}\n"), &[]);
    says(
        &ranked("[\"easy\", \"las+goodput\"]"),
        "x.toml:22:21",
        &[
            "the policy `las+goodput` cannot run: the preemption `by_order` cannot be combined with the elastic part `goodput`",
            "it assumes that jobs keep their size",
            "take a preset that can: fifo, fifo-skip, easy, sjf",
        ],
    );
    says(
        &ranked("[\"easy\", \"maxmin/cant_be_late\"]"),
        "x.toml:22:21",
        &["`cant_be_late` cannot be combined with the preset `maxmin`"],
    );
    says(&ranked("[\"easy\", \"fair:soon\"]"), "x.toml:22:21", &["invalid usage half-life `soon`", "fair:7d"]);
}
