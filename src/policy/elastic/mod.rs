//! What becomes of the sizes of elastic jobs.

mod goodput;
mod members;
mod room;
mod shares;
mod shrink_expand;

pub use goodput::Goodput;
pub use shrink_expand::ShrinkExpand;

use super::broker::Broker;
use super::placement::Placement;
use super::plan::Plan;
use crate::units::Span;

/// The part under which elastic jobs run on what they ask for.
pub const RIGID: &str = "rigid";
/// The least time between two re-allocations under `goodput`, unless the scenario says otherwise: Pollux's scheduling interval.
pub const INTERVAL: Span = Span::from_ms(60_000);

/// Gives elastic jobs other sizes than they ask for, from estimates alone.
pub trait Elasticity: Send {
    /// Whether it ever gives a job another size; otherwise it is never called.
    fn is_active(&self) -> bool {
        true
    }

    /// The head of the queue fits nowhere as it asks. Starts it all the same, smaller or beside others that shrink; says whether it did.
    fn admit(&mut self, plan: &mut Plan<'_>, job: u32, broker: &dyn Broker, placement: &dyn Placement) -> bool;

    /// Everybody has started who could: sizes of running jobs change.
    fn settle(&mut self, plan: &mut Plan<'_>, placement: &dyn Placement);
}

/// Elastic jobs run on what they ask for.
#[derive(Clone, Copy, Debug)]
pub struct Rigid;

impl Elasticity for Rigid {
    fn is_active(&self) -> bool {
        false
    }

    fn admit(&mut self, _plan: &mut Plan<'_>, _job: u32, _broker: &dyn Broker, _placement: &dyn Placement) -> bool {
        false
    }

    fn settle(&mut self, _plan: &mut Plan<'_>, _placement: &dyn Placement) {}
}

/// The part of a name.
#[must_use]
pub fn named(name: &str, interval: Span) -> Option<Box<dyn Elasticity>> {
    Some(match name {
        RIGID => Box::new(Rigid),
        "shrink_expand" => Box::new(ShrinkExpand),
        "goodput" => Box::new(Goodput::every(interval)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
