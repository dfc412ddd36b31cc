//! Everybody holds a reservation.

use super::Backfill;
use super::profile::Profile;
use crate::policy::broker::Broker;
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::queue::{Queued, Rank};
use crate::policy::view::View;
use crate::units::{ClusterId, SimTime};
use std::collections::BTreeMap;

/// Every waiting job holds a reservation, made in queue order when it is submitted: the earliest instant at which its GPUs are expected to
/// be free for its estimated time beside all reservations so far, on the cluster where that comes first (ties by the broker, then the
/// scenario's order). Who has a reservation for now starts. When something came otherwise than expected - a job ended early, one is overdue,
/// capacity changed - all reservations are made anew in queue order. An overdue job counts as ending now.
///
/// By counts of GPUs: on nodes a gang whose turn has come may still have to wait for GPUs that lie together. O(waiting x steps) a pass in
/// which something came unexpectedly, O(steps) for a submission otherwise.
///
/// Source: A. W. Mu'alem, D. G. Feitelson, "Utilization, predictability, workloads, and user runtime estimates in scheduling the IBM SP2 with
/// backfilling", IEEE TPDS 12 (2001).
#[derive(Clone, Debug, Default)]
pub struct Conservative {
    profiles: Vec<Profile>,
    /// By job: where and when; nowhere where it is never.
    reservations: BTreeMap<u32, Option<(ClusterId, SimTime)>>,
    /// Surprises up to which the reservations are made.
    surprises: Option<u64>,
}

impl Backfill for Conservative {
    fn fill(&self, _plan: &mut Plan<'_>, _head: (Rank, Queued), _broker: &dyn Broker, _placement: &dyn Placement) {}

    fn reserves(&self) -> bool {
        true
    }

    fn decides_alone(&self) -> bool {
        true
    }

    fn decide(&mut self, plan: &mut Plan<'_>, broker: &dyn Broker, placement: &dyn Placement) {
        let view = plan.view();
        let now = view.now();
        if self.surprises != Some(view.surprises()) || view.somebody_is_overdue() {
            self.surprises = Some(view.surprises());
            self.forget(view);
        } else {
            self.profiles.iter_mut().for_each(|profile| profile.advance(now));
        }
        self.reserve_for_newcomers(view, broker);
        let due = self.reservations.iter().filter_map(|(&job, claim)| {
            let (cluster, time) = (*claim)?;
            (time <= now).then_some((view.job(job).rank, job, cluster))
        });
        let mut due: Vec<(Rank, u32, ClusterId)> = due.collect();
        due.sort_unstable();
        for (_, job, cluster) in due {
            if plan.start(job, cluster, placement).is_ok() {
                self.reservations.remove(&job);
            } else {
                // Its GPUs are not there yet, or lie scattered: the plan does not hold any more.
                self.surprises = None;
            }
        }
    }
}

impl Conservative {
    /// Begins anew with what runs and what is announced.
    fn forget(&mut self, view: View<'_>) {
        self.reservations.clear();
        self.profiles.resize_with(view.clusters().count(), Profile::default);
        for (profile, cluster) in self.profiles.iter_mut().zip(view.clusters()) {
            profile.reset(view.now(), view.free_gpus(cluster), view.expected(cluster));
        }
    }

    fn reserve_for_newcomers(&mut self, view: View<'_>, broker: &dyn Broker) {
        // Jobs leave the queue only by starting here, or turned away, which is a surprise: as many as before means the same ones.
        if view.queue_length() == self.reservations.len() {
            return;
        }
        for (_, queued) in view.queue() {
            if !self.reservations.contains_key(&queued.job) {
                let claim = self.claim(view, queued.job, broker);
                self.reservations.insert(queued.job, claim);
            }
        }
    }

    fn claim(&mut self, view: View<'_>, job: u32, broker: &dyn Broker) -> Option<(ClusterId, SimTime)> {
        let facts = view.job(job);
        let class = view.class_of(facts);
        let mut best: Option<(SimTime, f64, ClusterId)> = None;
        for &cluster in &class.clusters {
            let length = view.estimate_on(facts, cluster);
            let profile = &self.profiles[cluster.index()];
            let Some(opens) = view.opens(class, cluster, view.now()) else { continue };
            let mut time = profile.earliest(facts.gpus, length, opens);
            while let Some(found) = time
                && class.opens(cluster, found) > found
            {
                time = profile.earliest(facts.gpus, length, class.opens(cluster, found));
            }
            let Some(time) = time else { continue };
            let Some(score) = broker.score(&view, facts, cluster) else { continue };
            let better =
                best.is_none_or(|(other, known, id)| time.cmp(&other).then(score.total_cmp(&known)).then(cluster.cmp(&id)).is_lt());
            if better {
                best = Some((time, score, cluster));
            }
        }
        let (time, _, cluster) = best?;
        self.profiles[cluster.index()].reserve(facts.gpus, time, view.estimate_on(facts, cluster));
        Some((cluster, time))
    }
}
