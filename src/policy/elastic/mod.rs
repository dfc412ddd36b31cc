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
use super::quota::Claim;
use super::registry::{Build, Need, Row};

/// All elastic parts.
pub(super) const ROWS: &[Row<Build<dyn Elasticity>>] = &[
    elastic("rigid", "elastic jobs run on what they ask for", |_| Box::new(Rigid)),
    elastic("shrink_expand", "elastic jobs make room for the head of the queue, and take idle GPUs when no job waits", |_| {
        Box::new(ShrinkExpand)
    })
    .asks(Need::Sizes)
    .cannot(&[Need::Shares]),
    elastic("goodput", "GPUs of elastic jobs are re-divided for the best harmonic mean of speedups (Pollux)", |context| {
        Box::new(Goodput::every(context.choice.elastic_interval))
    })
    .asks(Need::Sizes)
    .cannot(&[Need::Shares]),
];

const fn elastic(name: &'static str, meaning: &'static str, build: Build<dyn Elasticity>) -> Row<Build<dyn Elasticity>> {
    Row::new(name, meaning, build)
}

/// Gives elastic jobs other sizes than they ask for, from estimates alone.
pub trait Elasticity: Send {
    /// Whether it ever gives a job another size; otherwise it is never called.
    fn is_active(&self) -> bool {
        true
    }

    /// The head of the queue fits nowhere as it asks. Starts it all the same, smaller or beside others that shrink; says whether it did.
    fn admit(&mut self, plan: &mut Plan<'_>, job: u32, broker: &dyn Broker, placement: &dyn Placement) -> bool;

    /// The first job of a team is entitled to GPUs or quota that others borrow. Starts it beside elastic jobs that give back what was lent by
    /// shrinking, if that is enough; says whether it did.
    fn take_back(
        &mut self,
        _plan: &mut Plan<'_>,
        _job: u32,
        _claim: Claim,
        _broker: &dyn Broker,
        _placement: &dyn Placement,
    ) -> bool {
        false
    }

    /// Every job that could start has started: sizes of running jobs change.
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

#[cfg(test)]
mod tests;
