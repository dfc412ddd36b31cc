//! The walk behind a blocked head.

use super::Reservation;
use crate::policy::broker::{self, Broker};
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::queue::{Queued, Rank, Room};
use crate::policy::view::View;
use smallvec::SmallVec;

/// Starts whatever fits behind `head`, in order over all classes, without touching a reservation. Each class is asked for its next
/// candidate by an indexed search, so that jobs which cannot start cost nothing.
pub(super) fn start_behind(
    plan: &mut Plan<'_>,
    head: Rank,
    mut reservation: Option<Reservation>,
    broker: &dyn Broker,
    placement: &dyn Placement,
) {
    let classes = plan.view().classes();
    let mut candidates: SmallVec<[Option<(Rank, Queued)>; 12]> =
        (0..classes).map(|class| next(plan.view(), class, head, reservation.as_ref())).collect();
    while let Some((class, (rank, queued))) =
        candidates.iter().enumerate().filter_map(|(class, candidate)| candidate.map(|it| (class, it))).min_by_key(|(_, it)| it.0)
    {
        let view = plan.view();
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
        candidates[class] = next(plan.view(), class, rank, reservation.as_ref());
    }
}

fn next(view: View<'_>, class: usize, after: Rank, reservation: Option<&Reservation>) -> Option<(Rank, Queued)> {
    let clusters = &view.state.classes[class];
    let least = view.state.queue.least_gpus(class)?;
    let mut room = Room { anywhere: 0, reserved: 0, before_ms: 0, extra: 0 };
    let quota = view.quota_room(clusters.team);
    for &cluster in &clusters.clusters {
        let free = view.state.free()[cluster.index()].for_class(clusters).min(quota);
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
    if room.anywhere == 0 && room.reserved == 0 { None } else { view.next_in(class, Some(after), room) }
}
