//! Nodes that several gangs share.

use super::{Domains, UNUSED};
use crate::fleet::lease::Piece;

impl Domains {
    /// Takes GPUs of the shared node with the least room that suffices.
    pub(super) fn take_shared(&mut self, id: u32, gpus: u32) -> Piece {
        let slot = self.partial[id as usize].shared_with(gpus).unwrap_or(0);
        self.take_shared_at(id, slot, gpus)
    }

    /// Takes GPUs of a shared node.
    pub(super) fn take_shared_at(&mut self, id: u32, slot: usize, gpus: u32) -> Piece {
        let piece = self.give_shared_at(id, slot, gpus);
        self.count_gang(piece, true);
        piece
    }

    /// The same, but the GPUs are not counted as held by a gang.
    pub(super) fn give_shared_at(&mut self, id: u32, slot: usize, gpus: u32) -> Piece {
        self.unlist(id);
        self.partial[id as usize].shared[slot] -= gpus;
        self.list(id);
        self.free_gpus.subtract(u64::from(gpus));
        Piece { domain: id, nodes: 0, slot: slot as u32, gpus }
    }

    /// Notes in the book that a gang came to a shared node, or is leaving it.
    pub(super) fn count_gang(&mut self, piece: Piece, more: bool) {
        if self.book.is_some() {
            self.unlist(piece.domain);
            if let Some(book) = &mut self.book {
                book.count((piece.domain, piece.slot), piece.gpus, more);
            }
            self.list(piece.domain);
        }
    }

    /// Turns a free node into a shared one and takes GPUs of it.
    pub(super) fn open_shared(&mut self, id: u32, gpus: u32) -> Piece {
        let piece = self.open_shared_uncounted(id, gpus);
        self.count_gang(piece, true);
        piece
    }

    /// The same, but the GPUs are not counted as held by a gang.
    pub(super) fn open_shared_uncounted(&mut self, id: u32, gpus: u32) -> Piece {
        self.unlist(id);
        let node_gpus = self.node_gpus;
        let domain = &mut self.partial[id as usize];
        domain.free_nodes -= 1;
        let slot = domain.shared.iter().position(|&free| free == UNUSED).unwrap_or_else(|| {
            domain.shared.push(UNUSED);
            domain.shared.len() - 1
        });
        domain.shared[slot] = node_gpus - gpus;
        self.list(id);
        self.free_nodes -= 1;
        self.free_gpus.subtract(u64::from(gpus));
        Piece { domain: id, nodes: 0, slot: slot as u32, gpus }
    }
}
