//! Student's t law and the binomial law, both by the regularised incomplete beta function.

use crate::kernel::math;
use libm::lgamma;
use std::f64::consts::PI;

/// The quantile at `p` of Student's t law, to about 1e-12 of its value (tails from 1e-100 on).
///
/// Minus and plus infinity at 0 and 1; not a number where `p` lies outside \[0, 1\] or the degrees of freedom are not above zero.
#[must_use]
pub fn t_quantile(p: f64, degrees_of_freedom: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || degrees_of_freedom.is_nan() || degrees_of_freedom <= 0.0 {
        f64::NAN
    } else if p == 0.5 {
        0.0
    } else if p < 0.5 {
        -upper_quantile(p, degrees_of_freedom)
    } else {
        upper_quantile(1.0 - p, degrees_of_freedom)
    }
}

/// The t > 0 above which lies a share `tail` in (0, 1/2) of the law.
///
/// Newton steps on ln(tail) against ln(t), where the law's middle and its tail are both nearly straight, inside a bracket that
/// halves when a step would leave it.
fn upper_quantile(tail: f64, freedom: f64) -> f64 {
    if tail == 0.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while t_tail(high, freedom) > tail && high < 1e150 {
        (low, high) = (high, 2.0 * high);
    }
    let mut t = 0.5 * (low + high);
    for _ in 0..200 {
        let above = t_tail(t, freedom);
        if above > tail {
            low = t;
        } else {
            high = t;
        }
        let slope = t * t_density(t, freedom) / above;
        let step = t * math::exp(math::ln(above / tail) / slope);
        let next = if step > low && step < high { step } else { 0.5 * (low + high) };
        let moved = (next - t).abs();
        t = next;
        if moved <= 2.0 * f64::EPSILON * t {
            break;
        }
    }
    t
}

/// The probability of lying above t > 0 (Abramowitz and Stegun 26.7.1 with 26.5.2).
fn t_tail(t: f64, freedom: f64) -> f64 {
    let square = t * t;
    // Both parts are computed, not one from the other, so that neither a small nor a large t loses digits.
    0.5 * incomplete_beta(0.5 * freedom, 0.5, freedom / (freedom + square), square / (freedom + square))
}

/// The density at t.
fn t_density(t: f64, freedom: f64) -> f64 {
    let half = 0.5 * (freedom + 1.0);
    let scale = lgamma(half) - lgamma(0.5 * freedom) - 0.5 * math::ln(freedom * PI);
    math::exp(scale - half * libm::log1p(t * t / freedom))
}

/// The probability that at most `successes` of `n` trials succeed, each with probability `p` in (0, 1).
///
/// Source: Abramowitz and Stegun 26.5.24.
pub(super) fn binomial_at_most(successes: usize, n: usize, p: f64) -> f64 {
    if successes >= n {
        return 1.0;
    }
    incomplete_beta((n - successes) as f64, successes as f64 + 1.0, 1.0 - p, p)
}

/// The regularised incomplete beta function `I_x(a, b)` for a, b > 0; `rest` is 1 - x, to the precision the caller has it.
///
/// Source: NIST Digital Library of Mathematical Functions, 8.17.22 (the fraction) and 8.17.4 (the reflection, for where it is
/// slow).
fn incomplete_beta(a: f64, b: f64, x: f64, rest: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if rest <= 0.0 {
        return 1.0;
    }
    let front = math::exp(a * math::ln(x) + b * math::ln(rest) + lgamma(a + b) - lgamma(a) - lgamma(b));
    if x < (a + 1.0) / (a + b + 2.0) { front * beta_fraction(a, b, x) / a } else { 1.0 - front * beta_fraction(b, a, rest) / b }
}

/// The continued fraction of the incomplete beta function, 1 / (1 + d1 / (1 + d2 / ...)), from the front; some sqrt(max(a, b))
/// steps.
///
/// Source: W. J. Lentz, "Generating Bessel functions in Mie scattering calculations using continued fractions", Applied Optics 15
/// (1976), as modified by Thompson and Barnett (1986).
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let off_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut above, mut below, mut denominator) = (1.0_f64, 0.0_f64, 1.0_f64);
    for step in 1..20_000_u32 {
        let m = f64::from(step / 2);
        let coefficient = if step % 2 == 1 {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        } else {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        };
        above = off_zero(1.0 + coefficient / above);
        below = 1.0 / off_zero(1.0 + coefficient * below);
        let factor = above * below;
        denominator *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    1.0 / denominator
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64, relative: f64) {
        assert!((value - expected).abs() <= relative * expected.abs(), "{value:e} is not {expected:e}");
    }

    #[test]
    fn quantiles_match_tables() {
        // From the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4, in 40 digits.
        for (p, freedom, t) in [
            (0.975, 1.0, 12.706_204_736_174_705),
            (0.975, 2.0, 4.302_652_729_749_464),
            (0.975, 9.0, 2.262_157_162_798_205_5),
            (0.975, 15.0, 2.131_449_545_559_775_7),
            (0.975, 29.0, 2.045_229_642_132_704),
            (0.95, 5.0, 2.015_048_373_333_024),
            (0.995, 30.0, 2.749_995_653_567_225),
        ] {
            near(t_quantile(p, freedom), t, 1e-12);
            near(t_quantile(1.0 - p, freedom), -t, 1e-12);
        }
    }

    /// One degree of freedom is Cauchy's law, two have an algebraic quantile, and many approach the normal law.
    #[test]
    fn quantiles_match_closed_forms() {
        for tail in [1e-90, 1e-12, 1e-4, 0.01, 0.2, 0.4, 0.499, 0.499_999_9] {
            // Written by the tail's distance to the middle where the tail is near it.
            let cauchy = if tail < 0.1 { 1.0 / libm::tan(PI * tail) } else { libm::tan(PI * (0.5 - tail)) };
            near(t_quantile(tail, 1.0), -cauchy, 1e-9_f64.min(1e-12 + 1e-15 / (0.5 - tail)));
            let two = (1.0 - 2.0 * tail) / math::sqrt(2.0 * tail * (1.0 - tail));
            near(t_quantile(tail, 2.0), -two, 1e-9_f64.min(1e-12 + 1e-15 / (0.5 - tail)));
        }
        let freedom = 1e6;
        let z = math::normal_quantile(0.975);
        near(t_quantile(0.975, freedom), z + z * (z * z + 1.0) / (4.0 * freedom), 1e-10);
    }

    #[test]
    fn quantiles_at_the_ends_and_beyond() {
        assert_eq!(t_quantile(0.5, 3.0), 0.0);
        assert_eq!((t_quantile(0.0, 3.0), t_quantile(1.0, 3.0)), (f64::NEG_INFINITY, f64::INFINITY));
        for (p, freedom) in [(-0.1, 3.0), (1.1, 3.0), (f64::NAN, 3.0), (0.9, 0.0), (0.9, -1.0), (0.9, f64::NAN)] {
            assert!(t_quantile(p, freedom).is_nan(), "p = {p}, {freedom} degrees of freedom");
        }
    }

    #[test]
    fn binomial_probabilities_match_sums() {
        for (n, p) in [(1, 0.3), (10, 0.5), (72, 0.95), (300, 0.01)] {
            let mut term = math::pow(1.0 - p, f64::from(n));
            let mut sum = 0.0;
            for k in 0..=n {
                sum += term;
                term *= f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p);
                near(binomial_at_most(k as usize, n as usize, p), sum, 1e-11);
            }
        }
    }
}
