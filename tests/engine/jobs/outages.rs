//! Outages of the three kinds, worked out by hand.

use super::{close, future, mean, model, summary};
use skyberth::units::{ClusterId, SimTime};

const HOUR: i64 = 3_600_000;

/// Two vendors with a cluster each of 80 GPUs; a job of 8 GPUs every six hours that runs 10 h, a checkpoint every hour, restarts of 30 min.
fn world(more: &str) -> String {
    format!(
        r#"
[scenario]
start = 2026-01-01
end = 2026-01-31
replications = 1
service_step = "10 min"
[vendor.aws]
[vendor.azure]
[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
failures_per_gpu_day = 0
price_usd_per_gpu_hour = 2.0
ramp = [{{ date = 2026-01-01, gpus = 80 }}]
[cluster.b]
vendor = "azure"
gpu = "H100"
region = "us-ia"
failures_per_gpu_day = 0
price_usd_per_gpu_hour = 3.0
ramp = [{{ date = 2026-01-01, gpus = 80 }}]
{more}
"#
    )
}

const WORK: &str = r#"
[workload.w]
jobs_per_day = 4
gpus = 8
duration = "10 h"
restart = "30 min"
checkpoint = { interval = "1 h", blocking = "0 s" }
software_failures_per_day = 0
"#;

/// Jobs by start, end, cluster and restarts [h].
fn fates(text: &str) -> Vec<(f64, f64, Option<usize>, u32)> {
    let model = model(text);
    let observation = future(&model, 0);
    let hours = |time: Option<SimTime>| time.map_or(-1.0, |time| time.ms() as f64 / HOUR as f64);
    let records = observation.records.expect("they were asked for");
    records.iter().map(|job| (hours(job.start), hours(job.finish), job.cluster.map(ClusterId::index), job.restarts)).collect()
}

#[test]
fn lost_gpus_cost_the_work_since_the_last_checkpoint_and_others_take_the_jobs() {
    let calm = fates(&world(WORK));
    let text = world(&format!("{WORK}[outage.o]\nvendor = \"aws\"\nstart = 2026-01-10T00:00:00Z\nduration = \"15 h\"\n"));
    let (from, until) = (9.0 * 24.0, 9.0 * 24.0 + 15.0);
    let hit = fates(&text);
    assert_eq!(calm.len(), hit.len());
    let mut stopped = 0;
    for (before, after) in calm.iter().zip(&hit) {
        assert_eq!(before.2, Some(0), "without an outage all run on the first cluster");
        if before.0 < from && before.1 > from {
            // It runs on at once with the other vendor: 30 min of restart, and what it had not saved.
            let saved = (from - before.0).floor();
            close(after.1, from + 0.5 + (10.0 - saved), 1e-6);
            assert_eq!((after.0, after.2, after.3), (before.0, Some(1), 1));
            stopped += 1;
        } else if (from..until).contains(&before.0) {
            assert_eq!((after.0, after.1, after.2, after.3), (before.0, before.1, Some(1), 0));
        } else {
            assert_eq!((after.0, after.1, after.2, after.3), *before);
        }
    }
    assert!(stopped >= 1, "somebody ran when the outage began");
    let model = model(&text);
    let summary = summary(&model);
    close(mean(&summary, "active_gpu_hours", "cluster", "a"), 80.0 * (31.0 * 24.0 - 15.0), 1e-12);
    assert_eq!(mean(&summary, "interruptions", "all", "all"), f64::from(stopped));
}

#[test]
fn without_control_what_runs_goes_on_and_nothing_starts() {
    let calm = fates(&world(WORK));
    let text = world(&format!(
        "{WORK}[outage.o]\nclusters = [\"a\", \"b\"]\nkind = \"control-plane\"\nstart = 2026-01-10\nduration = \"15 h\"\n"
    ));
    let (from, until) = (9.0 * 24.0, 9.0 * 24.0 + 15.0);
    let mut waited = 0;
    for (before, after) in calm.iter().zip(fates(&text)) {
        if (from..until).contains(&before.0) {
            close(after.0, until, 1e-12);
            close(after.1, until + 10.0, 1e-12);
            waited += 1;
        } else {
            assert_eq!(*before, after);
        }
    }
    assert!(waited >= 1, "somebody was submitted during the outage");
}

const CHAT: &str = "[service.chat]\ntokens_per_s = 2000\ndaily = \"flat\"\npatience = \"1 s\"\ncold_start = \"25 min\"\n\
    replica = { measured = { gpu = \"H100\", gpus = 8, fixed_ms = 29.9, per_prefill_token_ms = 0.0909, \
    per_decode_sequence_ms = 0.2064, per_context_token_ms = 0.000174, max_in_flight = 128 } }\nautoscaler = { static = \"peak\" }\n";

/// The share of a month's requests within the objective, and GPU-hours allocated on both clusters.
fn served(outage: &str) -> (f64, f64, f64) {
    let summary = summary(&model(&world(&format!("{CHAT}{outage}"))));
    let hours = |cluster| mean(&summary, "allocated_gpu_hours", "cluster", cluster);
    (mean(&summary, "within_objective_share", "service", "chat"), hours("a"), hours("b"))
}

const MONTH: f64 = 31.0 * 24.0;

#[test]
fn a_service_that_is_not_reached_serves_nothing_until_others_have_started() {
    let (all, held, _) = served("");
    assert_eq!(all, 1.0);
    let (share, on_a, on_b) =
        served("[outage.o]\nregion = \"us-va\"\nkind = \"ingress\"\nstart = 2026-01-10T00:05:00\nduration = \"15 h\"\n");
    // Five minutes until the next step, which starts replicas elsewhere; they serve after the cold start, in whole steps.
    close(1.0 - share, (5.0 + 30.0) / 60.0 / MONTH, 0.02);
    close(on_a, held, 1e-12);
    close(on_b, held / MONTH * 15.0, 0.02);
    // Where there is nowhere else to go, it is unreachable for as long as it lasts.
    let (share, _, _) =
        served("[outage.o]\nclusters = [\"a\", \"b\"]\nkind = \"ingress\"\nstart = 2026-01-10T00:05:00\nduration = \"15 h\"\n");
    close(1.0 - share, 15.0 / MONTH, 0.001);
}

#[test]
fn replicas_that_are_lost_pay_the_cold_start_again() {
    let (_, held, _) = served("");
    let both = |kind| {
        format!("[outage.o]\nclusters = [\"a\", \"b\"]\nkind = \"{kind}\"\nstart = 2026-01-10T00:05:00\nduration = \"15 h\"\n")
    };
    let (share, on_a, _) = served(&both("data-plane"));
    // The next step comes five minutes after its end, and then the cold start.
    close(1.0 - share, (15.0 + (5.0 + 30.0) / 60.0) / MONTH, 0.001);
    close(on_a, held * (1.0 - (15.0 + 5.0 / 60.0) / MONTH), 1e-6);
    // A static service needs no control.
    assert_eq!(served(&both("control-plane")), (1.0, held, 0.0));
}

#[test]
fn outages_at_random_come_at_their_rate_whoever_else_there_is() {
    let outages = "[outage.a]\nvendor = \"aws\"\nper_year = 120\nduration = { exponential = { mean = \"6 h\" } }\n";
    let more = format!("{WORK}[outage.first]\nvendor = \"azure\"\nper_year = 300\nduration = \"1 h\"\n{outages}");
    let out = |text: &str, cluster: &str| {
        let mut model = model(text);
        model.replications = 200;
        let summary = summary(&model);
        let hours = |metric: &str| mean(&summary, metric, "cluster", cluster);
        1.0 - hours("active_gpu_hours") / hours("installed_gpu_hours")
    };
    let alone = out(&world(&format!("{WORK}{outages}")), "a");
    // Up for 1/120 of a year on average, then down for 6 h.
    let expected = 6.0 / (6.0 + 365.25 * 24.0 / 120.0);
    close(alone, expected, 0.04);
    assert_eq!(alone, out(&world(&more), "a"), "another vendor's outages move nothing");
    close(out(&world(&more), "b"), 1.0 / (1.0 + 365.25 * 24.0 / 300.0), 0.05);
}

#[test]
fn outages_that_overlap_end_with_the_last() {
    let overlapping = "[outage.o]\nvendor = \"aws\"\nstart = 2026-01-10\nduration = \"10 h\"\n\
        [outage.p]\nregion = \"us-va\"\nstart = 2026-01-10T04:00:00Z\nduration = \"11 h\"\n";
    let one = "[outage.o]\nvendor = \"aws\"\nstart = 2026-01-10\nduration = \"15 h\"\n";
    assert_eq!(fates(&world(&format!("{WORK}{overlapping}"))), fates(&world(&format!("{WORK}{one}"))));
}
