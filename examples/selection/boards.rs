//! Whole boards of the engine's, whose right answer is known from many other futures.

use super::world::{World, futures, reseeded};
use skyberth::metrics::catalog::{self, Metric};
use skyberth::model::{Model, PolicyChoice};
use skyberth::study::ranking::{Candidate, Contender, End, Rules, rank};
use skyberth::study::{Progress, Run};

/// The ranked policies: some far apart, some close together.
pub const BOARDS: [[&str; 4]; 2] = [["fifo", "fifo-skip", "easy", "srsf"], ["fifo-skip", "easy", "conservative", "sjf-easy"]];
/// The metric that decides: less is better.
pub static METRIC: &Metric = &catalog::WAIT_S_MEAN;

/// Counts over many boards.
#[derive(Clone, Copy, Debug, Default)]
pub struct Boards {
    pub made: usize,
    /// Those that selected a policy.
    pub selected: usize,
    /// Those of them whose policy is the best or within the indifference zone.
    pub right: usize,
    /// Those of them whose policy is the best.
    pub best: usize,
    /// Futures of a policy, in the mean over policies and boards.
    pub futures: f64,
}

/// The metric's mean under each policy, over so many futures.
pub fn truths(world: &World, policies: &[&str], seed: u64, replications: u32) -> Vec<f64> {
    let mean = |candidate: &Candidate| {
        let model = reseeded(&with_policy(&world.baseline, candidate), seed, replications);
        let [_, waits] = futures(&model);
        waits.iter().sum::<f64>() / waits.len() as f64
    };
    candidates(&world.baseline, policies).iter().map(mean).collect()
}

/// Makes a board for each seed, and holds it against the truth.
pub fn boards(world: &World, policies: &[&str], truths: &[f64], rules: &Rules, seeds: std::ops::Range<u64>) -> Boards {
    let candidates = candidates(&world.baseline, policies);
    let least = truths.iter().copied().fold(f64::INFINITY, f64::min);
    let mut found = Boards::default();
    for seed in seeds {
        let model = reseeded(&world.baseline, seed, rules.first);
        let outcome = rank(&model, &candidates, rules, Run::default(), &Progress::default());
        let (ranking, _) = outcome.expect("the metric is there").expect("it is not interrupted");
        found.made += 1;
        let met: usize = ranking.standings.iter().map(|standing| standing.n).sum();
        found.futures += met as f64 / ranking.standings.len() as f64;
        if ranking.end_reason == End::Selected {
            let place = policies.iter().position(|name| *name == ranking.standings[0].policy).expect("it is one of them");
            found.selected += 1;
            found.right += usize::from(truths[place] <= least * (1.0 + rules.indifference));
            found.best += usize::from(truths[place] <= least);
        }
    }
    found.futures /= found.made.max(1) as f64;
    found
}

fn candidates(model: &Model, policies: &[&str]) -> Vec<Candidate> {
    policies.iter().map(|name| Candidate::named(name, model).expect("it is registered")).collect()
}

fn with_policy(model: &Model, candidate: &Candidate) -> Model {
    let Contender::Composed(policy) = &candidate.policy else { unreachable!("it is a preset") };
    Model { policy: PolicyChoice::clone(policy), ..model.clone() }
}
