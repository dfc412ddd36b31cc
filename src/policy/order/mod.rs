//! Who comes first.

use super::queue::Rank;
use super::state::JobFacts;

/// An order whose rank is fixed while a job waits.
pub trait Order: Send {
    /// A job's place in the queue; the least comes first. Ends in the sequence number.
    fn rank(&self, job: &JobFacts) -> Rank;
}

/// By submission, then sequence number.
#[derive(Clone, Copy, Debug)]
pub struct Fifo;

/// Shortest estimated time left first, then submission, then sequence number.
#[derive(Clone, Copy, Debug)]
pub struct ShortestJobFirst;

/// Highest priority first, then submission, then sequence number.
#[derive(Clone, Copy, Debug)]
pub struct Priority;

impl Order for Fifo {
    fn rank(&self, job: &JobFacts) -> Rank {
        Rank([job.submit.ms(), job.sequence as i64, 0])
    }
}

impl Order for ShortestJobFirst {
    fn rank(&self, job: &JobFacts) -> Rank {
        Rank([job.estimate.ms(), job.submit.ms(), job.sequence as i64])
    }
}

impl Order for Priority {
    fn rank(&self, job: &JobFacts) -> Rank {
        Rank([-i64::from(job.priority), job.submit.ms(), job.sequence as i64])
    }
}
