//! Jobs: how many, how long they waited, how they ended. A job counts where it was submitted, whatever happens to it later.

use super::sums::is_month_in;
use super::{Reading, Scope, Time};
use crate::metrics::histogram::LogLinearHistogram;
use crate::metrics::{JobStatistics, Observation};
use crate::model::Model;

impl Reading {
    pub(super) fn jobs(&mut self, model: &Model, observation: &Observation, time: Time) {
        let mut all = JobStatistics::default();
        for workload in 0..model.workloads.len() {
            let months = observation.jobs_by_month.iter().enumerate().filter(|&(month, _)| is_month_in(model, month, time));
            let mut statistics = JobStatistics::default();
            months.for_each(|(_, month)| statistics.merge(&month[workload]));
            self.jobs_of(&statistics, Scope::Workload(workload), time);
            all.merge(&statistics);
        }
        if !model.workloads.is_empty() {
            self.jobs_of(&all, Scope::All, time);
        }
    }

    fn jobs_of(&mut self, statistics: &JobStatistics, scope: Scope, time: Time) {
        let seconds = |ms: Option<f64>| ms.map_or(f64::NAN, |ms| ms / 1e3);
        let quantile = |histogram: &LogLinearHistogram, q: f64| seconds(histogram.quantile(q));
        let mut put = |metric, value| self.push(metric, scope, time, value);
        let share = |count: u64, of: u64| count as f64 / of as f64;
        put("jobs_submitted", statistics.submitted as f64);
        put("jobs_completed", statistics.completed as f64);
        put("jobs_failed", statistics.failed as f64);
        put("jobs_cancelled", statistics.cancelled as f64);
        put("jobs_rejected", statistics.rejected.iter().sum::<u64>() as f64);
        put("jobs_censored_running", statistics.censored_running as f64);
        put("jobs_censored_queued", statistics.censored_queued as f64);
        put("wait_s_mean", seconds(statistics.wait.mean()));
        put("wait_s_p50", quantile(&statistics.wait, 0.5));
        put("wait_s_p90", quantile(&statistics.wait, 0.9));
        put("wait_s_p99", quantile(&statistics.wait, 0.99));
        put("waits_that_are_lower_bounds", statistics.wait_censored as f64);
        put("completion_s_mean", seconds(statistics.completion.mean()));
        put("completion_s_p50", quantile(&statistics.completion, 0.5));
        put("completion_s_p90", quantile(&statistics.completion, 0.9));
        put("completion_s_p99", quantile(&statistics.completion, 0.99));
        put("bounded_slowdown_mean", statistics.slowdown_sum / statistics.ended() as f64);
        put("deadline_miss_share", share(statistics.deadline_misses, statistics.submitted));
        put("preemptions", statistics.preemptions as f64);
        put("interruptions", statistics.interruptions as f64);
    }
}
