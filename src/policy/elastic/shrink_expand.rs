//! Elastic jobs make room for waiting jobs, and take idle GPUs.

use super::Elasticity;
use super::members::{Goal, members, resize};
use super::room::{Ask, make_room, take_back};
use super::shares::{fill, share_out};
use crate::policy::broker::Broker;
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::quota::Claim;
use crate::policy::view::View;
use crate::units::ClusterId;

/// While a job waits, running elastic jobs shrink towards their least size, those first that lose the least speed for a GPU, until the head
/// of the queue fits as it asks; an elastic head for which there cannot be as much room starts with what there can be. Where no job waits
/// who could use them, idle GPUs go where they gain most.
///
/// A job grows only where it gains more time than the change takes, by its estimate, and who would end before the change is over does not
/// shrink.
#[derive(Clone, Copy, Debug)]
pub struct ShrinkExpand;

impl Elasticity for ShrinkExpand {
    fn admit(&mut self, plan: &mut Plan<'_>, job: u32, broker: &dyn Broker, placement: &dyn Placement) -> bool {
        make_room(plan, job, (Ask::AsAsked, Goal::Speedups), broker, placement)
    }

    fn take_back(&mut self, plan: &mut Plan<'_>, job: u32, claim: Claim, broker: &dyn Broker, placement: &dyn Placement) -> bool {
        take_back(plan, job, (Goal::Speedups, claim), broker, placement)
    }

    fn settle(&mut self, plan: &mut Plan<'_>, placement: &dyn Placement) {
        for cluster in plan.view().clusters() {
            if is_wanted(plan.view(), cluster) {
                continue;
            }
            expand(plan, cluster, placement);
        }
    }
}

/// Whether a job waits that may use a cluster, and whose team has quota left. O(classes x clusters).
fn is_wanted(view: View<'_>, cluster: ClusterId) -> bool {
    let waits = |class: &usize| view.state.queue.first(*class).is_some();
    (0..view.classes()).filter(waits).any(|class| {
        let class = view.class(class);
        class.clusters.contains(&cluster) && view.quota_room(class.team, cluster) > 0
    })
}

/// Gives idle GPUs of a cluster to jobs that run there.
fn expand(plan: &mut Plan<'_>, cluster: ClusterId, placement: &dyn Placement) {
    let view = plan.view();
    let free = view.free_gpus(cluster);
    if free == 0 || view.is_barred(cluster) {
        return;
    }
    let mut members = members(view, cluster);
    loop {
        share_out(&mut members, free, Goal::Speedups);
        // Those for whom it is not worth it leave their share to the others.
        let mut is_worth_it = true;
        for member in members.iter_mut().filter(|member| member.gpus > member.held && !member.pays(view)) {
            (member.is_fixed, is_worth_it) = (true, false);
        }
        if is_worth_it {
            break;
        }
        for member in &mut members {
            member.gpus = member.held;
        }
    }
    let resized = resize(plan, &members, placement);
    if !resized.cramped.is_empty() {
        fill(plan, cluster, (&resized.cramped, Goal::Speedups), placement);
    }
}
