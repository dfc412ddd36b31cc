//! How the values of futures lie: their median with its interval, their tenth and ninetieth percentile, their range.

use super::intervals::mean_by_t;
use super::student::binomial_at_most;
use super::{Estimate, Method, unsigned_zero};
use crate::metrics::catalog::Shape;
use crate::metrics::histogram::quantile_rank;

/// Of a metric without negative values an end of an interval above so many times the mean says only that too little is known.
pub const MOST_OF_MEAN: f64 = 10.0;

/// Which of so many sorted values are what: fixed by their number, so that it is worked out once for many figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranks {
    n: usize,
    /// Ranks, from 1, of the tenth percentile, the median and the ninetieth.
    quantiles: [usize; 3],
    /// Ranks of the ends of the median's interval.
    ends: Option<(usize, usize)>,
}

/// How the values of futures lie. All are observed values [the metric's unit].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The median: of an even number the lower of the two in the middle.
    pub median: f64,
    /// The interval of the median over all futures there could be; none below six values (at 95 %) that are not all equal.
    pub interval: Option<(f64, f64)>,
    /// The tenth percentile.
    pub p10: f64,
    /// The ninetieth percentile.
    pub p90: f64,
}

impl Ranks {
    /// The ranks among `n` values, with the median's interval at `confidence` in (0, 1). None without values.
    #[must_use]
    pub fn of(n: usize, confidence: f64) -> Option<Self> {
        let rank = |q: f64| usize::try_from(quantile_rank(q, n as u64)?).ok();
        let miss = 0.5 * (1.0 - confidence);
        let low = (1..=n).take_while(|rank| binomial_at_most(rank - 1, n, 0.5) <= miss).last();
        // The law is symmetric at one half.
        let ends = low.map(|low| (low, n + 1 - low));
        Some(Self { n, quantiles: [rank(0.1)?, rank(0.5)?, rank(0.9)?], ends })
    }

    /// Among how many values.
    #[must_use]
    pub const fn n(&self) -> usize {
        self.n
    }
}

impl Spread {
    /// How finite values lie, as many as the ranks are for; none where they are another number. O(n log n).
    ///
    /// The interval holds the median of the law that the futures are drawn from with at least the ranks' confidence, whatever that law; the value
    /// itself where all are equal.
    ///
    /// Source: W. J. Conover, "Practical Nonparametric Statistics", 3rd ed. (1999), 3.2.
    #[must_use]
    pub fn of(values: &[f64], ranks: &Ranks) -> Option<Self> {
        if values.len() != ranks.n {
            return None;
        }
        let mut sorted: Vec<f64> = values.iter().map(|&value| unsigned_zero(value)).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |rank: usize| sorted.get(rank - 1).copied();
        let [p10, median, p90] = ranks.quantiles.map(at);
        let constant = || sorted.first().zip(sorted.last()).filter(|(first, last)| sorted.len() > 1 && first == last);
        let interval = match ranks.ends {
            Some((low, high)) => at(low).zip(at(high)),
            None => constant().map(|(&first, &last)| (first, last)),
        };
        Some(Self { median: median?, interval, p10: p10?, p90: p90? })
    }
}

/// The median of values with its interval by order statistics at `confidence` in (0, 1), in the place of a mean: it holds whatever law the values
/// have. Not estimable below six values (at 95 %), or where one is not finite.
#[must_use]
pub fn median_of(values: &[f64], confidence: f64) -> Estimate {
    let n = values.len();
    let none = Estimate { n, mean: f64::NAN, low: None, high: None, method: Method::NotEstimable };
    let is_finite = values.iter().all(|value| value.is_finite());
    let ranks = Ranks::of(n, confidence).filter(|_| is_finite);
    let Some(Spread { median, interval, .. }) = ranks.and_then(|ranks| Spread::of(values, &ranks)) else { return none };
    let is_constant = n > 1 && values.iter().all(|value| *value == values[0]);
    let method = match interval {
        Some(_) if is_constant => Method::Constant,
        Some(_) => Method::OrderStatistics,
        None => Method::NotEstimable,
    };
    Estimate { n, mean: median, low: interval.map(|ends| ends.0), high: interval.map(|ends| ends.1), method }
}

/// What is known of the mean of a metric whose values lie in bounds: by Student's t law (see [`estimate_mean`](super::estimate_mean)) as far as that
/// holds ([`or_range`]). The mean of a skewed metric has no interval that would hold for a few tens of futures; its median has one ([`Spread`]).
#[must_use]
pub fn mean_within(values: &[f64], confidence: f64, shape: Shape, bounds: [f64; 2]) -> Estimate {
    let found = mean_by_t(values, confidence);
    match (shape, found.method) {
        (Shape::Plain, _) | (_, Method::Constant) => or_range(found, values, bounds),
        (Shape::Skewed, _) => or_range(Estimate { low: None, high: None, method: Method::NotEstimable, ..found }, values, bounds),
    }
}

/// The estimate itself, where its interval keeps within the bounds of its metric and, of a metric without negative values, below
/// [`MOST_OF_MEAN`] times the mean. Otherwise the rule for its interval does not hold for such values, and nothing is cut off to make it look as if it
/// did: the ends are the least and the greatest of the values, which promise nothing.
///
/// The same where there are values but no rule gives an interval. A single value has none of either.
#[must_use]
pub fn or_range(estimate: Estimate, values: &[f64], [least, most]: [f64; 2]) -> Estimate {
    let holds = |low: f64, high: f64| {
        let is_far = least >= 0.0 && high > MOST_OF_MEAN * estimate.mean;
        low >= least && high <= most && !is_far
    };
    let keeps = match (estimate.method, estimate.low.zip(estimate.high)) {
        (Method::Constant | Method::ExactBinomial, _) => true,
        (_, Some((low, high))) => holds(low, high),
        (_, None) => false,
    };
    if keeps || values.len() < 2 || values.iter().any(|value| !value.is_finite()) {
        return estimate;
    }
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Estimate { low: Some(unsigned_zero(low)), high: Some(unsigned_zero(high)), method: Method::Range, ..estimate }
}

#[cfg(test)]
mod tests {
    use super::super::{quantile_interval, ratio_of_totals};
    use super::*;

    fn spread(values: &[f64]) -> Spread {
        Spread::of(values, &Ranks::of(values.len(), 0.95).expect("values")).expect("a spread")
    }

    #[test]
    fn the_median_has_the_interval_of_order_statistics() {
        for n in [6, 7, 16, 30, 72] {
            let values: Vec<f64> = (1..=n).rev().map(f64::from).collect();
            let found = spread(&values);
            let (median, low, high) = quantile_interval(&values, 0.5, 0.95).expect("enough");
            assert_eq!((found.median, found.interval), (median, Some((low, high))), "{n}");
        }
        // Five values cannot hold the median with 95 %: 2 x 0.5^5 = 6.25 %.
        let few = spread(&[5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!((few.median, few.interval, few.p10, few.p90), (3.0, None, 1.0, 5.0));
        let sixteen: Vec<f64> = (1..=16).map(f64::from).collect();
        assert_eq!((spread(&sixteen).p10, spread(&sixteen).p90), (2.0, 15.0));
        assert_eq!(spread(&[2.0, 2.0]).interval, Some((2.0, 2.0)));
        assert_eq!(spread(&[2.0]).interval, None);
        assert_eq!(Ranks::of(0, 0.95), None);
    }

    fn mean(values: &[f64], bounds: [f64; 2]) -> Estimate {
        mean_within(values, 0.95, Shape::Plain, bounds)
    }

    #[test]
    fn nothing_is_cut_off_at_a_bound() {
        let (share, amount, any) = ([0.0, 1.0], [0.0, f64::INFINITY], [f64::NEG_INFINITY, f64::INFINITY]);
        // t would give -0.21 to 0.46.
        let rare = [0.0, 0.0, 0.0, 0.5];
        let found = mean(&rare, share);
        assert_eq!((found.mean, found.low, found.high, found.method), (0.125, Some(0.0), Some(0.5), Method::Range));
        assert_eq!(mean(&rare, amount).method, Method::Range);
        assert_eq!(mean(&rare, any).method, Method::StudentT);
        // And 0.54 to 1.21.
        let often = rare.map(|value| 1.0 - value);
        assert_eq!((mean(&often, share).low, mean(&often, share).high), (Some(0.5), Some(1.0)));
        assert_eq!(mean(&often, amount).method, Method::StudentT);
        assert_eq!(mean(&[0.4, 0.5, 0.6, 0.5], share).method, Method::StudentT);
        assert_eq!(mean(&[1.0; 4], share).method, Method::Constant);
        assert_eq!(mean(&[0.5], share).method, Method::NotEstimable);
    }

    #[test]
    fn means_of_skewed_metrics_have_no_interval() {
        let found = mean_within(&[4.0, 5.0, 6.0, 5.0], 0.95, Shape::Skewed, [0.0, f64::INFINITY]);
        assert_eq!((found.mean, found.low, found.high, found.method), (5.0, Some(4.0), Some(6.0), Method::Range));
        let constant = mean_within(&[5.0, 5.0], 0.95, Shape::Skewed, [0.0, f64::INFINITY]);
        assert_eq!((constant.low, constant.method), (Some(5.0), Method::Constant));
        assert_eq!(mean_within(&[5.0], 0.95, Shape::Skewed, [0.0, f64::INFINITY]).method, Method::NotEstimable);
    }

    #[test]
    fn an_end_above_ten_times_the_mean_is_no_end() {
        let wide = Estimate { n: 3, mean: 2.0, low: Some(1.0), high: Some(20.1), method: Method::BootstrapT };
        let values = [1.0, 2.0, 3.0];
        assert_eq!(or_range(wide, &values, [0.0, f64::INFINITY]).high, Some(3.0));
        assert_eq!(or_range(Estimate { high: Some(20.0), ..wide }, &values, [0.0, f64::INFINITY]).high, Some(20.0));
        assert_eq!(or_range(wide, &values, [f64::NEG_INFINITY, f64::INFINITY]), wide);
        // Without an interval, as of a bootstrap most of whose resamples lack the spread.
        let none = Estimate { low: None, high: None, method: Method::NotEstimable, ..wide };
        assert_eq!(or_range(none, &values, [0.0, f64::INFINITY]).method, Method::Range);
    }

    #[test]
    fn ratios_of_totals_keep_to_their_bounds_too() {
        // One future has nearly all of the cost and of the work.
        let parts = [[1.0, 1.0], [2.0, 9.0], [400.0, 3.0]];
        let ratios = parts.map(|[cost, work]| cost / work);
        let found = or_range(ratio_of_totals(&parts, 0.95), &ratios, [0.0, f64::INFINITY]);
        assert_eq!((found.mean, found.method, found.high), (403.0 / 13.0, Method::Range, Some(400.0 / 3.0)));
    }
}
