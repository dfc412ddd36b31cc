//! Prices and costs, exact until they are printed.

use super::gpu::GpuTime;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// A price of GPU-time [nano-USD per GPU-hour].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(u64);

/// An amount of money [nano-USD per GPU-hour x milli-GPU x ms]: the product of a price and GPU-time, never rounded.
/// One USD is 3.6e18 of these, so that doubling every price doubles every cost exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cost(i128);

const COST_UNITS_PER_USD: i128 = 3_600_000_000_000_000_000;

impl Price {
    /// Free of charge.
    pub const ZERO: Self = Self(0);

    /// From USD per GPU-hour, rounded to a nano-USD and held between 0 and 10^9 USD.
    #[must_use]
    pub fn from_usd_per_gpu_hour(usd: f64) -> Self {
        Self((usd.clamp(0.0, 1e9) * 1e9 + 0.5) as u64)
    }

    /// USD per GPU-hour, for output.
    #[must_use]
    pub fn usd_per_gpu_hour(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// What `time` costs at this price.
    #[must_use]
    pub fn of(self, time: GpuTime) -> Cost {
        Cost(i128::from(self.0) * i128::try_from(time.milli_gpu_ms()).unwrap_or(i128::MAX / i128::from(u64::MAX)))
    }
}

impl Cost {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From USD, rounded to a micro-USD and held within 10^15 USD either way.
    #[must_use]
    pub fn from_usd(usd: f64) -> Self {
        let micro_usd = (usd.clamp(-1e15, 1e15) * 1e6).round() as i128;
        Self(micro_usd * (COST_UNITS_PER_USD / 1_000_000))
    }

    /// USD, for output.
    #[must_use]
    pub fn usd(self) -> f64 {
        self.0 as f64 / COST_UNITS_PER_USD as f64
    }

    /// The raw integer, for exact comparisons and shares.
    #[must_use]
    pub const fn raw(self) -> i128 {
        self.0
    }

    /// From the raw integer.
    #[must_use]
    pub const fn from_raw(raw: i128) -> Self {
        Self(raw)
    }

    /// `numerator / denominator` of this amount, rounded down. The share must lie between 0 and 1; none of nothing is nothing.
    #[must_use]
    pub fn share(self, numerator: u128, denominator: u128) -> Self {
        if denominator == 0 {
            return Self::ZERO;
        }
        // Both are scaled down together until the product fits; 40 bits of the ratio are kept.
        let shift = (128 - denominator.leading_zeros()).saturating_sub(40);
        let (numerator, denominator) = (numerator >> shift, (denominator >> shift).max(1));
        let (whole, rest) = (self.0 / denominator as i128, self.0 % denominator as i128);
        Self(whole * numerator as i128 + rest * numerator as i128 / denominator as i128)
    }
}

impl Cost {
    /// A share of this amount, between 0 and 1, rounded down. Doubling the amount doubles its share exactly: rounding is to a multiple of
    /// the largest power of two in the amount, which for whole micro-USD is less than a part in 10^8.
    #[must_use]
    pub fn portion(self, share: f64) -> Self {
        const BITS: u32 = 52;
        if self.0 < 0 {
            return -(-self).portion(share);
        }
        let numerator = (share.clamp(0.0, 1.0) * (1_u64 << BITS) as f64).round() as i128;
        let shift = self.0.trailing_zeros() % 128;
        let odd = self.0 >> shift;
        let low = odd & ((1 << BITS) - 1);
        Self(((odd >> BITS) * numerator + ((low * numerator) >> BITS)) << shift)
    }
}

impl Add for Cost {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Cost {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Cost {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Gpus, Span};

    #[test]
    fn doubling_a_price_doubles_the_cost_exactly() {
        let time = Gpus::whole(3).over(Span::from_ms(1_234_567));
        let single = Price::from_usd_per_gpu_hour(2.35).of(time);
        let double = Price::from_usd_per_gpu_hour(4.70).of(time);
        assert_eq!(single + single, double);
    }

    #[test]
    fn a_gpu_hour_costs_its_price() {
        let hour = Gpus::whole(1).over(Span::HOUR);
        assert_eq!(Price::from_usd_per_gpu_hour(2.5).of(hour), Cost::from_usd(2.5));
    }

    #[test]
    fn doubling_an_amount_doubles_its_portion_exactly() {
        for usd in [0.0, 0.000_001, 1.0, 1_234.567_891, 38e9, 300e9] {
            for share in [0.0, 0.1, 1.0 / 3.0, 0.8, 1.0] {
                let (single, double) = (Cost::from_usd(usd), Cost::from_usd(2.0 * usd));
                assert_eq!(single.portion(share) + single.portion(share), double.portion(share));
                assert!((single.portion(share).usd() - usd * share).abs() <= usd * 1e-8, "{usd} {share}");
            }
            assert_eq!(Cost::from_usd(usd).portion(1.0), Cost::from_usd(usd));
            assert_eq!(Cost::from_usd(-usd).portion(0.5), -Cost::from_usd(usd).portion(0.5));
        }
    }

    #[test]
    fn shares_stay_within_the_whole() {
        let cost = Cost::from_usd(300e9);
        assert_eq!(cost.share(1, 1), cost);
        let third = cost.share(u128::MAX / 12, u128::MAX / 4);
        assert!((third.usd() - 100e9).abs() < 1.0, "{}", third.usd());
    }
}
