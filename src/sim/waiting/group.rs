//! Waiting jobs that share their cause.

use crate::metrics::{CAUSES, Cause};
use crate::units::SimTime;

/// Time by cause [ms].
pub(super) type Clock = [i64; CAUSES];

/// Jobs of one class that ask for the same number of GPUs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// How many of them wait.
    pub waiting: u32,
    pub cause: Cause,
    pub since: SimTime,
    pub clock: Clock,
}

impl Group {
    /// The clock now.
    pub fn read(&self, now: SimTime) -> Clock {
        let mut clock = self.clock;
        clock[self.cause as usize] += (now - self.since).ms();
        clock
    }

    /// They wait for this from now on.
    pub fn set(&mut self, cause: Cause, now: SimTime) {
        if cause != self.cause {
            self.clock = self.read(now);
            (self.cause, self.since) = (cause, now);
        }
    }
}
