//! The built-in catalog: public figures about GPUs, vendors, contracts, prices, sites, grids, failures, delays,
//! inference and demand, each with its source and a [`Confidence`].
//!
//! The data are the CSV files beside this module, embedded in the binary and parsed once. Figures were collected to
//! mid-2026; a scenario may override any of them.

mod demand;
#[cfg(test)]
mod derivation_tests;
mod egress;
mod grid;
mod hardware;
mod inference;
mod prices;
mod reliability;
mod sites;
#[cfg(test)]
mod tests;
mod vendors;

use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use demand::{DemandAnchor, WorkloadFact};
pub use egress::EgressFact;
pub use grid::GridFact;
pub use hardware::{GpuType, H100_BF16_DENSE_TFLOPS};
pub use inference::{ReplicaType, ThroughputFact};
#[cfg(test)]
use prices::PRICE_ONLY_VENDORS;
pub use prices::PriceFact;
pub use reliability::{ReliabilityFact, SlipFact, SlipKind};
pub use sites::SiteStep;
pub use vendors::{ContractFact, ContractLayer, VendorFacts};

use crate::model::confidence::Confidence;

/// What every row of the catalog has: where it comes from and how far it can be trusted.
pub trait Fact {
    /// A short name for lists of sources and assumptions: a family and what identifies the row in it.
    fn label(&self) -> String;
    /// Where the figures come from: an address, or what they derive from.
    fn source(&self) -> &str;
    /// How far the figures can be trusted.
    fn confidence(&self) -> Confidence;
}

/// Implements [`Fact`] for a row: its family, then the fields that identify it.
macro_rules! fact {
    ($row:ty, $family:literal, $($field:ident),+) => {
        impl $crate::model::catalog::Fact for $row {
            fn label(&self) -> String {
                let identity = [$(self.$field.to_string()),+];
                format!("{}: {}", $family, identity.join(" / "))
            }
            fn source(&self) -> &str {
                &self.source
            }
            fn confidence(&self) -> $crate::model::confidence::Confidence {
                self.confidence
            }
        }
    };
}
use fact;

/// All built-in figures. Rows keep the order of their files.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Catalog {
    /// GPU types.
    pub gpu_types: Vec<GpuType>,
    /// Vendors.
    pub vendors: Vec<VendorFacts>,
    /// Announced contracts, sites and programmes, in three layers that must never be added.
    pub contracts: Vec<ContractFact>,
    /// List and spot prices.
    pub prices: Vec<PriceFact>,
    /// Prices of data that leave a vendor.
    pub egress: Vec<EgressFact>,
    /// Dated power steps of sites.
    pub site_steps: Vec<SiteStep>,
    /// Carbon and electricity price of regions.
    pub grids: Vec<GridFact>,
    /// Failures, checkpoints, restarts, outages, spot.
    pub reliability: Vec<ReliabilityFact>,
    /// The law of delays, and the cases behind it.
    pub slips: Vec<SlipFact>,
    /// Inference replica types.
    pub replica_types: Vec<ReplicaType>,
    /// Published inference throughputs.
    pub throughputs: Vec<ThroughputFact>,
    /// Laws and presets of workloads.
    pub workloads: Vec<WorkloadFact>,
    /// Dated levels of demand, capacity and money.
    pub demand: Vec<DemandAnchor>,
}

static BUILTIN: LazyLock<Catalog> = LazyLock::new(|| {
    // The data are part of the binary and a test parses every row: a failure here is a defect of this crate.
    Catalog::parse().expect("the embedded catalog parses")
});

impl Catalog {
    /// The catalog of this binary, parsed at the first call.
    #[must_use]
    pub fn builtin() -> &'static Catalog {
        &BUILTIN
    }

    /// Parses the embedded files.
    fn parse() -> Result<Catalog, csv::Error> {
        Ok(Catalog {
            gpu_types: rows(include_str!("gpu_types.csv"))?,
            vendors: rows(include_str!("vendors.csv"))?,
            contracts: rows(include_str!("contracts.csv"))?,
            prices: rows(include_str!("prices.csv"))?,
            egress: rows(include_str!("egress.csv"))?,
            site_steps: rows(include_str!("site_steps.csv"))?,
            grids: rows(include_str!("grid.csv"))?,
            reliability: rows(include_str!("reliability.csv"))?,
            slips: rows(include_str!("slips.csv"))?,
            replica_types: rows(include_str!("replica_types.csv"))?,
            throughputs: rows(include_str!("throughputs.csv"))?,
            workloads: rows(include_str!("workloads.csv"))?,
            demand: rows(include_str!("demand.csv"))?,
        })
    }

    /// The GPU type of this name.
    #[must_use]
    pub fn gpu_type(&self, name: &str) -> Option<&GpuType> {
        self.gpu_types.iter().find(|row| row.name == name)
    }

    /// The vendor of this key (`aws`, `azure`, ...).
    #[must_use]
    pub fn vendor(&self, key: &str) -> Option<&VendorFacts> {
        self.vendors.iter().find(|row| row.key == key)
    }

    /// The contract, site or programme of this identifier (`aws-38b`, ...).
    #[must_use]
    pub fn contract(&self, id: &str) -> Option<&ContractFact> {
        self.contracts.iter().find(|row| row.id == id)
    }

    /// The grid of this region (`us-tx`, ..., `world`).
    #[must_use]
    pub fn grid(&self, region: &str) -> Option<&GridFact> {
        self.grids.iter().find(|row| row.region == region)
    }

    /// The reliability figure of this name.
    #[must_use]
    pub fn reliability(&self, name: &str) -> Option<&ReliabilityFact> {
        self.reliability.iter().find(|row| row.name == name)
    }

    /// The slip figure of this name (`slip-ln-days-mu`, ...).
    #[must_use]
    pub fn slip(&self, name: &str) -> Option<&SlipFact> {
        self.slips.iter().find(|row| row.name == name)
    }

    /// The replica type of this name.
    #[must_use]
    pub fn replica_type(&self, name: &str) -> Option<&ReplicaType> {
        self.replica_types.iter().find(|row| row.name == name)
    }

    /// The workload law or preset of this name.
    #[must_use]
    pub fn workload(&self, name: &str) -> Option<&WorkloadFact> {
        self.workloads.iter().find(|row| row.name == name)
    }

    /// The prices of a GPU type at a vendor, in file order.
    pub fn prices_of<'a>(&'a self, vendor: &'a str, gpu_type: &'a str) -> impl Iterator<Item = &'a PriceFact> {
        self.prices.iter().filter(move |row| row.vendor == vendor && row.gpu_type == gpu_type)
    }

    /// What a vendor bills for data that leave it.
    #[must_use]
    pub fn egress_of(&self, vendor: &str) -> Option<&EgressFact> {
        self.egress.iter().find(|row| row.vendor == vendor)
    }

    /// Every row as a [`Fact`], family by family.
    #[must_use]
    pub fn facts(&self) -> Vec<&dyn Fact> {
        fn push<'a, Row: Fact>(facts: &mut Vec<&'a dyn Fact>, rows: &'a [Row]) {
            facts.extend(rows.iter().map(|row| row as &dyn Fact));
        }
        let mut facts = Vec::new();
        push(&mut facts, &self.gpu_types);
        push(&mut facts, &self.vendors);
        push(&mut facts, &self.contracts);
        push(&mut facts, &self.prices);
        push(&mut facts, &self.egress);
        push(&mut facts, &self.site_steps);
        push(&mut facts, &self.grids);
        push(&mut facts, &self.reliability);
        push(&mut facts, &self.slips);
        push(&mut facts, &self.replica_types);
        push(&mut facts, &self.throughputs);
        push(&mut facts, &self.workloads);
        push(&mut facts, &self.demand);
        facts
    }
}

/// Parses one embedded file, whose header names the fields.
fn rows<Row: DeserializeOwned>(text: &str) -> Result<Vec<Row>, csv::Error> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect()
}
