//! Spot capacity that its vendor takes back for a while.

use super::law::Law;
use crate::units::{SimTime, Span};

/// How a vendor takes the spot capacity of a cluster back.
#[derive(Clone, Debug)]
pub struct Evictions {
    /// When it goes.
    pub times: EvictionTimes,
    /// How long it is gone each time [s].
    pub out_s: Law,
    /// Share of the spot GPUs that goes each time, up to whole nodes, 0 to 1.
    pub share: f64,
    /// How long before it goes that is announced.
    pub notice: Span,
}

/// When spot capacity goes.
#[derive(Clone, Debug)]
pub enum EvictionTimes {
    /// At given instants, in order.
    At(Vec<SimTime>),
    /// At random: from its return (or the start) until it goes again, an exponential time.
    Random {
        /// Evictions a day of time with the capacity there.
        per_day: f64,
    },
}
