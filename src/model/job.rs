//! Jobs, and the sources they come from.

use super::demand::Demand;
use super::elastic::Elastic;
use super::job_list::JobList;
use super::law::Law;
use super::transfer::DataSet;
use crate::units::{ClusterId, Gpus, Span, TeamId};
use std::sync::Arc;

/// A named source of jobs.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The key in the scenario.
    pub name: String,
    /// The team that its GPU-hours are charged to.
    pub team: TeamId,
    /// Where its jobs come from.
    pub jobs: JobSource,
    /// Larger comes first where the policy asks.
    pub priority: i32,
    /// What the share of each of its jobs counts where a policy shares GPUs out: 2 is due twice as much as 1.
    pub weight: f64,
    /// Whether a service or a higher priority may stop it.
    pub preemptible: bool,
    /// Saved state.
    pub checkpoint: Checkpoint,
    /// What a job reads before it first computes, and where it lies.
    pub data: Option<DataSet>,
    /// Time from having GPUs again to computing again [s], after a failure or a preemption.
    pub restart: Law,
    /// GPUs of each of the independent gangs that a job bundles; none where a job is one gang.
    pub bundle_of: Option<u64>,
    /// Interruptions per job and day that no hardware causes.
    pub software_failures_per_day: f64,
    /// Must be done this long after submission.
    pub deadline: Option<Span>,
    /// Whether a gang must fit one NVLink domain.
    pub within_domain: bool,
    /// What a job asks of each of its GPUs [thousandths of a GPU]. Below 1000 it asks for a share of one GPU, and its gang is one.
    pub gpu_milli: u32,
    /// Speed on each cluster against the reference GPU [thousandths]; 0 where the workload may not run.
    pub speed_milli: Vec<u32>,
    /// Which other sizes its jobs can have; none where they run on what they ask for.
    pub elastic: Option<Arc<Elastic>>,
}

/// Where the jobs of a workload come from.
#[derive(Clone, Debug)]
pub enum JobSource {
    /// Drawn from laws, differently in every replication.
    Drawn(Box<JobLaws>),
    /// Given one by one, the same in every replication.
    Listed(Arc<JobList>),
}

/// The laws that jobs are drawn from.
#[derive(Clone, Debug)]
pub struct JobLaws {
    /// Submissions [jobs per day].
    pub rate: Demand,
    /// GPUs of a job.
    pub gpus: GangLaw,
    /// Run time on the reference GPU type [s].
    pub duration: Law,
    /// How jobs end.
    pub outcomes: Outcomes,
    /// What users say about the run time.
    pub estimate: EstimateLaw,
}

/// The law of a gang's size.
#[derive(Clone, Debug, PartialEq)]
pub struct GangLaw {
    /// GPUs, before rounding.
    pub law: Law,
    /// Rounded up to a multiple of this.
    pub multiple_of: u64,
}

/// Shares of jobs that do not run to the end their users meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcomes {
    /// Share that fails by its own fault.
    pub failed: f64,
    /// Share that is cancelled while it runs.
    pub cancelled: f64,
    /// The share of its run time after which such a job ends.
    pub run_share: Law,
}

/// What a user's estimate has to do with the run time.
#[derive(Clone, Debug, PartialEq)]
pub enum EstimateLaw {
    /// Exactly the run time.
    Exact,
    /// The run time times a factor, uniform between the two.
    Factor(f64, f64),
    /// The smallest of these limits [s] that is not below the run time; the largest where none is.
    Classes(Vec<f64>),
}

/// How a job saves its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Computing time between two; none is saved where it is zero.
    pub interval: Span,
    /// Time the gang stands still for one.
    pub blocking: Span,
    /// Its size \[MB of 10^6 bytes per GPU of the gang\].
    pub megabytes_per_gpu: u64,
}

/// How a job ends when it is not interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It does what it was meant to.
    Completes,
    /// Its own fault stops it.
    Fails,
    /// Its user stops it.
    Cancelled,
}

impl Workload {
    /// What a gang of so many GPUs asks for, shares as shares.
    #[must_use]
    pub fn amount(&self, gpus: u64) -> Gpus {
        Gpus::from_milli(gpus * u64::from(self.gpu_milli))
    }

    /// Work a millisecond on a cluster of a job that asks for `asked` GPUs and holds `gpus` [millionths of the reference GPU's].
    #[must_use]
    pub fn speed_ppm(&self, cluster: ClusterId, gpus: u64, asked: u64) -> i64 {
        let milli = self.speed_milli[cluster.index()].max(1);
        match &self.elastic {
            Some(elastic) => elastic.speed_ppm(milli, cluster, gpus, asked),
            None => i64::from(milli) * 1000,
        }
    }

    /// The smallest gang that it can ask for [GPUs].
    #[must_use]
    pub fn least_gang(&self) -> u64 {
        self.jobs.least_gang()
    }

    /// The clusters this workload may run on.
    pub fn clusters(&self) -> impl Iterator<Item = ClusterId> + '_ {
        self.speed_milli.iter().enumerate().filter(|&(_, &speed)| speed > 0).map(|(index, _)| index.into())
    }
}

impl JobSource {
    /// The smallest gang that any of the jobs asks for [GPUs].
    #[must_use]
    pub fn least_gang(&self) -> u64 {
        match self {
            Self::Drawn(laws) => laws.gpus.least(),
            Self::Listed(list) => list.jobs.iter().map(|job| job.gpus).min().unwrap_or(1),
        }
    }
}

impl GangLaw {
    /// The smallest gang that can be drawn.
    #[must_use]
    pub fn least(&self) -> u64 {
        self.round(self.law.least())
    }

    /// GPUs for a drawn value: at least one, a multiple as asked.
    #[must_use]
    pub fn round(&self, value: f64) -> u64 {
        let gpus = value.clamp(1.0, 1e12).ceil() as u64;
        gpus.div_ceil(self.multiple_of) * self.multiple_of
    }
}
