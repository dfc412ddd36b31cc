//! Room for the head of the queue: it starts smaller, or others shrink.

use super::members::{Goal, Member, members, resize};
use super::shares::GivingWay;
use crate::policy::broker::{Broker, ranked};
use crate::policy::facts::JobFacts;
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::quota::{Claim, QuotaUse};
use crate::policy::view::View;
use crate::units::ClusterId;

/// Numbers of GPUs freed for a size of the head that are tried on nodes before a smaller one is.
const TRIES: usize = 16;

/// How large an elastic head is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// As large as it asks for, or as there can be room for.
    AsAsked,
    /// As small as it can be.
    Least,
}

/// Starts a job that is entitled to quota which others borrow, where elastic jobs of borrowers can make the room by shrinking alone: on the cluster that the broker
/// prefers among those where that does, and elsewhere too where quota is still lacking. Says whether it started.
pub(super) fn take_back(
    plan: &mut Plan<'_>,
    job: u32,
    (goal, claim): (Goal, Claim),
    broker: &dyn Broker,
    placement: &dyn Placement,
) -> bool {
    let view = plan.view();
    let facts = JobFacts { gpus: claim.gpus, ..*view.job(job) };
    let is_due = |cluster: &ClusterId| view.quota().is_some_and(|used| claim.is_due_on(used, *cluster));
    let found = preferred(view, &facts, broker).into_iter().filter(is_due).find_map(|cluster| {
        let shrunk = shrink_lent(view, &facts, cluster, (goal, claim), placement)?;
        Some((cluster, shrunk))
    });
    let Some((cluster, shrunk)) = found else { return false };
    resize(plan, &shrunk, placement);
    plan.start_sized(job, cluster, facts.gpus, placement).is_ok()
}

/// What borrowers hold of a cluster, and of others for want of quota, once a job fits there and its team has the quota.
fn shrink_lent(
    view: View<'_>,
    facts: &JobFacts,
    cluster: ClusterId,
    (goal, claim): (Goal, Claim),
    placement: &dyn Placement,
) -> Option<Vec<Member>> {
    let (class, before) = (view.class_of(facts), view.quota()?);
    let is_claimed = |used: &QuotaUse, member: &Member| {
        claim.is_on(used, cluster, member.facts.priority, (view.class_of(&member.facts).team, member.cluster))
    };
    let lenders = |cluster: ClusterId| {
        let there = if view.is_barred(cluster) { Vec::new() } else { members(view, cluster) };
        there.into_iter().filter(|member| member.left > member.cost && is_claimed(before, member))
    };
    let gives = |used: &mut QuotaUse, member: &Member, gpus: u64| {
        let is_lent = is_claimed(used, member);
        if is_lent {
            used.give_back((view.class_of(&member.facts).team, member.cluster), gpus);
        }
        is_lent
    };
    let mut needed = facts.gpus.saturating_sub(view.free_gpus(cluster));
    for _ in 0..TRIES {
        let mut used = before.clone();
        let mut giving = GivingWay::new(lenders(cluster).collect(), goal);
        if !giving.free_up_where(needed, |member, gpus| gives(&mut used, member, gpus)) {
            return None;
        }
        if !fits_beside(view, &giving.members, cluster, (facts.gpus, class.within_domain), placement) {
            needed = giving.freed() + 1;
            continue;
        }
        // Quota may be lent where the job does not run.
        let elsewhere = view.clusters().filter(|&other| other != cluster).flat_map(lenders);
        let mut giving = GivingWay::new(giving.members.into_iter().chain(elsewhere).collect(), goal);
        let lacking = facts.gpus.saturating_sub(used.available((class.team, cluster)));
        let is_freed = giving.free_up_where(lacking, |member, gpus| gives(&mut used, member, gpus));
        return (is_freed && facts.gpus <= used.available((class.team, cluster))).then_some(giving.members);
    }
    None
}

/// Starts the head of the queue beside running elastic jobs that shrink for it, on the cluster that the broker prefers among those where that
/// makes room. No job shrinks in vain. Says whether it started.
pub(super) fn make_room(
    plan: &mut Plan<'_>,
    job: u32,
    (ask, goal): (Ask, Goal),
    broker: &dyn Broker,
    placement: &dyn Placement,
) -> bool {
    let view = plan.view();
    let facts = *view.job(job);
    let found = preferred(view, &facts, broker).into_iter().find_map(|cluster| {
        let (size, shrunk) = room(view, &facts, cluster, (ask, goal), placement)?;
        Some((cluster, size, shrunk))
    });
    let Some((cluster, size, shrunk)) = found else { return false };
    resize(plan, &shrunk, placement);
    plan.start_sized(job, cluster, size, placement).is_ok()
}

/// Clusters where a job may start, the one that the broker prefers first.
fn preferred(view: View<'_>, facts: &JobFacts, broker: &dyn Broker) -> Vec<ClusterId> {
    let class = view.class_of(facts);
    let open = class.clusters.iter().copied().filter(|&cluster| view.is_open(class, cluster));
    ranked(broker, view, facts, open)
}

/// A size that a job can start with on a cluster, and what the others there hold then; none if such a size does not exist.
fn room(
    view: View<'_>,
    facts: &JobFacts,
    cluster: ClusterId,
    (ask, goal): (Ask, Goal),
    placement: &dyn Placement,
) -> Option<(u64, Vec<Member>)> {
    let class = view.class_of(facts);
    let mut others = members(view, cluster);
    // Who ends before the change would be over gives its GPUs back soon.
    others.retain(|member| member.left > member.cost);
    let elastic = class.elastic.as_ref();
    let least = elastic.map_or(facts.asked, |elastic| elastic.least(facts.asked));
    let quota = view.quota_room(class.team, cluster);
    let lacks_quota = quota < least;
    if lacks_quota {
        // Those of its own team alone can give it any.
        others.retain(|member| view.class_of(&member.facts).team == class.team);
    }
    let given: u64 = others.iter().map(|member| member.held - member.least()).sum();
    let most = (view.free_gpus(cluster) + given).min(if lacks_quota { quota + given } else { quota });
    let smaller = |most: u64| match elastic {
        Some(elastic) => elastic.largest_up_to(most, facts.asked),
        None => (facts.asked <= most).then_some(facts.asked),
    };
    let wanted = if ask == Ask::Least { least } else { facts.asked };
    let shrunk_for = |gpus: u64| shrink_for(view, (gpus, class.within_domain, quota), cluster, (&others, goal), placement);
    let most = smaller(most.min(wanted))?;
    if let Some(shrunk) = shrunk_for(most) {
        return Some((most, shrunk));
    }
    // By count there was room, on nodes there was none.
    let mut found = None;
    elastic?.bisect(facts.asked, (least.saturating_sub(1), most), |gpus| {
        let shrunk = shrunk_for(gpus);
        let fits = shrunk.is_some();
        found = shrunk.map(|shrunk| (gpus, shrunk)).or(found.take());
        fits
    });
    found
}

/// What others hold of a cluster once so many GPUs fit there beside them, tried out on a copy of its nodes.
fn shrink_for(
    view: View<'_>,
    (gpus, within_domain, quota): (u64, bool, u64),
    cluster: ClusterId,
    (others, goal): (&[Member], Goal),
    placement: &dyn Placement,
) -> Option<Vec<Member>> {
    let mut giving = GivingWay::new(others.to_vec(), goal);
    let mut needed = gpus.saturating_sub(view.free_gpus(cluster)).max(gpus.saturating_sub(quota));
    for _ in 0..TRIES {
        if !giving.free_up(needed) {
            return None;
        }
        if fits_beside(view, &giving.members, cluster, (gpus, within_domain), placement) {
            return Some(giving.members);
        }
        // By count it was enough, on nodes it was not.
        needed = giving.freed() + 1;
    }
    None
}

/// Whether a gang fits on a cluster beside jobs that shrink there, tried out on a copy of its nodes.
fn fits_beside(
    view: View<'_>,
    members: &[Member],
    cluster: ClusterId,
    (gpus, within_domain): (u64, bool),
    placement: &dyn Placement,
) -> bool {
    let mut trial = view.domains(cluster).clone();
    let mut all_fit = true;
    for member in members.iter().filter(|member| member.gpus < member.held) {
        trial.release(view.lease_of(member.job).clone());
        let inside = view.class_of(view.job(member.job)).within_domain;
        all_fit &= view.place(placement, cluster, &mut trial, member.gpus, inside).is_some();
    }
    all_fit && trial.fits(gpus, within_domain)
}
