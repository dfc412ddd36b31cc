//! What one replication leaves behind.

use super::Watched;
use super::histogram::LogLinearHistogram;
use super::{Affordability, Backlog, ClusterJobs, FinishTimes, GangTime, JobRecords, Timeline, Waiting};
use crate::model::job::Outcome;
use crate::units::{ClusterId, GpuTime, SimTime, Span, VendorId, WorkloadId};

/// A span of time that is accounted for by itself: a month, cut where the warm-up ends and where contract-years end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First instant.
    pub begin: SimTime,
    /// First instant after it.
    pub end: SimTime,
    /// Its month in the calendar.
    pub month: usize,
    /// Whether it lies after the warm-up.
    pub measured: bool,
}

/// A cluster in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClusterPeriod {
    /// Delivered GPU-time, by kind: reserved, on-demand, spot.
    pub installed: [GpuTime; 3],
    /// Out for repair, in an outage, taken back or without power.
    pub out: GpuTime,
    /// The part of that which has no power.
    pub dark: GpuTime,
    /// The part of it that is spot capacity which its vendor has taken back.
    pub taken_back: GpuTime,
    /// Leased to running jobs and replicas.
    pub allocated: GpuTime,
    /// The same by kind of capacity: reserved is filled first.
    pub allocated_by_kind: [GpuTime; 3],
    /// Reserved GPU-time delivered, and billed unless it was used, while an outage of the data plane lasted that was no maintenance.
    pub reserved_down: GpuTime,
    /// Delivered reserved GPU-time without power, where that is the vendor's risk.
    pub not_billed: GpuTime,
    /// Available reserved GPU-time after its term.
    pub after_term: GpuTime,
    /// The allocated part of that: what is in its term is used first.
    pub after_term_used: GpuTime,
    /// GPUs there at its end.
    pub installed_at_end: u64,
    /// GPUs without power at its end.
    pub dark_at_end: u64,
}

impl ClusterPeriod {
    /// Delivered GPU-time of all kinds.
    #[must_use]
    pub fn installed_total(&self) -> GpuTime {
        self.installed.iter().copied().sum()
    }

    /// Reserved GPU-time that the vendor has made available: what is paid where capacity is paid, and what a minimum is due on.
    #[must_use]
    pub fn available_reserved(&self) -> GpuTime {
        self.installed[0] - self.not_billed
    }

    /// The part of that within its term.
    #[must_use]
    pub fn available_in_term(&self) -> GpuTime {
        self.available_reserved() - self.after_term
    }

    /// Allocated reserved GPU-time within its term.
    #[must_use]
    pub fn used_in_term(&self) -> GpuTime {
        self.allocated_by_kind[0] - self.after_term_used
    }

    /// Delivered, not taken back, under power and not leased.
    #[must_use]
    pub fn idle(&self) -> GpuTime {
        self.installed_total() - self.allocated - self.dark - self.taken_back
    }

    /// Delivered and not out.
    #[must_use]
    pub fn active(&self) -> GpuTime {
        self.installed_total() - self.out
    }
}

/// A workload or service on a cluster in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Leased GPU-time.
    pub allocated: GpuTime,
    /// Computing GPU-time: jobs while they run, replicas times load.
    pub busy: GpuTime,
    /// Work that failures undid.
    pub lost: GpuTime,
    /// Restarts.
    pub restarts: GpuTime,
    /// Blocking checkpoints.
    pub blocked: GpuTime,
    /// Replicas' busy time that missed its objective.
    pub missed: GpuTime,
}

impl Usage {
    /// Busy less lost work, restarts, blocking checkpoints and requests that missed their objective.
    #[must_use]
    pub fn useful(&self) -> GpuTime {
        self.busy.saturating_sub(self.lost + self.restarts + self.blocked + self.missed)
    }
}

/// Why a job was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RejectionReason {
    /// It asks for more GPUs than any cluster it may use will ever have by plan.
    LargerThanAnyCluster,
    /// It asks for more GPUs inside one NVLink domain than a domain has.
    LargerThanAnyDomain,
    /// A tranche was cancelled, and now it can never fit.
    CapacityCancelled,
    /// The others of a grid have the power that it would need.
    NoPower,
    /// It asks for more GPUs than its team may ever use.
    LargerThanQuota,
    /// The vendors that held its data have defaulted.
    DataLost,
}

impl RejectionReason {
    /// All reasons, in the order of `JobStatistics::rejected`.
    pub const ALL: [Self; 6] = [
        Self::LargerThanAnyCluster,
        Self::LargerThanAnyDomain,
        Self::CapacityCancelled,
        Self::NoPower,
        Self::LargerThanQuota,
        Self::DataLost,
    ];

    /// The reason in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::LargerThanAnyCluster => "larger than any cluster it may use",
            Self::LargerThanAnyDomain => "larger than any NVLink domain it may use",
            Self::CapacityCancelled => "the capacity it needs was cancelled",
            Self::LargerThanQuota => "larger than its team's quota and what that may borrow",
            Self::DataLost => "its data were lost with the vendor that held them",
            Self::NoPower => "the grid's cap leaves too little power for it",
        }
    }
}

/// The jobs of a workload that were submitted in a span of time after the warm-up.
#[derive(Clone, Debug, Default)]
pub struct JobStatistics {
    /// Submissions.
    pub submitted: u64,
    /// Ended as meant.
    pub completed: u64,
    /// Ended by their own fault.
    pub failed: u64,
    /// Cancelled by their users.
    pub cancelled: u64,
    /// Turned away, by reason.
    pub rejected: [u64; RejectionReason::ALL.len()],
    /// Running at the horizon.
    pub censored_running: u64,
    /// Waiting at the horizon.
    pub censored_queued: u64,
    /// Times from submission to the first start [ms]; jobs that never started count with what they waited (lower bounds).
    pub wait: LogLinearHistogram,
    /// Jobs that never started, among those in `wait`.
    pub wait_censored: u64,
    /// Times from submission to the end of jobs that ended [ms].
    pub completion: LogLinearHistogram,
    /// Sum of bounded slowdowns of jobs that ended.
    pub slowdown_sum: f64,
    /// Jobs not done by their deadline.
    pub deadline_misses: u64,
    /// Times a job was stopped for a service or a higher priority.
    pub preemptions: u64,
    /// Times a failure stopped a job.
    pub interruptions: u64,
    /// How many of both were because spot capacity was taken back.
    pub evictions: u64,
    /// When jobs ended against when they would have ended alone, where fairness is measured: of all that would have ended alone by the horizon.
    pub finish: FinishTimes,
}

impl JobStatistics {
    /// Jobs that started at least once.
    #[must_use]
    pub const fn started(&self) -> u64 {
        self.wait.count() - self.wait_censored
    }

    /// Jobs that ended, whichever way.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.completed + self.failed + self.cancelled
    }

    /// Adds the jobs of another month or workload.
    pub fn merge(&mut self, part: &Self) {
        self.submitted += part.submitted;
        self.completed += part.completed;
        self.failed += part.failed;
        self.cancelled += part.cancelled;
        for (sum, part) in self.rejected.iter_mut().zip(part.rejected) {
            *sum += part;
        }
        self.censored_running += part.censored_running;
        self.censored_queued += part.censored_queued;
        self.wait.merge(&part.wait);
        self.wait_censored += part.wait_censored;
        self.completion.merge(&part.completion);
        self.slowdown_sum += part.slowdown_sum;
        self.deadline_misses += part.deadline_misses;
        self.preemptions += part.preemptions;
        self.interruptions += part.interruptions;
        self.evictions += part.evictions;
        self.finish.add(part.finish);
    }
}

/// How large a service would have to be, and how large it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceNeed {
    /// Replicas that hold the objective at the largest demand. Those beyond the ones that it holds are on the fastest GPUs that it may use.
    pub needed: u64,
    /// The most replicas that it held, or as many as it needs where it got all that it asked for: a lag of the autoscaler does not count
    /// as a lack.
    pub available: u64,
}

impl ServiceNeed {
    /// Replicas that it lacks.
    #[must_use]
    pub const fn lack(self) -> u64 {
        self.needed.saturating_sub(self.available)
    }

    /// The larger need and the larger size of two instants that belong together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { needed: self.needed.max(other.needed), available: self.available.max(other.available) }
    }

    /// Of two spans of time the one in which it lacks more; of equals the one in which it needs more.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        if (other.lack(), other.needed) > (self.lack(), self.needed) { other } else { self }
    }
}

/// A service in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ServicePeriod {
    /// Output tokens that waited when it began.
    pub waiting_tokens: f64,
    /// Output tokens asked for.
    pub demanded_tokens: f64,
    /// Output tokens served.
    pub served_tokens: f64,
    /// Output tokens served within the objective.
    pub within_objective_tokens: f64,
    /// Output tokens of requests that left unserved.
    pub dropped_tokens: f64,
    /// Largest backlog [output tokens].
    pub backlog_peak_tokens: f64,
    /// Time during which some requests missed the objective [ms].
    pub below_objective_ms: i64,
    /// How large it would have to be; none where no GPU that it may use meets the objective.
    pub need: Option<ServiceNeed>,
}

/// How a job stood at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Ended.
    Ended(Outcome),
    /// Turned away.
    Rejected(RejectionReason),
    /// Running at the horizon.
    CensoredRunning,
    /// Waiting at the horizon.
    CensoredQueued,
}

impl JobState {
    /// The word in `jobs.csv`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ended(Outcome::Completes) => "finished",
            Self::Ended(Outcome::Fails) => "failed",
            Self::Ended(Outcome::Cancelled) => "cancelled",
            Self::Rejected(_) => "rejected",
            Self::CensoredRunning | Self::CensoredQueued => "censored",
        }
    }
}

/// One job, for `jobs.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobRecord {
    /// Its source.
    pub workload: WorkloadId,
    /// Its number within the workload.
    pub ordinal: u64,
    /// The gang [GPUs].
    pub gpus: u64,
    /// When it was submitted.
    pub submit: SimTime,
    /// Run time on the reference GPU.
    pub run: Span,
    /// First start.
    pub start: Option<SimTime>,
    /// End.
    pub finish: Option<SimTime>,
    /// How it stood at the end.
    pub state: JobState,
    /// Where it ran last.
    pub cluster: Option<ClusterId>,
    /// Times it was stopped for others.
    pub preemptions: u32,
    /// Times it started again.
    pub restarts: u32,
}

/// Data of a workload that one vendor sent to another in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The period in which the transfers began.
    pub period: usize,
    /// Whom they left.
    pub from: VendorId,
    /// Where they went.
    pub to: VendorId,
    /// Whose they are.
    pub user: usize,
    /// Transfers.
    pub count: u64,
    /// Their size \[MB of 10^6 bytes\].
    pub megabytes: u64,
}

/// What one replication leaves behind.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The periods, tiling the run.
    pub periods: Vec<Period>,
    /// Period by period, cluster by cluster.
    pub clusters: Vec<Vec<ClusterPeriod>>,
    /// Period by period, cluster by cluster, user by user (workloads, then services).
    pub usage: Vec<Vec<Vec<Usage>>>,
    /// What was transferred between vendors, by period, vendors and workload.
    pub moved: Vec<Moved>,
    /// Period by period, GPU-time held in gangs of which size; empty where the scenario says nothing of leaving a vendor.
    pub gangs: Vec<Vec<GangTime>>,
    /// Workload by workload, over all months.
    pub jobs: Vec<JobStatistics>,
    /// Month by month of the calendar, workload by workload. Whatever happens to a job counts in the month of its submission.
    pub jobs_by_month: Vec<Vec<JobStatistics>>,
    /// The same jobs by month of submission and cluster.
    pub jobs_by_cluster: Vec<Vec<ClusterJobs>>,
    /// Period by period, service by service.
    pub services: Vec<Vec<ServicePeriod>>,
    /// Contract by contract, how it went.
    pub timelines: Vec<Timeline>,
    /// By cluster and month of the calendar: GPU-time by which tranches came late.
    pub late: Vec<Vec<GpuTime>>,
    /// What was seen around each event that was watched.
    pub watched: Vec<Watched>,
    /// Workload by workload, what waited and arrived in the last quarter of the measured span.
    pub backlogs: Vec<Backlog>,
    /// Commitments against revenue, if the scenario has a budget.
    pub affordability: Option<Affordability>,
    /// Budget by budget of the model's teams, when it was used up: from the first instant to before the second.
    pub spent: Vec<Vec<[SimTime; 2]>>,
    /// Events handled.
    pub events: u64,
    /// Every job, if asked for.
    pub records: Option<JobRecords>,
    /// Why jobs waited and GPUs stood idle, if asked for.
    pub waiting: Option<Waiting>,
}
