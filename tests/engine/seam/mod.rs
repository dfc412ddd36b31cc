//! Policies of one's own: closures, moves, and what no policy may do.

mod closures;
mod contract;
mod example;
mod migrate;
mod misbehaving;
mod resize;

pub(crate) use crate::common::model;

use crate::common::jobs_of;
use skyberth::metrics::{JobRecord, Observation};
use skyberth::model::Model;
use skyberth::policy::Policy;
use skyberth::sim::{Control, Failure, Options, PolicyFault, simulate};
use skyberth::units::SimTime;
use std::sync::atomic::{AtomicBool, AtomicU64};

/// Two clusters of eight GPUs and a steady stream of jobs of one to eight.
pub(crate) const WORLD: &str = r#"
[scenario]
start = 2026-01-01
end = 2026-01-31
replications = 2
seed = 1
[vendor.one]
[vendor.two]
[cluster.near]
vendor = "one"
gpu = "H100"
region = "us-va"
price_usd_per_gpu_hour = 2
node_gpus = 8
failures_per_gpu_day = 0
ramp = [{ date = 2026-01-01, gpus = 8 }]
[cluster.far]
vendor = "two"
gpu = "H100"
region = "us-ia"
price_usd_per_gpu_hour = 2
node_gpus = 8
failures_per_gpu_day = 0
ramp = [{ date = 2026-01-01, gpus = 8 }]
[workload.mixed]
jobs_per_day = 12
gpus = { table = [[1, 0.5], [4, 0.3], [8, 0.2]] }
duration = { exponential = { mean = "4 h" } }
"#;

/// The first future of a model under a policy, with every job.
pub(crate) fn future(model: &Model, policy: &mut dyn Policy) -> Result<Observation, Failure> {
    future_with(model, policy, Options { records: true, ..Options::default() })
}

pub(crate) fn future_with(model: &Model, policy: &mut dyn Policy, options: Options) -> Result<Observation, Failure> {
    let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
    simulate(model, 0, policy, options, Control { stop: &stop, progress: &progress })
}

/// What a policy did that ended its replication.
#[track_caller]
pub(crate) fn fault(outcome: Result<Observation, Failure>) -> PolicyFault {
    match outcome {
        Err(Failure::Policy(fault)) => *fault,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nobody was stopped"),
    }
}

pub(crate) fn records(observation: &Observation) -> Vec<JobRecord> {
    observation.records.as_ref().expect("they were asked for").iter().collect()
}

/// A model whose only workload has these jobs: hour of submission, GPUs, hours of work.
pub(crate) fn listed(mut model: Model, jobs: &[(i64, u64, i64)]) -> Model {
    let hours: Vec<(f64, u64, f64)> = jobs.iter().map(|&(submit, gpus, run)| (submit as f64, gpus, run as f64)).collect();
    model.workloads[0].jobs = jobs_of(&hours);
    model
}

/// Hours since the start; infinite where there is no such instant.
pub(crate) fn hours(time: Option<SimTime>) -> f64 {
    time.map_or(f64::INFINITY, |time| time.seconds() / 3600.0)
}
