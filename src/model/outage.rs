//! Capacity that is not there for a while, all of a cluster at once.

use super::law::Law;
use crate::units::{ClusterId, SimTime};

/// A cause of outages on some clusters: one that is scheduled, or a law by which they happen.
#[derive(Clone, Debug)]
pub struct Outage {
    /// The key in the scenario.
    pub name: String,
    /// What is lost.
    pub kind: OutageKind,
    /// The clusters it hits, all at once, in the scenario's order.
    pub clusters: Vec<ClusterId>,
    /// When.
    pub times: OutageTimes,
}

/// What an outage takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutageKind {
    /// The GPUs: what runs on them fails, and nothing starts there.
    DataPlane,
    /// The control: what runs goes on, but nothing starts, is stopped for others, or scales.
    ControlPlane,
    /// The way in: services there are not reached; jobs go on.
    Ingress,
    /// The permission to run anything there: what runs is stopped after saving its state, and nothing starts; the GPUs stay.
    Ban,
}

/// When outages happen.
#[derive(Clone, Debug)]
pub enum OutageTimes {
    /// Once, from an instant to before another.
    Scheduled {
        /// First instant.
        from: SimTime,
        /// First instant after it.
        until: SimTime,
    },
    /// At random: from the end of one (or the start) to the beginning of the next, an exponential time.
    Random {
        /// Outages a year of time without one.
        per_year: f64,
        /// How long each lasts [s].
        duration_s: Law,
    },
}

impl OutageKind {
    /// The word in scenarios.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::DataPlane => "data-plane",
            Self::ControlPlane => "control-plane",
            Self::Ingress => "ingress",
            Self::Ban => "ban",
        }
    }
}
