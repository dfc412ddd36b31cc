//! Every job holds a reservation.

use super::Backfill;
use super::profile::Profile;
use crate::policy::broker::Broker;
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::queue::{Queued, Rank};
use crate::policy::view::View;
use crate::units::{ClusterId, SimTime, Span};

/// Every waiting job holds a reservation, made in queue order when it is submitted: the earliest instant at which its GPUs are expected to
/// be free for its estimated time beside all reservations so far, on the cluster where that comes first (ties by the broker, then the
/// scenario's order). Who has a reservation for now starts. When something came otherwise than expected - a job ended early, one is overdue,
/// capacity changed - all reservations are made again in queue order. An overdue job counts as ending now.
///
/// A reservation can be made later than it is due to be, as long as nothing acts on it: reservations only take GPUs, so that a job that does not
/// fit by now beside those made so far will not fit beside all of them. They are made up to the last job that may start; where jobs have a
/// choice of clusters all are made at once, because a broker may judge by what is free at the moment.
///
/// A job for which its team has no quota holds no reservation: it is unknown when other teams will give back what they use. Where there are quotas,
/// everything is planned again whenever a job ends.
///
/// By counts of GPUs: on nodes a gang whose turn has come may still have to wait for GPUs that lie together. O(waiting + reservations made x
/// steps) a pass.
///
/// Source: A. W. Mu'alem, D. G. Feitelson, "Utilization, predictability, workloads, and user runtime estimates in scheduling the IBM SP2 with
/// backfilling", IEEE TPDS 12 (2001).
#[derive(Clone, Debug, Default)]
pub struct Conservative {
    profiles: Vec<Profile>,
    /// Jobs whose reservations are still to be made, in order, behind those that are.
    requests: Vec<Request>,
    /// How many of the requests have been made reservations.
    made: usize,
    /// Reservations of jobs that wait.
    claims: Vec<Claim>,
    /// By job: whether it has a reservation, a request, or can have none.
    known: Vec<bool>,
    /// How many jobs are known.
    count: usize,
    /// Surprises up to which the reservations hold.
    surprises: Option<u64>,
}

/// A waiting job that wants a reservation.
#[derive(Clone, Copy, Debug)]
struct Request {
    job: u32,
    gpus: u64,
    /// The only cluster it may use, where there is but one, and how long it is estimated to take there.
    only: Option<(ClusterId, Span)>,
    /// From when on: the instant at which the reservation was due to be made.
    from: SimTime,
}

/// A reservation.
#[derive(Clone, Copy, Debug)]
struct Claim {
    time: SimTime,
    cluster: ClusterId,
    job: u32,
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
        } else if self.made == self.requests.len() {
            // A request from an earlier instant would still need what lies before now.
            self.profiles.iter_mut().for_each(|profile| profile.advance(now));
        }
        self.note_newcomers(view);
        self.reserve(view, broker);
        let due = self.claims.iter().filter(|claim| claim.time <= now);
        let mut due: Vec<(Rank, u32, ClusterId)> = due.map(|claim| (view.job(claim.job).rank, claim.job, claim.cluster)).collect();
        due.sort_unstable();
        for &(_, job, cluster) in &due {
            if plan.start(job, cluster, placement).is_ok() {
                self.known[job as usize] = false;
                self.count -= 1;
            } else {
                // Its GPUs are not there yet, or lie scattered: the plan does not hold any more.
                self.surprises = None;
            }
        }
        if !due.is_empty() {
            self.claims.retain(|claim| self.known[claim.job as usize]);
        }
    }
}

impl Conservative {
    /// Starts over with what runs and what is announced.
    fn forget(&mut self, view: View<'_>) {
        self.requests.clear();
        self.made = 0;
        self.claims.clear();
        self.known.fill(false);
        self.count = 0;
        self.profiles.resize_with(view.clusters().count(), Profile::default);
        for (profile, cluster) in self.profiles.iter_mut().zip(view.clusters()) {
            profile.reset(view.now(), view.free_gpus(cluster), view.expected(cluster));
        }
    }

    fn note_newcomers(&mut self, view: View<'_>) {
        // Jobs leave the queue only by starting here, or turned away, which is a surprise: as many as before means the same ones.
        if view.queue_length() == self.count {
            return;
        }
        self.requests.drain(..std::mem::take(&mut self.made));
        for (_, queued) in view.queue() {
            let at = queued.job as usize;
            if self.known.len() <= at {
                self.known.resize(at + 1, false);
            }
            if !self.known[at] {
                self.known[at] = true;
                self.count += 1;
                let facts = view.job(queued.job);
                let only = match view.class_of(facts).clusters[..] {
                    [cluster] => Some((cluster, view.estimate_on(facts, cluster))),
                    _ => None,
                };
                self.requests.push(Request { job: queued.job, gpus: queued.gpus, only, from: view.now() });
            }
        }
    }

    /// Makes reservations in order, up to the last job that may start by now.
    fn reserve(&mut self, view: View<'_>, broker: &dyn Broker) {
        let has_choice = (0..view.classes()).any(|class| view.class(class).clusters.len() > 1);
        let mut looked_at = self.made;
        while let Some(request) = self.requests.get(looked_at) {
            looked_at += 1;
            let may_start = |(cluster, length): (ClusterId, Span)| {
                self.profiles[cluster.index()].earliest_by(request.gpus, length, request.from, view.now()).is_some()
            };
            if has_choice || request.only.is_some_and(may_start) {
                for index in self.made..looked_at {
                    let claim = self.claim(view, self.requests[index], broker);
                    self.claims.extend(claim);
                }
                self.made = looked_at;
            }
        }
    }

    /// Makes a reservation; none where it is never.
    fn claim(&mut self, view: View<'_>, request: Request, broker: &dyn Broker) -> Option<Claim> {
        let facts = view.job(request.job);
        let class = view.class_of(facts);
        let mut best: Option<(SimTime, f64, ClusterId)> = None;
        for &cluster in &class.clusters {
            if facts.gpus > view.quota_room(class.team, cluster) {
                continue;
            }
            let length = view.estimate_on(facts, cluster);
            let profile = &self.profiles[cluster.index()];
            let Some(opens) = view.opens(class, cluster, request.from) else { continue };
            let mut time = profile.earliest(facts.gpus, length, opens);
            while let Some(found) = time
                && class.opens(cluster, found) > found
            {
                time = profile.earliest(facts.gpus, length, class.opens(cluster, found));
            }
            let Some(time) = time else { continue };
            let Some(score) = view.score(broker, facts, cluster) else { continue };
            let better =
                best.is_none_or(|(other, known, id)| time.cmp(&other).then(score.total_cmp(&known)).then(cluster.cmp(&id)).is_lt());
            if better {
                best = Some((time, score, cluster));
            }
        }
        let (time, _, cluster) = best?;
        self.profiles[cluster.index()].reserve(facts.gpus, time, view.estimate_on(facts, cluster));
        Some(Claim { time, cluster, job: request.job })
    }
}
