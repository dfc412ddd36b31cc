//! Capacity that arrives in dated steps, and what can make a step late.

use super::law::Law;
use crate::units::{GpuTime, Gpus, ShockId, SimTime, Span};

/// A dated increment of a cluster's capacity.
#[derive(Clone, Debug)]
pub struct Tranche {
    /// The announced date.
    pub planned: SimTime,
    /// The date that its random draws depend on: the planned date before any what-if question.
    pub identity: SimTime,
    /// How much later it comes because another vendor has a right of first refusal.
    pub held: Span,
    /// GPUs added: whole nodes.
    pub gpus: u64,
    /// How it is paid and whether it can be taken back.
    pub kind: CapacityKind,
    /// What can delay or cancel it.
    pub slip: Slip,
    /// The day on which it leaves whatever any contract says; never where none is written.
    pub until: SimTime,
    /// When it leaves by plan: that day, or with the end of its term where capacity does not go on after it.
    pub leaves: SimTime,
    /// A certain delay, in addition; revealed on the announced date like any other.
    pub late: Span,
}

/// How capacity is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CapacityKind {
    /// Committed: filled first.
    Reserved,
    /// Paid while allocated.
    OnDemand,
    /// Paid while allocated, cheaper; may be taken back.
    Spot,
}

impl CapacityKind {
    /// All kinds, the one that fills first first.
    pub const ALL: [Self; 3] = [Self::Reserved, Self::OnDemand, Self::Spot];
}

/// The probability and the distribution of a tranche's delay.
#[derive(Clone, Debug)]
pub struct Slip {
    /// Probability of a delay of its own.
    pub probability: f64,
    /// Its own delay, given that it has one [days].
    pub days: Law,
    /// Probability that it never comes.
    pub cancelled: f64,
    /// Common shocks that can hit it; the largest that does adds to its own delay.
    pub shocks: Vec<ShockId>,
}

/// A cause of delay shared by several tranches: a developer, a grid, a chip generation.
#[derive(Clone, Debug)]
pub struct Shock {
    /// The key in the scenario.
    pub name: String,
    /// Probability that it happens.
    pub probability: f64,
    /// The delay, given that it does [days].
    pub days: Law,
}

impl Tranche {
    /// A tranche as announced.
    #[must_use]
    pub const fn new(planned: SimTime, gpus: u64, kind: CapacityKind, slip: Slip) -> Self {
        Self {
            planned,
            identity: planned,
            held: Span::ZERO,
            gpus,
            kind,
            slip,
            until: SimTime::NEVER,
            leaves: SimTime::NEVER,
            late: Span::ZERO,
        }
    }

    /// Whether it is reserved.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.kind == CapacityKind::Reserved
    }

    /// Planned GPU-time between two instants.
    #[must_use]
    pub fn planned_time(&self, from: SimTime, to: SimTime) -> GpuTime {
        Gpus::whole(self.gpus).over(to.min(self.leaves) - self.planned.max(from))
    }

    /// When it is due: the announced date, later by what a right of first refusal takes.
    #[must_use]
    pub const fn due(&self) -> SimTime {
        self.planned.saturating_add(self.held)
    }
}

impl Slip {
    /// A tranche that comes on its planned date.
    #[must_use]
    pub const fn none() -> Self {
        Self { probability: 0.0, days: Law::constant(0.0), cancelled: 0.0, shocks: Vec::new() }
    }
}
