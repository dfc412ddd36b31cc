//! Who is stopped for whom.

pub mod by_order;
pub mod reclaim;

use super::broker::Broker;
use super::plan::Plan;
use crate::units::ClusterId;

/// Makes room for the head of the queue by stopping others.
pub trait Preemption: Send {
    /// Stops jobs so that `job` fits on some cluster that the broker would take for it; returns that cluster, or none where nothing was stopped.
    fn make_room(&self, plan: &mut Plan<'_>, job: u32, broker: &dyn Broker) -> Option<ClusterId>;

    /// Whether it ever stops anybody.
    fn is_active(&self) -> bool {
        true
    }

    /// Whether the clusters are packed anew from the order at every event, running jobs included.
    fn repacks(&self) -> bool {
        false
    }
}

/// At every event the clusters are packed anew in the policy's order, running jobs included: see [`by_order::repack`].
#[derive(Clone, Copy, Debug)]
pub struct ByOrder;

impl Preemption for ByOrder {
    fn make_room(&self, _plan: &mut Plan<'_>, _job: u32, _broker: &dyn Broker) -> Option<ClusterId> {
        None
    }

    fn repacks(&self) -> bool {
        true
    }
}

/// Nobody is stopped.
#[derive(Clone, Copy, Debug)]
pub struct Never;

/// Preemptible jobs of lower priority are stopped: lowest priority first, then youngest, on the first cluster where that makes room for
/// the gang on nodes and domains. Where it would not, nobody is stopped.
#[derive(Clone, Copy, Debug)]
pub struct ByPriority;

impl Preemption for Never {
    fn make_room(&self, _plan: &mut Plan<'_>, _job: u32, _broker: &dyn Broker) -> Option<ClusterId> {
        None
    }

    fn is_active(&self) -> bool {
        false
    }
}

impl Preemption for ByPriority {
    fn make_room(&self, plan: &mut Plan<'_>, job: u32, broker: &dyn Broker) -> Option<ClusterId> {
        let view = plan.view();
        let facts = *view.job(job);
        let class = view.class_of(&facts);
        let mut open = class.clusters.iter().copied().filter(|&cluster| view.is_open(class, cluster));
        // A broker that lets the job wait for something better does not want others stopped for it.
        let (cluster, victims) = open.find_map(|cluster| {
            let victims = view.victims_for(&facts, cluster)?;
            view.score(broker, &facts, cluster).map(|_| (cluster, victims))
        })?;
        for victim in victims {
            plan.preempt(victim).ok()?;
            // There may be room for it beside the head, or elsewhere.
            plan.call_again();
        }
        Some(cluster)
    }
}
