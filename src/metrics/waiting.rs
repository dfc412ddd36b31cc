//! Why jobs waited and why GPUs stood idle: exactly one cause at every instant.

use super::JobState;
use crate::units::{ClusterId, GpuTime, Gpus, SimTime, Span, WorkloadId};

/// Why a job waits. Looked at after every scheduling pass; of the tests below, in this order, the first that holds is the cause.
///
/// A gang fits where the nodes and NVLink domains hold it. A cluster may be used where the job's workload has a speed and the policy goes
/// there at all; it is open while no outage bars starts there and no exclusivity of another vendor closes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// No cluster that it may use has as many GPUs installed yet (inside a domain, where the gang must stay in one).
    NoCapacity,
    /// It fits on an open cluster that it may use: the policy keeps the GPUs for another job, by its order or by a reservation.
    HeadOfLine,
    /// It fits on an open cluster that it may use, but its team has no quota for it: what it has is used, or lent and not to be had back yet.
    Quota,
    /// It fits on an open cluster that it may use, but its team has used up its budget.
    Budget,
    /// It fits on a cluster that it may use, but for an outage: one that bars starts, or one that took GPUs of which there are enough; spot
    /// capacity that was taken back counts as such.
    Outage,
    /// It fits on a cluster that it may use, but for another vendor's exclusivity.
    Exclusivity,
    /// It fits on a cluster that it may not use: vendor, cluster, GPU type, jurisdiction, or a ban, or a vendor that the policy leaves out.
    Restriction,
    /// It fits on the nodes of an open cluster that it may use, but inside no NVLink domain, where it must stay.
    Topology,
    /// An open cluster that it may use has as many GPUs free, but no nodes that hold the gang.
    Fragmentation,
    /// Otherwise: jobs and replicas, or repairs, have the GPUs.
    Busy,
}

/// How many causes of waiting there are.
pub const CAUSES: usize = 10;

impl Cause {
    /// All causes, in the order of the tests.
    pub const ALL: [Self; CAUSES] = [
        Self::NoCapacity,
        Self::HeadOfLine,
        Self::Quota,
        Self::Budget,
        Self::Outage,
        Self::Exclusivity,
        Self::Restriction,
        Self::Topology,
        Self::Fragmentation,
        Self::Busy,
    ];

    /// The word in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoCapacity => "no_capacity",
            Self::HeadOfLine => "head_of_line",
            Self::Quota => "quota",
            Self::Budget => "budget",
            Self::Outage => "outage",
            Self::Exclusivity => "exclusivity",
            Self::Restriction => "restriction",
            Self::Topology => "topology",
            Self::Fragmentation => "fragmentation",
            Self::Busy => "busy",
        }
    }

    /// The words in tables.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoCapacity => "no capacity yet",
            Self::HeadOfLine => "head of line",
            other => other.word(),
        }
    }
}

/// Why the free GPUs of a cluster stand idle. One cause for all of them, which is an approximation: of the tests below, in this order, the
/// first that holds for any waiting job, or for any service that lacks replicas; without either, the cause is missing demand. A service
/// lacks replicas while what it holds does not meet its objective at the demand, or is less than its autoscaler has asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdleCause {
    /// A job or a replica would fit, but an outage or a ban bars starts.
    Outage,
    /// A job would fit and may start: the policy keeps the GPUs for others.
    Held,
    /// A job would fit and may run there, but lacks quota.
    Quota,
    /// A job would fit and may run there, but its team has used up its budget.
    Budget,
    /// A replica that a service lacks would fit and may start, but the autoscaler has not asked for it: its size is fixed, or its next
    /// step is still to come.
    Autoscaler,
    /// As many GPUs as a job or a replica wants are free, but no nodes or no domain hold it.
    Fragmentation,
    /// A job or a replica would fit, and only another vendor's exclusivity keeps it out.
    Exclusivity,
    /// All jobs and replicas that wait for it want more GPUs than are free.
    TooSmall,
    /// A job or a replica that waits would fit, but may not run there: vendor, cluster, GPU type or jurisdiction.
    Restriction,
    /// No job waits that would fit, and no service lacks replicas.
    NoDemand,
}

/// How many causes of idleness there are.
pub const IDLE_CAUSES: usize = 10;

impl IdleCause {
    /// All causes, in the order of the tests.
    pub const ALL: [Self; IDLE_CAUSES] = [
        Self::Outage,
        Self::Held,
        Self::Quota,
        Self::Budget,
        Self::Autoscaler,
        Self::Fragmentation,
        Self::Exclusivity,
        Self::TooSmall,
        Self::Restriction,
        Self::NoDemand,
    ];

    /// The word in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Held => "held_by_policy",
            Self::Quota => "quota",
            Self::Budget => "budget",
            Self::Autoscaler => "autoscaler",
            Self::Fragmentation => "fragmentation",
            Self::Exclusivity => "exclusivity",
            Self::TooSmall => "too_small",
            Self::Restriction => "restriction",
            Self::NoDemand => "no_demand",
        }
    }
}

/// What a job waited for, over all its stays in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobWait {
    /// Its source.
    pub workload: WorkloadId,
    /// Its number within the workload.
    pub ordinal: u64,
    /// The gang [GPUs].
    pub gpus: u64,
    /// What it asks for.
    pub amount: Gpus,
    /// When it was submitted.
    pub submit: SimTime,
    /// How it stood at the end.
    pub state: JobState,
    /// Where it started first; none where it never did.
    pub first_cluster: Option<ClusterId>,
    /// From submission to the first start; to the end of its waiting where it never started.
    pub first_wait: Span,
    /// All its stays in the queue, those after failures and preemptions included.
    pub queue_time: Span,
    /// The same by cause, in the order of `Cause::ALL`: the sum is the queue time, to the millisecond.
    pub by_cause: [Span; CAUSES],
}

impl JobWait {
    /// GPU-time of waiting for a cause.
    #[must_use]
    pub fn gpu_time(&self, cause: Cause) -> GpuTime {
        self.amount.over(self.by_cause[cause as usize])
    }
}

/// A stretch of one job's waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Its beginning.
    pub from: SimTime,
    /// The first instant after it.
    pub to: SimTime,
    /// Why the job waited.
    pub cause: Cause,
    /// The cluster that came nearest to holding it; of equals the first in the scenario's order.
    pub cluster: Option<ClusterId>,
    /// The largest gang for which there was room there at the beginning, as far as the cause goes [GPUs]: installed GPUs where there was no
    /// capacity, free ones by count where it was busy.
    pub room: u64,
    /// Who was first in the queue, where the policy held the job: workload and ordinal.
    pub ahead: Option<(WorkloadId, u64)>,
    /// When the cluster opens, where exclusivity closes it.
    pub opens: Option<SimTime>,
}

/// Why jobs waited, and why GPUs stood idle, in one replication.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// Every job, by workload and ordinal.
    pub jobs: Vec<JobWait>,
    /// Idle GPU-time by period, cluster and cause (in the order of `IdleCause::ALL`); the sum is installed - out - allocated, exactly.
    pub idle: Vec<Vec<[GpuTime; IDLE_CAUSES]>>,
    /// How the followed job waited, in order; empty without one.
    pub timeline: Vec<Interval>,
}
