//! Partly used nodes one by one: which of their GPUs are shared, and by how much. Kept only for placements that look at nodes.
//!
//! A GPU with leased shares is *cut*: the domain's own counts have it leased whole, and the book knows how much of it is free.
//! It comes back to the domain when its last share does.

use super::{Domains, Fill, UNUSED};
use crate::fleet::lease::{Lease, Piece};
use crate::fleet::nodes::{GpuTypes, Node, WHOLE};
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet};

/// A partly used node: its domain and its place there.
pub type Place = (u32, u32);

/// What is known of partly used nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    details: BTreeMap<Place, Details>,
    /// Nodes that look alike.
    alike: BTreeMap<Node, BTreeSet<Place>>,
    /// How many cut GPUs have so much free [thousandths of a GPU].
    room: BTreeMap<u16, u32>,
    /// Free of cut GPUs [thousandths of a GPU].
    milli_free: u64,
}

/// The part of a node's state that its domain does not hold.
#[derive(Clone, Debug, Default)]
struct Details {
    /// Its cut GPUs: a number of the node's own, and what is free.
    cuts: SmallVec<[(u16, u16); 4]>,
    /// Gangs there by their GPUs on the node (shares: 0), ascending, and how many.
    kinds: SmallVec<[(u32, u32); 2]>,
}

impl Details {
    /// The node as placements see it: its GPUs from the fullest to the freest.
    fn node(&self, node_gpus: u32, whole_free: u32) -> Node {
        let held = node_gpus - whole_free - self.cuts.len() as u32;
        let mut gpus: SmallVec<[u16; 8]> = self.cuts.iter().map(|&(_, free)| free).collect();
        gpus.sort_unstable();
        gpus.insert_many(0, std::iter::repeat_n(0, held as usize));
        gpus.extend(std::iter::repeat_n(WHOLE as u16, whole_free as usize));
        Node { cpu_free: 0, memory_free: 0, gpu_type: GpuTypes::NONE, gpus, kinds: self.kinds.clone() }
    }

    fn count(&mut self, kind: u32, more: bool) {
        match self.kinds.binary_search_by_key(&kind, |&(kind, _)| kind) {
            Ok(place) if more => self.kinds[place].1 += 1,
            Ok(place) => {
                self.kinds[place].1 -= 1;
                if self.kinds[place].1 == 0 {
                    self.kinds.remove(place);
                }
            }
            Err(place) if more => self.kinds.insert(place, (kind, 1)),
            Err(_) => {}
        }
    }
}

impl Book {
    /// Lists the partly used nodes of a domain by how they look.
    pub fn list(&mut self, domain: u32, shared: &[u32], node_gpus: u32) {
        for (slot, &free) in (0..).zip(shared) {
            let place = (domain, slot);
            if free == UNUSED {
                self.details.remove(&place);
                continue;
            }
            let node = self.details.entry(place).or_default().node(node_gpus, free);
            self.alike.entry(node).or_default().insert(place);
        }
    }

    /// Takes them off the list, before they change.
    pub fn unlist(&mut self, domain: u32, shared: &[u32], node_gpus: u32) {
        for (slot, &free) in (0..).zip(shared) {
            let place = (domain, slot);
            let Some(details) = self.details.get(&place).filter(|_| free != UNUSED) else { continue };
            let node = details.node(node_gpus, free);
            if let Some(places) = self.alike.get_mut(&node) {
                places.remove(&place);
                if places.is_empty() {
                    self.alike.remove(&node);
                }
            }
        }
    }

    /// A gang of so many GPUs comes to a node, or leaves it. The node is off the list.
    pub fn count(&mut self, place: Place, kind: u32, more: bool) {
        self.details.entry(place).or_default().count(kind, more);
    }

    /// A cut GPU has so much free, and had another amount. One that is wholly free is not cut, or only just.
    fn turn(&mut self, had: u16, has: u16) {
        if u32::from(had) < WHOLE {
            self.milli_free -= u64::from(had);
            if let Some(count) = self.room.get_mut(&had) {
                *count -= 1;
                if *count == 0 {
                    self.room.remove(&had);
                }
            }
        }
        if u32::from(has) < WHOLE {
            self.milli_free += u64::from(has);
            *self.room.entry(has).or_default() += 1;
        }
    }
}

impl Domains {
    /// The same, but it keeps a book of partly used nodes, for placements that look at them and for shares of GPUs.
    #[must_use]
    pub fn with_book(node_gpus: u32, domain_gpus: u32) -> Self {
        Self { book: Some(Box::default()), ..Self::new(node_gpus, domain_gpus) }
    }

    /// What is free [thousandths of a GPU]: free GPUs, and what is left of cut ones. O(1).
    #[must_use]
    pub fn milli_free(&self) -> u64 {
        self.free_gpus() * u64::from(WHOLE) + self.book.as_ref().map_or(0, |book| book.milli_free)
    }

    /// The largest share of a GPU that fits now [thousandths of a GPU]: all of one where a GPU is free. O(log cut GPUs).
    #[must_use]
    pub fn largest_share(&self) -> u32 {
        let Some(book) = &self.book else { return 0 };
        if self.free_gpus() > 0 { WHOLE } else { book.room.last_key_value().map_or(0, |(&free, _)| u32::from(free)) }
    }

    /// How partly used nodes look, with the first of those that look so.
    pub fn partly_used(&self) -> impl Iterator<Item = (&Node, Place)> {
        let alike = self.book.iter().flat_map(|book| &book.alike);
        alike.filter_map(|(node, places)| Some((node, *places.first()?)))
    }

    /// How a wholly free node looks, if there is one.
    #[must_use]
    pub fn free_node(&self) -> Option<Node> {
        (self.free_nodes > 0).then(|| Details::default().node(self.node_gpus, self.node_gpus))
    }

    /// Leases a gang of less than a node's GPUs on a partly used node with room, or on a free one.
    pub fn take_at(&mut self, place: Option<Place>, gpus: u32) -> Option<Lease> {
        let Some((id, slot)) = place else {
            if self.free_nodes == 0 || gpus >= self.node_gpus {
                return self.take(gpus.into(), false, Fill::PartialFirst);
            }
            let id = self.fullest_with(1);
            let piece = self.open_shared(id, gpus);
            return Some(Lease { whole_domains: 0, pieces: smallvec::smallvec![piece] });
        };
        let piece = self.take_shared_at(id, slot as usize, gpus);
        Some(Lease { whole_domains: 0, pieces: smallvec::smallvec![piece] })
    }

    /// Leases a share of a GPU that has so much free, on a partly used node with such a GPU, or on a free node. None if there is none.
    pub fn take_share(&mut self, place: Option<Place>, free: u16, milli: u16) -> Option<Lease> {
        let (id, slot) = match place {
            Some(place) => place,
            None if self.free_nodes == 0 || self.book.is_none() => return None,
            None => {
                let id = self.fullest_with(1);
                (id, self.open_shared_uncounted(id, 1).slot)
            }
        };
        let cut = if u32::from(free) < WHOLE {
            let details = self.book.as_ref()?.details.get(&(id, slot))?;
            details.cuts.iter().filter(|(_, has)| *has == free).map(|(number, _)| *number).min()?
        } else {
            if place.is_some() {
                self.give_shared_at(id, slot as usize, 1);
            }
            self.cut((id, slot))
        };
        self.change_share((id, slot), cut, |free| *free -= milli, true);
        Some(Lease { whole_domains: 0, pieces: smallvec::smallvec![Piece::share(id, slot, cut, milli)] })
    }

    /// Notes that a GPU of a node, leased already, can be shared; returns its number among those.
    fn cut(&mut self, place: Place) -> u16 {
        self.unlist(place.0);
        let mut number = 0;
        if let Some(book) = self.book.as_mut() {
            let cuts = &mut book.details.entry(place).or_default().cuts;
            number = (0..u16::MAX).find(|number| cuts.iter().all(|(known, _)| known != number)).unwrap_or_default();
            cuts.push((number, WHOLE as u16));
        }
        self.list(place.0);
        number
    }

    /// Changes what is free of a cut GPU, as a share comes (`more`) or goes; returns whether it is wholly free then, and cut no longer.
    fn change_share(&mut self, place: Place, cut: u16, change: impl FnOnce(&mut u16), more: bool) -> bool {
        let mut is_whole = false;
        self.unlist(place.0);
        if let Some(book) = self.book.as_mut() {
            let details = book.details.entry(place).or_default();
            details.count(0, more);
            if let Some(at) = details.cuts.iter().position(|&(number, _)| number == cut) {
                let had = details.cuts[at].1;
                change(&mut details.cuts[at].1);
                let has = details.cuts[at].1;
                is_whole = u32::from(has) == WHOLE;
                if is_whole {
                    details.cuts.remove(at);
                }
                book.turn(had, has);
            }
        }
        self.list(place.0);
        is_whole
    }

    /// A share of a GPU comes back, and with the last of them the GPU.
    pub(super) fn release_share(&mut self, (id, slot): Place, cut: u16, milli: u16) {
        if self.change_share((id, slot), cut, |free| *free += milli, false) {
            self.return_piece(Piece { domain: id, nodes: 0, slot, gpus: 1 });
        }
    }
}
