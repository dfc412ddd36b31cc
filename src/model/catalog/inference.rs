//! Inference replicas, and the published throughputs they are held against.

use serde::{Deserialize, Serialize};

use super::fact;
use crate::model::confidence::Confidence;

/// A replica type: a model on a GPU type with a parallelism and an engine.
///
/// One engine iteration takes `fixed_s`, plus `per_prefill_token_s` for each prefill token, plus
/// `per_decode_sequence_s` for each decoding sequence, plus `per_context_token_s` for each context token in the batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicaType {
    /// Name used in scenarios, such as `llama2-70b-h100`.
    pub name: String,
    /// Model.
    pub model: String,
    /// Name of the GPU type.
    pub gpu_type: String,
    /// GPUs of one replica, all in one scale-up domain.
    pub gpus: u32,
    /// Fixed time of one iteration, a [s].
    pub fixed_s: f64,
    /// Time of one prefill token, b_p [s].
    pub per_prefill_token_s: f64,
    /// Time of one decoding sequence in one iteration, b_d [s].
    pub per_decode_sequence_s: f64,
    /// Time of one context token of the batch in one iteration, b_k [s].
    pub per_context_token_s: f64,
    /// Sequences in flight at most, B_max.
    pub max_in_flight: u32,
    /// Prefill tokens of one iteration at most, C.
    pub chunk_tokens: u32,
    /// Where the figures come from.
    pub source: String,
    /// The worst confidence among the times of the row.
    pub confidence: Confidence,
    /// How the times were found, and for which lengths.
    pub note: String,
}

fact!(ReplicaType, "replica type", name);

impl ReplicaType {
    /// Replica time that one request takes, w = b_p I + b_d O + b_k O (I + O/2) [s].
    #[cfg(test)]
    #[must_use]
    pub fn work_per_request_s(&self, input_tokens: f64, output_tokens: f64) -> f64 {
        self.per_prefill_token_s * input_tokens
            + self.per_decode_sequence_s * output_tokens
            + self.per_context_token_s * output_tokens * (input_tokens + output_tokens / 2.0)
    }
}

/// A published throughput, with the lengths and limits without which it means nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThroughputFact {
    /// Model.
    pub model: String,
    /// GPU type; `H800` is not in the catalog.
    pub gpu_type: String,
    /// Input tokens of a request, where stated.
    pub input_tokens: Option<u32>,
    /// Output tokens of a request, where stated.
    pub output_tokens: Option<u32>,
    /// Limit of the time to first token, where stated [s].
    pub ttft_s: Option<f64>,
    /// Limit of the time per output token, where stated [ms].
    pub tpot_ms: Option<f64>,
    /// Input tokens of a GPU of the prefill pool, where pools are split [tokens/s].
    pub input_tokens_per_s_per_gpu: Option<f64>,
    /// Output tokens of a GPU (of the decode pool, where pools are split) [tokens/s].
    pub output_tokens_per_s_per_gpu: f64,
    /// Where the figure comes from.
    pub source: String,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// What to know before using it.
    pub note: String,
}

fact!(ThroughputFact, "throughput", model, gpu_type);
