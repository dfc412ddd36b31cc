//! Amounts of GPU and of GPU-time, in integers.

use super::time::Span;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};

/// An amount of GPU [milli-GPU]: 1000 is one GPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gpus(u64);

/// GPU-time [milli-GPU x ms].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GpuTime(u128);

impl Gpus {
    /// None.
    pub const ZERO: Self = Self(0);

    /// Whole GPUs.
    #[must_use]
    pub const fn whole(gpus: u64) -> Self {
        Self(gpus * 1000)
    }

    /// Thousandths of a GPU.
    #[must_use]
    pub const fn from_milli(milli: u64) -> Self {
        Self(milli)
    }

    /// Thousandths of a GPU.
    #[must_use]
    pub const fn milli(self) -> u64 {
        self.0
    }

    /// Whole GPUs, rounded down.
    #[must_use]
    pub const fn whole_floor(self) -> u64 {
        self.0 / 1000
    }

    /// GPUs as a number, for output.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 1e3
    }

    /// This amount held for `span`; a negative span counts as none.
    #[must_use]
    pub fn over(self, span: Span) -> GpuTime {
        GpuTime(u128::from(self.0) * u128::try_from(span.ms()).unwrap_or(0))
    }

    /// The difference, or none where `other` is larger.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl GpuTime {
    /// None.
    pub const ZERO: Self = Self(0);

    /// From milli-GPU-milliseconds.
    #[must_use]
    pub const fn from_milli_gpu_ms(amount: u128) -> Self {
        Self(amount)
    }

    /// Milli-GPU-milliseconds.
    #[must_use]
    pub const fn milli_gpu_ms(self) -> u128 {
        self.0
    }

    /// GPU-hours, for output.
    #[must_use]
    pub fn hours(self) -> f64 {
        self.0 as f64 / 3.6e9
    }

    /// The difference, or none where `other` is larger.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// A share of it, between 0 and 1, rounded down.
    #[must_use]
    pub fn portion(self, share: f64) -> Self {
        const BITS: u32 = 52;
        let numerator = (share.clamp(0.0, 1.0) * (1_u64 << BITS) as f64).round() as u128;
        let low = self.0 & ((1 << BITS) - 1);
        Self((self.0 >> BITS) * numerator + ((low * numerator) >> BITS))
    }
}

macro_rules! arithmetic {
    ($($amount:ident),*) => {$(
        impl Add for $amount {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl Sub for $amount {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
        impl AddAssign for $amount {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl SubAssign for $amount {
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }
        impl Sum for $amount {
            fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
                iter.fold(Self::default(), Add::add)
            }
        }
    )*};
}
arithmetic!(Gpus, GpuTime);
