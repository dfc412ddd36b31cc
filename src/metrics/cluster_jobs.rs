//! Jobs by the cluster where things happened to them.

use super::histogram::LogLinearHistogram;
use crate::model::job::Outcome;

/// What became of jobs on a cluster, of those that were submitted in a span of time after the warm-up.
///
/// A job may be on several clusters in turn. Its wait belongs to the one on which it first starts, its end with completion time and slowdown
/// to the one on which it ends, a preemption or an interruption to the one where it happens. A job that never starts belongs to none, so that
/// the waits here hold no lower bounds.
// Aligned, so that a start touches one line of the cache and an end two.
#[derive(Clone, Debug, Default)]
#[repr(align(64))]
pub struct ClusterJobs {
    /// Times from submission to the first start, which was here [ms].
    pub wait: LogLinearHistogram,
    /// Times from submission to the end, which was here [ms].
    pub completion: LogLinearHistogram,
    /// Sum of bounded slowdowns of jobs that ended here.
    pub slowdown_sum: f64,
    /// Ended here as meant.
    pub completed: u64,
    /// Ended here by their own fault.
    pub failed: u64,
    /// Cancelled here by their users.
    pub cancelled: u64,
    /// Times a job was stopped here for a service or a higher priority.
    pub preemptions: u64,
    /// Times a failure stopped a job here.
    pub interruptions: u64,
    /// How many of both were because spot capacity was taken back.
    pub evictions: u64,
}

impl ClusterJobs {
    /// Jobs whose first start was here.
    #[must_use]
    pub const fn started(&self) -> u64 {
        self.wait.count()
    }

    /// Jobs that ended here, whichever way.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.completion.count()
    }

    /// Counts a job that ended here, so long after its submission [ms].
    pub fn end(&mut self, outcome: Outcome, completion_ms: u64, slowdown: f64) {
        match outcome {
            Outcome::Completes => self.completed += 1,
            Outcome::Fails => self.failed += 1,
            Outcome::Cancelled => self.cancelled += 1,
        }
        self.completion.record(completion_ms);
        self.slowdown_sum += slowdown;
    }

    /// Adds the jobs of another month or cluster.
    pub fn merge(&mut self, part: &Self) {
        self.wait.merge(&part.wait);
        self.completion.merge(&part.completion);
        self.slowdown_sum += part.slowdown_sum;
        self.completed += part.completed;
        self.failed += part.failed;
        self.cancelled += part.cancelled;
        self.preemptions += part.preemptions;
        self.interruptions += part.interruptions;
        self.evictions += part.evictions;
    }
}
