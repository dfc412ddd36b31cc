//! Leasing again exactly what was leased before.

use super::{Domain, Domains, UNUSED};
use crate::fleet::lease::{Lease, Piece};

impl Domains {
    /// Leases exactly what was leased before, where it is still free; otherwise nothing.
    pub fn retake(&mut self, lease: &Lease) -> bool {
        if lease.whole_domains > self.whole_free {
            return false;
        }
        let mut taken = Lease::default();
        self.take_domains(lease.whole_domains, &mut taken);
        for &piece in &lease.pieces {
            if !self.retake_piece(piece) {
                self.release(taken);
                return false;
            }
            taken.pieces.push(piece);
        }
        true
    }

    fn retake_piece(&mut self, piece: Piece) -> bool {
        if piece.as_share().is_some() {
            return false;
        }
        let id = piece.domain;
        if self.unused.first_from(id) == Some(id) {
            // It became free as a whole, and has no identity any more: any free one will do.
            if self.whole_free == 0 {
                return false;
            }
            self.unused.remove(id);
            self.whole_free -= 1;
            self.partial[id as usize] = Domain { installed: self.domain_nodes, free_nodes: self.domain_nodes, shared: Vec::new() };
            self.list(id);
        }
        let slot = piece.slot as usize;
        let domain = &self.partial[id as usize];
        let on_slot = domain.shared.get(slot).copied().unwrap_or(UNUSED);
        let opened = u32::from(piece.gpus > 0 && on_slot == UNUSED);
        if piece.nodes + opened > domain.free_nodes || (piece.gpus > 0 && opened == 0 && on_slot < piece.gpus) {
            return false;
        }
        self.unlist(id);
        let node_gpus = self.node_gpus;
        let domain = &mut self.partial[id as usize];
        domain.free_nodes -= piece.nodes + opened;
        if piece.gpus > 0 {
            if domain.shared.len() <= slot {
                domain.shared.resize(slot + 1, UNUSED);
            }
            domain.shared[slot] = if opened > 0 { node_gpus } else { on_slot } - piece.gpus;
        }
        self.list(id);
        if piece.gpus > 0 {
            self.count_gang(piece, true);
        }
        self.free_nodes -= u64::from(piece.nodes + opened);
        self.free_gpus.subtract(u64::from(piece.nodes) * u64::from(node_gpus) + u64::from(piece.gpus));
        true
    }
}
