//! Selections whose right answer is known.

use rayon::prelude::*;
use skyberth::kernel::{math, random::Address};
use skyberth::study::statistics::Screening;

/// The best is better than each of the others by so much, in standard deviations of one observation.
pub const DIFFERENCE: f64 = 0.3;
/// The probability that is asked for.
pub const CORRECT: f64 = 0.95;

/// How observations are spread around a system's mean; each law has a mean of 0 and a standard deviation of 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// The normal law, for which the procedure is proved.
    Normal,
    /// Normal, where the best system varies twice as much as the others.
    BestVaries,
    /// Normal, where the others vary twice as much as the best.
    OthersVary,
    /// A shifted exponential law with a skewness of 2, as waits have it.
    Skewed,
}

/// A slippage configuration: one system is better than all others, which are equal, by just the difference that is cared about. This is the
/// hardest case to get right.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub systems: usize,
    /// The correlation of two systems' observations: what common random numbers bring.
    pub common: f64,
    /// Observations of each system before the first screening.
    pub first: usize,
    pub spread: Spread,
    /// The difference that the procedure is told to care about.
    pub indifference: f64,
}

/// Counts over many selections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    pub trials: usize,
    pub right: usize,
    /// Observations of a system, in the mean over systems and selections.
    pub observations: f64,
}

/// Selects so many times, each with draws of its own.
pub fn select_often(setting: &Setting, trials: usize) -> Outcome {
    let found: Vec<(usize, usize)> = (0..trials as u64).into_par_iter().map(|trial| select(setting, trial)).collect();
    let right = found.iter().filter(|(selected, _)| *selected == setting.systems / 2).count();
    let observations = found.iter().map(|(_, observations)| observations).sum::<usize>();
    Outcome { trials, right, observations: observations as f64 / (trials * setting.systems) as f64 }
}

/// One selection; the best stands in the middle. Returns the selected system and the observations of all systems together.
fn select(setting: &Setting, trial: u64) -> (usize, usize) {
    let best = setting.systems / 2;
    let mut rows: Vec<Vec<f64>> = vec![Vec::new(); setting.systems];
    let mut screening: Option<Screening> = None;
    let mut observations = 0;
    for round in 0.. {
        let alive = |system: usize| screening.as_ref().is_none_or(|screening: &Screening| screening.alive()[system]);
        for (system, row) in rows.iter_mut().enumerate().filter(|(system, _)| alive(*system)) {
            row.push(observe(setting, system, trial, round) + if system == best { DIFFERENCE } else { 0.0 });
            observations += 1;
        }
        if round + 1 < setting.first as u64 {
            continue;
        }
        let first: Vec<&[f64]> = rows.iter().map(|row| &row[..setting.first]).collect();
        let screening = screening.get_or_insert_with(|| Screening::begin(&first, setting.indifference, CORRECT));
        let values: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        screening.screen(&values);
        if let Some(selected) = screening.selected() {
            return (selected, observations);
        }
    }
    unreachable!("the rounds have no end")
}

/// What a system shows in a round, around its mean: a part that all systems share and one of its own.
fn observe(setting: &Setting, system: usize, trial: u64, round: u64) -> f64 {
    let address = Address::stream(7, trial, "selection").number(round);
    let draw = |slot: u64| {
        let mut draws = address.draws(slot);
        if setting.spread == Spread::Skewed { draws.exponential() - 1.0 } else { draws.normal() }
    };
    let scale = match setting.spread {
        Spread::BestVaries if system == setting.systems / 2 => 2.0,
        Spread::OthersVary if system != setting.systems / 2 => 2.0,
        _ => 1.0,
    };
    scale * (math::sqrt(setting.common) * draw(0) + math::sqrt(1.0 - setting.common) * draw(system as u64 + 1))
}
