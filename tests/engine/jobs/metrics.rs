//! Every declared metric is measured, within its range and its scopes; intervals hold their means.

use super::{model, summary};
use skyberth::metrics::Measures;
use skyberth::metrics::catalog::{self, Futures, Metric, ScopeKind};
use skyberth::model::Model;
use skyberth::study::{self, Progress, Run, Summary};
use std::collections::BTreeSet;

/// Two vendors with everything that any metric needs, over four months of four futures that differ.
const WORLD: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-04-30
replications = 4
[vendor.aws]
egress_usd_per_gb = 0.05
replacement_lead = "30 d"
[vendor.azure]
[vendor.google]
commitment_unknown = true
power_unknown = true
[links]
default_gbps = 10
[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2.0
spot_usd_per_gpu_hour = 1.0
eviction = { at = [2026-02-10], out = "6 h", notice = "0 s" }
ramp = [
  { date = 2026-01-01, gpus = 64 },
  { date = 2026-01-01, gpus = 32, kind = "spot" },
  { date = 2026-02-01, gpus = 64, slip = { probability = 0.5, days = { uniform = { min = 10, max = 80 } } } },
]
[cluster.b]
vendor = "azure"
gpu = "GB200"
region = "us-ia"
price_usd_per_gpu_hour = 3.0
max_mw = 0.1
colocation = { usd_per_kw_month = 100, power = [{ ready = 2026-01-01, it_mw = 1 }] }
ramp = [{ date = 2026-01-01, gpus = 72 }]
[contract.a]
vendor = "aws"
start = 2026-01-01
term = "2 y"
notice = "60 d"
prepayment_usd = 100_000
expansion = { cluster = "a", gpus = 8, exercise_until = 2026-03-31, lead_days = 10, when_allocation_above = 0.99 }
payment = { usage = { take_or_pay = 0.9 } }
delay_damages = { usd_per_gpu_day = 60 }
[contract.b]
vendor = "azure"
start = 2026-01-01
term = "1 y"
outage_credit_share = 0.5
early_termination = { date = 2026-04-15, fee_share = 0.1 }
[vendor.oracle]
[contract.c]
vendor = "oracle"
kind = "spend"
value_usd = 1e6
start = 2026-01-01
term = "1 y"
shortfall = { credit = { expires = "1 y" } }
[team.one]
quota_gpus = 100
budget = { gpu_hours = 1e5 }
[team.two]
quota_gpus = 60
[workload.train]
team = "one"
jobs_per_day = 6
gpus = 16
duration = { exponential = { mean = "20 h" } }
deadline = "3 d"
data = { vendor = "aws", size_gb = 1000 }
[workload.tune]
team = "two"
jobs_per_day = 12
gpus = 8
duration = { exponential = { mean = "6 h" } }
[service.chat]
tokens_per_s = 4000
replica.type = "llama3.1-70b-h100"
[outage.o]
vendor = "azure"
per_year = 12
duration = { uniform = { min = "1 d", max = "5 d" } }
[outage.p]
vendor = "aws"
start = 2026-03-10
duration = "2 d"
[charge_back]
usd_per_gpu_hour = 2.0
owner = "one"
[budget]
revenue = [{ date = 2026-01-01, usd_per_year = 4e6 }]
usd_per_million_tokens.chat = 2.0
usd_per_useful_h100e_hour = { train = 1.0, tune = 1.0 }
subscriptions = { service = "chat", subscribers = 1000, usd_per_month = 20, churn_per_month = 0.05 }
cancel_when_coverage_above = 1.0
opening_cash_usd = 100_000
raise_limit_usd = 1e6
"#;

fn futures(model: &Model) -> Vec<Measures> {
    let finished = study::run(model, Run::default(), &Progress::default()).expect("the accounts balance");
    finished.into_iter().map(|one| one.measures).collect()
}

#[test]
fn every_metric_is_measured_where_its_declaration_says_and_nowhere_else() {
    let model = model(WORLD);
    let (futures, found) = (futures(&model), summary(&model));
    let mut seen: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
    for key in futures[0].keys.iter() {
        assert!(key.metric.futures.is_of_values(), "{}", key.metric.name);
        seen.insert((key.metric.name, key.scope.kind().word(), key.time.kind().word()));
    }
    for row in found.rows.iter().filter(|row| row.n == 0 || row.method.contains("worst") || row.method.contains("order")) {
        let metric = catalog::find(&row.metric).expect("it is declared");
        let period = if row.is_monthly() {
            "month"
        } else if row.period == "total" {
            "total"
        } else {
            "year"
        };
        if metric.futures != Futures::Mean {
            seen.insert((metric.name, kind(metric, &row.scope), period));
        }
    }
    let declared: BTreeSet<(&str, &str, &str)> =
        catalog::all().filter(|metric| metric.futures != Futures::Pairs).flat_map(places).collect();
    let missing: Vec<_> = declared.difference(&seen).filter(|place| !is_exempt(place)).collect();
    let surplus: Vec<_> = seen.difference(&declared).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "declared and not measured: {missing:?}\nnot declared: {surplus:?}");
}

fn kind(metric: &Metric, scope: &str) -> &'static str {
    metric.scopes.iter().map(|kind| kind.word()).find(|word| *word == scope).expect("a declared scope")
}

fn places(metric: &'static Metric) -> Vec<(&'static str, &'static str, &'static str)> {
    let by_scope =
        |scope: &ScopeKind| metric.periods.iter().map(|period| (metric.name, scope.word(), period.word())).collect::<Vec<_>>();
    metric.scopes.iter().flat_map(by_scope).collect()
}

/// Clusters have no years, events have the whole run alone, teams' jobs have no months, and four futures support no tail by month here.
fn is_exempt((metric, scope, period): &(&str, &str, &str)) -> bool {
    let metric = catalog::find(metric).expect("it is declared");
    let is_of_jobs = metric.scopes.contains(&ScopeKind::Workload) && !metric.scopes.contains(&ScopeKind::Service);
    (*scope == "cluster" && *period == "year")
        || (*scope == "event" && *period != "total")
        // Late power by month is of vendors and of all; clusters have it for the whole run.
        || (metric.name.ends_with("mw_months") && *scope == "cluster" && *period == "month")
        || (*scope == "team" && *period == "month" && is_of_jobs)
        || (metric.futures.of().is_some())
}

#[test]
fn values_lie_in_their_ranges_and_ratios_are_those_of_their_parts() {
    let mut ratios = 0;
    for measures in futures(&model(WORLD)) {
        for (key, &value) in measures.keys.iter().zip(&measures.values) {
            let rounded = if (value - 1.0).abs() < 1e-9 { 1.0 } else { value };
            assert!(!value.is_finite() || key.metric.range.holds(rounded), "{key:?} is {value}");
            let Some([over, under]) = key.metric.ratio else { continue };
            let [over, under] = [over, under].map(|part| measures.get(part, key.scope, key.time).expect("it is measured too"));
            assert_eq!(value.to_bits(), (over / under).to_bits(), "{key:?}");
            ratios += 1;
        }
    }
    assert!(ratios > 100, "{ratios}");
}

/// Rows of a summary whose interval does not hold their mean.
fn impossible(summary: &Summary) -> Vec<String> {
    let is_wrong =
        |low: Option<f64>, mean: f64, high: Option<f64>| low.is_some_and(|low| low > mean) || high.is_some_and(|high| high < mean);
    let rows = summary.rows.iter().filter(|row| row.mean.is_some_and(|mean| is_wrong(row.low, mean, row.high)));
    rows.map(|row| format!("{} {} {} {:?} {:?} {:?}", row.metric, row.name, row.period, row.low, row.mean, row.high)).collect()
}

#[test]
fn intervals_hold_their_means_where_contracts_pay_back() {
    let found = summary(&model(WORLD));
    assert_eq!(impossible(&found), Vec::<String>::new());
    let mut below = 0;
    for metric in [&catalog::COST_DELAY_DAMAGES_USD, &catalog::COST_OUTAGE_CREDIT_USD] {
        let row = found.get(metric, "all", "all", "total").expect("a row");
        let (low, mean, high) = (row.low.expect("estimable"), row.mean.expect("defined"), row.high.expect("estimable"));
        assert!(low < mean && mean < high && mean < 0.0 && high <= 0.0, "{row:?}");
        below += usize::from(low < 0.0);
    }
    assert_eq!(below, 2);
}
