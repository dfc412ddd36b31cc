//! Inference services: demand, replicas, service-level objective.

use super::catalog::ReplicaType;
use super::demand::Demand;
use crate::units::{Span, TeamId};

/// Replicas are sized to run at this share of the load that meets the objective (formula 3).
pub const SIZING_SHARE: f64 = 0.9;
/// More replicas than there will ever be: where a replica meets next to nothing, the count stops here.
const MOST_REPLICAS: f64 = 1e12;

/// An inference deployment.
#[derive(Clone, Debug)]
pub struct Service {
    /// The key in the scenario.
    pub name: String,
    /// The team that its GPU-hours are charged to.
    pub team: TeamId,
    /// Output tokens per second.
    pub demand: Demand,
    /// Mean input tokens of a request.
    pub input_tokens: f64,
    /// Mean output tokens of a request.
    pub output_tokens: f64,
    /// What a replica can do on the reference GPU.
    pub replica: Replica,
    /// Largest mean time per output token that meets the objective [s].
    pub tpot_slo_s: f64,
    /// How replicas follow demand.
    pub autoscaler: Autoscaler,
    /// From having GPUs to serving.
    pub cold_start: Span,
    /// Requests older than this leave the backlog unserved.
    pub patience: Span,
    /// Services of larger priority are placed first.
    pub priority: i32,
    /// Speed on each cluster against the replica's reference GPU; 0 where it may not run.
    pub speed: Vec<f64>,
}

/// A replica type: model x GPU x parallelism x engine. Symbols as in docs/inference.md.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replica {
    /// GPUs of a replica, all in one NVLink domain.
    pub gpus: u32,
    /// a: fixed time of an engine iteration [s].
    pub fixed_s: f64,
    /// `b_p`: per prefill token [s].
    pub per_prefill_token_s: f64,
    /// `b_d`: per decoding sequence and iteration [s].
    pub per_decode_sequence_s: f64,
    /// `b_k`: per context token in the batch and iteration [s].
    pub per_context_token_s: f64,
    /// `B_max`: sequences in flight.
    pub max_in_flight: f64,
}

/// How the number of replicas follows demand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Autoscaler {
    /// Sized once, for a statistic of the demand over the horizon.
    Static(StaticSize),
    /// Sized each step for the demand seen in the last one, times 1 + headroom; shrinks only to the largest need of the last
    /// `hold_steps` steps.
    Reactive {
        /// Spare share.
        headroom: f64,
        /// Steps a need is remembered.
        hold_steps: u32,
    },
}

/// What a static service is sized for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaticSize {
    /// An upper bound of the demand over the horizon: peak of growth x largest hour x largest weekday.
    Peak,
    /// The mean demand of the horizon.
    Mean,
    /// This many replicas.
    Replicas(u64),
}

impl From<&ReplicaType> for Replica {
    fn from(found: &ReplicaType) -> Self {
        Self {
            gpus: found.gpus,
            fixed_s: found.fixed_s,
            per_prefill_token_s: found.per_prefill_token_s,
            per_decode_sequence_s: found.per_decode_sequence_s,
            per_context_token_s: found.per_context_token_s,
            max_in_flight: f64::from(found.max_in_flight),
        }
    }
}

impl Replica {
    /// Formula 1: work of a request, w = `b_p` I + `b_d` O + `b_k` O (I + O / 2) [replica-seconds on the reference GPU].
    #[must_use]
    pub fn work_s(&self, input_tokens: f64, output_tokens: f64) -> f64 {
        self.per_prefill_token_s * input_tokens
            + self.per_decode_sequence_s * output_tokens
            + self.per_context_token_s * output_tokens * (input_tokens + output_tokens / 2.0)
    }

    /// Formula 3: the load beyond which sequences in flight reach their limit, `rho_cap` = 1 / (1 + O a / (w `B_max`)). It does not
    /// depend on the GPU's speed, which divides a and w alike.
    #[must_use]
    pub fn load_limit(&self, input_tokens: f64, output_tokens: f64) -> f64 {
        let work = self.work_s(input_tokens, output_tokens);
        1.0 / (1.0 + output_tokens * self.fixed_s / (work * self.max_in_flight))
    }

    /// Formula 3: the largest load that meets the objective, min(`rho_cap`, 1 - a / `TPOT_slo`), on a GPU of this speed; 0 where none does.
    #[must_use]
    pub fn load_at_objective(&self, input_tokens: f64, output_tokens: f64, tpot_slo_s: f64, speed: f64) -> f64 {
        self.load_limit(input_tokens, output_tokens).min(1.0 - self.fixed_s / (speed * tpot_slo_s)).max(0.0)
    }

    /// What a replica does within the objective on a GPU of this speed, s `rho_slo` / w [requests per second]; 0 where it cannot be met.
    #[must_use]
    pub fn rate_at_objective(&self, input_tokens: f64, output_tokens: f64, tpot_slo_s: f64, speed: f64) -> f64 {
        let load = self.load_at_objective(input_tokens, output_tokens, tpot_slo_s, speed.max(1e-9));
        speed * load / self.work_s(input_tokens, output_tokens)
    }

    /// Formula 2: time per output token at load `rho`, TPOT = a / (1 - rho) [s on the reference GPU].
    #[cfg(test)]
    fn time_per_output_token_s(&self, rho: f64) -> f64 {
        self.fixed_s / (1.0 - rho)
    }
}

/// Formula 3: whole replicas that do `rate` together, where each is to do `each` [the same unit]. With [`SIZING_SHARE`] of what a replica
/// does within the objective for `each`, a tenth is kept free.
#[must_use]
pub fn replicas_for(rate: f64, each: f64) -> u64 {
    (rate / each).ceil().clamp(0.0, MOST_REPLICAS) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chat on llama2-70b, FP16, DGX-H100, tensor parallel 8: fitted to Splitwise's published measurements (ISCA 2024).
    const CHAT: Replica = Replica {
        gpus: 8,
        fixed_s: 29.9e-3,
        per_prefill_token_s: 0.0909e-3,
        per_decode_sequence_s: 0.2064e-3,
        per_context_token_s: 0.000_174e-3,
        max_in_flight: 128.0,
    };

    #[test]
    fn the_published_fit_gives_its_work_and_its_knee() {
        // The published 193.6 ms and 0.797 come from unrounded coefficients; the rounded ones give 194.8 ms and 0.798.
        assert!((CHAT.work_s(1155.0, 211.0) / 0.1936 - 1.0).abs() < 0.01, "{}", CHAT.work_s(1155.0, 211.0));
        assert!((CHAT.load_limit(1155.0, 211.0) - 0.797).abs() < 2e-3);
    }

    #[test]
    fn time_per_output_token_agrees_with_request_level_simulation() {
        // (load, measured TPOT [s]) at 4 to 256 replicas; the formula is good to 3 % there, and at one replica at low load.
        for (rho, measured) in [(0.2, 0.0381), (0.5, 0.0596), (0.6, 0.0737), (0.7, 0.0993), (0.7, 0.0977)] {
            assert!((CHAT.time_per_output_token_s(rho) / measured - 1.0).abs() < 0.03, "at {rho}");
        }
    }

    #[test]
    fn replicas_are_whole_and_keep_a_tenth_free() {
        let rate = CHAT.rate_at_objective(1155.0, 211.0, 0.1, 1.0);
        assert!((rate - 0.701 / 0.1948).abs() < 2e-3, "{rate}");
        let each = rate * SIZING_SHARE;
        assert_eq!([0.0, 0.9, 1.0, 1.1, 9.5].map(|part| replicas_for(part * each, each)), [0, 1, 1, 2, 10]);
        assert_eq!(CHAT.rate_at_objective(1155.0, 211.0, 0.1, 0.0), 0.0);
        assert_eq!(replicas_for(1.0, 0.0), 1_000_000_000_000);
    }

    #[test]
    fn a_slow_gpu_cannot_meet_a_tight_objective() {
        assert_eq!(CHAT.load_at_objective(1155.0, 211.0, 0.1, 0.25), 0.0);
        assert!(CHAT.load_at_objective(1155.0, 211.0, 0.1, 1.0) > 0.69);
    }
}
