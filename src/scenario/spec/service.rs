//! Inference services.

use super::text::DurationText;
use super::trace::RequestsSpec;
use super::workload::{GrowthSpec, ProfileSpec, SpeedSpec};
use crate::model::confidence::Confidence;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[service.KEY]`: an inference deployment.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceSpec {
    /// Whom its GPU-hours are charged to. Default: the service's key.
    pub team: Option<String>,
    /// Demand from a trace of requests. It stands instead of `tokens_per_s`, `factor`, `growth`, `daily`, `weekend`.
    pub trace: Option<RequestsSpec>,
    /// Demand at the scenario's start [output tokens per second]. Required where there is no `trace`.
    pub tokens_per_s: Option<f64>,
    /// Multiplies the demand, for what-ifs. Default: 1.
    pub factor: Option<f64>,
    /// How demand grows. Default: not at all.
    pub growth: Option<GrowthSpec>,
    /// Demand by hour of the day (UTC). Default: `chat`.
    pub daily: Option<ProfileSpec>,
    /// Demand on Saturday and Sunday against a working day. Default: 1.
    pub weekend: Option<f64>,
    /// Mean input tokens of a request. Default: the trace's mean, without a trace 1155 (Azure conversation trace).
    pub input_tokens: Option<f64>,
    /// Mean output tokens of a request. Default: the trace's mean, without a trace 211 (Azure conversation trace).
    pub output_tokens: Option<f64>,
    /// What a replica can do: a replica type of the catalog (`skyberth catalog replicas`), or its parameters.
    pub replica: ReplicaSpec,
    /// Largest mean time per output token that meets the objective [ms]. Default: 100.
    pub tpot_slo_ms: Option<f64>,
    /// How replicas follow demand. Default: reactive, no headroom, hold of 3 steps.
    pub autoscaler: Option<AutoscalerSpec>,
    /// From having GPUs to serving; counted in whole service steps. Default: 155 s.
    pub cold_start: Option<DurationText>,
    /// Requests that have waited this long leave unserved. Default: 1 h.
    pub patience: Option<DurationText>,
    /// Services of larger priority are placed first; may be negative. Default: 0.
    pub priority: Option<i32>,
    /// GPU types it may use. Default: all on which the objective can be met.
    pub only_gpus: Option<Vec<String>>,
    /// Vendors it may use, by key. Default: all.
    pub only_vendors: Option<Vec<String>>,
    /// Clusters it may use, by key. Default: all.
    pub only_clusters: Option<Vec<String>>,
    /// Jurisdictions it may run in, as clusters name them: export control, data residency. Default: all.
    pub only_jurisdictions: Option<Vec<String>>,
    /// Jurisdictions it may not run in; `not_in` is another name of this key. Default: none.
    #[serde(alias = "not_in")]
    pub not_jurisdictions: Option<Vec<String>>,
    /// Speed on other GPU types than the replica's own. Default: `by_bf16`.
    pub speed: Option<SpeedSpec>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

/// What a replica can do.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplicaSpec {
    /// A replica type of the catalog.
    Type(String),
    /// Measured parameters of an engine iteration; see docs/inference.md.
    Measured {
        /// The GPU type they hold for.
        gpu: String,
        /// GPUs of a replica, all in one NVLink domain.
        gpus: u32,
        /// Fixed time of an iteration [ms].
        fixed_ms: f64,
        /// Per prefill token [ms].
        per_prefill_token_ms: f64,
        /// Per decoding sequence [ms].
        per_decode_sequence_ms: f64,
        /// Per context token in the batch [ms].
        per_context_token_ms: f64,
        /// Sequences in flight at most.
        max_in_flight: f64,
    },
}

/// Of no type: it must be given.
impl Default for ReplicaSpec {
    fn default() -> Self {
        Self::Type(String::new())
    }
}

/// How replicas follow demand.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AutoscalerSpec {
    /// Sized once.
    Static(StaticSpec),
    /// Sized for the demand of the last step.
    Reactive(ReactiveSpec),
}

/// What a static service is sized for.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaticSpec {
    /// The largest demand of the horizon.
    Peak,
    /// The mean demand of the horizon.
    Mean,
    /// This many replicas.
    Replicas(u64),
}

/// A reactive autoscaler.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReactiveSpec {
    /// Spare share of replicas: 0.3 is 30 % more than needed. Default: 0.
    pub headroom: Option<f64>,
    /// Steps that a need is remembered before replicas go. Default: 3.
    pub hold_steps: Option<u32>,
}
