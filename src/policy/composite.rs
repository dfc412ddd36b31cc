//! A policy composed of parts.

use super::Policy;
use super::backfill::{Backfill, Easy};
use super::broker::{self, Broker, FirstFit};
use super::elastic::{Elasticity, Rigid};
use super::facts::JobFacts;
use super::order::{Fifo, Order};
use super::placement::{BestFit, Placement};
use super::plan::Plan;
use super::preemption::{Never, Preemption, by_order, reclaim};
use super::queue::{Queued, Rank};
use super::state::Indexes;
use crate::units::{TeamId, VendorId};

/// Order, backfill, broker, placement, preemption and elasticity together.
///
/// Your own parts stand beside built-in ones; a closure is a part, too:
///
/// ```
/// use skyberth::policy::{Composite, JobFacts, Rank, View};
/// use skyberth::units::{ClusterId, SimTime};
///
/// let policy = Composite {
///     name: "widest first, emptiest cluster".to_owned(),
///     order: Box::new(|job: &JobFacts, _: SimTime| Rank::from_score(-(job.gpus as f64), job)),
///     broker: Box::new(|view: &View<'_>, _: &JobFacts, cluster: ClusterId| Some(-(view.free_gpus(cluster) as f64))),
///     ..Composite::default()
/// };
/// # let _ = policy;
/// ```
pub struct Composite {
    /// What messages call it.
    pub name: String,
    /// Which job comes first.
    pub order: Box<dyn Order>,
    /// Which jobs may start ahead of a blocked head.
    pub backfill: Box<dyn Backfill>,
    /// Which cluster.
    pub broker: Box<dyn Broker>,
    /// Which nodes.
    pub placement: Box<dyn Placement>,
    /// Which jobs are stopped for which.
    pub preemption: Box<dyn Preemption>,
    /// What becomes of the sizes of elastic jobs. Nothing where the backfill decides alone or the clusters are re-packed.
    pub elastic: Box<dyn Elasticity>,
}

impl Composite {
    /// Brings the ranks of waiting jobs up to date, where they change.
    fn rerank(&self, plan: &mut Plan<'_>) {
        if self.order.changes_while_waiting() {
            let now = plan.view().now();
            plan.rerank(|job| self.order.rank(job, now));
        }
    }

    /// Teams have what they are entitled to, and what is important has the quota of what is less so.
    fn give_teams_their_share(&mut self, plan: &mut Plan<'_>) {
        self.rerank(plan);
        reclaim::reclaim(plan, &mut *self.elastic, &*self.broker, &*self.placement);
        if self.preemption.is_active() && !self.preemption.repacks() {
            // Who can shrink is not stopped.
            if self.elastic.is_active() {
                self.admit_without_quota(plan);
            }
            reclaim::reclaim_within(plan, &*self.broker, &*self.placement);
        }
    }

    /// Where a team's first job waits for quota, elastic jobs of its own team may give it up.
    fn admit_without_quota(&mut self, plan: &mut Plan<'_>) {
        let view = plan.view();
        if view.quota().is_none() {
            return;
        }
        let lacks = |(_, (_, queued)): &(Option<TeamId>, (Rank, Queued))| !view.has_quota(queued);
        let jobs: Vec<u32> = view.heads().filter(lacks).map(|(_, (_, queued))| queued.job).collect();
        for job in jobs {
            self.elastic.admit(plan, job, &*self.broker, &*self.placement);
        }
    }

    /// Starts the jobs that are to start now, and stops those that are to stop for them.
    fn pass(&mut self, plan: &mut Plan<'_>) {
        if plan.view().quota().is_some() {
            self.give_teams_their_share(plan);
        }
        if self.preemption.repacks() {
            self.rerank(plan);
            by_order::repack(plan, &*self.order, &*self.broker, &*self.placement);
            return;
        }
        let is_elastic = self.elastic.is_active();
        let is_needed =
            is_elastic || self.preemption.is_active() || self.backfill.decides_alone() || plan.view().somebody_may_fit();
        if !is_needed {
            return;
        }
        self.rerank(plan);
        if self.backfill.decides_alone() {
            self.backfill.decide(plan, &*self.broker, &*self.placement);
            return;
        }
        while let Some(head) = plan.view().head() {
            let job = head.1.job;
            let view = plan.view();
            let chosen = broker::choose(&*self.broker, &view, view.job(job), |_| true);
            if is_elastic && chosen.is_none() && self.elastic.admit(plan, job, &*self.broker, &*self.placement) {
                continue;
            }
            let chosen = chosen.or_else(|| self.preemption.make_room(plan, job, &*self.broker));
            let started = chosen.is_some_and(|cluster| plan.start(job, cluster, &*self.placement).is_ok());
            if !started {
                self.backfill.fill(plan, head, &*self.broker, &*self.placement);
                break;
            }
        }
        if is_elastic {
            self.admit_without_quota(plan);
            self.elastic.settle(plan, &*self.placement);
        }
    }
}

impl Default for Composite {
    /// First come, first served with EASY backfilling, on the first cluster and the fullest nodes that fit; no job is stopped.
    fn default() -> Self {
        Self {
            name: "easy".to_owned(),
            order: Box::new(Fifo),
            backfill: Box::new(Easy),
            broker: Box::new(FirstFit),
            placement: Box::new(BestFit),
            preemption: Box::new(Never),
            elastic: Box::new(Rigid),
        }
    }
}

impl Policy for Composite {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn decide(&mut self, plan: &mut Plan<'_>) {
        self.pass(plan);
        if self.broker.tends() {
            self.broker.tend(plan, &*self.placement);
        }
    }

    fn rank(&self, job: &mut JobFacts) -> Rank {
        self.order.review(job, job.queued_at);
        self.order.rank(job, job.queued_at)
    }

    fn may_use(&self, vendor: VendorId) -> bool {
        self.broker.may_use(vendor)
    }

    fn indexes(&self) -> Indexes {
        Indexes {
            ends: self.backfill.reserves(),
            victims: self.preemption.is_active() && !self.preemption.repacks(),
            running: self.preemption.repacks() || self.elastic.is_active(),
            shares: self.order.turns(),
        }
    }

    fn needs_identity(&self) -> bool {
        self.placement.needs_identity()
    }

    fn looks_at_nodes(&self) -> bool {
        self.placement.looks_at_nodes()
    }

    fn watches_running(&self) -> bool {
        self.elastic.is_active() || self.broker.tends() || (self.preemption.repacks() && self.order.has_levels())
    }
}
