//! Finish-time fairness.

use super::Allocator;
use super::linear::Parties;
use super::problem::{Problem, Shares};
use std::collections::BTreeMap;

/// The worst of all jobs' finish-time ratios is as small as can be: the time from its submission to its end, if its shares stayed as they are,
/// over the time it would take with its part of all GPUs for itself, the n-th of n jobs of equal weight that are there. What a job has done so far counts
/// there with the parts that it would have had then.
///
/// minimise r subject to age + left / speed <= r (alone so far + left / alone speed) for every job: for a given r these are floors of speeds,
/// and the least r is found by bringing the level at which they can be met to 1, by the secant rule between bounds.
///
/// Sources: K. Mahajan et al., "Themis: fair and efficient GPU cluster scheduling", NSDI 2020; Gavel (OSDI 2020), section 4.2. It makes up for
/// time that jobs have waited, so that no job ends much later than with GPUs of its own; work and long jobs pay for it, and it needs estimates.
#[derive(Clone, Debug)]
pub struct FinishTimeFairness {
    alone: BTreeMap<u64, Alone>,
    /// The ratio is looked for to this precision.
    precision: f64,
}

/// A job with its part of all GPUs for itself.
#[derive(Clone, Copy, Debug)]
struct Alone {
    /// How long what it has done would have taken [s].
    so_far: f64,
    /// Its work left when that was worked out.
    left: f64,
    /// Its speed since.
    speed: f64,
}

/// Halvings and secants at most; each is a linear programme.
const MOST_SEARCHES: usize = 60;
/// To the seven digits to which schedules are compared with published ones.
const PRECISE: f64 = 1e-7;
/// Where estimates are no better than to a factor, each digit more is a linear programme or two for nothing.
const COARSE: f64 = 1e-3;

impl Default for FinishTimeFairness {
    fn default() -> Self {
        Self { alone: BTreeMap::new(), precision: PRECISE }
    }
}

impl FinishTimeFairness {
    /// What every job would take with its part for itself [s].
    fn alone(&mut self, problem: &Problem) -> Vec<f64> {
        let weights: f64 = problem.jobs.iter().map(|job| job.weight).sum();
        let mut times = Vec::with_capacity(problem.jobs.len());
        for job in &problem.jobs {
            let before = self.alone.get(&job.id).copied();
            let so_far = before.map_or(0.0, |before| before.so_far + (before.left - job.left) / before.speed);
            let speed = problem.isolated_speed(job, weights);
            self.alone.insert(job.id, Alone { so_far, left: job.left, speed });
            times.push(so_far + job.left / speed);
        }
        times
    }
}

impl Allocator for FinishTimeFairness {
    fn attend(&mut self, ids: &[u64]) {
        self.alone.retain(|id, _| ids.binary_search(id).is_ok());
    }

    fn shares(&mut self, problem: &Problem) -> Shares {
        let alone = self.alone(problem);
        // The level reached for a ratio: 1 or more where the ratio is possible.
        let reach = |ratio: f64| {
            let mut parties = Parties::new(problem, |index| {
                let job = &problem.jobs[index];
                (job.speeds.clone(), job.left / (ratio * alone[index] - job.age))
            });
            parties.in_time = true;
            parties.best().map(|(level, found)| (level, found, parties))
        };
        // No speed is enough for a ratio at which some job should have ended already.
        let least = problem.jobs.iter().zip(&alone).map(|(job, alone)| job.age / alone).fold(0.0, f64::max);
        let (mut low, mut high) = (least, 2.0 * least + 1.0);
        let mut best = None;
        for _ in 0..MOST_SEARCHES {
            match reach(high) {
                Some(found) if found.0 >= 1.0 => {
                    best = Some(found);
                    break;
                }
                _ => (low, high) = (high, high * 2.0),
            }
        }
        let Some((mut high_level, ..)) = best else { return Shares::none(problem) };
        let mut low_level = None;
        for search in 0..MOST_SEARCHES {
            if high - low <= self.precision * high || high_level <= 1.0 + self.precision {
                break;
            }
            let half = f64::midpoint(low, high);
            // The level is nearly straight over the ratio; every third time the middle is taken, so that both bounds move.
            let ratio = match low_level {
                Some(low_level) if search % 3 != 2 => {
                    let secant: f64 = low + (high - low) * (1.0 - low_level) / (high_level - low_level);
                    secant.clamp(low + 0.01 * (half - low), high)
                }
                _ => half,
            };
            match reach(ratio) {
                Some(found) if found.0 >= 1.0 => {
                    (high, high_level) = (ratio, found.0);
                    best = Some(found);
                }
                Some((level, ..)) => (low, low_level) = (ratio, Some(level)),
                None => (low, low_level) = (ratio, None),
            }
        }
        let Some((_, found, parties)) = best else { return Shares::none(problem) };
        parties.shares(problem, &parties.middle(1.0, &found))
    }

    fn be_coarse(&mut self) {
        self.precision = COARSE;
    }
}
