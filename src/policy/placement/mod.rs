//! Which nodes.

use crate::fleet::{Domains, Fill, Lease};

/// Chooses nodes of a cluster for a gang.
pub trait Placement: Send {
    /// Leases the gang, or nothing where it does not fit.
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease>;

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
