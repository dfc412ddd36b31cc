//! What there is to pay with: revenue, discounting, and when commitments are cut back.

use super::law::Law;
use crate::kernel::math;
use crate::kernel::random::Address;
use crate::units::{SimTime, Span};

/// A year of 365.25 days, as everywhere.
pub const YEAR: Span = Span::from_ms(31_557_600_000);

/// The buyer's means.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// The path of revenue; none where only costs are discounted.
    pub revenue: Option<Revenue>,
    /// What a later USD is worth less, a year: 0.1 is 10 %.
    pub discount_rate: f64,
    /// When tranches are cancelled for want of revenue.
    pub rule: Option<CancelRule>,
}

/// Revenue as an annual run rate over time.
///
/// Between two dates it grows by a constant factor (geometrically), or by a constant amount where one of the two is zero. Before the first
/// date it is as on it; after the last it grows by `growth_per_year`.
#[derive(Clone, Debug, PartialEq)]
pub struct Revenue {
    /// Run rates on dates, in order, at least one [USD a year].
    pub rates: Vec<(SimTime, f64)>,
    /// Factor a year after the last date; 1 stays.
    pub growth_per_year: f64,
    /// By what the whole path is multiplied: one draw a replication.
    pub factor: Law,
}

/// Cancels tranches at a month's end where commitments are projected to be too much for the revenue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CancelRule {
    /// Commitments of twelve months / run rate of revenue above which tranches are cancelled.
    pub coverage_above: f64,
    /// Tranches planned later than this from now do not bind yet.
    pub binding: Span,
    /// How far coverage is projected, month by month [months].
    pub window: u32,
    /// Share of what a cancelled tranche commits that is due at once, 0 to 1.
    pub fee_share: f64,
}

impl Budget {
    /// What a USD at `time` is worth at the scenario's start: (1 + rate)^-years.
    #[must_use]
    pub fn discount(&self, time: SimTime) -> f64 {
        math::pow(1.0 + self.discount_rate, -years(time - SimTime::ZERO))
    }
}

impl Revenue {
    /// What the path is multiplied by in a replication. It depends only on the seed and the replication.
    #[must_use]
    pub fn factor(&self, seed: u64, replication: u64) -> f64 {
        self.factor.sample(&mut Address::stream(seed, replication, "budget").name("revenue").draws(0))
    }

    /// The run rate at an instant, before the factor [USD a year].
    #[must_use]
    pub fn rate(&self, time: SimTime) -> f64 {
        let next = self.rates.partition_point(|&(date, _)| date <= time);
        let (Some(&before), after) = (self.rates.get(next.saturating_sub(1)), self.rates.get(next)) else { return 0.0 };
        match after {
            _ if time <= before.0 => before.1,
            None => before.1 * math::pow(self.growth_per_year, years(time - before.0)),
            Some(&after) => {
                let part = (time - before.0).ms() as f64 / (after.0 - before.0).ms() as f64;
                if is_geometric(before.1, after.1) {
                    before.1 * math::pow(after.1 / before.1, part)
                } else {
                    before.1 + (after.1 - before.1) * part
                }
            }
        }
    }

    /// Revenue of a span of time, before the factor [USD]: the integral of the run rate.
    #[must_use]
    pub fn between(&self, from: SimTime, to: SimTime) -> f64 {
        let dates = self.rates.iter().map(|&(date, _)| date).filter(|&date| from < date && date < to);
        let cuts: Vec<SimTime> = std::iter::once(from).chain(dates).chain([to.max(from)]).collect();
        let piece = |cut: &[SimTime]| {
            let (low, high) = (self.rate(cut[0]), self.rate(cut[1]));
            // The mean of a geometric path is the logarithmic mean of its ends.
            let growth = if is_geometric(low, high) && self.is_geometric_at(cut[0]) { math::ln(high / low) } else { 0.0 };
            let mean = if growth.abs() < 1e-9 { f64::midpoint(low, high) } else { (high - low) / growth };
            mean * years(cut[1] - cut[0])
        };
        cuts.windows(2).map(piece).sum()
    }

    /// Whether the path after an instant, up to its next date, is geometric.
    fn is_geometric_at(&self, time: SimTime) -> bool {
        let next = self.rates.partition_point(|&(date, _)| date <= time);
        match (next.checked_sub(1).and_then(|last| self.rates.get(last)), self.rates.get(next)) {
            (Some(before), Some(after)) => is_geometric(before.1, after.1),
            _ => true,
        }
    }
}

fn is_geometric(before: f64, after: f64) -> bool {
    before > 0.0 && after > 0.0
}

fn years(span: Span) -> f64 {
    span.ms() as f64 / YEAR.ms() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revenue(rates: &[(f64, f64)], growth_per_year: f64) -> Revenue {
        let at = |years: f64| SimTime::from_ms((years * YEAR.ms() as f64) as i64);
        let rates = rates.iter().map(|&(years, rate)| (at(years), rate)).collect();
        Revenue { rates, growth_per_year, factor: Law::constant(1.0) }
    }

    #[track_caller]
    fn close(value: f64, wanted: f64) {
        assert!((value - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{value} against {wanted}");
    }

    #[test]
    fn the_run_rate_grows_by_a_constant_factor_between_dates() {
        let at = |years: f64| SimTime::from_ms((years * YEAR.ms() as f64) as i64);
        let path = revenue(&[(1.0, 100.0), (3.0, 400.0)], 1.5);
        for (years, rate) in [(0.0, 100.0), (1.0, 100.0), (2.0, 200.0), (3.0, 400.0), (4.0, 600.0), (5.0, 900.0)] {
            close(path.rate(at(years)), rate);
        }
        // The integral of 100 x 2^t over two years is 300 / ln 2.
        close(path.between(at(1.0), at(3.0)), 300.0 / math::ln(2.0));
        close(path.between(at(0.0), at(1.0)), 100.0);
        close(path.between(at(3.0), at(4.0)), 200.0 / math::ln(1.5));
        close(path.between(at(0.0), at(4.0)), 100.0 + 300.0 / math::ln(2.0) + 200.0 / math::ln(1.5));
        close(path.between(at(2.0), at(2.0)), 0.0);
    }

    #[test]
    fn from_nothing_it_grows_by_a_constant_amount() {
        let at = |years: f64| SimTime::from_ms((years * YEAR.ms() as f64) as i64);
        let path = revenue(&[(0.0, 0.0), (2.0, 400.0)], 1.0);
        close(path.rate(at(1.0)), 200.0);
        close(path.between(at(0.0), at(2.0)), 400.0);
        close(path.between(at(1.0), at(2.0)), 300.0);
        close(path.between(at(2.0), at(3.0)), 400.0);
    }

    #[test]
    fn a_later_usd_is_worth_less() {
        let budget = Budget { revenue: None, discount_rate: 0.1, rule: None };
        close(budget.discount(SimTime::ZERO), 1.0);
        close(budget.discount(SimTime::ZERO + YEAR + YEAR), 1.0 / 1.21);
    }
}
