//! Leases: the GPUs that a gang holds.

use smallvec::SmallVec;

/// GPUs of one cluster held together. Whole domains are a number; the rest are pieces of particular domains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    /// NVLink domains held whole.
    pub(super) whole_domains: u32,
    /// Parts of domains.
    pub(super) pieces: SmallVec<[Piece; 2]>,
}

/// A part of a domain: whole nodes, and perhaps GPUs of one shared node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub domain: u32,
    /// Nodes held whole.
    pub nodes: u32,
    /// The shared node's place in the domain and the GPUs held there; none where that is 0.
    pub slot: u32,
    pub gpus: u32,
}

/// What `Piece::nodes` says of a share of a GPU.
const SHARE: u32 = u32::MAX;

impl Piece {
    /// A share of one GPU of a shared node: the GPU's number among the node's cut ones, and thousandths of it.
    pub const fn share(domain: u32, slot: u32, cut: u16, milli: u16) -> Self {
        Self { domain, nodes: SHARE, slot, gpus: (cut as u32) << 16 | milli as u32 }
    }

    /// The number of the cut GPU and thousandths of it, where the piece is a share of one.
    pub const fn as_share(&self) -> Option<(u16, u16)> {
        if self.nodes == SHARE { Some(((self.gpus >> 16) as u16, self.gpus as u16)) } else { None }
    }
}

impl Lease {
    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.whole_domains == 0 && self.pieces.is_empty()
    }

    /// GPUs held, where nodes and domains have so many. O(pieces).
    pub(super) fn gpus(&self, node_gpus: u32, domain_gpus: u32) -> u64 {
        let piece = |piece: &Piece| u64::from(piece.nodes) * u64::from(node_gpus) + u64::from(piece.gpus);
        u64::from(self.whole_domains) * u64::from(domain_gpus) + self.pieces.iter().map(piece).sum::<u64>()
    }

    /// In how many domains GPUs are held.
    #[must_use]
    pub fn domains(&self) -> usize {
        self.whole_domains as usize + self.pieces.len()
    }
}
