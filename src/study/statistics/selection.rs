//! Selecting the best of several systems: Kim and Nelson's fully sequential procedure, and looks in between for who is far behind.
//!
//! Kim and Nelson's procedure settles who is better by the indifference, and its price hangs on that: where systems differ by a hundred
//! times the indifference it goes on nearly as long as where they differ by ten times. So half of the error that is allowed is spent on paired t
//! tests, at the first observations and whenever there are twice as many, each look with half of what the looks before have left. By
//! Bonferroni's inequality the probabilities of all errors together stay below the one allowed; where all systems are close, Kim and
//! Nelson's half takes a quarter to a third more observations than the whole would.
//!
//! Source: S.-H. Kim and B. L. Nelson, "A fully sequential procedure for indifference-zone selection in simulation", ACM TOMACS 11 (2001).
//! With a probability of at least the one asked for, the selected system is within the indifference of the best, where differences are
//! normal. Common random numbers are allowed and help: only variances of differences enter.

use super::{Moments, student};
use crate::kernel::math;

/// The screening of systems, one observation of each after the other. More is better.
#[derive(Clone, Debug)]
pub struct Screening {
    /// By system: whether it is still in.
    alive: Vec<bool>,
    /// Variances of the differences of pairs, from the first observations.
    variances: Vec<Vec<f64>>,
    /// h squared of the procedure, with c = 1: (n - 1) ((2 alpha / (k - 1))^(-2 / (n - 1)) - 1).
    h_squared: f64,
    indifference: f64,
    /// The next look for who is far behind [observations].
    look: usize,
    /// The probability of an error that this look may have, for each pair.
    tail: f64,
}

impl Screening {
    /// Begins with the first observations, as many of each system: at least two. The probability that the selection is correct is at least
    /// `probability` (0.5 to 1) where the best is better than the others by the indifference (above zero). O(systems^2 x observations).
    #[must_use]
    pub fn begin(first: &[&[f64]], indifference: f64, probability: f64) -> Self {
        let (systems, n) = (first.len(), first.iter().map(|values| values.len()).min().unwrap_or(0));
        let freedom = n.saturating_sub(1).max(1) as f64;
        let (alpha, pairs) = (0.5 * (1.0 - probability), (systems.max(2) - 1) as f64);
        let h_squared = freedom * (math::pow(2.0 * alpha / pairs, -2.0 / freedom) - 1.0);
        let variance = |one: &[f64], other: &[f64]| {
            let differences: Vec<f64> = one.iter().zip(other).take(n).map(|(one, other)| one - other).collect();
            Moments::of(&differences).variance
        };
        let variances = first.iter().map(|one| first.iter().map(|other| variance(one, other)).collect()).collect();
        Self { alive: vec![true; systems], variances, h_squared, indifference, look: n.max(2), tail: 0.5 * alpha / pairs }
    }

    /// By system: whether it is still in.
    #[must_use]
    pub fn alive(&self) -> &[bool] {
        &self.alive
    }

    /// Takes a system out for another reason than its observations.
    pub fn drop_out(&mut self, system: usize) {
        self.alive[system] = false;
    }

    /// Drops systems that are beaten after so many observations: all of each system that is still in, which are as many. Once no pair leaves
    /// room for doubt, all but the best are dropped, of equals all but the first. O(systems^2), and O(systems^2 x observations) in a look.
    pub fn screen(&mut self, values: &[&[f64]]) {
        self.drop_far_behind(values);
        let alive = self.standing();
        let observations = alive.first().map_or(0, |&system| values[system].len());
        let r = observations as f64;
        let means: Vec<f64> = values.iter().map(|values| values.iter().sum::<f64>() / r).collect();
        let room = |one: usize, other: usize| {
            let bound = self.h_squared * self.variances[one][other] / (self.indifference * self.indifference);
            (self.indifference / (2.0 * r) * (bound - r)).max(0.0)
        };
        let stays = |&system: &usize| {
            let beats = |&other: &usize| other == system || means[system] >= means[other] - room(system, other);
            alive.iter().all(beats)
        };
        let left: Vec<usize> = alive.iter().copied().filter(stays).collect();
        let is_settled = left.iter().all(|&one| left.iter().all(|&other| one == other || room(one, other) == 0.0));
        let best = left.iter().copied().reduce(|best, system| if means[system] > means[best] { system } else { best });
        for (system, alive) in self.alive.iter_mut().enumerate() {
            *alive = if is_settled { Some(system) == best } else { left.contains(&system) };
        }
    }

    /// Drops who is behind another by more than chance explains, where a look is due. Of two systems at most one is dropped for the other.
    fn drop_far_behind(&mut self, values: &[&[f64]]) {
        let alive = self.standing();
        let observations = alive.first().map_or(0, |&system| values[system].len());
        if observations < self.look {
            return;
        }
        let n = observations as f64;
        let limit = student::t_quantile(1.0 - self.tail, n - 1.0) / math::sqrt(n);
        let is_behind = |one: usize, other: usize| {
            let ahead: Vec<f64> = values[other].iter().zip(values[one]).map(|(other, one)| other - one).collect();
            let moments = Moments::of(&ahead);
            moments.mean > limit * math::sqrt(moments.variance)
        };
        let behind: Vec<usize> =
            alive.iter().copied().filter(|&one| alive.iter().any(|&other| other != one && is_behind(one, other))).collect();
        for system in behind {
            self.alive[system] = false;
        }
        (self.look, self.tail) = (2 * observations, 0.5 * self.tail);
    }

    fn standing(&self) -> Vec<usize> {
        (0..self.alive.len()).filter(|&system| self.alive[system]).collect()
    }

    /// The selected system, once only one is left.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        let mut left = (0..self.alive.len()).filter(|&system| self.alive[system]);
        left.next().filter(|_| left.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_noise_one_look_is_enough_and_equals_leave_the_first() {
        let (low, high) = ([1.0; 5], [2.0; 5]);
        let mut screening = Screening::begin(&[&low, &high, &high], 0.1, 0.95);
        screening.screen(&[&low, &high, &high]);
        assert_eq!((screening.selected(), screening.alive()), (Some(1), &[false, true, false][..]));
    }
}
