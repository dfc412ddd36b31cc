//! What replications say: means, quantiles and differences with intervals, or that there are too few of them to say.
//!
//! The unit is the replication: values are one a replication, in replication order. Sums are done in that order and resamples are
//! drawn at an address, so that equal inputs give equal bits. A value of negative zero never comes out.

mod binomial;
mod bootstrap;
mod intervals;
mod ratio;
mod selection;
mod spread;
mod student;

pub use binomial::{exact_binomial, share_interval, share_of_futures};
pub use intervals::{
    LEAST_BOOTSTRAP, MINIMUM_TAIL, PairedDifference, centre, difference_of_pairs, estimate_mean, paired_difference,
    quantile_interval, worst_share_mean,
};
pub use ratio::{ratio_difference, ratio_of_totals};
pub use selection::Screening;
pub use spread::{MOST_OF_MEAN, Ranks, Spread, mean_within, median_of, or_range};
pub use student::t_quantile;

use crate::kernel::math;
use std::fmt;

/// A mean over replications and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// How many replications.
    pub n: usize,
    /// Their mean [the values' unit]; not a number where there is none.
    pub mean: f64,
    /// The lower end of the interval [the values' unit]; none where not estimable.
    pub low: Option<f64>,
    /// The upper end of the interval [the values' unit]; none where not estimable.
    pub high: Option<f64>,
    /// Where the interval comes from.
    pub method: Method,
}

/// Where an interval comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Student's t law.
    StudentT,
    /// The studentised bootstrap, for skewed metrics.
    BootstrapT,
    /// The delete-one jackknife, for ratios of totals.
    Jackknife,
    /// Clopper and Pearson's, for shares of futures.
    ExactBinomial,
    /// Ranks of the futures, for the median of a skewed metric.
    OrderStatistics,
    /// No interval: from the least to the greatest future, beside their median, where the rule for intervals does not hold.
    Range,
    /// All replications agree to the last bit: the interval is the value.
    Constant,
    /// The replications are too few, or not all finite.
    NotEstimable,
}

impl Method {
    /// The method in words, with the number of replications where that is the reason: "not estimable at n = 1".
    #[must_use]
    pub fn at(self, n: usize) -> String {
        match self {
            Self::NotEstimable => format!("{self} at n = {n}"),
            Self::StudentT
            | Self::BootstrapT
            | Self::Jackknife
            | Self::ExactBinomial
            | Self::OrderStatistics
            | Self::Range
            | Self::Constant => self.to_string(),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::StudentT => "t",
            Self::BootstrapT => "bootstrap-t",
            Self::Jackknife => "jackknife",
            Self::ExactBinomial => "exact binomial",
            Self::OrderStatistics => "order statistics",
            Self::Range => "median and range of futures",
            Self::Constant => "constant",
            Self::NotEstimable => "not estimable",
        })
    }
}

/// What a sample's values have in common, and how they differ.
#[derive(Clone, Copy, Debug)]
struct Moments {
    n: usize,
    mean: f64,
    /// The variance with n - 1 below.
    variance: f64,
}

impl Moments {
    /// The moments of at least two values.
    fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = mean(values);
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Self { n: values.len(), mean, variance: squares / (n - 1.0) }
    }

    /// The standard error of the mean.
    fn standard_error(&self) -> f64 {
        math::sqrt(self.variance / self.n as f64)
    }
}

/// The mean, summed in the order given; NaN without values.
fn mean(values: &[f64]) -> f64 {
    unsigned_zero(values.iter().sum::<f64>() / values.len() as f64)
}

/// The same number, but zero without a sign.
fn unsigned_zero(x: f64) -> f64 {
    x + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_in_words() {
        assert_eq!(Method::StudentT.at(10), "t");
        assert_eq!(Method::BootstrapT.at(10), "bootstrap-t");
        assert_eq!(Method::Constant.at(2), "constant");
        assert_eq!(Method::NotEstimable.at(1), "not estimable at n = 1");
        assert_eq!(format!("{:>4}", Method::StudentT), "   t");
    }

    #[test]
    fn moments_of_a_known_sample() {
        // Deviations -2, -1, -1, 0, 4: squares 22.
        let moments = Moments::of(&[1.0, 2.0, 2.0, 3.0, 7.0]);
        assert_eq!((moments.n, moments.mean, moments.variance), (5, 3.0, 5.5));
        assert!((moments.standard_error() - math::sqrt(1.1)).abs() < 1e-15);
    }
}
