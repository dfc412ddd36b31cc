//! What can never run, what the horizon and the warm-up cut, where work may start.

use super::{close, future, jobs, mean, model, most_at_once, records, summary};
use skyberth::metrics::{JobState, RejectionReason};
use skyberth::units::SimTime;

const DAY: i64 = 86_400_000;

fn world(clusters: &str, workload: &str) -> String {
    format!(
        r#"
[scenario]
start = 2026-01-01
end = 2026-12-31
replications = 2
warm_up = "30 d"
[vendor.aws]
[vendor.azure]
{clusters}
[workload.w]
checkpoint = {{ interval = "0 s" }}
{workload}
[policy]
preset = "fifo"
"#
    )
}

fn cluster(name: &str, vendor: &str, gpu: &str, gpus: u64) -> String {
    format!(
        "[cluster.{name}]\nvendor = \"{vendor}\"\ngpu = \"{gpu}\"\nregion = \"us-va\"\nfailures_per_gpu_day = 0\n\
         price_usd_per_gpu_hour = 2.0\nramp = [{{ date = 2026-01-01, gpus = {gpus} }}]\n"
    )
}

#[test]
fn a_job_larger_than_any_cluster_is_rejected_with_its_reason() {
    let text = world(
        &(cluster("a", "aws", "H100", 64) + &cluster("b", "azure", "H100", 32)),
        "jobs_per_day = 20\ngpus = { table = [[8, 0.8], [72, 0.2]] }\nduration = \"1 h\"",
    );
    let model = model(&text);
    let observation = future(&model, 0);
    let records = records(&observation);
    for record in &records {
        let rejected = record.state == JobState::Rejected(RejectionReason::LargerThanAnyCluster);
        assert_eq!(rejected, record.gpus == 72);
        assert_eq!(rejected, record.start.is_none() && record.state != JobState::CensoredQueued);
    }
    let measured = records.iter().filter(|record| record.gpus == 72 && record.submit.ms() >= 30 * DAY).count() as u64;
    assert!(measured > 500);
    assert_eq!(observation.jobs[0].rejected, [measured, 0, 0, 0, 0]);
    assert_eq!(RejectionReason::LargerThanAnyCluster.text(), "larger than any cluster it may use");
}

#[test]
fn a_gang_within_a_domain_is_never_split() {
    let workload = "jobs_per_day = 60\ngpus = 5\nduration = { exponential = { mean = \"2 h\" } }";
    let cluster = cluster("a", "aws", "H100", 16) + "node_gpus = 1\ndomain_gpus = 8\n";
    let together = future(&model(&world(&cluster, &format!("{workload}\nwithin_domain = true"))), 0);
    let anyhow = future(&model(&world(&cluster, workload)), 0);
    let horizon = SimTime::from_ms(365 * DAY);
    assert_eq!(most_at_once(&records(&together), horizon), 10, "one gang of five in each domain of eight");
    assert_eq!(most_at_once(&records(&anyhow), horizon), 15, "three gangs of five on 16 GPUs");
}

#[test]
fn a_gang_larger_than_any_domain_is_rejected_with_its_reason() {
    let workload = "jobs_per_day = 20\ngpus = { table = [[8, 0.8], [16, 0.2]] }\nduration = \"1 h\"\nwithin_domain = true";
    let observation = future(&model(&world(&cluster("a", "aws", "H100", 64), workload)), 0);
    for record in records(&observation) {
        assert_eq!(record.state == JobState::Rejected(RejectionReason::LargerThanAnyDomain), record.gpus == 16);
    }
}

/// A domain of 72 that is only half there, and a larger cluster of small domains: together they hold no gang of 48.
#[test]
fn a_gang_that_fits_no_domain_that_is_planned_blocks_nobody() {
    let clusters = cluster("a", "aws", "H100", 64) + &cluster("b", "azure", "GB200", 36);
    let workload = "jobs_per_day = 20\ngpus = { table = [[8, 0.8], [48, 0.2]] }\nduration = \"1 h\"\nwithin_domain = true";
    let observation = future(&model(&world(&clusters, workload)), 0);
    for record in records(&observation) {
        assert_eq!(matches!(record.state, JobState::Rejected(_)), record.gpus == 48, "{record:?}");
    }
}

/// The broker leaves one vendor, whose cluster is too small for some jobs that another vendor's would hold.
#[test]
fn a_job_that_its_broker_lets_run_nowhere_blocks_nobody() {
    let clusters = cluster("a", "aws", "H100", 32) + &cluster("b", "azure", "H100", 64);
    let text = world(&clusters, "jobs_per_day = 20\ngpus = { table = [[8, 0.8], [64, 0.2]] }\nduration = \"1 h\"")
        + "broker = \"single:aws\"\n";
    let observation = future(&model(&text), 0);
    for record in records(&observation) {
        assert_eq!(matches!(record.state, JobState::Rejected(_)), record.gpus == 64, "{record:?}");
    }
}

#[test]
fn the_horizon_censors_what_waits_and_what_runs() {
    let text = world(&cluster("a", "aws", "H100", 8), "jobs_per_day = 3\ngpus = 8\nduration = \"10 h\"");
    let model = model(&text);
    let observation = future(&model, 0);
    let horizon = model.horizon();
    let records = records(&observation);
    let (mut running, mut queued, mut ended) = (0, 0, 0);
    for record in &records {
        let counts = record.submit >= model.warm_up;
        match record.state {
            JobState::CensoredRunning => {
                assert!(record.start.is_some_and(|start| start < horizon) && record.finish.is_none());
                running += u64::from(counts);
            }
            JobState::CensoredQueued => {
                assert_eq!((record.start, record.finish), (None, None));
                queued += u64::from(counts);
            }
            _ => {
                assert!(record.finish.is_some_and(|finish| finish < horizon), "an end at the horizon is not simulated");
                ended += u64::from(counts);
            }
        }
    }
    let statistics = &observation.jobs[0];
    assert_eq!((running, queued, ended), (statistics.censored_running, statistics.censored_queued, statistics.ended()));
    assert_eq!(running, 1);
    // 1.25 times what the cluster can do: a fifth of the year's jobs still waits.
    assert!(queued > 150, "{queued}");
    assert_eq!(statistics.submitted, running + queued + ended);
    assert_eq!(statistics.wait_censored, queued, "each waits at least until the horizon");
}

#[test]
fn the_warm_up_is_left_out() {
    let text =
        world(&cluster("a", "aws", "H100", 64), "jobs_per_day = 20\ngpus = 8\nduration = { exponential = { mean = \"5 h\" } }");
    let mut model = model(&text);
    model.replications = 1;
    let observation = future(&model, 0);
    let pairs = jobs(&model, &observation);
    let (warm, horizon) = (30 * DAY, model.horizon().ms());
    let late: Vec<_> = pairs.iter().filter(|(draft, _)| draft.submit.ms() >= warm).collect();
    assert!(late.len() + 400 < pairs.len());
    assert_eq!(observation.jobs[0].submitted, late.len() as u64);
    let waits: f64 =
        late.iter().map(|(draft, record)| (record.start.map_or(horizon, SimTime::ms) - draft.submit.ms()) as f64).sum();
    close(observation.jobs[0].wait.mean().expect("jobs"), waits / late.len() as f64, 0.01);
    // Integrals are clipped to the measured span, also those of jobs that began before it.
    let held: f64 = pairs
        .iter()
        .map(|(_, record)| {
            let Some(start) = record.start else { return 0.0 };
            let end = record.finish.map_or(horizon, SimTime::ms);
            record.gpus as f64 * (end - start.ms().max(warm)).max(0) as f64 / 3.6e6
        })
        .sum();
    let summary = summary(&model);
    close(mean(&summary, "allocated_gpu_hours", "all", "all"), held, 1e-8);
    close(mean(&summary, "installed_gpu_hours", "all", "all"), 64.0 * 24.0 * 335.0, 1e-12);
    close(mean(&summary, "cost_usd", "all", "all"), 2.0 * 64.0 * 24.0 * 335.0, 1e-9);
}

#[test]
fn exclusivity_holds_until_its_day_for_the_workloads_it_names() {
    let clusters = cluster("b", "azure", "H100", 640) + &cluster("a", "aws", "H100", 640);
    let text = world(&clusters, "jobs_per_day = 20\ngpus = 8\nduration = \"1 h\"")
        + "[workload.free]\njobs_per_day = 20\ngpus = 8\nduration = \"1 h\"\n\
           [contract.aws]\nvendor = \"aws\"\nstart = 2026-01-01\nterm = \"3 y\"\n\
           exclusivity = { until = 2026-07-01, workloads = [\"w\"] }\n";
    let model = model(&text);
    let until = 181 * DAY;
    let (mut before, mut after) = (0, 0);
    for record in records(&future(&model, 0)) {
        let Some(cluster) = record.cluster else { continue };
        let name = model.clusters[cluster.index()].name.as_str();
        let start = record.start.expect("it ran").ms();
        let bound = record.workload.index() == 0 && start < until;
        assert_eq!(name, if bound { "a" } else { "b" }, "the first cluster in order, unless the clause forbids it: {record:?}");
        before += usize::from(bound);
        after += usize::from(record.workload.index() == 0 && !bound);
    }
    assert!(before > 3000 && after > 3000, "{before} before, {after} after");
}
