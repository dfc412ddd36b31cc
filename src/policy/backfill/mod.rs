//! Which jobs may start ahead of a head of the queue that does not fit.

mod conservative;
mod profile;
mod walk;

pub use conservative::Conservative;

use super::broker::Broker;
use super::placement::Placement;
use super::plan::Plan;
use super::queue::{Queued, Rank};
use super::registry::{Build, Need, Row};
use crate::units::{ClusterId, SimTime};

/// All backfill rules.
pub(super) const ROWS: &[Row<Build<dyn Backfill>>] = &[
    backfill("none", "a head that does not fit blocks all other jobs", |_| Box::new(Blocked)),
    backfill("skip", "every job that fits starts, in order; the head holds no reservation", |_| Box::new(Skip)),
    backfill("easy", "the head holds a reservation; other jobs start if they do not delay it", |_| Box::new(Easy))
        .cannot(&[Need::Shares]),
    backfill("conservative", "every job holds a reservation; a job starts early if it delays no other", |_| {
        Box::<Conservative>::default()
    })
    .cannot(&[Need::Shares, Need::Turns, Need::Sizes]),
];

const fn backfill(name: &'static str, meaning: &'static str, build: Build<dyn Backfill>) -> Row<Build<dyn Backfill>> {
    Row::new(name, meaning, build)
}

/// What starts behind a blocked head.
pub trait Backfill: Send {
    /// Starts jobs behind the head, which does not fit anywhere now.
    fn fill(&self, plan: &mut Plan<'_>, head: (Rank, Queued), broker: &dyn Broker, placement: &dyn Placement);

    /// Whether it makes reservations from estimates.
    fn reserves(&self) -> bool {
        false
    }

    /// Whether it decides about the head of the queue too, by `decide`; then `fill` is never called.
    fn decides_alone(&self) -> bool {
        false
    }

    /// Starts the jobs that are to start now.
    fn decide(&mut self, _plan: &mut Plan<'_>, _broker: &dyn Broker, _placement: &dyn Placement) {}
}

/// The head blocks all other jobs.
#[derive(Clone, Copy, Debug)]
pub struct Blocked;

/// Whatever fits starts, in order; the head holds no reservation and may wait long.
#[derive(Clone, Copy, Debug)]
pub struct Skip;

/// EASY: the head holds a reservation on the cluster where it is expected to fit first (ties by the broker, then the scenario's order),
/// and others start, in order, if they do not delay it: on another cluster; or they are estimated to end by then; or they use GPUs that
/// the reservation leaves over. The reservation is made afresh at every pass.
///
/// Source: D. A. Lifka, "The ANL/IBM SP scheduling system", JSSPP 1995.
#[derive(Clone, Copy, Debug)]
pub struct Easy;

/// The head's claim.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reservation {
    pub cluster: ClusterId,
    pub shadow: SimTime,
    pub extra: u64,
}

impl Backfill for Blocked {
    fn fill(&self, _plan: &mut Plan<'_>, _head: (Rank, Queued), _broker: &dyn Broker, _placement: &dyn Placement) {}
}

impl Backfill for Skip {
    fn fill(&self, plan: &mut Plan<'_>, head: (Rank, Queued), broker: &dyn Broker, placement: &dyn Placement) {
        walk::start_behind(plan, head, None, broker, placement);
    }
}

impl Backfill for Easy {
    fn fill(&self, plan: &mut Plan<'_>, head: (Rank, Queued), broker: &dyn Broker, placement: &dyn Placement) {
        if plan.view().somebody_may_fit() {
            let reservation = reserve(plan, head.1.job, broker);
            walk::start_behind(plan, head, reservation, broker, placement);
        }
    }

    fn reserves(&self) -> bool {
        true
    }
}

/// The reservation of a blocked head; none where no running job's end and no announced capacity will ever let it fit by count.
fn reserve(plan: &Plan<'_>, job: u32, broker: &dyn Broker) -> Option<Reservation> {
    let view = plan.view();
    let facts = view.job(job);
    let class = view.class_of(facts);
    let mut best: Option<((SimTime, f64, ClusterId), Reservation)> = None;
    for &cluster in class.clusters.iter().filter(|&&cluster| facts.gpus <= view.quota_room(class.team, cluster)) {
        let Some((shadow, extra)) = view.shadow(facts, cluster) else { continue };
        let Some(score) = view.score(broker, facts, cluster) else { continue };
        let Some(shadow) = view.opens(class, cluster, shadow) else { continue };
        let better = best
            .is_none_or(|((time, other, id), _)| shadow.cmp(&time).then(score.total_cmp(&other)).then(cluster.cmp(&id)).is_lt());
        if better {
            best = Some(((shadow, score, cluster), Reservation { cluster, shadow, extra }));
        }
    }
    best.map(|(_, reservation)| reservation)
}
