//! Random valid scenarios, as texts with everything that a scenario can hold: each is read without an error, simulated, and keeps its accounts.
//!
//! `SKYBERTH_TEXTS=50000` tries more than the usual number, `SKYBERTH_TEXT=42` one of them, whose text it prints.

use crate::draw::Dice;
use rayon::prelude::*;
use skyberth::metrics::catalog;
use skyberth::metrics::ledger::{Category, Ledger};
use skyberth::model::{Model, PolicyChoice};
use skyberth::policy::registry::{Kind, check, compose, names, vendors_of};
use skyberth::report::{Exporter, Html, Manifest, Report, SummaryCsv, SummaryJson};
use skyberth::scenario::{Severity, Source, load};
use skyberth::sim::{Control, Options, simulate};
use skyberth::study::{Progress, Run, run, summarise};
use skyberth::units::Span;
use std::env;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64};

/// So many are tried: in a debug build a few.
const TEXTS: u64 = if cfg!(debug_assertions) { 200 } else { 5000 };
/// One in so many is studied with several futures, and reported.
const STUDIED: u64 = 8;

/// What has been written so far, and what later parts have to know.
struct Draft {
    text: String,
    dice: Dice,
    /// Key, vendor, and whether it has reserved capacity from the start.
    clusters: Vec<(String, usize, bool)>,
    /// Whether a node holds a replica of eight H100.
    has_room_for_replicas: bool,
}

const VENDORS: [&str; 2] = ["aws", "azure"];
const TYPES: [&str; 2] = ["H100", "H200"];
const TEAMS: [&str; 3] = ["red", "green", "blue"];

impl Draft {
    fn chance(&mut self, percent: u64) -> bool {
        self.dice.chance(percent)
    }

    fn pick(&mut self, texts: &[&'static str]) -> &'static str {
        self.dice.one_of(texts)
    }

    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    /// A line, in so many of a hundred scenarios.
    fn sometimes(&mut self, percent: u64, lines: &[&'static str]) {
        if self.chance(percent) {
            let line = self.pick(lines);
            self.line(line);
        }
    }
}

/// The scenario of a number.
fn scenario(number: u64) -> Draft {
    let mut text = Draft { text: String::new(), dice: Dice::of(number), clusters: Vec::new(), has_room_for_replicas: false };
    text.line("format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-02-10\nreplications = 1");
    let seed = text.dice.below(1_000_000);
    text.line(format!("seed = {seed}"));
    text.sometimes(30, &["warm_up = \"7 d\"", "warm_up = \"0 s\""]);
    // It goes together with everything.
    text.line("[policy]\npreset = \"fifo-skip\"");
    for vendor in VENDORS {
        text.line(format!("[vendor.{vendor}]"));
        if text.chance(20) {
            text.sometimes(100, &["defaults_on = 2026-02-05", "defaults_on = 2026-01-20", "default_probability_per_year = 0.9"]);
            text.sometimes(
                50,
                &["default_outcome = { continues = 0.3, winds_down = 0.4, notice = \"5 d\" }", "default_outcome = {}"],
            );
        }
        text.sometimes(20, &["replacement_lead = \"20 d\"", "egress_usd_per_gb = 0.05"]);
    }
    text.sometimes(20, &["[index.cpi]\nvalues = [{ date = 2025-01-01, value = 90 }, { date = 2026-01-10, value = 120 }]"]);
    text.sometimes(
        15,
        &["[links]\ndefault_gbps = 10", "[[link]]\nfrom = \"aws\"\nto = \"azure\"\ngbps = 1\negress_usd_per_gb = 0.1"],
    );
    text.sometimes(
        10,
        &[
            "[budget]\nrevenue = [{ date = 2026-01-01, usd_per_year = 2e6 }]\ncancel_when_coverage_above = 0.2\nbinding_days = 5\nwindow_months = 2\ncancel_fee_share = 0.3",
            "[budget]\nrevenue = [{ date = 2026-01-01, usd_per_year = 1e5 }]\nopening_cash_usd = 1e4\ndebt = { limit_usd = 1e5, rate = 0.1 }\nraise_limit_usd = 1e5",
        ],
    );
    text.sometimes(10, &["[charge_back]\nusd_per_gpu_hour = 3"]);
    clusters(&mut text);
    if text.text.contains("region = \"us-va\"") {
        text.sometimes(
            20,
            &["[grid.us-va]\nmax_mw = 0.06\nmax_mw_steps = [{ date = 2026-01-20, max_mw = 0.1 }]", "[grid.us-va]\nmax_mw = 0.1"],
        );
    }
    contracts(&mut text);
    outages(&mut text);
    teams(&mut text);
    workloads(&mut text);
    services(&mut text);
    text
}

fn clusters(text: &mut Draft) {
    for at in 0..=text.dice.below(3) {
        let (vendor, gpu) = (text.dice.below(2) as usize, text.dice.below(2) as usize);
        let node = [1, 4, 8][text.dice.below(3) as usize];
        // Every gang fits, but for those that must stay inside a domain.
        let first = node * (16 / node + text.dice.below(3));
        text.line(format!("[cluster.c{at}]\nvendor = \"{}\"\ngpu = \"{}\"", VENDORS[vendor], TYPES[gpu]));
        text.sometimes(100, &["region = \"us-va\"", "region = \"us-va\"", "region = \"us-tx\""]);
        text.line(format!(
            "node_gpus = {node}\nprice_usd_per_gpu_hour = 2.5\non_demand_usd_per_gpu_hour = 4\nspot_usd_per_gpu_hour = 1.5"
        ));
        if text.chance(30) {
            let domain = node * 2;
            text.line(format!("domain_gpus = {domain}"));
        }
        text.sometimes(60, &["failures_per_gpu_day = 0", "failures_per_gpu_day = 0.05"]);
        text.sometimes(30, &["slip = { probability = 0.5 }", "slip = { probability = 1 }"]);
        let kind = text.pick(&["reserved", "reserved", "reserved", "on_demand", "spot"]);
        text.has_room_for_replicas |= node == 8 && TYPES[gpu] == "H100";
        let is_reserved = kind == "reserved";
        let mut ramp = format!("ramp = [{{ date = 2025-12-01, gpus = {first}, kind = \"{kind}\" }}");
        if text.chance(50) {
            let (day, more) = (1 + text.dice.below(28), node * (1 + text.dice.below(4)));
            let kind = text.pick(&["reserved", "on_demand", "spot"]);
            let _ = write!(ramp, ", {{ date = 2026-01-{day:02}, gpus = {more}, kind = \"{kind}\" }}");
        }
        text.sometimes(15, &["electricity = \"billed\"", "max_mw = 0.06\npower_risk = \"buyer\"", "max_mw = 0.08"]);
        text.sometimes(
            15,
            &[
                "price_steps = [{ date = 2026-01-15, on_demand_usd_per_gpu_hour = 3, spot_usd_per_gpu_hour = 3 }]",
                "price_steps = [{ date = 2026-01-20, price_usd_per_gpu_hour = 2 }, { date = 2026-02-01, price_usd_per_gpu_hour = 3 }]",
            ],
        );
        if !text.text.ends_with("\"buyer\"\n") {
            text.sometimes(
                8,
                &[
                    "colocation = { usd_per_kw_month = 150, power = [{ ready = 2025-12-01, it_mw = 0.05 }, { ready = 2026-01-20, it_mw = 0.05 }] }",
                    "colocation = { usd_per_kw_month = 200, until = 2026-02-01, power = [{ ready = 2026-01-05, it_mw = 0.1 }] }",
                ],
            );
        }
        let has_spot = ramp.contains("spot");
        text.line(ramp + "]");
        if has_spot && text.chance(50) {
            text.line("eviction = { per_day = 0.5, out = \"2 h\", share = 0.5 }");
        }
        text.clusters.push((format!("c{at}"), vendor, is_reserved));
    }
}

fn contracts(text: &mut Draft) {
    for (vendor, key) in VENDORS.iter().enumerate() {
        let theirs = text.clusters.iter().filter(|cluster| cluster.1 == vendor && cluster.2).count();
        if theirs == 0 || !text.chance(40) {
            continue;
        }
        let clusters: Vec<String> = text
            .clusters
            .iter()
            .filter(|cluster| cluster.1 == vendor && cluster.2)
            .map(|cluster| format!("{:?}", cluster.0))
            .collect();
        text.line(format!("[contract.{key}]\nvendor = \"{key}\"\nstart = 2025-12-01\nclusters = [{}]", clusters.join(", ")));
        text.sometimes(100, &["term = \"1 y\"", "term = \"70 d\"", "term = \"3 y\""]);
        if text.chance(20) {
            pledge(text);
            continue;
        }
        let pays_by_use = text.chance(25);
        if pays_by_use {
            text.sometimes(100, &["payment = { usage = { take_or_pay = 0.5 } }", "payment = { usage = { take_or_pay = 1.0 } }"]);
        }
        clauses(text, &clusters[0], pays_by_use);
        text.sometimes(100, &["terms = \"common\"", "terms = \"tranche\""]);
        text.sometimes(50, &["after_term = \"continues\"", "after_term = \"leaves\""]);
        text.sometimes(20, &["exclusivity = { until = 2026-01-20 }"]);
        text.sometimes(20, &["notice = \"20 d\""]);
    }
}

/// A promise to spend.
fn pledge(text: &mut Draft) {
    text.line("kind = \"spend\"\nvalue_usd = 1e6");
    text.sometimes(60, &["milestones = [{ date = 2026-01-15, usd = 2e4 }, { date = 2026-02-05, usd = 9e4 }]"]);
    text.sometimes(60, &["shortfall = \"lost\"", "shortfall = { credit = { expires = \"60 d\" } }", "shortfall = \"make_up\""]);
}

/// Clauses of an order of capacity.
fn clauses(text: &mut Draft, cluster: &str, pays_by_use: bool) {
    text.sometimes(15, &["prepayment_usd = 2000", "prepayment_usd = 500"]);
    text.sometimes(
        15,
        &["early_termination = { date = 2026-01-25, fee_share = 0.2 }", "early_termination = { date = 2026-02-01 }"],
    );
    text.sometimes(
        20,
        &[
            "delay_damages = { usd_per_gpu_day = 5 }",
            "delay_damages = { usd_per_gpu_day = 5, cap_usd = 1000, after_days = 2, long_stop_days = 9 }",
        ],
    );
    text.sometimes(15, &["termination = { late_days = 3, times = 1 }"]);
    text.sometimes(15, &["first_refusal = { until = 2026-03-01, days = 4 }"]);
    if !pays_by_use && text.chance(20) {
        text.sometimes(100, &["outage_credit_share = 0.5"]);
    } else if !pays_by_use {
        text.sometimes(
            20,
            &[
                "service_credits = { bands = [{ below = 0.99, credit_share = 0.1 }, { below = 0.9, credit_share = 0.3 }], cap_usd = 5000 }",
                "service_credits = { bands = [{ below = 0.99, credit_share = 0.1 }], exit = { below = 0.95, months = 1 } }",
            ],
        );
    }
    // A price that is written in steps is not reviewed.
    if !text.text.contains("price_steps") {
        text.sometimes(15, &["price_review = { dates = [2026-01-20], floor_share = 0.5, cap_share = 1.5 }"]);
        if text.text.contains("[index.cpi]") && !text.text.ends_with("1.5 }\n") {
            text.line("price_review = { dates = [2026-01-20, 2026-02-05], index = \"cpi\", pass_through = 0.5 }");
        }
    }
    text.sometimes(10, &["most_favoured = true"]);
    if text.chance(15) {
        let terms = "exercise_from = 2026-01-02, exercise_until = 2026-02-04, lead_days = 3, when_allocation_above = 0.1";
        text.line(format!("expansion = {{ cluster = {cluster}, gpus = 8, {terms} }}"));
    }
}

fn outages(text: &mut Draft) {
    if text.text.contains("region = \"us-va\"") {
        text.sometimes(10, &["[outage.random]\nregion = \"us-va\"\nper_year = 30\nduration = \"5 h\""]);
    }
    for (at, keys) in [(0, "maintenance = true"), (1, "kind = \"control-plane\""), (1, "kind = \"ingress\"")] {
        if text.clusters.iter().any(|cluster| cluster.1 == at) && text.chance(10) {
            text.line(format!(
                "[outage.x{}]\nvendor = \"{}\"\nstart = 2026-01-12\nduration = \"2 d\"\n{keys}",
                keys.len(),
                VENDORS[at]
            ));
        }
    }
    for (at, vendor) in VENDORS.iter().enumerate() {
        if text.clusters.iter().any(|cluster| cluster.1 == at) && text.chance(25) {
            let (day, hours) = (1 + text.dice.below(30), 1 + text.dice.below(100));
            let date = format!("2026-01-{day:02}");
            text.line(format!("[outage.o{at}]\nvendor = \"{vendor}\"\nstart = {date}\nduration = \"{hours} h\""));
        }
    }
}

/// Teams with quotas, where workloads name them.
fn teams(text: &mut Draft) {
    if !text.chance(50) {
        return;
    }
    let is_nested = text.chance(50);
    text.line("[cohort.lab]");
    if is_nested {
        text.line("[cohort.part]\nparent = \"lab\"");
    }
    let is_by_type = text.chance(40);
    for team in TEAMS {
        let cohort = if is_nested { text.pick(&["lab", "part"]) } else { "lab" };
        let cohort = if team == "red" && is_nested { "part" } else { cohort };
        text.line(format!("[team.{team}]\ncohort = \"{cohort}\""));
        let gpus = text.dice.below(24);
        // A type that a cluster has.
        let kind = if text.text.contains("gpu = \"H100\"") { "H100" } else { "H200" };
        if is_by_type {
            text.line(format!("quota_gpus = {{ {kind} = {gpus} }}"));
        } else {
            text.line(format!("quota_gpus = {gpus}"));
        }
        text.sometimes(20, &["borrowing_limit_gpus = 6", "borrowing_limit_gpus = 0"]);
        text.sometimes(20, &["lending_limit_gpus = 3"]);
        text.sometimes(30, &["reclaim = \"never\"", "reclaim = \"lower_priority\"", "reclaim = \"any\""]);
        text.sometimes(30, &["weight = 2"]);
        text.sometimes(
            25,
            &[
                "budget = { gpu_hours = 300 }",
                "budget = { gpu_hours = 500, borrowing = \"cohort\" }",
                "budget = { usd = 900, borrowing = \"next_period\" }",
                "budget = { usd = 2000, period = \"quarter\" }",
            ],
        );
    }
}

fn workloads(text: &mut Draft) {
    let has_teams = text.text.contains("[team.");
    let count = if has_teams { 3 } else { 1 + text.dice.below(3) };
    for at in 0..count {
        text.line(format!("[workload.w{at}]"));
        if has_teams {
            text.line(format!("team = \"{}\"", TEAMS[at as usize]));
        }
        text.sometimes(100, &["jobs_per_day = 1", "jobs_per_day = 3", "jobs_per_day = 5"]);
        text.sometimes(
            100,
            &[
                "duration = \"1 h\"",
                "duration = { lognormal = { median = \"6 h\", sigma = 1.5, max = \"20 d\" } }",
                "duration = \"3 d\"",
            ],
        );
        let is_share = !has_teams && text.chance(8);
        let is_elastic = !is_share && text.chance(20);
        let is_bundle = !is_share && !is_elastic && text.chance(12);
        if is_share {
            text.line("gpus = 0.5");
        } else if is_bundle {
            text.line("gpus = 16\nbundle_of = 4");
        } else if is_elastic {
            text.line("gpus = 4\nelastic = { min = 1, max = 8, resize = \"5 min\" }");
        } else {
            text.sometimes(100, &["gpus = 1", "gpus = 4", "gpus = { table = [[1, 0.5], [2, 0.3], [8, 0.2]] }", "gpus = 16"]);
            if !text.text.ends_with("= 16\n") && !text.text.ends_with("= 4\n") {
                text.sometimes(30, &["within_domain = true"]);
            }
        }
        text.sometimes(25, &["preemptible = false"]);
        text.sometimes(30, &["priority = 5", "priority = -2"]);
        text.sometimes(
            50,
            &[
                "checkpoint = { interval = \"1 h\", blocking = \"1 min\" }",
                "checkpoint = { interval = \"0 s\", blocking = \"0 s\" }",
            ],
        );
        text.sometimes(40, &["restart = \"0 s\"", "restart = \"30 min\""]);
        text.sometimes(20, &["deadline = \"2 d\""]);
        text.sometimes(15, &["outcomes = { failed = 0.2, cancelled = 0.1 }"]);
        text.sometimes(15, &["weekend = 0.3", "growth = { per_year = 4 }", "factor = 0.5"]);
        if text.chance(15) {
            let is_there = text.text.contains("\nregion = \"us-va\"");
            text.line(if is_there {
                "data = { region = \"us-va\", size_gb = 20 }"
            } else {
                "data = { vendor = \"aws\", size_gb = 500 }"
            });
        }
        text.sometimes(15, &["only_vendors = [\"aws\", \"azure\"]", "speed = \"same\""]);
        text.sometimes(20, &["estimate = { factor = { min = 1, max = 2 } }"]);
        if text.chance(15) {
            let cluster = text.clusters[text.dice.below(text.clusters.len() as u64) as usize].0.clone();
            text.line(format!("only_clusters = [\"{cluster}\"]"));
        }
    }
}

fn services(text: &mut Draft) {
    if !text.has_room_for_replicas || !text.chance(60) {
        return;
    }
    text.line("[service.chat]\nreplica = { type = \"llama3.1-70b-h100\" }");
    text.sometimes(100, &["tokens_per_s = 100", "tokens_per_s = 4000", "tokens_per_s = 20000"]);
    text.sometimes(
        100,
        &[
            "autoscaler = { static = { replicas = 1 } }",
            "autoscaler = { reactive = { headroom = 0.2 } }",
            "autoscaler = { reactive = {} }",
        ],
    );
    text.sometimes(
        20,
        &["patience = \"1 min\"", "cold_start = \"10 min\"", "growth = { per_year = 9 }", "weekend = 0.4", "priority = 3"],
    );
}

/// A policy for a model by the dice: any preset with any broker, placement and elastic part; the scenario's where these do not go together.
fn policy(model: &Model, dice: &mut Dice) -> PolicyChoice {
    let one = |dice: &mut Dice, kind: Kind| {
        let all: Vec<&'static str> = names(kind).collect();
        dice.one_of(&all)
    };
    let vendors = vendors_of(model);
    let preset = one(dice, Kind::Preset);
    let choice = PolicyChoice::preset(preset).expect("a preset");
    let choice = [Kind::Broker, Kind::Placement, Kind::Elastic].into_iter().fold(choice, |choice, kind| {
        let name = one(dice, kind);
        choice.clone().with(kind, name, &vendors).unwrap_or(choice)
    });
    // Linear programs take most of the time where turns are short.
    let mut choice = choice;
    choice.rounds.round = Span::from_seconds(86_400.0);
    if check(&choice, model).is_ok() { choice } else { model.policy.clone() }
}

/// What went wrong with the scenario of a number, if anything did.
fn trial(number: u64) -> Result<Model, String> {
    let mut written = scenario(number);
    let source = Source::new("scenario.toml", written.text.as_str());
    let loaded = load(&source);
    let Some(mut model) = loaded.model else {
        let errors = loaded.issues.sorted().into_iter().filter(|issue| issue.severity == Severity::Error);
        return Err(format!("it is refused: {}", errors.map(|issue| issue.title.as_str()).collect::<Vec<_>>().join("; ")));
    };
    model.policy = policy(&model, &mut written.dice);
    let mut policy = compose(&model.policy, &model);
    let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
    let control = Control { stop: &stop, progress: &progress };
    let options = Options { records: true, ..Options::default() };
    let policy_name = skyberth::policy::Policy::name(&policy);
    let told = |what: String| format!("under {policy_name}: {what}");
    let observation = simulate(&model, 0, &mut policy, options, control).map_err(|error| told(error.to_string()))?;
    Ledger::of(&model, &observation).check(&model, &observation).map_err(|error| told(format!("{error:?}")))?;
    Ok(model)
}

/// Three futures on one thread and on two give the same figures, each within the range of its metric, and a page.
fn study(model: &Model) -> Result<(), String> {
    let model = Model { replications: 3, ..model.clone() };
    let figures = |threads: usize| {
        let finished = run(&model, Run { threads, ..Run::default() }, &Progress::default()).map_err(|error| error.to_string())?;
        Ok::<_, String>(summarise(&model, &finished))
    };
    let summary = figures(1)?;
    if format!("{:?}", summary.rows) != format!("{:?}", figures(2)?.rows) {
        return Err("two threads give other figures than one".to_owned());
    }
    let reversals = Category::reversals(&model);
    for row in &summary.rows {
        let metric = catalog::find(&row.metric).ok_or_else(|| format!("{} is not in the catalog", row.metric))?;
        let [low, high] = metric.range.bounds(reversals);
        // Ratios are rounded when they are formed.
        let slack = 1e-9 * (1.0 + high.min(1e12));
        for value in [row.mean, row.low, row.high, row.median, row.p10, row.p90].into_iter().flatten() {
            if !value.is_finite() || value < low - slack || value > high + slack {
                return Err(format!("{} of {} {} in {} is {value}", row.metric, row.scope, row.name, row.period));
            }
        }
    }
    let manifest = Manifest {
        schema_version: skyberth::study::SCHEMA_VERSION,
        version: String::new(),
        scenario: model.name.clone(),
        scenario_hash: String::new(),
        inputs: Vec::new(),
        changes: Vec::new(),
        seed: model.seed,
        replications: model.replications,
        finished: summary.finished,
        interrupted: false,
        assumptions: Vec::new(),
    };
    let report = Report { summary, manifest };
    for exporter in [&Html as &dyn Exporter, &SummaryJson, &SummaryCsv] {
        let mut written = Vec::new();
        exporter.write(&report, &mut written).map_err(|error| error.to_string())?;
        let text = String::from_utf8(written).map_err(|error| error.to_string())?;
        if let Some(word) = ["NaN", "inf,", "infinity"].into_iter().find(|word| text.contains(word)) {
            return Err(format!("{word} in {}", exporter.file()));
        }
    }
    Ok(())
}

#[test]
fn random_scenarios_are_valid_and_keep_their_accounts() {
    if let Some(number) = env::var("SKYBERTH_TEXT").ok().and_then(|text| text.parse().ok()) {
        println!("{}", scenario(number).text);
        match trial(number) {
            Ok(model) => println!("{} {:?}", model.policy.name, study(&model)),
            Err(why) => println!("{why}"),
        }
        return;
    }
    let count = env::var("SKYBERTH_TEXTS").ok().and_then(|text| text.parse().ok()).unwrap_or(TEXTS);
    let mut found: Vec<(u64, Result<Model, String>)> = (0..count).into_par_iter().map(|number| (number, trial(number))).collect();
    // Studies have threads of their own.
    for (number, outcome) in found.iter_mut().filter(|(number, _)| number.is_multiple_of(STUDIED)) {
        if let Ok(model) = outcome
            && let Err(why) = study(model)
        {
            *outcome = Err(format!("studied as {number}: {why}"));
        }
    }
    let wrong: Vec<(u64, &String)> =
        found.iter().filter_map(|(number, outcome)| Some((*number, outcome.as_ref().err()?))).collect();
    if let Some((number, why)) = wrong.first() {
        wrong.iter().skip(1).take(20).for_each(|(number, why)| println!("{number}: {why}"));
        panic!("{} of {count} are wrong, the first is {number}:\n{}\n{why}", wrong.len(), scenario(*number).text);
    }
    // The dice reach every preset.
    let reached = |name: &&str| found.iter().any(|(_, outcome)| outcome.as_ref().is_ok_and(|model| model.policy.name == *name));
    let missing: Vec<&str> = names(Kind::Preset).filter(|name| !reached(name)).collect();
    assert!(count < 1000 || missing.is_empty(), "never tried: {missing:?}");
}
