//! Which jobs are stopped for which.

pub mod by_order;
pub mod reclaim;

use super::broker::Broker;
use super::plan::Plan;
use super::registry::{Build, Need, Row};
use crate::units::ClusterId;

/// All preemption rules.
pub(super) const ROWS: &[Row<Build<dyn Preemption>>] = &[
    preemption("none", "no job is stopped", |_| Box::new(Never)),
    preemption("priority", "preemptible jobs of lower priority are stopped, youngest first", |_| Box::new(ByPriority))
        .cannot(&[Need::Shares]),
    preemption("by_order", "clusters are re-packed from scratch in the order at every event, running jobs included", |_| {
        Box::new(ByOrder)
    })
    .cannot(&[Need::Shares, Need::Sizes]),
];

const fn preemption(name: &'static str, meaning: &'static str, build: Build<dyn Preemption>) -> Row<Build<dyn Preemption>> {
    Row::new(name, meaning, build)
}

/// Makes room for the head of the queue by stopping others.
pub trait Preemption: Send {
    /// Stops jobs so that `job` fits on some cluster that the broker would take for it; returns that cluster, or none where nothing was stopped.
    fn make_room(&self, plan: &mut Plan<'_>, job: u32, broker: &dyn Broker) -> Option<ClusterId>;

    /// Whether it ever stops a job.
    fn is_active(&self) -> bool {
        true
    }

    /// Whether the clusters are re-packed from scratch in the order at every event, running jobs included.
    fn repacks(&self) -> bool {
        false
    }
}

/// Re-packs the clusters from scratch in the policy's order at every event, running jobs included: see [`by_order::repack`].
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

/// No job is stopped.
#[derive(Clone, Copy, Debug)]
pub struct Never;

/// Preemptible jobs of lower priority are stopped: lowest priority first, then youngest, on the first cluster where that makes room for
/// the gang on nodes and domains. Where it would not, no job is stopped.
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
        let has_quota = |cluster: ClusterId| facts.gpus <= view.quota_room(class.team, cluster);
        let mut open = class.clusters.iter().copied().filter(|&cluster| view.is_open(class, cluster) && has_quota(cluster));
        // A broker that lets the job wait for something better does not want others stopped for it.
        let (cluster, victims) = open.find_map(|cluster| {
            let victims = view.victims_for(&facts, cluster)?;
            view.score(broker, &facts, cluster).map(|_| (cluster, victims))
        })?;
        for victim in victims {
            plan.preempt(victim).ok()?;
            // There may be room for it beside the head, or elsewhere. Where there are quotas, what a team is entitled to may undo that.
            if plan.view().quota().is_some() {
                plan.call_again_once();
            } else {
                plan.call_again();
            }
        }
        Some(cluster)
    }
}
