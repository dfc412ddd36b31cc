//! Prices of data that leave a vendor.

use serde::{Deserialize, Serialize};

use super::fact;
use crate::model::confidence::Confidence;

/// What a vendor bills for data that leave it, at the volume of large buyers. List prices; those of large contracts are lower.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressFact {
    /// Vendor key.
    pub vendor: String,
    /// Price [USD per GB].
    pub usd_per_gb: f64,
    /// Where the price comes from.
    pub source: String,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// What to know before using it.
    pub note: String,
}

fact!(EgressFact, "egress", vendor);
