//! The law of exact sums over whole scenarios, and that asking changes nothing.

use super::{future, load};
use crate::common;
use skyberth::metrics::{Cause, JobState};
use skyberth::model::Model;
use skyberth::scenario;
use skyberth::sim::Followed;
use skyberth::units::{GpuTime, Span};

/// Every job of a whole scenario: causes = queue time, first wait = what jobs.csv has, and asking changes nothing.
#[track_caller]
fn sums_are_exact(model: &Model, replication: u64) -> usize {
    let asked = future(model, replication, Some(Followed { job: None }));
    let plain = future(model, replication, None);
    assert!(plain.waiting.is_none());
    assert_eq!((&asked.clusters, &asked.usage, asked.events), (&plain.clusters, &plain.usage, plain.events));
    let (waiting, records) = (asked.waiting.expect("asked for"), plain.records.expect("kept"));
    assert!(asked.records.expect("kept").iter().eq(records.iter()));
    assert_eq!(waiting.jobs.len(), records.len());
    for (job, record) in waiting.jobs.iter().zip(records.iter()) {
        assert_eq!((job.workload, job.ordinal, job.gpus, job.state), (record.workload, record.ordinal, record.gpus, record.state));
        let sum: i64 = job.by_cause.iter().map(|span| span.ms()).sum();
        assert_eq!(sum, job.queue_time.ms(), "{job:?}");
        let by_gpu: GpuTime = Cause::ALL.into_iter().map(|cause| job.gpu_time(cause)).sum();
        assert_eq!(by_gpu.milli_gpu_ms(), u128::from(job.gpus) * 1000 * u128::from(sum.unsigned_abs()));
        match (record.start, record.state) {
            (Some(start), _) => assert_eq!(job.first_wait, start - record.submit),
            (None, JobState::CensoredQueued) => assert_eq!(job.first_wait, model.horizon() - record.submit),
            (None, _) => assert_eq!(job.first_wait, job.queue_time),
        }
        if record.restarts == 0 {
            assert_eq!(job.first_wait, job.queue_time);
        }
    }
    for (row, idle) in plain.clusters.iter().zip(&waiting.idle) {
        for (cell, idle) in row.iter().zip(idle) {
            assert_eq!(idle.iter().copied().sum::<GpuTime>(), cell.active() - cell.allocated);
        }
    }
    waiting.jobs.iter().filter(|job| job.queue_time > Span::ZERO).count()
}

#[test]
fn sums_are_exact_in_a_whole_scenario_under_every_kind_of_policy() {
    let text = common::text_of("scenarios/quickstart.toml");
    let outages = "\n[outage.o]\nvendor = \"azure\"\nper_year = 20\nduration = \"9 h\"\n\
        [outage.p]\nvendor = \"aws\"\nkind = \"control-plane\"\nper_year = 20\nduration = \"2 d\"\n";
    assert!(sums_are_exact(&load(&text), 0) > 5000);
    for preset in ["fifo", "fifo-skip", "conservative", "priority", "srsf"] {
        let mut source = scenario::Source::new("world", text.clone() + outages);
        source.sets = vec![format!("policy.preset=\"{preset}\""), "scenario.end=2026-06-30".to_owned()];
        let loaded = scenario::load(&source);
        let model = loaded.model.unwrap_or_else(|| panic!("{}", loaded.issues.render(&source, false)));
        let waited = sums_are_exact(&model, 3);
        assert!(waited > 100, "{preset}: {waited} waited");
    }
}
