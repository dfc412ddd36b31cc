//! Failures, checkpoints, restarts, outages and spot; and how late capacity comes.

use serde::{Deserialize, Serialize};

use super::fact;
use crate::model::confidence::Confidence;

/// A figure about failures or about recovering from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReliabilityFact {
    /// Name, such as `node-failures-per-gpu-day`.
    pub name: String,
    /// The figure, in `unit`.
    pub value: f64,
    /// Unit of the figure.
    pub unit: String,
    /// What was measured, where and when; or what the figure stands for.
    pub context: String,
    /// Where the figure comes from.
    pub source: String,
    /// How far it can be trusted.
    pub confidence: Confidence,
}

fact!(ReliabilityFact, "reliability", name);

/// Whether a slip figure is a parameter or one of the cases behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlipKind {
    /// A parameter of a law, or a statistic that helps to choose one.
    Law,
    /// One case: days late against the announced date.
    Case,
}

/// A figure about how late capacity comes, or that it never does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlipFact {
    /// Name, such as `slip-ln-days-mu`.
    pub name: String,
    /// Parameter or case.
    pub kind: SlipKind,
    /// The figure, in `unit`.
    pub value: f64,
    /// Unit of the figure.
    pub unit: String,
    /// What it stands for; for a case, the announced and the real date.
    pub context: String,
    /// Where the figure comes from.
    pub source: String,
    /// How far it can be trusted.
    pub confidence: Confidence,
}

fact!(SlipFact, "slip", name);
