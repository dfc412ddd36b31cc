//! Which GPUs are leased: counts of identical free domains, with identity only for the partly filled ones.

mod blocks;
mod buckets;
mod domains;
mod lease;
pub mod nodes;
mod state;

pub use blocks::ReplicaBlocks;
pub use domains::{Domains, Fill, Place};
pub use lease::Lease;
pub use state::{ClusterState, Running, Victim};
