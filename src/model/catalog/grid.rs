//! Carbon and electricity price of regions.

use serde::{Deserialize, Serialize};

use super::fact;
use crate::model::confidence::Confidence;

/// The electricity of a region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridFact {
    /// Key: `us-` and the state's letters, a country, or `world`.
    pub region: String,
    /// Name shown in reports.
    pub name: String,
    /// Carbon intensity of the grid, not of gas burnt on site [g CO2/kWh].
    pub carbon_g_per_kwh: f64,
    /// Industrial price, where known [USD/kWh].
    pub electricity_usd_per_kwh: Option<f64>,
    /// Where the figures come from.
    pub source: String,
    /// The worst confidence among the figures of the row.
    pub confidence: Confidence,
}

fact!(GridFact, "grid", region);
