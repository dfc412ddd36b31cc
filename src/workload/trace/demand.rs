//! What a trace asks for, and whether clusters can give it.

use super::Trace;
use crate::units::{GpuTime, Gpus, SimTime, Span};

/// What a trace asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// Jobs.
    pub jobs: usize,
    /// GPUs of the largest job.
    pub largest_gpus: u64,
    /// Position of that job, the first of them, in [`Trace::jobs`].
    pub largest_job: usize,
    /// GPUs x run time of all jobs.
    pub gpu_time: GpuTime,
    /// From the first submission to the last.
    pub span: Span,
    /// The first submission.
    pub first: SimTime,
    /// The last submission.
    pub last: SimTime,
    /// The earliest time at which the last job could be done, if none ever waited.
    pub unhindered_end: SimTime,
}

impl Trace {
    /// What the jobs ask for. O(jobs).
    #[must_use]
    pub fn demands(&self) -> Demands {
        let mut demands = Demands { jobs: self.jobs.len(), ..Demands::default() };
        if let Some((first, last)) = self.jobs.first().zip(self.jobs.last()) {
            (demands.first, demands.last, demands.span) = (first.submit, last.submit, last.submit - first.submit);
        }
        for (index, job) in self.jobs.iter().enumerate() {
            if job.gpus > demands.largest_gpus {
                (demands.largest_gpus, demands.largest_job) = (job.gpus, index);
            }
            demands.gpu_time += Gpus::whole(job.gpus).over(job.run);
            demands.unhindered_end = demands.unhindered_end.max(job.submit.saturating_add(job.run));
        }
        demands
    }

    /// What of the trace the clusters (name, GPUs) cannot give, in sentences for people: jobs larger than every cluster, which never
    /// start, and more GPU-time than there is while jobs are submitted, so that the queue grows.
    #[must_use]
    pub fn warnings(&self, clusters: &[(String, u64)]) -> Vec<String> {
        self.warnings_at_speed(clusters, total(clusters) as f64)
    }

    /// The same where GPUs differ: all of them together are as fast as this many of the kind that the run times are for.
    #[must_use]
    pub fn warnings_at_speed(&self, clusters: &[(String, u64)], reference_gpus: f64) -> Vec<String> {
        let demands = self.demands();
        let mut warnings = Vec::new();
        // The first of equals, so that the name does not depend on which comes last.
        let largest = clusters.iter().rev().max_by_key(|(_, gpus)| *gpus);
        let (name, gpus) = largest.map_or(("none", 0), |(name, gpus)| (name.as_str(), *gpus));
        if demands.largest_gpus > gpus {
            let count = self.jobs.iter().filter(|job| job.gpus > gpus).count();
            let job = self.jobs.get(demands.largest_job).map_or(0, |job| job.id);
            warnings.push(format!(
                "{count} of {} jobs ask for more GPUs than the largest cluster has and can never start: job {} asks for {}, {name} has {gpus}",
                demands.jobs,
                self.ids.text(job),
                demands.largest_gpus,
            ));
        }
        let total = total(clusters);
        // What is submitted last runs on behind the last submission: work has that time too, on average over it.
        let weight = |job: &super::TraceJob| job.gpus as f64 * job.run.hours();
        let weighted = self.jobs.iter().map(|job| weight(job) * job.run.hours()).sum::<f64>();
        let tail = weighted / self.jobs.iter().map(weight).sum::<f64>().max(f64::MIN_POSITIVE);
        let offered = reference_gpus * (demands.span.hours() + tail);
        let speed = if reference_gpus == total as f64 { "" } else { " at their speeds" };
        let asked = demands.gpu_time.hours();
        if demands.span > Span::ZERO && asked > offered {
            let times = if offered > 0.0 { format!(", {:.2} times as much", asked / offered) } else { String::new() };
            warnings.push(format!(
                "the jobs ask for {asked:.0} GPU-hours within {:.1} days of submissions, and {total} GPUs give {offered:.0}{speed} until the \
                 last ones could have run{times}: the queue grows",
                demands.span.days(),
            ));
        }
        warnings
    }
}

fn total(clusters: &[(String, u64)]) -> u64 {
    clusters.iter().fold(0, |sum, (_, gpus)| sum.saturating_add(*gpus))
}
