//! Laws and presets of workloads, and dated levels of demand.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::fact;
use crate::model::confidence::Confidence;

/// A law measured on a trace, a service objective, or the rates of a preset; for reading, not for computing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadFact {
    /// Name, such as `seren-duration` or `preset-large-research`.
    pub name: String,
    /// What the value describes.
    pub what: String,
    /// The value, as text: a law, a list or a range.
    pub value: String,
    /// Unit; empty where the value names its own.
    pub unit: String,
    /// Where it comes from.
    pub source: String,
    /// The worst confidence among its figures.
    pub confidence: Confidence,
}

fact!(WorkloadFact, "workload", name);

/// A dated level that a demand path must pass near.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemandAnchor {
    /// Name of the series, such as `openai-capacity`.
    pub name: String,
    /// The date, or the last day of the period that `context` names.
    pub date: Date,
    /// The level, in `unit`.
    pub value: f64,
    /// Unit of the level.
    pub unit: String,
    /// Period or scope of the level; may be empty.
    pub context: String,
    /// Where it comes from.
    pub source: String,
    /// How far it can be trusted.
    pub confidence: Confidence,
}

fact!(DemandAnchor, "demand", name, date);
