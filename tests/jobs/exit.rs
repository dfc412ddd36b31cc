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

#[test]
fn leaving_is_told_for_the_first_of_every_month() {
    let text = world("", "", DATA).replace("end = 2026-01-31", "end = 2026-04-30");
    let summary = summary(&model(&text));
    let of = |metric: &str, month: &str| summary.get(metric, "vendor", "aws", month).and_then(|row| row.mean).expect("a figure");
    for (month, gone) in [("2026-01", 0.0), ("2026-02", 31.0), ("2026-03", 59.0), ("2026-04", 90.0)] {
        close(of("exit_days", month), 365.25 - gone, 1e-8);
        close(of("switching_unused_commitment_usd", month), VALUE * (365.25 - gone - 10.0 / 24.0) / 365.25, 1e-8);
        close(of("substitutable_share", month), 1.0, 1e-12);
    }
    assert_eq!(of("exit_days", "2026-01"), of("exit_days", "total"));
}

#[test]
fn a_fee_is_paid_where_it_is_less_than_idle_capacity() {
    let costs = |contract: &str| {
        let text = world("", &format!("early_termination = {{ date = 2026-07-01, fee_share = 0.1 }}\n{contract}"), DATA);
        let summary = summary(&model(&text.replace("end = 2026-01-31", "end = 2026-07-31")));
        ["switching_termination_usd", "switching_unused_commitment_usd", "switching_cost_usd"]
            .map(|metric| mean(&summary, metric, "vendor", "aws"))
    };
    let [fee, idle, all] = costs("");
    close(fee, VALUE * 0.1, 1e-8);
    assert_eq!(idle, 0.0);
    close(all, fee + 450_000.0 * 0.05 + 80.0 * 2.0 * 10.0, 1e-8);
    let [fee, idle, _] = costs("notice = \"30 d\"");
    assert_eq!(fee, 0.0);
    close(idle, VALUE * (30.0 - 10.0 / 24.0) / 365.25, 1e-8);
}
