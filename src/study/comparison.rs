//! Variants of a scenario under the same futures, and what the pairs say.
//!
//! Every variant meets replication 1, 2, ... with the same draws, so that differences between variants are far better known than the values
//! themselves. The unit of every interval is the pair of replications.

mod bridge;
mod futures;
mod holm;
mod precision;
mod rows;

pub use bridge::{Bridge, Effect};
pub use futures::{Futures, MonthOfLoss, NMinusOne};
pub use precision::{Precision, PrecisionError, Stop};
pub use rows::{Difference, Loss, Verdict};

pub(super) use holm::significant;

use super::runner::{Progress, Run};
use crate::model::Model;
use crate::sim::Failure;
use serde::{Deserialize, Serialize};

/// A scenario or a variant of it.
#[derive(Clone, Debug)]
pub struct Entrant {
    /// Its name: `baseline`, or the variant's.
    pub name: String,
    /// One line on what it is.
    pub title: String,
    /// Whether it is a question about the baseline rather than a portfolio of its own: its N-1 losses are not tried.
    pub is_question: bool,
    /// What is simulated.
    pub model: Model,
}

/// What a comparison found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Comparison {
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
    /// Futures in the figures.
    pub replications: u32,
    /// Probability that an interval covers the truth.
    pub confidence: f64,
    /// Measured time [years].
    pub years: f64,
    /// Why it stopped.
    pub stop: Stop,
    /// The names and titles, the baseline first.
    pub entrants: Vec<(String, String)>,
    /// Every figure of every variant against the baseline.
    pub rows: Vec<Difference>,
    /// From the baseline's bill to each variant's.
    #[serde(default)]
    pub bridges: Vec<Bridge>,
    /// The loss without each vendor, by entrant and month; empty where it was not asked for.
    pub losses: Vec<Loss>,
    /// Events that were watched, in order, without those of the N-1 losses.
    pub events: Vec<String>,
    /// The differences future by future of the metrics on the first screen: metric, variant, variant less baseline.
    pub strips: Vec<(String, String, Vec<f64>)>,
}

impl Comparison {
    /// What all variants are compared with.
    #[must_use]
    pub fn baseline(&self) -> &str {
        self.entrants.first().map_or("", |(name, _)| name)
    }
}

/// Entrants that cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComparisonError {
    /// Its futures are not the baseline's.
    #[error("`{name}` cannot be compared with `{baseline}`: its {what} differs, so that it does not meet the same futures")]
    OtherFutures {
        /// The entrant.
        name: String,
        /// The first one.
        baseline: String,
        /// What differs.
        what: &'static str,
    },
    /// A replication has no result: the policy did what no policy may, or the accounts do not balance.
    #[error("{name}: {failure}")]
    Failed {
        /// The entrant.
        name: String,
        /// Why.
        failure: Failure,
    },
    /// The precision asked for is of a figure that there is not.
    #[error(transparent)]
    Precision(#[from] PrecisionError),
}

/// Whether entrants meet the same futures.
///
/// # Errors
///
/// Names the first that does not, and what differs.
pub fn same_futures(entrants: &[Entrant]) -> Result<(), ComparisonError> {
    let Some((baseline, others)) = entrants.split_first() else { return Ok(()) };
    for entrant in others {
        let (one, other) = (&baseline.model, &entrant.model);
        let what = if one.seed != other.seed {
            "seed"
        } else if one.calendar.start() != other.calendar.start() {
            "start"
        } else if one.horizon() != other.horizon() {
            "end"
        } else if one.warm_up != other.warm_up {
            "warm-up"
        } else {
            continue;
        };
        let (name, baseline) = (entrant.name.clone(), baseline.name.clone());
        return Err(ComparisonError::OtherFutures { name, baseline, what });
    }
    Ok(())
}

/// How many simulations a future of these entrants takes.
#[must_use]
pub fn simulations(entrants: &[Entrant]) -> usize {
    let tries_losses = entrants.first().is_some_and(|baseline| baseline.model.comparison.n_minus_one.is_some());
    let portfolios = entrants.iter().filter(|entrant| tries_losses && !entrant.is_question);
    entrants.len() + portfolios.map(|entrant| entrant.model.vendors_with_clusters().count()).sum::<usize>()
}

/// Lets every entrant meet the same futures, as many as the baseline asks for or as the precision needs. Events that any entrant watches are
/// watched in all. Fewer futures than asked for are compared only if it was stopped; none where not even one is whole.
///
/// # Errors
///
/// When the entrants do not meet the same futures, a figure asked for is not there, or accounts do not balance.
pub fn compare(
    mut entrants: Vec<Entrant>,
    how: Run,
    precision: Option<&Precision>,
    progress: &Progress,
) -> Result<Option<(Comparison, Futures)>, ComparisonError> {
    same_futures(&entrants)?;
    share_watches(&mut entrants);
    let mut futures = Futures::new(entrants);
    let first = futures.entrants()[0].model.replications;
    let mut goal = first;
    let stop = loop {
        if !futures.extend(goal, how, progress)? {
            break Stop::Interrupted;
        }
        let Some(precision) = precision else { break Stop::AsAsked };
        match precision.decide(&futures, goal)? {
            Some(stop) => break stop,
            None => goal = precision.next_checkpoint(goal),
        }
    };
    if futures.finished() == 0 {
        return Ok(None);
    }
    Ok(Some((rows::comparison(&futures, stop), futures)))
}

fn share_watches(entrants: &mut [Entrant]) {
    let mut all = Vec::new();
    for watch in entrants.iter().flat_map(|entrant| &entrant.model.watches) {
        if !all.contains(watch) {
            all.push(watch.clone());
        }
    }
    for entrant in entrants {
        // The variant's own times win where two events have one name.
        let own = entrant.model.watches.clone();
        let mut watches: Vec<crate::model::watch::Watch> = Vec::new();
        for watch in &all {
            if watches.iter().all(|known| known.name != watch.name) {
                watches.push(own.iter().find(|known| known.name == watch.name).unwrap_or(watch).clone());
            }
        }
        entrant.model.watches = watches;
    }
}
