//! Contracts; their clauses are in a file of their own.

use super::clauses::{
    AfterTermSpec, ContractKindSpec, DelayDamagesSpec, EarlyTerminationSpec, ExclusivitySpec, ExpansionSpec, ExtensionSpec,
    FirstRefusalSpec, MilestoneSpec, PriceReviewSpec, ServiceCreditsSpec, ShortfallSpec, TerminationSpec, TermsSpec,
};
use super::defaults::defaults;
use super::text::{DateText, DurationText};
use crate::model::confidence::Confidence;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[contract.KEY]`: what was signed with a vendor.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = ContractSpec::tell_defaults)]
pub struct ContractSpec {
    /// A vendor's key.
    pub vendor: String,
    /// Total committed [USD].
    pub value_usd: Option<f64>,
    /// An order of capacity, or a promise to spend.
    pub kind: Option<ContractKindSpec>,
    /// First day of the term; may lie before the scenario's start.
    pub start: DateText,
    /// The length of the term.
    pub term: DurationText,
    /// Whether each tranche has that term for itself, or all of them together. With one for each, the price follows from the value over
    /// each tranche's GPU-hours within its own term.
    pub terms: Option<TermsSpec>,
    /// What becomes of reserved capacity after its term.
    pub after_term: Option<AfterTermSpec>,
    /// Time from notice to its end, where it may be ended early: counts in the exit time.
    pub notice: Option<DurationText>,
    /// Keys of the clusters whose reserved tranches it covers.
    pub clusters: Option<Vec<String>>,
    /// What is paid for.
    pub payment: Option<PaymentSpec>,
    /// Until when work may start on this vendor alone.
    pub exclusivity: Option<ExclusivitySpec>,
    /// The term begins when the first tranche is really delivered, so that a slip moves it; `start`
    /// must be the day planned for that tranche. Exclusivity and first refusal hold from the
    /// written day.
    pub starts_with_delivery: Option<bool>,
    /// Paid when the term begins [USD], and credited against the bills for its reserved capacity
    /// until it is used up. What is left when the contract ends is lost. Where the term began
    /// before the scenario, what the plan used up until then is no longer there.
    pub prepayment_usd: Option<f64>,
    /// What the vendor owes for late tranches.
    pub delay_damages: Option<DelayDamagesSpec>,
    /// When the buyer gives up on what has not come.
    pub termination: Option<TerminationSpec>,
    /// When the buyer ends the contract before its term.
    pub early_termination: Option<EarlyTerminationSpec>,
    /// Until when tranches of other vendors wait for this one to match them.
    pub first_refusal: Option<FirstRefusalSpec>,
    /// More capacity that the buyer may call.
    pub expansion: Option<ExpansionSpec>,
    /// The option on going on after the term.
    pub extension: Option<ExtensionSpec>,
    /// Share of the price of reserved GPU-time that is credited while an outage of the data plane
    /// keeps it out, 0 to 1; only with payment by capacity.
    pub outage_credit_share: Option<f64>,
    /// What is credited for months of too little availability.
    pub service_credits: Option<ServiceCreditsSpec>,
    /// When the price of its reserved capacity is set again by the market.
    pub price_review: Option<PriceReviewSpec>,
    /// Whether its price falls to the lowest that its vendor takes from this buyer for reserved GPUs of the same type, under another contract or
    /// none, from the day on which that is lower. It never rises by it.
    pub most_favoured: Option<bool>,
    /// Of a promise to spend: what must be drawn by when, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<MilestoneSpec>,
    /// Of a promise to spend: what becomes of what a milestone was missed by.
    pub shortfall: Option<ShortfallSpec>,
    /// Of a promise to spend: what is spent with the vendor on other things [USD per year]. It draws on the pool, and is on no bill here.
    pub other_spend_usd_per_year: Option<f64>,
    /// Of a promise to spend that began before the scenario: what was drawn until then [USD].
    pub drawn_before_usd: Option<f64>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

defaults! {
    ContractSpec {
        kind: ContractKindSpec = ContractKindSpec::Order;
        terms: TermsSpec = TermsSpec::Tranche;
        after_term: AfterTermSpec = AfterTermSpec::Leaves;
        milestones => "the whole value at the end of the term";
        shortfall: ShortfallSpec = ShortfallSpec::Lost;
        other_spend_usd_per_year: f64 = 0.0;
        drawn_before_usd: f64 = 0.0;
        value_usd => "derived from the clusters' prices and ramps over the term";
        notice => "what is left of the term";
        clusters => "all of the vendor's that no other contract names";
        payment: PaymentSpec = PaymentSpec::Capacity;
        exclusivity => "none";
        starts_with_delivery: bool = false;
        prepayment_usd: f64 = 0.0;
        delay_damages => "none";
        termination => "none";
        early_termination => "none";
        first_refusal => "none";
        expansion => "none";
        extension => "none";
        outage_credit_share: f64 = 0.0;
        service_credits => "none";
        price_review => "none";
        most_favoured: bool = false;
    }
}

/// What a contract's money is paid for.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentSpec {
    /// Delivered reserved GPUs, used or not.
    Capacity,
    /// Used GPU-time, with a minimum: `{ usage = { take_or_pay = 0.8 } }`.
    Usage(UsageSpec),
}

/// Payment by use.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageSpec {
    /// Share of a contract-year's capacity that is paid even if it is not used, 0 to 1: of what is planned and was made available. Nothing
    /// is due on capacity that comes late or never, or has no power. A year that the scenario's end cuts is settled there.
    pub take_or_pay: f64,
}
