//! The budget.

use super::defaults::defaults;
use super::law::OrLaw;
use super::text::DateText;
use crate::model::confidence::Confidence;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[budget]`: what there is to pay with. With it, commitments are held against revenue at the end of each month, and costs are discounted.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = BudgetSpec::tell_defaults)]
pub struct BudgetSpec {
    /// Revenue as annual run rates on dates, in order. Between two dates it grows by a constant
    /// factor (geometrically), or by a constant amount (linearly) where one of the two is 0; before
    /// the first date it is as on it.
    pub revenue: Option<Vec<RevenueSpec>>,
    /// Factor a year after the last date: 1.3 is 30 % more a year.
    pub growth_per_year: Option<f64>,
    /// What the whole path of revenue is multiplied by: a number, or a law with one draw a
    /// replication.
    pub factor: Option<OrLaw<f64>>,
    /// What services earn, by their keys, for output tokens served within the objective [USD per
    /// million tokens].
    pub usd_per_million_tokens: Option<IndexMap<String, f64>>,
    /// What useful work of workloads is worth, by their keys [USD per useful H100e-hour].
    pub usd_per_useful_h100e_hour: Option<IndexMap<String, f64>>,
    /// Revenue from subscribers of a service.
    pub subscriptions: Option<SubscriptionsSpec>,
    /// Cash at the scenario's start [USD]. With it cash is followed month by month, and what it
    /// does not cover.
    pub opening_cash_usd: Option<f64>,
    /// What can be borrowed once cash is used up.
    pub debt: Option<DebtSpec>,
    /// The most that can be raised beyond cash and debt [USD]. The buyer defaults where more is
    /// missing.
    pub raise_limit_usd: Option<f64>,
    /// What a later USD is worth less, a year: 0.1 is 10 %. Amounts count at the end of their
    /// month.
    pub discount_rate: Option<f64>,
    /// Cancel tranches at the end of a month where commitments are projected to exceed revenue by so
    /// much: where, at the end of one of the months of the window, the commitments of the twelve
    /// months after it are more than so many times the run rate then. Only reserved tranches under
    /// contract that are planned later than `binding_days` and lower such a month are cancelled, and
    /// no more than it takes: the latest first; of one day the dearest per H100e-hour; then in the
    /// order of clusters. A take-or-pay minimum shrinks by their planned compute. A contract whose
    /// term still waits for its first delivery is left alone.
    pub cancel_when_coverage_above: Option<f64>,
    /// Tranches planned within so many days bind already and are not cancelled [days].
    pub binding_days: Option<f64>,
    /// How far coverage is projected, month by month [months]. The buyer knows its run rate now, and
    /// projects the planned growth of the path and of demand from there. It must reach beyond
    /// `binding_days`, so that tranches are seen while they may be cancelled.
    pub window_months: Option<u32>,
    /// Share of what a cancelled tranche commits until the end of its contract that is paid at once,
    /// 0 to 1.
    pub cancel_fee_share: Option<f64>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

defaults! {
    BudgetSpec {
        revenue => "none";
        usd_per_million_tokens => "nothing";
        usd_per_useful_h100e_hour => "nothing";
        subscriptions => "none";
        opening_cash_usd => "cash is not followed";
        debt => "none";
        raise_limit_usd => "as much as is missing";
        growth_per_year: f64 = 1.0;
        factor: OrLaw<f64> = OrLaw::Value(1.0);
        discount_rate: f64 = 0.0;
        cancel_when_coverage_above => "never";
        binding_days: f64 = 365.0;
        window_months: u32 = 36;
        cancel_fee_share: f64 = 0.0;
    }
}

/// Subscribers that pay by the month. Their number changes month by month; demand does not follow it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = SubscriptionsSpec::tell_defaults)]
pub struct SubscriptionsSpec {
    /// The service that they use, by its key.
    pub service: String,
    /// Their number at the scenario's start.
    pub subscribers: f64,
    /// What each pays [USD a month].
    pub usd_per_month: f64,
    /// New subscribers [a month].
    pub new_per_month: Option<f64>,
    /// Share that leaves in a month in which all is served within the objective, 0 to 1.
    pub churn_per_month: f64,
    /// What that share grows by where nothing is served within the objective, 0 to 1; in between in
    /// proportion to the share of tokens that miss it.
    pub churn_when_missed: Option<f64>,
}

defaults! {
    SubscriptionsSpec {
        new_per_month: f64 = 0.0;
        churn_when_missed: f64 = 0.0;
    }
}

/// What can be borrowed.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DebtSpec {
    /// Interest a year: 0.1 is 10 %.
    pub rate: f64,
    /// The most that can be borrowed [USD].
    pub limit_usd: f64,
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
