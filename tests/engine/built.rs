//! Models built in code are those of files.

use crate::common::{Cluster, Workload, list_of, model};
use skyberth::model::Model;
use skyberth::scenario::spec::{
    AutoscalerSpec, EstimateSpec, FactorSpec, GrowthSpec, KindSpec, OutageKindSpec, OutcomesSpec, ProfileSpec, ReactiveSpec,
    SlipSpec,
};
use skyberth::scenario::{ModelBuilder, law};
use skyberth::study::{Progress, Run, run, summarise};
use std::fmt::Write;

/// Ramps, prices, slips, contracts, a budget, generators, services, teams, outages and a policy by
/// parts.
const TEXT: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-06-30
warm_up = "7 d"
seed = 7
replications = 2
service_step = "1 h"
[vendor.aws]
[vendor.azure]
name = "Azure"
replacement_lead = "90 d"
egress_usd_per_gb = 0.02
[vendor.other]
commitment_unknown = true
power_unknown = true
[shock.chips]
probability = 0.5
days = { pareto = { min = 5, alpha = 2.5, max = 90 } }
[cluster.east]
vendor = "aws"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2.35
on_demand_usd_per_gpu_hour = 3.1
failures_per_gpu_day = 0.01
repair = "30 h"
ramp = [
  { date = 2026-01-01, gpus = 64 },
  { date = 2026-01-01, gpus = 32, kind = "on_demand" },
  { date = 2026-03-01, gpus = 64, slip = { probability = 0.4, cancelled = 0.1, shocks = ["chips"] } },
]
[cluster.west]
vendor = "azure"
gpu = "GB200"
region = "us-tx"
supplier = "foundry"
max_mw = 0.2
max_mw_steps = [{ date = 2026-04-01, max_mw = 0.4 }]
slip = { probability = 0.5, days = { exponential = { mean = 12.5 } } }
ramp = [{ date = 2026-02-01, gpus = 72 }, { date = 2026-05-01, gpus = 72 }]
[contract.k]
vendor = "aws"
start = 2026-01-01
term = "1 y"
notice = "60 d"
payment = { usage = { take_or_pay = 0.8 } }
[workload.training]
team = "models"
jobs_per_day = 20
gpus = { table = [[8, 0.7], [32, 0.3]] }
duration = { lognormal = { median = "5.5 h", sigma = 1.0, max = "4 d" } }
growth = { per_year = 2 }
estimate = { factor = { min = 1, max = 3 } }
outcomes = { failed = 0.1, cancelled = 0.1 }
checkpoint = { interval = "1 h", blocking = "90 s", size_gb_per_gpu = 9 }
[workload.sweeps]
busy_gpus = 30
gpus = 16
bundle_of = 4
duration = { weibull = { scale = "2 h", shape = 0.8 } }
daily = "office"
weekend = 0.5
priority = -1
only_jurisdictions = ["us"]
[service.chat]
tokens_per_s = 4000
tpot_slo_ms = 80
replica = { type = "llama3.1-70b-h100" }
autoscaler = { reactive = { headroom = 0.2 } }
[outage.control]
kind = "control-plane"
region = "us-va"
start = 2026-02-10T06:30:00Z
duration = "15 h"
[outage.random]
vendor = "azure"
per_year = 8
duration = { uniform = { min = "1 h", max = "12 h" } }
[team.models]
weight = 2
quota_gpus = 200
cohort = "all"
[team.sweeps]
quota_gpus = 40
cohort = "part"
borrowing_limit_gpus = 60
[cohort.all]
[cohort.part]
parent = "all"
[links]
default_gbps = 10
[budget]
revenue = [{ date = 2026-01-01, usd_per_year = 3e6 }, { date = 2027-01-01, usd_per_year = 5e6 }]
discount_rate = 0.1
cancel_when_coverage_above = 3
binding_days = 200
[policy]
order.expr = "wait_s / gpus"
level_limits_s = [3600, 7200]
backfill = "skip"
broker = "cheapest"
preemption = "priority"
"#;

fn east(cluster: Cluster) -> Cluster {
    let slip = SlipSpec { probability: 0.4, days: None, cancelled: Some(0.1), shocks: vec!["chips".to_owned()] };
    let cluster = cluster.region("us-va").price_usd_per_gpu_hour(2.35).on_demand_usd_per_gpu_hour(3.1);
    let cluster = cluster.failures_per_gpu_day(0.01).repair("30 h").gpus(64).gpus_of(KindSpec::OnDemand, 32);
    cluster.tranche("2026-03-01", 64, |tranche| tranche.slip = Some(slip))
}

fn west(cluster: Cluster) -> Cluster {
    let cluster =
        cluster.region("us-tx").supplier("foundry").max_mw(0.2).max_mw_from("2026-04-01", 0.4).slips(0.5, law::exponential(12.5));
    cluster.gpus_from("2026-02-01", 72).gpus_from("2026-05-01", 72)
}

fn training(workload: Workload) -> Workload {
    let workload = workload.team("models").jobs_per_day(20).gpus(law::table([(8, 0.7), (32, 0.3)]));
    let workload = workload.duration(law::lognormal("5.5 h", 1.0).max("4 d"));
    let workload = workload.growth(GrowthSpec { per_year: 2.0, decays_to: None, half_life: None });
    let workload = workload.estimate(EstimateSpec::Factor(FactorSpec { min: 1.0, max: 3.0 }));
    let workload = workload.outcomes(OutcomesSpec { failed: 0.1, cancelled: 0.1, run_share: None });
    workload.checkpoint("1 h", "90 s").checkpoint_gb_per_gpu(9.0)
}

fn sweeps(workload: Workload) -> Workload {
    let workload = workload.busy_gpus(30).gpus(16).bundle_of(4).duration(law::weibull("2 h", 0.8));
    workload.daily(ProfileSpec::Office).weekend(0.5).priority(-1).only_jurisdictions(["us"])
}

fn built() -> ModelBuilder {
    ModelBuilder::new("2026-01-01", "2026-06-30")
        .warm_up("7 d")
        .seed(7)
        .replications(2)
        .service_step("1 h")
        .shock("chips", 0.5, law::pareto(5, 2.5).max(90))
        .vendor("aws")
        .cluster("east", "H100", east)
        .contract("k", "2026-01-01", "1 y", |contract| contract.notice("60 d").take_or_pay(0.8))
        .vendor_with("azure", |vendor| vendor.name("Azure").replacement_lead("90 d").egress_usd_per_gb(0.02))
        .cluster("west", "GB200", west)
        .vendor_with("other", |vendor| vendor.commitment_unknown(true).power_unknown(true))
        .workload("training", training)
        .workload("sweeps", sweeps)
        .service("chat", "llama3.1-70b-h100", |chat| {
            let follows = ReactiveSpec { headroom: Some(0.2), hold_steps: None };
            chat.tokens_per_s(4000).tpot_slo_ms(80).autoscaler(AutoscalerSpec::Reactive(follows))
        })
        .outage("control", "15 h", |outage| outage.kind(OutageKindSpec::ControlPlane).region("us-va").start("2026-02-10T06:30:00Z"))
        .outage("random", law::uniform("1 h", "12 h"), |outage| outage.vendor("azure").per_year(8))
        .team("models", |team| team.weight(2).quota_gpus(200).cohort("all"))
        .team("sweeps", |team| team.quota_gpus(40).cohort("part").borrowing_limit_gpus(60))
        .cohort("all", |cohort| cohort)
        .cohort("part", |cohort| cohort.parent("all"))
        .links(10.0)
        .budget(|budget| {
            budget
                .revenue("2026-01-01", 3e6)
                .revenue("2027-01-01", 5e6)
                .discount_rate(0.1)
                .cancel_when_coverage_above(3)
                .binding_days(200)
        })
        .policy_parts(|policy| {
            let policy = policy.order_by("wait_s / gpus").level_limits_s(vec![3600.0, 7200.0]);
            policy.backfill("skip").broker("cheapest").preemption("priority")
        })
}

/// All figures of a model's futures as a text.
fn figures(model: &Model) -> String {
    let finished = run(model, Run::default(), &Progress::default()).expect("the accounts balance");
    let mut text = String::new();
    for row in &summarise(model, &finished).rows {
        writeln!(text, "{row:?}").expect("a text takes everything");
    }
    text
}

#[test]
fn a_model_built_in_code_is_that_of_its_file() {
    let (mut file, mut code) = (model(TEXT), model(built()));
    assert_eq!(format!("{code:#?}"), format!("{file:#?}"));
    // One future of equal models is enough.
    (file.replications, code.replications) = (1, 1);
    assert_eq!(figures(&code), figures(&file));
}

#[test]
fn what_a_builder_writes_is_a_scenario_that_gives_the_same_model() {
    let source = built().name("world").source().expect("every value means something");
    assert_eq!(format!("{:?}", model(&source.text)), format!("{:?}", model(built())));
}

/// The jobs of a list and of a trace are the same jobs; the trace is told about besides.
#[test]
fn listed_jobs_are_those_of_a_trace() {
    let jobs: Vec<(f64, u64, f64)> = (0..200).map(|job| (f64::from(job) * 0.5, 1 + u64::from(job as u32) % 16, 3.5)).collect();
    let world = || ModelBuilder::new("2026-01-01", "2026-01-10").replications(1).vendor("aws").cluster("a", "H100", |a| a.gpus(32));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("jobs.csv");
    let line = |(job, (submit, gpus, run)): (usize, &(f64, u64, f64))| {
        format!("{job},{:.0},{gpus},{:.0}\n", submit * 3600.0, run * 3600.0)
    };
    let lines = jobs.iter().enumerate().map(line);
    std::fs::write(&file, format!("job_id,submit_s,gpus,run_s\n{}", lines.collect::<String>())).expect("it is writable");
    let traced = world().with(|spec| {
        let trace = format!("trace = {{ file = {:?}, format = \"csv\" }}", file.display().to_string());
        spec.workload.insert("w".to_owned(), toml::from_str(&trace).expect("a workload"));
    });
    let (list, trace) = (figures(&model(world().jobs("w", list_of(&jobs)))), figures(&model(traced)));
    assert!(list.contains("jobs_completed"));
    assert_eq!(list, trace);
}
