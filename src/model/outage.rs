//! Outages: all of a cluster is unavailable for a while.

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
    /// Whether contracts credit nothing for it.
    pub maintenance: bool,
    /// When.
    pub times: OutageTimes,
}

/// The kind of an outage: what it takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutageKind {
    /// The GPUs (data plane): jobs and replicas on them fail, and nothing starts there.
    DataPlane,
    /// The control plane: running work continues, but nothing starts, is preempted, or scales.
    ControlPlane,
    /// The ingress: services there are unreachable; jobs continue.
    Ingress,
    /// The permission to run there (a ban): running jobs are stopped after saving their state, and nothing starts; the GPUs stay.
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
        /// Outages per year of time without one.
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
