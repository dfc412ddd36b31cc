//! Progress through preemptions; a queue with a known mean wait.

use super::{Cluster, Workload, close, future, jobs, mean, model, summary};
use skyberth::metrics::JobState;
use skyberth::scenario::{ModelBuilder, law};

fn cluster(cluster: Cluster, gpus: u64) -> Cluster {
    cluster.region("us-va").node_gpus(1).failures_per_gpu_day(0).gpus_from("2026-01-01", gpus)
}

/// Nothing is submitted at weekends and the world ends on a Sunday, so that every job ends.
fn priorities(restart: &str) -> ModelBuilder {
    let workload = |workload: Workload| workload.weekend(0).checkpoint("0 s", "20 s");
    ModelBuilder::new("2026-01-05", "2026-06-28")
        .vendor("aws")
        .cluster("a", "H100", |a| cluster(a, 64))
        .workload("low", |low| {
            let low = workload(low).jobs_per_day(20).gpus(law::table([(3, 0.5), (8, 0.5)])).priority(1).restart(restart);
            low.duration(law::exponential("3 h").max("8 h"))
        })
        .workload("high", |high| {
            let high = workload(high).jobs_per_day(15).gpus(32).priority(2);
            high.duration(law::exponential("1 h").max("4 h"))
        })
        .policy("priority")
}

#[test]
fn a_preempted_job_keeps_its_progress() {
    let free = model(priorities("0 s"));
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
    let costly = future(&model(priorities("10 min")), 0);
    close(useful(&costly), work, 1e-12);
    assert!(held(&costly) > work * 1.001);
}

#[test]
fn the_mean_wait_of_a_single_server_is_that_of_the_textbook() {
    let model = model(
        ModelBuilder::new("2026-01-01", "2028-12-31")
            .warm_up("30 d")
            .replications(24)
            .vendor("aws")
            .cluster("a", "H100", |a| cluster(a, 1))
            .workload("w", |w| w.jobs_per_day(12).gpus(1).duration(law::exponential("1 h")).checkpoint("0 s", "20 s"))
            .policy("fifo"),
    );
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
