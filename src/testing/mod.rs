//! A contract test for your own policies.

mod watched;
mod worlds;

use self::watched::{Fates, Outcome, observe};
use self::worlds::World;
use crate::model::Model;
use crate::policy::{Decision, Policy};
use crate::sim::FaultKind;
use crate::units::SimTime;
use std::fmt;

/// How many worlds [`check_policy`] looks at.
pub const WORLDS: u64 = 60;

/// What every policy must hold to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// No cluster's GPUs are leased twice, at any instant.
    NeverOverCommits,
    /// It does nothing else that ends a replication: no NaN, no endless calls, no job left waiting on an idle system, no panic.
    IsNeverStopped,
    /// The same view gives the same plan: a new policy of the kind decides alike in the same world.
    SameViewSamePlan,
    /// Equal jobs are treated alike: which of two equal workloads a job comes from changes no start, no end and no place of all jobs together.
    EqualJobsAlike,
    /// What happens before an instant is the same in worlds that differ only from there on.
    NoUseOfTheFuture,
}

/// A policy does not hold to a clause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy breaks a clause of the contract ({clause}): in world {world}, {what}")]
pub struct Broken {
    /// The clause.
    pub clause: Clause,
    /// In which world: the same number is always the same world.
    pub world: u64,
    /// What was seen.
    pub what: String,
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NeverOverCommits => "it never over-commits",
            Self::IsNeverStopped => "it does nothing that ends a replication",
            Self::SameViewSamePlan => "the same view gives the same plan",
            Self::EqualJobsAlike => "equal jobs are treated alike",
            Self::NoUseOfTheFuture => "no use is made of the future",
        })
    }
}

/// Puts a policy to the contract in random small worlds: a few clusters and days, some dozens of jobs, late capacity and outages. `build` builds
/// a new policy each time. Takes about a second.
///
/// Write a policy, have it checked, rank it:
///
/// ```
/// use skyberth::metrics::catalog;
/// use skyberth::policy::{Plan, Policy, placement::BestFit};
/// use skyberth::study::ranking::{Candidate, Rules, rank};
/// use skyberth::study::{PolicyFactory, Progress, Run};
/// use skyberth::{scenario, testing::check_policy};
///
/// fn emptiest_first() -> Box<dyn Policy> {
///     Box::new(|plan: &mut Plan<'_>| {
///         for job in plan.waiting() {
///             let view = plan.view();
///             if let Some(cluster) = view.choose(job, |cluster| -(view.free_gpus(cluster) as f64)) {
///                 let _ = plan.start(job, cluster, &BestFit);
///             }
///         }
///     })
/// }
/// check_policy(emptiest_first)?;
///
/// let mut source = scenario::Source::new("quickstart", scenario::built_in("quickstart").expect("it is built in"));
/// source.sets.push("scenario.replications=2".to_owned());
/// let model = scenario::load(&source).model.expect("it has no errors");
/// let mine = Candidate::custom(PolicyFactory::new("emptiest first", |_| emptiest_first()));
/// let candidates = [mine, Candidate::named("easy", &model)?];
/// let rules = Rules { metric: (&catalog::WAIT_S_MEAN).into(), indifference: 0.01, first: 2, most: 2 };
/// let outcome = rank(&model, &candidates, &rules, Run::default(), &Progress::default())?;
/// let (board, _) = outcome.expect("it is not stopped");
/// assert_eq!(board.standings.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The first clause that the policy breaks, and where.
pub fn check_policy(build: impl Fn() -> Box<dyn Policy>) -> Result<(), Broken> {
    check_policy_in(0..WORLDS, |_| build())
}

/// As [`check_policy`], in worlds of your choice, for policies that are built for a model.
///
/// # Errors
///
/// As [`check_policy`].
pub fn check_policy_in(worlds: std::ops::Range<u64>, build: impl Fn(&Model) -> Box<dyn Policy>) -> Result<(), Broken> {
    worlds.into_iter().try_for_each(|number| check_in(number, &build))
}

fn check_in(number: u64, build: &dyn Fn(&Model) -> Box<dyn Policy>) -> Result<(), Broken> {
    let broken = |clause, what: String| Broken { clause, world: number, what };
    let run = |model: Result<Model, String>| -> Result<Outcome, Broken> {
        let outcome = model.and_then(|model| observe(&model, build)).map_err(|what| broken(Clause::IsNeverStopped, what))?;
        match &outcome.fault {
            Some(fault) if fault.kind == FaultKind::OverCommits => Err(broken(Clause::NeverOverCommits, fault.to_string())),
            Some(fault) => Err(broken(Clause::IsNeverStopped, fault.to_string())),
            None => match &outcome.over_committed {
                Some(what) => Err(broken(Clause::NeverOverCommits, what.clone())),
                None => Ok(outcome),
            },
        }
    };
    let world = World::new(number);
    let first = run(world.model())?;
    let again = run(world.model())?;
    if let Some(what) = difference(&first.log, &again.log, SimTime::NEVER) {
        return Err(broken(Clause::SameViewSamePlan, format!("run twice, {what}")));
    }
    let relabelled = run(world.relabelled().model())?;
    if let Some(what) = other_fate(&first.fates, &relabelled.fates) {
        return Err(broken(Clause::EqualJobsAlike, what));
    }
    let (cut, other) = world.other_future();
    let other = run(other.model())?;
    if let Some(what) = difference(&first.log, &other.log, cut) {
        let what = format!("with another future from {} on, {what}", hours(cut));
        return Err(broken(Clause::NoUseOfTheFuture, what));
    }
    Ok(())
}

/// The first decisions before an instant in which two runs differ.
fn difference(one: &[(SimTime, Vec<Decision>)], other: &[(SimTime, Vec<Decision>)], before: SimTime) -> Option<String> {
    let cut = |log: &[(SimTime, Vec<Decision>)]| log.iter().take_while(|(time, _)| *time < before).count();
    let (one, other) = (&one[..cut(one)], &other[..cut(other)]);
    let longest = one.len().max(other.len());
    let at = (0..longest).find(|&at| one.get(at) != other.get(at))?;
    let told = |log: &[(SimTime, Vec<Decision>)]| {
        log.get(at).map_or_else(|| "nothing more".to_owned(), |(time, moves)| format!("{moves:?} at {}", hours(*time)))
    };
    Some(format!("it decides {} and {}", told(one), told(other)))
}

fn other_fate(one: &Fates, other: &Fates) -> Option<String> {
    let at = (0..one.len().max(other.len())).find(|&at| one.get(at) != other.get(at))?;
    let told = |fates: &Fates| fates.get(at).map_or_else(|| "nothing".to_owned(), ToString::to_string);
    Some(format!("with equal jobs from another of two equal workloads, `{}` became `{}`", told(one), told(other)))
}

fn hours(time: SimTime) -> String {
    format!("{:.3} h", time.seconds() / 3600.0)
}
