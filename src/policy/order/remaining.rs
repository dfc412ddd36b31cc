//! Orders by what is left to do, for policies that pack anew at every event.
//!
//! Equal jobs stand as in the last order of all jobs, running and waiting together, as the simulator of Tiresias sorts them: a running job
//! came down to the key of a waiting one, so that it stands behind those that waited before, and ahead of newcomers.
//!
//! Source: J. Gu et al., "Tiresias: a GPU cluster manager for distributed deep learning", NSDI 2019, and its simulator.

use super::Order;
use crate::policy::queue::Rank;
use crate::policy::state::JobFacts;
use crate::units::SimTime;

/// Least estimated time left first.
#[derive(Clone, Copy, Debug)]
pub struct ShortestRemaining;

/// Least estimated time left x GPUs first.
#[derive(Clone, Copy, Debug)]
pub struct ShortestRemainingService;

impl Order for ShortestRemaining {
    fn rank(&self, job: &JobFacts, _now: SimTime) -> Rank {
        behind_equals(job.estimate.ms(), job)
    }

    fn standing(&self, job: &JobFacts, now: SimTime) -> Rank {
        Rank([job.estimate.ms(), 2 * now.ms(), 0])
    }
}

impl Order for ShortestRemainingService {
    fn rank(&self, job: &JobFacts, _now: SimTime) -> Rank {
        behind_equals(service(job), job)
    }

    fn standing(&self, job: &JobFacts, now: SimTime) -> Rank {
        Rank([service(job), 2 * now.ms(), 0])
    }
}

fn service(job: &JobFacts) -> i64 {
    job.estimate.ms().saturating_mul(job.gpus as i64)
}

/// Behind those that were queued before, and at one instant those that were stopped before those that were submitted.
fn behind_equals(key: i64, job: &JobFacts) -> Rank {
    Rank([key, 2 * job.queued_at.ms() + i64::from(!job.was_stopped), job.entry as i64])
}
