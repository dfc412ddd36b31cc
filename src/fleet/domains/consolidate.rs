//! Leasing node by node as the simulator of Helios does.

use super::{Domains, UNUSED};
use crate::fleet::lease::{Lease, Piece};

impl Domains {
    /// Leases a gang on as few nodes as possible, or nothing where it does not fit. Up to a node's GPUs: the node with the fewest free GPUs
    /// that fits. More: whole free nodes, and the rest on the next node in order of descending free GPUs. The lowest identity decides ties, so
    /// the domains must be [`Domains::identified`].
    ///
    /// Source: Q. Hu et al., "Characterization and prediction of deep learning workloads in large-scale GPU datacenters", SC 2021 (Helios), and
    /// its simulator.
    pub fn take_consolidated(&mut self, gpus: u64) -> Option<Lease> {
        if gpus > self.free_gpus() || !self.nodes_suffice(gpus) {
            return None;
        }
        let node = u64::from(self.node_gpus);
        let (nodes, rest) = (gpus / node, (gpus % node) as u32);
        let mut lease = Lease::default();
        for _ in 0..nodes {
            let id = self.first_with_a_free_node()?;
            lease.pieces.push(self.take_nodes(id, 1));
        }
        if rest > 0 {
            let fullest = if nodes == 0 { self.shared_for(rest) } else { None };
            let piece = if let Some(id) = fullest {
                self.take_shared(id, rest)
            } else if let Some(id) = self.first_with_a_free_node() {
                self.open_shared(id, rest)
            } else {
                let id = self.by_shared_free.first_of_last()?;
                self.take_emptiest_shared(id, rest)
            };
            lease.pieces.push(piece);
        }
        Some(lease)
    }

    fn first_with_a_free_node(&self) -> Option<u32> {
        self.by_free_nodes.sets[1..].iter().filter_map(crate::kernel::id_set::IdSet::first).min()
    }

    /// Takes GPUs of the shared node with the most room.
    fn take_emptiest_shared(&mut self, id: u32, gpus: u32) -> Piece {
        let shared = &self.partial[id as usize].shared;
        let places = shared.iter().enumerate().filter(|&(_, &free)| free != UNUSED && free >= gpus);
        let slot = places.max_by_key(|&(slot, &free)| (free, std::cmp::Reverse(slot))).map_or(0, |(slot, _)| slot);
        self.take_shared_at(id, slot, gpus)
    }
}
