//! What it would take to leave a vendor, by hand arithmetic.

use crate::{close, mean, model, summary};

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
        "[scenario]\nstart = 2026-01-01\nend = 2026-01-31\nreplications = 1\n[vendor.aws]\n{vendor}\n[vendor.azure]\n{}{}\
         [contract.c]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"1 y\"\n{contract}\n\
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

#[test]
fn nothing_is_said_where_nothing_is_known() {
    let summary = summary(&model(&world("", "", "")));
    for metric in ["exit_days", "switching_cost_usd", "substitutable_share", "adjusted_dependence_share"] {
        assert!(summary.get(metric, "vendor", "aws", "total").is_none(), "{metric}");
    }
}
