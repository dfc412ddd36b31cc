//! Spot capacity that is taken back, worked out by hand, and in worlds where everything else goes wrong as well.

use super::{close, explained, future, mean, model, records, summary};
use skyberth::units::{ClusterId, SimTime};

const HOUR: i64 = 3_600_000;

/// A vendor with a cluster of 8 reserved and 16 spot GPUs, in nodes of 8.
fn world(eviction: &str, more: &str) -> String {
    format!(
        r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-01-31
replications = 1
service_step = "10 min"
[vendor.aws]
[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
failures_per_gpu_day = 0
price_usd_per_gpu_hour = 2.0
spot_usd_per_gpu_hour = 1.0
ramp = [{{ date = 2026-01-01, gpus = 8 }}, {{ date = 2026-01-01, gpus = 16, kind = "spot" }}]
{eviction}
{more}
"#
    )
}

/// A job of 8 GPUs every 8 h or so that runs 20 h, a checkpoint every hour that takes 2 min, no time to restart.
const WORK: &str = r#"
[workload.w]
jobs_per_day = 3
gpus = 8
duration = "20 h"
restart = "0 s"
checkpoint = { interval = "1 h", blocking = "2 min" }
software_failures_per_day = 0
"#;

/// Jobs by start, end and restarts [h].
fn fates(text: &str) -> Vec<(f64, f64, u32)> {
    let hours = |time: Option<SimTime>| time.map_or(f64::INFINITY, |time| time.ms() as f64 / HOUR as f64);
    records(&future(&model(text), 0)).iter().map(|job| (hours(job.start), hours(job.finish), job.restarts)).collect()
}

/// The eviction of 10 January, midnight, for six hours.
const GOES: f64 = 9.0 * 24.0;

/// Runs of a calm future that a given instant interrupts: the oldest on reserved GPUs, the others on spot.
fn running(calm: &[(f64, f64, u32)]) -> Vec<(usize, f64)> {
    let mut there: Vec<(usize, f64)> = (calm.iter().enumerate())
        .filter(|(_, (start, end, _))| *start < GOES && *end > GOES)
        .map(|(index, (start, _, _))| (index, *start))
        .collect();
    there.sort_by(|a, b| a.1.total_cmp(&b.1));
    there
}

#[test]
fn whoever_started_last_loses_spot_capacity_and_waits_for_its_return() {
    let calm = fates(&world("", WORK));
    let there = running(&calm);
    assert!(there.len() >= 2, "{there:?}");
    let eviction = |notice: &str| format!("eviction = {{ at = [2026-01-10], out = \"6 h\", notice = \"{notice}\" }}");
    for (notice, saves) in [("0 s", false), ("1 min", false), ("2 min", true)] {
        let text = world(&eviction(notice), WORK);
        let hit = fates(&text);
        for (index, (before, after)) in calm.iter().zip(&hit).enumerate() {
            if before.1 <= GOES || index == there[0].0 {
                assert_eq!(before, after, "job {index} with a notice of {notice}");
            }
        }
        let stopped = there.len() - 1;
        let model = model(&text);
        let summary = summary(&model);
        let counted = |metric: &str| mean(&summary, metric, "all", "all");
        assert_eq!(counted("evictions"), stopped as f64);
        assert_eq!(counted(if saves { "preemptions" } else { "interruptions" }), stopped as f64);
        assert_eq!(counted(if saves { "interruptions" } else { "preemptions" }), 0.0);
        // All the spot GPUs are gone for six hours, and a little longer if they stood idle when that was announced.
        let gone = mean(&summary, "out_for_spot_gpu_hours", "cluster", "a");
        let idle = (3 - there.len()) as f64 * 8.0;
        let minutes = match notice {
            "0 s" => 0.0,
            "1 min" => 1.0,
            _ => 2.0,
        };
        close(gone, 16.0 * 6.0 + idle * minutes / 60.0, 1e-9);
        if saves {
            assert_eq!(counted("lost_gpu_hours"), 0.0);
        } else {
            // Hours of computing are saved, with two minutes of standing still after each.
            let lost: f64 = there[1..].iter().map(|(_, start)| ((GOES - start) % (62.0 / 60.0)).min(1.0) * 8.0).sum();
            close(counted("lost_gpu_hours"), lost, 1e-6);
        }
    }
}

#[test]
fn a_share_goes_in_whole_nodes_and_idle_ones_go_first() {
    let text = world("eviction = { at = [2026-01-10, 2026-01-20], out = \"1 d\", share = 0.2 }", WORK);
    let summary = summary(&model(&text));
    // A fifth of two nodes is one.
    close(mean(&summary, "out_for_spot_gpu_hours", "cluster", "a"), 2.0 * 8.0 * 24.0, 1e-12);
    close(mean(&summary, "active_gpu_hours", "cluster", "a"), 24.0 * 31.0 * 24.0 - 2.0 * 8.0 * 24.0, 1e-12);
    let quiet = world("eviction = { at = [2026-01-10], out = \"1 d\", share = 0.5 }", &WORK.replace("= 3", "= 0.1"));
    let summary = self::summary(&model(&quiet));
    assert_eq!(mean(&summary, "evictions", "all", "all"), 0.0, "two nodes stood idle");
    close(mean(&summary, "out_for_spot_gpu_hours", "all", "all"), 8.0 * 24.0, 1e-12);
}

#[test]
fn capacity_that_is_taken_back_is_neither_billed_nor_fed() {
    let bill = |eviction: &str| {
        let summary = summary(&model(&world(eviction, "")));
        ["cost_usd", "energy_kwh"].map(|metric| mean(&summary, metric, "all", "all"))
    };
    let (all, gone) = (bill(""), bill("eviction = { at = [2026-01-01], out = \"31 d\" }"));
    close(gone[0], 8.0 * 2.0 * 31.0 * 24.0, 1e-12);
    close(gone[1], all[1] / 3.0, 1e-9);
}

#[test]
fn a_node_that_is_repaired_while_spot_capacity_is_gone_is_gone_too() {
    // Every node fails within a day or so and is out for five; all of the cluster is taken back for the last ten days.
    let text = world("eviction = { at = [2026-01-22], out = \"10 d\" }", WORK).replace("{ date = 2026-01-01, gpus = 8 }, ", "");
    let text = text.replace("failures_per_gpu_day = 0", "failures_per_gpu_day = 0.05\nrepair = \"5 d\"");
    let model = model(&text);
    for replication in 0..8 {
        let observation = future(&model, replication);
        let late = records(&observation).iter().filter(|job| job.start >= Some(SimTime::from_ms(21 * 24 * HOUR))).count();
        assert_eq!(late, 0, "nothing starts where there is nothing");
    }
}

#[test]
fn the_cheapest_broker_looks_at_the_price_of_spot() {
    let other = "[vendor.azure]\n[cluster.b]\nvendor = \"azure\"\ngpu = \"H100\"\nregion = \"us-ia\"\nfailures_per_gpu_day = 0\n\
        on_demand_usd_per_gpu_hour = 1.5\nramp = [{ date = 2026-01-01, gpus = 24, kind = \"on_demand\" }]\n[policy]\nbroker = \"cheapest\"\n";
    let used = |spot: &str| {
        let text = world("", &format!("{WORK}{other}")).replace("{ date = 2026-01-01, gpus = 8 }, ", "");
        let text = text.replace("spot_usd_per_gpu_hour = 1.0", &format!("spot_usd_per_gpu_hour = {spot}"));
        let summary = summary(&model(&text));
        ["a", "b"].map(|cluster| mean(&summary, "allocated_gpu_hours", "cluster", cluster))
    };
    let ([spot_first, reserved_then], [spot_then, reserved_first]) = (used("1.4"), used("1.6"));
    assert!(spot_first > 1.5 * spot_then && reserved_first > 1.5 * reserved_then, "spot: {spot_first} and {spot_then} GPU-hours");
}

#[test]
fn a_job_that_waits_for_what_was_taken_back_waits_for_an_outage() {
    let one = "[workload.w]\njobs_per_day = 1\ngpus = 24\nduration = \"1 h\"\nsoftware_failures_per_day = 0\n";
    let model = model(&world("eviction = { at = [2026-01-01], out = \"20 d\" }", one));
    let observation = explained(&model);
    let waiting = observation.waiting.expect("it was asked for");
    let outage: i64 = waiting.jobs.iter().map(|job| job.by_cause[skyberth::metrics::Cause::Outage as usize].ms()).sum();
    let first = waiting.jobs.iter().map(|job| job.first_wait.ms()).max().unwrap_or(0);
    assert!(outage >= first && first > 15 * 24 * HOUR, "{outage} ms of outage, {first} ms of the first wait");
}

/// Spot capacity comes and goes at random, by tranches, under services, outages, failures, a default and a contract that ends early: the
/// engine's own laws hold in every one of these futures, and evictions do not move with the policy.
#[test]
fn accounts_balance_whatever_else_happens() {
    let more = r#"
[vendor.azure]
[cluster.b]
vendor = "azure"
gpu = "H100"
failures_per_gpu_day = 0.02
repair = "12 h"
price_usd_per_gpu_hour = 2.0
ramp = [{ date = 2026-01-01, gpus = 32 }, { date = 2026-01-05, gpus = 64, kind = "spot" }, { date = 2026-01-12, gpus = 32, kind = "spot", slip = { probability = 0.5, days = 4, cancelled = 0.2 } }]
eviction = { per_day = 1.5, out = { lognormal = { median = "5 h", sigma = 1.0 } }, notice = "30 min", share = 0.7 }
[contract.c]
vendor = "azure"
start = 2026-01-01
term = "1 y"
early_termination = { date = 2026-01-18, fee_share = 0.5 }
[outage.o]
clusters = ["a", "b"]
per_year = 60
duration = { exponential = { mean = "10 h" } }
[outage.p]
vendor = "azure"
kind = "control-plane"
per_year = 40
duration = "8 h"
[workload.small]
jobs_per_day = 30
gpus = 2
duration = { lognormal = { median = "4 h", sigma = 1.0 } }
[workload.large]
jobs_per_day = 2
gpus = 24
duration = "9 h"
"#;
    let service = "[service.chat]\ntokens_per_s = 4000\nreplica = { measured = { gpu = \"H100\", gpus = 8, fixed_ms = 29.9, \
        per_prefill_token_ms = 0.0909, per_decode_sequence_ms = 0.2064, per_context_token_ms = 0.000174, max_in_flight = 128 } }\n";
    let mut seen = 0;
    for policy in ["fifo", "easy", "conservative", "srtf", "las2d", "priority"] {
        for default in ["", "defaults_on = 2026-01-25\n"] {
            let eviction = "eviction = { per_day = 3, out = \"3 h\" }";
            let text = world(eviction, &format!("{more}{service}[policy]\npreset = \"{policy}\"\n"));
            let text = text.replace("[vendor.azure]\n", &format!("[vendor.azure]\n{default}"));
            let model = model(&text);
            for replication in 0..6 {
                seen += future(&model, replication).jobs.iter().map(|jobs| jobs.evictions).sum::<u64>();
            }
            let one = explained(&model);
            assert!(one.clusters.iter().any(|row| row[ClusterId::from(1).index()].taken_back > skyberth::units::GpuTime::ZERO));
        }
    }
    assert!(seen > 500, "{seen} evictions in all");
}

/// GPUs that go when a job has ended, because an eviction has been announced, were counted on by reservations: these are made again at once.
#[test]
fn reservations_are_made_again_when_announced_gpus_go() {
    let file = tempfile::NamedTempFile::with_suffix(".csv").expect("a file");
    // All 24 GPUs until 10 h; then 24 are asked for, and 8 for a long time.
    let rows = "job_id,submit_s,run_s,gpus\n0,0,36000,24\n1,60,3600,24\n2,120,864000,8\n";
    std::fs::write(file.path(), rows).expect("written");
    let path = file.into_temp_path().keep().expect("kept").display().to_string();
    let work = format!(
        "[workload.w]\nrestart = \"0 s\"\ncheckpoint = {{ interval = \"0 s\", blocking = \"0 s\" }}\nsoftware_failures_per_day = 0\n\
         trace = {{ file = {path:?}, format = \"csv\" }}\n[policy]\npreset = \"conservative\"\n"
    );
    // Half of the spot GPUs go at midnight; it is announced at nine, when none is free.
    let text = world("eviction = { at = [2026-01-02], out = \"20 d\", share = 0.5, notice = \"15 h\" }", &work);
    let starts: Vec<f64> = fates(&text).into_iter().map(|(start, _, _)| start).collect();
    assert!(starts.contains(&10.0), "there is room for the long job at ten: {starts:?}");
}
