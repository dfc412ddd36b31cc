//! Commitments against revenue by hand arithmetic, and what is cancelled when they are too much.

use crate::common::{Sheet, model, refused, says, skyberth};
use skyberth::kernel::math;
use skyberth::study::{self, Finished, Progress, Run, Scope, Time, summarise};

/// 64 GPUs at 2 USD from the start, 64 from day 181, 64 from day 546, which is beyond the end of the year; they are paid used or not.
const RAMP: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-12-31
replications = 1
[vendor.aws]
[cluster.a]
vendor = "aws"
gpu = "H100"
price_usd_per_gpu_hour = 2.0
ramp = [
  { date = 2026-01-01, gpus = 64 },
  { date = 2026-07-01, gpus = 64 },
  { date = 2027-07-01, gpus = 64 },
]
"#;
/// All of the ramp, far beyond the scenario.
const CONTRACT: &str = "[contract.k]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"10 y\"\nterms = \"common\"\n";
/// What 64 GPUs cost a day.
const A_DAY: f64 = 64.0 * 2.0 * 24.0;
const YEAR: f64 = 365.25;
/// Last days of the months of 2026, counted from its beginning.
const ENDS: [u32; 12] = [31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

fn run(text: &str) -> Vec<Finished> {
    study::run(&model(text), Run::default(), &Progress::default()).expect("the accounts balance")
}

/// The first replication's figures.
pub(crate) struct Figures(pub Finished);

pub(crate) fn figures(text: &str) -> Figures {
    Figures(run(text).remove(0))
}

impl Figures {
    #[track_caller]
    pub(crate) fn at(&self, metric: &str, time: Time) -> f64 {
        self.0.measures.get(metric, Scope::All, time).unwrap_or_else(|| panic!("no {metric}"))
    }

    /// By the number of the month, from 1.
    #[track_caller]
    pub(crate) fn month(&self, metric: &str, number: usize) -> f64 {
        self.at(metric, Time::Month(number - 1))
    }

    #[track_caller]
    pub(crate) fn total(&self, metric: &str) -> f64 {
        self.at(metric, Time::Total)
    }
}

#[track_caller]
pub(crate) fn close(value: f64, wanted: f64) {
    assert!((value - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{value} against {wanted}");
}

fn with(budget: &str) -> String {
    format!("{RAMP}{CONTRACT}[budget]\n{budget}\n")
}

const STEADY: &str = "revenue = [{ date = 2026-01-01, usd_per_year = 2e6 }]";

#[test]
fn commitments_are_what_the_next_twelve_months_cost() {
    let found = figures(&with(STEADY));
    // 365.25 days of the first 64 GPUs, and from day 181 on of the second.
    close(found.month("commitments_next_12_months_usd", 1), A_DAY * (YEAR + 31.0 + YEAR - 181.0));
    close(found.month("commitments_next_12_months_usd", 4), 2_056_704.0);
    // All that is there, and the last from day 546 on.
    let at_end = A_DAY * (2.0 * YEAR + 365.0 + YEAR - 546.0);
    close(found.month("commitments_next_12_months_usd", 12), at_end);
    close(found.total("commitments_next_12_months_usd"), at_end);
    close(found.at("commitments_next_12_months_usd", Time::Year(2026)), at_end);
    close(found.month("coverage_ratio", 4), 1.028_352);
    close(found.total("coverage_ratio_peak"), at_end / 2e6);
    // 0.982 at the end of March.
    close(found.total("first_month_over"), 4.0);
    close(found.total("first_month_over_share"), 1.0);
    close(found.total("revenue_usd"), 2e6 * 365.0 / YEAR);
    let rich = figures(&with("revenue = [{ date = 2026-01-01, usd_per_year = 3e6 }]"));
    assert!(rich.total("first_month_over").is_nan(), "never");
    close(rich.total("first_month_over_share"), 0.0);
}

#[test]
fn take_or_pay_counts_with_its_minimum() {
    // Two contract-years of 365.25 and 364.75 days, each committed in proportion.
    let contract = "[contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"730 d\"\nterms = \"common\"\nafter_term = \"continues\"\npayment.usage.take_or_pay = 0.8\n";
    let one = RAMP.replace("  { date = 2026-07-01, gpus = 64 },\n  { date = 2027-07-01, gpus = 64 },\n", "");
    let found = figures(&format!("{one}{contract}[budget]\n{STEADY}\n"));
    close(found.month("commitments_next_12_months_usd", 1), 0.8 * A_DAY * YEAR);
    // 365 days are left of the contract.
    close(found.month("commitments_next_12_months_usd", 12), 0.8 * A_DAY * 365.0);
}

/// A take-or-pay contract of two years, of 365.25 and 364.75 days, over all of the ramp; without use the minimum is all that is paid. The
/// plan puts 365.25 days of the first tranche and 184.25 of the second in the first year; 364.75, 364.75 and 184 of all three in the second.
fn by_use(take_or_pay: f64, rule: &str) -> Figures {
    let contract = format!(
        "[contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"730 d\"\nterms = \"common\"\nafter_term = \"continues\"\npayment.usage.take_or_pay = {take_or_pay}\n"
    );
    figures(&format!("{RAMP}{contract}[budget]\n{STEADY}\n{rule}\n"))
}

#[test]
fn a_take_or_pay_commitment_shrinks_with_what_is_cancelled() {
    let plan = by_use(0.8, "");
    let at_january = |first: f64, second: f64| 0.8 * A_DAY * (first * (YEAR - 31.0) / YEAR + second * 31.0 / 364.75);
    let (first, second) = (YEAR + 184.25, 2.0 * 364.75 + 184.0);
    close(plan.month("commitments_next_12_months_usd", 1), at_january(first, second));
    // Of the first year 365 days are simulated, and 184 of them with the second tranche.
    close(plan.total("cost_unused_usd"), 0.8 * A_DAY * (365.0 + 184.0));
    // Only the third tranche is more than 365 days away.
    let found = by_use(0.8, "cancel_when_coverage_above = 0.01");
    close(found.month("cancelled_gpus", 1), 64.0);
    close(found.total("cancelled_gpus"), 64.0);
    close(found.month("commitments_next_12_months_usd", 1), at_january(first, 2.0 * 364.75));
    close(found.total("cost_unused_usd"), plan.total("cost_unused_usd"));
    close(found.month("installed_gpus", 12), 128.0);
    // Where nothing but what is there binds, a minimum is left that is of the first tranche alone.
    let found = by_use(0.8, "cancel_when_coverage_above = 0.01\nbinding_days = 0");
    close(found.month("cancelled_gpus", 1), 128.0);
    close(found.month("commitments_next_12_months_usd", 1), 0.8 * A_DAY * YEAR);
    close(found.month("commitments_next_12_months_usd", 12), 0.8 * A_DAY * 365.0);
    close(found.total("cost_unused_usd"), 0.8 * A_DAY * 365.0);
    close(found.month("installed_gpus", 12), 64.0);
    // No more than it takes: the second year costs 1.12 of the revenue with all, 0.9 without the third tranche.
    let found = by_use(0.8, "cancel_when_coverage_above = 0.9\nbinding_days = 0");
    close(found.month("cancelled_gpus", 1), 64.0);
    close(found.total("cancelled_gpus"), 64.0);
    close(found.month("coverage_ratio", 1), at_january(first, 2.0 * 364.75) / 2e6);
    // It takes the second one to get to 0.7, and without that the third may stay.
    let found = by_use(0.8, "cancel_when_coverage_above = 0.7\nbinding_days = 0");
    close(found.total("cancelled_gpus"), 64.0);
    close(found.month("coverage_ratio", 1), at_january(YEAR, 364.75 + 184.0) / 2e6);
    // What costs nothing unless it is used is kept.
    close(by_use(0.0, "cancel_when_coverage_above = 0\nbinding_days = 0").total("cancelled_gpus"), 0.0);
}

#[test]
fn a_term_that_waits_for_its_first_delivery_is_left_alone_until_it_has_begun() {
    let ramp = RAMP.replace("2026-01-01, gpus", "2026-03-01, gpus");
    let contract = "[contract.c]\nvendor = \"aws\"\nstart = 2026-03-01\nterm = \"730 d\"\nterms = \"common\"\nafter_term = \"continues\"\npayment.usage.take_or_pay = 1\n\
                    starts_with_delivery = true\n";
    let found = figures(&format!("{ramp}{contract}[budget]\n{STEADY}\ncancel_when_coverage_above = 0.01\nbinding_days = 0\n"));
    // February ends at the instant at which the first tranche comes.
    for month in 1..=12 {
        close(found.month("cancelled_gpus", month), if month == 2 { 128.0 } else { 0.0 });
    }
    // The first of two years of the contract has 306 days in the scenario.
    close(found.total("cost_unused_usd"), A_DAY * 306.0);
}

#[test]
fn no_fee_is_due_for_what_was_cancelled_before() {
    let contract = "[contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"730 d\"\nterms = \"common\"\nafter_term = \"continues\"\n\
                    early_termination = { date = 2026-10-01, fee_share = 0.5 }\n";
    let fee = |rule: &str| figures(&format!("{RAMP}{contract}[budget]\n{STEADY}\n{rule}\n")).total("cost_termination_fee_usd");
    close(fee(""), 0.5 * A_DAY * (2.0 * (730.0 - 273.0) + 184.0));
    // The third tranche, planned for after the contract's end, commits nothing and is not cancelled.
    close(fee("cancel_when_coverage_above = 0.01\nbinding_days = 0"), 0.5 * A_DAY * (730.0 - 273.0 + 184.0));
}

#[test]
fn a_contract_binds_until_its_end() {
    let contract =
        "[contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"400 d\"\nterms = \"common\"\nafter_term = \"continues\"\n";
    let found = figures(&format!("{RAMP}{contract}[budget]\n{STEADY}\n"));
    close(found.month("commitments_next_12_months_usd", 12), A_DAY * 2.0 * 35.0);
}

/// 8 GPUs at 1 USD from the start, and 8 more from 2028; `rest` are more tables.
fn eight(end: &str, rest: &str) -> Figures {
    figures(&format!(
        "format = 2\n[scenario]\nstart = 2026-01-01\nend = {end}\nreplications = 1\n[vendor.v]\n[cluster.c]\nvendor = \"v\"\ngpu = \"H100\"\n\
         price_usd_per_gpu_hour = 1.0\nramp = [{{ date = 2026-01-01, gpus = 8 }}, {{ date = 2028-01-01, gpus = 8 }}]\n{rest}"
    ))
}

#[test]
fn capacity_outside_contracts_is_a_forecast() {
    let budget = "[budget]\nrevenue = [{ date = 2026-01-01, usd_per_year = 100000 }]\n";
    let year = 8.0 * 24.0 * YEAR;
    let over =
        "[contract.k]\nvendor = \"v\"\nstart = 2026-01-01\nterm = \"30 d\"\nafter_term = \"continues\"\nterms = \"common\"\n";
    let later = "[contract.k]\nvendor = \"v\"\nstart = 2026-07-01\nterm = \"10 y\"\n";
    // Never contracted, or after the term: one treatment.
    for contract in ["", over] {
        let found = eight("2026-12-31", &format!("{contract}{budget}"));
        for month in 1..=12 {
            let ahead = (f64::from(ENDS[month - 1]) + YEAR - 730.0).max(0.0);
            close(found.month("commitments_next_12_months_usd", month), 0.0);
            close(found.month("uncontracted_next_12_months_usd", month), year + 8.0 * 24.0 * ahead);
        }
        close(found.total("coverage_ratio_peak"), 0.0);
    }
    // Before the term it is one too.
    let found = eight("2026-12-31", &format!("{later}{budget}"));
    close(found.month("uncontracted_next_12_months_usd", 1), 8.0 * 24.0 * (181.0 - 31.0));
    close(found.month("commitments_next_12_months_usd", 1), 8.0 * 24.0 * (YEAR + 31.0 - 181.0));
    close(found.month("uncontracted_next_12_months_usd", 6), 0.0);
    // The rule cancels nothing of it.
    let rule = "cancel_when_coverage_above = 0.001\nbinding_days = 0\n";
    close(eight("2026-12-31", &format!("{budget}{rule}")).total("cancelled_gpus"), 0.0);
}

#[test]
fn what_adds_nothing_to_a_month_above_the_limit_stays() {
    let contract = "[contract.k]\nvendor = \"v\"\nstart = 2026-01-01\nterm = \"5 y\"\n";
    let budget = |growth: f64| {
        format!(
            "{contract}[budget]\nrevenue = [{{ date = 2026-01-01, usd_per_year = 60000 }}]\ngrowth_per_year = {growth}\n\
             cancel_when_coverage_above = 1.0\n"
        )
    };
    let found = eight("2028-12-31", &budget(3.0));
    // 1.06 at the end of January and 0.98 at the end of February, long before the twelve months in which the second tranche counts.
    close(found.month("coverage_ratio", 1), 8.0 * 24.0 * YEAR / (60_000.0 * math::pow(3.0, 31.0 / YEAR)));
    assert!(found.month("coverage_ratio", 1) > 1.06 && found.month("coverage_ratio", 2) < 1.0);
    close(found.total("cancelled_gpus"), 0.0);
    close(found.month("installed_gpus", 36), 16.0);
    // With slower growth, the year from 2028 on costs more than the run rate: it is seen two years before, and cancelled.
    let found = eight("2028-12-31", &budget(1.2));
    close(found.month("cancelled_gpus", 1), 8.0);
    close(found.month("installed_gpus", 36), 8.0);
    // A window that ends before that sees it when it comes near.
    let found = eight("2028-12-31", &format!("{}binding_days = 180\nwindow_months = 6\n", budget(1.2)));
    close(found.month("cancelled_gpus", 1), 0.0);
    close(found.total("cancelled_gpus"), 8.0);
}

#[test]
fn cancelling_costs_its_fee() {
    let rule = "cancel_when_coverage_above = 1\ncancel_fee_share = 0.25";
    let found = figures(&with(&format!("{STEADY}\n{rule}")));
    close(found.month("cancelled_gpus", 1), 64.0);
    // The third tranche would have been paid from day 546 to the end of ten years.
    let fee = 0.25 * A_DAY * (10.0 * YEAR - 546.0);
    close(found.month("cost_termination_fee_usd", 1), fee);
    close(found.total("cost_termination_fee_usd"), fee);
    let free = figures(&with(&format!("{STEADY}\ncancel_when_coverage_above = 1")));
    close(found.total("cost_usd") - free.total("cost_usd"), fee);
    // Under take-or-pay, of the minimum.
    let found = by_use(0.8, "cancel_when_coverage_above = 0.01\ncancel_fee_share = 0.25");
    close(found.month("cost_termination_fee_usd", 1), 0.25 * 0.8 * A_DAY * 184.0);
}

#[test]
fn a_minimum_counts_as_it_will_be_settled() {
    let contract = "[contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"730 d\"\nterms = \"common\"\npayment.usage.take_or_pay = 0.8\n";
    let never = RAMP.replace("2026-07-01, gpus = 64", "2026-07-01, gpus = 64, slip = { probability = 0, cancelled = 1 }");
    let found = figures(&format!("{never}{contract}[budget]\n{STEADY}\n"));
    // Until July the second tranche is expected; then it is known that it never comes, and nothing is due on it.
    let first = |days: f64| days * (YEAR - 151.0) / YEAR;
    let second = (2.0 * 364.75 + 184.0) * 151.0 / 364.75;
    close(found.month("commitments_next_12_months_usd", 5), 0.8 * A_DAY * (first(YEAR + 184.25) + second));
    let second = (364.75 + 184.0) * 212.0 / 364.75;
    close(found.month("commitments_next_12_months_usd", 7), 0.8 * A_DAY * (YEAR - 212.0 + second));
}

#[test]
fn a_late_tranche_counts_from_the_date_that_is_known() {
    let late = RAMP.replace("2026-07-01, gpus = 64", "2026-07-01, gpus = 64, slip = { probability = 1, days = 60 }");
    let late = figures(&format!("{late}{CONTRACT}[budget]\n{STEADY}\n"));
    let on_time = figures(&with(STEADY));
    for month in 1..=5 {
        let of = |figures: &Figures| figures.month("commitments_next_12_months_usd", month);
        close(of(&late), of(&on_time));
    }
    // At the end of July it is known to come on day 241; the last one is 31.25 days within the year by then.
    close(late.month("commitments_next_12_months_usd", 7), A_DAY * (YEAR + 212.0 + YEAR - 241.0 + 31.25));
    let cancelled = RAMP.replace("2026-07-01, gpus = 64", "2026-07-01, gpus = 64, slip = { probability = 0, cancelled = 1 }");
    let cancelled = figures(&format!("{cancelled}{CONTRACT}[budget]\n{STEADY}\n"));
    close(cancelled.month("commitments_next_12_months_usd", 5), on_time.month("commitments_next_12_months_usd", 5));
    close(cancelled.month("commitments_next_12_months_usd", 7), A_DAY * (YEAR + 31.25));
}

#[test]
fn revenue_grows_by_a_constant_factor_between_dates() {
    // Fourfold in 730 days, so twofold in the 365 of the scenario.
    let path = "revenue = [{ date = 2026-01-01, usd_per_year = 1e6 }, { date = 2028-01-01, usd_per_year = 4e6 }]";
    let found = figures(&with(path));
    close(found.month("coverage_ratio", 12), found.month("commitments_next_12_months_usd", 12) / 2e6);
    close(found.total("revenue_usd"), 1e6 / std::f64::consts::LN_2 * 365.0 / YEAR);
    let months: f64 = (1..=12).map(|month| found.month("revenue_usd", month)).sum();
    close(months, found.total("revenue_usd"));
    // After the last date it grows on.
    let grown = figures(&with("revenue = [{ date = 2025-12-31, usd_per_year = 1e6 }]\ngrowth_per_year = 2"));
    let commitments = grown.month("commitments_next_12_months_usd", 12);
    close(grown.month("coverage_ratio", 12), commitments / (1e6 * math::pow(2.0, 366.0 / YEAR)));
}

#[test]
fn present_values_discount_each_month_from_its_end() {
    let found = figures(&with(&format!("{STEADY}\ndiscount_rate = 0.1")));
    let (mut bills, mut margin, mut begin) = (0.0, 0.0, 0);
    for (month, end) in (1..).zip(ENDS) {
        let days = f64::from(end - begin);
        let bill = A_DAY * days * if month < 7 { 1.0 } else { 2.0 };
        let worth = math::pow(1.1, -f64::from(end) / YEAR);
        close(found.month("net_present_value_usd", month), bill * worth);
        bills += bill * worth;
        margin += (2e6 * days / YEAR - bill) * worth;
        begin = end;
    }
    close(found.total("net_present_value_usd"), bills);
    close(found.total("margin_net_present_value_usd"), margin);
    // Costs alone can be discounted too.
    let alone = figures(&with("discount_rate = 0.1"));
    close(alone.total("net_present_value_usd"), bills);
    assert!(alone.0.measures.get("revenue_usd", Scope::All, Time::Total).is_none());
    // Without a rate a later USD is worth as much.
    let plain = figures(&with(STEADY));
    close(plain.total("net_present_value_usd"), plain.total("cost_usd"));
}

#[test]
fn what_does_not_bind_yet_is_cancelled_while_coverage_is_above_the_limit() {
    let found = figures(&with(&format!("{STEADY}\ncancel_when_coverage_above = 1")));
    // The end of April is the first above 1, as January sees; day 546 is more than 365 days away, day 181 is not.
    for month in 1..=12 {
        close(found.month("cancelled_gpus", month), if month == 1 { 64.0 } else { 0.0 });
    }
    close(found.month("coverage_ratio", 4), 1.028_352);
    close(found.total("coverage_ratio"), 2.0 * A_DAY * YEAR / 2e6);
    close(found.month("installed_gpus", 12), 128.0);
    // Where 30 days bind, the next tranche goes too, after the last one: that brings the ratio down.
    let found = figures(&with(&format!("{STEADY}\ncancel_when_coverage_above = 1\nbinding_days = 30")));
    close(found.month("cancelled_gpus", 1), 128.0);
    close(found.total("cancelled_gpus"), 128.0);
    close(found.month("coverage_ratio", 4), A_DAY * YEAR / 2e6);
    close(found.month("installed_gpus", 12), 64.0);
    close(found.total("cost_usd"), A_DAY * 365.0);
}

/// The tranche of day 181 has a cheaper twin on another cluster.
fn twins(budget: &str) -> String {
    let cheaper =
        "[cluster.b]\nvendor = \"aws\"\ngpu = \"H100\"\nprice_usd_per_gpu_hour = 1.0\nramp = [{ date = 2026-07-01, gpus = 64 }]\n";
    let ramp = RAMP.replace("  { date = 2027-07-01, gpus = 64 },\n", "");
    let ramp = ramp.replacen("[cluster.a]", &format!("{cheaper}[cluster.a]"), 1);
    format!(
        "{ramp}{CONTRACT}[budget]
{budget}
"
    )
}

#[test]
fn of_one_day_the_dearest_goes_first_and_no_more_than_it_takes() {
    let rule = "revenue = [{ date = 2026-01-01, usd_per_year = 2.2e6 }]\ncancel_when_coverage_above = 1\nbinding_days = 30";
    let found = figures(&twins(rule));
    // A year of all costs 1.27 of the revenue, without the dearer one 0.76.
    close(found.month("cancelled_gpus", 1), 64.0);
    close(found.month("coverage_ratio", 2), A_DAY * (YEAR + 243.25 / 2.0) / 2.2e6);
    close(found.total("cancelled_gpus"), 64.0);
    let installed = |cluster| found.0.measures.get("installed_gpus", Scope::Cluster(cluster), Time::Month(11));
    assert_eq!([installed(0), installed(1)], [Some(64.0), Some(64.0)], "the cheaper one came");
}

#[test]
fn jobs_that_need_what_is_cancelled_are_turned_away() {
    let jobs = "[workload.large]\njobs_per_day = 1\ngpus = 128\nduration = \"1 h\"\n";
    let rule = format!("{STEADY}\ncancel_when_coverage_above = 1\nbinding_days = 30");
    let short = |budget: &str| with(budget).replace("  { date = 2027-07-01, gpus = 64 },\n", "") + jobs;
    let rejected = |text: &str| figures(text).0.measures.get("jobs_rejected", Scope::All, Time::Total).unwrap_or(f64::NAN);
    assert!(rejected(&short(STEADY)) == 0.0);
    // All but a few: those of January to April are in the queue and turned away then, later ones on arrival.
    assert!(rejected(&short(&rule)) > 300.0);
}

#[test]
fn uncertainty_is_one_draw_a_replication_that_nothing_else_moves() {
    let uncertain = with("revenue = [{ date = 2026-01-01, usd_per_year = 1e6 }]\nfactor = { uniform = { min = 0.5, max = 1.5 } }");
    let uncertain = uncertain.replace("replications = 1", "replications = 8");
    let revenues = |text: &str| -> Vec<f64> {
        run(text).iter().map(|one| one.measures.get("revenue_usd", Scope::All, Time::Total).expect("revenue")).collect()
    };
    let base = revenues(&uncertain);
    let mut distinct = base.clone();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    assert_eq!(distinct.len(), 8);
    assert!(base.iter().all(|revenue| (0.5e6 * 365.0 / YEAR..1.5e6).contains(revenue)), "{base:?}");
    let more = format!("{uncertain}[vendor.oracle]\n[workload.x]\njobs_per_day = 1\ngpus = 8\nduration = \"1 h\"\n");
    assert_eq!(revenues(&more), base);
    // A margin may be negative, and so may the ends of its interval.
    let model = model(&uncertain);
    let summary = summarise(&model, &run(&uncertain));
    let margin = summary.get("margin_net_present_value_usd", "all", "all", "total").expect("a margin");
    assert!(margin.mean < Some(0.0) && margin.low < margin.mean && margin.mean < margin.high, "{margin:?}");
}

#[test]
fn a_budget_changes_nothing_else() {
    let jobs = "[workload.x]\njobs_per_day = 4\ngpus = 32\nduration = \"9 h\"\n";
    let without = figures(&format!("{RAMP}{CONTRACT}{jobs}"));
    let budget = figures(&format!("{}{jobs}", with(STEADY)));
    for (key, value) in without.0.measures.keys.iter().zip(&without.0.measures.values) {
        let other = budget.0.measures.get(key.metric, key.scope, key.time).expect("it is there too");
        assert!(other == *value || (other.is_nan() && value.is_nan()), "{key:?}: {other} against {value}");
    }
}

#[test]
fn it_is_in_the_tables_and_files_where_there_is_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |text: &str| std::fs::write(folder.path().join("x.toml"), text).expect("writable");
    let run = || skyberth(folder.path(), &["run", "x.toml", "-o", "out", "--replications", "2"]);
    let sheet = || Sheet::read(&folder.path().join("out/timeseries.csv"));
    write(RAMP);
    assert!(!run().stdout.contains("Affordability"));
    assert!(!sheet().head.iter().any(|column| column.starts_with("coverage") || column.starts_with("revenue")));
    write(&with(&format!("{STEADY}\ndiscount_rate = 0.1\ncancel_when_coverage_above = 1")));
    let ended = run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let at = ended.stdout.find("Affordability").expect("a table of its own");
    for words in ["coverage", "exceed revenue", "first after 4", "Cancelled for want of revenue: 64"] {
        assert!(ended.stdout[at..].contains(words), "`{words}` is missing from\n{}", ended.stdout);
    }
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
    let months = sheet();
    let line = |labels: [&str; 3]| months.rows.iter().find(|row| row[..3] == labels).expect("a line");
    assert_eq!(line(["2026-04", "all", "all"])[months.column("coverage_ratio_mean")], "1.028352");
    assert_eq!(line(["2026-04", "a", "aws"])[months.column("coverage_ratio_mean")], "", "it is of all");
    let summary = Sheet::read(&folder.path().join("out/summary.csv"));
    assert!(summary.rows.iter().any(|row| row[0] == "first_month_over" && row[5] == "4"));
    // The page is made from the files again.
    let page = folder.path().join("out/report.html");
    let first = std::fs::read_to_string(&page).expect("a page");
    assert_eq!(skyberth(folder.path(), &["report", "out"]).code, 0);
    assert!(std::fs::read_to_string(&page).expect("a page") == first);
}

/// A budget that is refused, at a line of its own and a column.
#[track_caller]
fn wrong(budget: &str, line: usize, column: usize, words: &[&str]) {
    let before = RAMP.lines().count() + CONTRACT.lines().count() + 1;
    says(&refused(with(budget), &[]), &format!("x.toml:{}:{column}", before + line), words);
}

#[test]
fn mistakes_in_a_budget_are_named_with_their_place() {
    wrong("revenue = []", 1, 11, &["`revenue` is empty", "usd_per_year"]);
    let disordered = "revenue = [\n  { date = 2027-01-01, usd_per_year = 1e9 },\n  { date = 2026-01-01, usd_per_year = 2e9 },\n]";
    wrong(disordered, 3, 12, &["(2026-01-01) does not come after the one before it (2027-01-01)"]);
    wrong(&disordered.replace("2026", "2027"), 3, 12, &["does not come after"]);
    wrong("revenue = [{ date = 2026-01-01, usd_per_year = -1 }]", 1, 48, &["`usd_per_year` must not be negative"]);
    wrong("revenue = [{ date = 2026-01-01, usd_per_year = 1e16 }]", 1, 48, &["out of its range", "1e15"]);
    wrong("revenue = [{ date = 2026-01-01 }]", 1, 12, &["usd_per_year"]);
    wrong("growth_per_year = 2", 1, 19, &["`growth_per_year` needs `revenue`"]);
    wrong("factor = 2", 1, 10, &["`factor` needs `revenue`"]);
    wrong("cancel_when_coverage_above = 2", 1, 30, &["needs `revenue`"]);
    wrong(&format!("{STEADY}\nbinding_days = 2"), 2, 16, &["needs `cancel_when_coverage_above`"]);
    wrong(&format!("{STEADY}\nwindow_months = 2"), 2, 17, &["needs `cancel_when_coverage_above`"]);
    wrong(&format!("{STEADY}\ncancel_fee_share = 0.2"), 2, 20, &["needs `cancel_when_coverage_above`"]);
    let rule = format!("{STEADY}\ncancel_when_coverage_above = 2");
    wrong(&format!("{rule}\nwindow_months = 2"), 3, 17, &["window of 2 months ends before", "365 days"]);
    wrong(&format!("{rule}\nbinding_days = 2000"), 3, 16, &["window of 36 months ends before", "2000 days"]);
    wrong(&format!("{rule}\nwindow_months = 0"), 3, 17, &["`window_months` is 0, out of its range"]);
    wrong(&format!("{rule}\ncancel_fee_share = 2"), 3, 20, &["`cancel_fee_share` is 2, out of its range"]);
    wrong(&format!("{STEADY}\nfactor = {{ uniform = {{ min = 2, max = 1 }} }}"), 2, 10, &["`min` (2) is above `max` (1)"]);
    wrong(&format!("{STEADY}\ndiscount_rate = 11"), 2, 17, &["`discount_rate` is 11, out of its range"]);
    wrong("revenu = []", 1, 1, &["revenue"]);
}
