//! Max-min fairness for every job, not only for the worst-off.

use super::Allocator;
use super::maxmin::normalised;
use super::problem::{Problem, Shares};

/// As [`super::maxmin::MaxMin`], and then further: those who cannot have more than the least keep it, and the least of the others is made as
/// large as can be, and so on until no job can have more. No job's normalised speed could then rise without a lower one falling.
///
/// Source: Gavel (OSDI 2020), section 4.3. Who can be raised is told there by an integer programme; here by a linear one with a small bonus
/// for each, which gives some of it to every job that can have any. A few programmes more than `maxmin`, for GPUs that it leaves to chance.
#[derive(Clone, Copy, Debug)]
pub struct WaterFilling;

/// The bonus, relative to the level.
const BONUS: f64 = 1e-4;
/// Levels at most.
const MOST_LEVELS: usize = 50;

impl Allocator for WaterFilling {
    fn shares(&mut self, problem: &Problem) -> Shares {
        let mut parties = normalised(problem);
        let mut best = None;
        for _ in 0..MOST_LEVELS {
            let Some((level, found)) = parties.best().filter(|(level, _)| level.is_finite()) else { break };
            let reached: Vec<f64> = parties.list.iter().map(|party| party.fixed + party.due * level).collect();
            let can_rise = parties.who_can_rise(&reached, BONUS);
            best = Some((reached.clone(), found));
            let Some(can_rise) = can_rise else { break };
            let mut was_settled = false;
            for ((party, can_rise), reached) in parties.list.iter_mut().zip(can_rise).zip(reached) {
                if party.due > 0.0 && !can_rise {
                    // A little less, so that rounding does not make it impossible.
                    (party.due, party.fixed) = (0.0, reached * (1.0 - 1e-9));
                    was_settled = true;
                }
            }
            if !was_settled || parties.list.iter().all(|party| party.due == 0.0) {
                break;
            }
        }
        let Some((reached, found)) = best else { return Shares::none(problem) };
        for (party, reached) in parties.list.iter_mut().zip(reached) {
            (party.due, party.fixed) = (0.0, reached);
        }
        parties.shares(problem, &parties.middle(0.0, &found))
    }
}
