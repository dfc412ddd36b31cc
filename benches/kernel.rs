//! The event queue at three sizes: `cargo bench --bench kernel`.

use skyberth::kernel::event_queue::EventQueue;
use skyberth::kernel::random::Address;
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
