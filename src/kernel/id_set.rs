//! A set of small whole numbers that finds its least member fast.

/// Members as bits, with one bit above for each word that is not empty. Insertion and removal cost O(1); the least member is found by
/// looking at one word in 4,096 members.
#[derive(Clone, Debug, Default)]
pub struct IdSet {
    words: Vec<u64>,
    summary: Vec<u64>,
    len: usize,
}

impl IdSet {
    /// Adds a member; a member stays as it is.
    pub fn insert(&mut self, id: u32) {
        let word = id as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
            self.summary.resize(word / 64 + 1, 0);
        }
        let bit = 1 << (id % 64);
        self.len += usize::from(self.words[word] & bit == 0);
        self.words[word] |= bit;
        self.summary[word / 64] |= 1 << (word % 64);
    }

    /// Removes a member; does nothing if it is not a member.
    pub fn remove(&mut self, id: u32) {
        let word = id as usize / 64;
        let Some(bits) = self.words.get_mut(word) else { return };
        let bit = 1 << (id % 64);
        self.len -= usize::from(*bits & bit != 0);
        *bits &= !bit;
        if *bits == 0 {
            self.summary[word / 64] &= !(1 << (word % 64));
        }
    }

    /// The least member.
    #[must_use]
    pub fn first(&self) -> Option<u32> {
        self.first_from(0)
    }

    /// The greatest member.
    #[must_use]
    pub fn last(&self) -> Option<u32> {
        let word = self.words.iter().rposition(|&word| word != 0)?;
        Some(word as u32 * 64 + 63 - self.words[word].leading_zeros())
    }

    /// The least member that is not below `from`.
    #[must_use]
    pub fn first_from(&self, from: u32) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        let word = from as usize / 64;
        let bits = self.words.get(word)? & (u64::MAX << (from % 64));
        if bits != 0 {
            return Some(word as u32 * 64 + bits.trailing_zeros());
        }
        let next = word + 1;
        let mut mask = u64::MAX << (next % 64);
        for (group, &summary) in self.summary.iter().enumerate().skip(next / 64) {
            let live = summary & mask;
            mask = u64::MAX;
            if live != 0 {
                let word = group * 64 + live.trailing_zeros() as usize;
                return Some(word as u32 * 64 + self.words[word].trailing_zeros());
            }
        }
        None
    }

    /// How many members there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn behaves_like_a_sorted_set(operations in prop::collection::vec((any::<bool>(), 0u32..20_000), 0..200), from in 0u32..20_000) {
            let (mut set, mut model) = (IdSet::default(), BTreeSet::new());
            for (insert, id) in operations {
                if insert { set.insert(id); model.insert(id); } else { set.remove(id); model.remove(&id); }
                prop_assert_eq!(set.first(), model.first().copied());
                prop_assert_eq!(set.last(), model.last().copied());
                prop_assert_eq!(set.len(), model.len());
            }
            prop_assert_eq!(set.first_from(from), model.range(from..).next().copied());
        }
    }
}
