//! Domains sorted by how much of them is free.

use crate::kernel::id_set::IdSet;

/// A set of domains for each amount that can be free, and which of the sets have members.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    pub sets: Vec<IdSet>,
    occupied: IdSet,
}

impl Buckets {
    /// Empty sets for the amounts below `count`.
    pub fn new(count: usize) -> Self {
        Self { sets: vec![IdSet::default(); count], occupied: IdSet::default() }
    }

    pub fn insert(&mut self, free: usize, id: u32) {
        if self.sets[free].is_empty() {
            self.occupied.insert(free as u32);
        }
        self.sets[free].insert(id);
    }

    pub fn remove(&mut self, free: usize, id: u32) {
        self.sets[free].remove(id);
        if self.sets[free].is_empty() {
            self.occupied.remove(free as u32);
        }
    }

    /// The least identity in the lowest set, from `free` on, that has members.
    pub fn first_at_least(&self, free: usize) -> Option<u32> {
        let set = self.occupied.first_from(free as u32)?;
        self.sets[set as usize].first()
    }

    /// The largest amount that is free anywhere.
    pub fn last(&self) -> Option<usize> {
        self.occupied.last().map(|free| free as usize)
    }

    /// The least identity in the highest set above 0 that has members.
    pub fn first_of_last(&self) -> Option<u32> {
        self.sets[1..].iter().rev().find_map(IdSet::first)
    }
}
