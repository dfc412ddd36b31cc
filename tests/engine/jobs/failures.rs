//! Failures, checkpoints, restarts and repairs, worked out from the same hazard budgets.

use super::{future, jobs, model};
use skyberth::scenario::{ModelBuilder, law};
use skyberth::units::SimTime;
use skyberth::workload::{JobDraft, hazard_budget};

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// A job by itself: when it ends and how often it was stopped. Checkpoints of 1 min after every 30 min of computing, restarts of 10 min.
fn alone(draft: &JobDraft, hazard_per_day: f64, out: i64, ready: i64) -> (i64, u32) {
    let (interval, blocking, restart) = (30 * MINUTE, MINUTE, 10 * MINUTE);
    let rate = hazard_per_day / DAY as f64;
    let (mut left, mut now, mut stopped) = (draft.run.ms(), ready, 0);
    loop {
        let starting = if stopped == 0 { 0 } else { restart };
        // A checkpoint after every full interval but the one that ends the job.
        let wall = starting + left + (left - 1).max(0) / interval * blocking;
        let survives = hazard_budget(draft.address, stopped) / rate;
        if survives >= wall as f64 {
            return (now + wall, stopped);
        }
        let elapsed = (survives.ceil() as i64).max(1);
        let saved = (elapsed - starting).max(0) / (interval + blocking) * interval;
        left -= saved;
        now += elapsed + out;
        stopped += 1;
    }
}

#[test]
fn software_failures_cost_the_work_since_the_last_checkpoint() {
    let model = model(
        ModelBuilder::new("2026-01-01", "2026-12-31")
            .vendor("aws")
            .cluster("a", "H100", |a| a.region("us-va").failures_per_gpu_day(0).gpus(100_000))
            .workload("w", |w| {
                let w = w.jobs_per_day(20).gpus(8).duration(law::lognormal("6 h", 1.0).max("4 d"));
                w.software_failures_per_day(3).checkpoint("30 min", "1 min").restart("10 min")
            }),
    );
    let pairs = jobs(&model, &future(&model, 0));
    let mut stops = 0;
    for (draft, record) in &pairs {
        assert_eq!(record.start, Some(draft.submit), "nobody waits");
        let (finish, stopped) = alone(draft, 3.0, 0, draft.submit.ms());
        if finish < model.horizon().ms() {
            assert_eq!((record.finish.map(SimTime::ms), record.restarts), (Some(finish), stopped), "job {}", draft.ordinal);
            stops += stopped;
        } else {
            assert_eq!(record.finish, None);
        }
    }
    assert!(pairs.len() > 6_000 && stops > 5_000, "{} jobs, {stops} failures", pairs.len());
}

#[test]
fn a_hardware_failure_takes_the_node_out_for_its_repair() {
    let model = model(
        ModelBuilder::new("2026-01-01", "2027-12-31")
            .vendor("aws")
            .cluster("a", "H100", |a| a.region("us-va").failures_per_gpu_day(0.05).repair("5 h").gpus(8))
            .workload("w", |w| {
                let w = w.jobs_per_day(2).gpus(8).duration(law::exponential("6 h").max("2 d"));
                w.checkpoint("30 min", "1 min").restart("10 min")
            })
            .policy("fifo"),
    );
    let observation = future(&model, 0);
    let (mut free, mut stops, mut out) = (0, 0, 0.0);
    for (draft, record) in jobs(&model, &observation) {
        let start = free.max(draft.submit.ms());
        let (finish, stopped) = alone(&draft, 8.0 * 0.05, 5 * 60 * MINUTE, start);
        if finish >= model.horizon().ms() {
            break;
        }
        assert_eq!(record.start.map(SimTime::ms), Some(start), "job {}", draft.ordinal);
        assert_eq!((record.finish.map(SimTime::ms), record.restarts), (Some(finish), stopped), "job {}", draft.ordinal);
        free = finish;
        stops += stopped;
        out += f64::from(stopped) * 8.0 * 5.0;
    }
    assert!(stops > 100, "{stops} failures");
    let booked: f64 = observation.clusters.iter().map(|row| row[0].out.hours()).sum();
    assert!((booked - out).abs() <= 40.0, "{booked} GPU-hours out for repair, {out} expected (the last job may add one)");
}
