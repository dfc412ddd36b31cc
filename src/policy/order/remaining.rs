//! Orders by what is left to do, for policies that re-pack at every event.
//!
//! Equal jobs stand as in the last order of all jobs, running and waiting together, as the simulator of Tiresias sorts them: a running job
//! came down to the key of a waiting one, so that it stands behind those that waited before, and ahead of newcomers. A rank is the key; then
//! twice the instant since which the job has it, plus one for newcomers; then a number in that order.
//!
//! Source: J. Gu et al., "Tiresias: a GPU cluster manager for distributed deep learning", NSDI 2019, and its simulator.

use super::{NUMBER, Order};
use crate::policy::facts::JobFacts;
use crate::policy::queue::Rank;
use crate::units::SimTime;

/// Least estimated time left first.
#[derive(Clone, Copy, Debug)]
pub struct ShortestRemaining;

/// Least estimated time left x GPUs first.
#[derive(Clone, Copy, Debug)]
pub struct ShortestRemainingService;

impl Order for ShortestRemaining {
    fn rank(&self, job: &JobFacts, now: SimTime) -> Rank {
        waiting(job.estimate.ms(), job, now)
    }

    fn standing(&self, job: &JobFacts, now: SimTime) -> Rank {
        running(job.estimate.ms(), job, now)
    }
}

impl Order for ShortestRemainingService {
    fn rank(&self, job: &JobFacts, now: SimTime) -> Rank {
        waiting(service(job), job, now)
    }

    fn standing(&self, job: &JobFacts, now: SimTime) -> Rank {
        running(service(job), job, now)
    }
}

fn service(job: &JobFacts) -> i64 {
    job.estimate.ms().saturating_mul(job.gpus as i64)
}

/// A job that was stopped keeps its place, but where it has come down since the last pass.
fn waiting(key: i64, job: &JobFacts, now: SimTime) -> Rank {
    if !job.was_stopped {
        Rank([key, 2 * now.ms() + 1, job.entry as i64])
    } else if job.rank.0[0] == key {
        job.rank
    } else {
        Rank([key, 2 * now.ms(), job.entry as i64])
    }
}

fn running(key: i64, job: &JobFacts, now: SimTime) -> Rank {
    if job.rank.0[0] == key { job.rank } else { Rank([key, 2 * now.ms(), NUMBER]) }
}
