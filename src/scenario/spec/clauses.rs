//! Clauses of contracts.

use super::defaults::defaults;
use super::text::{DateText, DurationText};
use crate::model::confidence::Confidence;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Exclusivity: from the contract's `start` until a date, new jobs and new replicas of services start on this vendor alone. What runs elsewhere
/// when it begins goes on there. It ends with a contract that is ended early or whose vendor defaults.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = ExclusivitySpec::tell_defaults)]
pub struct ExclusivitySpec {
    /// The first day on which it no longer holds.
    pub until: DateText,
    /// Keys of the workloads and services bound by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<String>,
    /// When the vendor lets others in by consent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverSpec>,
}

defaults! {
    ExclusivitySpec {
        workloads => "all";
        waivers => "none";
    }
}

/// The vendor's consent that its exclusivity does not hold for a while: jobs and replicas may start elsewhere then, and go on where they run.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = WaiverSpec::tell_defaults)]
pub struct WaiverSpec {
    /// The first day without it.
    pub from: DateText,
    /// The first day on which it holds again.
    pub until: DateText,
    /// Keys of the vendors that are let in.
    pub vendors: Option<Vec<String>>,
    /// Keys of the workloads and services that may start there.
    pub workloads: Option<Vec<String>>,
}

defaults! {
    WaiverSpec {
        vendors => "all";
        workloads => "all";
    }
}

/// Delay damages: what the vendor owes for each reserved tranche that comes late, from its announced day plus grace to its delivery, to the
/// millisecond. A tranche that is cancelled owes nothing: it is never delivered. With a long-stop date damages run until then for it too.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = DelayDamagesSpec::tell_defaults)]
pub struct DelayDamagesSpec {
    /// What a late GPU is worth a day [USD per GPU-day].
    pub usd_per_gpu_day: f64,
    /// The most that is paid over the contract [USD].
    pub cap_usd: Option<f64>,
    /// Grace: so many days late cost nothing.
    pub after_days: Option<f64>,
    /// The long-stop date: so many days after its announced day the buyer leaves a tranche that has not come, damages end, and the part of the
    /// prepayment that was for it is paid back as far as it is not used up: in proportion to its planned compute.
    pub long_stop_days: Option<f64>,
}

defaults! {
    DelayDamagesSpec {
        cap_usd => "no limit";
        after_days: f64 = 0.0;
        long_stop_days => "never";
    }
}

/// Termination for repeated lateness: at the instant at which so many reserved tranches have become later than `late_days`, the buyer
/// cancels all that have not been delivered. A take-or-pay commitment shrinks by their planned compute from then on. Tranches that the
/// vendor cancels do not count as late.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerminationSpec {
    /// A tranche that comes more than so many days after its announced day counts.
    pub late_days: f64,
    /// How many must be that late.
    pub times: u32,
}

/// Early termination: the buyer ends the contract before its term. Its reserved tranches leave; what runs on their clusters is stopped like
/// by an outage, and starts again where there is room; tranches that have not come are cancelled. The cost of switching takes it, from that day
/// on, for a way out of the contract.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = EarlyTerminationSpec::tell_defaults)]
pub struct EarlyTerminationSpec {
    /// The first day without the contract.
    pub date: DateText,
    /// The fee, as a share of the commitment that the plan puts after that day, 0 to 1. Who has no right to end a contract owes all of it.
    pub fee_share: Option<f64>,
}

defaults! {
    EarlyTerminationSpec {
        fee_share: f64 = 1.0;
    }
}

/// A right of first refusal: a tranche of another vendor that is announced for a day from the contract's start (or from the end of its
/// exclusivity) on and before `until` comes later by the time that this vendor has to match it. Known on the announced day, like a slip.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstRefusalSpec {
    /// The first day on which it no longer holds.
    pub until: DateText,
    /// How long this vendor takes [days].
    pub days: f64,
}

/// An option on more reserved capacity at its cluster's price: exercised at the first end of a month between its two days at which the vendor's
/// allocation share over that month exceeded a threshold. It comes on time and is firm from then on: paid used or not, or with a take-or-pay
/// minimum of its own. For a price of its own it gets a cluster of its own, with `price_usd_per_gpu_hour` and without a ramp.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = ExpansionSpec::tell_defaults)]
pub struct ExpansionSpec {
    /// Key of the cluster that grows: one that the contract covers.
    pub cluster: String,
    /// By how much: whole nodes [GPUs].
    pub gpus: u64,
    /// The first day on which it may be exercised.
    pub exercise_from: Option<DateText>,
    /// The last day on which it may be exercised: within the term.
    pub exercise_until: DateText,
    /// From exercise to delivery [days].
    pub lead_days: f64,
    /// Exercised when allocated / active GPU-time of the vendor's clusters over a month exceeds this, 0 to 1.
    pub when_allocation_above: f64,
    /// How long it stays, from its delivery; where all tranches end together, not beyond that.
    pub term: Option<DurationText>,
    /// With payment by use: share of its capacity that is paid even if it is not used, 0 to 1.
    pub take_or_pay: Option<f64>,
}

defaults! {
    ExpansionSpec {
        exercise_from => "the term's first day";
        term => "the contract's";
        take_or_pay => "the contract's";
    }
}

/// The buyer's option on going on after the term at the contract's price, used or not on the term's last day. A take-or-pay minimum ends with
/// the term. When the term is over and the option was not used, or when the extension is over, reserved capacity leaves: what runs on its
/// clusters is stopped like by an outage, and starts again where there is room.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = ExtensionSpec::tell_defaults)]
pub struct ExtensionSpec {
    /// For how long.
    pub term: DurationText,
    /// Used when allocated / active GPU-time of the contract's clusters over the last 30 days of
    /// the term exceeds this, 0 to 1.
    pub when_allocation_above: Option<f64>,
}

defaults! {
    ExtensionSpec {
        when_allocation_above: f64 = 0.0;
    }
}

/// Whether the term is of each tranche or of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TermsSpec {
    /// Each tranche has it for itself, from its acceptance: what comes late ends late.
    Tranche,
    /// All tranches end with the contract: what comes late has a shorter term.
    Common,
}

/// What becomes of reserved capacity after its term.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterTermSpec {
    /// It leaves: jobs that started last save their state and wait again.
    Leaves,
    /// It goes on until the scenario ends, paid like before at the contract's price. No minimum is due on it.
    Continues,
    /// The same at another price: `{ continues_at = { usd_per_gpu_hour = 1.50 } }`.
    ContinuesAt(ContinuesAtSpec),
}

/// The price of capacity after its term.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContinuesAtSpec {
    /// What it costs then [USD per GPU-hour].
    pub usd_per_gpu_hour: f64,
}

/// Service credits: what is credited for a calendar month in which the contract's reserved GPUs were there for less time than promised.
/// Availability is 1 - GPU-time in outages of the data plane / delivered reserved GPU-time within the term; maintenance does not count.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = ServiceCreditsSpec::tell_defaults)]
pub struct ServiceCreditsSpec {
    /// How much is credited below which availability, from the mildest to the gravest.
    pub bands: Vec<CreditBandSpec>,
    /// The most that is credited over the contract [USD].
    pub cap_usd: Option<f64>,
    /// When breaches let the buyer leave.
    pub exit: Option<CreditExitSpec>,
}

defaults! {
    ServiceCreditsSpec {
        cap_usd => "no limit";
        exit => "never";
    }
}

/// A band of availability.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditBandSpec {
    /// Availability below which it holds, 0 to 1.
    pub below: f64,
    /// Share of the month's bill for reserved GPU-time that is credited, 0 to 1.
    pub credit_share: f64,
}

/// Exit for repeated breach: the buyer ends the contract with the month that makes so many. No fee is due, its reserved capacity leaves like by
/// an early termination, and what is left of a prepayment is paid back.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = CreditExitSpec::tell_defaults)]
pub struct CreditExitSpec {
    /// A month of less availability counts, 0 to 1.
    pub below: f64,
    /// How many must count.
    pub months: u32,
    /// Among how many months in a row.
    pub within_months: Option<u32>,
}

defaults! {
    CreditExitSpec {
        within_months: u32 = 12;
    }
}

/// Price reviews (re-openers): on each day the price of each cluster's reserved capacity becomes the one that was agreed at first, times what the
/// market, or an index, has become since the contract's start, both ways, within bounds. Minimums stay what they are in USD.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = PriceReviewSpec::tell_defaults)]
pub struct PriceReviewSpec {
    /// The first days of the new prices, in order.
    pub dates: Vec<DateText>,
    /// The `[index.KEY]` that it follows.
    pub index: Option<String>,
    /// How much of a change the price takes over: at 0.5, an index that has risen by 10 % raises the price by 5 %.
    pub pass_through: Option<f64>,
    /// The least it may become, as a share of the price that was agreed at first.
    pub floor_share: Option<f64>,
    /// The most it may become, as a share of the price that was agreed at first.
    pub cap_share: Option<f64>,
}

defaults! {
    PriceReviewSpec {
        index => "the market: each cluster's on-demand price";
        pass_through: f64 = 1.0;
        floor_share: f64 = 0.0;
        cap_share => "no limit";
    }
}

/// `[index.KEY]`: something that prices follow, such as consumer prices, the price of electricity or the rent of a GPU in the market.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexSpec {
    /// What it was, or is expected to be, from which day on, in order. The last one stays.
    pub values: Vec<IndexValueSpec>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

/// A value of an index.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexValueSpec {
    /// The first day on which it holds.
    pub date: DateText,
    /// The value, above 0, in whatever unit.
    pub value: f64,
}

/// What kind of contract it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractKindSpec {
    /// An order of capacity, delivered by tranche. Whatever is due is due on what was delivered.
    Order,
    /// A promise to spend, as in enterprise agreements: a pool of USD that all spending with the vendor draws on, with milestones that are
    /// due whatever was delivered. The capacity of its clusters is paid by use at their prices.
    Spend,
}

/// `[[contract.KEY.milestones]]`: how much of a promise to spend must be drawn by a day.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MilestoneSpec {
    /// The first day on which it is due.
    pub date: DateText,
    /// What must have been drawn since the contract's start [USD].
    pub usd: f64,
}

/// What becomes of what a milestone was missed by.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShortfallSpec {
    /// It is paid and gone.
    Lost,
    /// It is paid, and credited against later spending with the vendor until it expires: `{ credit = { expires = "1 y" } }`. What a credit
    /// pays does not draw on the pool again.
    Credit(CreditSpec),
    /// Nothing is paid before the last milestone: what was missed must be made up by then.
    MakeUp,
}

/// How long a credit lasts.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditSpec {
    /// From the milestone on.
    pub expires: DurationText,
}
