//! A path of demand over time: level x growth x hour of the day x day of the week, or given step by step.

mod steps;

pub use steps::Steps;

use crate::kernel::math;
use crate::units::{SimTime, Span};
use std::sync::Arc;

/// Demand as a function of time, constant within each hour of the scenario's clock (UTC) or within each of its steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// Level at the scenario's start, before profile and factor.
    pub base: f64,
    /// A multiplier for what-ifs: 0.7 is 30 % less demand.
    pub factor: f64,
    /// How the level grows.
    pub growth: Growth,
    /// Multipliers by hour of the day, mean 1.
    pub daily: [f64; 24],
    /// Multipliers by day of the week, Monday first, mean 1.
    pub weekly: [f64; 7],
    /// The weekday of the scenario's first day, Monday is 0.
    pub start_weekday: u8,
    /// Demand as given; it stands instead of all the above.
    pub steps: Option<Arc<Steps>>,
}

/// Growth by a factor a year that decays towards a lasting one.
///
/// The rate of growth ln g(t) goes from ln `per_year` at the start to ln `decays_to`, its distance halving every `half_life`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Factor a year at the start.
    pub per_year: f64,
    /// Factor a year in the end.
    pub decays_to: f64,
    /// Time in which the difference halves.
    pub half_life: Span,
}

const DAYS_PER_YEAR: f64 = 365.25;

impl Growth {
    /// No growth.
    #[must_use]
    pub const fn none() -> Self {
        Self { per_year: 1.0, decays_to: 1.0, half_life: Span::DAY }
    }

    /// The level at `time` against the level at the start.
    #[must_use]
    pub fn level(&self, time: SimTime) -> f64 {
        if *self == Self::none() {
            return 1.0;
        }
        let years = time.days() / DAYS_PER_YEAR;
        let half_life = (self.half_life.days() / DAYS_PER_YEAR).max(1e-9);
        let lasting = math::ln(self.decays_to);
        let excess = math::ln(self.per_year) - lasting;
        let decayed = half_life / std::f64::consts::LN_2 * (1.0 - math::exp(-years / half_life * std::f64::consts::LN_2));
        math::exp(lasting * years + excess * decayed)
    }

    /// The largest level between two instants.
    #[must_use]
    pub fn peak(&self, from: SimTime, to: SimTime) -> f64 {
        let mut peak = self.level(from).max(self.level(to));
        let (lasting, first) = (math::ln(self.decays_to), math::ln(self.per_year));
        if lasting < 0.0 && first > 0.0 {
            // Growth turns into decline where lasting + (first - lasting) 2^(-t / half-life) = 0.
            let turn_days = self.half_life.days() * math::log2((first - lasting) / -lasting);
            let turn = SimTime::from_ms((turn_days * Span::DAY.ms() as f64) as i64);
            if turn > from && turn < to {
                peak = peak.max(self.level(turn));
            }
        }
        peak
    }
}

impl Demand {
    /// A constant demand.
    #[must_use]
    pub const fn constant(base: f64) -> Self {
        Self { base, factor: 1.0, growth: Growth::none(), daily: [1.0; 24], weekly: [1.0; 7], start_weekday: 0, steps: None }
    }

    /// Demand given step by step.
    #[must_use]
    pub fn listed(steps: Steps) -> Self {
        Self { steps: Some(Arc::new(steps)), ..Self::constant(0.0) }
    }

    /// Demand in the hour (or step) that `time` falls in.
    #[must_use]
    pub fn at(&self, time: SimTime) -> f64 {
        if let Some(steps) = &self.steps {
            return steps.at(time);
        }
        let hour = time.ms().div_euclid(Span::HOUR.ms());
        let weekday = (hour.div_euclid(24) + i64::from(self.start_weekday)).rem_euclid(7) as usize;
        let of_day = hour.rem_euclid(24) as usize;
        let level = self.growth.level(SimTime::from_ms(hour * Span::HOUR.ms()));
        self.base * self.factor * level * self.daily[of_day] * self.weekly[weekday]
    }

    /// An upper bound of the demand between two instants.
    #[must_use]
    pub fn bound(&self, from: SimTime, to: SimTime) -> f64 {
        if let Some(steps) = &self.steps {
            return steps.bound(from, to);
        }
        let from_hour = SimTime::from_ms(from.ms().div_euclid(Span::HOUR.ms()) * Span::HOUR.ms());
        let top = |profile: &[f64]| profile.iter().copied().fold(0.0, f64::max);
        self.base * self.factor * self.growth.peak(from_hour, to) * top(&self.daily) * top(&self.weekly)
    }

    /// About the mean demand from the start to an instant: the level at a few hundred instants, without the hours and days that it is spread over.
    #[must_use]
    pub fn about(&self, to: SimTime) -> f64 {
        if let Some(steps) = &self.steps {
            return steps.mean(SimTime::ZERO, to);
        }
        let instant = |number: i64| SimTime::from_ms((i128::from(to.ms()) * i128::from(2 * number + 1) / 400) as i64);
        self.base * self.factor * (0..200).map(|number| self.growth.level(instant(number))).sum::<f64>() / 200.0
    }

    /// Mean demand over a time, by hours (or steps).
    #[must_use]
    pub fn mean(&self, from: SimTime, to: SimTime) -> f64 {
        if let Some(steps) = &self.steps {
            return steps.mean(from, to);
        }
        let hours = ((to - from).ms() / Span::HOUR.ms()).max(1);
        (0..hours).map(|hour| self.at(from + Span::from_ms(hour * Span::HOUR.ms()))).sum::<f64>() / hours as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn growing(per_year: f64, decays_to: f64) -> Growth {
        Growth { per_year, decays_to, half_life: Span::from_ms(365 * Span::DAY.ms()) }
    }

    #[test]
    fn growth_without_decay_is_exponential() {
        let level = growing(2.0, 2.0).level(SimTime::from_ms((3.0 * DAYS_PER_YEAR * 86_400_000.0) as i64));
        assert!((level - 8.0).abs() < 1e-9, "{level}");
    }

    #[test]
    fn bounds_hold_even_where_growth_turns() {
        let mut demand = Demand::constant(10.0);
        demand.growth = growing(3.0, 0.5);
        demand.daily[20] = 1.4;
        let end = SimTime::from_ms(5 * 365 * Span::DAY.ms());
        let bound = demand.bound(SimTime::ZERO, end);
        let top = (0..5 * 365 * 24).map(|hour| demand.at(SimTime::from_ms(hour * Span::HOUR.ms()))).fold(0.0, f64::max);
        assert!(top <= bound && bound < top * 1.05, "{top} {bound}");
    }
}
