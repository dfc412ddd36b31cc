//! Dated power steps of sites, from Epoch AI's Frontier Data Centers (CC BY 4.0).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::fact;
use crate::model::confidence::Confidence;

/// The power of a site from a date on, all earlier steps included.
///
/// Only dates on which IT power changes are kept; a site without any has one row, at zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteStep {
    /// Name of the site.
    pub site: String,
    /// Key of the vendor under which its capacity is booked.
    pub vendor: String,
    /// First day with this power.
    pub date: Date,
    /// Observed by 2026-05-23 (satellite images, announcements), or projected by the source.
    pub observed: bool,
    /// IT power of the whole site [MW].
    pub it_mw: f64,
    /// Facility power of the whole site at peak [MW].
    pub facility_mw: f64,
    /// Attribution, to be shown with the figures.
    pub source: String,
    /// How far the row can be trusted to say what the source says; see `observed` for the future.
    pub confidence: Confidence,
}

fact!(SiteStep, "site", site, date);
