//! Releasing leases.

use super::{Domains, UNUSED};
use crate::fleet::lease::{Lease, Piece};
use smallvec::smallvec;

impl Domains {
    /// Gives a lease back.
    pub fn release(&mut self, lease: Lease) {
        let nodes = u64::from(lease.whole_domains) * u64::from(self.domain_nodes);
        self.whole_free += lease.whole_domains;
        self.free_nodes += nodes;
        self.free_gpus.add(nodes * u64::from(self.node_gpus));
        for piece in lease.pieces {
            self.release_piece(piece);
        }
    }

    /// Gives a lease back except for the node that failed (for a gang on a shared node: except for its GPUs there), which is returned with
    /// its GPUs. The node is one of a whole domain if the lease has one. A share of a GPU comes back whole: the other shares keep the GPU.
    pub fn release_all_but_a_node(&mut self, mut lease: Lease) -> (Lease, u64) {
        if lease.pieces.iter().any(|piece| piece.as_share().is_some()) {
            self.release(lease);
            return (Lease::default(), 0);
        }
        let node = u64::from(self.node_gpus);
        if lease.whole_domains > 0 {
            lease.whole_domains -= 1;
            self.whole_free += 1;
            self.free_nodes += u64::from(self.domain_nodes);
            self.free_gpus.add(u64::from(self.domain_nodes) * node);
            self.release(lease);
            if self.domain_nodes == 1 {
                let mut kept = Lease::default();
                self.take_domains(1, &mut kept);
                return (kept, node);
            }
            let id = self.open_domain();
            return (Lease { whole_domains: 0, pieces: smallvec![self.take_nodes(id, 1)] }, node);
        }
        let kept = lease.pieces.iter_mut().find(|piece| piece.nodes > 0).map(|piece| {
            piece.nodes -= 1;
            Piece { nodes: 1, gpus: 0, slot: 0, ..*piece }
        });
        if let Some(kept) = kept {
            lease.pieces.retain(|piece| piece.nodes > 0 || piece.gpus > 0);
            self.release(lease);
            return (Lease { whole_domains: 0, pieces: smallvec![kept] }, node);
        }
        let gpus = lease.pieces.iter().map(|piece| u64::from(piece.gpus)).sum();
        (lease, gpus)
    }

    fn release_piece(&mut self, piece: Piece) {
        if let Some((cut, milli)) = piece.as_share() {
            self.release_share((piece.domain, piece.slot), cut, milli);
            return;
        }
        if piece.gpus > 0 {
            self.count_gang(piece, false);
        }
        self.return_piece(piece);
    }

    /// Gives back a piece that is not counted as held by a gang.
    pub(super) fn return_piece(&mut self, piece: Piece) {
        self.unlist(piece.domain);
        let node_gpus = self.node_gpus;
        let domain = &mut self.partial[piece.domain as usize];
        let mut nodes = piece.nodes;
        if piece.gpus > 0 {
            let free = &mut domain.shared[piece.slot as usize];
            *free += piece.gpus;
            if *free == node_gpus {
                *free = UNUSED;
                nodes += 1;
            }
        }
        domain.free_nodes += nodes;
        let is_free = domain.free_nodes == self.domain_nodes;
        self.free_nodes += u64::from(nodes);
        self.free_gpus.add(u64::from(piece.nodes) * u64::from(node_gpus) + u64::from(piece.gpus));
        if is_free && !self.identified {
            self.whole_free += 1;
            self.partial[piece.domain as usize].shared.clear();
            self.unused.insert(piece.domain);
        } else {
            self.list(piece.domain);
        }
    }
}
