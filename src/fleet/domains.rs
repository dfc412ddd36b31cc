//! The GPUs of a cluster: nodes of equal size in NVLink domains of equal size.

use self::book::Book;
use super::buckets::Buckets;
use super::lease::{Lease, Piece};
use crate::kernel::id_set::IdSet;

/// Free and leased GPUs of one cluster.
///
/// Domains that are wholly free are a number. A domain that is partly leased, or not yet complete because a tranche ends in it, has an
/// identity and a place in the lists by free nodes. Every choice takes the least identity among equals.
#[derive(Clone, Debug)]
pub struct Domains {
    node_gpus: u32,
    domain_nodes: u32,
    /// Domains that are wholly free: a number, without identity.
    whole_free: u32,
    partial: Vec<Domain>,
    /// Identities not in use.
    unused: IdSet,
    /// Partly used domains by their number of free nodes.
    by_free_nodes: Buckets,
    /// Domains that have a shared node with so many GPUs free.
    by_shared_free: Buckets,
    /// The domain that tranches have not completed yet.
    edge: Option<u32>,
    free_nodes: u64,
    free_gpus: Tally,
    installed_nodes: u64,
    /// Whether every domain has an identity, the free ones too.
    identified: bool,
    /// Partly used nodes one by one, for placements that look at them.
    book: Option<Box<Book>>,
}

#[derive(Clone, Debug, Default)]
struct Domain {
    /// Nodes that are there.
    installed: u32,
    /// Nodes that are wholly free.
    free_nodes: u32,
    /// Free GPUs of shared nodes; an unused place holds `UNUSED`.
    shared: Vec<u32>,
}

/// Free GPUs, and how often their number has changed.
#[derive(Clone, Copy, Debug)]
struct Tally {
    gpus: u64,
    changes: u64,
}

impl Tally {
    const fn add(&mut self, gpus: u64) {
        self.gpus += gpus;
        self.changes += 1;
    }

    const fn subtract(&mut self, gpus: u64) {
        self.gpus -= gpus;
        self.changes += 1;
    }
}

const UNUSED: u32 = u32::MAX;

/// In what order a gang fills domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Partly used domains first, the fullest first; a free domain is opened last.
    PartialFirst,
    /// As few domains as possible: whole free ones, the remainder in the fullest that holds it.
    WholeFirst,
}

/// Where a gang fits.
enum Room {
    /// In this partly used domain: the fullest that holds it.
    In(u32),
    /// Only in a domain that is wholly free.
    InFreeDomain,
}

impl Domains {
    /// A cluster without capacity. `domain_gpus` is a multiple of `node_gpus`, and both are at least 1.
    #[must_use]
    pub fn new(node_gpus: u32, domain_gpus: u32) -> Self {
        let domain_nodes = (domain_gpus / node_gpus).max(1);
        Self {
            node_gpus,
            domain_nodes,
            whole_free: 0,
            partial: Vec::new(),
            unused: IdSet::default(),
            by_free_nodes: Buckets::new(domain_nodes as usize + 1),
            by_shared_free: Buckets::new(node_gpus as usize),
            edge: None,
            free_nodes: 0,
            free_gpus: Tally { gpus: 0, changes: 1 },
            installed_nodes: 0,
            identified: false,
            book: None,
        }
    }

    /// The same, but every domain keeps an identity, in order of arrival, for placements that choose by it. Slower.
    #[must_use]
    pub fn identified(node_gpus: u32, domain_gpus: u32) -> Self {
        Self { identified: true, ..Self::new(node_gpus, domain_gpus) }
    }

    /// Nodes of the same shape without so many GPUs, none of them leased.
    #[must_use]
    pub fn without(&self, gpus: u64) -> Self {
        let empty = Self::new(self.node_gpus, self.node_gpus * self.domain_nodes);
        let book = self.book.is_some().then(Box::default);
        let mut rest = Self { identified: self.identified, book, ..empty };
        rest.grow(self.installed_gpus().saturating_sub(gpus) / u64::from(self.node_gpus));
        rest
    }

    /// Free GPUs. O(1).
    #[must_use]
    pub const fn free_gpus(&self) -> u64 {
        self.free_gpus.gpus
    }

    /// GPUs that are there, free or leased. O(1).
    #[must_use]
    pub const fn installed_gpus(&self) -> u64 {
        self.installed_nodes * self.node_gpus as u64
    }

    /// The largest gang that fits now. Every smaller one fits too. O(1).
    #[must_use]
    pub fn largest_gang(&self) -> u64 {
        let shared = self.by_shared_free.last().unwrap_or(0);
        self.free_nodes * u64::from(self.node_gpus) + shared as u64
    }

    /// Counter bumped whenever the number of free GPUs changes. Leasing and releasing shares of GPUs does not count.
    #[must_use]
    pub const fn changes(&self) -> u64 {
        self.free_gpus.changes
    }

    /// No gang larger than this fits inside one domain now. O(1).
    #[must_use]
    pub fn largest_gang_within_domain(&self) -> u64 {
        if self.whole_free > 0 {
            return u64::from(self.domain_gpus());
        }
        let nodes = self.by_free_nodes.last().unwrap_or(0) as u64;
        let shared = self.by_shared_free.last().unwrap_or(0) as u64;
        nodes * u64::from(self.node_gpus) + shared
    }

    /// GPUs that a lease on these nodes holds. O(domains in which it holds a part).
    #[must_use]
    pub fn gpus_of(&self, lease: &Lease) -> u64 {
        lease.gpus(self.node_gpus, self.domain_gpus())
    }

    /// GPUs of a domain.
    #[must_use]
    pub const fn domain_gpus(&self) -> u32 {
        self.node_gpus * self.domain_nodes
    }

    /// GPUs of a node.
    #[must_use]
    pub const fn node_gpus(&self) -> u32 {
        self.node_gpus
    }

    /// Domains that are wholly free. O(1).
    #[must_use]
    pub const fn free_domains(&self) -> u32 {
        self.whole_free
    }

    /// Adds whole nodes.
    pub fn grow(&mut self, nodes: u64) {
        self.installed_nodes += nodes;
        self.free_nodes += nodes;
        self.free_gpus.add(nodes * u64::from(self.node_gpus));
        let mut left = nodes;
        if let Some(id) = self.edge {
            let domain = &self.partial[id as usize];
            let added = u64::from(self.domain_nodes - domain.installed).min(left) as u32;
            self.unlist(id);
            let domain = &mut self.partial[id as usize];
            domain.installed += added;
            domain.free_nodes += added;
            if domain.installed == self.domain_nodes {
                self.edge = None;
            }
            self.list(id);
            left -= u64::from(added);
        }
        let whole = (left / u64::from(self.domain_nodes)) as u32;
        if self.identified {
            for _ in 0..whole {
                let id =
                    self.new_identity(Domain { installed: self.domain_nodes, free_nodes: self.domain_nodes, shared: Vec::new() });
                self.list(id);
            }
        } else {
            self.whole_free += whole;
        }
        let rest = (left % u64::from(self.domain_nodes)) as u32;
        if rest > 0 {
            let id = self.new_identity(Domain { installed: rest, free_nodes: rest, shared: Vec::new() });
            self.edge = Some(id);
            self.list(id);
        }
    }

    /// Whether a gang fits now. O(1), except for gangs inside a domain, which look at a few domains.
    #[must_use]
    pub fn fits(&self, gpus: u64, within_domain: bool) -> bool {
        if gpus > self.free_gpus() {
            return false;
        }
        if within_domain { self.domain_for(gpus).is_some() } else { self.nodes_suffice(gpus) }
    }

    fn nodes_suffice(&self, gpus: u64) -> bool {
        let (nodes, rest) = (gpus / u64::from(self.node_gpus), (gpus % u64::from(self.node_gpus)) as u32);
        nodes + u64::from(rest > 0) <= self.free_nodes || (nodes <= self.free_nodes && rest > 0 && self.shared_for(rest).is_some())
    }

    /// Leases a gang, or nothing where it does not fit.
    pub fn take(&mut self, gpus: u64, within_domain: bool, fill: Fill) -> Option<Lease> {
        if gpus > self.free_gpus() {
            return None;
        }
        if within_domain {
            return self.take_within_domain(gpus);
        }
        if !self.nodes_suffice(gpus) {
            return None;
        }
        let mut lease = Lease::default();
        let mut nodes = gpus / u64::from(self.node_gpus);
        let rest = (gpus % u64::from(self.node_gpus)) as u32;
        if rest > 0 {
            if let Some(id) = self.shared_for(rest) {
                lease.pieces.push(self.take_shared(id, rest));
            } else {
                let id = self.fullest_with(1);
                lease.pieces.push(self.open_shared(id, rest));
            }
        }
        let domain_nodes = u64::from(self.domain_nodes);
        if fill == Fill::WholeFirst || self.domain_nodes == 1 {
            let whole = (nodes / domain_nodes).min(u64::from(self.whole_free)) as u32;
            self.take_domains(whole, &mut lease);
            nodes -= u64::from(whole) * domain_nodes;
            if nodes > 0 && nodes <= domain_nodes {
                // The remainder in one domain, where one holds it.
                if let Some(id) = self.fullest_partial_with(nodes as u32) {
                    lease.pieces.push(self.take_nodes(id, nodes as u32));
                    nodes = 0;
                } else if self.whole_free > 0 {
                    let id = self.open_domain();
                    lease.pieces.push(self.take_nodes(id, nodes as u32));
                    nodes = 0;
                }
            }
            while nodes > 0 {
                // No whole domain is left: the emptiest of the partly used ones first.
                let Some(id) = self.emptiest_partial() else { break };
                let part = u64::from(self.partial[id as usize].free_nodes).min(nodes) as u32;
                lease.pieces.push(self.take_nodes(id, part));
                nodes -= u64::from(part);
            }
        } else {
            while nodes > 0 {
                let Some(id) = self.fullest_partial_with(1) else { break };
                let part = u64::from(self.partial[id as usize].free_nodes).min(nodes) as u32;
                lease.pieces.push(self.take_nodes(id, part));
                nodes -= u64::from(part);
            }
            let whole = (nodes / domain_nodes) as u32;
            self.take_domains(whole, &mut lease);
            nodes -= u64::from(whole) * domain_nodes;
            if nodes > 0 {
                let id = self.open_domain();
                lease.pieces.push(self.take_nodes(id, nodes as u32));
            }
        }
        Some(lease)
    }

    /// Leases whole nodes, as many as are free of so many GPUs, and adds them to `leases`; returns their GPUs.
    pub fn take_up_to(&mut self, most: u64, leases: &mut Vec<Lease>) -> u64 {
        let node = u64::from(self.node_gpus);
        let mut missing = most;
        while missing > 0 {
            let gang = missing.min(self.largest_gang() / node * node);
            let Some(lease) = (gang > 0).then(|| self.take(gang, false, Fill::PartialFirst)).flatten() else { break };
            leases.push(lease);
            missing -= gang;
        }
        most - missing
    }

    /// Leases so many whole domains, or nothing.
    pub fn take_whole_domains(&mut self, domains: u32) -> Option<Lease> {
        if domains > self.whole_free {
            return None;
        }
        let mut lease = Lease::default();
        self.take_domains(domains, &mut lease);
        Some(lease)
    }

    fn take_within_domain(&mut self, gpus: u64) -> Option<Lease> {
        if gpus == u64::from(self.domain_gpus()) && self.whole_free > 0 && self.domain_nodes > 1 {
            return self.take_whole_domains(1);
        }
        let found = self.domain_for(gpus)?;
        let (nodes, rest) = ((gpus / u64::from(self.node_gpus)) as u32, (gpus % u64::from(self.node_gpus)) as u32);
        if self.domain_nodes == 1 && nodes == 1 && rest == 0 && self.whole_free > 0 {
            return self.take_whole_domains(1);
        }
        let id = match found {
            Room::In(id) => id,
            Room::InFreeDomain => self.open_domain(),
        };
        let mut lease = Lease::default();
        if rest > 0 {
            let piece = if self.partial[id as usize].shared_with(rest).is_some() {
                self.take_shared(id, rest)
            } else {
                self.open_shared(id, rest)
            };
            lease.pieces.push(piece);
        }
        if nodes > 0 {
            lease.pieces.push(self.take_nodes(id, nodes));
        }
        Some(lease)
    }

    /// Where a gang fits inside one domain.
    fn domain_for(&self, gpus: u64) -> Option<Room> {
        if gpus > u64::from(self.domain_gpus()) {
            return None;
        }
        let (nodes, rest) = ((gpus / u64::from(self.node_gpus)) as u32, (gpus % u64::from(self.node_gpus)) as u32);
        if rest == 0 {
            if let Some(id) = self.fullest_partial_with(nodes.max(1)) {
                return Some(Room::In(id));
            }
        } else if nodes == 0 {
            // A shared node with just enough room, else a free node of the fullest domain.
            if let Some(id) = self.shared_for(rest).or_else(|| self.fullest_partial_with(1)) {
                return Some(Room::In(id));
            }
        } else {
            // Exactly enough free nodes will do only beside a shared node with room.
            let mut from = 0;
            while let Some(id) = self.by_free_nodes.sets[nodes as usize].first_from(from) {
                if self.partial[id as usize].shared_with(rest).is_some() {
                    return Some(Room::In(id));
                }
                from = id + 1;
            }
            if nodes < self.domain_nodes
                && let Some(id) = self.fullest_partial_with(nodes + 1)
            {
                return Some(Room::In(id));
            }
        }
        (self.whole_free > 0).then_some(Room::InFreeDomain)
    }

    /// The domain whose shared node has the least room that suffices.
    fn shared_for(&self, gpus: u32) -> Option<u32> {
        self.by_shared_free.first_at_least(gpus as usize)
    }

    fn fullest_partial_with(&self, nodes: u32) -> Option<u32> {
        self.by_free_nodes.first_at_least(nodes as usize)
    }

    fn emptiest_partial(&self) -> Option<u32> {
        self.by_free_nodes.first_of_last()
    }

    /// A domain with free nodes, opening a free one where no partly used one has any. There must be one.
    fn fullest_with(&mut self, nodes: u32) -> u32 {
        self.fullest_partial_with(nodes).unwrap_or_else(|| self.open_domain())
    }

    fn take_domains(&mut self, domains: u32, lease: &mut Lease) {
        let nodes = u64::from(domains) * u64::from(self.domain_nodes);
        self.whole_free -= domains;
        self.free_nodes -= nodes;
        self.free_gpus.subtract(nodes * u64::from(self.node_gpus));
        lease.whole_domains += domains;
    }

    /// Gives a free domain an identity.
    fn open_domain(&mut self) -> u32 {
        self.whole_free -= 1;
        let id = self.new_identity(Domain { installed: self.domain_nodes, free_nodes: self.domain_nodes, shared: Vec::new() });
        self.list(id);
        id
    }

    fn take_nodes(&mut self, id: u32, nodes: u32) -> Piece {
        self.unlist(id);
        self.partial[id as usize].free_nodes -= nodes;
        self.list(id);
        self.free_nodes -= u64::from(nodes);
        self.free_gpus.subtract(u64::from(nodes) * u64::from(self.node_gpus));
        Piece { domain: id, nodes, slot: 0, gpus: 0 }
    }

    fn new_identity(&mut self, domain: Domain) -> u32 {
        if let Some(id) = self.unused.first() {
            self.unused.remove(id);
            self.partial[id as usize] = domain;
            return id;
        }
        self.partial.push(domain);
        (self.partial.len() - 1) as u32
    }

    fn list(&mut self, id: u32) {
        let domain = &self.partial[id as usize];
        self.by_free_nodes.insert(domain.free_nodes as usize, id);
        for &free in &domain.shared {
            if free != UNUSED && free > 0 {
                self.by_shared_free.insert(free as usize, id);
            }
        }
        if let Some(book) = &mut self.book {
            book.list(id, &domain.shared, self.node_gpus);
        }
    }

    fn unlist(&mut self, id: u32) {
        let domain = &self.partial[id as usize];
        self.by_free_nodes.remove(domain.free_nodes as usize, id);
        for &free in &domain.shared {
            if free != UNUSED && free > 0 {
                self.by_shared_free.remove(free as usize, id);
            }
        }
        if let Some(book) = &mut self.book {
            book.unlist(id, &domain.shared, self.node_gpus);
        }
    }

    /// Checks the books against a count of every domain. O(domains with identity).
    #[cfg(test)]
    fn is_consistent(&self) -> bool {
        let mut nodes = u64::from(self.whole_free) * u64::from(self.domain_nodes);
        let mut gpus = 0;
        for (id, domain) in (0..).zip(&self.partial) {
            if self.unused.first_from(id) == Some(id) {
                continue;
            }
            nodes += u64::from(domain.free_nodes);
            gpus += domain.shared.iter().filter(|&&free| free != UNUSED).map(|&free| u64::from(free)).sum::<u64>();
        }
        nodes == self.free_nodes
            && nodes * u64::from(self.node_gpus) + gpus == self.free_gpus()
            && self.free_gpus() <= self.installed_gpus()
    }
}

impl Domain {
    /// The shared node with the least room that suffices.
    fn shared_with(&self, gpus: u32) -> Option<usize> {
        let fitting = self.shared.iter().enumerate().filter(|&(_, &free)| free != UNUSED && free >= gpus);
        fitting.min_by_key(|&(slot, &free)| (free, slot)).map(|(slot, _)| slot)
    }
}

mod book;
mod consolidate;
mod release;
mod retake;
mod shared;
#[cfg(test)]
mod tests;

pub use book::Place;
