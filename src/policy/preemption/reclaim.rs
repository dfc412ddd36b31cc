//! Getting back what was lent.

use crate::model::quota::Reclaim;
use crate::policy::broker::{self, Broker};
use crate::policy::elastic::Elasticity;
use crate::policy::facts::JobFacts;
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::queue::{Queued, Rank};
use crate::policy::quota::{Claim, Party, QuotaUse};
use crate::policy::view::View;
use crate::units::{ClusterId, TeamId};

/// Teams whose first waiting job stays within what they (or a cohort that they are in) have come before those that borrow, in the policy's
/// order of these jobs. Where such a job finds no room or no quota, borrowers give way, as the team's `reclaim` says: elastic jobs shrink where that is
/// enough; else jobs are stopped, lowest priority first, then youngest, and none in vain. A team whose first job cannot be helped so has had its turn
/// among those that are entitled as near; where it is entitled to GPUs of another type by a cohort, it has one more among those.
///
/// So a lender has its share back in the pass in which it asks: a team that stays within its own quota, where all quotas together are no more
/// than there is, and borrowers' jobs may be stopped. The order among workloads, and whose jobs may be stopped, are those of Kueue
/// (KEP-1337, KEP-79). O(teams x clusters) a pass, and O(victims) for each job that gets its share back.
pub fn reclaim(plan: &mut Plan<'_>, elastic: &mut dyn Elasticity, broker: &dyn Broker, placement: &dyn Placement) {
    let mut had_turn: Vec<(u32, usize)> = Vec::new();
    while let Some(Entitled { team, job, gpus, height }) = next(plan.view(), elastic.is_active(), &had_turn) {
        let view = plan.view();
        let facts = JobFacts { gpus, ..*view.job(job) };
        let is_entitled = |cluster: ClusterId| {
            let found = view.quota().and_then(|quota| quota.entitlement((Some(team), cluster), gpus));
            found.is_some_and(|found| found <= height)
        };
        let chosen = broker::choose(broker, &view, &facts, is_entitled);
        if let Some(cluster) = chosen {
            if plan.start_sized(job, cluster, gpus, placement).is_err() {
                had_turn.push((job, height));
            }
            continue;
        }
        let is_back = claim(view, team, height, &facts).is_some_and(|claim| {
            elastic.take_back(plan, job, claim, broker, placement)
                || make_room(plan, &facts, claim).is_some_and(|cluster| plan.start_sized(job, cluster, gpus, placement).is_ok())
        });
        if is_back {
            // Who gave way uses less now, and may be entitled to what is left of its own.
            had_turn.clear();
        } else {
            had_turn.push((job, height));
        }
    }
}

/// A waiting job that its team is entitled to.
struct Entitled {
    team: TeamId,
    job: u32,
    /// The size that it is entitled to: what it asks for, or, of an elastic job, what there is of its team's own.
    gpus: u64,
    /// How far up what it is entitled to is: its team's own (0), or a cohort's.
    height: usize,
}

/// The first waiting job of a team that is entitled to it: teams within what they have themselves before those within what a cohort has, so that
/// no job that starts here is stopped here; then by the policy's order.
fn next(view: View<'_>, is_elastic: bool, had_turn: &[(u32, usize)]) -> Option<Entitled> {
    let quota = view.quota()?;
    let heads = view.heads().filter_map(|(team, head)| Some((team?, head)));
    let ranked = heads.filter_map(|(team, (rank, queued))| {
        let class = view.class_of(view.job(queued.job));
        let can_shrink = is_elastic && queued.gpus > quota.available_on(Some(team), &class.clusters);
        let gpus = match class.elastic.as_ref().filter(|_| can_shrink) {
            Some(elastic) => {
                let own = class.clusters.iter().map(|&cluster| quota.unused_of_own((Some(team), cluster))).max()?;
                elastic.largest_up_to(own, queued.gpus)?
            }
            None => queued.gpus,
        };
        let heights = class.clusters.iter().filter_map(|&cluster| quota.entitlement((Some(team), cluster), gpus));
        let height = heights.filter(|&height| !had_turn.contains(&(queued.job, height))).min()?;
        Some((rank, Entitled { team, job: queued.job, gpus, height }))
    });
    let before = |one: &(Rank, Entitled), other: &(Rank, Entitled)| {
        let turn = |(rank, entitled): &(Rank, Entitled)| (Some(entitled.team), *rank);
        one.1.height.cmp(&other.1.height).then_with(|| view.state.turn(turn(one), turn(other)))
    };
    ranked.min_by(before).map(|(_, found)| found)
}

/// Under preemption by priority a team's first waiting job that lacks quota stops preemptible jobs of its own team, of strictly lower priority: lowest
/// first, then youngest, as few as free the quota and make the room, and none where all of them would not. No job of another team is stopped for it.
///
/// Source: Kueue's `withinClusterQueue: LowerPriority` (KEP-83, kubernetes-sigs/kueue). O(teams) a pass, and O(victims) for each job that starts so.
pub fn reclaim_within(plan: &mut Plan<'_>, broker: &dyn Broker, placement: &dyn Placement) {
    let mut had_turn: Vec<TeamId> = Vec::new();
    while let Some((team, job)) = lacks_quota(plan.view(), &had_turn) {
        had_turn.push(team);
        let view = plan.view();
        let (Some(quota), facts) = (view.quota(), *view.job(job)) else { return };
        let may = |_: &QuotaUse, victim: &JobFacts, (holder, _): Party| holder == Some(team) && victim.priority < facts.priority;
        let class = view.class_of(&facts);
        let mut open = class.clusters.iter().copied().filter(|&cluster| view.is_open(class, cluster));
        let found = open.find_map(|cluster| {
            let victims = victims(view, quota, &facts, cluster, &may)?;
            view.score(broker, &facts, cluster).map(|_| (cluster, victims))
        });
        let Some((cluster, victims)) = found else { continue };
        let stopped = victims.into_iter().all(|victim| plan.preempt(victim).is_ok());
        // Who was stopped may have room elsewhere.
        plan.call_again_once();
        if stopped && plan.start(job, cluster, placement).is_ok() {
            // The next one of the team may follow.
            had_turn.pop();
        }
    }
}

/// The first waiting job, in the policy's order, that is the first of its team and lacks quota.
fn lacks_quota(view: View<'_>, had_turn: &[TeamId]) -> Option<(TeamId, u32)> {
    let heads = view.heads().filter_map(|(team, head)| Some((team?, head)));
    let open = heads.filter(|(team, (_, queued))| !had_turn.contains(team) && !view.has_quota(queued));
    let turn = |&(team, (rank, _)): &(TeamId, (Rank, Queued))| (Some(team), rank);
    open.min_by(|one, other| view.state.turn(turn(one), turn(other))).map(|(team, (_, queued))| (team, queued.job))
}

/// What a team may claim back for a job; none where it may not reclaim.
fn claim(view: View<'_>, team: TeamId, height: usize, job: &JobFacts) -> Option<Claim> {
    let below = match view.quota()?.quotas().team(team)?.reclaim {
        Reclaim::Never => return None,
        Reclaim::LowerPriority => Some(job.priority),
        Reclaim::Any => None,
    };
    Some(Claim { team: Some(team), gpus: job.gpus, height, below })
}

/// Stops borrowers on the first open cluster where that makes room, and elsewhere too where quota is still lacking.
fn make_room(plan: &mut Plan<'_>, job: &JobFacts, claim: Claim) -> Option<ClusterId> {
    let view = plan.view();
    let quota = view.quota()?;
    let class = view.class_of(job);
    let mut open =
        class.clusters.iter().copied().filter(|&cluster| view.is_open(class, cluster) && claim.is_due_on(quota, cluster));
    let (cluster, victims) = open.find_map(|cluster| {
        let may = |used: &QuotaUse, victim: &JobFacts, holder: Party| claim.is_on(used, cluster, victim.priority, holder);
        Some((cluster, victims(view, quota, job, cluster, &may)?))
    })?;
    for victim in victims {
        plan.preempt(victim).ok()?;
        // There may be room for it elsewhere, or for less of it here.
        plan.call_again_once();
    }
    Some(cluster)
}

/// Whom to stop so that a job has room on a cluster and its team the quota; none where stopping all would not do.
fn victims(
    view: View<'_>,
    quota: &QuotaUse,
    job: &JobFacts,
    cluster: ClusterId,
    may: &dyn Fn(&QuotaUse, &JobFacts, Party) -> bool,
) -> Option<Vec<u32>> {
    let within_domain = view.class_of(job).within_domain;
    let asker = (view.class_of(job).team, cluster);
    let (mut quota, mut nodes) = (quota.clone(), view.domains(cluster).clone());
    let mut stopped: Vec<(u32, ClusterId)> = Vec::new();
    let tree = quota.quotas().tree_of(cluster);
    let in_tree: Vec<ClusterId> = view.clusters().filter(|&other| quota.quotas().tree_of(other) == tree).collect();
    let elsewhere = in_tree.into_iter().filter(|&other| other != cluster);
    for place in std::iter::once(cluster).chain(elsewhere) {
        if view.is_barred(place) {
            continue;
        }
        for (victim, facts) in view.victims(place) {
            let has_room = nodes.fits(job.gpus, within_domain);
            if place != cluster && !has_room {
                return None;
            }
            if has_room && job.gpus <= quota.available(asker) {
                break;
            }
            let holder = (view.class_of(facts).team, place);
            if may(&quota, facts, holder) {
                quota.give_back(holder, facts.gpus);
                if place == cluster {
                    nodes.release(view.lease_of(victim).clone());
                }
                stopped.push((victim, place));
            }
        }
    }
    if !nodes.fits(job.gpus, within_domain) || job.gpus > quota.available(asker) {
        return None;
    }
    // Who need not have been stopped goes on, the last first.
    let mut needed = Vec::new();
    for (victim, place) in stopped.into_iter().rev() {
        let facts = view.job(victim);
        let holder = (view.class_of(facts).team, place);
        let mut kept = quota.clone();
        kept.take(holder, facts.gpus);
        let mut packed = nodes.clone();
        let stays = (place != cluster || packed.retake(view.lease_of(victim)))
            && packed.fits(job.gpus, within_domain)
            && job.gpus <= kept.available(asker);
        if stays {
            (quota, nodes) = (kept, packed);
        } else {
            needed.push(victim);
        }
    }
    needed.reverse();
    Some(needed)
}
