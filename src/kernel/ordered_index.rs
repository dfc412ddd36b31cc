//! A sorted map whose subtrees carry a summary, so that questions about ranges cost O(log n).

use std::cmp::Ordering;

/// What is known of a set of items without looking at each.
pub trait Summary: Copy {
    /// What a summary is made from.
    type Item: Copy + std::fmt::Debug;

    /// The summary of one item.
    fn of(item: &Self::Item) -> Self;

    /// The summary of two sets together.
    #[must_use]
    fn merge(self, other: Self) -> Self;
}

/// Items by key, in order. A treap in an arena: insertion, removal and the searches cost O(log n) on average, whatever the order of
/// insertion; the shape follows from the insertions alone, so equal histories give equal trees.
#[derive(Clone, Debug)]
pub struct OrderedIndex<K, S: Summary> {
    nodes: Vec<Node<K, S>>,
    free: Vec<u32>,
    root: u32,
    /// State of the priorities' sequence.
    state: u64,
}

#[derive(Clone, Copy, Debug)]
struct Node<K, S: Summary> {
    key: K,
    item: S::Item,
    summary: S,
    priority: u32,
    left: u32,
    right: u32,
}

const NONE: u32 = u32::MAX;

impl<K: Ord + Copy, S: Summary> Default for OrderedIndex<K, S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord + Copy, S: Summary> OrderedIndex<K, S> {
    /// An empty index.
    #[must_use]
    pub const fn new() -> Self {
        Self { nodes: Vec::new(), free: Vec::new(), root: NONE, state: 0 }
    }

    /// How many items there are. O(1).
    #[must_use]
    pub const fn len(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.root == NONE
    }

    /// The summary of all items. O(1).
    #[must_use]
    pub fn summary(&self) -> Option<S> {
        self.node(self.root).map(|node| node.summary)
    }

    /// The item with the least key. O(log n).
    #[must_use]
    pub fn first(&self) -> Option<(K, S::Item)> {
        let mut node = self.node(self.root)?;
        while let Some(left) = self.node(node.left) {
            node = left;
        }
        Some((node.key, node.item))
    }

    /// Adds an item under a key that is not in the index yet. O(log n).
    pub fn insert(&mut self, key: K, item: S::Item) {
        // A Weyl sequence through a multiplicative hash: random enough to balance, and reproducible.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let priority = ((self.state ^ (self.state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32;
        let node = Node { key, item, summary: S::of(&item), priority, left: NONE, right: NONE };
        let id = if let Some(id) = self.free.pop() {
            self.nodes[id as usize] = node;
            id
        } else {
            self.nodes.push(node);
            (self.nodes.len() - 1) as u32
        };
        self.root = self.insert_below(self.root, id);
    }

    /// Takes the item of a key out. O(log n).
    pub fn remove(&mut self, key: &K) -> Option<S::Item> {
        let mut removed = NONE;
        self.root = self.remove_below(self.root, key, &mut removed);
        let item = self.node(removed)?.item;
        self.free.push(removed);
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
        self.first_below(self.root, after, subtree, item)
    }

    /// The first key up to which, in order, the summary of all items passes `enough`, which must be monotone. Returns the key and that
    /// summary. O(log n).
    pub fn first_prefix(&self, enough: &impl Fn(&S) -> bool) -> Option<(K, S)> {
        let mut before: Option<S> = None;
        let mut best = None;
        let mut id = self.root;
        let plus = |before: Option<S>, summary: S| before.map_or(summary, |before| before.merge(summary));
        while let Some(node) = self.node(id) {
            let with_left = self.node(node.left).map_or(before, |left| Some(plus(before, left.summary)));
            if with_left.is_some_and(|summary| enough(&summary)) {
                id = node.left;
                continue;
            }
            let with_node = plus(with_left, S::of(&node.item));
            if enough(&with_node) {
                best = Some((node.key, with_node));
                break;
            }
            before = Some(with_node);
            id = node.right;
        }
        best
    }

    /// The summary of all items with keys up to and including `last`. O(log n).
    pub fn prefix(&self, last: &K) -> Option<S> {
        let mut sum: Option<S> = None;
        let mut id = self.root;
        while let Some(node) = self.node(id) {
            if node.key <= *last {
                for part in [self.node(node.left).map(|left| left.summary), Some(S::of(&node.item))].into_iter().flatten() {
                    sum = Some(sum.map_or(part, |sum| sum.merge(part)));
                }
                id = node.right;
            } else {
                id = node.left;
            }
        }
        sum
    }

    /// All items in order.
    #[must_use]
    pub fn to_vec(&self) -> Vec<(K, S::Item)> {
        let mut items = Vec::with_capacity(self.len());
        let mut path = Vec::new();
        let mut id = self.root;
        while id != NONE || !path.is_empty() {
            while let Some(node) = self.node(id) {
                path.push(id);
                id = node.left;
            }
            let Some(node) = path.pop().and_then(|id| self.node(id)) else { break };
            items.push((node.key, node.item));
            id = node.right;
        }
        items
    }

    fn node(&self, id: u32) -> Option<&Node<K, S>> {
        self.nodes.get(id as usize)
    }

    fn refresh(&mut self, id: u32) {
        let node = &self.nodes[id as usize];
        let mut summary = S::of(&node.item);
        for child in [node.left, node.right] {
            if let Some(child) = self.node(child) {
                summary = summary.merge(child.summary);
            }
        }
        self.nodes[id as usize].summary = summary;
    }

    fn insert_below(&mut self, root: u32, id: u32) -> u32 {
        if root == NONE {
            return id;
        }
        let key = self.nodes[id as usize].key;
        if self.nodes[id as usize].priority > self.nodes[root as usize].priority {
            let (left, right) = self.split(root, &key);
            let node = &mut self.nodes[id as usize];
            (node.left, node.right) = (left, right);
            self.refresh(id);
            return id;
        }
        if key < self.nodes[root as usize].key {
            let left = self.insert_below(self.nodes[root as usize].left, id);
            self.nodes[root as usize].left = left;
        } else {
            let right = self.insert_below(self.nodes[root as usize].right, id);
            self.nodes[root as usize].right = right;
        }
        self.refresh(root);
        root
    }

    /// Splits into keys below `key` and the others.
    fn split(&mut self, root: u32, key: &K) -> (u32, u32) {
        let Some(node) = self.node(root) else { return (NONE, NONE) };
        let (node_left, node_right) = (node.left, node.right);
        if node.key < *key {
            let (left, right) = self.split(node_right, key);
            self.nodes[root as usize].right = left;
            self.refresh(root);
            (root, right)
        } else {
            let (left, right) = self.split(node_left, key);
            self.nodes[root as usize].left = right;
            self.refresh(root);
            (left, root)
        }
    }

    /// Joins two trees, every key of the left one below every key of the right one.
    fn join(&mut self, left: u32, right: u32) -> u32 {
        let (Some(first), Some(second)) = (self.node(left), self.node(right)) else {
            return if left == NONE { right } else { left };
        };
        if first.priority > second.priority {
            let joined = self.join(first.right, right);
            self.nodes[left as usize].right = joined;
            self.refresh(left);
            left
        } else {
            let joined = self.join(left, second.left);
            self.nodes[right as usize].left = joined;
            self.refresh(right);
            right
        }
    }

    fn remove_below(&mut self, root: u32, key: &K, removed: &mut u32) -> u32 {
        let Some(node) = self.node(root) else { return NONE };
        let (left, right) = (node.left, node.right);
        match key.cmp(&node.key) {
            Ordering::Equal => {
                *removed = root;
                return self.join(left, right);
            }
            Ordering::Less => self.nodes[root as usize].left = self.remove_below(left, key, removed),
            Ordering::Greater => self.nodes[root as usize].right = self.remove_below(right, key, removed),
        }
        self.refresh(root);
        root
    }

    fn first_below(
        &self,
        root: u32,
        after: Option<K>,
        subtree: &impl Fn(&S) -> bool,
        item: &impl Fn(&K, &S::Item) -> bool,
    ) -> Option<(K, S::Item)> {
        let node = self.node(root)?;
        if !subtree(&node.summary) {
            return None;
        }
        let is_after = after.is_none_or(|after| node.key > after);
        if is_after {
            if let Some(found) = self.first_below(node.left, after, subtree, item) {
                return Some(found);
            }
            if item(&node.key, &node.item) {
                return Some((node.key, node.item));
            }
        }
        self.first_below(node.right, after, subtree, item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct LeastAndSum(u32, u64);

    impl Summary for LeastAndSum {
        type Item = u32;
        fn of(item: &u32) -> Self {
            Self(*item, u64::from(*item))
        }
        fn merge(self, other: Self) -> Self {
            Self(self.0.min(other.0), self.1 + other.1)
        }
    }

    proptest! {
        #[test]
        fn behaves_like_a_sorted_map(operations in prop::collection::vec((any::<bool>(), 0u32..40, 1u32..100), 0..300), limit in 1u32..100, goal in 1u64..2000) {
            let mut index = OrderedIndex::<u32, LeastAndSum>::new();
            let mut map = BTreeMap::new();
            for (insert, key, item) in operations {
                if insert && !map.contains_key(&key) {
                    index.insert(key, item);
                    map.insert(key, item);
                } else {
                    prop_assert_eq!(index.remove(&key), map.remove(&key));
                }
                prop_assert_eq!(index.len(), map.len());
                prop_assert_eq!(index.first(), map.first_key_value().map(|(&key, &item)| (key, item)));
                prop_assert_eq!(index.summary().map_or(0, |summary| summary.1), map.values().map(|&item| u64::from(item)).sum::<u64>());
            }
            prop_assert_eq!(index.to_vec(), map.iter().map(|(&key, &item)| (key, item)).collect::<Vec<_>>());
            let mut cursor = None;
            let expected: Vec<u32> = map.iter().filter(|&(_, &item)| item <= limit).map(|(&key, _)| key).collect();
            let mut found = Vec::new();
            while let Some((key, _)) = index.first_where(cursor, &|summary| summary.0 <= limit, &|_, &item| item <= limit) {
                found.push(key);
                cursor = Some(key);
            }
            prop_assert_eq!(found, expected);
            let mut sum = 0;
            let expected = map.iter().find_map(|(&key, &item)| { sum += u64::from(item); (sum >= goal).then_some((key, sum)) });
            prop_assert_eq!(index.first_prefix(&|summary| summary.1 >= goal).map(|(key, summary)| (key, summary.1)), expected);
            let expected = map.iter().filter(|&(&key, _)| key <= 20).map(|(_, &item)| u64::from(item)).sum::<u64>();
            prop_assert_eq!(index.prefix(&20).map_or(0, |summary| summary.1), expected);
        }
    }
}
