//! Links between vendors, and data that move over them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[links]`: what holds for all links between vendors.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinksSpec {
    /// Bandwidth of one transfer between two vendors, or two regions of one [Gbit/s]; transfers do not share it. Default: 100.
    pub default_gbps: Option<f64>,
}

/// `[[link]]`: from one vendor to another, in this direction; or between the regions of one.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkSpec {
    /// Key of the vendor that data leave.
    pub from: String,
    /// Key of the vendor they go to.
    pub to: String,
    /// Bandwidth of one transfer [Gbit/s]; transfers do not share it. Default: that of `[links]`.
    pub gbps: Option<f64>,
    /// What the vendor that data leave bills [USD per GB]. Default: the vendor's; nothing between the regions of one.
    pub egress_usd_per_gb: Option<f64>,
}

/// Data that every job of a workload reads: where it starts elsewhere, they are transferred first, while it holds its GPUs. Give `vendor`,
/// `region` or both.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataSpec {
    /// Key of the vendor they lie with; in all its regions where no `region` is given.
    pub vendor: Option<String>,
    /// The region they lie in; with every vendor that has a cluster there where no `vendor` is given.
    pub region: Option<String>,
    /// How much a job reads [GB of 10^9 bytes].
    pub size_gb: f64,
}
