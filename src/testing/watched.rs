//! A policy under observation.

use super::hours;
use crate::metrics::{JobRecord, JobRecords};
use crate::model::Model;
use crate::policy::{Decision, Indexes, JobFacts, Plan, Policy, Rank};
use crate::sim::{Control, Failure, Options, PolicyFault, guarded, simulate};
use crate::units::{ClusterId, SimTime, VendorId};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64};

/// What became of all jobs, in an order that does not hang on who they are.
pub(super) type Fates = Vec<Fate>;

/// What became of a job, without its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fate {
    submit: SimTime,
    gpus: u64,
    run_ms: i64,
    start: Option<SimTime>,
    finish: Option<SimTime>,
    cluster: Option<usize>,
    preemptions: u32,
    state: String,
}

/// What was seen of a policy in a world.
pub(super) struct Outcome {
    /// Its moves, by instant, where it made any.
    pub log: Vec<(SimTime, Vec<Decision>)>,
    pub fates: Fates,
    pub fault: Option<PolicyFault>,
    /// Where running jobs held more than was allocated.
    pub over_committed: Option<String>,
}

struct Watched {
    policy: Box<dyn Policy>,
    log: Vec<(SimTime, Vec<Decision>)>,
    over_committed: Option<String>,
}

/// Runs a new policy in a world.
pub(super) fn observe(model: &Model, build: &dyn Fn(&Model) -> Box<dyn Policy>) -> Result<Outcome, String> {
    let policy = guarded(|| build(model)).map_err(|panic| format!("it cannot be built: {panic}"))?;
    let mut watched = Watched { policy, log: Vec::new(), over_committed: None };
    let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
    let options = Options { records: true, ..Options::default() };
    let outcome = simulate(model, 0, &mut watched, options, Control { stop: &stop, progress: &progress });
    let (fates, fault) = match outcome {
        Ok(observation) => {
            let mut fates: Fates = observation.records.iter().flat_map(JobRecords::iter).map(|record| Fate::of(&record)).collect();
            fates.sort();
            (fates, None)
        }
        Err(Failure::Policy(fault)) => (Vec::new(), Some(*fault)),
        Err(other) => return Err(other.to_string()),
    };
    Ok(Outcome { log: watched.log, fates, fault, over_committed: watched.over_committed })
}

impl Policy for Watched {
    fn decide(&mut self, plan: &mut Plan<'_>) {
        self.policy.decide(plan);
        let view = plan.view();
        let mut held = vec![0; view.clusters().len()];
        for running in view.running_jobs() {
            held[running.cluster.index()] += running.facts.gpus;
        }
        for cluster in view.clusters() {
            let (held, allocated) = (held[cluster.index()], view.allocated_gpus(cluster));
            if held > allocated && self.over_committed.is_none() {
                let at = hours(view.now());
                self.over_committed =
                    Some(format!("jobs hold {held} GPUs of cluster {cluster:?}, and {allocated} are allocated, at {at}"));
            }
        }
        if !plan.moves().is_empty() {
            self.log.push((view.now(), plan.moves().to_vec()));
        }
    }

    fn rank(&self, job: &mut JobFacts) -> Rank {
        self.policy.rank(job)
    }

    fn name(&self) -> String {
        self.policy.name()
    }

    fn may_use(&self, vendor: VendorId) -> bool {
        self.policy.may_use(vendor)
    }

    fn indexes(&self) -> Indexes {
        self.policy.indexes()
    }

    fn needs_identity(&self) -> bool {
        self.policy.needs_identity()
    }

    fn looks_at_nodes(&self) -> bool {
        self.policy.looks_at_nodes()
    }

    fn watches_running(&self) -> bool {
        self.policy.watches_running()
    }
}

impl Fate {
    fn of(record: &JobRecord) -> Self {
        Self {
            submit: record.submit,
            gpus: record.gpus,
            run_ms: record.run.ms(),
            start: record.start,
            finish: record.finish,
            cluster: record.cluster.map(ClusterId::index),
            preemptions: record.preemptions,
            state: format!("{:?}", record.state),
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = |time: Option<SimTime>| time.map_or_else(|| "never".to_owned(), hours);
        write!(
            f,
            "{} GPUs submitted at {}, started at {}, ended at {}, stopped {} times, {}",
            self.gpus,
            hours(self.submit),
            instant(self.start),
            instant(self.finish),
            self.preemptions,
            self.state
        )
    }
}
