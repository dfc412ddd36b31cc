//! How long simulations keep a processor busy.

use std::time::Duration;

/// Measures the processor time of the thread that begins it and reads it. Where the system does not tell that, the time that passes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins.
    pub(super) fn begin() -> Self {
        Self(now())
    }

    /// What the thread has used since.
    pub(super) fn used(self) -> Duration {
        since(self.0)
    }
}

#[cfg(unix)]
type Instant = Duration;

#[cfg(unix)]
fn now() -> Instant {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

#[cfg(unix)]
fn since(begun: Instant) -> Duration {
    now().saturating_sub(begun)
}

#[cfg(not(unix))]
use std::time::Instant;

#[cfg(not(unix))]
fn now() -> Instant {
    Instant::now()
}

#[cfg(not(unix))]
fn since(begun: Instant) -> Duration {
    begun.elapsed()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn who_sleeps_uses_nothing() {
        let watch = Stopwatch::begin();
        std::thread::sleep(Duration::from_millis(50));
        let asleep = watch.used();
        assert!(asleep < Duration::from_millis(40), "{asleep:?}");
        let mut sum = 0_u64;
        while watch.used() < asleep + Duration::from_millis(5) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
    }
}
