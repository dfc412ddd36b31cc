//! Ends of months: commitments are compared with revenue, and tranches that do not bind yet are cancelled where coverage will be too high.

use super::capacity::TrancheState;
use super::commitments::{Known, Outlook};
use super::delays::Delivery;
use super::world::{Event, World, class};
use crate::metrics::{Affordability, MonthEnd, earned};
use crate::model::Model;
use crate::model::budget::{CancelRule, YEAR, years};
use crate::model::ramp::Tranche;
use crate::units::{ClusterId, ContractId, Cost, SimTime, Span};
use std::cmp::Reverse;
use std::collections::VecDeque;

/// Over how many months what is earned by use is averaged.
const RUN_RATE_MONTHS: usize = 3;

/// What is kept where the scenario has a budget.
#[derive(Clone, Debug)]
pub(super) struct Budgeting {
    kept: Affordability,
    /// What each user earned by use in the last months, as it was seen at their ends, with their lengths [USD].
    earned: VecDeque<(Span, Vec<f64>)>,
    subscribers: f64,
    /// Share of their service's demand that was served within the objective in the last month.
    within: f64,
}

/// A tranche by its cluster and number.
type Candidate = (ClusterId, usize);

impl Budgeting {
    pub fn new(model: &Model, replication: u64) -> Option<Box<Self>> {
        let budget = model.budget.as_ref()?;
        let revenue_factor = budget.revenue.as_ref().map_or(1.0, |revenue| revenue.factor(model.seed, replication));
        let months = vec![MonthEnd::default(); model.calendar.months().len()];
        let kept = Affordability { revenue_factor, months };
        let subscribers = budget.subscriptions.map_or(0.0, |subscriptions| subscriptions.subscribers);
        Some(Box::new(Self { kept, earned: VecDeque::new(), subscribers, within: 1.0 }))
    }
}

impl World<'_> {
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
        self.take_in(&mut budgeting, month);
        let rule = self.model.budget.as_ref().and_then(|budget| budget.rule);
        let cancelled_gpus = match rule {
            Some(rule) if self.now < self.model.horizon() => self.cut_back(&budgeting, rule),
            _ => 0,
        };
        let run_rates = self.projected_run_rates(&budgeting, &[self.now]);
        let Outlook { committed: commitments, uncontracted } = self.outlook(&self.known_contracts(), self.now);
        if let Some(end) = budgeting.kept.months.get_mut(month) {
            let (run_rate, subscribers) = (run_rates[0], budgeting.subscribers);
            *end = MonthEnd { commitments, uncontracted, cancelled_gpus, run_rate, subscribers };
        }
        self.budgeting = Some(budgeting);
    }

    /// The last month's end is the scenario's, after its last event.
    pub(super) fn close_budget(&mut self) -> Option<Affordability> {
        self.month_end(self.model.calendar.months().len().saturating_sub(1));
        self.budgeting.take().map(|budgeting| budgeting.kept)
    }

    /// Cancels tranches that do not bind yet, where coverage is projected above the limit: those that lower a month above it, and no more than
    /// it takes. The latest planned goes first; of one day the most expensive for its compute; then in the order of clusters, the last tranche
    /// first. Returns their GPUs. O(tranches x months of the window x tranches).
    fn cut_back(&mut self, budgeting: &Budgeting, rule: CancelRule) -> u64 {
        let limits = self.limits(budgeting, rule);
        let is_above = |costs: &[Cost]| costs.iter().zip(&limits).any(|(cost, (_, limit))| cost.usd() > *limit);
        let mut costs = self.projected(&limits);
        if !is_above(&costs) {
            return 0;
        }
        let mut struck = Vec::new();
        for candidate in self.may_cancel(rule) {
            if !is_above(&costs) {
                break;
            }
            let before = self.strike(candidate);
            let without = self.projected(&limits);
            let mut months = costs.iter().zip(&without).zip(&limits);
            if months.any(|((with, without), (_, limit))| with.usd() > *limit && without < with) {
                costs = without;
                struck.push((candidate, before));
            } else {
                self.spare(candidate, before);
            }
        }
        // A later one may have made an earlier one unnecessary: what lifts no month above its limit stays.
        for place in (0..struck.len()).rev() {
            let (candidate, before) = struck[place];
            self.spare(candidate, before);
            let with = self.projected(&limits);
            let mut months = costs.iter().zip(&with).zip(&limits);
            if months.all(|((without, with), (_, limit))| with.usd() <= *limit || with == without) {
                costs = with;
                struck.remove(place);
            } else {
                self.strike(candidate);
            }
        }
        if struck.is_empty() {
            return 0;
        }
        let known = self.known_contracts();
        for &((cluster, number), _) in &struck {
            self.withdraw(&known, rule, cluster, number);
        }
        self.changed = true;
        self.state.surprises += 1;
        self.revise_courses();
        self.reject_impossible();
        struck.iter().map(|&((cluster, number), _)| self.model.clusters[cluster.index()].ramp[number].gpus).sum()
    }

    /// Notes what was earned by use in a month that ends now, and how many subscribers are left.
    fn take_in(&self, budgeting: &mut Budgeting, month: usize) {
        let model = self.model;
        let Some(budget) = &model.budget else { return };
        if budget.earnings.is_empty() {
            return;
        }
        let span = model.calendar.months()[month];
        let length = self.now - span.begin;
        let periods = || {
            let periods = self.recorder.periods().iter().take(self.recorder.open()).enumerate();
            periods.filter(|(_, period)| period.month == month).map(|(index, _)| index)
        };
        let of_user =
            |user| periods().map(|index| earned(model, user, self.recorder.usage(index), &self.service_rows[index])).sum();
        budgeting.earned.push_back((length, (0..budget.earnings.len()).map(of_user).collect()));
        if budgeting.earned.len() > RUN_RATE_MONTHS {
            budgeting.earned.pop_front();
        }
        if let Some(subscriptions) = budget.subscriptions {
            let rows = || periods().map(|index| &self.service_rows[index][subscriptions.service]);
            let demanded: f64 = rows().map(|row| row.demanded_tokens).sum();
            let within: f64 = rows().map(|row| row.within_objective_tokens).sum();
            budgeting.within = if demanded > 0.0 { (within / demanded).min(1.0) } else { 1.0 };
            budgeting.subscribers = subscriptions.after(budgeting.subscribers, budgeting.within, length);
        }
    }

    /// The ends of the months of the window, the first of them now, and what may be committed for the twelve months after each [USD].
    fn limits(&self, budgeting: &Budgeting, rule: CancelRule) -> Vec<(SimTime, f64)> {
        let ends: Vec<SimTime> = (0..=rule.window).map(|months| self.model.calendar.months_later(self.now, months)).collect();
        let run_rates = self.projected_run_rates(budgeting, &ends);
        ends.into_iter().zip(run_rates.into_iter().map(|run_rate| rule.coverage_above * run_rate)).collect()
    }

    /// The run rate of revenue at instants in order, as projected now: the path as it is planned, with the factor of this future; services as in
    /// the last months, and growing as their demand is planned to; workloads as in the last months, since their useful work is bounded by
    /// capacity; subscribers as they come and leave at the rates of the last month [USD a year].
    fn projected_run_rates(&self, budgeting: &Budgeting, instants: &[SimTime]) -> Vec<f64> {
        let Some(budget) = &self.model.budget else { return vec![0.0; instants.len()] };
        let length: f64 = budgeting.earned.iter().map(|&(length, _)| years(length)).sum();
        let rate = |user: usize| budgeting.earned.iter().map(|(_, earned)| earned[user]).sum::<f64>() / length;
        let users = if length > 0.0 { budget.earnings.len() } else { 0 };
        let by_use: Vec<f64> = (0..users).map(rate).collect();
        let (mut subscribers, mut before) = (budgeting.subscribers, self.now);
        let at = |&instant: &SimTime| {
            let path = budget.revenue.as_ref().map_or(0.0, |path| path.rate(instant) * budgeting.kept.revenue_factor);
            let used = by_use.iter().enumerate().map(|(user, rate)| rate * self.growth(user, instant));
            let subscribed = budget.subscriptions.map_or(0.0, |subscriptions| {
                if instant > before {
                    subscribers = subscriptions.after(subscribers, budgeting.within, instant - before);
                    before = instant;
                }
                subscriptions.pay(subscribers, YEAR)
            });
            path + used.sum::<f64>() + subscribed
        };
        instants.iter().map(at).collect()
    }

    /// How much a user's demand is planned to have grown by an instant from now; workloads count as constant.
    fn growth(&self, user: usize, instant: SimTime) -> f64 {
        let service = user.checked_sub(self.model.workloads.len()).map(|service| &self.model.services[service]);
        service.map_or(1.0, |service| service.demand.growth.level(instant) / service.demand.growth.level(self.now))
    }

    /// Commitments of the twelve months after each of these instants.
    fn projected(&self, ends: &[(SimTime, f64)]) -> Vec<Cost> {
        let known = self.known_contracts();
        ends.iter().map(|&(end, _)| self.outlook(&known, end).committed).collect()
    }

    /// Tranches that do not bind yet, in the order in which they go. A term that waits for its first delivery would move with what is cancelled,
    /// and its years with it: until it has begun, its tranches stay.
    fn may_cancel(&self, rule: CancelRule) -> Vec<Candidate> {
        let binding = self.now.saturating_add(rule.binding);
        let waits = |cluster: ClusterId| {
            let contract = self.model.clusters[cluster.index()].contract.map(ContractId::index);
            let waits =
                |index: usize| self.model.contracts[index].clauses.starts_with_delivery && self.timelines[index].start > self.now;
            contract.is_none_or(waits)
        };
        let mut open: Vec<(ClusterId, usize, &Tranche)> = self.reserved().collect();
        open.retain(|&(cluster, number, tranche)| {
            let is_open = matches!(self.tranches[cluster.index()][number], TrancheState::Announced(_));
            tranche.planned > binding && tranche.planned > self.now && is_open && !waits(cluster)
        });
        let price = |id: ClusterId| {
            let cluster = &self.model.clusters[id.index()];
            cluster.prices.at(self.now).reserved.usd_per_gpu_hour() / cluster.h100_equivalents
        };
        open.sort_by(|a, b| {
            let by_date = b.2.planned.cmp(&a.2.planned);
            by_date.then(price(b.0).total_cmp(&price(a.0))).then((a.0, Reverse(a.1)).cmp(&(b.0, Reverse(b.1))))
        });
        open.into_iter().map(|(cluster, number, _)| (cluster, number)).collect()
    }

    /// Counts a tranche as cancelled, to see what that changes. Returns how it stood.
    fn strike(&mut self, (cluster, number): Candidate) -> TrancheState {
        if let Some(contract) = self.model.clusters[cluster.index()].contract {
            self.timelines[contract.index()].withdrawn.push((cluster, number));
        }
        std::mem::replace(&mut self.tranches[cluster.index()][number], TrancheState::Cancelled)
    }

    /// Takes that back.
    fn spare(&mut self, (cluster, number): Candidate, before: TrancheState) {
        if let Some(contract) = self.model.clusters[cluster.index()].contract {
            self.timelines[contract.index()].withdrawn.retain(|&withdrawn| withdrawn != (cluster, number));
        }
        self.tranches[cluster.index()][number] = before;
    }

    /// Announces at once that a tranche that was struck will not come, and what that costs.
    fn withdraw(&mut self, known: &[Known], rule: CancelRule, cluster: ClusterId, number: usize) {
        let definition = &self.model.clusters[cluster.index()];
        let tranche = &definition.ramp[number];
        self.deliveries[cluster.index()][number] = Delivery::Cancelled;
        self.state.clusters[cluster.index()].withdraw_announcement(tranche.planned, tranche.gpus);
        self.planned_maximum[cluster.index()] -= tranche.gpus;
        if let Some(contract) = definition.contract
            && rule.fee_share > 0.0
        {
            let fee = self.committed_for(known, cluster, tranche).portion(rule.fee_share);
            self.timelines[contract.index()].fees.push((self.now, fee));
        }
    }
}
