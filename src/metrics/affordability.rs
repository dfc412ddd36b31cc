//! What commitments stand at the ends of months, and what was cancelled for want of revenue.

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonthEnd {
    /// What the next twelve months will cost by contract, used or not, as far as is known then.
    pub commitments: Cost,
    /// What reserved capacity outside contracts will cost in them: a forecast.
    pub uncontracted: Cost,
    /// GPUs of tranches that were cancelled then.
    pub cancelled_gpus: u64,
}
