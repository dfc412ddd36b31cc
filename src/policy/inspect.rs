//! Inspecting jobs one by one, and choosing among clusters: what most custom policies need.

use super::broker::{self, Broker};
use super::facts::JobFacts;
use super::mistake::Mistake;
use super::placement::Placement;
use super::view::View;
use crate::fleet::{Domains, Lease};
use crate::units::{ClusterId, SimTime};

/// A job that runs, as of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningJob {
    /// Where it is in the job table: what the moves of a plan take.
    pub job: u32,
    /// Where it runs.
    pub cluster: ClusterId,
    /// Since when it has held its GPUs.
    pub started: SimTime,
    /// When it is expected to end, by its estimate.
    pub estimated_end: SimTime,
    /// What is known of it, its estimate and what it has attained brought up to date.
    pub facts: JobFacts,
}

impl<'a> View<'a> {
    /// The waiting jobs in the policy's order, each with the number that the moves of a plan take. O(n log n).
    pub fn waiting(&self) -> impl Iterator<Item = (u32, &'a JobFacts)> + use<'a> {
        let state = self.state;
        state.queue.to_vec().into_iter().map(|(_, queued)| (queued.job, state.job(queued.job)))
    }

    /// The running jobs in order of submission. O(n log n) of all jobs that wait or run; needs no index.
    pub fn running_jobs(&self) -> impl Iterator<Item = RunningJob> + use<> {
        let slots = self.state.jobs.iter().enumerate().filter(|(_, slot)| !slot.lease.is_empty());
        let mut running: Vec<RunningJob> = slots
            .map(|(job, slot)| RunningJob {
                job: job as u32,
                cluster: slot.cluster,
                started: slot.started,
                estimated_end: slot.estimated_end,
                facts: self.state.current(job as u32),
            })
            .collect();
        running.sort_unstable_by_key(|running| running.facts.sequence);
        running.into_iter()
    }

    /// The best cluster for a job among those it may use and fits on now: the least score wins, equal scores go to the least cost at the
    /// margin, then to the faster for the job, then to the first in the scenario. None where it fits nowhere. A score that is NaN ends the replication; give infinity to a cluster that
    /// is the last choice. O(clusters).
    ///
    /// A policy that chooses clusters by this cannot depend on chance: no tie is left.
    #[must_use]
    pub fn choose(&self, job: u32, score: impl Fn(ClusterId) -> f64) -> Option<ClusterId> {
        let job = self.job(job);
        let fitting = self.class_of(job).clusters.iter().copied().filter(|&cluster| self.fits(job, cluster));
        broker::least(*self, job, fitting.filter_map(|cluster| Some((self.number(score(cluster), job, cluster)?, cluster))))
    }

    /// A broker's score; none, and a mistake, where it is NaN.
    pub(super) fn score(self, broker: &dyn Broker, job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        broker.score(&self, job, cluster).and_then(|score| self.number(score, job, cluster))
    }

    fn number(self, score: f64, job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        if score.is_nan() {
            self.state.mistakes.note(Mistake::NoScore { sequence: job.sequence, cluster });
            return None;
        }
        Some(score)
    }

    /// A placement's choice, checked.
    pub(super) fn place(
        self,
        placement: &dyn Placement,
        cluster: ClusterId,
        domains: &mut Domains,
        gpus: u64,
        within_domain: bool,
    ) -> Option<Lease> {
        self.state.mistakes.place(placement, cluster, domains, gpus, within_domain)
    }
}
