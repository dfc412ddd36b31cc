//! Which nodes.

mod clustering;
mod dot_product;
mod drawn;
mod fgd;
mod first_fit;
mod fit;
mod packing;
mod score;
mod scored;

pub use clustering::Clustering;
pub use dot_product::DotProduct;
pub use drawn::Drawn;
pub use fgd::{GradientDescent, Target};
pub use first_fit::FirstFit;
pub use fit::{LooseFit, TightFit};
pub use packing::Packing;
pub use score::{Largest, Placer, Score};
pub use scored::ByScore;

use crate::fleet::nodes::Nodes;
use crate::fleet::{Domains, Fill, Lease};
use std::sync::Arc;

/// Placements by the scores of nodes, and what each does: for tasks that may ask for shares of GPUs.
pub const SCORES: [(&str, &str); 8] = [
    ("first_fit", "the first node that fits"),
    ("best_fit", "the node and GPU that are left with the least room"),
    ("worst_fit", "the node and GPU that are left with the most room"),
    ("dot_product", "the node whose free CPU and GPUs point away from the task's (Tetris)"),
    ("clustering", "where tasks with as many GPUs are (Gandiva)"),
    ("packing", "shared GPUs first, then free ones of used nodes, then free nodes"),
    ("fgd", "where what expected tasks cannot use grows the least (fragmentation gradient descent)"),
    ("random", "any node and GPU that fit"),
];

/// The placement of that name, for a list of nodes of which nothing is held and the tasks that are expected there.
#[must_use]
pub fn score(name: &str, nodes: &Nodes, target: &Target) -> Option<Arc<dyn Score>> {
    score_of(name, Largest::of(nodes), target)
}

/// The placement of that name, for nodes of which the largest is known and the tasks that are expected there.
#[must_use]
pub fn score_of(name: &str, largest: Largest, target: &Target) -> Option<Arc<dyn Score>> {
    Some(match name {
        "first_fit" => Arc::new(FirstFit),
        "best_fit" => Arc::new(TightFit(largest)),
        "worst_fit" => Arc::new(LooseFit(largest)),
        "dot_product" => Arc::new(DotProduct(largest)),
        "clustering" => Arc::new(Clustering(largest)),
        "packing" => Arc::new(Packing),
        "fgd" => Arc::new(GradientDescent(target.clone())),
        "random" => Arc::new(Drawn),
        _ => return None,
    })
}

/// Chooses nodes of a cluster for a gang.
pub trait Placement: Send {
    /// Leases the gang, or nothing where it does not fit.
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease>;

    /// Leases a share of one GPU [thousandths of a GPU], or nothing where it does not fit or the placement shares no GPUs.
    fn place_share(&self, _domains: &mut Domains, _milli: u32) -> Option<Lease> {
        None
    }

    /// Whether it looks at nodes one by one, and shares GPUs: the engine then keeps a book of partly used nodes, which is slower.
    fn looks_at_nodes(&self) -> bool {
        false
    }

    /// Whether it chooses by the identity of nodes: the engine then gives every domain one, which is slower.
    fn needs_identity(&self) -> bool {
        false
    }
}

/// The fullest node and domain that fit: partly used domains are filled up before a free one is opened.
#[derive(Clone, Copy, Debug)]
pub struct BestFit;

/// As few NVLink domains as possible: whole free ones, the remainder in the fullest domain that holds it.
#[derive(Clone, Copy, Debug)]
pub struct PackDomain;

/// As the simulator of Helios places gangs: small ones on the node with the fewest free GPUs that fits, larger ones on whole free nodes, the
/// rest on the emptiest of the others; of equals the first node. A gang that must stay inside one domain is placed as by best fit.
#[derive(Clone, Copy, Debug)]
pub struct Consolidate;

impl Placement for Consolidate {
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease> {
        if within_domain { domains.take(gpus, true, Fill::PartialFirst) } else { domains.take_consolidated(gpus) }
    }

    fn needs_identity(&self) -> bool {
        true
    }
}

impl Placement for BestFit {
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease> {
        domains.take(gpus, within_domain, Fill::PartialFirst)
    }
}

impl Placement for PackDomain {
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease> {
        domains.take(gpus, within_domain, Fill::WholeFirst)
    }
}
