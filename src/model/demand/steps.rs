//! Demand that is given step by step, as a trace gives it.

use crate::units::{SimTime, Span};

/// Demand in steps of equal length; none before the first, and after the last none or the same again.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// When the first step begins.
    begin: SimTime,
    /// Length of a step.
    length: Span,
    /// Demand in each step.
    rates: Vec<f64>,
    /// Whether the steps follow one another without an end.
    repeat: bool,
}

impl Steps {
    /// Steps from `begin` on; none without a step or a length.
    #[must_use]
    pub fn new(begin: SimTime, length: Span, rates: Vec<f64>, repeat: bool) -> Option<Self> {
        (length > Span::ZERO && !rates.is_empty()).then_some(Self { begin, length, rates, repeat })
    }

    /// When the first step begins.
    #[must_use]
    pub const fn begin(&self) -> SimTime {
        self.begin
    }

    /// When the last step ends for the first time.
    #[must_use]
    pub fn end(&self) -> SimTime {
        self.begin.saturating_add(Span::from_ms(self.length.ms().saturating_mul(self.count())))
    }

    fn count(&self) -> i64 {
        self.rates.len() as i64
    }

    /// The number of the step that an instant falls in, counted on over repetitions.
    fn step(&self, time: SimTime) -> i64 {
        (time - self.begin).ms().div_euclid(self.length.ms())
    }

    /// The demand of a step by its number.
    fn rate(&self, step: i64) -> f64 {
        let index = if self.repeat && step >= 0 { step % self.count() } else { step };
        usize::try_from(index).ok().and_then(|index| self.rates.get(index)).copied().unwrap_or(0.0)
    }

    pub(super) fn at(&self, time: SimTime) -> f64 {
        self.rate(self.step(time))
    }

    /// The largest demand between two instants, both of them included.
    pub(super) fn bound(&self, from: SimTime, to: SimTime) -> f64 {
        let first = self.step(from).max(0);
        let last = if self.repeat { self.step(to).min(first + self.count() - 1) } else { self.step(to).min(self.count() - 1) };
        (first..=last).map(|step| self.rate(step)).fold(0.0, f64::max)
    }

    /// The mean over a time, by the parts of steps that lie in it.
    pub(super) fn mean(&self, from: SimTime, to: SimTime) -> f64 {
        if to <= from {
            return self.at(from);
        }
        (self.until(to) - self.until(from)) / (to - from).seconds()
    }

    /// Demand times seconds from the beginning to an instant.
    fn until(&self, time: SimTime) -> f64 {
        let step = self.step(time);
        if step < 0 {
            return 0.0;
        }
        let sum = |steps: i64| self.rates[..steps.clamp(0, self.count()) as usize].iter().sum::<f64>() * self.length.seconds();
        let rounds = if self.repeat { step / self.count() } else { 0 };
        let begun = (time - self.begin).ms().rem_euclid(self.length.ms());
        rounds as f64 * sum(self.count()) + sum(step - rounds * self.count()) + self.rate(step) * Span::from_ms(begun).seconds()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(repeat: bool) -> Steps {
        Steps::new(SimTime::from_ms(1000), Span::from_ms(2000), vec![3.0, 1.0, 5.0], repeat).expect("three steps")
    }

    fn ms(time: i64) -> SimTime {
        SimTime::from_ms(time)
    }

    #[test]
    fn steps_begin_and_end_where_they_do() {
        let at = |repeat| [0, 999, 1000, 2999, 3000, 6999, 7000, 9000].map(|time| steps(repeat).at(ms(time)));
        assert_eq!(at(false), [0.0, 0.0, 3.0, 3.0, 1.0, 5.0, 0.0, 0.0]);
        assert_eq!(at(true), [0.0, 0.0, 3.0, 3.0, 1.0, 5.0, 3.0, 1.0]);
        assert_eq!(steps(true).end(), ms(7000));
        assert_eq!(Steps::new(ms(0), Span::ZERO, vec![1.0], false), None);
        assert_eq!(Steps::new(ms(0), Span::HOUR, Vec::new(), false), None);
    }

    #[test]
    fn bounds_and_means_are_those_of_the_instants_between() {
        for repeat in [false, true] {
            let steps = steps(repeat);
            for from in (0..9000).step_by(500) {
                for to in (from + 500..24_000).step_by(500) {
                    let instants = || (from..to).step_by(500).map(|time| steps.at(ms(time)));
                    let top = instants().chain([steps.at(ms(to))]).fold(0.0, f64::max);
                    assert_eq!(steps.bound(ms(from), ms(to)), top, "{from} {to}");
                    let mean = instants().sum::<f64>() / instants().count() as f64;
                    assert!((steps.mean(ms(from), ms(to)) - mean).abs() < 1e-9, "{from} {to}");
                }
            }
        }
    }
}
