//! Whether revenue carries the commitments, and what costs and revenue are worth at the scenario's start.

use super::sums::is_month_in;
use super::{Collector, Scope, Time};
use crate::metrics::ledger::Ledger;
use crate::metrics::{Observation, catalog};
use crate::model::Model;
use crate::units::Cost;

/// Commitments exceed revenue when they are more than this many times the run rate.
const OVER: f64 = 1.0;

/// A replication, month by month.
pub(super) struct Outlook {
    months: Vec<Month>,
    has_revenue: bool,
    has_rule: bool,
}

#[derive(Clone, Copy, Default)]
struct Month {
    /// Within the measured span [USD].
    cost: f64,
    revenue: f64,
    /// What a USD at the month's end is worth at the start.
    discount: f64,
    /// At the month's end, for the next twelve months [USD].
    commitments: f64,
    uncontracted: f64,
    /// Commitments / the run rate of revenue.
    coverage: f64,
    cancelled_gpus: f64,
}

impl Outlook {
    /// Reads them; none where the scenario has no budget.
    pub fn of(model: &Model, observation: &Observation, ledger: &Ledger) -> Option<Self> {
        let (budget, kept) = (model.budget.as_ref()?, observation.affordability.as_ref()?);
        let mut costs = vec![Cost::ZERO; kept.months.len()];
        for line in ledger.lines.iter().filter(|line| observation.periods[line.period].measured) {
            costs[observation.periods[line.period].month] += line.cost;
        }
        let month = |((span, end), cost): ((&crate::model::calendar::Month, &crate::metrics::MonthEnd), Cost)| {
            let begin = span.begin.max(model.warm_up).min(span.end);
            let revenue = budget.revenue.as_ref();
            let run_rate = revenue.map_or(0.0, |revenue| revenue.rate(span.end) * kept.revenue_factor);
            let commitments = end.commitments.usd();
            Month {
                cost: cost.usd(),
                revenue: revenue.map_or(0.0, |revenue| revenue.between(begin, span.end) * kept.revenue_factor),
                discount: budget.discount(span.end),
                commitments,
                uncontracted: end.uncontracted.usd(),
                coverage: commitments / run_rate,
                cancelled_gpus: end.cancelled_gpus as f64,
            }
        };
        let months = model.calendar.months().iter().zip(&kept.months).zip(costs).map(month).collect();
        Some(Self { months, has_revenue: budget.revenue.is_some(), has_rule: budget.rule.is_some() })
    }
}

impl Collector {
    /// Amounts of a span of time; commitments and coverage as they stand at its end.
    pub(super) fn budget(&mut self, model: &Model, outlook: &Outlook, time: Time) {
        let inside =
            || outlook.months.iter().enumerate().filter(|&(month, _)| is_month_in(model, month, time)).map(|(_, month)| month);
        let sum = |value: fn(&Month) -> f64| inside().map(value).sum::<f64>();
        let last = inside().next_back().copied().unwrap_or_default();
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
    }
}
