//! Jobs in steps on GPUs of several types, by rounds as Gavel's simulator plays them.

mod rounds;

pub use rounds::{RoundFate, RoundJob, RoundRules, play};

use super::Outcome;
use crate::kernel::names::grouped;
use crate::metrics::JobStatistics;
use crate::policy::rounds::{Allocator, GpuType};
use crate::study::Progress;
use crate::units::{Gpus, SimTime, Span};
use crate::workload::trace::{StepJob, ThroughputTable};
use std::sync::atomic::Ordering;

/// What to replay, and how.
#[derive(Clone, Debug)]
pub struct RoundReplay<'a> {
    /// The jobs, in order of submission.
    pub jobs: &'a [StepJob],
    /// Their speeds by GPU type.
    pub table: &'a ThroughputTable,
    /// Types and times; the types have the names of the table.
    pub rules: RoundRules,
}

/// Length of a round in Gavel's simulator [s].
pub const ROUND_S: f64 = 360.0;
/// Least time between two allocations in Gavel's simulator [s].
pub const LEAST_APART_S: f64 = 1920.0;
/// A job may take so many rounds at the least: one of six minutes and eleven years of work has a million.
const MOST_ROUNDS: f64 = 1e6;
/// The slowdown of a shorter job is taken over this run time [s].
const SLOWDOWN_BOUND_S: f64 = 10.0;

impl RoundReplay<'_> {
    /// Why the rounds would have no end in sight: a job with more steps than any number of rounds that is worth waiting for.
    #[must_use]
    pub fn endless(&self) -> Option<String> {
        let rounds = |job: &StepJob| job.steps as f64 / self.fastest(job) / self.rules.round;
        let job = self.jobs.iter().find(|job| (MOST_ROUNDS..f64::INFINITY).contains(&rounds(job)))?;
        let (row, steps, round) = (job.row + 1, grouped(job.steps as usize), self.rules.round);
        let (kind, least) = (&job.kind.job_type, grouped(rounds(job).min(1e18) as usize));
        Some(format!(
            "the job of row {row} (`{kind}`) has {steps} steps, which take {least} rounds of {round} s on the fastest GPU type; a job may take {}",
            grouped(MOST_ROUNDS as usize)
        ))
    }

    /// Plays all rounds, and returns what became of each job. None if stopped.
    pub fn run(&self, allocator: &mut dyn Allocator, progress: &Progress) -> Option<Vec<RoundFate>> {
        let jobs: Vec<RoundJob> = self.jobs.iter().map(|job| self.job(job)).collect();
        play(&self.rules, &jobs, allocator, &|| progress.stop.load(Ordering::Relaxed))
    }

    /// The figures of the jobs' fates. The run time behind a job's slowdown is that on its fastest GPU type.
    #[must_use]
    pub fn outcome(&self, fates: &[RoundFate]) -> Outcome {
        let mut statistics = JobStatistics::default();
        for (job, fate) in self.jobs.iter().zip(fates) {
            self.count(&mut statistics, job, fate);
        }
        let first_submit = self.jobs.first().map_or(SimTime::ZERO, |job| job.submit);
        let last = fates.iter().filter_map(|fate| fate.finish).fold(first_submit.seconds(), f64::max);
        let held = fates.iter().map(|fate| fate.gpu_seconds).sum();
        Outcome {
            name: "machine".to_owned(),
            gpus: self.rules.types.iter().map(|kind| kind.gpus).sum::<f64>() as u64,
            statistics,
            allocated: Gpus::whole(1).over(Span::from_seconds(held)),
            first_submit,
            end: first_submit + Span::from_seconds(last - first_submit.seconds()),
        }
    }

    fn count(&self, statistics: &mut JobStatistics, job: &StepJob, fate: &RoundFate) {
        let ms = |seconds: f64| Span::from_seconds(seconds.max(0.0)).ms().unsigned_abs();
        let submit = job.submit.seconds();
        statistics.submitted += 1;
        statistics.preemptions += u64::from(fate.preemptions);
        if let Some(start) = fate.start {
            statistics.wait.record(ms(start - submit));
        }
        if let Some(finish) = fate.finish {
            statistics.completed += 1;
            statistics.completion.record(ms(finish - submit));
            let run = job.steps as f64 / self.fastest(job).max(f64::MIN_POSITIVE);
            statistics.slowdown_sum += ((finish - submit) / run.max(SLOWDOWN_BOUND_S)).max(1.0);
        } else if fate.is_impossible {
            statistics.rejected[0] += 1;
        } else {
            // Given up: neither finished nor rejected.
            statistics.censored_queued += 1;
        }
    }

    fn speed(&self, job: &StepJob, kind: &GpuType) -> f64 {
        self.table.alone(&kind.name, &job.kind).unwrap_or(0.0)
    }

    /// The speed of a job on the fastest type with room for it [steps/s]; 0 if none has.
    fn fastest(&self, job: &StepJob) -> f64 {
        let roomy = self.rules.types.iter().filter(|kind| kind.gpus >= f64::from(job.kind.scale_factor));
        roomy.map(|kind| self.speed(job, kind)).fold(0.0, f64::max)
    }

    fn job(&self, job: &StepJob) -> RoundJob {
        RoundJob {
            submit: job.submit.seconds(),
            steps: job.steps,
            gpus: job.kind.scale_factor,
            weight: job.weight,
            speeds: self.rules.types.iter().map(|kind| self.speed(job, kind)).collect(),
        }
    }
}
