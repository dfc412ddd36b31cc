//! Vendors, clusters, ramps, contracts.

use super::clauses::{
    DelayDamagesSpec, EarlyTerminationSpec, ExclusivitySpec, ExpansionSpec, ExtensionSpec, FirstRefusalSpec, TerminationSpec,
};
use super::law::OrLaw;
use super::text::{DateText, DurationText, MomentText};
use crate::model::confidence::Confidence;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[vendor.KEY]`: who is paid. A key of the catalog brings its figures.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VendorSpec {
    /// The name in tables. Default: the catalog's, or the key.
    pub name: Option<String>,
    /// Set to true where its committed money is not public: it is then printed as unknown, never as zero.
    pub commitment_unknown: Option<bool>,
    /// Set to true where its power is not public.
    pub power_unknown: Option<bool>,
    /// How long it takes to have equal capacity elsewhere: counts in the exit time. Default: not known, and left out of it.
    pub replacement_lead: Option<DurationText>,
    /// What it bills for data that leave it for another vendor [USD per GB]. Default: the catalog's, or nothing.
    pub egress_usd_per_gb: Option<f64>,
    /// Facility energy / IT energy over a year. Default: the catalog's, or 1.25.
    pub pue_annual: Option<f64>,
    /// Facility power at peak / IT power. Default: the catalog's, or 1.4.
    pub pue_peak: Option<f64>,
    /// The day on which it defaults: what it has not delivered is cancelled, what it has delivered is lost for good as in an outage of the
    /// data plane, and nothing more is billed; prepayments that are not used up are lost, and a contract-year is not settled.
    pub defaults_on: Option<DateText>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

/// `[cluster.KEY]`: identical GPUs of one vendor in one region, and the ramp by which they arrive.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterSpec {
    /// A vendor's key.
    pub vendor: String,
    /// A GPU type of the catalog (`skyberth catalog gpus`).
    pub gpu: String,
    /// A region of the catalog (`us-tx`), for carbon and electricity, or any name. Default: `world`.
    pub region: Option<String>,
    /// Whose law holds there. Default: the region up to its first dash.
    pub jurisdiction: Option<String>,
    /// Who made the chips. Default: the catalog's.
    pub supplier: Option<String>,
    /// Who built the site. Default: the vendor.
    pub developer: Option<String>,
    /// Whose grid feeds it. Default: the region.
    pub grid: Option<String>,
    /// GPUs of a node. Default: the catalog's.
    pub node_gpus: Option<u32>,
    /// GPUs of an NVLink domain, a multiple of a node. Default: the catalog's, or one node.
    pub domain_gpus: Option<u32>,
    /// Price of reserved GPU-time [USD per GPU-hour]. Default: derived from the contract, else the catalog's list price.
    pub price_usd_per_gpu_hour: Option<f64>,
    /// Price of on-demand GPU-time [USD per GPU-hour]. Default: the catalog's list price, else the reserved price.
    pub on_demand_usd_per_gpu_hour: Option<f64>,
    /// Price of spot GPU-time [USD per GPU-hour]. Default: the catalog's, else the on-demand price.
    pub spot_usd_per_gpu_hour: Option<f64>,
    /// IT load of an allocated GPU with its share of servers, network and storage [kW]. Default: the catalog's.
    pub it_kw_per_gpu: Option<f64>,
    /// Facility load of a GPU at peak [kW]: converts `facility_mw`. Default: the catalog's.
    pub facility_kw_per_gpu_peak: Option<f64>,
    /// Share of the IT load that an idle GPU draws. Default: 0.3.
    pub idle_power_share: Option<f64>,
    /// Facility energy / IT energy over a year. Default: the vendor's.
    pub pue_annual: Option<f64>,
    /// Facility power at peak / IT power. Default: the vendor's.
    pub pue_peak: Option<f64>,
    /// Grid carbon [g CO2 per kWh]. Default: the region's.
    pub carbon_g_per_kwh: Option<f64>,
    /// The most facility power the cluster may draw at peak [MW]: delivered GPUs for which it does not suffice, at `it_kw_per_gpu` x
    /// `pue_peak` each, used or idle, are out of use, the latest delivered first. Default: no cap. See also `[grid.KEY]`.
    pub max_mw: Option<f64>,
    /// When that cap rises.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub max_mw_steps: Vec<PowerStepSpec>,
    /// Electricity price [USD per kWh]. Default: the region's.
    pub electricity_usd_per_kwh: Option<f64>,
    /// Whether electricity is in the GPU price or billed on top. Default: `included`.
    pub electricity: Option<ElectricitySpec>,
    /// Interruptions per GPU and day while it runs a job. Default: 0.00047 (Llama 3, sourced).
    pub failures_per_gpu_day: Option<f64>,
    /// How long a failed node is out. Default: 24 h.
    pub repair: Option<DurationText>,
    /// How the vendor takes its spot capacity back. Default: never.
    pub eviction: Option<EvictionSpec>,
    /// What can delay a tranche that does not say so itself. Default: nothing.
    pub slip: Option<SlipSpec>,
    /// Increments of capacity, by date.
    pub ramp: Vec<TrancheSpec>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

/// `[cluster.KEY.eviction]`: how the vendor takes spot capacity back for a while. What is free goes first, then that of the jobs which
/// started last (reserved capacity fills first), then that of replicas. Give `per_day` for evictions at random, or `at`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvictionSpec {
    /// Evictions a day of time with the capacity there, at random: at most 100.
    pub per_day: Option<f64>,
    /// When it goes, in order: days or times of day in UTC, within the scenario. One that falls into the time in which the capacity is gone
    /// already follows upon its return.
    pub at: Option<Vec<MomentText>>,
    /// How long the capacity is gone each time: a duration or a law.
    pub out: OrLaw<DurationText>,
    /// Share of the spot GPUs that goes each time, up to whole nodes, above 0 and at most 1. Default: 1.
    pub share: Option<f64>,
    /// How long before it goes that is announced. Free GPUs go with the announcement; jobs stop when the capacity goes, and save their state
    /// first if the notice is not shorter than their blocking checkpoint. Default: none, and work since the last checkpoint is lost.
    pub notice: Option<DurationText>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
}

/// `[grid.KEY]`: a cap on the power of all clusters that name this grid (by default their region). Who was delivered first has the power.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GridSpec {
    /// The most facility power its clusters may draw together at peak [MW].
    pub max_mw: f64,
    /// When that cap rises.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub max_mw_steps: Vec<PowerStepSpec>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

/// A cap on power that rises.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PowerStepSpec {
    /// The first day on which it holds.
    pub date: DateText,
    /// The cap from then on [MW]; not less than before.
    pub max_mw: f64,
}

/// Who pays the electricity of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ElectricitySpec {
    /// The GPU price includes it.
    Included,
    /// It is billed on top.
    Billed,
}

/// One dated increment of capacity: give exactly one of `gpus`, `it_mw`, `facility_mw`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrancheSpec {
    /// The day from which it is there, as announced. May lie before the scenario's start.
    pub date: DateText,
    /// GPUs added.
    pub gpus: Option<u64>,
    /// IT power added [MW]; cumulated, divided by `it_kw_per_gpu`, and floored to whole nodes.
    pub it_mw: Option<f64>,
    /// Facility power added at peak [MW]; cumulated, divided by `facility_kw_per_gpu_peak`, and floored to whole nodes.
    pub facility_mw: Option<f64>,
    /// How it is paid. Default: `reserved`.
    pub kind: Option<KindSpec>,
    /// What can delay it. Default: the cluster's.
    pub slip: Option<SlipSpec>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

/// How capacity is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KindSpec {
    /// Committed.
    Reserved,
    /// Paid while allocated.
    OnDemand,
    /// Paid while allocated, cheaper.
    Spot,
}

/// What can delay or cancel a tranche.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlipSpec {
    /// Probability of an own delay, 0 to 1.
    pub probability: f64,
    /// The own delay, given that there is one [days]. Default: lognormal, median 148 days, sigma 1.1.
    pub days: Option<OrLaw<f64>>,
    /// Probability that it never comes, 0 to 1. Default: 0.
    pub cancelled: Option<f64>,
    /// Keys of shocks that can hit it; the largest that does adds to its own delay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shocks: Vec<String>,
}

/// `[shock.KEY]`: a cause of delay shared by all tranches that name it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShockSpec {
    /// Probability that it happens, 0 to 1.
    pub probability: f64,
    /// The delay, given that it does [days].
    pub days: OrLaw<f64>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

/// `[contract.KEY]`: what was signed with a vendor.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractSpec {
    /// A vendor's key.
    pub vendor: String,
    /// Total committed [USD]. Default: derived from the clusters' prices and ramps over the term.
    pub value_usd: Option<f64>,
    /// First day of the term; may lie before the scenario's start.
    pub start: DateText,
    /// Its length.
    pub term: DurationText,
    /// Time from notice to its end, where it may be ended early: counts in the exit time. Default: what is left of the term.
    pub notice: Option<DurationText>,
    /// Keys of the clusters whose reserved tranches it covers. Default: all of the vendor's that no other contract names.
    pub clusters: Option<Vec<String>>,
    /// What is paid for. Default: `capacity`.
    pub payment: Option<PaymentSpec>,
    /// Until when work may start on this vendor alone.
    pub exclusivity: Option<ExclusivitySpec>,
    /// The term begins when the first tranche is really delivered, so that a slip moves it; `start` must be the day planned for that
    /// tranche. Exclusivity and first refusal hold from the written day. Default: false.
    pub starts_with_delivery: Option<bool>,
    /// Paid when the term begins [USD], and credited against the bills for its reserved capacity until it is used up. What is left when the
    /// contract ends is lost. Where the term began before the scenario, what the plan used up until then is no longer there. Default: 0.
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
    /// The option on going on after the term. Default: capacity goes on at the same price for as long as the scenario lasts.
    pub extension: Option<ExtensionSpec>,
    /// Share of the price of reserved GPU-time that is credited while an outage of the data plane keeps it out, 0 to 1; only with payment
    /// by capacity. Default: 0.
    pub outage_credit_share: Option<f64>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
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
    /// Share of a contract-year's commitment that is paid even if it is not used, 0 to 1. The commitment follows the planned ramp: late
    /// or cancelled capacity does not lower it. A year that the scenario's end cuts is settled there in proportion to its length.
    pub take_or_pay: f64,
}
