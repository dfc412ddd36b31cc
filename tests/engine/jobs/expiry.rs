//! When capacity under contract expires, by hand arithmetic.

use super::{close, mean, model, summary};
use skyberth::study::Summary;

/// 80 H100 with one vendor, 40 of them from July on, under a contract of 18 months, which ends after the scenario; 160 with another one
/// under a contract that ends within it; and 8 without any.
fn world(end: &str, contract: &str) -> String {
    let cluster = |name: &str, vendor: &str, ramp: &str| {
        format!(
            "[cluster.{name}]\nvendor = \"{vendor}\"\ngpu = \"H100\"\nregion = \"us-va\"\nit_kw_per_gpu = 1.5\n\
             price_usd_per_gpu_hour = 2\nramp = [{ramp}]\n"
        )
    };
    format!(
        "format = 2\n[scenario]\nstart = 2026-01-01\nend = {end}\nreplications = 1\n[vendor.aws]\n[vendor.azure]\n{}{}{}\
         [contract.long]\nvendor = \"aws\"\nclusters = [\"a\"]\nstart = 2026-01-01\nterm = \"{LONG} d\"\nterms = \"common\"\n{contract}\n\
         [contract.short]\nvendor = \"azure\"\nstart = 2026-01-01\nterm = \"365 d\"\n\
         [workload.w]\njobs_per_day = 1\ngpus = 8\nduration = \"2 h\"\n",
        cluster("a", "aws", "{ date = 2026-01-01, gpus = 40 }, { date = 2026-07-01, gpus = 40 }"),
        cluster("b", "azure", "{ date = 2026-01-01, gpus = 160 }"),
        cluster("free", "aws", "{ date = 2026-01-01, gpus = 8 }"),
    )
}

/// From January 1st 2026 to June 30th 2027.
const LONG: u32 = 365 + 181;

fn rows(summary: &Summary) -> Vec<(String, String, String, f64)> {
    let of = summary.rows.iter().filter(|row| row.metric.starts_with("expiring"));
    of.map(|row| (row.metric.clone(), row.name.clone(), row.period.clone(), row.mean.expect("a figure"))).collect()
}

fn of(summary: &Summary, metric: &str, name: &str, period: &str) -> Option<f64> {
    let scope = if name == "all" { "all" } else { "vendor" };
    summary.get(metric, scope, name, period).and_then(|row| row.mean)
}

#[test]
fn terms_end_in_the_month_of_their_last_day_also_after_the_horizon() {
    let found = summary(&model(&world("2026-12-31", "")));
    let calendar: Vec<(&str, &str, u64)> =
        found.expiring.iter().map(|line| (line.month.as_str(), line.vendor.as_str(), line.gpus)).collect();
    assert_eq!(calendar, [("2026-12", "azure", 160), ("2027-06", "aws", 80)]);
    close(found.expiring[1].it_mw, 0.12, 1e-8);
    close(found.expiring[1].h100e, 80.0, 1e-8);
    for (name, period, gpus) in
        [("azure", "2026", Some(160.0)), ("azure", "2027", None), ("aws", "2026", None), ("aws", "2027", Some(80.0))]
    {
        assert_eq!(of(&found, "expiring_gpus", name, period), gpus, "{name} {period}");
    }
    assert_eq!((of(&found, "expiring_gpus", "all", "2026"), of(&found, "expiring_gpus", "all", "2027")), (Some(160.0), Some(80.0)));
    // What ended on the year's last day is not under contract any more; all of the rest ends in the next year.
    assert_eq!(of(&found, "expiring_12_months_share", "all", "2026"), Some(1.0));
    assert_eq!(of(&found, "expiring_12_months_share", "azure", "2026"), None);
    // A day longer, and it is: then 160 of 240 end on the first day of the next year, and nothing in this one.
    let later = summary(&model(&world("2026-12-31", "").replace("365 d", "366 d").replace("\"546 d\"", "\"800 d\"")));
    close(of(&later, "expiring_12_months_share", "all", "2026").expect("a share"), 160.0 / 240.0, 1e-8);
    assert_eq!((later.expiring[0].month.as_str(), of(&later, "expiring_gpus", "all", "2026")), ("2027-01", Some(0.0)));
}

/// The day on which the scenario ends decides nothing but how many years there are.
#[test]
fn moving_the_horizon_by_a_day_moves_no_figure() {
    let ends = ["2026-11-30", "2026-12-30", "2026-12-31"];
    let found = ends.map(|end| summary(&model(&world(end, ""))));
    assert!(rows(&found[0]).len() > 10, "{:?}", rows(&found[0]));
    for other in &found[1..] {
        assert_eq!((rows(&found[0]), &found[0].expiring), (rows(other), &other.expiring));
    }
    // Another year adds figures and changes none.
    let longer = summary(&model(&world("2027-01-01", "")));
    assert!(rows(&found[0]).iter().all(|row| rows(&longer).contains(row)), "{:?}", rows(&longer));
    assert_eq!(longer.expiring, found[0].expiring);
}

#[test]
fn the_binding_term_counts() {
    let tenor = |summary: &Summary| mean(summary, "tenor_years", "all", "all");
    let usd = |gpus: f64, days: f64| gpus * days;
    let long = usd(40.0, f64::from(LONG)) + usd(40.0, f64::from(LONG) - 181.0);
    let short = usd(160.0, 365.0);
    let years = |long_days: f64| (long * long_days + short * 365.0) / (long + short) / 365.25;
    let plain = summary(&model(&world("2026-12-31", "")));
    close(tenor(&plain), years(f64::from(LONG)), 1e-6);
    // Ended early by the buyer: the term is shorter, and what was to come after it is under no contract.
    let clause = "early_termination = { date = 2026-06-01, fee_share = 0 }";
    let ended = summary(&model(&world("2026-12-31", clause)));
    close(tenor(&ended), years(151.0), 1e-6);
    assert_eq!((ended.expiring[0].month.as_str(), ended.expiring[0].gpus), ("2026-05", 40));
    // A term that begins with the first delivery waits with it for another vendor's right of first refusal, and ends as much later.
    let begins = world("2026-12-31", "starts_with_delivery = true")
        .replacen("start = 2026-01-01\nterm", "start = 2026-03-02\nterm", 1)
        .replace("ramp = [{ date = 2026-01-01, gpus = 40 }, ", "ramp = [{ date = 2026-03-02, gpus = 40 }, ");
    let held = begins.replace("\"365 d\"", "\"365 d\"\nfirst_refusal = { until = 2027-01-01, days = 60 }");
    for (text, month) in [(&begins, "2027-08"), (&held, "2027-10")] {
        let found = summary(&model(text));
        assert_eq!((found.expiring[1].month.as_str(), found.expiring[1].gpus), (month, 80));
    }
    // An extension is an option: until it is exercised, the term binds as it is written.
    let option = "extension = { term = \"1 y\", when_allocation_above = 0.5 }";
    assert_eq!(summary(&model(&world("2026-12-31", option))).expiring, plain.expiring);
}
