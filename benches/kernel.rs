//! The event queue and the ordered index at several sizes: `cargo bench --bench kernel`.

use skyberth::kernel::event_queue::EventQueue;
use skyberth::kernel::ordered_index::{OrderedIndex, Summary};
use skyberth::kernel::random::{Address, Draws};
use skyberth::units::SimTime;

fn main() {
    divan::main();
}

/// Pops an event and pushes one, a thousand times, with so many pending.
#[divan::bench(args = [1_000, 10_000, 1_000_000])]
fn pop_and_push(bencher: divan::Bencher<'_, '_>, pending: u32) {
    let mut draws = Address::stream(1, 0, "bench").draws(0);
    let mut queue = EventQueue::new();
    for event in 0..pending {
        queue.push(SimTime::from_ms(draws.below(1_000_000) as i64), 1, event);
    }
    bencher.counter(divan::counter::ItemsCount::new(1000_u32)).bench_local(|| {
        for _ in 0..1000 {
            if let Some((time, event)) = queue.pop() {
                queue.push(SimTime::from_ms(time.ms() + draws.below(1_000_000) as i64), 1, event);
            }
        }
    });
}

/// How many items an index of the benchmarks holds.
const ITEMS: [u32; 5] = [1, 10, 1_000, 40_000, 1_000_000];

/// Keys as long as a place in the queue.
type Key = [i64; 3];

/// The least and the sum.
#[derive(Clone, Copy)]
struct LeastAndSum(u32, u64);

impl Summary for LeastAndSum {
    type Item = u32;

    fn of(items: &[u32]) -> Self {
        items.iter().fold(Self(u32::MAX, 0), |all, &item| Self(all.0.min(item), all.1 + u64::from(item)))
    }

    fn merge(self, other: Self) -> Self {
        Self(self.0.min(other.0), self.1 + other.1)
    }
}

/// Items of 1 to a million under the keys of a queue.
fn index(items: u32, draws: &mut Draws) -> OrderedIndex<Key, LeastAndSum> {
    let mut index = OrderedIndex::new();
    (0..items).for_each(|at| index.insert([at.into(), 0, 0], draws.below(1_000_000) as u32 + 1));
    index
}

/// Takes the first item and adds one at the end, a thousand times.
#[divan::bench(args = ITEMS)]
fn index_first_in_first_out(bencher: divan::Bencher<'_, '_>, items: u32) {
    let mut draws = Address::stream(1, 0, "bench").draws(0);
    let mut index = index(items, &mut draws);
    let mut next = i64::from(items);
    bencher.counter(divan::counter::ItemsCount::new(1000_u32)).bench_local(|| {
        for _ in 0..1000 {
            if let Some((key, item)) = index.first() {
                index.remove(&key);
                index.insert([next, 0, 0], item);
                next += 1;
            }
        }
    });
}

/// Takes an item from anywhere and adds one anywhere else, a thousand times.
#[divan::bench(args = ITEMS)]
fn index_anywhere(bencher: divan::Bencher<'_, '_>, items: u32) {
    let mut draws = Address::stream(1, 0, "bench").draws(0);
    let mut index = index(items, &mut draws);
    let mut keys: Vec<Key> = index.to_vec().into_iter().map(|(key, _)| key).collect();
    let mut added = 0;
    bencher.counter(divan::counter::ItemsCount::new(1000_u32)).bench_local(|| {
        for _ in 0..1000 {
            let key = &mut keys[draws.below(items.into()) as usize];
            if let Some(item) = index.remove(key) {
                added += 1;
                *key = [draws.below(items.into()) as i64, added, 0];
                index.insert(*key, item);
            }
        }
    });
}

/// Looks for the first small item after one, a thousand times: one in a thousand is small enough.
#[divan::bench(args = ITEMS)]
fn index_first_where(bencher: divan::Bencher<'_, '_>, items: u32) {
    let mut draws = Address::stream(1, 0, "bench").draws(0);
    let index = index(items, &mut draws);
    bencher.counter(divan::counter::ItemsCount::new(1000_u32)).bench_local(|| {
        let after = |_: u32| [draws.below(items.into()) as i64, 0, 0];
        (0..1000)
            .map(after)
            .filter_map(|after| index.first_where(Some(after), &|least| least.0 <= 1000, &|_, &item| item <= 1000))
            .count()
    });
}
