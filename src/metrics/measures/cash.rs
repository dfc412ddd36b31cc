//! What is paid and owed, and how far minima are used up.

use super::sums::{is_in, is_month_in};
use super::{Collector, Scope, Time};
use crate::metrics::burn_down::BurnDown;
use crate::metrics::cash::{Flow, HORIZONS, flows, owed};
use crate::metrics::catalog::Metric;
use crate::metrics::ledger::{Category, Ledger};
use crate::metrics::{Observation, catalog};
use crate::model::Model;
use crate::units::Cost;

/// In the order of the spans after a year's end.
static OWED: [&Metric; HORIZONS] = [
    &catalog::OWED_WITHIN_1_YEAR_USD,
    &catalog::OWED_1_TO_3_YEARS_USD,
    &catalog::OWED_3_TO_5_YEARS_USD,
    &catalog::OWED_AFTER_5_YEARS_USD,
];

/// The cash of a replication, by vendor and period.
pub(super) struct CashAccount {
    flows: Vec<Vec<Flow>>,
    has_minima: bool,
    has_prepayments: bool,
}

impl CashAccount {
    pub fn of(model: &Model, observation: &Observation, ledger: &Ledger) -> Self {
        Self {
            flows: flows(model, observation, ledger),
            has_minima: model.contracts.iter().any(|contract| contract.take_or_pay() > 0.0),
            has_prepayments: Category::Prepayment.is_in(model),
        }
    }
}

impl Collector {
    /// Flows of a span of time, and what is open at its end.
    pub(super) fn cash(&mut self, model: &Model, observation: &Observation, ledger: &Ledger, account: &CashAccount, time: Time) {
        let last = observation.periods.iter().rposition(|period| is_month_in(model, period.month, time));
        let is_year = matches!(time, Time::Year(_));
        let owed = last.filter(|_| is_year && !model.contracts.is_empty());
        let owed = owed.map(|last| owed_at(model, observation, ledger, last));
        for vendor in std::iter::once(None).chain((0..model.vendors.len()).map(Some)) {
            let scope = vendor.map_or(Scope::All, Scope::Vendor);
            let theirs = || (0..model.vendors.len()).filter(|&index| vendor.is_none_or(|vendor| vendor == index));
            let accrued = |index: usize| -> Cost {
                let flows = observation.periods.iter().zip(&account.flows[index]);
                flows.filter(|(period, _)| is_in(model, period, time)).map(|(_, flow)| flow.accrued).sum()
            };
            self.record(&catalog::ACCRUED_USD, scope, time, theirs().map(accrued).sum::<Cost>().usd());
            if time != Time::Total {
                let level = |value: fn(&Flow) -> Cost| {
                    theirs().filter_map(|index| account.flows[index].get(last?)).map(value).sum::<Cost>().usd()
                };
                if account.has_minima {
                    self.record(&catalog::PAYABLE_USD, scope, time, level(|flow| flow.payable));
                }
                if account.has_prepayments {
                    self.record(&catalog::PREPAID_USD, scope, time, level(|flow| flow.prepaid));
                }
            }
            for (place, metric) in OWED.into_iter().enumerate() {
                if let Some(owed) = &owed {
                    self.record(metric, scope, time, theirs().map(|index| owed[index][place]).sum::<Cost>().usd());
                }
            }
        }
    }

    /// How far the minimum of each contract that has one is used up: of a month the contract-year that is open at its end, or was settled
    /// with it; of longer spans those that are settled in it.
    pub(super) fn burn_down(&mut self, model: &Model, observation: &Observation, ledger: &Ledger, time: Time) {
        for (index, _) in model.contracts.iter().enumerate().filter(|(_, contract)| contract.take_or_pay() > 0.0) {
            let is_in = |row: &&BurnDown| row.contract == index && is_in(model, &observation.periods[row.period], time);
            let rows = ledger.burn_downs.iter().filter(is_in);
            let rows: Vec<&BurnDown> = match time {
                Time::Month(_) => rows.max_by_key(|row| row.period).into_iter().collect(),
                Time::Total | Time::Year(_) => rows.filter(|row| row.is_settled).collect(),
            };
            let sum = |value: fn(&BurnDown) -> Cost| {
                if rows.is_empty() { f64::NAN } else { rows.iter().map(|row| value(row)).sum::<Cost>().usd() }
            };
            let shortfall = sum(BurnDown::shortfall);
            let mut put = |metric, value| self.record(metric, Scope::Contract(index), time, value);
            put(&catalog::MINIMUM_DUE_USD, sum(|row| row.due));
            put(&catalog::MINIMUM_USED_USD, sum(|row| row.used));
            put(&catalog::SHORTFALL_USD, shortfall);
            put(
                &catalog::SHORTFALL_FUTURES_SHARE,
                if shortfall.is_nan() { f64::NAN } else { f64::from(u8::from(shortfall > 0.0)) },
            );
        }
    }
}

fn owed_at(model: &Model, observation: &Observation, ledger: &Ledger, period: usize) -> Vec<[Cost; HORIZONS]> {
    owed(model, observation, ledger, observation.periods[period].end)
}
