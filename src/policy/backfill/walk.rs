//! The walk behind a blocked head.

use super::Reservation;
use crate::policy::broker::{self, Broker};
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::queue::{Queued, Rank, Room};
use crate::policy::view::View;
use smallvec::SmallVec;

/// Starts whatever fits behind `head`, in order over all classes, without touching a reservation. Each class is asked for its next
/// candidate by an indexed search, so that jobs which cannot start cost nothing. Where teams take turns, each job is one of the team with the least
/// share of those that have candidates. A team whose first job lacks quota has none.
pub(super) fn start_behind(
    plan: &mut Plan<'_>,
    (head, blocked): (Rank, Queued),
    mut reservation: Option<Reservation>,
    broker: &dyn Broker,
    placement: &dyn Placement,
) {
    let classes = plan.view().classes();
    let takes_turns = plan.view().team_shares().is_some();
    // The head is the first of its own team alone, where teams take turns.
    let team = plan.view().class_of(plan.view().job(blocked.job)).team;
    let after = |class: usize| (!takes_turns || plan.view().class(class).team == team).then_some(head);
    let mut candidates: SmallVec<[Option<(Rank, Queued)>; 12]> =
        (0..classes).map(|class| next(plan.view(), class, after(class), reservation.as_ref())).collect();
    while let Some((class, (rank, queued))) = first(plan.view(), &candidates, takes_turns) {
        let view = plan.view();
        if view.is_held_up(view.class(class).team) {
            candidates[class] = None;
            continue;
        }
        let facts = view.job(queued.job);
        let now = view.now();
        let spares = |reserved: &Reservation| now.saturating_add(view.estimate_on(facts, reserved.cluster)) <= reserved.shadow;
        let chosen = broker::choose(broker, &view, facts, |cluster| {
            reservation
                .as_ref()
                .is_none_or(|reserved| reserved.cluster != cluster || facts.gpus <= reserved.extra || spares(reserved))
        });
        if let Some(cluster) = chosen {
            let gpus = facts.gpus;
            let uses_extra = reservation.as_ref().is_some_and(|reserved| reserved.cluster == cluster && !spares(reserved));
            if plan.start(queued.job, cluster, placement).is_ok()
                && uses_extra
                && let Some(reserved) = &mut reservation
            {
                reserved.extra -= gpus;
            }
        }
        candidates[class] = next(plan.view(), class, Some(rank), reservation.as_ref());
    }
}

/// The candidate that comes first, and its class.
fn first(view: View<'_>, candidates: &[Option<(Rank, Queued)>], takes_turns: bool) -> Option<(usize, (Rank, Queued))> {
    let there = candidates.iter().enumerate().filter_map(|(class, candidate)| candidate.map(|it| (class, it)));
    if !takes_turns {
        return there.min_by_key(|(_, it)| it.0);
    }
    let turn = |&(class, (rank, _)): &(usize, (Rank, Queued))| (view.class(class).team, rank);
    there.min_by(|one, other| view.state.turn(turn(one), turn(other)))
}

fn next(view: View<'_>, class: usize, after: Option<Rank>, reservation: Option<&Reservation>) -> Option<(Rank, Queued)> {
    let clusters = &view.state.classes[class];
    let least = view.state.queue.least_gpus(class)?;
    let mut room = Room { anywhere: 0, reserved: 0, before_ms: 0, extra: 0 };
    for &cluster in &clusters.clusters {
        let free = view.state.free()[cluster.index()].for_class(clusters).min(view.quota_room(clusters.team, cluster));
        if free < least || !view.is_open(clusters, cluster) {
            continue;
        }
        match reservation {
            Some(reserved) if reserved.cluster == cluster => {
                let speed = i64::from(clusters.speed_milli[cluster.index()]);
                room.reserved = free;
                // The longest estimate that ends by the shadow: ceil(estimate x 1000 / speed) <= time left.
                room.before_ms = (reserved.shadow - view.now()).ms().saturating_mul(speed) / 1000;
                room.extra = reserved.extra;
            }
            _ => room.anywhere = room.anywhere.max(free),
        }
    }
    if room.anywhere == 0 && room.reserved == 0 { None } else { view.next_in(class, after, room) }
}
