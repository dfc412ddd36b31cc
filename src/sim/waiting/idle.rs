//! Idle GPU-time by cause.

use crate::metrics::{IDLE_CAUSES, IdleCause};
use crate::units::{GpuTime, Gpus, SimTime};

/// The free GPUs of a cluster and why they stand idle, integrated over the open period.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdleAccount {
    free: u64,
    cause: IdleCause,
    since: SimTime,
    sums: [GpuTime; IDLE_CAUSES],
}

impl IdleAccount {
    pub const fn new() -> Self {
        Self { free: 0, cause: IdleCause::NoDemand, since: SimTime::ZERO, sums: [GpuTime::ZERO; IDLE_CAUSES] }
    }

    /// So many GPUs are free for that cause from now on. O(1).
    pub fn set(&mut self, free: u64, cause: IdleCause, now: SimTime) {
        if (free, cause) != (self.free, self.cause) {
            self.book(now);
            (self.free, self.cause) = (free, cause);
        }
    }

    /// Closes the period: returns its sums and begins anew.
    pub fn close(&mut self, now: SimTime) -> [GpuTime; IDLE_CAUSES] {
        self.book(now);
        std::mem::replace(&mut self.sums, [GpuTime::ZERO; IDLE_CAUSES])
    }

    fn book(&mut self, now: SimTime) {
        self.sums[self.cause as usize] += Gpus::whole(self.free).over(now - self.since);
        self.since = now;
    }
}
