//! Policies of one's own: closures, moves, and what no policy may do.

mod closures;
mod contract;
mod example;
mod migrate;
mod misbehaving;
mod resize;

pub(crate) use crate::common::{Cluster, january, model, reliable};

use crate::common::list_of;
use skyberth::metrics::{JobRecord, Observation};
use skyberth::model::Model;
use skyberth::model::job::JobSource;
use skyberth::model::job_list::JobList;
use skyberth::policy::Policy;
use skyberth::scenario::{ModelBuilder, law};
use skyberth::sim::{Control, Failure, Options, PolicyFault, simulate};
use skyberth::units::SimTime;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

/// Two clusters of eight GPUs and a steady stream of jobs of one to eight.
pub(crate) fn world() -> ModelBuilder {
    world_near(|near| near)
}

/// The same with more to say about the first cluster.
pub(crate) fn world_near(describe: impl FnOnce(Cluster) -> Cluster) -> ModelBuilder {
    let cluster = |cluster: Cluster| reliable(cluster).node_gpus(8).gpus(8);
    january()
        .replications(2)
        .seed(1)
        .vendor("one")
        .cluster("near", "H100", |near| describe(cluster(near)))
        .vendor("two")
        .cluster("far", "H100", |far| cluster(far).region("us-ia"))
        .workload("mixed", |mixed| {
            mixed.jobs_per_day(12).gpus(law::table([(1, 0.5), (4, 0.3), (8, 0.2)])).duration(law::exponential("4 h"))
        })
}

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

/// Jobs: hour of submission, GPUs, hours of work.
pub(crate) fn list(jobs: &[(i64, u64, i64)]) -> JobList {
    let hours: Vec<(f64, u64, f64)> = jobs.iter().map(|&(submit, gpus, run)| (submit as f64, gpus, run as f64)).collect();
    list_of(&hours)
}

/// A model whose only workload has these jobs.
pub(crate) fn listed(mut model: Model, jobs: &[(i64, u64, i64)]) -> Model {
    model.workloads[0].jobs = JobSource::Listed(Arc::new(list(jobs)));
    model
}

/// Hours since the start; infinite where there is no such instant.
pub(crate) fn hours(time: Option<SimTime>) -> f64 {
    time.map_or(f64::INFINITY, |time| time.seconds() / 3600.0)
}
