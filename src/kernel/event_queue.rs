//! Pending events in the order (time, class, sequence).

use crate::units::SimTime;

/// A priority queue of events. Equal time and class come out in the order they went in.
///
/// A 4-ary heap over one integer key: pop and push cost O(log n) with half the levels of a binary heap, and one comparison of
/// two integers decides.
#[derive(Clone, Debug)]
pub struct EventQueue<E> {
    heap: Vec<Entry<E>>,
    sequence: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    /// Time in the upper half; class (8 bits) and sequence (56 bits) in the lower.
    key: u128,
    event: E,
}

const ARITY: usize = 4;
const SEQUENCE_BITS: u32 = 56;

impl<E: Copy> EventQueue<E> {
    /// An empty queue.
    #[must_use]
    pub const fn new() -> Self {
        Self { heap: Vec::new(), sequence: 0 }
    }

    /// Adds an event at `time` (not negative) in `class`: at one instant, lower classes come first. O(log n).
    pub fn push(&mut self, time: SimTime, class: u8, event: E) {
        debug_assert!(time >= SimTime::ZERO);
        let low = (u64::from(class) << SEQUENCE_BITS) | self.sequence;
        self.sequence += 1;
        let key = (u128::from(time.ms().unsigned_abs()) << 64) | u128::from(low);
        let entry = Entry { key, event };
        let mut hole = self.heap.len();
        self.heap.push(entry);
        while hole > 0 {
            let parent = (hole - 1) / ARITY;
            if self.heap[parent].key <= key {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = entry;
    }

    /// When the next event is due. O(1).
    #[must_use]
    pub fn next_time(&self) -> Option<SimTime> {
        self.heap.first().map(|entry| time_of(entry.key))
    }

    /// Time and class of the next event. O(1).
    #[must_use]
    pub fn peek(&self) -> Option<(SimTime, u8)> {
        self.heap.first().map(|entry| (time_of(entry.key), class_of(entry.key)))
    }

    /// Takes the next event out. O(log n).
    pub fn pop(&mut self) -> Option<(SimTime, E)> {
        let last = self.heap.pop()?;
        let Some(&first) = self.heap.first() else {
            return Some((time_of(last.key), last.event));
        };
        let mut hole = 0;
        loop {
            let children = hole * ARITY + 1;
            let end = (children + ARITY).min(self.heap.len());
            if children >= end {
                break;
            }
            let mut least = children;
            for child in children + 1..end {
                if self.heap[child].key < self.heap[least].key {
                    least = child;
                }
            }
            if self.heap[least].key >= last.key {
                break;
            }
            self.heap[hole] = self.heap[least];
            hole = least;
        }
        self.heap[hole] = last;
        Some((time_of(first.key), first.event))
    }

    /// How many events are pending.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

impl<E: Copy> Default for EventQueue<E> {
    fn default() -> Self {
        Self::new()
    }
}

fn time_of(key: u128) -> SimTime {
    SimTime::from_ms((key >> 64) as i64)
}

fn class_of(key: u128) -> u8 {
    ((key as u64) >> SEQUENCE_BITS) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_keys_come_out_first_in_first_out() {
        let mut queue = EventQueue::new();
        for event in 0..100 {
            queue.push(SimTime::from_ms(5), 1, event);
        }
        queue.push(SimTime::from_ms(5), 0, 1000);
        let order: Vec<i32> = std::iter::from_fn(|| queue.pop().map(|(_, event)| event)).collect();
        assert_eq!(order[0], 1000, "a lower class comes first");
        assert!(order[1..].is_sorted());
    }

    proptest! {
        #[test]
        fn pops_like_a_stable_sort(events in prop::collection::vec((0i64..50, 0u8..5), 0..300)) {
            let mut queue = EventQueue::new();
            for (index, &(time, class)) in events.iter().enumerate() {
                queue.push(SimTime::from_ms(time), class, index);
            }
            let mut expected: Vec<usize> = (0..events.len()).collect();
            expected.sort_by_key(|&index| events[index]);
            let order: Vec<usize> = std::iter::from_fn(|| queue.pop().map(|(_, index)| index)).collect();
            prop_assert_eq!(order, expected);
        }
    }
}
