//! The time integral of a step function, exactly.

use crate::units::SimTime;

/// A value that changes in steps, and its integral over time. A change costs one multiplication, however seldom the integral is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Integral {
    value: i64,
    /// Sum of change x time of change.
    offset: i128,
}

impl Integral {
    /// The value now.
    #[must_use]
    pub const fn value(&self) -> i64 {
        self.value
    }

    /// Changes the value by `delta` at `now`.
    pub fn add(&mut self, delta: i64, now: SimTime) {
        self.value += delta;
        self.offset += i128::from(delta) * i128::from(now.ms());
    }

    /// Changes the value to `value` at `now`.
    pub fn set(&mut self, value: i64, now: SimTime) {
        if value != self.value {
            self.add(value - self.value, now);
        }
    }

    /// The integral from the start to `now`, which is not before the last change [value x ms]; none where it were negative.
    #[must_use]
    pub fn total(&self, now: SimTime) -> u128 {
        u128::try_from(i128::from(self.value) * i128::from(now.ms()) - self.offset).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrates_steps_exactly() {
        let mut integral = Integral::default();
        integral.add(3, SimTime::from_ms(10));
        integral.set(5, SimTime::from_ms(20));
        integral.add(-5, SimTime::from_ms(25));
        assert_eq!(integral.total(SimTime::from_ms(1_000_000)), 3 * 10 + 5 * 5);
        assert_eq!(integral.value(), 0);
    }
}
