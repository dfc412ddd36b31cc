//! Ratios of totals over replications, and their differences.
//!
//! Source: B. Efron and C. Stein, "The jackknife estimate of variance", Annals of Statistics 9 (1981).

use super::{Estimate, Method, student, unsigned_zero};
use crate::kernel::math;

/// The sum of all first parts over the sum of all second ones, with an interval at `confidence` in (0, 1): t with n - 1 degrees of freedom around it,
/// with the standard error of the delete-one jackknife.
///
/// Parts are in replication order. Not a number where the second parts add up to nothing; without an interval below two replications, or where one
/// of them holds all of the second parts.
#[must_use]
pub fn ratio_of_totals(parts: &[[f64; 2]], confidence: f64) -> Estimate {
    let without: Vec<f64> = (0..parts.len()).map(|place| ratio_without(parts, place)).collect();
    jackknife(ratio(parts), &without, confidence)
}

/// The difference of two such ratios, first less second, paired by replication: replications are left out of both at once. What one has beyond the
/// other's end is left out.
#[must_use]
pub fn ratio_difference(first: &[[f64; 2]], second: &[[f64; 2]], confidence: f64) -> Estimate {
    let n = first.len().min(second.len());
    let (first, second) = (&first[..n], &second[..n]);
    let without: Vec<f64> = (0..n).map(|place| ratio_without(first, place) - ratio_without(second, place)).collect();
    jackknife(ratio(first) - ratio(second), &without, confidence)
}

fn ratio(parts: &[[f64; 2]]) -> f64 {
    let sum = |part: usize| parts.iter().map(|parts| parts[part]).sum::<f64>();
    sum(0) / sum(1)
}

/// The ratio without a replication. Summed from scratch, so that equal replications give equal ratios to the last bit.
fn ratio_without(parts: &[[f64; 2]], place: usize) -> f64 {
    let sum = |part: usize| parts[..place].iter().chain(&parts[place + 1..]).map(|parts| parts[part]).sum::<f64>();
    sum(0) / sum(1)
}

fn jackknife(whole: f64, without: &[f64], confidence: f64) -> Estimate {
    let n = without.len();
    let none = Estimate { n, mean: unsigned_zero(whole), low: None, high: None, method: Method::NotEstimable };
    let [first, _, ..] = without else { return none };
    if !whole.is_finite() || without.iter().any(|value| !value.is_finite()) || !(confidence > 0.0 && confidence < 1.0) {
        return none;
    }
    if without.iter().all(|value| value == first) {
        let value = unsigned_zero(whole);
        return Estimate { low: Some(value), high: Some(value), method: Method::Constant, ..none };
    }
    let count = n as f64;
    let middle = without.iter().sum::<f64>() / count;
    let squares: f64 = without.iter().map(|value| (value - middle) * (value - middle)).sum();
    let error = math::sqrt(squares * (count - 1.0) / count);
    let reach = -student::t_quantile(0.5 * (1.0 - confidence), count - 1.0) * error;
    Estimate {
        low: Some(unsigned_zero(whole - reach)),
        high: Some(unsigned_zero(whole + reach)),
        method: Method::Jackknife,
        ..none
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_of_totals_is_not_a_mean_of_ratios() {
        // Ratios 2, 2 and 100: their mean is 34.7, and the small one counts as little as it is.
        let parts = [[200.0, 100.0], [240.0, 120.0], [100.0, 1.0]];
        let found = ratio_of_totals(&parts, 0.95);
        assert_eq!((found.n, found.mean, found.method), (3, 540.0 / 221.0, Method::Jackknife));
        // By hand: without each of them 340 / 121, 300 / 101, 440 / 220.
        let without = [340.0 / 121.0, 300.0 / 101.0, 2.0];
        let middle = without.iter().sum::<f64>() / 3.0;
        let error = (without.iter().map(|value| (value - middle) * (value - middle)).sum::<f64>() * 2.0 / 3.0).sqrt();
        let high = found.high.expect("an interval");
        assert!((high - found.mean - 4.302_652_73 * error).abs() < 1e-6, "{high}");
    }

    #[test]
    fn a_mean_is_a_ratio_to_ones() {
        let values = [3.0, 1.0, 4.0, 1.0, 5.0];
        let mean = super::super::estimate_mean(
            &values,
            0.95,
            crate::kernel::random::Address::stream(1, 0, "test"),
            crate::metrics::catalog::Shape::Plain,
        );
        let ratio = ratio_of_totals(&values.map(|value| [value, 1.0]), 0.95);
        let near = |one: Option<f64>, other: Option<f64>| (one.unwrap_or(0.0) - other.unwrap_or(1.0)).abs() < 1e-12;
        assert!(mean.mean == ratio.mean && near(mean.low, ratio.low) && near(mean.high, ratio.high), "{mean:?} {ratio:?}");
    }

    #[test]
    fn what_cannot_be_known_has_no_interval() {
        assert!(ratio_of_totals(&[[1.0, 0.0], [2.0, 0.0]], 0.95).mean.is_infinite());
        assert_eq!(ratio_of_totals(&[[1.0, 2.0]], 0.95).method, Method::NotEstimable);
        assert_eq!(ratio_of_totals(&[[1.0, 0.0], [3.0, 2.0]], 0.95).low, None, "one has all of the work");
        let same = ratio_of_totals(&[[0.1, 0.3]; 7], 0.95);
        assert_eq!((same.low, same.method), (Some(same.mean), Method::Constant));
        let twins = [[1.0, 2.0], [3.0, 1.0], [2.0, 5.0]];
        assert_eq!(ratio_difference(&twins, &twins, 0.95).high, Some(0.0));
    }
}
