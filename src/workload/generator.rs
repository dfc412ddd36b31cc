//! Jobs of a workload: what a submission asks for and how it will end.

use super::arrivals::{Arrivals, Candidate};
use crate::kernel::math;
use crate::kernel::random::Address;
use crate::model::job::{EstimateLaw, JobLaws, JobSource, Outcome, Workload};
use crate::model::job_list::JobList;
use crate::units::{SimTime, Span, WorkloadId};
use std::sync::Arc;

/// Purposes of a job's draws. A purpose keeps its number for ever: results depend on it.
mod slot {
    pub const GPUS: u64 = 10;
    pub const DURATION: u64 = 11;
    pub const OUTCOME: u64 = 12;
    pub const RUN_SHARE: u64 = 13;
    pub const ESTIMATE: u64 = 14;
    /// One per attempt, from here on.
    pub const HAZARD: u64 = 1 << 32;
    pub const RESTART: u64 = 2 << 32;
    pub const BUNDLE: u64 = 3 << 32;
}

/// A job as it is submitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobDraft {
    /// Its source.
    pub workload: WorkloadId,
    /// Its number within the workload, from 1, by time of submission.
    pub ordinal: u64,
    /// When it is submitted.
    pub submit: SimTime,
    /// The gang [GPUs].
    pub gpus: u64,
    /// How long it will run on the reference GPU.
    pub run: Span,
    /// How long its user says it will run on the reference GPU.
    pub estimate: Span,
    /// How it will end.
    pub outcome: Outcome,
    /// Priority; larger comes first, if the policy uses it.
    pub priority: i32,
    /// Its deadline; `NEVER` without one.
    pub deadline: SimTime,
    /// Address of its further draws.
    pub address: Address,
}

/// The jobs of one workload, in order of submission.
#[derive(Clone, Debug)]
pub struct Generator {
    id: WorkloadId,
    /// Address of the draws of the workload's jobs.
    address: Address,
    source: Source,
    submitted: u64,
}

#[derive(Clone, Debug)]
enum Source {
    Drawn(Box<Arrivals>),
    /// The jobs submitted before the horizon.
    Listed(Arc<JobList>, SimTime),
}

impl Generator {
    /// The jobs of `workload` in a replication.
    #[must_use]
    pub fn new(id: WorkloadId, workload: &Workload, seed: u64, replication: u64, horizon: SimTime) -> Self {
        let address = Address::stream(seed, replication, "jobs").name(&workload.name);
        let source = match &workload.jobs {
            JobSource::Drawn(laws) => Source::Drawn(Box::new(Arrivals::new(address, &laws.rate, horizon))),
            JobSource::Listed(list) => Source::Listed(Arc::clone(list), horizon),
        };
        Self { id, address, source, submitted: 0 }
    }

    /// When the next job is submitted.
    #[must_use]
    pub fn next_time(&self) -> Option<SimTime> {
        match &self.source {
            Source::Drawn(arrivals) => arrivals.next_time(),
            Source::Listed(list, horizon) => {
                list.jobs.get(self.submitted as usize).map(|job| job.submit).filter(|submit| submit < horizon)
            }
        }
    }

    /// The next job.
    pub fn next(&mut self, workload: &Workload) -> Option<JobDraft> {
        let draft = match (&mut self.source, &workload.jobs) {
            (Source::Drawn(arrivals), JobSource::Drawn(laws)) => {
                drawn(self.id, self.submitted + 1, workload, laws, arrivals.next()?)
            }
            (Source::Listed(list, _), _) => {
                let job = list.jobs.get(self.submitted as usize)?;
                JobDraft {
                    workload: self.id,
                    ordinal: self.submitted + 1,
                    submit: job.submit,
                    gpus: job.gpus,
                    run: job.run,
                    estimate: job.estimate,
                    outcome: job.outcome,
                    priority: workload.priority.saturating_add(job.priority),
                    deadline: due(job.submit, job.deadline.or(workload.deadline)),
                    address: self.address.number(self.submitted),
                }
            }
            (Source::Drawn(_), JobSource::Listed(_)) => return None,
        };
        self.submitted += 1;
        Some(draft)
    }
}

fn due(submit: SimTime, deadline: Option<Span>) -> SimTime {
    deadline.map_or(SimTime::NEVER, |deadline| submit.saturating_add(deadline))
}

fn drawn(id: WorkloadId, ordinal: u64, workload: &Workload, laws: &JobLaws, Candidate { time, address }: Candidate) -> JobDraft {
    let gpus = laws.gpus.round(laws.gpus.law.sample(&mut address.draws(slot::GPUS)));
    let whole = laws.duration.sample(&mut address.draws(slot::DURATION));
    let outcomes = &laws.outcomes;
    let mut outcome = Outcome::Completes;
    if outcomes.failed + outcomes.cancelled > 0.0 {
        let u = address.draws(slot::OUTCOME).uniform();
        if u < outcomes.failed {
            outcome = Outcome::Fails;
        } else if u < outcomes.failed + outcomes.cancelled {
            outcome = Outcome::Cancelled;
        }
    }
    let run = match outcome {
        Outcome::Completes => whole,
        Outcome::Fails | Outcome::Cancelled => {
            whole * outcomes.run_share.sample(&mut address.draws(slot::RUN_SHARE)).clamp(0.0, 1.0)
        }
    };
    let estimate = match &laws.estimate {
        EstimateLaw::Exact => run,
        EstimateLaw::Factor(low, high) => whole * (low + (high - low) * address.draws(slot::ESTIMATE).uniform()),
        EstimateLaw::Classes(limits) => {
            limits.iter().copied().find(|&limit| limit >= whole).or(limits.last().copied()).unwrap_or(whole)
        }
    };
    JobDraft {
        workload: id,
        ordinal,
        submit: time,
        gpus,
        run: Span::from_seconds(run),
        estimate: Span::from_seconds(estimate),
        outcome,
        priority: workload.priority,
        deadline: due(time, workload.deadline),
        address,
    }
}

/// The hazard a job survives in its `attempt`: a unit exponential budget that running consumes, so that no policy can shift a failure.
#[must_use]
pub fn hazard_budget(job: Address, attempt: u32) -> f64 {
    job.draws(slot::HAZARD + u64::from(attempt)).exponential()
}

/// Whether the hardware, rather than software, caused an interruption, and how long the restart after it takes.
#[must_use]
pub fn interruption(job: Address, number: u32, hardware_share: f64, workload: &Workload) -> (bool, Span) {
    let mut draws = job.draws(slot::RESTART + u64::from(number));
    let by_hardware = draws.uniform() < hardware_share;
    (by_hardware, Span::from_seconds(workload.restart.sample(&mut draws)))
}

/// How many failures hit the gangs of a bundle during one stay, Poisson with this mean, and how long each restart takes.
#[must_use]
pub fn bundle_failures(job: Address, stay: u32, mean: f64, workload: &Workload) -> (u64, Span) {
    /// Above this mean the normal law with the same moments stands for the Poisson law.
    const LARGE: f64 = 50.0;
    let mut draws = job.draws(slot::BUNDLE + u64::from(stay));
    let failures = if mean > LARGE {
        (mean + math::sqrt(mean) * draws.normal() + 0.5).max(0.0) as u64
    } else {
        // Inversion: as many as unit exponentials fit below the mean, in one uniform.
        let (u, mut probability) = (draws.uniform(), math::exp(-mean));
        let (mut cumulated, mut count) = (probability, 0_u32);
        while u > cumulated && count < 1000 {
            count += 1;
            probability *= mean / f64::from(count);
            cumulated += probability;
        }
        u64::from(count)
    };
    (failures, Span::from_seconds(workload.restart.sample(&mut draws)))
}
