//! Ends of months: commitments are compared with revenue, and tranches that do not bind yet are cancelled while coverage is too high.

use super::capacity::TrancheState;
use super::delays::Delivery;
use super::world::{Event, World, class};
use crate::metrics::timeline::Ending;
use crate::metrics::{Affordability, MonthEnd};
use crate::model::Model;
use crate::model::budget::{CancelRule, YEAR};
use crate::model::contract::Payment;
use crate::model::ramp::{CapacityKind, Tranche};
use crate::units::{ClusterId, Cost, Gpus, SimTime};
use std::cmp::Reverse;

/// What is kept where the scenario has a budget.
#[derive(Clone, Debug)]
pub(super) struct Budgeting {
    kept: Affordability,
}

impl Budgeting {
    pub fn new(model: &Model, replication: u64) -> Option<Box<Self>> {
        let budget = model.budget.as_ref()?;
        let revenue_factor = budget.revenue.as_ref().map_or(1.0, |revenue| revenue.factor(model.seed, replication));
        let months = vec![MonthEnd::default(); model.calendar.months().len()];
        Some(Box::new(Self { kept: Affordability { revenue_factor, months } }))
    }
}

impl<'m> World<'m> {
    /// Schedules the ends of months, if the scenario has a budget. The last month ends with the scenario.
    pub(super) fn expect_month_ends(&mut self) {
        if self.budgeting.is_none() {
            return;
        }
        for (month, end) in (0..).zip(self.model.calendar.months().iter().map(|month| month.end)) {
            if end < self.model.horizon() {
                self.events.push(end, class::CONTROL, Event::MonthEnd { month });
            }
        }
    }

    /// A month ends: first tranches are cancelled by the rule, then what is left is noted.
    pub(super) fn month_end(&mut self, month: usize) {
        let Some(mut budgeting) = self.budgeting.take() else { return };
        let rule = self.model.budget.as_ref().and_then(|budget| budget.rule);
        let cancelled_gpus = match rule {
            Some(rule) if self.now < self.model.horizon() => self.cut_back(&mut budgeting, rule),
            _ => 0,
        };
        let commitments = self.commitments_of_next_year();
        if let Some(end) = budgeting.kept.months.get_mut(month) {
            *end = MonthEnd { commitments, cancelled_gpus };
        }
        self.budgeting = Some(budgeting);
    }

    /// The last month's end is the scenario's, after its last event.
    pub(super) fn close_budget(&mut self) -> Option<Affordability> {
        self.month_end(self.model.calendar.months().len().saturating_sub(1));
        self.budgeting.take().map(|budgeting| budgeting.kept)
    }

    /// Cancels tranches that do not bind yet, one by one, while coverage is above the limit: the latest planned first; of one day the most
    /// expensive for its compute; then in the order of clusters, the last tranche first. Returns their GPUs. O(tranches^2).
    fn cut_back(&mut self, budgeting: &mut Budgeting, rule: CancelRule) -> u64 {
        let Some(revenue) = self.model.budget.as_ref().and_then(|budget| budget.revenue.as_ref()) else { return 0 };
        let run_rate = revenue.rate(self.now) * budgeting.kept.revenue_factor;
        let binding = self.now.saturating_add(rule.binding);
        let mut open: Vec<(ClusterId, usize, &'m Tranche)> = self.reserved().collect();
        open.retain(|&(cluster, number, tranche)| {
            let is_open = matches!(self.tranches[cluster.index()][number], TrancheState::Announced(_));
            tranche.planned > binding && tranche.planned > self.now && is_open && self.may_cancel(cluster)
        });
        let price = |id: ClusterId| {
            let cluster = &self.model.clusters[id.index()];
            cluster.prices.reserved.usd_per_gpu_hour() / cluster.h100_equivalents
        };
        open.sort_by(|a, b| {
            let by_date = b.2.planned.cmp(&a.2.planned);
            by_date.then(price(b.0).total_cmp(&price(a.0))).then((a.0, Reverse(a.1)).cmp(&(b.0, Reverse(b.1))))
        });
        let mut cancelled = 0;
        for (cluster, number, tranche) in open {
            if self.commitments_of_next_year().usd() <= rule.coverage_above * run_rate {
                break;
            }
            self.withdraw(cluster, number, tranche);
            cancelled += tranche.gpus;
        }
        if cancelled > 0 {
            self.changed = true;
            self.state.surprises += 1;
            self.revise_courses();
            self.reject_impossible();
        }
        cancelled
    }

    /// Announces at once that a tranche will not come.
    fn withdraw(&mut self, cluster: ClusterId, number: usize, tranche: &Tranche) {
        self.tranches[cluster.index()][number] = TrancheState::Cancelled;
        self.deliveries[cluster.index()][number] = Delivery::Cancelled;
        self.state.clusters[cluster.index()].withdraw_announcement(tranche.planned, tranche.gpus);
        self.planned_maximum[cluster.index()] -= tranche.gpus;
        if let Some(contract) = self.model.clusters[cluster.index()].contract {
            self.timelines[contract.index()].withdrawn.push((cluster, number));
        }
    }

    /// Reserved tranches by cluster and number.
    fn reserved(&self) -> impl Iterator<Item = (ClusterId, usize, &'m Tranche)> + use<'m> {
        let ramps = self.model.clusters.iter().enumerate().flat_map(|(index, cluster)| {
            cluster.ramp.iter().enumerate().map(move |(number, tranche)| (ClusterId::from(index), number, tranche))
        });
        ramps.filter(|(_, _, tranche)| tranche.kind == CapacityKind::Reserved)
    }

    /// The contract that a cluster's reserved GPUs are under and its minimum share, where they are paid by use.
    fn paid_by_use(&self, cluster: ClusterId) -> Option<(usize, f64)> {
        let contract = self.model.clusters[cluster.index()].contract?.index();
        match self.model.contracts[contract].payment {
            Payment::Usage { take_or_pay } => Some((contract, take_or_pay)),
            Payment::Capacity => None,
        }
    }

    /// Whether it makes sense to cancel tranches of a cluster. Under take-or-pay their share of the minimum goes with them; without a minimum
    /// they cost nothing unless used. A term that waits for its first delivery would move with what is cancelled, and its years with it: until
    /// it has begun, its tranches stay.
    fn may_cancel(&self, cluster: ClusterId) -> bool {
        let Some((contract, take_or_pay)) = self.paid_by_use(cluster) else { return true };
        let waits = self.model.contracts[contract].clauses.starts_with_delivery && self.timelines[contract].start > self.now;
        take_or_pay > 0.0 && !waits
    }

    /// The binding cost of the next twelve months: reserved GPUs that are there or announced, within the terms of their contracts, and
    /// take-or-pay minimums in proportion to time, less the share of what the buyer has cancelled.
    fn commitments_of_next_year(&self) -> Cost {
        let (now, end) = (self.now, self.now.saturating_add(YEAR));
        let capacity = |(cluster, number, tranche): (ClusterId, usize, &Tranche)| {
            let definition = &self.model.clusters[cluster.index()];
            let until = definition.contract.map_or(end, |id| self.known_term(id.index()).1.min(end));
            let date = self.known_date(cluster, number, tranche)?;
            Some(definition.prices.reserved.of(Gpus::whole(tranche.gpus).over(until - date.max(now))))
        };
        let minima = self.model.contracts.iter().enumerate().filter_map(|(index, contract)| match contract.payment {
            Payment::Usage { take_or_pay } => Some((index, contract, take_or_pay)),
            Payment::Capacity => None,
        });
        let minimum = |(index, contract, take_or_pay): (usize, &crate::model::contract::Contract, f64)| -> Cost {
            let (start, until) = self.known_term(index);
            let bounds = contract.year_boundaries(start);
            let timeline = &self.timelines[index];
            let year = |(pair, commitment): (&[SimTime], &Cost)| {
                let overlap = (pair[1].min(end).min(until) - pair[0].max(now)).ms().max(0) as f64;
                let kept = timeline.kept_share(self.model, contract, [pair[0], pair[1]], now);
                Cost::from_usd(commitment.usd() * take_or_pay * kept * overlap / (pair[1] - pair[0]).ms() as f64)
            };
            bounds.windows(2).zip(&contract.yearly_commitment).map(year).sum()
        };
        let fixed: Cost = self.reserved().filter(|&(cluster, ..)| self.paid_by_use(cluster).is_none()).filter_map(capacity).sum();
        fixed + minima.map(minimum).sum()
    }

    /// When a tranche is expected to come, as known now; none if it is known that it never will.
    pub(super) fn known_date(&self, cluster: ClusterId, number: usize, tranche: &Tranche) -> Option<SimTime> {
        let vendor = self.model.clusters[cluster.index()].vendor;
        match self.tranches[cluster.index()][number] {
            _ if self.model.vendors[vendor.index()].defaults_at.is_some_and(|at| at <= self.now) => None,
            TrancheState::Cancelled => None,
            TrancheState::Announced(date) => Some(date),
            TrancheState::Open | TrancheState::Delivered => Some(tranche.planned),
        }
    }

    /// When a contract's term begins and ends, as known now. The buyer knows its own plans; a default is unknown until it happens.
    fn known_term(&self, contract: usize) -> (SimTime, SimTime) {
        let (definition, timeline) = (&self.model.contracts[contract], &self.timelines[contract]);
        let start = if timeline.start <= self.now { timeline.start } else { definition.start };
        let is_known = timeline.end <= self.now || timeline.ending == Ending::Buyer;
        (start, if is_known { timeline.end } else { start.saturating_add(definition.term) })
    }
}
