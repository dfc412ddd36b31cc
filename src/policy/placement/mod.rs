//! Which nodes.

use crate::fleet::{Domains, Fill, Lease};

/// Chooses nodes of a cluster for a gang.
pub trait Placement: Send {
    /// Leases the gang, or nothing where it does not fit.
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease>;
}

/// The fullest node and domain that fit: partly used domains are filled up before a free one is opened.
#[derive(Clone, Copy, Debug)]
pub struct BestFit;

/// As few NVLink domains as possible: whole free ones, the remainder in the fullest domain that holds it.
#[derive(Clone, Copy, Debug)]
pub struct PackDomain;

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
