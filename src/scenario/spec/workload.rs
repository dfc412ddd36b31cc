//! Sources of jobs.

use super::elastic::ElasticSpec;
use super::law::OrLaw;
use super::text::DurationText;
use super::trace::TraceSpec;
use super::transfer::DataSpec;
use crate::model::confidence::Confidence;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[workload.KEY]`: a source of jobs. They are drawn: give `gpus`, `duration` and one of `jobs_per_day` and `busy_gpus`. Or they come from a
/// trace: give `trace`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkloadSpec {
    /// Whom its GPU-hours are charged to. Default: the workload's key.
    pub team: Option<String>,
    /// Jobs that really were, instead of drawn ones.
    pub trace: Option<TraceSpec>,
    /// Submissions a day at the scenario's start.
    pub jobs_per_day: Option<f64>,
    /// Instead of `jobs_per_day`: reference GPUs that the jobs would keep busy on average at the scenario's start; the rate follows from the
    /// mean size and duration and is printed.
    pub busy_gpus: Option<f64>,
    /// Multiplies the rate, for what-ifs: 0.7 is 30 % less. The jobs that remain are the same ones. Default: 1.
    pub factor: Option<f64>,
    /// How the rate grows. Default: not at all.
    pub growth: Option<GrowthSpec>,
    /// Rate by hour of the day (UTC). Default: `flat`.
    pub daily: Option<ProfileSpec>,
    /// Rate on Saturday and Sunday against a working day. Default: 1.
    pub weekend: Option<f64>,
    /// Size of a gang [GPUs]: a number or a law. Every workload without a trace needs it. A number between 0.001 and 0.999 is a share of one GPU,
    /// to the thousandth: such jobs share GPUs with each other.
    pub gpus: Option<OrLaw<f64>>,
    /// Sizes are rounded up to a multiple of this. Default: 1.
    pub gpus_multiple_of: Option<u64>,
    /// Jobs can run on more or fewer GPUs than `gpus`, which stays what they ask for and what `duration` is for; it can always be had, too.
    /// Whether their sizes change is up to the policy (`policy.elastic`). Default: they cannot.
    pub elastic: Option<ElasticSpec>,
    /// Jobs are bundles of independent gangs of this many GPUs, such as a sweep of experiments. A failure then stops one gang and not the
    /// job: that gang's work since its last checkpoint and its restart are lost, its node is replaced at once, and the job ends when it
    /// would have ended. Default: a job is one gang.
    pub bundle_of: Option<u64>,
    /// Run time on the reference GPU: a duration or a law. Every workload without a trace needs it.
    pub duration: Option<OrLaw<DurationText>>,
    /// Shares of jobs that fail by themselves or are cancelled. Default: none.
    pub outcomes: Option<OutcomesSpec>,
    /// What users say about run times. Default: `exact`.
    pub estimate: Option<EstimateSpec>,
    /// Larger comes first where the policy asks; may be negative. Default: 0.
    pub priority: Option<i32>,
    /// What the share of each of its jobs counts where the policy shares GPUs out by rounds: 2 is due twice as much as 1
    /// (under `cost` and `throughput`, which owe nobody anything, it decides between equals alone). Default: 1.
    pub weight: Option<f64>,
    /// Whether services and higher priorities may stop its jobs. A stopped job keeps its progress. Default: true.
    pub preemptible: Option<bool>,
    /// How state is saved against failures. Default: every 30 min, blocking for 20 s.
    pub checkpoint: Option<CheckpointSpec>,
    /// Data that its jobs read, and where they lie. Default: none.
    pub data: Option<DataSpec>,
    /// Time from having GPUs again to computing again, after a failure or a preemption. Default: lognormal, median 15 min, sigma 0.7.
    pub restart: Option<OrLaw<DurationText>>,
    /// Interruptions per job and day that no hardware causes. Default: 0.
    pub software_failures_per_day: Option<f64>,
    /// Must be done this long after submission; misses are counted. Default: none.
    pub deadline: Option<DurationText>,
    /// Whether a gang must fit one NVLink domain. Default: false.
    pub within_domain: Option<bool>,
    /// GPU types it may use. Default: all.
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
    /// The GPU type that durations are for. Default: H100.
    pub reference_gpu: Option<String>,
    /// Speed on other GPU types. Default: `by_bf16`.
    pub speed: Option<SpeedSpec>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

/// Growth by a factor a year that decays towards a lasting one.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GrowthSpec {
    /// Factor a year at the start: 3 is threefold.
    pub per_year: f64,
    /// Factor a year in the end. Default: `per_year`.
    pub decays_to: Option<f64>,
    /// Time in which the difference between the two rates halves. Default: 1 y.
    pub half_life: Option<DurationText>,
}

/// Demand by hour of the day.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProfileSpec {
    /// The same at every hour.
    Flat,
    /// Twice the mean from 9 to 18 h UTC, little at night (assumption).
    Office,
    /// Consumer chat: the hourly rhythm of `ServeGen`'s m-small (derived).
    Chat,
    /// Enterprise: the hourly rhythm of `ServeGen`'s m-large (derived).
    Enterprise,
    /// 24 multipliers from midnight on; scaled to a mean of 1.
    Hours(Vec<f64>),
}

/// How jobs end early.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomesSpec {
    /// Share of jobs that fail by themselves, 0 to 1.
    pub failed: f64,
    /// Share of jobs that are cancelled while they run, 0 to 1.
    pub cancelled: f64,
    /// The part of its run time after which such a job ends: a number or a law on 0 to 1. Default: uniform.
    pub run_share: Option<OrLaw<f64>>,
}

/// What users say about run times. An estimate is of the computing alone: restarts and checkpoints come on top.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EstimateSpec {
    /// The run time itself (which ranks policies too kindly).
    Exact,
    /// The run time times a uniform factor.
    Factor(FactorSpec),
    /// The smallest of these limits that is not below the run time.
    Classes(Vec<DurationText>),
}

/// Bounds of a uniform factor.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorSpec {
    /// Least factor.
    pub min: f64,
    /// Largest factor.
    pub max: f64,
}

/// How state is saved.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckpointSpec {
    /// Computing time between two; `"0 s"` saves none, and a failure then loses everything.
    pub interval: DurationText,
    /// Time the gang stands still for one. Default: 20 s.
    pub blocking: Option<DurationText>,
    /// Its size [GB of 10^9 bytes per GPU of the job]: what a job that goes on with another vendor transfers first. Default: 0.
    pub size_gb_per_gpu: Option<f64>,
}

/// Speed on other GPU types than the reference.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpeedSpec {
    /// The same everywhere.
    Same,
    /// In proportion to dense BF16 (an assumption: memory and network are left out).
    ByBf16,
    /// By GPU type, against the reference; types that are not named may not be used.
    Table(IndexMap<String, f64>),
    /// By GPU type, in any unit of work a second, such as steps a second: `speed.throughput = { H100 = 3.1, A100 = 1.4 }`. They count against that
    /// of the reference or, where the reference is not among them, of the first; durations are for that type then. Types that are not
    /// named may not be used.
    Throughput(IndexMap<String, f64>),
}
