//! Jobs on pools of equal nodes, each pool simulated by itself under a policy.

mod model;
mod virtual_clusters;

pub use virtual_clusters::{VirtualClusters, VirtualClustersError};

use super::Outcome;
use crate::metrics::JobRecords;
use crate::model::job_list::JobList;
use crate::model::{Model, PolicyChoice};
use crate::policy::registry;
use crate::sim::{Control, Failure, Options, Pass, simulate};
use crate::study::{Progress, checked, pool_of};
use crate::units::SimTime;
use jiff::civil::Date;
use rayon::prelude::*;
use std::sync::Arc;

/// Equal nodes with one queue: a cluster, or one virtual cluster of it.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Number of nodes.
    pub nodes: u64,
    /// GPUs per node; 1 where GPUs are interchangeable.
    pub node_gpus: u32,
    /// Its jobs.
    pub jobs: Arc<JobList>,
}

/// What to replay, and how.
#[derive(Clone, Debug)]
pub struct PoolReplay {
    /// The pools.
    pub pools: Vec<Pool>,
    /// The policy of every pool.
    pub policy: PolicyChoice,
    /// When the policy is called.
    pub pass: Pass,
    /// The date of time 0.
    pub start: Date,
    /// Whether to keep every job.
    pub records: bool,
    /// Threads; 0 means one per processor. Results do not depend on it.
    pub threads: usize,
}

/// What became of a pool's jobs.
#[derive(Clone, Debug)]
pub struct PoolOutcome {
    /// The pool's figures.
    pub outcome: Outcome,
    /// Every job, in order of the list, if asked for.
    pub records: JobRecords,
    /// The model that was simulated; it has the names.
    pub model: Model,
}

impl Pool {
    /// GPUs of all nodes.
    #[must_use]
    pub fn gpus(&self) -> u64 {
        self.nodes.saturating_mul(u64::from(self.node_gpus))
    }
}

impl PoolReplay {
    /// Simulates every pool until its last job ends. None if stopped.
    ///
    /// # Errors
    ///
    /// When the policy breaks a rule, or the accounts of a pool do not balance, which is a defect of the program.
    pub fn run(&self, progress: &Progress) -> Result<Option<Vec<PoolOutcome>>, Failure> {
        let one = |pool: &Pool| self.replay(pool, progress);
        let outcomes: Vec<Result<PoolOutcome, Failure>> = match pool_of(self.threads) {
            Some(threads) => threads.install(|| self.pools.par_iter().with_max_len(1).map(one).collect()),
            None => self.pools.iter().map(one).collect(),
        };
        let mut finished = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            match outcome {
                Ok(outcome) => finished.push(outcome),
                Err(Failure::Stopped) => return Ok(None),
                Err(failure) => return Err(failure),
            }
        }
        Ok(Some(finished))
    }

    fn replay(&self, pool: &Pool, progress: &Progress) -> Result<PoolOutcome, Failure> {
        let model = self.model(pool);
        checked(&model)?;
        let mut policy = registry::compose(&model.policy, &model);
        let control = Control { stop: &progress.stop, progress: &progress.simulated_ms };
        let options = Options { records: self.records, waiting: None, pass: self.pass, until_drained: true };
        let observation = simulate(&model, 0, &mut policy, options, control)?;
        let outcome = Outcome {
            name: pool.name.clone(),
            gpus: pool.gpus(),
            statistics: observation.jobs.into_iter().next().unwrap_or_default(),
            allocated: observation.clusters.iter().flatten().map(|cell| cell.allocated).sum(),
            first_submit: pool.jobs.jobs.first().map_or(SimTime::ZERO, |job| job.submit),
            end: observation.periods.last().map_or(SimTime::ZERO, |period| period.end),
        };
        Ok(PoolOutcome { outcome, records: observation.records.unwrap_or_default(), model })
    }
}
