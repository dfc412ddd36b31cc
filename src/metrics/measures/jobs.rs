//! Jobs: how many, how long they waited, how they ended; by workload, and by the cluster where it happened. A job counts in the month of its
//! submission, whatever happens to it later.

use super::capacity::groups;
use super::sums::is_month_in;
use super::{Collector, Scope, Time};
use crate::metrics::catalog::Metric;
use crate::metrics::histogram::LogLinearHistogram;
use crate::metrics::{ClusterJobs, JobStatistics, Observation, catalog};
use crate::model::Model;

impl Collector {
    pub(super) fn jobs(&mut self, model: &Model, observation: &Observation, time: Time) {
        if model.workloads.is_empty() {
            return;
        }
        let mut all = JobStatistics::default();
        for workload in 0..model.workloads.len() {
            let months = observation.jobs_by_month.iter().enumerate().filter(|&(month, _)| is_month_in(model, month, time));
            let mut statistics = JobStatistics::default();
            months.for_each(|(_, month)| statistics.merge(&month[workload]));
            self.jobs_of(&statistics, Scope::Workload(workload), time);
            self.evictions(model, statistics.evictions, Scope::Workload(workload), time);
            if time == Time::Total {
                let is_overloaded = observation.backlogs[workload].is_overloaded();
                self.record(&catalog::OVERLOADED_SHARE, Scope::Workload(workload), time, f64::from(u8::from(is_overloaded)));
            }
            all.merge(&statistics);
        }
        self.jobs_of(&all, Scope::All, time);
        self.evictions(model, all.evictions, Scope::All, time);
        // All clusters together would be all jobs again, but for those that never started.
        for group in groups(model, time).into_iter().filter(|group| group.scope != Scope::All) {
            let months = observation.jobs_by_cluster.iter().enumerate().filter(|&(month, _)| is_month_in(model, month, time));
            let mut jobs = ClusterJobs::default();
            months.for_each(|(_, month)| group.clusters.iter().for_each(|&cluster| jobs.merge(&month[cluster])));
            self.jobs_there(&jobs, group.scope, time);
            self.evictions(model, jobs.evictions, group.scope, time);
        }
    }

    pub(super) fn jobs_of(&mut self, statistics: &JobStatistics, scope: Scope, time: Time) {
        let mut put = |metric, value| self.record(metric, scope, time, value);
        put(&catalog::JOBS_SUBMITTED, statistics.submitted as f64);
        put(&catalog::JOBS_STARTED, statistics.started() as f64);
        put(&catalog::JOBS_COMPLETED, statistics.completed as f64);
        put(&catalog::JOBS_FAILED, statistics.failed as f64);
        put(&catalog::JOBS_CANCELLED, statistics.cancelled as f64);
        put(&catalog::JOBS_REJECTED, statistics.rejected.iter().sum::<u64>() as f64);
        put(&catalog::JOBS_CENSORED_RUNNING, statistics.censored_running as f64);
        put(&catalog::JOBS_CENSORED_QUEUED, statistics.censored_queued as f64);
        self.waits(&statistics.wait, scope, time);
        self.record(&catalog::WAITS_THAT_ARE_LOWER_BOUNDS, scope, time, statistics.wait_censored as f64);
        self.completions(&statistics.completion, scope, time);
        let mut put = |metric, value| self.record(metric, scope, time, value);
        put(&catalog::BOUNDED_SLOWDOWN_MEAN, statistics.slowdown_sum / statistics.ended() as f64);
        put(&catalog::DEADLINE_MISS_SHARE, statistics.deadline_misses as f64 / statistics.submitted as f64);
        put(&catalog::PREEMPTIONS, statistics.preemptions as f64);
        put(&catalog::INTERRUPTIONS, statistics.interruptions as f64);
    }

    /// Preemptions and interruptions because spot capacity was taken back, where that can happen.
    fn evictions(&mut self, model: &Model, evictions: u64, scope: Scope, time: Time) {
        if model.clusters.iter().any(|cluster| cluster.evictions.is_some()) {
            self.record(&catalog::EVICTIONS, scope, time, evictions as f64);
        }
    }

    /// What happened on clusters.
    fn jobs_there(&mut self, jobs: &ClusterJobs, scope: Scope, time: Time) {
        let mut put = |metric, value| self.record(metric, scope, time, value);
        put(&catalog::JOBS_STARTED, jobs.started() as f64);
        put(&catalog::JOBS_COMPLETED, jobs.completed as f64);
        put(&catalog::JOBS_FAILED, jobs.failed as f64);
        put(&catalog::JOBS_CANCELLED, jobs.cancelled as f64);
        self.waits(&jobs.wait, scope, time);
        self.completions(&jobs.completion, scope, time);
        let mut put = |metric, value| self.record(metric, scope, time, value);
        put(&catalog::BOUNDED_SLOWDOWN_MEAN, jobs.slowdown_sum / jobs.ended() as f64);
        put(&catalog::PREEMPTIONS, jobs.preemptions as f64);
        put(&catalog::INTERRUPTIONS, jobs.interruptions as f64);
    }

    fn waits(&mut self, waits: &LogLinearHistogram, scope: Scope, time: Time) {
        self.seconds([&catalog::WAIT_S_MEAN, &catalog::WAIT_S_P50, &catalog::WAIT_S_P90, &catalog::WAIT_S_P99], waits, scope, time);
    }

    fn completions(&mut self, completions: &LogLinearHistogram, scope: Scope, time: Time) {
        let metrics =
            [&catalog::COMPLETION_S_MEAN, &catalog::COMPLETION_S_P50, &catalog::COMPLETION_S_P90, &catalog::COMPLETION_S_P99];
        self.seconds(metrics, completions, scope, time);
    }

    /// Mean and quantiles of times in milliseconds.
    fn seconds(&mut self, [mean, p50, p90, p99]: [&'static Metric; 4], times: &LogLinearHistogram, scope: Scope, time: Time) {
        let mut put = |metric, ms: Option<f64>| self.record(metric, scope, time, ms.map_or(f64::NAN, |ms| ms / 1e3));
        put(mean, times.mean());
        put(p50, times.quantile(0.5));
        put(p90, times.quantile(0.9));
        put(p99, times.quantile(0.99));
    }
}
