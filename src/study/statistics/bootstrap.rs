//! The studentised bootstrap: an interval for the mean of skewed values, which the t interval misses on one side.

use super::Moments;
use crate::kernel::{math, random::Address};

/// Resamples an interval. One less than a multiple of 40, so that the ends of a 95 % interval are resamples themselves, and enough for an interval
/// at 5 % / 100: a family of a hundred comparisons.
const RESAMPLES: usize = 3_999;

/// A resample counts as degenerate where its standard error falls below this share of the sample's own.
///
/// Such a resample lacks the values that make the spread (or is one value over and over): its distance from the mean in its own
/// standard errors is rounding noise or absurdly large.
const DEGENERATE: f64 = 0.01;

/// Up to this sample size the resamples are kept (64 MB at most); beyond, they are drawn again for each figure.
const MOST_KEPT: usize = 4_096;

/// Which values each resample of a sample of one size takes. Drawing them costs more than all the rest, and where many figures share an
/// address they share the draws as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resamples {
    n: usize,
    address: Address,
    /// Indices into the sample, resample by resample, `n` each; empty where they are too many to keep.
    picks: Vec<u32>,
}

impl Resamples {
    /// The resamples of samples of size `n`, drawn at an address. O(n) time and memory.
    #[must_use]
    pub fn new(n: usize, address: Address) -> Self {
        let address = address.name("bootstrap-t");
        let mut picks = Vec::new();
        if n <= MOST_KEPT {
            picks.reserve_exact(RESAMPLES * n);
            (0..RESAMPLES).for_each(|resample| draw(address, resample, n, &mut picks));
        }
        Self { n, address, picks }
    }

    /// A figure of every resample, in order.
    fn map(&self, figure: impl Fn(&[u32]) -> f64) -> Vec<f64> {
        if self.picks.is_empty() {
            let mut picks = Vec::with_capacity(self.n);
            let redrawn = |resample| {
                picks.clear();
                draw(self.address, resample, self.n, &mut picks);
                figure(&picks)
            };
            return (0..RESAMPLES).map(redrawn).collect();
        }
        self.picks.chunks_exact(self.n).map(figure).collect()
    }
}

/// Adds the indices of one resample.
fn draw(address: Address, resample: usize, n: usize, picks: &mut Vec<u32>) {
    let mut draws = address.number(resample as u64).draws(0);
    picks.extend((0..n).map(|_| draws.below(n as u64) as u32));
}

/// The equal-tailed interval of the mean, low then high [the values' unit]. The resamples are for samples of this size.
///
/// Degenerate resamples keep their place at the outer ends, as infinitely far from the mean: leaving them out would shorten the
/// very tails that are in doubt. None where so many are degenerate that an end of the interval is one of them.
///
/// Source: B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap" (1993), 12.5.
pub(super) fn interval(values: &[f64], moments: &Moments, confidence: f64, resamples: &Resamples) -> Option<(f64, f64)> {
    let deviations: Vec<f64> = values.iter().map(|value| value - moments.mean).collect();
    let standard_error = moments.standard_error();
    let mut distances = resamples.map(|picks| distance(&deviations, standard_error, picks));
    // A hair of tolerance, lest rounding take a whole number for less. So few resamples say nothing of what lies beyond their ends.
    let rank = (0.5 * (1.0 - confidence) * (RESAMPLES + 1) as f64 + 1e-6) as usize;
    let (low_place, high_place) = (rank.checked_sub(1)?, RESAMPLES.checked_sub(rank)?);
    // Two values of the sorted distances are wanted; sorting all of them would take twice as long as all else.
    let lower = *distances.select_nth_unstable_by(low_place, f64::total_cmp).1;
    let upper = *distances.select_nth_unstable_by(high_place, f64::total_cmp).1;
    let (low, high) = (moments.mean - upper * standard_error, moments.mean - lower * standard_error);
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

/// How far a resample's mean lies from the sample's, in the resample's own standard errors; infinitely far where it is
/// degenerate.
fn distance(deviations: &[f64], standard_error: f64, picks: &[u32]) -> f64 {
    let (mut sum, mut squares) = (0.0, 0.0);
    for &pick in picks {
        let deviation = deviations[pick as usize];
        sum += deviation;
        squares += deviation * deviation;
    }
    let n = deviations.len() as f64;
    let mean = sum / n;
    // Deviations are centred, so the difference loses no digits that a resample above the threshold needs.
    let own_error = math::sqrt(((squares - sum * mean) / (n - 1.0) / n).max(0.0));
    if own_error < DEGENERATE * standard_error { f64::INFINITY.copysign(mean) } else { mean / own_error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resamples_too_many_to_keep_are_drawn_alike() {
        let kept = Resamples::new(7, Address::stream(1, 0, "test"));
        let redrawn = Resamples { picks: Vec::new(), ..kept.clone() };
        let weighed = |picks: &[u32]| picks.iter().fold(0.0, |sum, &pick| 7.0 * sum + f64::from(pick));
        assert_eq!(kept.map(weighed), redrawn.map(weighed));
        assert_eq!(kept.map(weighed).len(), RESAMPLES);
        assert!(Resamples::new(MOST_KEPT + 1, Address::stream(1, 0, "test")).picks.is_empty());
    }
}
