//! The studentised bootstrap: an interval for the mean of skewed values, which the t interval misses on one side.

use super::Moments;
use crate::kernel::{math, random::Address};

/// Resamples an interval. One less than a multiple of 40, so that the ends of a 95 % interval are resamples themselves.
const RESAMPLES: usize = 1_999;

/// A resample counts as degenerate where its standard error falls below this share of the sample's own.
///
/// Such a resample lacks the values that make the spread (or is one value over and over): its distance from the mean in its own
/// standard errors is rounding noise or absurdly large.
const DEGENERATE: f64 = 0.01;

/// The equal-tailed interval of the mean, low then high [the values' unit].
///
/// Degenerate resamples keep their place at the outer ends, as infinitely far from the mean: leaving them out would shorten the
/// very tails that are in doubt. None where so many are degenerate that an end of the interval is one of them.
///
/// Source: B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap" (1993), 12.5.
pub(super) fn interval(values: &[f64], moments: &Moments, confidence: f64, address: Address) -> Option<(f64, f64)> {
    let deviations: Vec<f64> = values.iter().map(|value| value - moments.mean).collect();
    let standard_error = moments.standard_error();
    let mut distances: Vec<f64> =
        (0..RESAMPLES as u64).map(|resample| distance(&deviations, standard_error, resample, address)).collect();
    distances.sort_unstable_by(f64::total_cmp);
    let rank = (0.5 * (1.0 - confidence) * (RESAMPLES + 1) as f64).round() as usize;
    let (lower, upper) = (*distances.get(rank.max(1) - 1)?, *distances.get(RESAMPLES - rank.max(1))?);
    let (low, high) = (moments.mean - upper * standard_error, moments.mean - lower * standard_error);
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

/// How far a resample's mean lies from the sample's, in the resample's own standard errors; infinitely far where it is
/// degenerate.
fn distance(deviations: &[f64], standard_error: f64, resample: u64, address: Address) -> f64 {
    let mut draws = address.name("bootstrap-t").number(resample).draws(0);
    let n = deviations.len();
    let (mut sum, mut squares) = (0.0, 0.0);
    for _ in 0..n {
        let deviation = deviations[draws.below(n as u64) as usize];
        sum += deviation;
        squares += deviation * deviation;
    }
    let n = n as f64;
    let mean = sum / n;
    // Deviations are centred, so the difference loses no digits that a resample above the threshold needs.
    let own_error = math::sqrt(((squares - sum * mean) / (n - 1.0) / n).max(0.0));
    if own_error < DEGENERATE * standard_error { f64::INFINITY.copysign(mean) } else { mean / own_error }
}
