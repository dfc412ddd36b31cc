//! A policy composed of parts.

use super::Policy;
use super::backfill::Backfill;
use super::broker::{self, Broker};
use super::order::Order;
use super::placement::Placement;
use super::plan::Plan;
use super::preemption::{Preemption, by_order};
use super::queue::Rank;
use super::state::{Indexes, JobFacts};
use crate::units::VendorId;

/// Order, backfill, broker, placement and preemption together.
pub struct Composite {
    /// Who comes first.
    pub order: Box<dyn Order>,
    /// Who may start ahead of a blocked head.
    pub backfill: Box<dyn Backfill>,
    /// Which cluster.
    pub broker: Box<dyn Broker>,
    /// Which nodes.
    pub placement: Box<dyn Placement>,
    /// Who is stopped for whom.
    pub preemption: Box<dyn Preemption>,
}

impl Policy for Composite {
    fn decide(&mut self, plan: &mut Plan<'_>) {
        if self.preemption.repacks() {
            by_order::repack(plan, &*self.order, &*self.broker, &*self.placement);
            return;
        }
        let is_needed = self.preemption.is_active() || self.backfill.decides_alone() || plan.view().somebody_may_fit();
        if !is_needed {
            return;
        }
        if self.order.changes_while_waiting() {
            let now = plan.view().now();
            plan.rerank(|job| self.order.rank(job, now));
        }
        if self.backfill.decides_alone() {
            self.backfill.decide(plan, &*self.broker, &*self.placement);
            return;
        }
        while let Some(head) = plan.view().head() {
            let job = head.1.job;
            let view = plan.view();
            let chosen = broker::choose(&*self.broker, &view, view.job(job), |_| true);
            let chosen = chosen.or_else(|| self.preemption.make_room(plan, job));
            let started = chosen.is_some_and(|cluster| plan.start(job, cluster, &*self.placement).is_ok());
            if !started {
                self.backfill.fill(plan, head, &*self.broker, &*self.placement);
                return;
            }
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
            running: self.preemption.repacks(),
        }
    }

    fn needs_identity(&self) -> bool {
        self.placement.needs_identity()
    }

    fn looks_at_nodes(&self) -> bool {
        self.placement.looks_at_nodes()
    }

    fn watches_running(&self) -> bool {
        self.preemption.repacks() && self.order.has_levels()
    }
}
