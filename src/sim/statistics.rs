//! Job counts, waits and completion times by month of submission: by workload, and by the cluster where they happen.

use super::jobs::Job;
use crate::metrics::{ClusterJobs, JobStatistics};
use crate::model::Model;
use crate::model::job::Outcome;
use crate::units::{ClusterId, SimTime, WorkloadId};

/// Bounded slowdown takes shorter runs for this long [ms].
const SLOWDOWN_BOUND_MS: i64 = 10_000;

/// Month by month of submission. Months, workloads and clusters without jobs take no memory for histograms.
pub(super) struct Statistics {
    /// Month by month, workload by workload.
    pub workloads: Vec<Vec<JobStatistics>>,
    /// Month by month, cluster by cluster.
    pub clusters: Vec<Vec<ClusterJobs>>,
    /// Jobs submitted before this instant do not count.
    warm_up: SimTime,
}

impl Statistics {
    pub fn new(model: &Model) -> Self {
        let months = model.calendar.months().len();
        Self {
            workloads: vec![vec![JobStatistics::default(); model.workloads.len()]; months],
            clusters: vec![vec![ClusterJobs::default(); model.clusters.len()]; months],
            warm_up: model.warm_up,
        }
    }

    /// Where a job counts. Whatever happens to it counts in the month of its submission, also a preemption years later.
    pub fn of(&mut self, job: &Job) -> &mut JobStatistics {
        self.at(job.month, job.draft.workload)
    }

    /// Where the jobs of a month and workload count.
    pub fn at(&mut self, month: u16, workload: WorkloadId) -> &mut JobStatistics {
        &mut self.workloads[usize::from(month)][workload.index()]
    }

    /// Where a job counts, with its workload and on a cluster; nowhere if it was submitted in the warm-up.
    #[inline]
    fn both(&mut self, job: &Job, cluster: ClusterId) -> Option<(&mut JobStatistics, &mut ClusterJobs)> {
        let month = usize::from(job.month);
        let counts = job.draft.submit >= self.warm_up;
        counts.then(|| (&mut self.workloads[month][job.draft.workload.index()], &mut self.clusters[month][cluster.index()]))
    }

    /// A job started for the first time. Inlined, so that the job need not be copied into memory for it.
    #[inline]
    pub fn started(&mut self, job: &Job, cluster: ClusterId, now: SimTime) {
        if let Some((workload, cluster)) = self.both(job, cluster) {
            let wait = (now - job.draft.submit).ms().unsigned_abs();
            workload.wait.record(wait);
            cluster.wait.record(wait);
        }
    }

    /// A job ended.
    #[inline]
    pub fn ended(&mut self, job: &Job, cluster: ClusterId, now: SimTime) {
        if let Some((workload, cluster)) = self.both(job, cluster) {
            let draft = &job.draft;
            match draft.outcome {
                Outcome::Completes => workload.completed += 1,
                Outcome::Fails => workload.failed += 1,
                Outcome::Cancelled => workload.cancelled += 1,
            }
            let completion = (now - draft.submit).ms();
            let slowdown = (completion as f64 / draft.run.ms().max(SLOWDOWN_BOUND_MS) as f64).max(1.0);
            workload.completion.record(completion.unsigned_abs());
            workload.slowdown_sum += slowdown;
            workload.deadline_misses += u64::from(now > draft.deadline);
            cluster.end(draft.outcome, completion.unsigned_abs(), slowdown);
        }
    }

    /// A job was preempted.
    pub fn preempted(&mut self, job: &Job, cluster: ClusterId) {
        if let Some((workload, cluster)) = self.both(job, cluster) {
            workload.preemptions += 1;
            cluster.preemptions += 1;
        }
    }

    /// A job lost its GPUs because spot capacity was taken back.
    pub fn evicted(&mut self, job: &Job, cluster: ClusterId) {
        if let Some((workload, cluster)) = self.both(job, cluster) {
            workload.evictions += 1;
            cluster.evictions += 1;
        }
    }

    /// Failures stopped a job, or gangs of its bundle, so many times.
    pub fn interrupted(&mut self, job: &Job, cluster: ClusterId, times: u64) {
        if let Some((workload, cluster)) = self.both(job, cluster) {
            workload.interruptions += times;
            cluster.interruptions += times;
        }
    }

    /// Workload by workload, over all months.
    pub fn total(&self) -> Vec<JobStatistics> {
        let workloads = self.workloads.first().map_or(0, Vec::len);
        let mut total = vec![JobStatistics::default(); workloads];
        for month in &self.workloads {
            for (sum, part) in total.iter_mut().zip(month) {
                sum.merge(part);
            }
        }
        total
    }
}
