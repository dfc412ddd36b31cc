//! Replications in parallel, collected in order.

use super::factory::PolicyFactory;
use crate::metrics::ledger::Ledger;
use crate::metrics::{JobRecords, Key, Measures, Observation};
use crate::model::Model;
use crate::policy::{Policy, registry};
use crate::sim::{Control, Failure, Options, PolicyFault, Violation, simulate};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// How to run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run {
    /// Threads; 0 means one per processor. It changes no result.
    pub threads: usize,
    /// Keep the jobs of the first replication.
    pub records: bool,
    /// Keep the accounts of the first replication.
    pub accounts: bool,
}

/// A line to a running study.
#[derive(Debug, Default)]
pub struct Progress {
    /// Set it and the replications in flight are given up.
    pub stop: AtomicBool,
    /// Simulated time so far over all replications [ms].
    pub simulated_ms: AtomicU64,
    /// Replications that are done.
    pub finished: AtomicU64,
}

/// A replication that is done.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Its number, from 0.
    pub replication: u32,
    /// Its figures.
    pub measures: Measures,
    /// Events it took.
    pub events: u64,
    /// Its jobs, if asked for and it is the first.
    pub records: Option<JobRecords>,
    /// Its accounts, if asked for and it is the first.
    pub accounts: Option<Box<Accounts>>,
}

/// What a replication leaves behind besides its figures.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// GPU-time by period, cluster and user; its jobs are in [`Finished::records`].
    pub observation: Observation,
    /// Money.
    pub ledger: Ledger,
}

/// Runs all replications of a model. Returns those that are done, in order; fewer than asked for only if it was stopped.
///
/// # Errors
///
/// When the policy's parts do not go together, the policy does what no policy may in a replication, or its accounts do not balance, which is a
/// defect of the program.
pub fn run(model: &Model, how: Run, progress: &Progress) -> Result<Vec<Finished>, Failure> {
    checked(model)?;
    let keys = OnceLock::new();
    all(model, how, |replication| replicate(model, replication, how, progress, &keys))
}

/// As [`run`], under a policy of your own instead of the model's.
///
/// # Errors
///
/// As [`run`].
pub fn run_with(model: &Model, policy: &PolicyFactory, how: Run, progress: &Progress) -> Result<Vec<Finished>, Failure> {
    let keys = OnceLock::new();
    all(model, how, |replication| replicate_with(model, policy, replication, how, progress, &keys))
}

/// Refuses a model whose policy cannot run it, before the first replication. The loader of scenarios has checked its models already.
pub(crate) fn checked(model: &Model) -> Result<(), Failure> {
    let policy = &model.policy;
    registry::check(policy, model).map_err(|refusal| Failure::Refused { policy: policy.name.clone(), refusal })
}

fn all(model: &Model, how: Run, one: impl Fn(u32) -> Result<Finished, Failure> + Sync + Send) -> Result<Vec<Finished>, Failure> {
    let all = || -> Vec<Result<Finished, Failure>> { (0..model.replications).into_par_iter().with_max_len(1).map(&one).collect() };
    // Without threads of its own the study still runs, on the caller's.
    let outcomes = match pool_of(how.threads) {
        Some(pool) => pool.install(all),
        None => (0..model.replications).map(one).collect(),
    };
    let mut finished = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        match outcome {
            Ok(replication) => finished.push(replication),
            Err(Failure::Stopped) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(finished)
}

/// Threads to work on; none where they cannot be had.
pub(crate) fn pool_of(threads: usize) -> Option<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok()
}

/// One future of a model.
pub(super) fn replicate(
    model: &Model,
    replication: u32,
    how: Run,
    progress: &Progress,
    keys: &OnceLock<Arc<[Key]>>,
) -> Result<Finished, Failure> {
    let mut policy = registry::compose(&model.policy, model);
    replicate_under(model, &mut policy, replication, how, progress, keys)
}

/// One future of a model under a policy of your own.
pub(super) fn replicate_with(
    model: &Model,
    policy: &PolicyFactory,
    replication: u32,
    how: Run,
    progress: &Progress,
    keys: &OnceLock<Arc<[Key]>>,
) -> Result<Finished, Failure> {
    let mut built = policy.build(model).map_err(|fault| Failure::Policy(Box::new(fault)))?;
    replicate_under(model, &mut built, replication, how, progress, keys).map_err(|failure| match failure {
        // It is known by the name it was given.
        Failure::Policy(fault) => Failure::Policy(Box::new(PolicyFault { policy: policy.name().to_owned(), ..*fault })),
        other => other,
    })
}

fn replicate_under(
    model: &Model,
    policy: &mut dyn Policy,
    replication: u32,
    how: Run,
    progress: &Progress,
    keys: &OnceLock<Arc<[Key]>>,
) -> Result<Finished, Failure> {
    if progress.stop.load(Ordering::Relaxed) {
        return Err(Failure::Stopped);
    }
    let control = Control { stop: &progress.stop, progress: &progress.simulated_ms };
    let mut observation = simulate(
        model,
        u64::from(replication),
        policy,
        Options { records: how.records && replication == 0, ..Options::default() },
        control,
    )?;
    let ledger = Ledger::of(model, &observation);
    ledger.check(model, &observation).map_err(|what| Violation { what })?;
    let mut measures = Measures::of(model, &observation, &ledger);
    measures.share_keys(keys);
    progress.finished.fetch_add(1, Ordering::Relaxed);
    let (events, records) = (observation.events, observation.records.take());
    let accounts = (how.accounts && replication == 0).then(|| Box::new(Accounts { observation, ledger }));
    Ok(Finished { replication, measures, events, records, accounts })
}
