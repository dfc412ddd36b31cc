//! Shares of trials: how well a probability is known that was seen in some of so many futures.

use super::student::binomial_at_most;
use super::{Estimate, Method, mean};
use crate::kernel::math;

/// Halvings of the unit interval, beyond which its ends no longer move.
const HALVINGS: u32 = 60;

/// Between what a probability lies that was seen in `count` of `trials` (at least one), at `confidence` in (0, 1): neither end is wrong with a
/// probability of more than (1 - confidence) / 2, whatever the probability. None of 16 still allows 20.6 %.
///
/// Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26
/// (1934).
#[must_use]
pub fn exact_binomial(count: usize, trials: usize, confidence: f64) -> (f64, f64) {
    let miss = 0.5 * (1.0 - confidence);
    // The probability of at most so many falls as p rises.
    let crossing = |successes: usize, level: f64| {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if binomial_at_most(successes, trials, middle) > level { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    };
    let low = if count == 0 { 0.0 } else { crossing(count - 1, 1.0 - miss) };
    let high = if count >= trials { 1.0 } else { crossing(count, miss) };
    (low, high)
}

/// The share of futures that have something, from values of 0 and 1, with its exact binomial interval. None without values, or where one is
/// neither.
#[must_use]
pub fn share_of_futures(values: &[f64], confidence: f64) -> Estimate {
    let n = values.len();
    let none = Estimate { n, mean: mean(values), low: None, high: None, method: Method::NotEstimable };
    if n == 0 || !(confidence > 0.0 && confidence < 1.0) || values.iter().any(|&value| value != 0.0 && value != 1.0) {
        return none;
    }
    let (low, high) = exact_binomial(values.iter().filter(|&&value| value == 1.0).count(), n, confidence);
    Estimate { low: Some(low), high: Some(high), method: Method::ExactBinomial, ..none }
}

/// Between what a share lies that was seen in `count` of `trials` (at least one), at `confidence` in (0, 1): narrower than the exact interval, and
/// right on average over shares.
///
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
#[must_use]
pub fn share_interval(count: usize, trials: usize, confidence: f64) -> (f64, f64) {
    let (n, z) = (trials as f64, math::normal_quantile(0.5 + 0.5 * confidence));
    let share = count as f64 / n;
    let middle = (share + 0.5 * z * z / n) / (1.0 + z * z / n);
    let reach = z / (1.0 + z * z / n) * math::sqrt(share * (1.0 - share) / n + 0.25 * z * z / (n * n));
    (middle - reach, middle + reach)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
    }

    #[test]
    fn none_in_sixteen_still_allows_a_fifth() {
        let (low, high) = exact_binomial(0, 16, 0.95);
        // 1 - 0.025^(1/16)
        near(high, 1.0 - math::pow(0.025, 1.0 / 16.0), 1e-12);
        near(high, 0.2059, 5e-5);
        assert_eq!(low, 0.0);
        // "At most 5 %" needs 72: 1 - 0.025^(1/72) = 0.0499.
        assert!(exact_binomial(0, 71, 0.95).1 > 0.05 && exact_binomial(0, 72, 0.95).1 < 0.05);
    }

    #[test]
    fn ends_match_tables() {
        // Clopper and Pearson's charts, by the quantiles of the beta law.
        let (low, high) = exact_binomial(5, 16, 0.95);
        near(low, 0.110_17, 2e-5);
        near(high, 0.586_62, 2e-5);
        for (count, trials) in [(1, 7), (3, 10), (40, 72)] {
            let (low, high) = exact_binomial(count, trials, 0.95);
            near(1.0 - binomial_at_most(count - 1, trials, low), 0.025, 1e-10);
            near(binomial_at_most(count, trials, high), 0.025, 1e-10);
            let (other_low, other_high) = exact_binomial(trials - count, trials, 0.95);
            near(low, 1.0 - other_high, 1e-12);
            near(high, 1.0 - other_low, 1e-12);
        }
        assert_eq!(exact_binomial(4, 4, 0.95).1, 1.0);
    }

    #[test]
    fn shares_of_futures_are_of_zeros_and_ones() {
        let found = share_of_futures(&[0.0, 1.0, 0.0, 0.0], 0.95);
        assert_eq!((found.n, found.mean, found.method), (4, 0.25, Method::ExactBinomial));
        assert_eq!((found.low, found.high), (Some(exact_binomial(1, 4, 0.95).0), Some(exact_binomial(1, 4, 0.95).1)));
        // One future is enough to say something, if little.
        near(share_of_futures(&[0.0], 0.95).high.expect("an end"), 0.975, 1e-12);
        for values in [&[][..], &[0.5, 1.0], &[f64::NAN]] {
            assert_eq!(share_of_futures(values, 0.95).method, Method::NotEstimable, "{values:?}");
        }
    }

    #[test]
    fn a_share_has_the_interval_of_wilson() {
        let (low, high) = share_interval(95, 100, 0.95);
        near(low, 0.888_250, 1e-5);
        near(high, 0.978_456, 1e-5);
        let (none, some) = share_interval(0, 20, 0.95);
        near(none, 0.0, 1e-12);
        near(some, 0.161_125, 1e-5);
    }
}
