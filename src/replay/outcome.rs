//! What a replay of jobs or pods comes to.

use crate::metrics::JobStatistics;
use crate::units::{GpuTime, Gpus, SimTime, Span};

/// What a set of GPUs did with its jobs.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The pool, the machine, or the placement that was tried.
    pub name: String,
    /// Its GPUs.
    pub gpus: u64,
    /// Its jobs, counted.
    pub statistics: JobStatistics,
    /// Allocated GPU-time.
    pub allocated: GpuTime,
    /// First submission.
    pub first_submit: SimTime,
    /// The last event.
    pub end: SimTime,
}

impl Outcome {
    /// From the first submission to the last event.
    #[must_use]
    pub fn makespan(&self) -> Span {
        self.end - self.first_submit
    }

    /// GPU-time installed during the makespan.
    #[must_use]
    pub fn offered(&self) -> GpuTime {
        Gpus::whole(self.gpus).over(self.makespan())
    }

    /// Several outcomes as one, from the earliest submission to the latest event.
    #[must_use]
    pub fn merged(name: &str, parts: &[Self]) -> Self {
        let mut statistics = JobStatistics::default();
        for part in parts {
            statistics.merge(&part.statistics);
        }
        Self {
            name: name.to_owned(),
            gpus: parts.iter().map(|part| part.gpus).sum(),
            statistics,
            allocated: parts.iter().map(|part| part.allocated).sum(),
            first_submit: parts.iter().map(|part| part.first_submit).min().unwrap_or_default(),
            end: parts.iter().map(|part| part.end).max().unwrap_or_default(),
        }
    }
}
