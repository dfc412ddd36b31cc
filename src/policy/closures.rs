//! Closures are policies and parts of policies.
//!
//! The types of a closure's arguments have to be written out where it becomes a part, because a boxed part has no signature to infer them
//! from: `|job: &JobFacts, now: SimTime| ...`.

use super::backfill::Backfill;
use super::broker::Broker;
use super::facts::JobFacts;
use super::order::Order;
use super::placement::Placement;
use super::plan::Plan;
use super::preemption::Preemption;
use super::queue::{Queued, Rank};
use super::view::View;
use super::{Indexes, Policy};
use crate::fleet::{Domains, Lease};
use crate::units::{ClusterId, SimTime, VendorId};

/// A closure decides; jobs wait in order of submission.
///
/// ```
/// use skyberth::policy::{Plan, Policy, placement::BestFit};
///
/// let mut emptiest_first = |plan: &mut Plan<'_>| {
///     for job in plan.waiting() {
///         let view = plan.view();
///         if let Some(cluster) = view.choose(job, |cluster| -(view.free_gpus(cluster) as f64)) {
///             let _ = plan.start(job, cluster, &BestFit);
///         }
///     }
/// };
/// let policy: &mut dyn Policy = &mut emptiest_first;
/// # let _ = policy;
/// ```
impl<F: FnMut(&mut Plan<'_>) + Send> Policy for F {
    fn decide(&mut self, plan: &mut Plan<'_>) {
        self(plan);
    }
}

/// A boxed policy is a policy, so that a wrapper need not know what it wraps.
impl Policy for Box<dyn Policy> {
    fn decide(&mut self, plan: &mut Plan<'_>) {
        (**self).decide(plan);
    }

    fn rank(&self, job: &mut JobFacts) -> Rank {
        (**self).rank(job)
    }

    fn name(&self) -> String {
        (**self).name()
    }

    fn may_use(&self, vendor: VendorId) -> bool {
        (**self).may_use(vendor)
    }

    fn indexes(&self) -> Indexes {
        (**self).indexes()
    }

    fn needs_identity(&self) -> bool {
        (**self).needs_identity()
    }

    fn looks_at_nodes(&self) -> bool {
        (**self).looks_at_nodes()
    }

    fn watches_running(&self) -> bool {
        (**self).watches_running()
    }
}

/// A closure ranks waiting jobs, once when they are queued. Where ranks change while jobs wait, wrap it in
/// [`Reranked`](super::order::Reranked).
impl<F: Fn(&JobFacts, SimTime) -> Rank + Send> Order for F {
    fn rank(&self, job: &JobFacts, now: SimTime) -> Rank {
        self(job, now)
    }
}

/// A closure scores clusters, the least first.
impl<F: Fn(&View<'_>, &JobFacts, ClusterId) -> Option<f64> + Send> Broker for F {
    fn score(&self, view: &View<'_>, job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        self(view, job, cluster)
    }
}

/// A closure chooses nodes for so many GPUs, inside one domain or not.
impl<F: Fn(&mut Domains, u64, bool) -> Option<Lease> + Send> Placement for F {
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease> {
        self(domains, gpus, within_domain)
    }
}

/// A closure starts jobs behind a blocked head.
impl<F: Fn(&mut Plan<'_>, (Rank, Queued), &dyn Broker, &dyn Placement) + Send> Backfill for F {
    fn fill(&self, plan: &mut Plan<'_>, head: (Rank, Queued), broker: &dyn Broker, placement: &dyn Placement) {
        self(plan, head, broker, placement);
    }
}

/// A closure makes room for the head of the queue by stopping others.
impl<F: Fn(&mut Plan<'_>, u32) -> Option<ClusterId> + Send> Preemption for F {
    fn make_room(&self, plan: &mut Plan<'_>, job: u32, _broker: &dyn Broker) -> Option<ClusterId> {
        self(plan, job)
    }
}
