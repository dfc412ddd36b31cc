//! The budget.

use super::law::OrLaw;
use super::text::DateText;
use crate::model::confidence::Confidence;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[budget]`: what there is to pay with. With it, commitments are held against revenue at the end of each month, and costs are discounted.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetSpec {
    /// Revenue as annual run rates on dates, in order. Between two dates it grows by a constant factor (geometrically), or by a constant
    /// amount (linearly) where one of the two is 0; before the first date it is as on it. Default: not known, costs alone are discounted.
    pub revenue: Option<Vec<RevenueSpec>>,
    /// Factor a year after the last date: 1.3 is 30 % more a year. Default: 1, it stays.
    pub growth_per_year: Option<f64>,
    /// What the whole path of revenue is multiplied by: a number, or a law with one draw a replication. Default: 1.
    pub factor: Option<OrLaw<f64>>,
    /// What a later USD is worth less, a year: 0.1 is 10 %. Amounts count at the end of their month. Default: 0.
    pub discount_rate: Option<f64>,
    /// Cancel tranches at the end of a month while the commitments of the next twelve months are more than so many times the run rate of
    /// revenue. Reserved tranches that are planned later than `binding_days` are cancelled one by one: the latest first; of one day the dearest
    /// per H100e-hour; then in the order of clusters. A take-or-pay commitment shrinks by their planned compute, year by year; under one
    /// without a minimum, or whose term still waits for its first delivery, they stay. Default: never.
    pub cancel_when_coverage_above: Option<f64>,
    /// Tranches planned within so many days bind already and are not cancelled [days]. Tranches that begin beyond the next twelve months are
    /// not among their commitments yet: with 365 and more, all of them go once coverage is above the limit. Default: 365.
    pub binding_days: Option<f64>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

/// Revenue on a date.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevenueSpec {
    /// The day. May lie before or after the scenario.
    pub date: DateText,
    /// The annual run rate on that day [USD a year].
    pub usd_per_year: f64,
}
