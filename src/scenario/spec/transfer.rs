//! Links between vendors, and data that move over them.

use super::defaults::defaults;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[links]`: what holds for all links between vendors.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = LinksSpec::tell_defaults)]
pub struct LinksSpec {
    /// Bandwidth of one transfer between two vendors, or two regions of one [Gbit/s]; transfers do
    /// not share it.
    pub default_gbps: Option<f64>,
}

defaults! {
    LinksSpec {
        default_gbps: f64 = 100.0;
    }
}

/// `[[link]]`: from one vendor to another, in this direction; or between the regions of one.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = LinkSpec::tell_defaults)]
pub struct LinkSpec {
    /// Key of the vendor that data leave.
    pub from: String,
    /// Key of the vendor they go to.
    pub to: String,
    /// Bandwidth of one transfer [Gbit/s]; transfers do not share it.
    pub gbps: Option<f64>,
    /// What the vendor that data leave bills [USD per GB].
    pub egress_usd_per_gb: Option<f64>,
}

defaults! {
    LinkSpec {
        gbps => "that of `[links]`";
        egress_usd_per_gb => "the vendor's, or 0 between regions of one vendor";
    }
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
