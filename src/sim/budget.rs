//! Months end: commitments are held against revenue, and tranches that do not bind yet are cancelled while they are too much.

use super::delays::Delivery;
use super::world::{Event, World, class};
use crate::metrics::{Affordability, MonthEnd};
use crate::model::Model;
use crate::model::budget::{CancelRule, YEAR};
use crate::model::contract::Payment;
use crate::model::ramp::{CapacityKind, Tranche};
use crate::units::{ClusterId, Cost, Gpus, SimTime};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What is kept where the scenario has a budget.
#[derive(Clone, Debug)]
pub(super) struct Budgeting {
    kept: Affordability,
    /// Tranches that the buyer cancelled: cluster, number.
    withdrawn: BTreeSet<(ClusterId, usize)>,
}

impl Budgeting {
    pub fn new(model: &Model, replication: u64) -> Option<Box<Self>> {
        let budget = model.budget.as_ref()?;
        let revenue_factor = budget.revenue.as_ref().map_or(1.0, |revenue| revenue.factor(model.seed, replication));
        let months = vec![MonthEnd::default(); model.calendar.months().len()];
        Some(Box::new(Self { kept: Affordability { revenue_factor, months }, withdrawn: BTreeSet::new() }))
    }
}

impl<'m> World<'m> {
    /// Puts the ends of months on the calendar, if there is a budget. The last month ends with the scenario.
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
        let commitments = self.commitments_of_next_year(&budgeting);
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

    /// Whether the buyer cancelled a tranche before its date.
    pub(super) fn is_withdrawn(&self, cluster: ClusterId, number: usize) -> bool {
        self.budgeting.as_ref().is_some_and(|budgeting| budgeting.withdrawn.contains(&(cluster, number)))
    }

    /// Cancels tranches that do not bind yet, one by one, while coverage is above the limit: the latest planned first; of one day the dearest
    /// for its compute; then in the order of clusters, the last tranche first. Returns their GPUs. O(tranches^2).
    fn cut_back(&mut self, budgeting: &mut Budgeting, rule: CancelRule) -> u64 {
        let Some(revenue) = self.model.budget.as_ref().and_then(|budget| budget.revenue.as_ref()) else { return 0 };
        let run_rate = revenue.rate(self.now) * budgeting.kept.revenue_factor;
        let binding = self.now.saturating_add(rule.binding);
        let mut open: Vec<(ClusterId, usize, &'m Tranche)> = self.paid_as_capacity();
        open.retain(|&(cluster, number, tranche)| {
            tranche.planned > binding && tranche.planned > self.now && !budgeting.withdrawn.contains(&(cluster, number))
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
            if self.commitments_of_next_year(budgeting).usd() <= rule.coverage_above * run_rate {
                break;
            }
            budgeting.withdrawn.insert((cluster, number));
            self.withdraw(cluster, tranche);
            cancelled += tranche.gpus;
        }
        if cancelled > 0 {
            self.changed = true;
            self.state.surprises += 1;
            self.reject_impossible();
        }
        cancelled
    }

    /// Everybody learns at once that a tranche will not come.
    fn withdraw(&mut self, cluster: ClusterId, tranche: &Tranche) {
        let announced = &mut self.state.clusters[cluster.index()].announced;
        if let Some(place) = announced.iter().position(|&(date, gpus)| date == tranche.planned && gpus == tranche.gpus) {
            announced.remove(place);
        }
        self.planned_maximum[cluster.index()] -= tranche.gpus;
    }

    /// Reserved tranches that are paid used or not, by cluster and number. Those under a take-or-pay contract are not among them: its minimum
    /// follows the plan as signed, and does not fall with a tranche.
    fn paid_as_capacity(&self) -> Vec<(ClusterId, usize, &'m Tranche)> {
        let model = self.model;
        let clusters = model.clusters.iter().enumerate().filter(|(_, cluster)| {
            cluster.contract.is_none_or(|id| matches!(model.contracts[id.index()].payment, Payment::Capacity))
        });
        let ramps = clusters.flat_map(|(index, cluster)| {
            cluster.ramp.iter().enumerate().map(move |(number, tranche)| (ClusterId::from(index), number, tranche))
        });
        ramps.filter(|(_, _, tranche)| tranche.kind == CapacityKind::Reserved).collect()
    }

    /// What the next twelve months cost for sure: reserved GPUs that are there or announced, within the terms of their contracts, and
    /// take-or-pay minima in proportion to time.
    fn commitments_of_next_year(&self, budgeting: &Budgeting) -> Cost {
        let (now, end) = (self.now, self.now.saturating_add(YEAR));
        let capacity = |(cluster, number, tranche): (ClusterId, usize, &Tranche)| {
            let definition = &self.model.clusters[cluster.index()];
            let until = definition.contract.map_or(end, |id| self.model.contracts[id.index()].end().min(end));
            let date = self.known_date(cluster, number, tranche, budgeting)?;
            Some(definition.prices.reserved.of(Gpus::whole(tranche.gpus).over(until - date.max(now))))
        };
        let minima = self.model.contracts.iter().filter_map(|contract| match contract.payment {
            Payment::Usage { take_or_pay } => Some((contract, take_or_pay)),
            Payment::Capacity => None,
        });
        let minimum = |(contract, take_or_pay): (&crate::model::contract::Contract, f64)| -> Cost {
            let bounds = contract.year_boundaries();
            let year = |(pair, commitment): (&[SimTime], &Cost)| {
                let overlap = (pair[1].min(end) - pair[0].max(now)).ms().max(0) as f64;
                Cost::from_usd(commitment.usd() * take_or_pay * overlap / (pair[1] - pair[0]).ms() as f64)
            };
            bounds.windows(2).zip(&contract.yearly_commitment).map(year).sum()
        };
        let fixed: Cost = self.paid_as_capacity().into_iter().filter_map(capacity).sum();
        fixed + minima.map(minimum).sum()
    }

    /// When a tranche comes as far as anybody knows now; none where it is known that it never will.
    fn known_date(&self, cluster: ClusterId, number: usize, tranche: &Tranche, budgeting: &Budgeting) -> Option<SimTime> {
        let is_revealed = tranche.planned <= self.now && tranche.planned < self.model.horizon();
        match self.deliveries[cluster.index()][number] {
            _ if budgeting.withdrawn.contains(&(cluster, number)) => None,
            Delivery::At(date) if is_revealed => Some(date),
            Delivery::Cancelled if is_revealed => None,
            _ => Some(tranche.planned),
        }
    }
}
