//! Prices of GPU-hours.

use serde::{Deserialize, Serialize};

use super::fact;
use crate::model::confidence::Confidence;

/// Vendors that appear only as price references: they have prices, and no row among the vendors.
#[cfg(test)]
pub(super) const PRICE_ONLY_VENDORS: [&str; 2] = ["lambda", "nebius"];

/// List and spot price of a GPU type at a vendor.
///
/// List prices: contracts of the size simulated here pay far less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceFact {
    /// Vendor key, or the name of a vendor that appears only as a price reference.
    pub vendor: String,
    /// The vendor's own name of the region; `all` where prices are the same.
    pub region: String,
    /// Name of the GPU type.
    pub gpu_type: String,
    /// The vendor's name of the instance.
    pub product: String,
    /// On-demand price, the instance's divided by its GPUs [USD per GPU-hour].
    pub on_demand_usd_per_gpu_hour: f64,
    /// Spot price, where there is a spot market [USD per GPU-hour].
    pub spot_usd_per_gpu_hour: Option<f64>,
    /// Where the price comes from.
    pub source: String,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// What to know before using it.
    pub note: String,
}

fact!(PriceFact, "price", vendor, region, gpu_type, product);
