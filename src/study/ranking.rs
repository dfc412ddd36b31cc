//! Policies on one scenario: which one is best, with what certainty, and which are statistically indistinguishable.
//!
//! All policies meet the same futures. Decisions are taken future by future, in their order, so that threads change nothing.

mod board;
mod candidate;
mod objective;
mod stopwatch;

pub use self::candidate::{Candidate, CandidateError, Contender};
pub use self::objective::{Objective, ObjectiveError};
pub use crate::policy::registry::SCENARIO;

use self::board::board;
use self::stopwatch::Stopwatch;
use super::PolicyFactory;
use super::runner::{Finished, Progress, Run, pool_of, replicate, replicate_with};
use super::statistics::{Method, Screening};
use crate::metrics::{Key, Scope, Time, catalog};
use crate::model::{Model, PolicyChoice};
use crate::sim::Failure;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The probability that an interval covers the truth.
const CONFIDENCE: f64 = 0.95;
/// The least probability that the selected policy is the best, or within the indifference of it.
const CORRECT: f64 = 0.95;
/// Futures between two looks at what was simulated.
const STRETCH: u32 = 8;

/// How to rank.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// The metric over the whole run that decides.
    pub metric: Objective,
    /// Indifference: a difference too small to matter, as a share of the best mean after the first futures.
    pub indifference: f64,
    /// Futures that all policies meet.
    pub first: u32,
    /// Futures at most; as many as the first where all are to meet equally many.
    pub most: u32,
}

/// A board.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ranking {
    /// Version of the schema of result files, [`SCHEMA_VERSION`](crate::study::SCHEMA_VERSION) when written.
    #[serde(default = "super::schema::unstated")]
    pub schema_version: u32,
    /// The scenario's name.
    pub scenario: String,
    /// One line on what it is about.
    pub title: String,
    /// First simulated day.
    pub start: String,
    /// Last simulated day.
    pub end: String,
    /// Root of the random draws.
    pub seed: u64,
    /// The metric that decides.
    pub metric: String,
    /// What it is measured for, where that was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Whether more of it is better.
    pub more_is_better: bool,
    /// Indifference: the difference too small to matter [the metric's unit]; none where all meet equally many futures.
    pub indifference: Option<f64>,
    /// Why it ended.
    pub end_reason: End,
    /// Further metrics: what they are, in the order of [`Standing::objectives`].
    pub objectives: Vec<String>,
    /// From the best on.
    pub standings: Vec<Standing>,
    /// Policies without a standing, and why.
    pub failed: Vec<(String, String)>,
    /// Those of them that were stopped, because they did what no policy may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stopped: Vec<String>,
}

impl Standing {
    /// Whether its ends are those of the futures' range and not of an interval.
    #[must_use]
    pub fn is_range(&self) -> bool {
        self.method == Method::Range.to_string()
    }

    /// Whether the ends of its difference are those of the futures, and no interval.
    #[must_use]
    pub fn difference_is_range(&self) -> bool {
        self.difference_method == Method::Range.to_string()
    }
}

impl Ranking {
    /// What decides, as `rank --metric` takes it: `METRIC` or `METRIC@NAME`.
    #[must_use]
    pub fn objective(&self) -> String {
        self.of.as_ref().map_or_else(|| self.metric.clone(), |of| format!("{}@{of}", self.metric))
    }
}

/// Why a ranking ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// One policy is selected as the best or within the indifference of it, with a probability of at least 95 %.
    Selected,
    /// One policy was left after the first futures: all others failed, or lack the metric.
    Alone,
    /// The futures that were allowed did not suffice for that.
    NotSettled,
    /// All policies met the futures that were asked for.
    Budget,
    /// The user stopped it.
    Interrupted,
}

/// A policy on the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Its group, from 1: its members cannot be told from the first of them.
    pub group: usize,
    /// The policy.
    pub policy: String,
    /// Futures it met.
    pub n: usize,
    /// Mean of the metric over them.
    pub mean: Option<f64>,
    /// Lower end of the mean's interval, or the least of the futures where the method is the range.
    pub low: Option<f64>,
    /// Upper end of the interval, or the greatest of the futures.
    pub high: Option<f64>,
    /// Where the interval comes from.
    pub method: String,
    /// Mean of its paired difference from the best.
    pub difference: Option<f64>,
    /// Lower end of the difference's interval.
    pub difference_low: Option<f64>,
    /// Upper end.
    pub difference_high: Option<f64>,
    /// Where that interval comes from; of the range of futures, which is none, the ends are the least and the greatest difference.
    #[serde(default)]
    pub difference_method: String,
    /// Futures in which it was better than the best on the board.
    pub better_in: usize,
    /// Whether it was still in the race at the end.
    pub in_race: bool,
    /// Means of the objectives over the first futures, which all policies met.
    pub objectives: Vec<Option<f64>>,
    /// Whether no other policy is at least as good in all objectives and better in one, by these means.
    pub on_front: bool,
    /// Share of the jobs that wait or run at the end, by the mean over the first futures: they have no completion time.
    pub unfinished_share: f64,
}

/// Policies that cannot be ranked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RankingError {
    /// The metric cannot decide.
    #[error(transparent)]
    Objective(#[from] ObjectiveError),
    /// No policy has a result.
    #[error("no policy has a result: {0}")]
    NoResult(String),
}

/// A candidate while it is ranked.
struct Runner {
    model: Model,
    custom: Option<PolicyFactory>,
    keys: OnceLock<Arc<[Key]>>,
    /// Objective by objective, the metric that decides first: its value in each future that was met, turned so that more is better.
    utilities: Vec<Vec<f64>>,
    failed: Option<String>,
    /// Share of the jobs that had not ended, future by future.
    unfinished: Vec<f64>,
    stopped: bool,
    in_race: bool,
    time: Duration,
}

/// Ranks policies on a model. The second part is how much processor time each policy's simulations took, in the candidates' order: not part of any result.
/// None where it was stopped before the first futures were whole.
///
/// # Errors
///
/// When the scenario lacks the metric, or no policy has a result. A policy that fails is taken out and named; the others stand.
pub fn rank(
    model: &Model,
    candidates: &[Candidate],
    rules: &Rules,
    how: Run,
    progress: &Progress,
) -> Result<Option<(Ranking, Vec<Duration>)>, RankingError> {
    let objectives = objectives(model, rules)?;
    let mut runners: Vec<Runner> = candidates.iter().map(|candidate| Runner::new(model, candidate, objectives.len())).collect();
    let (mut screening, mut indifference): (Option<Screening>, Option<f64>) = (None, None);
    let (mut met, mut were_compared) = (0, false);
    // A metric that the scenario lacks is reported after one future of one policy.
    if rules.first > 0 && !runners.is_empty() {
        simulate(&runners, &[0], 0..1, how, progress);
        if runners[0].keys.get().is_some() {
            check_metric(&runners, &objectives[0])?;
        }
    }
    let end = 'race: loop {
        let goal = if met == 0 { rules.first } else { (met + STRETCH).min(rules.most) };
        let racing: Vec<usize> = (0..runners.len()).filter(|&place| runners[place].in_race).collect();
        let outcomes = simulate(&runners, &racing, met..goal, how, progress);
        for round in outcomes.chunks(racing.len().max(1)) {
            if round.iter().any(|(outcome, _)| matches!(outcome, Err(Failure::Stopped))) {
                break 'race End::Interrupted;
            }
            for (&place, (outcome, time)) in racing.iter().zip(round) {
                // A policy that has left the race within the stretch has no use for what was simulated of it beyond.
                runners[place].take(outcome, *time, &objectives);
            }
            met += 1;
            if met < rules.first {
                continue;
            }
            if met == rules.first {
                check_metric(&runners, &objectives[0])?;
            }
            drop_undefined(&mut runners, rules);
            were_compared |= runners.iter().filter(|runner| runner.in_race).count() > 1;
            if rules.most > rules.first {
                screen(&mut runners, rules, &mut screening, &mut indifference);
            }
            if rules.most > rules.first && runners.iter().filter(|runner| runner.in_race).count() <= 1 {
                break 'race if were_compared { End::Selected } else { End::Alone };
            }
        }
        if met >= rules.most {
            break if rules.most <= rules.first { End::Budget } else { End::NotSettled };
        }
    };
    let times = runners.iter().map(|runner| runner.time).collect();
    if met < rules.first {
        return Ok(None);
    }
    Ok(Some((board(model, candidates, &runners, (rules, &objectives), indifference, end)?, times)))
}

impl Runner {
    fn new(model: &Model, candidate: &Candidate, objectives: usize) -> Self {
        let (policy, custom) = match &candidate.policy {
            Contender::Composed(choice) => (PolicyChoice::clone(choice), None),
            Contender::Custom(factory) => {
                (PolicyChoice { name: candidate.name.clone(), ..model.policy.clone() }, Some(factory.clone()))
            }
        };
        Self {
            model: Model { policy, ..model.clone() },
            custom,
            keys: OnceLock::new(),
            utilities: vec![Vec::new(); objectives],
            failed: None,
            unfinished: Vec::new(),
            stopped: false,
            in_race: true,
            time: Duration::ZERO,
        }
    }

    fn take(&mut self, outcome: &Result<Finished, Failure>, time: Duration, objectives: &[Goal]) {
        self.time += time;
        match outcome {
            _ if !self.in_race => {}
            Ok(finished) => {
                for (values, (objective, scope)) in self.utilities.iter_mut().zip(objectives) {
                    values.push(objective.sign() * objective.value(&finished.measures, *scope));
                }
                let jobs = |metric| finished.measures.get(metric, Scope::All, Time::Total).unwrap_or(0.0);
                let open = jobs(&catalog::JOBS_CENSORED_RUNNING) + jobs(&catalog::JOBS_CENSORED_QUEUED);
                self.unfinished.push(open / jobs(&catalog::JOBS_SUBMITTED).max(1.0));
            }
            Err(failure) => {
                self.in_race = false;
                self.stopped = true;
                self.failed = Some(failure.to_string());
            }
        }
    }

    /// What decides, turned so that more is better, future by future.
    fn decisive(&self) -> &[f64] {
        &self.utilities[0]
    }
}

/// An objective, and what it is measured for in the model.
type Goal = (Objective, Scope);

/// The metric that decides, then those that a board shows besides.
fn objectives(model: &Model, rules: &Rules) -> Result<Vec<Goal>, ObjectiveError> {
    let mut metrics = vec![&catalog::COST_USD, &catalog::HHI];
    // Among teams it matters which one pays for a good mean.
    if !model.fair_teams().is_empty() {
        metrics.splice(0..0, [&catalog::WAIT_S_MEAN, &catalog::JAIN_INDEX, &catalog::FINISH_TIME_RATIO_WORST]);
    }
    let besides = metrics.into_iter().map(Objective::from).filter(|objective| *objective != rules.metric);
    let goal = |objective: Objective| Ok((objective.clone(), objective.scope(model)?));
    std::iter::once(rules.metric.clone()).chain(besides).map(goal).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Simulates futures of the policies that are in the race, future by future. O(futures x policies) runs.
fn simulate(
    runners: &[Runner],
    racing: &[usize],
    futures: std::ops::Range<u32>,
    how: Run,
    progress: &Progress,
) -> Vec<(Result<Finished, Failure>, Duration)> {
    let tasks: Vec<(u32, usize)> = futures.flat_map(|future| racing.iter().map(move |&place| (future, place))).collect();
    let one = |&(future, place): &(u32, usize)| {
        let (runner, watch) = (&runners[place], Stopwatch::begin());
        let (model, keys) = (&runner.model, &runner.keys);
        let outcome = match &runner.custom {
            Some(factory) => replicate_with(model, factory, future, how, progress, keys),
            None => replicate(model, future, how, progress, keys),
        };
        (outcome, watch.used())
    };
    match pool_of(how.threads) {
        Some(pool) => pool.install(|| tasks.par_iter().with_max_len(1).map(one).collect()),
        None => tasks.iter().map(one).collect(),
    }
}

fn check_metric(runners: &[Runner], (objective, scope): &Goal) -> Result<(), RankingError> {
    let Some(keys) = runners.iter().find_map(|runner| runner.keys.get()) else {
        let why = runners.iter().find_map(|runner| runner.failed.clone());
        return Err(RankingError::NoResult(why.unwrap_or_default()));
    };
    let wanted = Key { metric: objective.metric, scope: *scope, time: Time::Total };
    if keys.contains(&wanted) { Ok(()) } else { Err(objective.absent().into()) }
}

/// A policy under which the metric is not defined in some future cannot be ranked by it.
fn drop_undefined(runners: &mut [Runner], rules: &Rules) {
    for runner in runners.iter_mut().filter(|runner| runner.in_race) {
        if let Some(future) = runner.decisive().iter().position(|value| !value.is_finite()) {
            runner.in_race = false;
            runner.failed = Some(format!("{} is not defined in future {}", rules.metric, future + 1));
        }
    }
}

fn screen(runners: &mut [Runner], rules: &Rules, screening: &mut Option<Screening>, indifference: &mut Option<f64>) {
    let screening = screening.get_or_insert_with(|| {
        let racing: Vec<f64> = runners.iter().filter(|runner| runner.in_race).map(|runner| mean(runner.decisive())).collect();
        let best = racing.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Where the best is zero (no job waits), the indifference is a share of the policies' average.
        let average = racing.iter().map(|mean| mean.abs()).sum::<f64>() / racing.len().max(1) as f64;
        let cared = (rules.indifference * if best.abs() > 1e-6 * average { best.abs() } else { average }).max(1e-9);
        *indifference = Some(cared);
        let blank = vec![0.0; rules.first as usize];
        // Who failed before that has no values, and is out.
        let all: Vec<&[f64]> =
            runners.iter().map(|runner| runner.decisive().get(..rules.first as usize).unwrap_or(&blank)).collect();
        Screening::begin(&all, cared, CORRECT)
    });
    for (place, _) in runners.iter().enumerate().filter(|(_, runner)| !runner.in_race) {
        screening.drop_out(place);
    }
    let values: Vec<&[f64]> = runners.iter().map(Runner::decisive).collect();
    screening.screen(&values);
    for (runner, alive) in runners.iter_mut().zip(screening.alive()) {
        runner.in_race &= alive;
    }
}
