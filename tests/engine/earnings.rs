//! Revenue from what is served, useful work and subscribers; cash, debt and the funding gap.

use crate::budget::{Figures, close, figures};
use crate::common::{model, refused, says, skyberth};
use skyberth::kernel::math;
use skyberth::study::{Progress, Run, Scope, Time, run, summarise};

const DAYS: [f64; 12] = [31.0, 28.0, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0];
const YEAR: f64 = 365.25;
/// 16 GPUs at 2 USD under contract; a replica of 8 serves 500 tokens/s, a job of 8 fills the rest from April on.
const WORLD: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-12-31
replications = 1
[vendor.v]
[cluster.c]
vendor = "v"
gpu = "H100"
price_usd_per_gpu_hour = 2.0
failures_per_gpu_day = 0
ramp = [{ date = 2026-01-01, gpus = 16 }]
[contract.k]
vendor = "v"
start = 2026-01-01
term = "10 y"
[service.chat]
tokens_per_s = 500
daily = "flat"
autoscaler = { static = "peak" }
tpot_slo_ms = 100
[service.chat.replica.measured]
gpu = "H100"
gpus = 8
fixed_ms = 29.9
per_prefill_token_ms = 0.0909
per_decode_sequence_ms = 0.2064
per_context_token_ms = 0.000174
max_in_flight = 128
"#;
/// What the contract costs a day.
const A_DAY: f64 = 16.0 * 2.0 * 24.0;

fn with(budget: &str) -> String {
    format!("{WORLD}{budget}\n")
}

fn of(found: &Figures, metric: &str, scope: Scope, time: Time) -> f64 {
    found.0.measures.get(metric, scope, time).unwrap_or_else(|| panic!("no {metric}"))
}

#[test]
fn services_earn_for_tokens_served_within_the_objective() {
    let found = figures(&with("[budget]\nusd_per_million_tokens.chat = 12"));
    // A cold start delays the first tokens; then all are within the objective.
    for month in 2..=12 {
        close(found.month("revenue_usd", month), 500.0 * DAYS[month - 1] * 86_400.0 / 1e6 * 12.0);
    }
    let within = of(&found, "within_objective_share", Scope::Service(0), Time::Total);
    close(found.total("revenue_usd"), 500.0 * 365.0 * 86_400.0 / 1e6 * 12.0 * within);
    close(of(&found, "revenue_usd", Scope::Service(0), Time::Total), found.total("revenue_usd"));
    // Coverage counts the last three months by the year.
    let run_rate = 500.0 * YEAR * 86_400.0 / 1e6 * 12.0;
    close(found.month("coverage_ratio", 6), A_DAY * YEAR / run_rate);
    // What the path brings comes on top.
    let both = figures(&with(
        "[budget]\nrevenue = [{ date = 2026-01-01, usd_per_year = 50000 }]\nfactor = 2\nusd_per_million_tokens.chat = 12",
    ));
    close(both.total("revenue_usd"), found.total("revenue_usd") + 100_000.0 * 365.0 / YEAR);
    close(both.month("coverage_ratio", 6), A_DAY * YEAR / (run_rate + 100_000.0));
    // Twice the demand on one replica more, but the second half of it cannot be served.
    let crowded = figures(&with("[budget]\nusd_per_million_tokens.chat = 12").replace("= 500", "= 50000"));
    let share = of(&crowded, "within_objective_share", Scope::Service(0), Time::Month(5));
    assert!(share < 0.5, "{share}");
    close(crowded.month("revenue_usd", 6), 50_000.0 * 30.0 * 86_400.0 / 1e6 * 12.0 * share);
}

#[test]
fn workloads_earn_for_useful_work() {
    let jobs = "[workload.train]\njobs_per_day = 4\ngpus = 8\nduration = \"5 h\"\n[budget]\nusd_per_useful_h100e_hour.train = 3";
    let found = figures(&with(jobs));
    let useful = |time| of(&found, "useful_gpu_hours", Scope::Workload(0), time);
    for month in 0..12 {
        close(of(&found, "revenue_usd", Scope::Workload(0), Time::Month(month)), 3.0 * useful(Time::Month(month)));
    }
    assert!(useful(Time::Total) > 1000.0);
    close(found.total("revenue_usd"), 3.0 * useful(Time::Total));
    // An H200 counts as what it computes.
    let other = figures(&with(jobs).replace("gpu = \"H100\"\nprice", "gpu = \"B200\"\nprice"));
    let h100e = of(&other, "useful_h100e_hours", Scope::All, Time::Total) - {
        let service = of(&other, "useful_gpu_hours", Scope::Service(0), Time::Total);
        let all = of(&other, "useful_gpu_hours", Scope::All, Time::Total);
        service * of(&other, "useful_h100e_hours", Scope::All, Time::Total) / all
    };
    close(other.total("revenue_usd"), 3.0 * h100e);
}

#[test]
fn subscribers_leave_where_the_objective_is_missed() {
    let budget = "[budget.subscriptions]\nservice = \"chat\"\nsubscribers = 1000\nusd_per_month = 20\nchurn_per_month = 0.04\n\
                  churn_when_missed = 0.5\nnew_per_month = 30";
    let found = figures(&with(budget));
    let months = |days: f64| days * 12.0 / YEAR;
    let mut subscribers = 1000.0;
    for (month, days) in DAYS.into_iter().enumerate() {
        let within = of(&found, "within_objective_share", Scope::Service(0), Time::Month(month));
        let after = subscribers * math::pow(1.0 - 0.04 - 0.5 * (1.0 - within), months(days)) + 30.0 * months(days);
        close(of(&found, "subscribers", Scope::Service(0), Time::Month(month)), after);
        close(found.month("revenue_usd", month + 1), 20.0 * months(days) * (subscribers + after) / 2.0);
        close(found.month("coverage_ratio", month + 1), A_DAY * YEAR / (20.0 * 12.0 * after));
        subscribers = after;
    }
    let crowded = figures(&with(budget).replace("= 500\n", "= 50000\n"));
    assert!(of(&crowded, "subscribers", Scope::Service(0), Time::Total) < 200.0);
}

#[test]
fn the_rule_projects_what_services_earn() {
    let later = |growth: &str| {
        with("[budget]\nusd_per_million_tokens.chat = 0.95\ncancel_when_coverage_above = 25\n")
            .replace("gpus = 16 }", "gpus = 16 }, { date = 2027-06-01, gpus = 16 }")
            .replace("daily =", &format!("{growth}\ndaily ="))
    };
    // The contract costs 18.7 times what the service earns, and 37.4 times with the second tranche.
    close(figures(&later("")).total("cancelled_gpus"), 16.0);
    // A demand that is planned to double every year carries it.
    close(figures(&later("growth.per_year = 2")).total("cancelled_gpus"), 0.0);
}

/// 280,512 USD a year under contract against 200,000 USD of revenue.
const SHORT: &str = "[budget]\nrevenue = [{ date = 2026-01-01, usd_per_year = 200000 }]\nopening_cash_usd = 20000\n";

#[test]
fn what_cash_and_debt_do_not_cover_is_the_funding_gap() {
    let found = figures(&with(&format!("{SHORT}debt = {{ rate = 0.12, limit_usd = 30000 }}\nraise_limit_usd = 20000")));
    let (mut cash, mut debt, mut gap, mut interest, mut first) = (20_000.0_f64, 0.0_f64, 0.0_f64, 0.0_f64, 0);
    for (month, days) in DAYS.into_iter().enumerate() {
        let due = debt * 0.12 * days / YEAR;
        let left = cash + (200_000.0 / YEAR - A_DAY) * days - due;
        let borrowed = (-left).clamp(0.0, 30_000.0 - debt);
        debt += borrowed;
        interest += due;
        cash = (left + borrowed).max(0.0);
        gap += (-(left + borrowed)).max(0.0);
        if gap > 0.0 && first == 0 {
            first = month + 1;
        }
        close(found.month("cash_usd", month + 1), cash);
        close(found.month("debt_usd", month + 1), debt);
        close(found.month("interest_usd", month + 1), due);
        close(found.month("funding_gap_usd", month + 1), gap);
        close(found.month("funding_gap_share", month + 1), if gap > 0.0 { 1.0 } else { 0.0 });
        close(found.month("buyer_default_share", month + 1), if gap > 20_000.0 { 1.0 } else { 0.0 });
    }
    assert!(first > 3 && gap > 20_000.0, "{first} {gap}");
    close(found.total("interest_usd"), interest);
    close(found.total("funding_gap_usd"), gap);
    close(found.total("funding_gap_first_month"), first as f64);
    close(found.total("buyer_default_share"), 1.0);
    // More can be raised, and without a limit nothing is said of a default.
    let more = figures(&with(&format!("{SHORT}debt = {{ rate = 0.12, limit_usd = 30000 }}\nraise_limit_usd = 50000")));
    close(more.total("buyer_default_share"), 0.0);
    let open = figures(&with(SHORT));
    assert!(open.0.measures.get("buyer_default_share", Scope::All, Time::Total).is_none());
    close(open.total("funding_gap_usd"), (A_DAY - 200_000.0 / YEAR) * 365.0 - 20_000.0);
    // Enough cash leaves no gap.
    let rich = figures(&with(&SHORT.replace("20000\n", "100000\n")));
    close(rich.total("funding_gap_usd"), 0.0);
    assert!(rich.total("funding_gap_first_month").is_nan());
}

#[test]
fn the_report_says_in_how_many_futures_cash_runs_out() {
    let uncertain = with(&format!("{SHORT}factor = {{ uniform = {{ min = 0.8, max = 2.0 }} }}\nraise_limit_usd = 60000"));
    let model = model(&uncertain.replace("replications = 1", "replications = 40"));
    let finished = run(&model, Run::default(), &Progress::default()).expect("the accounts balance");
    let gaps: Vec<f64> =
        finished.iter().map(|one| one.measures.get("funding_gap_usd", Scope::All, Time::Total).expect("a gap")).collect();
    let short = gaps.iter().filter(|&&gap| gap > 0.0).count();
    let default = gaps.iter().filter(|&&gap| gap > 60_000.0).count();
    assert!(0 < default && default < short && short < 40, "{gaps:?}");
    let summary = summarise(&model, &finished);
    let upper = summary.get("funding_gap_p90_usd", "all", "all", "total").and_then(|row| row.mean).expect("estimable at 40");
    let mut sorted = gaps.clone();
    sorted.sort_by(f64::total_cmp);
    close(upper, sorted[35]);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), &uncertain).expect("writable");
    let ended = skyberth(folder.path(), &["run", "x.toml", "-o", "out", "--replications", "40"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let text = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        format!("Cash and debt run out in {short} of 40 futures, first in 2026-"),
        "the funding gap at its largest is ".to_owned(),
        "(10-90 %: 0 to ".to_owned(),
        format!("More than can be raised is missing in {default} of them"),
    ] {
        assert!(text.contains(&words), "`{words}` is missing from\n{}", ended.stdout);
    }
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
    std::fs::write(folder.path().join("x.toml"), with(&SHORT.replace("20000\n", "100000\n"))).expect("writable");
    let ended = skyberth(folder.path(), &["run", "x.toml", "-o", "out", "--replications", "2"]);
    assert!(ended.stdout.contains("last in all of 2 futures"), "{}", ended.stdout);
}

/// A budget that is refused, at a line of its own and a column.
#[track_caller]
fn wrong(budget: &str, line: usize, column: usize, words: &[&str]) {
    let before = WORLD.lines().count();
    says(&refused(with(budget), &[]), &format!("x.toml:{}:{column}", before + line), words);
}

#[test]
fn mistakes_are_named_with_their_place() {
    wrong("[budget]\nusd_per_million_tokens.chatt = 1", 2, 32, &["unknown service `chatt`", "did you mean `chat`?"]);
    wrong("[budget]\nusd_per_million_tokens.chat = -1", 2, 31, &["`chat` must not be negative"]);
    wrong("[budget]\nusd_per_useful_h100e_hour.chat = 1", 2, 34, &["unknown workload `chat`"]);
    wrong("[budget]\nopening_cash_usd = 1", 2, 20, &["`opening_cash_usd` needs `revenue`"]);
    let path = "[budget]\nrevenue = [{ date = 2026-01-01, usd_per_year = 2e6 }]";
    wrong(&format!("{path}\nraise_limit_usd = 1"), 3, 19, &["`raise_limit_usd` needs `opening_cash_usd`"]);
    wrong(&format!("{path}\ndebt = {{ rate = 0.1, limit_usd = 1 }}"), 3, 8, &["`debt` needs `opening_cash_usd`"]);
    wrong(&format!("{path}\nopening_cash_usd = 1\ndebt = {{ rate = -1, limit_usd = 1 }}"), 4, 17, &["`rate` must not be negative"]);
    let subscriptions = "[budget.subscriptions]\nservice = \"chat\"\nsubscribers = 1\nusd_per_month = 2\nchurn_per_month = 2";
    wrong(subscriptions, 5, 19, &["`churn_per_month` is 2, out of its range"]);
}
