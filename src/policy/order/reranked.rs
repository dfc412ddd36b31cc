//! Custom orders whose ranks change while jobs wait.

use super::Order;
use crate::policy::facts::JobFacts;
use crate::policy::queue::Rank;
use crate::units::SimTime;

/// An order whose ranks change while jobs wait: the queue is re-ranked at every pass, in O(n log n) of the waiting.
///
/// ```
/// use skyberth::policy::order::Reranked;
/// use skyberth::policy::{Composite, JobFacts, Rank};
/// use skyberth::units::SimTime;
///
/// let longest_wait_per_gpu =
///     |job: &JobFacts, now: SimTime| Rank::from_score(-(now - job.submit).seconds() / job.gpus as f64, job);
/// let policy = Composite { order: Box::new(Reranked(longest_wait_per_gpu)), ..Composite::default() };
/// # let _ = policy;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Reranked<O>(pub O);

impl<O: Order> Order for Reranked<O> {
    fn rank(&self, job: &JobFacts, now: SimTime) -> Rank {
        self.0.rank(job, now)
    }

    fn changes_while_waiting(&self) -> bool {
        true
    }
}
