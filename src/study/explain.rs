//! Why jobs waited and GPUs stood idle in one replication: runs it, and sums up what is asked for.

use super::runner::{Progress, checked};
use crate::metrics::{CAUSES, Cause, ClusterPeriod, IDLE_CAUSES, Interval, JobWait, Observation, Waiting};
use crate::model::Model;
use crate::policy::registry;
use crate::sim::{Control, Failure, Followed, Options, simulate};
use crate::units::{ClusterId, GpuTime, WorkloadId};

/// Which jobs, and which GPUs. Several conditions hold together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// One job: workload and ordinal.
    pub job: Option<(WorkloadId, u64)>,
    /// The jobs of a workload.
    pub workload: Option<WorkloadId>,
    /// The jobs submitted in a month of the calendar, and the GPUs that were idle in it.
    pub month: Option<usize>,
    /// The jobs that started first on a cluster, and its GPUs.
    pub cluster: Option<ClusterId>,
}

/// What jobs waited for, together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitSum {
    /// How many they are.
    pub jobs: u64,
    /// How many of them waited at all.
    pub waited: u64,
    /// From submission to the first start [ms].
    pub first_wait_ms: u128,
    /// All stays in the queue [ms].
    pub queue_time_ms: u128,
    /// All stays in the queue, times the gang.
    pub gpu_time: GpuTime,
    /// Queue time by cause [ms], in the order of `Cause::ALL`.
    pub by_cause_ms: [u128; CAUSES],
    /// The same times the gang.
    pub gpu_time_by_cause: [GpuTime; CAUSES],
}

/// The idle GPU-time of a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdleSum {
    /// Delivered and not out.
    pub active: GpuTime,
    /// Active and not allocated.
    pub idle: GpuTime,
    /// The same by cause, in the order of `IdleCause::ALL`.
    pub by_cause: [GpuTime; IDLE_CAUSES],
}

/// Why the selected jobs waited and the selected GPUs stood idle.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// Workloads that have selected jobs, in the scenario's order.
    pub workloads: Vec<(WorkloadId, WaitSum)>,
    /// All of them together.
    pub all: WaitSum,
    /// How many jobs each workload has, selected or not.
    pub submitted: Vec<u64>,
    /// The selected clusters, in the scenario's order; none where workloads or a job are selected, which say nothing of idle GPUs.
    pub clusters: Vec<(ClusterId, IdleSum)>,
    /// The selected job.
    pub job: Option<JobWait>,
    /// How it waited, in order.
    pub timeline: Vec<Interval>,
}

/// Simulates one replication and explains it. A selected job that there is not leaves `Explanation::job` empty.
///
/// # Errors
///
/// When it is stopped, or the accounts do not balance: causes add up to waits exactly.
pub fn explain(model: &Model, replication: u32, selection: Selection, progress: &Progress) -> Result<Explanation, Failure> {
    checked(model)?;
    let mut policy = registry::compose(&model.policy, model);
    let control = Control { stop: &progress.stop, progress: &progress.simulated_ms };
    let options = Options { waiting: Some(Followed { job: selection.job }), ..Options::default() };
    let mut observation = simulate(model, replication.into(), &mut policy, options, control)?;
    let waiting = observation.waiting.take().unwrap_or_default();
    Ok(Explanation::of(model, &observation, waiting, selection))
}

impl WaitSum {
    fn add(&mut self, job: &JobWait) {
        let ms = |span: crate::units::Span| u128::from(span.ms().unsigned_abs());
        self.jobs += 1;
        self.waited += u64::from(ms(job.queue_time) > 0);
        self.first_wait_ms += ms(job.first_wait);
        self.queue_time_ms += ms(job.queue_time);
        for cause in Cause::ALL {
            let gpu_time = job.gpu_time(cause);
            self.by_cause_ms[cause as usize] += ms(job.by_cause[cause as usize]);
            self.gpu_time_by_cause[cause as usize] += gpu_time;
            self.gpu_time += gpu_time;
        }
    }
}

impl IdleSum {
    fn add(&mut self, cell: &ClusterPeriod, by_cause: &[GpuTime; IDLE_CAUSES]) {
        self.active += cell.active();
        self.idle += cell.active() - cell.allocated;
        for (sum, part) in self.by_cause.iter_mut().zip(by_cause) {
            *sum += *part;
        }
    }
}

impl Selection {
    fn takes(&self, model: &Model, job: &JobWait) -> bool {
        let month = self.month.map(|month| model.calendar.months()[month]);
        self.job.is_none_or(|one| one == (job.workload, job.ordinal))
            && self.workload.is_none_or(|workload| workload == job.workload)
            && self.cluster.is_none_or(|cluster| job.first_cluster == Some(cluster))
            && month.is_none_or(|month| (month.begin..month.end).contains(&job.submit))
    }
}

impl Explanation {
    fn of(model: &Model, observation: &Observation, waiting: Waiting, selection: Selection) -> Self {
        let mut sums = vec![WaitSum::default(); model.workloads.len()];
        let mut all = WaitSum::default();
        let mut submitted = vec![0; model.workloads.len()];
        let mut last = None;
        for job in &waiting.jobs {
            submitted[job.workload.index()] += 1;
            if !selection.takes(model, job) {
                continue;
            }
            sums[job.workload.index()].add(job);
            all.add(job);
            last = Some(*job);
        }
        let workloads = sums.into_iter().enumerate().map(|(index, sum)| (index.into(), sum)).filter(|(_, sum)| sum.jobs > 0);
        let of_jobs = selection.job.is_some() || selection.workload.is_some();
        let mut clusters = Vec::new();
        for index in (0..model.clusters.len()).filter(|_| !of_jobs) {
            let id = ClusterId::from(index);
            if selection.cluster.is_some_and(|cluster| cluster != id) {
                continue;
            }
            let mut sum = IdleSum::default();
            let periods = observation.periods.iter().zip(&observation.clusters).zip(&waiting.idle);
            for ((_, row), idle) in periods.filter(|((period, _), _)| selection.month.is_none_or(|month| month == period.month)) {
                sum.add(&row[index], &idle[index]);
            }
            clusters.push((id, sum));
        }
        let job = last.filter(|_| selection.job.is_some());
        Self { workloads: workloads.collect(), all, submitted, clusters, job, timeline: waiting.timeline }
    }
}
