//! Jobs that can run on more or fewer GPUs than they ask for.

use super::text::DurationText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Sizes that a job can have.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ElasticSpec {
    /// The smallest size [GPUs].
    pub min: u64,
    /// The largest size [GPUs].
    pub max: u64,
    /// Which sizes there are between the two. Default: `any`.
    pub sizes: Option<SizesSpec>,
    /// How much faster a job is on more GPUs. Default: `linear`.
    pub scaling: Option<ScalingSpec>,
    /// How long a job holds its GPUs without computing when its size changes. It saves its state first, so that no work is lost. Default: 30 s.
    pub resize: Option<DurationText>,
}

/// Sizes between the smallest and the largest.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SizesSpec {
    /// Every number of GPUs.
    Any,
    /// 1, 2, 4, 8 and so on.
    PowersOfTwo,
    /// Multiples of so many GPUs.
    MultiplesOf(u64),
}

/// How much faster a job is on more GPUs: on g of them, where it asks for g0, S(g) / S(g0) times as fast.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScalingSpec {
    /// S(g) = g.
    Linear,
    /// S(g) = g^a, with a above 0 and up to 1.
    Power(f64),
    /// Amdahl's law: a part of the work is never faster.
    Amdahl(AmdahlSpec),
    /// Training whose batch size follows its GPUs (Pollux).
    Goodput(GoodputSpec),
}

/// S(g) = 1 / (s + (1 - s) / g).
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmdahlSpec {
    /// Share s of the time on one GPU that more of them do not shorten, from 0 to below 1.
    pub serial: f64,
}

/// S(g) = samples a second times what a sample teaches, at the batch size m between `m0` and `m_max` that makes it largest. An iteration takes
/// (`T_grad`^gamma + `T_sync`^gamma)^(1/gamma), where `T_grad` = `alpha_grad_s` + `beta_grad_s` m / g, and `T_sync` is 0 on one GPU, `alpha_local_s` +
/// `beta_local_s` (g - 2) on one node, `alpha_node_s` + `beta_node_s` (g - 2) on several. A sample teaches (phi + m0) / (phi + m) of what one
/// of a batch of m0 does.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoodputSpec {
    /// Time of an iteration that does not hang on the batch [s].
    pub alpha_grad_s: f64,
    /// Time for each sample of a GPU [s].
    pub beta_grad_s: f64,
    /// Time to synchronise two GPUs of a node [s].
    pub alpha_local_s: f64,
    /// The same for each further GPU [s].
    pub beta_local_s: f64,
    /// Time to synchronise two GPUs of several nodes [s].
    pub alpha_node_s: f64,
    /// The same for each further GPU [s].
    pub beta_node_s: f64,
    /// How far computing and synchronising overlap, from 1 (not at all) to 10.
    pub gamma: f64,
    /// Gradient noise scale [samples]; the same all through the training.
    pub phi: f64,
    /// The batch that the user chose, and the least [samples].
    pub m0: f64,
    /// The largest batch [samples].
    pub m_max: f64,
    /// The most samples of a batch that a GPU holds. Default: no limit.
    pub most_per_gpu: Option<f64>,
}
