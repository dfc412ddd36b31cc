//! Teams in turn.

use super::Order;
use crate::model::policy::Argument;
use crate::policy::facts::JobFacts;
use crate::policy::queue::Rank;
use crate::policy::registry::Context;
use crate::policy::shares::ShareRule;
use crate::units::SimTime;

/// The next job is always one of the team with the least share of the GPUs (see [`TeamShares`](crate::policy::TeamShares)), counting what was
/// given in this pass; of equal teams', running jobs before waiting ones where both compete, then the earliest submission. Within a team by
/// submission, then sequence number.
///
/// Source: A. Ghodsi et al., "Dominant resource fairness: fair allocation of multiple resource types", NSDI 2011.
#[derive(Clone, Copy, Debug)]
pub struct Fair(pub ShareRule);

impl Fair {
    /// With the half-life of its name, or else the policy's.
    #[must_use]
    pub fn of(context: &Context<'_>) -> Self {
        let half_life = match *context.argument {
            Argument::HalfLife(half_life) => Some(half_life),
            _ => context.choice.usage_half_life,
        };
        Self(ShareRule { half_life })
    }
}

impl Order for Fair {
    fn rank(&self, job: &JobFacts, _now: SimTime) -> Rank {
        Rank([job.submit.ms(), job.sequence as i64, 0])
    }

    fn turns(&self) -> Option<ShareRule> {
        Some(self.0)
    }

    fn stays(&self, _rank: Rank) -> bool {
        true
    }
}
