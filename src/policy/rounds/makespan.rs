//! All done as early as can be.

use super::Allocator;
use super::linear::Parties;
use super::problem::{Problem, Shares};

/// The shares with which all jobs that are there would be done within the least common time T: the speed of every job is at least its work left
/// over T. As Gavel has it, T is searched by halving between 100 s and 10^6 s until it is known to 5 %, and of all shares that do for it
/// the middle ones are taken. One linear programme tells which T are possible.
///
/// Source: Gavel (OSDI 2020), section 4.2. Best for a batch whose last job is waited for; it holds short jobs up, so that mean completion times
/// are the worst of all.
#[derive(Clone, Copy, Debug)]
pub struct Makespan;

/// Where the search begins [s].
const FIRST: (f64, f64) = (100.0, 1_000_000.0);
/// It ends when the bounds are so close.
const CLOSE: f64 = 1.05;

impl Allocator for Makespan {
    fn shares(&mut self, problem: &Problem) -> Shares {
        // The level is how much faster than in 10^6 s everything could be done.
        let parties = Parties::new(problem, |index| {
            let job = &problem.jobs[index];
            (job.speeds.clone(), job.left / FIRST.1)
        });
        let Some((level, found)) = parties.best().filter(|(level, _)| *level > 0.0) else { return Shares::none(problem) };
        let time = halved(FIRST.1 / level);
        parties.shares(problem, &parties.middle(FIRST.1 / time, &found))
    }
}

/// The least time that halving finds possible, if those from `least` on are.
fn halved(least: f64) -> f64 {
    let (mut low, mut high) = FIRST;
    let mut last_high = high;
    loop {
        let mut possible = None;
        while CLOSE * low < high {
            let time = f64::midpoint(low, high);
            if time >= least {
                possible = Some(time);
                high = time;
            } else {
                low = time;
            }
        }
        if let Some(time) = possible {
            return time;
        }
        (low, high) = (last_high, last_high * 10.0);
        last_high *= 10.0;
        if !last_high.is_finite() {
            return least;
        }
    }
}
