//! Probability laws of sizes, durations and delays.

use crate::kernel::math;
use crate::kernel::random::Draws;

/// A law with optional bounds; a draw outside them is moved to the nearer one.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// The family and its parameters.
    pub shape: Shape,
    /// No draw is below this.
    pub min: f64,
    /// No draw is above this.
    pub max: f64,
}

/// A family of laws.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Always the same.
    Constant(f64),
    /// Each value between the two equally likely.
    Uniform(f64, f64),
    /// By its mean.
    Exponential(f64),
    /// By its median and the standard deviation of its logarithm.
    Lognormal {
        /// e^mu.
        median: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// By scale and shape.
    Weibull {
        /// Scale.
        scale: f64,
        /// Shape: below 1 the tail is heavier than exponential.
        shape: f64,
    },
    /// By scale (the least value) and tail index.
    Pareto {
        /// The least value.
        scale: f64,
        /// Tail index: the mean is infinite at 1 and below.
        alpha: f64,
    },
    /// Values with cumulated probabilities (the last is 1).
    Table(Vec<(f64, f64)>),
}

impl Law {
    /// A law that always gives `value`.
    #[must_use]
    pub const fn constant(value: f64) -> Self {
        Self { shape: Shape::Constant(value), min: f64::NEG_INFINITY, max: f64::INFINITY }
    }

    /// A law without bounds.
    #[cfg(test)]
    const fn unbounded(shape: Shape) -> Self {
        Self { shape, min: f64::NEG_INFINITY, max: f64::INFINITY }
    }

    /// Draws by inversion: one uniform, in which the result is monotone.
    pub fn sample(&self, draws: &mut Draws) -> f64 {
        let value = match &self.shape {
            Shape::Constant(value) => *value,
            Shape::Uniform(low, high) => low + (high - low) * draws.uniform(),
            Shape::Exponential(mean) => mean * draws.exponential(),
            Shape::Lognormal { median, sigma } => median * math::exp(sigma * draws.normal()),
            Shape::Weibull { scale, shape } => scale * math::pow(draws.exponential(), 1.0 / shape),
            Shape::Pareto { scale, alpha } => scale * math::exp(draws.exponential() / alpha),
            Shape::Table(rows) => {
                let u = draws.uniform();
                let row = rows.partition_point(|&(_, cumulated)| cumulated < u).min(rows.len().saturating_sub(1));
                rows.get(row).map_or(0.0, |&(value, _)| value)
            }
        };
        value.clamp(self.min, self.max)
    }

    /// The least value that can be drawn (the infimum).
    #[must_use]
    pub fn least(&self) -> f64 {
        let least = match &self.shape {
            Shape::Constant(value) | Shape::Uniform(value, _) | Shape::Pareto { scale: value, .. } => *value,
            Shape::Exponential(_) | Shape::Lognormal { .. } | Shape::Weibull { .. } => 0.0,
            Shape::Table(rows) => rows.iter().map(|&(value, _)| value).fold(f64::INFINITY, f64::min),
        };
        least.clamp(self.min, self.max)
    }

    /// The mean of the bounded law, by the midpoint rule over 20,000 quantiles: for sizing and messages, within about 1 % unless the
    /// tail is heavy and unbounded.
    #[must_use]
    pub fn mean(&self) -> f64 {
        const STEPS: u32 = 20_000;
        let quantile = |u: f64| {
            let value = match &self.shape {
                Shape::Constant(value) => *value,
                Shape::Uniform(low, high) => low + (high - low) * u,
                Shape::Exponential(mean) => -mean * math::ln(1.0 - u),
                Shape::Lognormal { median, sigma } => median * math::exp(sigma * math::normal_quantile(u)),
                Shape::Weibull { scale, shape } => scale * math::pow(-math::ln(1.0 - u), 1.0 / shape),
                Shape::Pareto { scale, alpha } => scale * math::pow(1.0 - u, -1.0 / alpha),
                Shape::Table(rows) => rows.iter().find(|row| row.1 >= u).map_or(0.0, |row| row.0),
            };
            value.clamp(self.min, self.max)
        };
        (0..STEPS).map(|step| quantile((f64::from(step) + 0.5) / f64::from(STEPS))).sum::<f64>() / f64::from(STEPS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::Address;

    #[test]
    fn sample_means_agree_with_the_laws() {
        let laws = [
            Law::constant(3.0),
            Law::unbounded(Shape::Uniform(1.0, 3.0)),
            Law::unbounded(Shape::Exponential(5.0)),
            Law { shape: Shape::Lognormal { median: 100.0, sigma: 1.1 }, min: 10.0, max: 1000.0 },
            Law::unbounded(Shape::Weibull { scale: 2.0, shape: 0.8 }),
            Law { shape: Shape::Pareto { scale: 1.0, alpha: 2.5 }, min: 0.0, max: 100.0 },
            Law::unbounded(Shape::Table(vec![(1.0, 0.5), (8.0, 0.75), (72.0, 1.0)])),
        ];
        for (index, law) in laws.iter().enumerate() {
            let n = 40_000_u64;
            let address = Address::stream(1, 0, "law").number(index as u64);
            let mean = (0..n).map(|i| law.sample(&mut address.number(i).draws(0))).sum::<f64>() / n as f64;
            assert!((mean / law.mean() - 1.0).abs() < 0.03, "{law:?}: {mean} against {}", law.mean());
            assert!(law.least() <= law.mean());
        }
    }
}
