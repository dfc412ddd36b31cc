//! What commitments stand at the ends of months, what was earned, and what was cancelled for want of revenue.

use super::observation::{ServicePeriod, Usage};
use crate::model::Model;
use crate::model::cluster::Cluster;
use crate::units::Cost;

/// A replication's commitments against its revenue.
#[derive(Clone, Debug, PartialEq)]
pub struct Affordability {
    /// What the path of revenue is multiplied by.
    pub revenue_factor: f64,
    /// Month by month of the calendar.
    pub months: Vec<MonthEnd>,
}

/// How things stand at the end of a month.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MonthEnd {
    /// What the next twelve months will cost by contract, used or not, as far as is known then.
    pub commitments: Cost,
    /// What reserved capacity outside contracts will cost in them: a forecast.
    pub uncontracted: Cost,
    /// GPUs of tranches that were cancelled then.
    pub cancelled_gpus: u64,
    /// The run rate of revenue, of which what is earned by use counts as in the last months [USD a year].
    pub run_rate: f64,
    /// Subscribers.
    pub subscribers: f64,
}

/// What a user earns by use in a period, from its usage cluster by cluster and what services served [USD].
#[must_use]
pub fn earned(model: &Model, user: usize, usage: &[Vec<Usage>], services: &[ServicePeriod]) -> f64 {
    let price = model.budget.as_ref().and_then(|budget| budget.earnings.get(user)).copied().unwrap_or(0.0);
    if price == 0.0 {
        return 0.0;
    }
    if let Some(service) = user.checked_sub(model.workloads.len()) {
        return services[service].within_objective_tokens / 1e6 * price;
    }
    let h100e_hours = |(cluster, users): (&Cluster, &Vec<Usage>)| users[user].useful().hours() * cluster.h100_equivalents;
    model.clusters.iter().zip(usage).map(h100e_hours).sum::<f64>() * price
}
