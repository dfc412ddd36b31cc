//! Intervals for means, quantiles and paired differences over replications.

use super::bootstrap::Resamples;
use super::{Estimate, Method, Moments, bootstrap, mean, median_of, student, unsigned_zero};
use crate::kernel::{math, random::Address};
use crate::metrics::catalog::Shape;
use crate::metrics::histogram::quantile_rank;

/// Fewest replications for the bootstrap of a skewed metric: of fewer, its resamples are too much alike.
pub const LEAST_BOOTSTRAP: usize = 20;

/// How many replications a tail must hold before its mean is estimable: 100 replications for the worst 5 %.
pub const MINIMUM_TAIL: f64 = 5.0;

/// Two variants under the same futures, compared replication by replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedDifference {
    /// The mean of first less second [the values' unit].
    pub estimate: Estimate,
    /// Pearson's correlation between the two \[-1 to 1\]; none below three pairs, or where one side does not vary.
    pub correlation: Option<f64>,
    /// How many times fewer replications the pairing needs than independent futures would: the sum of the two variances over the
    /// variance of the difference. None below three pairs, or where the difference varies by rounding alone.
    pub variance_reduction: Option<f64>,
    /// In how many pairs the first is above the second: worse, for costs and waits.
    pub worse: usize,
    /// In how many pairs the first is below the second: worse, for shares of useful work. The other pairs are ties.
    pub better: usize,
}

/// The mean over replications with an equal-tailed interval at `confidence` in (0, 1).
///
/// Values are in replication order. The metric's shape and the number of replications fix the method, never the values. The interval is, by the
/// first that applies:
/// 1. none: fewer than two values, one that is not finite, an end that is not finite, or no such confidence;
/// 2. the value itself: all are equal to the last bit;
/// 3. bootstrap-t, resampled at `address`, of a skewed metric from [`LEAST_BOOTSTRAP`] replications on; none below that, nor where so many
///    resamples lack the values that make the spread that an end would be one of them;
/// 4. t with n - 1 degrees of freedom.
#[must_use]
pub fn estimate_mean(values: &[f64], confidence: f64, address: Address, shape: Shape) -> Estimate {
    if !shape.is_skewed() {
        return mean_by_t(values, confidence);
    }
    let is_enough = values.len() >= LEAST_BOOTSTRAP;
    let by_resamples = |moments: &Moments| {
        let interval = || bootstrap::interval(values, moments, confidence, &Resamples::new(values.len(), address));
        (Method::BootstrapT, is_enough.then(interval).flatten())
    };
    estimate(values, confidence, by_resamples)
}

/// The mean with an interval by Student's t law, whatever the shape.
pub(super) fn mean_by_t(values: &[f64], confidence: f64) -> Estimate {
    estimate(values, confidence, |moments| (Method::StudentT, Some(t_interval(moments, confidence))))
}

fn estimate(values: &[f64], confidence: f64, rule: impl FnOnce(&Moments) -> (Method, Option<(f64, f64)>)) -> Estimate {
    let n = values.len();
    let none = Estimate { n, mean: mean(values), low: None, high: None, method: Method::NotEstimable };
    let [first, _, ..] = values else { return none };
    if !in_open_unit(confidence) || values.iter().any(|value| !value.is_finite()) {
        return none;
    }
    if values.iter().all(|value| value == first) {
        // Not the mean, whose rounding may differ from the value.
        let value = unsigned_zero(*first);
        return Estimate { n, mean: value, low: Some(value), high: Some(value), method: Method::Constant };
    }
    let (method, ends) = rule(&Moments::of(values));
    match ends.filter(|(low, high)| low.is_finite() && high.is_finite()) {
        Some((low, high)) => Estimate { low: Some(unsigned_zero(low)), high: Some(unsigned_zero(high)), method, ..none },
        None => none,
    }
}

fn t_interval(moments: &Moments, confidence: f64) -> (f64, f64) {
    let reach = -student::t_quantile(0.5 * (1.0 - confidence), moments.n as f64 - 1.0) * moments.standard_error();
    (moments.mean - reach, moments.mean + reach)
}

/// The quantile at `q` in (0, 1) over replications, as (estimate, low, high) [the values' unit]: all three are observed values.
///
/// The estimate has the rank of [`quantile_rank`]. Beyond either end of the interval the quantile lies with probability at most
/// (1 - confidence) / 2, whatever the values' law; so the interval covers at least `confidence`. None where the values are too
/// few for that (not estimable: the 95 % quantile at 95 % needs 72), or one is not finite. O(n log n).
///
/// Source: W. J. Conover, "Practical Nonparametric Statistics", 3rd ed. (1999), 3.2.
#[must_use]
pub fn quantile_interval(values: &[f64], q: f64, confidence: f64) -> Option<(f64, f64, f64)> {
    if !in_open_unit(q) || !in_open_unit(confidence) {
        return None;
    }
    let sorted = sorted(values)?;
    let n = sorted.len();
    let miss = 0.5 * (1.0 - confidence);
    // The value of rank r lies above the quantile where at most r - 1 values lie below it, and below it where at least r do.
    let low = ranks_until(n, |rank| student::binomial_at_most(rank - 1, n, q) > miss);
    let high = ranks_until(n, |rank| 1.0 - student::binomial_at_most(rank - 1, n, q) <= miss) + 1;
    if low == 0 || high > n {
        return None;
    }
    let rank = usize::try_from(quantile_rank(q, n as u64)?).ok()?.clamp(low, high);
    let at = |rank: usize| sorted.get(rank - 1).copied();
    Some((at(rank)?, at(low)?, at(high)?))
}

/// How many of the ranks 1 to n come before the first that is `past` a limit, which all later ones are too. O(log n) questions.
fn ranks_until(n: usize, past: impl Fn(usize) -> bool) -> usize {
    let (mut below, mut rest) = (0, n);
    while rest > 0 {
        let half = rest / 2;
        if past(below + half + 1) {
            rest = half;
        } else {
            below += half + 1;
            rest -= half + 1;
        }
    }
    below
}

/// The mean of the worst (greatest) `share` in (0, 1) of the values [their unit]; where less is worse, negate them and the
/// result.
///
/// A value that the share cuts through counts with the part inside. None where the tail holds fewer than [`MINIMUM_TAIL`] values
/// (not estimable), or a value is not finite. O(n log n).
///
/// Source: C. Acerbi and D. Tasche, "On the coherence of expected shortfall", Journal of Banking and Finance 26 (2002), 4.
#[must_use]
pub fn worst_share_mean(values: &[f64], share: f64) -> Option<f64> {
    let tail = share * values.len() as f64;
    // A hair of tolerance, lest the product of share and count fall short of a whole number by rounding.
    if !in_open_unit(share) || tail < MINIMUM_TAIL - 1e-9 {
        return None;
    }
    let (mut left, mut sum) = (tail, 0.0);
    for value in sorted(values)?.iter().rev() {
        let part = left.min(1.0);
        sum += part * value;
        left -= part;
        if left <= 0.0 {
            break;
        }
    }
    Some(unsigned_zero(sum / tail))
}

/// Where the values of a metric lie, as people are shown it: their mean by Student's t law, or of a skewed metric their median by order statistics
/// ([`median_of`]).
#[must_use]
pub fn centre(values: &[f64], confidence: f64, shape: Shape) -> Estimate {
    if shape.is_skewed() { median_of(values, confidence) } else { mean_by_t(values, confidence) }
}

/// The [`centre`] of the differences first less second, paired by replication, both in replication order.
#[must_use]
pub fn difference_of_pairs(first: &[f64], second: &[f64], confidence: f64, shape: Shape) -> Estimate {
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    centre(&differences, confidence, shape)
}

/// The difference first less second, paired by replication; see [`estimate_mean`] for the interval.
///
/// Both are in replication order from the same first replication; what one has beyond the other's end is left out.
#[must_use]
pub fn paired_difference(first: &[f64], second: &[f64], confidence: f64, address: Address, shape: Shape) -> PairedDifference {
    let n = first.len().min(second.len());
    let (first, second) = (&first[..n], &second[..n]);
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let (correlation, variance_reduction) = gain_of_pairing(first, second, &differences);
    PairedDifference {
        estimate: estimate_mean(&differences, confidence, address, shape),
        correlation,
        variance_reduction,
        worse: differences.iter().filter(|&&difference| difference > 0.0).count(),
        better: differences.iter().filter(|&&difference| difference < 0.0).count(),
    }
}

/// The correlation of the pairs and the variance reduction, as [`PairedDifference`] has them.
fn gain_of_pairing(first: &[f64], second: &[f64], differences: &[f64]) -> (Option<f64>, Option<f64>) {
    if differences.len() < 3 {
        // Two pairs always correlate perfectly.
        return (None, None);
    }
    let (a, b, difference) = (Moments::of(first), Moments::of(second), Moments::of(differences));
    let products = first.iter().zip(second).map(|(x, y)| (x - a.mean) * (y - b.mean)).sum::<f64>();
    let covariance = products / (first.len() as f64 - 1.0);
    let correlation = covariance / math::sqrt(a.variance) / math::sqrt(b.variance);
    let greatest = first.iter().chain(second).fold(0.0_f64, |greatest, value| greatest.max(value.abs()));
    let varies = math::sqrt(difference.variance) > 4.0 * f64::EPSILON * greatest;
    let reduction = (a.variance + b.variance) / difference.variance;
    (
        correlation.is_finite().then(|| unsigned_zero(correlation.clamp(-1.0, 1.0))),
        (varies && reduction.is_finite()).then_some(reduction),
    )
}

/// The values from least to greatest; none where one is not finite.
fn sorted(values: &[f64]) -> Option<Vec<f64>> {
    let mut sorted: Vec<f64> =
        values.iter().map(|&value| value.is_finite().then(|| unsigned_zero(value))).collect::<Option<_>>()?;
    sorted.sort_unstable_by(f64::total_cmp);
    Some(sorted)
}

fn in_open_unit(x: f64) -> bool {
    x > 0.0 && x < 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::Draws;

    fn address() -> Address {
        Address::stream(1, 0, "test")
    }

    fn near(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
    }

    #[test]
    fn ranks_of_many_values_are_the_tightest_that_cover() {
        let values: Vec<f64> = (1..=10_000).map(f64::from).collect();
        let (at, low, high) = quantile_interval(&values, 0.95, 0.95).expect("estimable");
        let below = |rank: f64| student::binomial_at_most(rank as usize, 10_000, 0.95);
        assert_eq!(at, 9_500.0);
        assert!(below(low - 1.0) <= 0.025 && below(low) > 0.025, "{low}");
        assert!(1.0 - below(high - 1.0) <= 0.025 && 1.0 - below(high - 2.0) > 0.025, "{high}");
    }

    /// The share of seeded experiments whose 95 % interval holds the true mean; all are by the given method.
    fn coverage(experiments: u64, n: usize, truth: f64, shape: Shape, method: Method, draw: impl Fn(&mut Draws) -> f64) -> f64 {
        let mut covered = 0.0;
        for experiment in 0..experiments {
            let place = address().name("coverage").number(experiment);
            let mut draws = place.draws(0);
            let values: Vec<f64> = (0..n).map(|_| draw(&mut draws)).collect();
            let estimate = estimate_mean(&values, 0.95, place, shape);
            let (low, high) = (estimate.low.expect("an interval"), estimate.high.expect("an interval"));
            assert!(low < estimate.mean && estimate.mean < high && estimate.method == method, "{estimate:?}");
            covered += f64::from(u8::from(low <= truth && truth <= high));
        }
        covered / experiments as f64
    }

    #[test]
    fn t_intervals_cover_normal_means() {
        let covered = coverage(1_000, 10, 5.0, Shape::Plain, Method::StudentT, |draws| 5.0 + draws.normal());
        assert!((0.93..=0.97).contains(&covered), "{covered}");
    }

    #[test]
    fn bootstrap_intervals_cover_skewed_means() {
        let lognormal = |draws: &mut Draws| math::exp(draws.normal());
        let covered = coverage(500, 30, math::exp(0.5), Shape::Skewed, Method::BootstrapT, lognormal);
        assert!(covered >= 0.9, "{covered}");
    }

    #[test]
    fn the_method_follows_from_shape_and_number_alone() {
        for n in [2, 10, 19, 20, 40] {
            // Values of little skewness, and of much.
            for power in [1, 9] {
                let values: Vec<f64> = (1..=n).map(|i| math::pow(f64::from(i), f64::from(power))).collect();
                let by_shape = [Shape::Plain, Shape::Skewed].map(|shape| estimate_mean(&values, 0.95, address(), shape).method);
                let skewed = if n < 20 { Method::NotEstimable } else { Method::BootstrapT };
                assert_eq!(by_shape, [Method::StudentT, skewed], "{n} values");
            }
        }
    }

    #[test]
    fn a_known_t_interval() {
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        let estimate = estimate_mean(&values, 0.95, address(), Shape::Plain);
        // The variance of 1 to 10 is 55 / 6.
        let reach = 2.262_157_162_798_205_5 * math::sqrt(55.0 / 60.0);
        assert_eq!((estimate.n, estimate.mean, estimate.method), (10, 5.5, Method::StudentT));
        near(estimate.low.expect("an end"), 5.5 - reach, 1e-12);
        near(estimate.high.expect("an end"), 5.5 + reach, 1e-12);
    }

    #[test]
    fn too_few_values_or_unusable_ones() {
        let none = estimate_mean(&[], 0.95, address(), Shape::Plain);
        assert!(none.n == 0 && none.mean.is_nan() && none.method == Method::NotEstimable);
        let one = Estimate { n: 1, mean: 7.0, low: None, high: None, method: Method::NotEstimable };
        assert_eq!(estimate_mean(&[7.0], 0.95, address(), Shape::Plain), one);
        for values in [[1.0, f64::NAN, 2.0], [1.0, f64::INFINITY, 2.0], [1e300, -1e300, 0.0]] {
            let estimate = estimate_mean(&values, 0.95, address(), Shape::Plain);
            assert_eq!((estimate.n, estimate.low, estimate.method), (3, None, Method::NotEstimable), "{values:?}");
        }
        for confidence in [0.0, 1.0, f64::NAN] {
            assert_eq!(estimate_mean(&[1.0, 2.0], confidence, address(), Shape::Plain).method, Method::NotEstimable);
        }
    }

    #[test]
    fn equal_values_are_constant_without_rounding_or_sign() {
        // 0.1 x 3 / 3 is not 0.1.
        let constant = Estimate { n: 3, mean: 0.1, low: Some(0.1), high: Some(0.1), method: Method::Constant };
        assert_eq!(estimate_mean(&[0.1; 3], 0.95, address(), Shape::Plain), constant);
        for zeros in [&[-0.0, -0.0][..], &[-0.0, 0.0], &[-0.0], &[1.0, -1.0]] {
            assert!(estimate_mean(zeros, 0.95, address(), Shape::Plain).mean.is_sign_positive(), "{zeros:?}");
        }
    }

    #[test]
    fn one_outlier_of_a_skewed_metric_leaves_no_interval() {
        let mut values = [1.0; 20];
        values[3] = 1_000.0;
        // A third of all resamples lack the outlier, and with it all spread.
        let estimate = estimate_mean(&values, 0.95, address(), Shape::Skewed);
        assert_eq!((estimate.method, estimate.mean, estimate.high), (Method::NotEstimable, 50.95, None));
        let estimate = estimate_mean(&values, 0.95, address(), Shape::Plain);
        near(estimate.high.expect("an end") - estimate.mean, 2.093_024_054_408_309_8 * 49.95, 1e-9);
    }

    #[test]
    fn resamples_follow_the_address_alone() {
        let values: Vec<f64> = (0..30).map(|i| math::exp(address().number(i).draws(0).normal())).collect();
        let at = |confidence: f64, place: Address| estimate_mean(&values, confidence, place, Shape::Skewed);
        let estimate = at(0.95, address());
        assert_eq!((estimate.method, estimate), (Method::BootstrapT, at(0.95, address())));
        assert_ne!(estimate, at(0.95, address().number(1)));
        let wider = at(0.99, address());
        assert!(wider.low < estimate.low && wider.high > estimate.high);
    }

    #[test]
    fn quantiles_take_order_statistics() {
        let values: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        // Tables of the binomial law: P(B <= 5) = 0.0207 for n = 20, so the median lies between ranks 6 and 15.
        assert_eq!(quantile_interval(&values, 0.5, 0.95), Some((10.0, 6.0, 15.0)));
        assert_eq!(quantile_interval(&values, 0.95, 0.95), None);
        assert_eq!(quantile_interval(&[], 0.5, 0.95), None);
        assert_eq!(quantile_interval(&[f64::NAN; 20], 0.5, 0.95), None);
        assert_eq!(quantile_interval(&values, 1.0, 0.95), None);
    }

    #[test]
    fn the_95_percent_quantile_needs_72_replications() {
        let values: Vec<f64> = (1..=72).map(f64::from).collect();
        assert_eq!(quantile_interval(&values[..71], 0.95, 0.95), None);
        assert_eq!(quantile_interval(&values, 0.95, 0.95).map(|(_, _, high)| high), Some(72.0));
        let negated: Vec<f64> = values.iter().map(|value| -value).collect();
        assert_eq!(quantile_interval(&negated, 0.05, 0.95).map(|(_, low, _)| low), Some(-72.0));
    }

    #[test]
    fn the_worst_share_needs_a_tail() {
        let values: Vec<f64> = (1..=110).map(f64::from).collect();
        assert_eq!(worst_share_mean(&values[..100], 0.05), Some(98.0));
        assert_eq!(worst_share_mean(&values[..99], 0.05), None);
        // 5.5 values: 110 to 106 whole and half of 105.
        near(worst_share_mean(&values, 0.05).expect("a tail"), (540.0 + 52.5) / 5.5, 1e-12);
        assert_eq!(worst_share_mean(&values, 0.0), None);
        assert_eq!(worst_share_mean(&[f64::NAN; 200], 0.05), None);
    }

    #[test]
    fn pairs_that_move_together() {
        let second = [3.0, 9.0, 5.0, 1.0, 7.0];
        let first = [4.0, 11.0, 6.0, 0.5, 8.0];
        let paired = paired_difference(&first, &second, 0.95, address(), Shape::Plain);
        assert_eq!((paired.estimate.n, paired.worse, paired.better), (5, 4, 1));
        near(paired.estimate.mean, 0.9, 1e-15);
        // Sums of squares: 63.2 of the first, 40 of the second, 50 of the products; so 3.2 of the difference.
        near(paired.correlation.expect("a correlation"), 50.0 / math::sqrt(63.2 * 40.0), 1e-12);
        near(paired.variance_reduction.expect("a reduction"), 103.2 / 3.2, 1e-10);
    }

    #[test]
    fn pairs_that_say_little() {
        let shifted = paired_difference(&[1.1, 2.1, 3.1, 4.1], &[1.0, 2.0, 3.0, 4.0], 0.95, address(), Shape::Plain);
        assert_eq!((shifted.variance_reduction, shifted.worse), (None, 4), "the difference varies by rounding alone");
        near(shifted.correlation.expect("a correlation"), 1.0, 1e-12);
        let flat = paired_difference(&[2.0; 4], &[1.0, 2.0, 3.0, 4.0], 0.95, address(), Shape::Plain);
        assert_eq!((flat.correlation, flat.worse, flat.better), (None, 1, 2));
        near(flat.variance_reduction.expect("a reduction"), 1.0, 1e-15);
        let short = paired_difference(&[1.0, 2.0, 9.0], &[0.0, 5.0], 0.95, address(), Shape::Plain);
        assert_eq!((short.estimate.n, short.correlation, short.variance_reduction), (2, None, None));
        assert_eq!(paired_difference(&[], &[], 0.95, address(), Shape::Plain).estimate.method, Method::NotEstimable);
    }
}
