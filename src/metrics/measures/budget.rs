//! Whether revenue carries the commitments, and what costs and revenue are worth at the scenario's start.

use super::sums::is_month_in;
use super::{Collector, Scope, Time};
use crate::metrics::ledger::Ledger;
use crate::metrics::{Affordability, Observation, catalog, earned};
use crate::model::Model;
use crate::model::budget::{Balance, Means};
use crate::units::Cost;

/// Commitments exceed revenue when they are more than this many times the run rate.
const OVER: f64 = 1.0;

/// A replication, month by month.
pub(super) struct Outlook {
    months: Vec<Month>,
    /// User by user: whether it earns something.
    earns: Vec<bool>,
    subscribed: Option<usize>,
    has_revenue: bool,
    has_rule: bool,
    means: Option<Means>,
}

#[derive(Clone, Default)]
struct Month {
    /// Within the measured span [USD].
    cost: f64,
    revenue: f64,
    /// User by user.
    earned: Vec<f64>,
    /// What a USD at the month's end is worth at the start.
    discount: f64,
    /// At the month's end, for the next twelve months [USD].
    commitments: f64,
    uncontracted: f64,
    /// Commitments / the run rate of revenue.
    coverage: f64,
    cancelled_gpus: f64,
    subscribers: f64,
    /// At the month's end; the warm-up counts.
    balance: Balance,
}

/// What comes in and is paid in a month [USD].
#[derive(Clone, Default)]
struct Flows {
    cost: f64,
    revenue: f64,
    earned: Vec<f64>,
}

impl Outlook {
    /// Reads them; none where the scenario has no budget.
    pub fn of(model: &Model, observation: &Observation, ledger: &Ledger) -> Option<Self> {
        let (budget, kept) = (model.budget.as_ref()?, observation.affordability.as_ref()?);
        let measured = flows(model, observation, ledger, kept, false);
        let all = flows(model, observation, ledger, kept, true);
        let mut balance = budget.means.map_or_else(Balance::default, |means| means.open());
        let mut months = Vec::with_capacity(kept.months.len());
        for ((span, end), (measured, all)) in model.calendar.months().iter().zip(&kept.months).zip(measured.into_iter().zip(all)) {
            if let Some(means) = budget.means {
                balance = means.after(balance, all.revenue - all.cost, span.end - span.begin);
            }
            let commitments = end.commitments.usd();
            months.push(Month {
                cost: measured.cost,
                revenue: measured.revenue,
                earned: measured.earned,
                discount: budget.discount(span.end),
                commitments,
                uncontracted: end.uncontracted.usd(),
                coverage: commitments / end.run_rate,
                cancelled_gpus: end.cancelled_gpus as f64,
                subscribers: end.subscribers,
                balance,
            });
        }
        let subscribed = budget.subscriptions.map(|subscriptions| subscriptions.service);
        let mut earns: Vec<bool> = budget.earnings.iter().map(|&price| price > 0.0).collect();
        if let Some(service) = subscribed {
            earns[model.workloads.len() + service] = true;
        }
        let (has_revenue, has_rule) = (budget.has_revenue(), budget.rule.is_some());
        Some(Self { months, earns, subscribed, has_revenue, has_rule, means: budget.means })
    }
}

/// What comes in and is paid month by month, in the measured span or in all.
fn flows(model: &Model, observation: &Observation, ledger: &Ledger, kept: &Affordability, all: bool) -> Vec<Flows> {
    let Some(budget) = &model.budget else { return Vec::new() };
    let counts = |period: usize| all || observation.periods[period].measured;
    let mut costs = vec![Cost::ZERO; kept.months.len()];
    for line in ledger.lines.iter().filter(|line| counts(line.period)) {
        costs[observation.periods[line.period].month] += line.cost;
    }
    let mut flows: Vec<Flows> = costs.into_iter().map(|cost| Flows { cost: cost.usd(), ..Flows::default() }).collect();
    for flow in &mut flows {
        flow.earned = vec![0.0; budget.earnings.len()];
    }
    for (index, period) in observation.periods.iter().enumerate().filter(|&(index, _)| counts(index)) {
        for (user, sum) in flows[period.month].earned.iter_mut().enumerate() {
            *sum += earned(model, user, &observation.usage[index], &observation.services[index]);
        }
    }
    let mut subscribers = budget.subscriptions.map_or(0.0, |subscriptions| subscriptions.subscribers);
    for ((span, end), flow) in model.calendar.months().iter().zip(&kept.months).zip(&mut flows) {
        let begin = if all { span.begin } else { span.begin.max(model.warm_up).min(span.end) };
        if let Some(subscriptions) = budget.subscriptions {
            let mean = f64::midpoint(subscribers, end.subscribers);
            flow.earned[model.workloads.len() + subscriptions.service] += subscriptions.pay(mean, span.end - begin);
            subscribers = end.subscribers;
        }
        let path = budget.revenue.as_ref().map_or(0.0, |path| path.between(begin, span.end) * kept.revenue_factor);
        flow.revenue = path + flow.earned.iter().sum::<f64>();
    }
    flows
}

impl Collector {
    /// Amounts of a span of time; commitments, coverage and cash as they stand at its end.
    pub(super) fn budget(&mut self, model: &Model, outlook: &Outlook, time: Time) {
        let inside =
            || outlook.months.iter().enumerate().filter(|&(month, _)| is_month_in(model, month, time)).map(|(_, month)| month);
        let sum = |value: fn(&Month) -> f64| inside().map(value).sum::<f64>();
        let last = inside().next_back().cloned().unwrap_or_default();
        let mut put = |metric, value| self.record(metric, Scope::All, time, value);
        put(&catalog::COMMITMENTS_NEXT_12_MONTHS_USD, last.commitments);
        put(&catalog::UNCONTRACTED_NEXT_12_MONTHS_USD, last.uncontracted);
        put(&catalog::NET_PRESENT_VALUE_USD, sum(|month| month.cost * month.discount));
        if outlook.has_rule {
            put(&catalog::CANCELLED_GPUS, sum(|month| month.cancelled_gpus));
        }
        if !outlook.has_revenue {
            return;
        }
        put(&catalog::REVENUE_USD, sum(|month| month.revenue));
        put(&catalog::MARGIN_NET_PRESENT_VALUE_USD, sum(|month| (month.revenue - month.cost) * month.discount));
        put(&catalog::COVERAGE_RATIO, last.coverage);
        if time == Time::Total {
            put(&catalog::COVERAGE_RATIO_PEAK, inside().map(|month| month.coverage).fold(f64::NEG_INFINITY, f64::max));
            let over = inside().position(|month| month.coverage > OVER);
            put(&catalog::FIRST_MONTH_OVER, over.map_or(f64::NAN, |month| (month + 1) as f64));
            put(&catalog::FIRST_MONTH_OVER_SHARE, if over.is_some() { 1.0 } else { 0.0 });
        }
        for user in (0..outlook.earns.len()).filter(|&user| outlook.earns[user]) {
            let scope = user.checked_sub(model.workloads.len()).map_or(Scope::Workload(user), Scope::Service);
            self.record(&catalog::REVENUE_USD, scope, time, inside().map(|month| month.earned[user]).sum());
        }
        if let Some(service) = outlook.subscribed {
            self.record(&catalog::SUBSCRIBERS, Scope::Service(service), time, last.subscribers);
        }
        if let Some(means) = outlook.means {
            self.balance(outlook, means, time, last.balance, sum(|month| month.balance.interest));
        }
    }

    fn balance(&mut self, outlook: &Outlook, means: Means, time: Time, balance: Balance, interest: f64) {
        let mut put = |metric, value| self.record(metric, Scope::All, time, value);
        let share = |is_so: bool| if is_so { 1.0 } else { 0.0 };
        put(&catalog::CASH_USD, balance.cash);
        put(&catalog::DEBT_USD, balance.debt);
        put(&catalog::INTEREST_USD, interest);
        put(&catalog::FUNDING_GAP_USD, balance.raised);
        put(&catalog::FUNDING_GAP_SHARE, share(balance.raised > 0.0));
        if let Some(limit) = means.raise_limit {
            put(&catalog::BUYER_DEFAULT_SHARE, share(balance.raised > limit));
        }
        if time == Time::Total {
            let first = outlook.months.iter().position(|month| month.balance.raised > 0.0);
            put(&catalog::FUNDING_GAP_FIRST_MONTH, first.map_or(f64::NAN, |month| (month + 1) as f64));
        }
    }
}
