//! Inference services.

use super::defaults::{defaults, reliability};
use super::text::DurationText;
use super::trace::RequestsSpec;
use super::workload::{GrowthSpec, ProfileSpec, SpeedSpec};
use crate::model::confidence::Confidence;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[service.KEY]`: an inference deployment.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = ServiceSpec::tell_defaults)]
#[schemars(extend("x-not-with" = { "trace": ServiceSpec::DESCRIBED_BY }, "x-aliases" = { "not_in": "not_jurisdictions" }))]
pub struct ServiceSpec {
    /// Team that its GPU-hours are charged to.
    pub team: Option<String>,
    /// Demand from a trace of requests, instead of the keys that describe demand.
    pub trace: Option<RequestsSpec>,
    /// Demand at the scenario's start [output tokens per second]. Required without a `trace`.
    pub tokens_per_s: Option<f64>,
    /// Multiplies the demand, for what-ifs.
    pub factor: Option<f64>,
    /// How demand grows.
    pub growth: Option<GrowthSpec>,
    /// Demand by hour of the day (UTC).
    pub daily: Option<ProfileSpec>,
    /// Demand on Saturday and Sunday against a working day.
    pub weekend: Option<f64>,
    /// Mean input tokens of a request; the constant is that of Azure's conversation trace.
    pub input_tokens: Option<f64>,
    /// Mean output tokens of a request; the constant is that of Azure's conversation trace.
    pub output_tokens: Option<f64>,
    /// What a replica can do: a replica type of the catalog (`skyberth catalog replicas`), or its parameters.
    pub replica: ReplicaSpec,
    /// Largest mean time per output token that meets the objective [ms].
    pub tpot_slo_ms: Option<f64>,
    /// How replicas follow demand.
    pub autoscaler: Option<AutoscalerSpec>,
    /// From having GPUs to serving; counted in whole service steps.
    pub cold_start: Option<DurationText>,
    /// Requests that have waited this long leave unserved.
    pub patience: Option<DurationText>,
    /// Services of larger priority are placed first; may be negative.
    pub priority: Option<i32>,
    /// GPU types it may use.
    pub only_gpus: Option<Vec<String>>,
    /// Vendors it may use, by key.
    pub only_vendors: Option<Vec<String>>,
    /// Clusters it may use, by key.
    pub only_clusters: Option<Vec<String>>,
    /// Jurisdictions it may run in, as clusters name them: export control, data residency.
    pub only_jurisdictions: Option<Vec<String>>,
    /// Jurisdictions it may not run in; `not_in` is another name of this key.
    #[serde(alias = "not_in")]
    pub not_jurisdictions: Option<Vec<String>>,
    /// Speed on other GPU types than the replica's own.
    pub speed: Option<SpeedSpec>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

impl ServiceSpec {
    /// The keys that describe demand. They cannot stand beside `trace`.
    pub(in crate::scenario) const DESCRIBED_BY: [&str; 5] = ["tokens_per_s", "factor", "growth", "daily", "weekend"];
}

defaults! {
    ServiceSpec {
        team => "the service's key";
        factor: f64 = 1.0;
        growth => "none";
        daily: ProfileSpec = ProfileSpec::Chat;
        weekend: f64 = 1.0;
        input_tokens: f64 = 1155.0, after "the trace's mean";
        output_tokens: f64 = 211.0, after "the trace's mean";
        tpot_slo_ms: f64 = 100.0;
        autoscaler: AutoscalerSpec = AutoscalerSpec::Reactive(ReactiveSpec::default());
        cold_start: DurationText = DurationText::of_seconds(reliability("replica-cold-start"));
        patience: DurationText = DurationText::of_seconds(3600.0);
        priority: i32 = 0;
        only_gpus => "all on which the objective can be met";
        only_vendors => "all";
        only_clusters => "all";
        only_jurisdictions => "all";
        not_jurisdictions => "none";
        speed: SpeedSpec = SpeedSpec::ByBf16;
    }
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
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = ReactiveSpec::tell_defaults)]
pub struct ReactiveSpec {
    /// Spare share of replicas: 0.3 is 30 % more than needed.
    pub headroom: Option<f64>,
    /// Steps that a need is remembered before replicas go.
    pub hold_steps: Option<u32>,
}

defaults! {
    ReactiveSpec {
        headroom: f64 = 0.0;
        hold_steps: u32 = 3;
    }
}
