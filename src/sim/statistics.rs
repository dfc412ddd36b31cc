//! What is counted of jobs, by the month in which they were submitted.

use super::jobs::Job;
use crate::metrics::JobStatistics;
use crate::model::Model;
use crate::units::WorkloadId;

/// Month by month of submission, workload by workload. A month without jobs takes no memory for histograms.
pub(super) struct Statistics {
    months: Vec<Vec<JobStatistics>>,
}

impl Statistics {
    pub fn new(model: &Model) -> Self {
        Self { months: vec![vec![JobStatistics::default(); model.workloads.len()]; model.calendar.months().len()] }
    }

    /// Where a job counts. Whatever happens to it counts in the month of its submission, also a preemption years later.
    pub fn of(&mut self, job: &Job) -> &mut JobStatistics {
        self.at(job.month, job.draft.workload)
    }

    /// Where the jobs of a month and workload count.
    pub fn at(&mut self, month: u16, workload: WorkloadId) -> &mut JobStatistics {
        &mut self.months[usize::from(month)][workload.index()]
    }

    /// Workload by workload, over all months.
    pub fn total(&self) -> Vec<JobStatistics> {
        let workloads = self.months.first().map_or(0, Vec::len);
        let mut total = vec![JobStatistics::default(); workloads];
        for month in &self.months {
            for (sum, part) in total.iter_mut().zip(month) {
                sum.merge(part);
            }
        }
        total
    }

    /// Month by month, workload by workload.
    pub fn into_months(self) -> Vec<Vec<JobStatistics>> {
        self.months
    }
}
