//! What it would take to leave a vendor, by hand arithmetic.

use super::{close, mean, model, reliable, summary};
use crate::common::list_of;
use skyberth::scenario::ModelBuilder;

/// 80 GPUs at 2 USD with each of two vendors, and 450 TB with the first: 10 h at 100 Gbit/s. The contract with the first is worth 80 x 2 USD x
/// 8,766 h.
fn world(vendor: &str, contract: &str, workload: &str) -> String {
    let cluster = |name: &str, vendor: &str| {
        format!(
            "[cluster.{name}]\nvendor = \"{vendor}\"\ngpu = \"H100\"\nregion = \"us-va\"\nfailures_per_gpu_day = 0\n\
             price_usd_per_gpu_hour = 2\nramp = [{{ date = 2026-01-01, gpus = 80 }}]\n"
        )
    };
    format!(
        "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-31\nreplications = 1\n[vendor.aws]\n{vendor}\n[vendor.azure]\n{}{}\
         [contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"1 y\"\nterms = \"common\"\nafter_term = \"continues\"\n{contract}\n\
         [workload.w]\njobs_per_day = 20\ngpus = 8\nduration = \"2 h\"\n{workload}\n",
        cluster("a", "aws"),
        cluster("b", "azure")
    )
}

const DATA: &str = "data = { vendor = \"aws\", size_gb = 450_000 }";
const VALUE: f64 = 80.0 * 2.0 * 8766.0;

#[track_caller]
fn leaves(text: &str, days: f64, unused: f64) {
    let summary = summary(&model(text));
    let aws = |metric: &str| mean(&summary, metric, "vendor", "aws");
    close(aws("exit_days"), days, 1e-8);
    close(aws("switching_unused_commitment_usd"), unused, 1e-8);
    close(aws("switching_cost_usd"), aws("switching_egress_usd") + aws("switching_double_running_usd") + unused, 1e-8);
}

#[test]
fn data_notice_and_replacement_run_at_once() {
    let text = world("", "notice = \"90 d\"", DATA);
    leaves(&text, 90.0, VALUE * (90.0 - 10.0 / 24.0) / 365.25);
    let summary = summary(&model(&text));
    close(mean(&summary, "exit_data_days", "vendor", "aws"), 10.0 / 24.0, 1e-8);
    close(mean(&summary, "switching_egress_usd", "vendor", "aws"), 450_000.0 * 0.05, 1e-12);
    close(mean(&summary, "switching_double_running_usd", "vendor", "aws"), 80.0 * 2.0 * 10.0, 1e-12);
    assert_eq!(mean(&summary, "exit_days", "vendor", "azure"), 0.0);
    // Without notice the term runs out; with a long lead nothing is paid for nothing.
    leaves(&world("", "", DATA), 365.25, VALUE * (365.25 - 10.0 / 24.0) / 365.25);
    leaves(&world("replacement_lead = \"120 d\"", "notice = \"90 d\"", DATA), 120.0, 0.0);
    leaves(&world("", "notice = \"90 d\"", ""), 90.0, VALUE * 90.0 / 365.25);
}

#[test]
fn leaving_is_told_as_of_the_first_day_of_every_month() {
    // Half the GPUs come in May and are not paid twice before; the term ends with the year, and so shortens notice from October on.
    let text = world("", "notice = \"90 d\"", DATA)
        .replace("end = 2026-01-31", "end = 2027-03-31")
        .replacen("gpus = 80 }]", "gpus = 40 }, { date = 2026-05-01, gpus = 40 }]", 1)
        .replace("term = \"1 y\"", "term = \"365 d\"\nvalue_usd = 365e4");
    let summary = summary(&model(&text.replace("price_usd_per_gpu_hour = 2", "price_usd_per_gpu_hour = 6.25")));
    let of = |metric: &str, period: &str| summary.get(metric, "vendor", "aws", period).and_then(|row| row.mean).expect("a figure");
    for (period, notice, gpus) in
        [("total", 90.0, 40.0), ("2026-01", 90.0, 40.0), ("2026-05", 90.0, 80.0), ("2026-10", 90.0, 80.0), ("2026-12", 31.0, 80.0)]
    {
        let data = 10.0 / 24.0;
        close(of("exit_notice_days", period), notice, 1e-8);
        close(of("exit_days", period), notice, 1e-8);
        close(of("switching_double_running_usd", period), gpus * 6.25 * 10.0, 1e-8);
        close(of("switching_unused_commitment_usd", period), 1e4 * (notice - data), 1e-8);
    }
    // The contract is over; data and capacity are still there.
    close(of("exit_days", "2027-02"), 10.0 / 24.0, 1e-8);
    assert_eq!((of("exit_notice_days", "2027-02"), of("switching_unused_commitment_usd", "2027-02")), (0.0, 0.0));
    // Nothing holds anybody with the other vendor, which goes without saying.
    assert_eq!(mean(&summary, "exit_days", "vendor", "azure"), 0.0);
    assert!(summary.get("exit_days", "vendor", "azure", "2026-05").is_none());
}

#[test]
fn what_was_cut_short_holds_nobody() {
    let base = world("", "notice = \"90 d\"", DATA).replace("end = 2026-01-31", "end = 2026-06-30");
    let ended = base.replace("notice =", "early_termination = { date = 2026-03-15, fee_share = 0.5 }\nnotice =");
    let defaults = base.replace("[vendor.aws]", "[vendor.aws]\ndefaults_on = 2026-03-15");
    for text in [ended, defaults] {
        let summary = summary(&model(&text));
        let of =
            |metric: &str, period: &str| summary.get(metric, "vendor", "aws", period).and_then(|row| row.mean).expect("a figure");
        assert_eq!((of("exit_notice_days", "2026-04"), of("switching_double_running_usd", "2026-04")), (0.0, 0.0));
        assert!(of("switching_double_running_usd", "2026-03") > 0.0);
    }
}

/// Exit days, fee and unused commitment of the first vendor, in shares of the contract's value.
fn ways_out(vendor: &str, contract: &str, period: &str) -> [f64; 3] {
    let world = world(vendor, contract, DATA).replace("end = 2026-01-31", "end = 2026-02-28");
    let summary = summary(&model(&world));
    let of = |metric: &str| summary.get(metric, "vendor", "aws", period).and_then(|row| row.mean).expect("a figure");
    let sum = of("switching_egress_usd") + of("switching_double_running_usd");
    let [fee, unused] = ["switching_termination_usd", "switching_unused_commitment_usd"].map(of);
    close(of("switching_cost_usd"), sum + fee + unused, 1e-8);
    [of("exit_days"), fee / VALUE, unused / VALUE]
}

#[track_caller]
fn ends(found: [f64; 3], expected: [f64; 3]) {
    for (value, expected) in found.into_iter().zip(expected) {
        close(value, expected, 1e-8);
    }
}

#[test]
fn of_notice_and_the_fee_the_cheaper_one_is_paid() {
    // Work is elsewhere after ten hours; the clause's day is 59 days after the first.
    let (term, moved) = (365.25, 10.0 / 24.0);
    let clause = |share: f64, notice: &str| format!("early_termination = {{ date = 2026-03-01, fee_share = {share} }}\n{notice}");
    let notice = "notice = \"90 d\"";
    let by_fee = |share: f64| [59.0, share * (term - 59.0) / term, (59.0 - moved) / term];
    let by_notice = [90.0, 0.0, (90.0 - moved) / term];
    // 59 days and a twentieth of the other 306.25 are less than 90 days, a quarter of them is more, but less than the whole term.
    ends(ways_out("", &clause(0.05, notice), "total"), by_fee(0.05));
    ends(ways_out("", &clause(0.25, notice), "total"), by_notice);
    ends(ways_out("", &clause(0.25, ""), "total"), by_fee(0.25));
    // All of what is left is what staying costs: there is nothing to win by a fee.
    ends(ways_out("", &clause(1.0, ""), "total"), [term, 0.0, (term - moved) / term]);
    // Work that leaves later than the clause's day ends the contract then.
    let late = "replacement_lead = \"80 d\"";
    ends(ways_out(late, &clause(0.02, notice), "total"), [80.0, 0.02 * (term - 80.0) / term, 0.0]);
    ends(ways_out(late, &clause(0.1, notice), "total"), [90.0, 0.0, 10.0 / term]);
    // A month later the clause's day is 28 days off, and so much less is paid until then.
    ends(ways_out("", &clause(0.05, notice), "2026-02"), [28.0, 0.05 * (term - 59.0) / term, (28.0 - moved) / term]);
}

#[test]
fn a_fee_is_of_what_the_plan_puts_after_it() {
    // Half the GPUs come when half the term is over: five sixths of the compute lie after the first quarter of the term.
    let text = world("", "early_termination = { date = 2026-04-11, fee_share = 0.1 }\nvalue_usd = 1e6", DATA)
        .replacen("gpus = 80 }]", "gpus = 40 }, { date = 2026-07-20, gpus = 40 }]", 1)
        .replace("term = \"1 y\"", "term = \"400 d\"")
        .replacen("price_usd_per_gpu_hour = 2\n", "", 1);
    let summary = summary(&model(&text));
    let aws = |metric: &str| mean(&summary, metric, "vendor", "aws");
    close(aws("switching_termination_usd"), 1e5 * (40.0 * 300.0 + 40.0 * 200.0) / (40.0 * 400.0 + 40.0 * 200.0), 1e-8);
    close(aws("switching_unused_commitment_usd"), 1e6 * (100.0 - 10.0 / 24.0) / 400.0, 1e-8);
}

#[test]
fn under_take_or_pay_the_minimum_is_unused() {
    let payment = "payment = { usage = { take_or_pay = 0.6 } }\nnotice = \"90 d\"";
    ends(ways_out("", payment, "total"), [90.0, 0.0, 0.6 * (90.0 - 10.0 / 24.0) / 365.25]);
}

#[test]
fn load_that_may_go_elsewhere_is_no_dependence() {
    let adjusted = |workload: &str| {
        let summary = summary(&model(&world("", "notice = \"90 d\"", workload)));
        let of = |metric: &str| mean(&summary, metric, "vendor", "aws");
        (of("substitutable_share"), of("adjusted_dependence_share"))
    };
    assert_eq!(adjusted(""), (1.0, 0.0));
    assert_eq!(adjusted("only_vendors = [\"aws\"]"), (0.0, 1.0));
}

/// Work on `a` of two vendors, 8 GPUs a node: jobs of so many GPUs for so many days from New Year's Day on, and the clusters of the other
/// vendor: GPUs and first day. What the work could have had elsewhere, over the whole run and in January.
fn elsewhere(gangs: &[(u64, f64)], there: &[(u64, &str)]) -> [f64; 2] {
    let jobs: Vec<(f64, u64, f64)> = gangs.iter().map(|&(gpus, days)| (0.0, gpus, days * 24.0)).collect();
    let mut world = ModelBuilder::new("2026-01-01", "2026-12-31")
        .replications(1)
        .vendor_with("a", |a| a.replacement_lead("90 d"))
        .cluster("ca", "H100", |ca| reliable(ca).gpus(64))
        .vendor("b");
    for (number, &(gpus, date)) in there.iter().enumerate() {
        world = world.cluster(format!("cb{number}"), "H100", |cb| reliable(cb).gpus_from(date, gpus));
    }
    let world = world.workload("w", |w| w.restart("0 s").checkpoint("0 s", "0 s")).jobs("w", list_of(&jobs));
    let summary = summary(&model(world));
    ["total", "2026-01"].map(|period| {
        let of = |metric: &str| summary.get(metric, "vendor", "a", period).and_then(|row| row.mean).expect("a figure");
        // All load is with this vendor.
        close(of("adjusted_dependence_share"), 1.0 - of("substitutable_share"), 1e-8);
        of("adjusted_dependence_share")
    })
}

#[test]
fn capacity_that_comes_after_the_load_replaces_nothing() {
    assert_eq!(elsewhere(&[(8, 180.0)], &[(8, "2026-07-01")]), [1.0, 1.0]);
    // It comes for the last two of six months. A node that is there for most of a month only is not there.
    close(elsewhere(&[(8, 181.0)], &[(8, "2026-05-03")])[0], 151.0 / 181.0, 1e-8);
    close(elsewhere(&[(8, 181.0)], &[(8, "2026-05-01")])[0], 120.0 / 181.0, 1e-8);
    assert_eq!(elsewhere(&[(8, 180.0)], &[(8, "2026-01-01")]), [0.0, 0.0]);
}

#[test]
fn a_gang_needs_its_gpus_in_one_place() {
    let begin = "2026-01-01";
    assert_eq!(elsewhere(&[(16, 400.0)], &[(8, begin), (8, begin)]), [1.0, 1.0]);
    assert_eq!(elsewhere(&[(16, 400.0)], &[(16, begin)]), [0.0, 0.0]);
    assert_eq!(elsewhere(&[(8, 400.0), (8, 400.0)], &[(8, begin), (8, begin)]), [0.0, 0.0]);
    // The largest gang first; the small ones share what is left of a node.
    close(elsewhere(&[(4, 400.0), (4, 400.0), (16, 400.0)], &[(16, begin)])[0], 8.0 / 24.0, 1e-8);
    close(elsewhere(&[(4, 400.0), (4, 400.0), (16, 400.0)], &[(24, begin)])[0], 0.0, 1e-9);
    // Three quarters of a node cannot be had twice in one.
    close(elsewhere(&[(6, 400.0), (6, 400.0)], &[(8, begin)])[0], 0.5, 1e-9);
}

#[test]
fn dependence_is_adjusted_on_every_base() {
    let adjusted = |workload: &str| {
        let summary = summary(&model(&world("", "notice = \"90 d\"", workload)));
        let of = |base: &str| mean(&summary, &format!("adjusted_dependence_{base}_share"), "vendor", "aws");
        let shares = ["it_mw_share", "active_gpu_hours_share"].map(|share| mean(&summary, share, "vendor", "aws"));
        let bases = ["committed_usd", "committed_usd_per_year", "it_mw", "active_gpu_hours", "served_gpu_hours"];
        (bases.map(of), shares)
    };
    assert_eq!(adjusted("").0, [0.0; 5]);
    // Nothing can move, so that every share stands; the one contract is with this vendor, and so is all work.
    let (held, [power, active]) = adjusted("only_vendors = [\"aws\"]");
    assert_eq!(held, [1.0, 1.0, power, active, 1.0]);
    assert!(power > 0.1 && power < 0.9 && active > 0.1 && active < 0.9, "{power} {active}");
}

#[test]
fn nothing_is_said_where_nothing_is_known() {
    let summary = summary(&model(&world("", "", "")));
    for metric in ["exit_days", "switching_cost_usd", "substitutable_share", "adjusted_dependence_share"] {
        assert!(summary.get(metric, "vendor", "aws", "total").is_none(), "{metric}");
    }
}
