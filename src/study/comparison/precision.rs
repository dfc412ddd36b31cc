//! When enough futures have been seen.

use super::Futures;
use super::rows::values;
use crate::metrics::catalog;
use crate::study::statistics::{centre, difference_of_pairs};
use crate::study::{Scope, Time};
use serde::{Deserialize, Deserializer, Serialize};

/// How well a difference is to be known.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    /// The metric, over the whole run.
    pub metric: String,
    /// Half the interval's width, as a share of the baseline's mean.
    pub share: f64,
    /// Replications at most.
    pub most: u32,
}

/// Why a comparison stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Stop {
    /// All replications that were asked for are done.
    AsAsked,
    /// The user stopped it.
    Interrupted,
    /// The precision was reached.
    Reached {
        /// The metric.
        metric: String,
        /// The largest half width over the variants, as a share of the baseline's mean.
        #[serde(deserialize_with = "unbounded")]
        share: f64,
    },
    /// It was not reached within the replications allowed.
    NotReached {
        /// The metric.
        metric: String,
        /// The largest half width over the variants, as a share of the baseline's mean.
        #[serde(deserialize_with = "unbounded")]
        share: f64,
        /// About how many replications it would take.
        #[serde(deserialize_with = "unbounded")]
        needed: f64,
    },
}

/// JSON has no word for what is beyond all bounds but `null`.
fn unbounded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::INFINITY))
}

/// A precision that means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrecisionError {
    /// The text is not one.
    #[error("\"{0}\" is not a precision: write METRIC:SHARE, such as wait_s_mean:5%")]
    Shape(String),
    /// The figure is unknown.
    #[error("unknown metric `{0}` over the whole run{1}")]
    Unknown(String, String),
}

impl Precision {
    /// Reads `METRIC:SHARE%`.
    ///
    /// # Errors
    ///
    /// When it is not of that shape, or the share is not between 0.01 % and 100 %.
    pub fn parse(text: &str, most: u32) -> Result<Self, PrecisionError> {
        let shape = || PrecisionError::Shape(text.to_owned());
        let (metric, share) = text.split_once(':').ok_or_else(shape)?;
        let percent: f64 = share.trim().trim_end_matches('%').parse().map_err(|_| shape())?;
        if !(0.01..=100.0).contains(&percent) || metric.trim().is_empty() {
            return Err(shape());
        }
        let metric = metric.trim();
        if catalog::find(metric).is_none() {
            let names: Vec<&str> = catalog::all().map(|known| known.name).collect();
            let hint = crate::kernel::names::nearest(metric, &names);
            let hint = hint.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            return Err(PrecisionError::Unknown(metric.to_owned(), hint));
        }
        Ok(Self { metric: metric.to_owned(), share: percent / 100.0, most })
    }

    /// Half as many replications again, up to the most allowed.
    pub(super) fn next_checkpoint(&self, now: u32) -> u32 {
        (now + now.div_ceil(2)).min(self.most).max(now)
    }

    /// Whether to stop at a checkpoint; none to go on.
    pub(super) fn decide(&self, futures: &Futures, goal: u32) -> Result<Option<Stop>, PrecisionError> {
        let [baseline, variants @ ..] = futures.by_entrant() else { return Ok(Some(Stop::AsAsked)) };
        let keys = baseline.first().map_or(&[][..], |first| &first.measures.keys);
        let is_total = |key: &&crate::study::Key| key.scope == Scope::All && key.time == Time::Total;
        let Some(metric) = keys.iter().filter(is_total).map(|key| key.metric).find(|metric| metric.name == self.metric) else {
            let names: Vec<&str> = keys.iter().filter(is_total).map(|key| key.metric.name).collect();
            let hint = crate::kernel::names::nearest(&self.metric, &names)
                .map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            return Err(PrecisionError::Unknown(self.metric.clone(), hint));
        };
        let before = values(baseline, metric, Scope::All, Time::Total);
        let baseline = centre(&before, 0.95, metric.shape).mean;
        let half_width = |finished: &Vec<_>| {
            let after = values(finished, metric, Scope::All, Time::Total);
            let found = difference_of_pairs(&after, &before, 0.95, metric.shape);
            found.low.zip(found.high).map_or(f64::INFINITY, |(low, high)| (high - low) / 2.0)
        };
        let share = variants.iter().map(half_width).fold(0.0, f64::max) / baseline.abs();
        if share <= self.share {
            return Ok(Some(Stop::Reached { metric: self.metric.clone(), share }));
        }
        let needed = f64::from(goal) * (share / self.share) * (share / self.share);
        Ok((goal >= self.most).then(|| Stop::NotReached { metric: self.metric.clone(), share, needed }))
    }
}
