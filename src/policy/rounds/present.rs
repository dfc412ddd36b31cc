//! Who takes part in the sharing at an instant, and what there is to share.

use super::kinds::Kinds;
use super::problem::{GpuType, Problem, Sharer, Shares};
use crate::policy::facts::JobFacts;
use crate::policy::view::View;
use crate::units::{ClusterId, Span};

/// A job that waits, or that runs and may be stopped.
#[derive(Clone, Debug)]
pub(super) struct Attendant {
    /// Its place in the job table.
    pub job: u32,
    /// What is known of it, as of now.
    pub facts: JobFacts,
    /// Where it runs, if it does.
    pub cluster: Option<ClusterId>,
    /// What its gang does on each type [reference GPU-seconds a second]; 0 where it cannot run now.
    pub speeds: Vec<f64>,
}

/// Jobs and room at an instant. GPUs of services, of jobs that may not be stopped, of nodes in repair and of clusters where an outage bars starts
/// and stops do not count as room.
#[derive(Clone, Debug)]
pub(super) struct Present {
    /// By number of submission.
    pub jobs: Vec<Attendant>,
    /// By cluster: GPUs that can be shared out.
    pub room: Vec<u64>,
}

impl Present {
    /// O(n log n) of the jobs, and the clusters for each.
    pub fn of(view: View<'_>, kinds: &Kinds) -> Self {
        let free = |cluster: ClusterId| if view.is_barred(cluster) { 0 } else { view.free_gpus(cluster) };
        let mut room: Vec<u64> = view.clusters().map(free).collect();
        let mut jobs: Vec<(u32, JobFacts, Option<ClusterId>)> = view.waiting().map(|(job, facts)| (job, *facts, None)).collect();
        for running in view.running_jobs().filter(|running| shares(view, &running.facts, running.cluster)) {
            room[running.cluster.index()] += running.facts.gpus;
            jobs.push((running.job, running.facts, Some(running.cluster)));
        }
        jobs.sort_unstable_by_key(|(_, facts, _)| facts.sequence);
        let attendant =
            |(job, facts, cluster)| Attendant { job, speeds: kinds.speeds(view, &facts, cluster, &room), facts, cluster };
        Self { jobs: jobs.into_iter().map(attendant).collect(), room }
    }

    /// Their numbers by submission, ascending.
    pub fn ids(&self) -> Vec<u64> {
        self.jobs.iter().map(|job| job.facts.sequence).collect()
    }

    /// The job of a number by submission.
    pub fn place(&self, id: u64) -> Option<usize> {
        self.jobs.binary_search_by_key(&id, |job| job.facts.sequence).ok()
    }

    /// The problem to put to an allocator: types that have room, and jobs that can run on them. A job that outlives its estimate is taken to need
    /// another `round`.
    pub fn problem(&self, view: View<'_>, kinds: &Kinds, weights: &[f64], round: Span) -> Problem {
        let types: Vec<(usize, GpuType)> = self.types(view, kinds);
        let jobs = self.jobs.iter().filter(|job| job.can_run()).map(|job| {
            let gang = job.facts.gpus as f64;
            let weight = weights[job.facts.workload.index()];
            Sharer {
                id: job.facts.sequence,
                gang,
                weight,
                claim: weight,
                left: job.facts.estimate.max(round).seconds() * gang,
                age: (view.now() - job.facts.submit).seconds(),
                speeds: types.iter().map(|&(kind, _)| job.speeds[kind]).collect(),
            }
        });
        Problem { jobs: jobs.collect(), types: types.into_iter().map(|(_, kind)| kind).collect() }
    }

    /// The shares of all jobs on all types from those of the problem.
    pub fn all_shares(&self, view: View<'_>, kinds: &Kinds, found: Shares) -> Shares {
        let types = self.types(view, kinds);
        let mut found = found.0.into_iter();
        let row = |job: &Attendant| {
            let mut row = vec![0.0; kinds.len()];
            if job.can_run()
                && let Some(shares) = found.next()
            {
                for ((kind, _), share) in types.iter().zip(shares) {
                    row[*kind] = share;
                }
            }
            row
        };
        Shares(self.jobs.iter().map(row).collect())
    }

    fn types(&self, view: View<'_>, kinds: &Kinds) -> Vec<(usize, GpuType)> {
        let all = (0..kinds.len()).map(|kind| (kind, kinds.gpu_type(kind, view, &self.room)));
        all.filter(|(_, kind)| kind.gpus > 0.0).collect()
    }
}

impl Attendant {
    /// Whether it can run anywhere now.
    pub fn can_run(&self) -> bool {
        self.speeds.iter().any(|&speed| speed > 0.0)
    }

    /// Types on which it can run: the fastest first or, for those who know no speeds, in their order.
    pub fn preferred(&self, is_blind: bool) -> Vec<usize> {
        let mut kinds: Vec<usize> = (0..self.speeds.len()).filter(|&kind| self.speeds[kind] > 0.0).collect();
        if !is_blind {
            kinds.sort_by(|&a, &b| self.speeds[b].total_cmp(&self.speeds[a]));
        }
        kinds
    }
}

/// Whether a running job takes part in the sharing: who may not be stopped keeps its GPUs.
pub(super) fn shares(view: View<'_>, facts: &JobFacts, cluster: ClusterId) -> bool {
    facts.preemptible && !view.is_barred(cluster)
}
