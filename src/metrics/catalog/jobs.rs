//! Jobs: how many, how long they wait, how they end. A job counts in the month of its submission.

use super::PeriodKind::Total;
use super::ScopeKind::{self, All, Cluster, Event, Team, Vendor, Workload};
use super::Shape::Skewed;
use super::Statistic::{Mean, P50, P90, P99};
use super::Table::{Teams, Timeseries, Workloads};
use super::{Futures, Table, family};

/// By what submits them.
const SUBMITTED: &[ScopeKind] = &[All, Workload, Team];
/// Also by where they run.
const RUN: &[ScopeKind] = &[All, Vendor, Cluster, Workload, Team];
const SITES_AND_USERS: &[Table] = &[Timeseries, Workloads];
const EVERYWHERE: &[Table] = &[Timeseries, Workloads, Teams];

family! { "Jobs":
    /// Jobs submitted after the warm-up.
    JOBS_SUBMITTED("jobs_submitted", "jobs submitted", Count, Neither, NonNegative, SUBMITTED) {
        tables: &[Workloads, Teams],
    };
    /// Jobs that started at least once.
    JOBS_STARTED("jobs_started", "jobs started", Count, Higher, NonNegative, RUN) { tables: SITES_AND_USERS };
    /// Jobs that ran to their intended end.
    JOBS_COMPLETED("jobs_completed", "jobs completed", Count, Higher, NonNegative, RUN) { tables: EVERYWHERE };
    /// Jobs that ended by a fault of their own.
    JOBS_FAILED("jobs_failed", "jobs failed", Count, Lower, NonNegative, RUN) { tables: SITES_AND_USERS };
    /// Jobs that their users cancelled.
    JOBS_CANCELLED("jobs_cancelled", "jobs cancelled", Count, Neither, NonNegative, RUN) { tables: SITES_AND_USERS };
    /// Jobs that can never run: larger than any cluster, NVLink domain, quota or power cap they may use.
    JOBS_REJECTED("jobs_rejected", "jobs rejected", Count, Lower, NonNegative, SUBMITTED) { tables: &[Workloads] };
    /// Jobs that still run at the horizon.
    JOBS_CENSORED_RUNNING("jobs_censored_running", "jobs running at the end", Count, Lower, NonNegative, SUBMITTED) {
        tables: &[Workloads, Teams],
    };
    /// Jobs that still wait at the horizon.
    JOBS_CENSORED_QUEUED("jobs_censored_queued", "jobs waiting at the end", Count, Lower, NonNegative, SUBMITTED) {
        shape: Skewed, tables: &[Workloads, Teams],
    };
    /// Time from submission to first start, mean over jobs. A job that never started counts with what it waited, which is a lower bound.
    WAIT_S_MEAN("wait_s_mean", "mean wait", Seconds, Lower, NonNegative, RUN) {
        statistic: Mean, tables: EVERYWHERE, headline: Some(10), shape: Skewed,
    };
    /// Time from submission to first start, median over jobs. A job that never started counts with what it waited.
    WAIT_S_P50("wait_s_p50", "wait, median", Seconds, Lower, NonNegative, RUN) { statistic: P50, tables: SITES_AND_USERS, shape: Skewed };
    /// Time from submission to first start, 90 % quantile over jobs. A job that never started counts with what it waited.
    WAIT_S_P90("wait_s_p90", "wait, 90 % quantile", Seconds, Lower, NonNegative, RUN) {
        statistic: P90, tables: EVERYWHERE, headline: Some(20), shape: Skewed,
    };
    /// Time from submission to first start, 99 % quantile over jobs. A job that never started counts with what it waited.
    WAIT_S_P99("wait_s_p99", "wait, 99 % quantile", Seconds, Lower, NonNegative, RUN) { statistic: P99, tables: SITES_AND_USERS, shape: Skewed };
    /// Jobs that never started: their waits are lower bounds.
    WAITS_THAT_ARE_LOWER_BOUNDS("waits_that_are_lower_bounds", "waits that are lower bounds", Count, Lower, NonNegative, SUBMITTED) {
        shape: Skewed, tables: &[Workloads],
    };
    /// Time from submission to the end, mean over jobs that ended.
    COMPLETION_S_MEAN("completion_s_mean", "mean completion time", Seconds, Lower, NonNegative, RUN) {
        statistic: Mean, tables: EVERYWHERE, shape: Skewed,
    };
    /// Time from submission to the end, median over jobs that ended.
    COMPLETION_S_P50("completion_s_p50", "completion time, median", Seconds, Lower, NonNegative, RUN) {
        statistic: P50, tables: SITES_AND_USERS, shape: Skewed,
    };
    /// Time from submission to the end, 90 % quantile over jobs that ended.
    COMPLETION_S_P90("completion_s_p90", "completion time, 90 % quantile", Seconds, Lower, NonNegative, RUN) {
        statistic: P90, tables: SITES_AND_USERS, shape: Skewed,
    };
    /// Time from submission to the end, 99 % quantile over jobs that ended.
    COMPLETION_S_P99("completion_s_p99", "completion time, 99 % quantile", Seconds, Lower, NonNegative, RUN) {
        statistic: P99, tables: SITES_AND_USERS, shape: Skewed,
    };
    /// Bounded slowdown, mean over jobs that ended: max(1, completion time / max(run time, 10 s)).
    BOUNDED_SLOWDOWN_MEAN("bounded_slowdown_mean", "mean bounded slowdown", Ratio, Lower, NonNegative, RUN) {
        statistic: Mean, tables: EVERYWHERE, shape: Skewed,
    };
    /// Share of futures in which a workload is overloaded: the work that waits at the end (GPUs times what is left of run times on the reference
    /// GPU) is more than arrived in seven days on average over the last quarter of the measured span, and more than waited when that quarter began.
    OVERLOADED_SHARE("overloaded_share", "futures overloaded %", Share, Lower, Share, &[Workload]) {
        periods: &[Total], futures: Futures::Share, headline: Some(25),
    };
    /// Jobs not done by their deadline / jobs submitted.
    DEADLINE_MISS_SHARE("deadline_miss_share", "deadlines missed %", Share, Lower, Share, SUBMITTED) {
        tables: &[Workloads], headline: Some(50),
    };
    /// Times a job was stopped for a service, a higher priority, or spot capacity taken back with enough notice to save its state.
    PREEMPTIONS("preemptions", "preemptions", Count, Lower, NonNegative, RUN) { tables: EVERYWHERE };
    /// Times a failure, an outage or an eviction without enough notice stopped a job.
    INTERRUPTIONS("interruptions", "interruptions", Count, Lower, NonNegative, &[All, Vendor, Cluster, Workload, Team, Event]) {
        tables: SITES_AND_USERS,
    };
    /// Preemptions and interruptions because spot capacity was taken back.
    EVICTIONS("evictions", "evictions", Count, Lower, NonNegative, &[All, Vendor, Cluster, Workload]) {
        tables: SITES_AND_USERS, only_with: "spot capacity that can be evicted",
    };
}
