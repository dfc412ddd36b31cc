//! Orders and backfill against a second simulator; priorities; a queue with a known mean wait.

use crate::reference::{Backfill, starts};
use crate::{close, future, jobs, mean, model, summary};
use skyberth::metrics::JobState;
use skyberth::units::SimTime;
use skyberth::workload::JobDraft;

/// 64 single GPUs, gangs of 1 to 64, nearly full, and users whose estimates are anything between a third and three times the truth.
fn world(policy: &str) -> String {
    format!(
        r#"
[scenario]
start = 2026-01-01
end = 2026-12-31
seed = 5
[vendor.aws]
[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
node_gpus = 1
failures_per_gpu_day = 0
ramp = [{{ date = 2026-01-01, gpus = 64 }}]
[workload.small]
jobs_per_day = 25
gpus = {{ table = [[1, 0.4], [2, 0.2], [5, 0.2], [11, 0.2]] }}
duration = {{ lognormal = {{ median = "2 h", sigma = 1.5, max = "3 d" }} }}
estimate = {{ factor = {{ min = 0.33, max = 3.0 }} }}
checkpoint = {{ interval = "0 s" }}
[workload.large]
jobs_per_day = 4
gpus = {{ table = [[24, 0.5], [33, 0.3], [64, 0.2]] }}
duration = {{ lognormal = {{ median = "3 h", sigma = 0.8, max = "1 d" }} }}
estimate = {{ factor = {{ min = 0.33, max = 3.0 }} }}
checkpoint = {{ interval = "0 s" }}
[policy]
{policy}
"#
    )
}

/// Compares every start of a policy with the second simulator's; returns how many jobs passed another that came first.
fn agrees(policy: &str, backfill: Backfill, rank: fn(&JobDraft) -> (i64, i64)) -> usize {
    let model = model(&world(policy));
    let pairs = jobs(&model, &future(&model, 0));
    assert!(pairs.len() > 9_000);
    let drafts: Vec<JobDraft> = pairs.iter().map(|(draft, _)| *draft).collect();
    let expected = starts(&drafts, 64, model.horizon().ms(), backfill, rank);
    for ((draft, record), expected) in pairs.iter().zip(&expected) {
        assert_eq!(record.start.map(SimTime::ms), *expected, "{policy}: job {} of workload {:?}", draft.ordinal, draft.workload);
        let finish = expected.map(|start| start + draft.run.ms()).filter(|finish| *finish < model.horizon().ms());
        assert_eq!(record.finish.map(SimTime::ms), finish, "a job runs for its run time");
    }
    let waited = pairs.iter().filter(|(draft, record)| record.start != Some(draft.submit)).count();
    assert!(waited > 1000, "only {waited} jobs waited: the test sees too little");
    expected.windows(2).filter(|pair| pair[1] < pair[0] && pair[1].is_some()).count()
}

fn by_submission(draft: &JobDraft) -> (i64, i64) {
    (draft.submit.ms(), 0)
}

fn by_estimate(draft: &JobDraft) -> (i64, i64) {
    (draft.estimate.ms(), draft.submit.ms())
}

#[test]
fn fifo_blocks_behind_its_head() {
    assert_eq!(agrees("preset = \"fifo\"", Backfill::None, by_submission), 0, "nobody passes");
}

#[test]
fn fifo_skip_starts_whatever_fits() {
    assert!(agrees("preset = \"fifo-skip\"", Backfill::Skip, by_submission) > 100);
}

#[test]
fn easy_starts_what_does_not_delay_the_head() {
    assert!(agrees("preset = \"easy\"", Backfill::Easy, by_submission) > 100);
}

#[test]
fn sjf_takes_the_shortest_estimate() {
    assert!(agrees("preset = \"sjf\"", Backfill::None, by_estimate) > 100);
}

#[test]
fn sjf_easy_takes_the_shortest_estimate_and_backfills() {
    assert!(agrees("preset = \"sjf-easy\"", Backfill::Easy, by_estimate) > 100);
}

/// Nothing is submitted at weekends and the world ends on a Sunday, so that every job ends.
fn priorities(restart: &str) -> String {
    format!(
        r#"
[scenario]
start = 2026-01-05
end = 2026-06-28
[vendor.aws]
[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
node_gpus = 1
failures_per_gpu_day = 0
ramp = [{{ date = 2026-01-01, gpus = 64 }}]
[workload.low]
jobs_per_day = 20
weekend = 0
gpus = {{ table = [[3, 0.5], [8, 0.5]] }}
duration = {{ exponential = {{ mean = "3 h", max = "8 h" }} }}
priority = 1
restart = "{restart}"
checkpoint = {{ interval = "0 s" }}
[workload.high]
jobs_per_day = 15
weekend = 0
gpus = 32
duration = {{ exponential = {{ mean = "1 h", max = "4 h" }} }}
priority = 2
checkpoint = {{ interval = "0 s" }}
[policy]
preset = "priority"
"#
    )
}

#[test]
fn high_priority_runs_as_if_low_were_not_there() {
    let model = model(&priorities("10 min"));
    let pairs = jobs(&model, &future(&model, 0));
    let high: Vec<_> = pairs.into_iter().filter(|(draft, _)| draft.workload.index() == 1).collect();
    let drafts: Vec<JobDraft> = high.iter().map(|(draft, _)| *draft).collect();
    let expected = starts(&drafts, 64, model.horizon().ms(), Backfill::Easy, by_submission);
    for ((draft, record), expected) in high.iter().zip(expected) {
        assert_eq!(record.start.map(SimTime::ms), expected, "job {}", draft.ordinal);
        assert_eq!(record.preemptions, 0);
    }
}

#[test]
fn a_preempted_job_keeps_its_progress() {
    let free = model(&priorities("0 s"));
    let observation = future(&free, 0);
    let low: Vec<_> = jobs(&free, &observation).into_iter().filter(|(draft, _)| draft.workload.index() == 0).collect();
    assert!(low.iter().all(|(_, record)| matches!(record.state, JobState::Ended(_))), "every job ends");
    assert!(observation.jobs[0].preemptions > 100, "only {} preemptions", observation.jobs[0].preemptions);
    let work: f64 = low.iter().map(|(draft, _)| draft.gpus as f64 * draft.run.hours()).sum();
    let held =
        |observation: &skyberth::metrics::Observation| observation.usage.iter().map(|row| row[0][0].allocated.hours()).sum::<f64>();
    let useful =
        |observation: &skyberth::metrics::Observation| observation.usage.iter().map(|row| row[0][0].useful().hours()).sum::<f64>();
    close(held(&observation), work, 1e-12);
    // A restart holds GPUs and computes nothing; the work stays what it was.
    let costly = future(&model(&priorities("10 min")), 0);
    close(useful(&costly), work, 1e-12);
    assert!(held(&costly) > work * 1.001);
}

#[test]
fn the_mean_wait_of_a_single_server_is_that_of_the_textbook() {
    let text = r#"
[scenario]
start = 2026-01-01
end = 2028-12-31
warm_up = "30 d"
replications = 24
[vendor.aws]
[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
node_gpus = 1
failures_per_gpu_day = 0
ramp = [{ date = 2026-01-01, gpus = 1 }]
[workload.w]
jobs_per_day = 12
gpus = 1
duration = { exponential = { mean = "1 h" } }
checkpoint = { interval = "0 s" }
[policy]
preset = "fifo"
"#;
    let model = model(text);
    let waits: Vec<f64> =
        (0..24).map(|replication| future(&model, replication).jobs[0].wait.mean().expect("jobs") / 3.6e6).collect();
    let n = waits.len() as f64;
    let average = waits.iter().sum::<f64>() / n;
    let variance = waits.iter().map(|wait| (wait - average) * (wait - average)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    // rho / (mu - lambda) = 0.5 / (24 - 12) days.
    assert!(error < 0.03 && (average - 1.0).abs() < 3.0 * error, "{average} h, standard error {error}");
    close(mean(&summary(&model), "wait_s_mean", "all", "all"), average * 3600.0, 0.01);
}
