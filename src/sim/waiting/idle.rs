//! Idle GPU-time by cause.

use crate::metrics::{IDLE_CAUSES, IdleCause};
use crate::units::{GpuTime, Gpus, SimTime};

/// What is free of a cluster's GPUs and why it stands idle, integrated over the open period.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdleAccount {
    milli_free: u64,
    cause: IdleCause,
    since: SimTime,
    sums: [GpuTime; IDLE_CAUSES],
}

impl IdleAccount {
    pub const fn new() -> Self {
        Self { milli_free: 0, cause: IdleCause::NoDemand, since: SimTime::ZERO, sums: [GpuTime::ZERO; IDLE_CAUSES] }
    }

    /// So much is free for that cause from now on [thousandths of a GPU]. O(1).
    pub fn set(&mut self, milli_free: u64, cause: IdleCause, now: SimTime) {
        if (milli_free, cause) != (self.milli_free, self.cause) {
            self.book(now);
            (self.milli_free, self.cause) = (milli_free, cause);
        }
    }

    /// Closes the period: returns its sums and resets them.
    pub fn close(&mut self, now: SimTime) -> [GpuTime; IDLE_CAUSES] {
        self.book(now);
        std::mem::replace(&mut self.sums, [GpuTime::ZERO; IDLE_CAUSES])
    }

    fn book(&mut self, now: SimTime) {
        self.sums[self.cause as usize] += Gpus::from_milli(self.milli_free).over(now - self.since);
        self.since = now;
    }
}
