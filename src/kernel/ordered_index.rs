//! A sorted map whose subtrees carry a summary, so that questions about ranges cost O(log n).

mod rows;
#[cfg(test)]
mod tests;

use rows::{ROW, Rows};

/// What is known of a set of items without looking at each.
pub trait Summary: Copy {
    /// What a summary is made from.
    type Item: Copy + std::fmt::Debug;

    /// The summary of some items, at least one.
    fn of(items: &[Self::Item]) -> Self;

    /// The summary of two sets together.
    #[must_use]
    fn merge(self, other: Self) -> Self;

    /// Takes an item out of the set, where the summary without it follows from the two alone; returns whether it does. Where it does not,
    /// nothing changes, and the set is summed up again.
    fn remove(&mut self, _item: &Self::Item) -> bool {
        false
    }
}

/// Items by key, in order. A B+ tree in an arena: the keys of a leaf lie side by side, and so do its items and the summaries of a node's
/// children, so that a search reads a few neighbouring cache lines a level. Insertion, removal and the searches cost O(log n), unless said
/// otherwise. The shape follows from the history alone, so equal histories give equal trees.
///
/// Items that come in at the end fill the leaves up, and leaves that run empty are used again, so a first-in-first-out queue takes no more
/// room than it needs. An empty index allocates nothing, and up to `ROW` items are one sorted array.
#[derive(Clone, Debug)]
pub struct OrderedIndex<K, S: Summary> {
    leaves: Rows<K, S::Item>,
    /// A child's key divides it from the child before: it is above all keys there and at most the least key here. The key of a node's first
    /// child means nothing.
    nodes: Rows<K, Child<S>>,
    /// A leaf where `height` is 0; it has not been made as long as the index has always been empty.
    root: u32,
    /// How many levels of nodes there are above the leaves.
    height: u32,
    len: usize,
    summary: Option<S>,
}

/// A subtree, as its parent knows it.
#[derive(Clone, Copy, Debug)]
struct Child<S> {
    id: u32,
    summary: S,
}

/// Neighbours are joined when they have at most so many entries together: less than a full row, so that the next insertion does not
/// split them again.
const JOINED: usize = ROW * 3 / 4;

impl<K: Ord + Copy, S: Summary> Default for OrderedIndex<K, S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord + Copy, S: Summary> OrderedIndex<K, S> {
    /// An empty index.
    #[must_use]
    pub const fn new() -> Self {
        Self { leaves: Rows::new(), nodes: Rows::new(), root: 0, height: 0, len: 0, summary: None }
    }

    /// How many items there are. O(1).
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether the index is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The summary of all items. O(1).
    #[must_use]
    pub const fn summary(&self) -> Option<S> {
        self.summary
    }

    /// The item with the least key. O(log n).
    #[must_use]
    pub fn first(&self) -> Option<(K, S::Item)> {
        let leaf = (0..self.height).fold(self.root, |node, _| self.nodes.values(node)[0].id);
        Some((*self.leaves.keys(leaf).first()?, *self.leaves.values(leaf).first()?))
    }

    /// Adds an item under a key that is not in the index yet. O(log n).
    pub fn insert(&mut self, key: K, item: S::Item) {
        let summary = S::of(&[item]);
        self.len += 1;
        let Some(all) = &mut self.summary else {
            self.leaves.insert(self.root, 0, key, item);
            self.summary = Some(summary);
            return;
        };
        *all = all.merge(summary);
        if let Some((key, new)) = self.insert_below(self.height, self.root, true, (key, item), &summary) {
            let [old, new] = [self.root, new].map(|id| self.child(self.height, id));
            self.root = self.nodes.add(key, old);
            self.nodes.insert(self.root, 1, key, new);
            self.height += 1;
        }
    }

    /// Takes the item of a key out. O(log n).
    pub fn remove(&mut self, key: &K) -> Option<S::Item> {
        let item = self.remove_below(self.height, self.root, key)?;
        self.len -= 1;
        while self.height > 0 && self.nodes.len(self.root) == 1 {
            let root = self.root;
            self.root = self.nodes.values(root)[0].id;
            self.nodes.discard(root);
            self.height -= 1;
        }
        if self.len == 0 {
            self.summary = None;
        } else if !self.summary.as_mut().is_some_and(|all| all.remove(&item)) {
            self.summary = Some(self.child(self.height, self.root).summary);
        }
        Some(item)
    }

    /// The first item after `after` (or of all) that passes `item`, looking only below summaries that pass `subtree`. O(log n) when
    /// the summaries decide exactly.
    pub fn first_where(
        &self,
        after: Option<K>,
        subtree: &impl Fn(&S) -> bool,
        item: &impl Fn(&K, &S::Item) -> bool,
    ) -> Option<(K, S::Item)> {
        if !subtree(self.summary.as_ref()?) {
            return None;
        }
        self.first_below(self.height, self.root, after, subtree, item)
    }

    /// The first key up to which, in order, the summary of all items passes `enough`, which must be monotone. Returns the key and that
    /// summary. O(log n).
    pub fn first_prefix(&self, enough: &impl Fn(&S) -> bool) -> Option<(K, S)> {
        if !enough(self.summary.as_ref()?) {
            return None;
        }
        let mut before: Option<S> = None;
        // Whether it is enough with a part more; if not, the part belongs to what is before.
        let mut reaches = |part: S| {
            let with = before.map_or(part, |before| before.merge(part));
            let reached = enough(&with);
            if !reached {
                before = Some(with);
            }
            reached.then_some(with)
        };
        let mut id = self.root;
        for _ in 0..self.height {
            id = self.nodes.values(id).iter().find(|child| reaches(child.summary).is_some())?.id;
        }
        let items = self.leaves.keys(id).iter().zip(self.leaves.values(id));
        items.into_iter().find_map(|(&key, &item)| Some((key, reaches(S::of(&[item]))?)))
    }

    /// The summary of all items with keys up to and including `last`. O(log n).
    pub fn prefix(&self, last: &K) -> Option<S> {
        let mut sum: Option<S> = None;
        let mut add = |part: S| sum = Some(sum.map_or(part, |sum| sum.merge(part)));
        let mut id = self.root;
        for _ in 0..self.height {
            let at = self.child_for(id, last);
            let children = self.nodes.values(id);
            children[..at].iter().for_each(|child| add(child.summary));
            id = children[at].id;
        }
        let count = self.leaves.keys(id).partition_point(|key| key <= last);
        if count > 0 {
            add(S::of(&self.leaves.values(id)[..count]));
        }
        sum
    }

    /// All items in order. O(n).
    #[must_use]
    pub fn to_vec(&self) -> Vec<(K, S::Item)> {
        let mut items = Vec::with_capacity(self.len);
        self.copy_below(self.height, self.root, &mut items);
        items
    }

    fn copy_below(&self, height: u32, id: u32, items: &mut Vec<(K, S::Item)>) {
        if height == 0 {
            items.extend(self.leaves.keys(id).iter().copied().zip(self.leaves.values(id).iter().copied()));
        } else {
            self.nodes.values(id).iter().for_each(|child| self.copy_below(height - 1, child.id, items));
        }
    }

    /// Which child of a node a key belongs to.
    fn child_for(&self, node: u32, key: &K) -> usize {
        self.nodes.keys(node)[1..].partition_point(|divider| divider <= key)
    }

    /// A subtree with its summary recomputed from its parts.
    fn child(&self, height: u32, id: u32) -> Child<S> {
        let summary = if height == 0 {
            S::of(self.leaves.values(id))
        } else {
            let children = self.nodes.values(id);
            children[1..].iter().fold(children[0].summary, |sum, child| sum.merge(child.summary))
        };
        Child { id, summary }
    }

    /// Inserts into a subtree, `is_last` of its level. Where it had to be split: the part that comes after it, and the key that divides
    /// the two.
    fn insert_below(&mut self, height: u32, id: u32, is_last: bool, entry: (K, S::Item), summary: &S) -> Option<(K, u32)> {
        let (key, item) = entry;
        if height == 0 {
            let at = self.leaves.keys(id).partition_point(|other| *other < key);
            let new = self.leaves.insert_or_split(id, at, is_last, key, item)?;
            return Some((self.leaves.keys(new)[0], new));
        }
        let at = self.child_for(id, &key);
        let child = self.nodes.values(id)[at].id;
        let child_is_last = is_last && at + 1 == self.nodes.len(id);
        let Some((divider, new)) = self.insert_below(height - 1, child, child_is_last, entry, summary) else {
            let all = &mut self.nodes.value_mut(id, at).summary;
            *all = all.merge(*summary);
            return None;
        };
        *self.nodes.value_mut(id, at) = self.child(height - 1, child);
        let new = self.nodes.insert_or_split(id, at + 1, is_last, divider, self.child(height - 1, new))?;
        Some((self.nodes.keys(new)[0], new))
    }

    fn remove_below(&mut self, height: u32, id: u32, key: &K) -> Option<S::Item> {
        if height == 0 {
            let at = self.leaves.keys(id).binary_search(key).ok()?;
            return Some(self.leaves.remove(id, at));
        }
        let at = self.child_for(id, key);
        let item = self.remove_below(height - 1, self.nodes.values(id)[at].id, key)?;
        self.settle(height - 1, id, at, &item);
        Some(item)
    }

    /// Brings a node up to date after an item was taken out below one of its children: an empty child goes, a small one is joined with a
    /// neighbour.
    fn settle(&mut self, height: u32, node: u32, at: usize, item: &S::Item) {
        let id = self.nodes.values(node)[at].id;
        let own = self.len_of(height, id);
        if own == 0 {
            self.nodes.remove(node, at);
            if height == 0 {
                self.leaves.discard(id);
            } else {
                self.nodes.discard(id);
            }
            return;
        }
        let joins = |at: Option<usize>| {
            let other = at.and_then(|at| self.nodes.values(node).get(at));
            own <= ROW / 2 && other.is_some_and(|other| own + self.len_of(height, other.id) <= JOINED)
        };
        if joins(at.checked_sub(1)) {
            self.join(height, node, at - 1);
        } else if joins(Some(at + 1)) {
            self.join(height, node, at);
        } else if !self.nodes.value_mut(node, at).summary.remove(item) {
            *self.nodes.value_mut(node, at) = self.child(height, id);
        }
    }

    fn len_of(&self, height: u32, id: u32) -> usize {
        if height == 0 { self.leaves.len(id) } else { self.nodes.len(id) }
    }

    /// Joins a child with the one after it. Where these are nodes, two small children may become neighbours, and are joined as well.
    fn join(&mut self, height: u32, node: u32, at: usize) {
        let divider = self.nodes.keys(node)[at + 1];
        let next = self.nodes.remove(node, at + 1).id;
        let id = self.nodes.values(node)[at].id;
        if height == 0 {
            self.leaves.join(id, next);
        } else {
            let seam = self.nodes.len(id);
            *self.nodes.key_mut(next, 0) = divider;
            self.nodes.join(id, next);
            let len = |at: usize| self.len_of(height - 1, self.nodes.values(id)[at].id);
            if len(seam - 1) + len(seam) <= JOINED {
                self.join(height - 1, id, seam - 1);
            }
        }
        *self.nodes.value_mut(node, at) = self.child(height, id);
    }

    fn first_below(
        &self,
        height: u32,
        id: u32,
        after: Option<K>,
        subtree: &impl Fn(&S) -> bool,
        item: &impl Fn(&K, &S::Item) -> bool,
    ) -> Option<(K, S::Item)> {
        if height == 0 {
            let (keys, items) = (self.leaves.keys(id), self.leaves.values(id));
            let from = after.map_or(0, |after| keys.partition_point(|key| *key <= after));
            let mut entries = keys[from..].iter().zip(&items[from..]);
            return entries.find(|(key, value)| item(key, value)).map(|(&key, &value)| (key, value));
        }
        let from = after.map_or(0, |after| self.child_for(id, &after));
        let children = self.nodes.values(id)[from..].iter().enumerate();
        children.filter(|(_, child)| subtree(&child.summary)).find_map(|(place, child)| {
            // Only the first subtree may hold keys that are not after it.
            self.first_below(height - 1, child.id, after.filter(|_| place == 0), subtree, item)
        })
    }
}
