//! Orders by what is known when a job is queued, and by how long it has waited.

use super::Order;
use crate::kernel::math;
use crate::policy::facts::JobFacts;
use crate::policy::queue::{Rank, ordered as float};
use crate::units::SimTime;

/// By submission, then sequence number.
#[derive(Clone, Copy, Debug)]
pub struct Fifo;

/// Shortest estimated time left first, then submission, then sequence number.
#[derive(Clone, Copy, Debug)]
pub struct ShortestJobFirst;

/// Fewest GPUs first, then sequence number.
#[derive(Clone, Copy, Debug)]
pub struct SmallestFirst;

/// Most GPUs first, then sequence number.
#[derive(Clone, Copy, Debug)]
pub struct LargestFirst;

/// Earliest deadline first, those without one last; then submission, then sequence number.
#[derive(Clone, Copy, Debug)]
pub struct EarliestDeadline;

/// Highest priority first, then submission, then sequence number.
#[derive(Clone, Copy, Debug)]
pub struct Priority;

/// Largest (wait / estimate)^3 x GPUs first, then submission, then sequence number. Estimates below a second count as one.
///
/// Source: W. Tang, Z. Lan, N. Desai, D. Buettner, "Fault-aware, utility-based job scheduling on Blue Gene/P systems", CLUSTER 2009.
#[derive(Clone, Copy, Debug)]
pub struct Wfp3;

/// Least log10(estimate) x GPUs + 870 log10(submission) first, then submission, then sequence number; estimate and submission (since the
/// start) in seconds, at least one.
///
/// Source: D. Carastan-Santos, R. Y. de Camargo, "Obtaining dynamic scheduling policies with simulation and machine learning", SC 2017.
#[derive(Clone, Copy, Debug)]
pub struct F1;

impl Order for Fifo {
    fn rank(&self, job: &JobFacts, _now: SimTime) -> Rank {
        Rank([job.submit.ms(), job.sequence as i64, 0])
    }
}

impl Order for ShortestJobFirst {
    fn rank(&self, job: &JobFacts, _now: SimTime) -> Rank {
        Rank([job.estimate.ms(), job.submit.ms(), job.sequence as i64])
    }
}

impl Order for SmallestFirst {
    fn rank(&self, job: &JobFacts, _now: SimTime) -> Rank {
        Rank([job.gpus as i64, job.sequence as i64, 0])
    }
}

impl Order for LargestFirst {
    fn rank(&self, job: &JobFacts, _now: SimTime) -> Rank {
        Rank([-(job.gpus as i64), job.sequence as i64, 0])
    }
}

impl Order for EarliestDeadline {
    fn rank(&self, job: &JobFacts, _now: SimTime) -> Rank {
        Rank([job.deadline.ms(), job.submit.ms(), job.sequence as i64])
    }
}

impl Order for Priority {
    fn rank(&self, job: &JobFacts, _now: SimTime) -> Rank {
        Rank([-i64::from(job.priority), job.submit.ms(), job.sequence as i64])
    }
}

impl Order for Wfp3 {
    fn rank(&self, job: &JobFacts, now: SimTime) -> Rank {
        let ratio = (now - job.submit).seconds() / job.estimate.seconds().max(1.0);
        Rank([float(-(ratio * ratio * ratio * job.gpus as f64)), job.submit.ms(), job.sequence as i64])
    }

    fn changes_while_waiting(&self) -> bool {
        true
    }
}

impl Order for F1 {
    fn rank(&self, job: &JobFacts, _now: SimTime) -> Rank {
        let log10 = |seconds: f64| math::log10(seconds.max(1.0));
        let score = log10(job.estimate.seconds()) * job.gpus as f64 + 870.0 * log10(job.submit.seconds());
        Rank([float(score), job.submit.ms(), job.sequence as i64])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_compare_as_floats_do() {
        let values = [f64::NEG_INFINITY, -1e300, -2.0, -1.0, -1e-300, 0.0, 1e-300, 1.0, 1.5, 1e300, f64::INFINITY];
        assert!(values.windows(2).all(|pair| float(pair[0]) < float(pair[1])));
        assert_eq!(float(-0.0), float(0.0));
    }
}
