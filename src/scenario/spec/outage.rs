//! Outages.

use super::defaults::defaults;
use super::law::OrLaw;
use super::text::{DurationText, MomentText};
use crate::model::confidence::Confidence;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[outage.KEY]`: clusters that are not there for a while, all at once. Give `start` for one outage, or `per_year` for outages at random;
/// and `vendor`, `region` and `clusters` to say where: clusters that match all that is given.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = OutageSpec::tell_defaults)]
pub struct OutageSpec {
    /// A vendor's key.
    pub vendor: Option<String>,
    /// A region, as clusters name it.
    pub region: Option<String>,
    /// Keys of clusters.
    pub clusters: Option<Vec<String>>,
    /// What is lost.
    pub kind: Option<OutageKindSpec>,
    /// When it begins: a day or a time of day in UTC, within the scenario.
    pub start: Option<MomentText>,
    /// How long it lasts; a law only with `per_year`.
    pub duration: OrLaw<DurationText>,
    /// Outages a year of time without one, at random.
    pub per_year: Option<f64>,
    /// Whether it is maintenance that was agreed: contracts credit nothing for it. Only of the data plane.
    pub maintenance: Option<bool>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

defaults! {
    OutageSpec {
        vendor => "any";
        region => "any";
        clusters => "all";
        kind: OutageKindSpec = OutageKindSpec::DataPlane;
        maintenance: bool = false;
    }
}

/// What an outage takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutageKindSpec {
    /// The GPUs: what runs on them fails and loses the work since its last checkpoint, and nothing starts there.
    DataPlane,
    /// The control: what runs goes on, but nothing starts, is stopped for others, or scales.
    ControlPlane,
    /// The way in: services there are not reached; jobs go on.
    Ingress,
}
