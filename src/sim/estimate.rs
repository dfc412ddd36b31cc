//! What a replication will take, before it is simulated: by counts and means, so that it is right within a factor of about two.

use crate::kernel::names::grouped;
use crate::model::Model;
use crate::model::job::{JobLaws, JobSource, Workload};
use crate::units::SimTime;
use std::fmt;

/// Jobs that a replication may hold at once, waiting or running. More would take gigabytes, and nothing is learnt from a queue that long.
pub const MOST_JOBS_AT_ONCE: usize = 2_500_000;

/// What a waiting or running job takes with its places in queues and tables [bytes].
const BYTES_OF_JOB: f64 = 900.0;
/// What a workload or service takes on a cluster in a month, and once [bytes].
const BYTES_OF_USAGE: [f64; 2] = [96.0, 160.0];
/// What a workload's or a cluster's statistics of a month take [bytes].
const BYTES_OF_STATISTICS: f64 = 4000.0;
/// What an event takes on one thread of a usual machine [s]. Policies that look at nodes, or re-pack everything, take many times as much.
const SECONDS_OF_EVENT: f64 = 1e-6;

/// Jobs surely ask for this share of what their laws say.
const LESS: f64 = 0.7;

/// What a replication will take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Jobs that are submitted.
    pub jobs: f64,
    /// Jobs that wait or run at once in the end.
    pub jobs_at_once: f64,
    /// The same if jobs ask for a good deal less than their laws say: near full load a small error decides about the queue.
    pub surely_at_once: f64,
    /// Events, those of jobs twice each.
    pub events: f64,
    /// Memory of a replication while it is simulated [bytes].
    pub bytes: f64,
    /// Time on one thread, at the least [s].
    pub seconds: f64,
}

/// In the words of `check` and warnings.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |value: f64| grouped(value.min(1e18) as usize);
        let time = match self.seconds {
            seconds if seconds < 90.0 => format!("{seconds:.0} s"),
            seconds if seconds < 5400.0 => format!("{:.0} min", seconds / 60.0),
            seconds => format!("{:.1} h", seconds / 3600.0),
        };
        write!(
            f,
            "a replication has about {} jobs and {} events, which take {time} or more on one thread and {:.1} GB of memory",
            count(self.jobs),
            count(self.events),
            self.bytes / 1e9
        )
    }
}

/// A workload's part.
struct Load {
    jobs: f64,
    /// GPU-days that its jobs ask for within the horizon.
    gpu_days: f64,
    /// GPUs of a job.
    gpus: f64,
    /// GPUs of the clusters that they may use.
    usable: f64,
}

impl Estimate {
    /// Of a replication of a model. O(workloads x clusters).
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let days = (model.horizon() - SimTime::ZERO).days();
        let loads: Vec<Load> = model.workloads.iter().map(|workload| load(workload, model, days)).collect();
        let sum = |value: fn(&Load) -> f64| loads.iter().map(value).sum::<f64>();
        let gpus: f64 = model.clusters.iter().map(|cluster| cluster.planned_maximum().as_f64()).sum();
        let (jobs, asked) = (sum(|load| load.jobs), sum(|load| load.gpu_days));
        // What the GPUs cannot do until the end still waits then.
        let left = |jobs: f64, asked: f64, gpus: f64| if asked > 0.0 { jobs * (1.0 - gpus * days / asked).max(0.0) } else { 0.0 };
        // Of all jobs on all GPUs, or of each workload on those that it may use by itself.
        let waiting = |share: f64| {
            let alone: f64 = loads.iter().map(|load| left(load.jobs, share * load.gpu_days, load.usable)).sum();
            left(jobs, share * asked, gpus).max(alone)
        };
        let least = loads.iter().filter(|load| load.jobs > 0.0).map(|load| load.gpus).fold(f64::INFINITY, f64::min);
        let running = (asked / days.max(1e-9) / least).min(gpus / least).min(jobs);
        let at_once = waiting(1.0) + if running.is_finite() { running } else { 0.0 };
        let steps = (model.horizon() - SimTime::ZERO).ms() / model.service_step.ms().max(1);
        let failures: f64 = model.clusters.iter().map(|cluster| cluster.failures.per_gpu_day).fold(0.0, f64::max) * asked;
        let events = 2.0 * jobs + failures + (steps as f64) * model.services.len() as f64;
        let (clusters, months) = (model.clusters.len() as f64, model.calendar.months().len() as f64);
        let users = (model.workloads.len() + model.services.len()) as f64;
        let accounts = clusters * users * (months * BYTES_OF_USAGE[0] + BYTES_OF_USAGE[1]);
        let statistics = (clusters + users) * months * BYTES_OF_STATISTICS;
        let bytes = accounts + statistics + at_once * BYTES_OF_JOB;
        Self { jobs, jobs_at_once: at_once, surely_at_once: waiting(LESS), events, bytes, seconds: events * SECONDS_OF_EVENT }
    }

    /// The workload with the most jobs, which is where to begin where there are too many.
    #[must_use]
    pub fn largest(model: &Model) -> Option<&Workload> {
        let days = (model.horizon() - SimTime::ZERO).days();
        let jobs = |workload: &Workload| load(workload, model, days).jobs;
        model.workloads.iter().max_by(|one, other| jobs(one).total_cmp(&jobs(other)))
    }
}

fn load(workload: &Workload, model: &Model, days: f64) -> Load {
    let share = f64::from(workload.gpu_milli) / 1000.0;
    let usable = workload.clusters().map(|cluster| model.clusters[cluster.index()].planned_maximum().as_f64()).sum();
    match &workload.jobs {
        JobSource::Drawn(laws) => {
            let jobs = laws.rate.about(model.horizon()) * days;
            let gpus = gang(laws) * share;
            Load { jobs, gpus, usable, gpu_days: jobs * gpus * (laws.duration.mean() / 86_400.0).min(days) }
        }
        JobSource::Listed(list) => {
            let sum = |job: &crate::model::job_list::ListedJob| job.gpus as f64 * share * job.run.days().min(days);
            let jobs = list.jobs.len() as f64;
            let gpus = list.jobs.iter().map(|job| job.gpus as f64 * share).sum::<f64>() / jobs.max(1.0);
            Load { jobs, gpus: gpus.max(share), usable, gpu_days: list.jobs.iter().map(sum).sum() }
        }
    }
}

/// GPUs of a gang, about.
fn gang(laws: &JobLaws) -> f64 {
    laws.gpus.law.mean().clamp(laws.gpus.least() as f64, 1e9)
}
