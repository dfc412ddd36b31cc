//! A trace of jobs in steps on GPUs of several types, by rounds.

use super::runner::Progress;
use crate::policy::rounds::{Allocator, GpuType};
use crate::sim::{RoundJob, RoundRules, RoundsOutcome, play};
use crate::workload::trace::{StepJob, ThroughputTable};
use std::sync::atomic::Ordering;

/// What to replay, and how.
#[derive(Clone, Debug)]
pub struct RoundReplay<'a> {
    /// The jobs, in order of submission.
    pub jobs: &'a [StepJob],
    /// Their speeds by GPU type.
    pub table: &'a ThroughputTable,
    /// How rounds are played; the names of the types are those of the table.
    pub rules: RoundRules,
}

/// A round's length as Gavel's simulator has it [s].
pub const ROUND_S: f64 = 360.0;
/// New shares are so far apart at least as Gavel's simulator has it [s].
pub const LEAST_APART_S: f64 = 1920.0;

impl RoundReplay<'_> {
    /// Plays all rounds. None where it was stopped.
    pub fn run(&self, allocator: &mut dyn Allocator, progress: &Progress) -> Option<RoundsOutcome> {
        let jobs: Vec<RoundJob> = self.jobs.iter().map(|job| self.job(job)).collect();
        play(&self.rules, &jobs, allocator, &|| progress.stop.load(Ordering::Relaxed))
    }

    fn speed(&self, job: &StepJob, kind: &GpuType) -> f64 {
        self.table.alone(&kind.name, &job.kind).unwrap_or(0.0)
    }

    /// The speed of a job on its fastest type that has room for it [steps/s]; 0 where none has.
    #[must_use]
    pub fn fastest(&self, job: &StepJob) -> f64 {
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
