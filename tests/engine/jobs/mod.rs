//! Closed small worlds through the library: what jobs, services and money do there can be worked out by hand.

mod breaches;
mod brokers;
mod bundles;
mod cash;
mod clusters;
mod combined;
mod concentration;
mod contracts;
mod deadlines;
mod elastic;
mod evictions;
mod exit;
mod expiry;
mod failures;
mod fairness;
mod fleet;
mod in_vain;
mod jurisdictions;
mod lacks;
mod ledger;
mod limits;
mod marginal;
mod metrics;
mod money;
mod months;
mod moves;
mod outages;
mod overload;
mod power;
mod pricing;
mod queue;
mod quota_turns;
mod quotas;
mod quotas_by_type;
mod risk;
mod services;
mod spend;
mod team_budgets;
mod terms;
mod whole_nodes;

pub(crate) use crate::common::{Cluster, Workload, january, jobs_of, model, reliable};

use skyberth::metrics::{JobRecord, Observation};
use skyberth::model::Model;
use skyberth::policy::registry::compose;
use skyberth::policy::{Indexes, JobFacts, Plan, Policy, Rank};
use skyberth::sim::{Control, Followed, Options, simulate};
use skyberth::study::{self, Measures, Progress, Run, Scope, Summary, Time};
use skyberth::units::{SimTime, WorkloadId};
use skyberth::workload::{Generator, JobDraft};
use std::sync::atomic::{AtomicBool, AtomicU64};

/// A policy that is looked over the shoulder: whatever it decides, `see` sees the plan after it.
pub(crate) struct Watched<S> {
    policy: Box<dyn Policy>,
    see: S,
}

impl<S: FnMut(&mut Plan<'_>) + Send> Watched<S> {
    /// A model's own policy.
    pub(crate) fn new(model: &Model, see: S) -> Self {
        Self { policy: compose(&model.policy, model), see }
    }
}

impl<S: FnMut(&mut Plan<'_>) + Send> Policy for Watched<S> {
    fn decide(&mut self, plan: &mut Plan<'_>) {
        self.policy.decide(plan);
        (self.see)(plan);
    }

    fn rank(&self, job: &mut JobFacts) -> Rank {
        self.policy.rank(job)
    }

    fn indexes(&self) -> Indexes {
        self.policy.indexes()
    }

    fn watches_running(&self) -> bool {
        true
    }
}

/// One future of a model, with every job.
pub(crate) fn future(model: &Model, replication: u64) -> Observation {
    future_with(model, replication, Options { records: true, ..Options::default() })
}

/// The first future of a model, with every job and why it waited.
pub(crate) fn explained(model: &Model) -> Observation {
    future_with(model, 0, Options { records: true, waiting: Some(Followed { job: None }), ..Options::default() })
}

fn future_with(model: &Model, replication: u64, options: Options) -> Observation {
    let mut policy = compose(&model.policy, model);
    let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
    let control = Control { stop: &stop, progress: &progress };
    simulate(model, replication, &mut policy, options, control).expect("the accounts balance")
}

/// The jobs of a future in order of submission, with what was drawn for each.
pub(crate) fn jobs(model: &Model, observation: &Observation) -> Vec<(JobDraft, JobRecord)> {
    let mut pairs = Vec::new();
    for (index, workload) in model.workloads.iter().enumerate() {
        let mut generator = Generator::new(WorkloadId::from(index), workload, model.seed, 0, model.horizon());
        for record in records(observation).into_iter().filter(|record| record.workload.index() == index) {
            let draft = generator.next(workload).expect("as many as there are records");
            assert_eq!((draft.submit, draft.gpus, draft.run), (record.submit, record.gpus, record.run));
            pairs.push((draft, record));
        }
    }
    pairs.sort_by_key(|(draft, _)| (draft.submit, draft.workload, draft.ordinal));
    pairs
}

/// The figures of a model over its replications.
pub(crate) fn summary(model: &Model) -> Summary {
    let finished = study::run(model, Run::default(), &Progress::default()).expect("the accounts balance");
    study::summarise(model, &finished)
}

/// The figures of each replication.
pub(crate) fn measures(model: &Model) -> Vec<Measures> {
    let finished = study::run(model, Run::default(), &Progress::default()).expect("the accounts balance");
    finished.into_iter().map(|one| one.measures).collect()
}

/// One figure of a replication.
#[track_caller]
pub(crate) fn get(measures: &Measures, metric: &str, scope: Scope, time: Time) -> f64 {
    measures.get(metric, scope, time).unwrap_or_else(|| panic!("no {metric} of {scope:?} in {time:?}"))
}

/// A figure's mean over the whole run.
#[track_caller]
pub(crate) fn mean(summary: &Summary, metric: &str, scope: &str, name: &str) -> f64 {
    let row = summary.get(metric, scope, name, "total").unwrap_or_else(|| panic!("no {metric} of {scope} {name}"));
    row.mean.unwrap_or_else(|| panic!("{metric} of {scope} {name} is not defined"))
}

/// What became of every job.
pub(crate) fn records(observation: &Observation) -> Vec<JobRecord> {
    observation.records.as_ref().expect("they were asked for").iter().collect()
}

/// Busy GPUs by what the records say, in [start, finish) of jobs that were never stopped, at every change.
pub(crate) fn most_at_once(records: &[JobRecord], horizon: SimTime) -> u64 {
    let mut changes: Vec<(SimTime, i64)> = Vec::new();
    for record in records {
        let Some(start) = record.start else { continue };
        changes.push((start, record.gpus as i64));
        changes.push((record.finish.unwrap_or(horizon), -(record.gpus as i64)));
    }
    changes.sort_unstable();
    let mut standing = 0;
    changes
        .iter()
        .map(|(_, change)| {
            standing += change;
            standing
        })
        .max()
        .unwrap_or(0)
        .unsigned_abs()
}

/// Says that a value is the expected one to within a share of it.
#[track_caller]
pub(crate) fn close(value: f64, expected: f64, share: f64) {
    assert!((value - expected).abs() <= share * expected.abs(), "{value} where {expected} was expected");
}
