//! What is read off a replication: every figure of the report as one number, under a key. One file a family of figures.

mod bill;
mod budget;
mod capacity;
mod cash;
mod dependency;
mod events;
mod fairness;
mod jobs;
mod key;
mod placing;
mod sums;
mod users;

pub use fairness::jain_index;
pub use key::{Base, Key, Scope, Time, parts_of_ratio};

use crate::metrics::Observation;
use crate::metrics::catalog::Metric;
use crate::metrics::ledger::Ledger;
use crate::model::Model;
use placing::Placing;
use std::sync::{Arc, OnceLock};
use sums::Sums;

/// The figures of a replication, in an order that depends on the model alone. A figure that is not defined (the wait of no job) is not a
/// number.
#[derive(Clone, Debug)]
pub struct Measures {
    /// What each figure is.
    pub keys: Arc<[Key]>,
    /// The figures, key by key.
    pub values: Vec<f64>,
}

/// Takes figures as they are measured.
#[derive(Default)]
struct Collector {
    keys: Vec<Key>,
    values: Vec<f64>,
}

impl Measures {
    /// Reads a replication: the whole measured span first, then years, then months.
    #[must_use]
    pub fn of(model: &Model, observation: &Observation, ledger: &Ledger) -> Self {
        let months = model.calendar.months();
        let mut years: Vec<i16> = months.iter().map(|month| month.year).collect();
        years.dedup();
        let whole_and_years: Vec<Time> = [Time::Total].into_iter().chain(years.into_iter().map(Time::Year)).collect();
        let mut collector = Collector::default();
        let budget = budget::Outlook::of(model, observation, ledger);
        let placing = Placing::of(model, observation);
        let cash = cash::CashAccount::of(model, observation, ledger);
        for &time in &whole_and_years {
            let sums = Sums::of(model, observation, ledger, time);
            collector.capacity(model, &sums);
            collector.parts_of_bill(model, observation, ledger, time);
            if matches!(time, Time::Year(_)) {
                collector.standing(model, observation, time);
            }
            collector.dependency(model, &sums);
            collector.substitutability(model, placing.as_ref(), &sums);
            collector.users(model, &sums);
            collector.charge_back(model, &sums);
            collector.team_budgets(model, observation, &sums);
            collector.fairness(model, observation, &sums);
            collector.services(model, observation, &sums);
            collector.cash(model, observation, ledger, &cash, time);
            collector.burn_down(model, observation, ledger, time);
            if let Some(budget) = &budget {
                collector.budget(model, budget, time);
            }
        }
        for time in whole_and_years {
            collector.jobs(model, observation, time);
        }
        collector.lateness(model, observation, Time::Total);
        collector.events(model, observation);
        for month in 0..months.len() {
            let sums = Sums::of(model, observation, ledger, Time::Month(month));
            collector.capacity(model, &sums);
            collector.standing(model, observation, Time::Month(month));
            collector.lateness(model, observation, Time::Month(month));
            collector.dependency(model, &sums);
            collector.substitutability(model, placing.as_ref(), &sums);
            collector.users(model, &sums);
            collector.charge_back(model, &sums);
            collector.services(model, observation, &sums);
            collector.jobs(model, observation, Time::Month(month));
            collector.cash(model, observation, ledger, &cash, Time::Month(month));
            collector.burn_down(model, observation, ledger, Time::Month(month));
            if let Some(budget) = &budget {
                collector.budget(model, budget, Time::Month(month));
            }
        }
        Self { keys: collector.keys.into(), values: collector.values }
    }

    /// Takes the keys of the first replication that came here where they are the same, so that memory holds them once.
    pub fn share_keys(&mut self, first: &OnceLock<Arc<[Key]>>) {
        let keys = first.get_or_init(|| Arc::clone(&self.keys));
        if **keys == *self.keys {
            self.keys = Arc::clone(keys);
        }
    }

    /// A figure.
    #[must_use]
    pub fn get(&self, metric: &(impl AsRef<str> + ?Sized), scope: Scope, time: Time) -> Option<f64> {
        let is_it = |key: &Key| key.metric.name == metric.as_ref() && key.scope == scope && key.time == time;
        self.keys.iter().position(is_it).and_then(|place| self.values.get(place).copied())
    }
}

impl Collector {
    fn record(&mut self, metric: &'static Metric, scope: Scope, time: Time, value: f64) {
        self.keys.push(Key { metric, scope, time });
        self.values.push(value);
    }
}
