//! Max-min fairness that knows speeds.

use super::Allocator;
use super::linear::Parties;
use super::problem::{Problem, Shares};

/// The least of all jobs' normalised speeds is as large as can be. A job's speed is that of its shares, times its gang, over its speed in
/// proportional shares of all types and over its weight; so a gang of four gets a quarter of the time that a single GPU does. Of all such
/// shares, the middle ones are taken.
///
/// maximise c subject to gang sum_j speed_j x_j / (weight x proportional speed) >= c for every job.
///
/// Source: Gavel (OSDI 2020), section 4.1. Best where no job shall be left behind; it gives slow jobs the GPUs on which others would gain more.
#[derive(Clone, Copy, Debug)]
pub struct MaxMin;

/// The same as [`MaxMin`], taking all types for equally fast: plain weighted max-min fairness of time, what a scheduler does that knows no
/// speeds.
#[derive(Clone, Copy, Debug)]
pub struct Blind;

/// Normalised speeds: each job is due the same.
pub(super) fn normalised(problem: &Problem) -> Parties {
    Parties::new(problem, |index| {
        let job = &problem.jobs[index];
        let unit = job.gang / (job.weight * problem.proportional_speed(job));
        (job.speeds.iter().map(|speed| speed * unit).collect(), 1.0)
    })
}

impl Allocator for MaxMin {
    fn shares(&mut self, problem: &Problem) -> Shares {
        let parties = normalised(problem);
        let Some((level, found)) = parties.best() else { return Shares::none(problem) };
        parties.shares(problem, &parties.middle(level, &found))
    }
}

impl Allocator for Blind {
    fn shares(&mut self, problem: &Problem) -> Shares {
        MaxMin.shares(&problem.blind())
    }

    fn is_blind(&self) -> bool {
        true
    }
}
