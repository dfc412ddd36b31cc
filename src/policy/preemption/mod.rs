//! Who is stopped for whom.

use super::plan::Plan;
use crate::units::ClusterId;

/// Makes room for the head of the queue by stopping others.
pub trait Preemption: Send {
    /// Stops jobs so that `job` fits on some cluster; returns that cluster, or none where nothing was stopped.
    fn make_room(&self, plan: &mut Plan<'_>, job: u32) -> Option<ClusterId>;

    /// Whether it ever stops anybody.
    fn is_active(&self) -> bool {
        true
    }
}

/// Nobody is stopped.
#[derive(Clone, Copy, Debug)]
pub struct Never;

/// Preemptible jobs of lower priority are stopped: lowest priority first, then youngest, on the first cluster where that makes enough
/// room by count of GPUs. Where the freed GPUs turn out not to fit the gang (fragmentation), more are stopped on that cluster.
#[derive(Clone, Copy, Debug)]
pub struct ByPriority;

impl Preemption for Never {
    fn make_room(&self, _plan: &mut Plan<'_>, _job: u32) -> Option<ClusterId> {
        None
    }

    fn is_active(&self) -> bool {
        false
    }
}

impl Preemption for ByPriority {
    fn make_room(&self, plan: &mut Plan<'_>, job: u32) -> Option<ClusterId> {
        let view = plan.view();
        let facts = *view.job(job);
        let class = view.class_of(&facts);
        let cluster = class.clusters.iter().copied().filter(|&cluster| view.is_open(class, cluster)).find(|&cluster| {
            let mut free = view.free_gpus(cluster);
            for (_, victim) in view.victims(cluster).take_while(|(_, victim)| victim.priority < facts.priority) {
                if free >= facts.gpus {
                    break;
                }
                free += victim.gpus;
            }
            free >= facts.gpus
        })?;
        while !plan.view().fits(&facts, cluster) {
            let next = plan.view().victims(cluster).next().filter(|(_, victim)| victim.priority < facts.priority);
            let (victim, _) = next?;
            plan.preempt(victim).ok()?;
        }
        Some(cluster)
    }
}
