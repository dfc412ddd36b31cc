//! Replicas that a trace of inference requests needs, step by step: formulas 1 to 3 of docs/inference.md.

use crate::model::catalog::ReplicaType;
use crate::model::service::{Replica, SIZING_SHARE, replicas_for};
use crate::units::{SimTime, Span};
use crate::workload::trace::{Requests, Step, TraceError};
use thiserror::Error;

/// What replicas are sized for.
#[derive(Clone, Copy, Debug)]
pub struct Sizing<'a> {
    /// The replica type.
    pub replica: &'a ReplicaType,
    /// Largest mean time per output token that meets the objective [s].
    pub tpot_slo_s: f64,
    /// Length of a step; demand is constant within it.
    pub step: Span,
}

/// Replicas for a trace of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Sized {
    /// GPUs of a replica.
    pub replica_gpus: u32,
    /// Mean length of a prompt [tokens].
    pub input_tokens_mean: f64,
    /// Mean length of an answer [tokens].
    pub output_tokens_mean: f64,
    /// Formula 1: work of a request of these lengths [replica-seconds].
    pub work_s: f64,
    /// Formula 3: the largest load of a replica that meets the objective \[0 to 1\].
    pub load_at_objective: f64,
    /// What a replica is sized to do, nine tenths of what meets the objective [requests per second].
    pub rate_per_replica: f64,
    /// Length of a step.
    pub step: Span,
    /// From the first request on, without a gap. The last step holds the last request and may be filled in part.
    pub steps: Vec<SizedStep>,
}

/// A step of time and its needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SizedStep {
    /// Since the first request.
    pub start: SimTime,
    /// Requests that came [requests per second].
    pub requests_per_s: f64,
    /// Tokens of their answers [tokens per second].
    pub output_tokens_per_s: f64,
    /// Replicas that meet the objective.
    pub replicas: u64,
}

/// Why no number of replicas will do.
#[derive(Debug, Error)]
pub enum SizingError {
    /// The steps are too short, or have no length.
    #[error(transparent)]
    Steps(#[from] TraceError),
    /// Demand is measured in output tokens, and all answers are empty.
    #[error("the requests have no output tokens")]
    NoOutput,
    /// An iteration of the engine alone takes as long as the objective allows, or longer.
    #[error(
        "no number of replicas of `{name}` meets a time per output token of {tpot_slo_ms} ms: one iteration takes {fixed_ms} ms even \
         without load"
    )]
    Unreachable {
        /// The replica type.
        name: String,
        /// The objective [ms].
        tpot_slo_ms: f64,
        /// What it would have to exceed [ms].
        fixed_ms: f64,
    },
}

impl Sizing<'_> {
    /// Sizes for the output tokens of each step, in requests of the trace's mean lengths. That is how a scenario sizes a service with this
    /// trace, so that both give the same replicas.
    ///
    /// # Errors
    ///
    /// When the requests cannot be folded into such steps, have no output tokens, or the objective is out of reach at any load.
    pub fn size(&self, requests: &Requests) -> Result<Sized, SizingError> {
        let folded = requests.steps(self.step)?;
        let [input, output] = requests.mean_tokens();
        if output <= 0.0 {
            return Err(SizingError::NoOutput);
        }
        let replica = Replica::from(self.replica);
        let load_at_objective = replica.load_at_objective(input, output, self.tpot_slo_s, 1.0);
        if load_at_objective <= 0.0 {
            // Rounded to show a time of the catalog as it was written there.
            let ms = |seconds: f64| (seconds * 1e9).round() / 1e6;
            let (tpot_slo_ms, fixed_ms) = (ms(self.tpot_slo_s), ms(replica.fixed_s));
            return Err(SizingError::Unreachable { name: self.replica.name.clone(), tpot_slo_ms, fixed_ms });
        }
        let rate_per_replica = replica.rate_at_objective(input, output, self.tpot_slo_s, 1.0) * SIZING_SHARE;
        let seconds = self.step.seconds();
        let sized = |(index, step): (usize, &Step)| {
            let output_tokens_per_s = step.output_tokens as f64 / seconds;
            SizedStep {
                start: SimTime::from_ms(index as i64 * self.step.ms()),
                requests_per_s: step.requests as f64 / seconds,
                output_tokens_per_s,
                replicas: replicas_for(output_tokens_per_s / output, rate_per_replica),
            }
        };
        Ok(Sized {
            replica_gpus: replica.gpus,
            input_tokens_mean: input,
            output_tokens_mean: output,
            work_s: replica.work_s(input, output),
            load_at_objective,
            rate_per_replica,
            step: self.step,
            steps: folded.iter().enumerate().map(sized).collect(),
        })
    }
}

impl Sized {
    /// Replicas of the step that needs most.
    #[must_use]
    pub fn peak_replicas(&self) -> u64 {
        self.steps.iter().map(|step| step.replicas).max().unwrap_or(0)
    }

    /// Replicas over the steps, on average.
    #[must_use]
    pub fn mean_replicas(&self) -> f64 {
        let sum: u128 = self.steps.iter().map(|step| u128::from(step.replicas)).sum();
        sum as f64 / self.steps.len().max(1) as f64
    }

    /// GPU-hours of a fleet sized for the peak from the first step to the end of the last [GPU-h].
    #[must_use]
    pub fn static_gpu_hours(&self) -> f64 {
        self.gpu_hours(self.peak_replicas() as f64)
    }

    /// GPU-hours of a fleet that has in each step what the step needs [GPU-h]. A bound for autoscalers: it knows each step before it begins
    /// and starts replicas in no time.
    #[must_use]
    pub fn following_gpu_hours(&self) -> f64 {
        self.gpu_hours(self.mean_replicas())
    }

    fn gpu_hours(&self, replicas: f64) -> f64 {
        replicas * f64::from(self.replica_gpus) * self.steps.len() as f64 * self.step.hours()
    }

    /// Positions of the `count` steps with most output tokens, the busiest first; of equals the earlier.
    #[must_use]
    pub fn busiest(&self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.steps.len()).collect();
        order.sort_by(|&a, &b| self.steps[b].output_tokens_per_s.total_cmp(&self.steps[a].output_tokens_per_s).then(a.cmp(&b)));
        order.truncate(count);
        order
    }
}
