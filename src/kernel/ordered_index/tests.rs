use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Of sets of numbers: the least, which is not invertible, and the sum, which could be.
#[derive(Clone, Copy, Debug, PartialEq)]
struct LeastAndSum(u32, u64);

impl Summary for LeastAndSum {
    type Item = u32;

    fn of(items: &[u32]) -> Self {
        Self(items.iter().copied().min().unwrap_or(u32::MAX), items.iter().map(|&item| u64::from(item)).sum())
    }

    fn merge(self, other: Self) -> Self {
        Self(self.0.min(other.0), self.1 + other.1)
    }

    fn remove(&mut self, item: &u32) -> bool {
        let known = *item > self.0;
        if known {
            self.1 -= u64::from(*item);
        }
        known
    }
}

type Index = OrderedIndex<u32, LeastAndSum>;

/// Checks the shape of a tree: levels, order, dividers, summaries, the length of rows, and that no row is lost.
fn check(index: &Index) {
    let (mut leaves, mut nodes) = (0, 0);
    let found = check_below(index, index.height, index.root, (None, None), &mut leaves, &mut nodes);
    assert_eq!(found, index.summary);
    assert_eq!(index.leaves.count(), leaves + usize::from(index.is_empty() && index.leaves.count() == 1));
    assert_eq!(index.nodes.count(), nodes);
    assert!(index.height == 0 || index.nodes.len(index.root) > 1);
    assert_eq!(index.to_vec().len(), index.len());
}

fn check_below(
    index: &Index,
    height: u32,
    id: u32,
    (from, until): (Option<u32>, Option<u32>),
    leaves: &mut usize,
    nodes: &mut usize,
) -> Option<LeastAndSum> {
    if height == 0 {
        let keys = index.leaves.keys(id);
        assert!(keys.is_sorted_by(|a, b| a < b));
        assert!(keys.iter().all(|&key| from.is_none_or(|from| from <= key) && until.is_none_or(|until| key < until)));
        assert!(keys.len() <= ROW);
        assert!(index.is_empty() || !keys.is_empty());
        *leaves += usize::from(!keys.is_empty());
        return (!keys.is_empty()).then(|| LeastAndSum::of(index.leaves.values(id)));
    }
    *nodes += 1;
    let (dividers, children) = (index.nodes.keys(id), index.nodes.values(id));
    assert!((1..=ROW).contains(&children.len()));
    let mut sum: Option<LeastAndSum> = None;
    for (at, child) in children.iter().enumerate() {
        let from = if at == 0 { from } else { Some(dividers[at]) };
        let until = dividers.get(at + 1).copied().or(until);
        assert_eq!(check_below(index, height - 1, child.id, (from, until), leaves, nodes), Some(child.summary));
        sum = Some(sum.map_or(child.summary, |sum| sum.merge(child.summary)));
    }
    // Neighbours together fill more than half a row.
    for pair in children.windows(2) {
        assert!(index.len_of(height - 1, pair[0].id) + index.len_of(height - 1, pair[1].id) > ROW / 2);
    }
    sum
}

/// Compares all answers with those of a map.
fn compare(index: &Index, map: &BTreeMap<u32, u32>, key: u32, limit: u32) {
    let least_and_sum = |items: &mut dyn Iterator<Item = u32>| {
        let items: Vec<u32> = items.collect();
        (!items.is_empty()).then(|| LeastAndSum::of(&items))
    };
    let pair = |(&key, &item): (&u32, &u32)| (key, item);
    assert_eq!((index.len(), index.is_empty()), (map.len(), map.is_empty()));
    assert_eq!(index.first(), map.first_key_value().map(pair));
    assert_eq!(index.summary(), least_and_sum(&mut map.values().copied()));
    assert_eq!(index.to_vec(), map.iter().map(pair).collect::<Vec<_>>());
    assert_eq!(index.prefix(&key), least_and_sum(&mut map.range(..=key).map(|(_, &item)| item)));
    for after in [None, Some(key)] {
        let mut behind = map.iter().filter(|&(&other, _)| after.is_none_or(|after| other > after));
        let found = index.first_where(after, &|least| least.0 <= limit, &|_, &item| item <= limit);
        assert_eq!(found, behind.find(|&(_, &item)| item <= limit).map(pair));
    }
    let goal = index.summary().map_or(1, |all| u64::from(limit) * all.1 / 90);
    let mut sum = 0;
    let expected = map.iter().find_map(|(&key, &item)| {
        sum += u64::from(item);
        (sum >= goal).then_some((key, sum))
    });
    assert_eq!(index.first_prefix(&|sum| sum.1 >= goal).map(|(key, sum)| (key, sum.1)), expected);
}

/// A stretch of a history.
#[derive(Clone, Debug)]
enum Stretch {
    /// Items come in at the end.
    Append(u32),
    /// Items leave at the front.
    TakeFirst(u32),
    /// Items come in anywhere: how many, and which keys.
    Insert(u32, u32),
    /// Items leave anywhere.
    Remove(u32, u32),
    /// All items of a range leave.
    Clear(u32, u32),
}

fn stretches() -> impl Strategy<Value = Stretch> {
    prop_oneof![
        (1..300u32).prop_map(Stretch::Append),
        (1..300u32).prop_map(Stretch::TakeFirst),
        (1..1500u32, any::<u32>()).prop_map(|(count, seed)| Stretch::Insert(count, seed)),
        (1..1500u32, any::<u32>()).prop_map(|(count, seed)| Stretch::Remove(count, seed)),
        (any::<u32>(), 0..u32::MAX / 2).prop_map(|(from, width)| Stretch::Clear(from, width)),
    ]
}

/// Lives a stretch twice, in the index and in the map.
fn live(stretch: &Stretch, index: &mut Index, map: &mut BTreeMap<u32, u32>) {
    let insert = |index: &mut Index, map: &mut BTreeMap<u32, u32>, key: u32| {
        let item = key.wrapping_mul(0x9e37_79b9) % 97 + 1;
        if map.insert(key, item).is_none() {
            index.insert(key, item);
        }
    };
    let remove = |index: &mut Index, map: &mut BTreeMap<u32, u32>, key: u32| assert_eq!(index.remove(&key), map.remove(&key));
    let scatter = |seed: u32, at: u32| seed.wrapping_add(at).wrapping_mul(0x85eb_ca6b) >> 4;
    match *stretch {
        Stretch::Append(count) => {
            for _ in 0..count {
                let last = map.last_key_value().map_or(0, |(&last, _)| last);
                insert(index, map, last.saturating_add(3));
            }
        }
        Stretch::TakeFirst(count) => {
            for _ in 0..count {
                let Some((&first, _)) = map.first_key_value() else { break };
                remove(index, map, first);
            }
        }
        Stretch::Insert(count, seed) => (0..count).for_each(|at| insert(index, map, scatter(seed, at))),
        Stretch::Remove(count, seed) => {
            for at in 0..count {
                let key = scatter(seed, at);
                remove(index, map, key);
                if let Some((&key, _)) = map.range(key..).next() {
                    remove(index, map, key);
                }
            }
        }
        Stretch::Clear(from, width) => {
            let from = from >> 4;
            let keys: Vec<u32> = map.range(from..from.saturating_add(width >> 4)).map(|(&key, _)| key).collect();
            for key in keys {
                remove(index, map, key);
            }
        }
    }
}

proptest! {
    #[test]
    fn behaves_like_a_sorted_map(history in prop::collection::vec((stretches(), any::<u32>(), 0u32..100), 1..25)) {
        let (mut index, mut map) = (Index::new(), BTreeMap::new());
        for (stretch, key, limit) in &history {
            live(stretch, &mut index, &mut map);
            check(&index);
            compare(&index, &map, key >> 4, *limit);
        }
        let keys: Vec<u32> = map.keys().copied().collect();
        for key in keys {
            prop_assert_eq!(index.remove(&key), map.remove(&key));
        }
        check(&index);
        compare(&index, &map, 0, 50);
    }

    #[test]
    fn finds_all_that_pass_one_after_the_other(count in 0u32..3000, limit in 0u32..100) {
        let (mut index, mut map) = (Index::new(), BTreeMap::new());
        live(&Stretch::Insert(count, count), &mut index, &mut map);
        let mut found = Vec::new();
        while let Some((key, _)) = index.first_where(found.last().copied(), &|least| least.0 <= limit, &|_, &item| item <= limit) {
            found.push(key);
        }
        let expected: Vec<u32> = map.iter().filter(|&(_, &item)| item <= limit).map(|(&key, _)| key).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn every_small_history_keeps_the_shape() {
    // Grows over several levels and shrinks again, from each end and from the middle.
    for order in [[0, 1], [1, 0], [0, 0], [1, 1]] {
        let (mut index, mut map) = (Index::new(), BTreeMap::new());
        let count = 40 * ROW as u32;
        for at in 0..count {
            let key = if order[0] == 0 { at } else { count - at };
            index.insert(key, key % 7 + 1);
            map.insert(key, key % 7 + 1);
            check(&index);
        }
        compare(&index, &map, count / 2, 3);
        while let Some(key) = if order[1] == 0 { map.keys().next() } else { map.keys().nth(map.len() / 2) }.copied() {
            assert_eq!(index.remove(&key), map.remove(&key));
            check(&index);
        }
        assert_eq!((index.height, index.first()), (0, None));
    }
}

#[test]
fn a_queue_fills_its_leaves_and_uses_them_again() {
    let mut index = Index::new();
    let waiting = 100 * ROW as u32;
    (0..waiting).for_each(|key| index.insert(key, 1));
    assert_eq!(index.leaves.count(), 100);
    for key in waiting..20 * waiting {
        index.insert(key, 1);
        assert_eq!(index.remove(&(key - waiting)), Some(1));
        assert!(index.leaves.count() <= 101, "{}", index.leaves.count());
    }
    check(&index);
    // The nodes that a queue has outlived are few.
    assert!(index.nodes.count() <= 8, "{}", index.nodes.count());
}

#[test]
fn an_empty_index_answers() {
    let mut index = Index::default();
    let none = |index: &Index| {
        assert_eq!((index.first(), index.summary(), index.prefix(&7)), (None, None, None));
        assert_eq!((index.first_prefix(&|_| true), index.first_where(None, &|_| true, &|_, _| true)), (None, None));
        check(index);
    };
    none(&index);
    assert_eq!(index.remove(&7), None);
    index.insert(7, 1);
    assert_eq!(index.remove(&6), None);
    assert_eq!(index.remove(&7), Some(1));
    none(&index);
}
