//! Vendors, and what is publicly known of their contracts.

use serde::{Deserialize, Serialize};

use super::fact;
use crate::model::confidence::Confidence;

/// A vendor: a company that is paid for capacity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VendorFacts {
    /// Key used in scenarios, such as `aws`.
    pub key: String,
    /// Name shown in reports.
    pub name: String,
    /// Facility energy over IT energy, the mean of a year: for energy and carbon [1].
    pub pue_annual: f64,
    /// Facility power over IT power at peak, by design: for grid power [1].
    pub pue_peak: f64,
    /// Where the figures come from.
    pub source: String,
    /// The worst confidence among the figures of the row.
    pub confidence: Confidence,
    /// What to know before using it.
    pub note: String,
}

fact!(VendorFacts, "vendor", key);

/// Which layer of the supply chain a contract belongs to.
///
/// The layers describe the same capacity three times: figures of different layers must never be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContractLayer {
    /// Capacity bought from a cloud or a site: the layer that is simulated.
    Cloud,
    /// Chips promised by a supplier, which stand in the sites of the cloud layer.
    Chip,
    /// A programme that groups contracts of the cloud layer.
    Umbrella,
}

/// A contract, a site or a programme, as announced and as reported later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractFact {
    /// Identifier, such as `aws-38b`; scenarios use the same for their contracts.
    pub id: String,
    /// Vendor key in the cloud layer; name of the supplier or programme in the others.
    pub vendor: String,
    /// Layer: never add across layers.
    pub layer: ContractLayer,
    /// Identifier of the contract that pays for this site: its value and GW are inside that contract's.
    pub part_of: Option<String>,
    /// When it was announced: a date, a month, or several.
    pub announced: String,
    /// Total value, where published [billion USD].
    pub value_usd_b: Option<f64>,
    /// Term, where published [years].
    pub term_years: Option<f64>,
    /// First use, as precise as the source.
    pub start: String,
    /// When all capacity is active, as precise as the source.
    pub full_activation: String,
    /// Power [GW]: a contract's as announced (basis unstated, it looks like IT), a site's at facility peak.
    pub gw: Option<f64>,
    /// Whether it binds: `yes`, `no`, `cancelled`, ...; empty where unknown.
    pub binding: String,
    /// Clauses that matter.
    pub clauses: String,
    /// Where the figures come from.
    pub source: String,
    /// The worst confidence among the figures of the row.
    pub confidence: Confidence,
    /// Conflicts between sources and what to know.
    pub note: String,
}

fact!(ContractFact, "contract", id);
