//! Prices of GPU-time, and when they change.

use crate::units::{Cost, GpuTime, Gpus, Price, SimTime};
use std::iter::once;

/// Prices of a cluster's GPU-time by kind of capacity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Reserved capacity: paid whether used or not, or as used under a take-or-pay contract.
    pub reserved: Price,
    /// Paid while allocated.
    pub on_demand: Price,
    /// Paid while allocated.
    pub spot: Price,
}

impl Rates {
    /// What GPU-time of each kind costs where it is paid by use: reserved, on-demand, spot.
    #[must_use]
    pub fn of(&self, [reserved, on_demand, spot]: [GpuTime; 3]) -> Cost {
        self.reserved.of(reserved) + self.on_demand.of(on_demand) + self.spot.of(spot)
    }
}

/// Prices over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// Before any change.
    pub first: Rates,
    /// From an instant on, in order of time.
    pub changes: Vec<(SimTime, Rates)>,
}

impl Prices {
    /// Prices that never change.
    #[must_use]
    pub const fn constant(first: Rates) -> Self {
        Self { first, changes: Vec::new() }
    }

    /// The prices at an instant. O(changes).
    #[must_use]
    pub fn at(&self, time: SimTime) -> &Rates {
        self.changes.iter().rfind(|(from, _)| *from <= time).map_or(&self.first, |(_, rates)| rates)
    }

    /// Since when the prices of an instant hold; before all time where they never changed until then.
    #[must_use]
    pub fn since(&self, time: SimTime) -> SimTime {
        self.changes.iter().rfind(|(from, _)| *from <= time).map_or(SimTime::from_ms(i64::MIN), |&(from, _)| from)
    }

    /// The parts of a span in which prices stay the same; none of an empty span.
    pub fn spans(&self, from: SimTime, to: SimTime) -> impl Iterator<Item = (&Rates, [SimTime; 2])> {
        let begins = once((SimTime::from_ms(i64::MIN), &self.first)).chain(self.changes.iter().map(|(at, rates)| (*at, rates)));
        let ends = self.changes.iter().map(|&(at, _)| at).chain(once(SimTime::NEVER));
        let clipped = begins.zip(ends).map(move |((begin, rates), end)| (rates, [begin.max(from), end.min(to)]));
        clipped.filter(|(_, [begin, end])| begin < end)
    }

    /// What reserved GPUs cost from one instant to another.
    #[must_use]
    pub fn reserved_over(&self, gpus: Gpus, from: SimTime, to: SimTime) -> Cost {
        self.spans(from, to).map(|(rates, [from, to])| rates.reserved.of(gpus.over(to - from))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Span;

    #[test]
    fn a_span_costs_what_each_of_its_parts_does() {
        let rates = |usd| Rates { reserved: Price::from_usd_per_gpu_hour(usd), ..Rates::default() };
        let day = |days: i64| SimTime::from_ms(days * Span::DAY.ms());
        let prices = Prices { first: rates(4.0), changes: vec![(day(10), rates(3.0)), (day(20), rates(2.0))] };
        assert_eq!([9, 10, 19, 20].map(|days| prices.at(day(days)).reserved.usd_per_gpu_hour()), [4.0, 3.0, 3.0, 2.0]);
        let cost = |from, to| prices.reserved_over(Gpus::whole(1), day(from), day(to)).usd();
        assert_eq!(cost(-5, 30), 24.0 * (15.0 * 4.0 + 10.0 * 3.0 + 10.0 * 2.0));
        assert_eq!(cost(12, 13), 24.0 * 3.0);
        assert_eq!(cost(13, 12), 0.0);
        assert_eq!(Prices::constant(rates(1.0)).spans(day(0), day(1)).count(), 1);
    }
}
