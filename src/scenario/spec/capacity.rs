//! Vendors, clusters, and the ramps by which they grow.

use super::defaults::{defaults, reliability, slip};
use super::law::{LawSpec, LognormalSpec, OrLaw};
use super::text::{DateText, DurationText, MomentText};
use crate::kernel::math::exp;
use crate::model::confidence::Confidence;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The catalog's figure for interruptions of running GPUs.
pub(in crate::scenario) const FAILURES: &str = "node-failures-per-gpu-day";

/// The catalog's law of delays [days].
fn delay() -> OrLaw<f64> {
    let median = exp(slip("slip-ln-days-mu"));
    OrLaw::Law(LawSpec::Lognormal(LognormalSpec { median, sigma: slip("slip-ln-days-sigma"), min: None, max: None }))
}

/// `[vendor.KEY]`: a vendor. A key of the catalog brings its figures.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = VendorSpec::tell_defaults)]
pub struct VendorSpec {
    /// The name in tables.
    pub name: Option<String>,
    /// Whether its committed money is not public: it is then printed as unknown, never as zero.
    pub commitment_unknown: Option<bool>,
    /// Between what its committed money lies [USD, low and high], where that is not public but bounded; with `commitment_unknown`. Bounds
    /// of the concentration follow from it.
    pub commitment_range_usd: Option<[f64; 2]>,
    /// Whether its power is not public.
    pub power_unknown: Option<bool>,
    /// How long it takes to have equal capacity elsewhere: counts in the exit time.
    pub replacement_lead: Option<DurationText>,
    /// What it bills for data that leave it for another vendor [USD per GB].
    pub egress_usd_per_gb: Option<f64>,
    /// Facility energy / IT energy over a year.
    pub pue_annual: Option<f64>,
    /// Facility power at peak / IT power.
    pub pue_peak: Option<f64>,
    /// The day on which it defaults: what it has not delivered is cancelled, what it has delivered is lost for good as in an outage of the
    /// data plane, and nothing more is billed; prepayments that are not used up are lost, and a contract-year is not settled. What lay there is
    /// lost: jobs begin from the start whose state it held, and are turned away whose data it alone held.
    pub defaults_on: Option<DateText>,
    /// The probability that it defaults within a year, at any time, 0 to less than 1; instead of a day.
    pub default_probability_per_year: Option<f64>,
    /// What becomes of what it has delivered, in each future for itself.
    pub default_outcome: Option<DefaultOutcomeSpec>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

defaults! {
    VendorSpec {
        name => "the catalog's, or the key";
        commitment_unknown: bool = false;
        commitment_range_usd => "from nothing to as much as the largest known";
        power_unknown: bool = false;
        replacement_lead => "unknown, and left out of the exit time";
        egress_usd_per_gb: f64 = 0.0, after "the catalog's";
        pue_annual: f64 = 1.25, after "the catalog's";
        pue_peak: f64 = 1.4, after "the catalog's";
        defaults_on => "never";
        default_probability_per_year: f64 = 0.0;
        default_outcome => "it is lost on that day";
    }
}

/// What becomes of what a vendor has delivered when it defaults. What it has not delivered is cancelled in any case.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = DefaultOutcomeSpec::tell_defaults)]
pub struct DefaultOutcomeSpec {
    /// The probability that it goes on under a successor, at the same terms, 0 to 1.
    pub continues: Option<f64>,
    /// The probability that it goes on for a while and is lost then, 0 to 1. What is left to 1 is that it is lost on the day.
    pub winds_down: Option<f64>,
    /// How long it goes on where it winds down.
    pub notice: Option<DurationText>,
}

defaults! {
    DefaultOutcomeSpec {
        continues: f64 = 0.0;
        winds_down: f64 = 0.0;
        notice: DurationText = DurationText::of_seconds(90.0 * 86_400.0);
    }
}

/// `[cluster.KEY]`: identical GPUs of one vendor in one region, and the ramp by which they arrive.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = ClusterSpec::tell_defaults)]
pub struct ClusterSpec {
    /// A vendor's key.
    pub vendor: String,
    /// A GPU type of the catalog (`skyberth catalog gpus`).
    pub gpu: String,
    /// A region of the catalog (`us-tx`), for carbon and electricity, or any name.
    pub region: Option<String>,
    /// Jurisdiction whose law holds there.
    pub jurisdiction: Option<String>,
    /// Maker of the chips.
    pub supplier: Option<String>,
    /// Developer of the site.
    pub developer: Option<String>,
    /// Grid that feeds it.
    pub grid: Option<String>,
    /// GPUs of a node.
    pub node_gpus: Option<u32>,
    /// GPUs of an NVLink domain, a multiple of a node.
    pub domain_gpus: Option<u32>,
    /// Price of reserved GPU-time [USD per GPU-hour].
    pub price_usd_per_gpu_hour: Option<f64>,
    /// Price of on-demand GPU-time [USD per GPU-hour].
    pub on_demand_usd_per_gpu_hour: Option<f64>,
    /// Price of spot GPU-time [USD per GPU-hour].
    pub spot_usd_per_gpu_hour: Option<f64>,
    /// When those prices change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub price_steps: Vec<PriceStepSpec>,
    /// IT load of an allocated GPU with its share of servers, network and storage [kW].
    pub it_kw_per_gpu: Option<f64>,
    /// Facility load of a GPU at peak [kW]: converts `facility_mw`.
    pub facility_kw_per_gpu_peak: Option<f64>,
    /// Share of the IT load that an idle GPU draws.
    pub idle_power_share: Option<f64>,
    /// Facility energy / IT energy over a year.
    pub pue_annual: Option<f64>,
    /// Facility power at peak / IT power.
    pub pue_peak: Option<f64>,
    /// Grid carbon [g CO2 per kWh].
    pub carbon_g_per_kwh: Option<f64>,
    /// The most facility power the cluster may draw at peak [MW]: delivered GPUs for which it does
    /// not suffice, at `it_kw_per_gpu` x `pue_peak` each, used or idle, are out of use, the latest
    /// delivered first. See also `[grid.KEY]`.
    pub max_mw: Option<f64>,
    /// When that cap rises.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub max_mw_steps: Vec<PowerStepSpec>,
    /// Whose risk it is that delivered GPUs have no power under that cap or the grid's.
    pub power_risk: Option<PowerRiskSpec>,
    /// Space and power rented for GPUs of one's own.
    pub colocation: Option<ColocationSpec>,
    /// Electricity price [USD per kWh].
    pub electricity_usd_per_kwh: Option<f64>,
    /// Whether electricity is in the GPU price or billed on top.
    pub electricity: Option<ElectricitySpec>,
    /// Interruptions per GPU and day while it runs a job.
    pub failures_per_gpu_day: Option<f64>,
    /// How long a failed node is out.
    pub repair: Option<DurationText>,
    /// How the vendor takes its spot capacity back.
    pub eviction: Option<EvictionSpec>,
    /// What can delay a tranche that does not say so itself.
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

defaults! {
    ClusterSpec {
        region: String = "world".to_owned();
        jurisdiction => "the region up to its first dash";
        supplier => "the catalog's";
        developer => "the vendor";
        grid => "the region";
        node_gpus => "the catalog's";
        domain_gpus => "the catalog's, or one node where `node_gpus` is given";
        price_usd_per_gpu_hour => "derived from the contract, or the catalog's list price";
        on_demand_usd_per_gpu_hour => "the catalog's list price, or the reserved price";
        spot_usd_per_gpu_hour => "the catalog's, or the on-demand price";
        price_steps => "never";
        it_kw_per_gpu => "the catalog's";
        facility_kw_per_gpu_peak => "the catalog's";
        idle_power_share: f64 = 0.3;
        pue_annual => "the vendor's";
        pue_peak => "the vendor's";
        carbon_g_per_kwh => "the region's, or the world's";
        max_mw => "no cap";
        power_risk => "`vendor`, and `buyer` in colocation";
        colocation => "none: the vendor's GPUs come with space and power";
        electricity_usd_per_kwh => "the region's, or the world's";
        electricity => "`included`, and `billed` in colocation";
        failures_per_gpu_day: f64 = reliability(FAILURES);
        repair: DurationText = DurationText::of_seconds(86_400.0);
        eviction => "never";
        slip => "nothing";
    }
}

/// `[[cluster.KEY.price_steps]]`: prices from a day on, in order. What is not named stays as it was.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = PriceStepSpec::tell_defaults)]
pub struct PriceStepSpec {
    /// The first day on which they hold.
    pub date: DateText,
    /// Of reserved GPU-time [USD per GPU-hour]; only where the cluster's own price is written. The value of a contract without a `value_usd`
    /// follows from the prices of each day.
    pub price_usd_per_gpu_hour: Option<f64>,
    /// Of on-demand GPU-time [USD per GPU-hour].
    pub on_demand_usd_per_gpu_hour: Option<f64>,
    /// Of spot GPU-time [USD per GPU-hour].
    pub spot_usd_per_gpu_hour: Option<f64>,
}

defaults! {
    PriceStepSpec {
        price_usd_per_gpu_hour => "as before";
        on_demand_usd_per_gpu_hour => "as before";
        spot_usd_per_gpu_hour => "as before";
    }
}

/// `[cluster.KEY.eviction]`: how the vendor takes spot capacity back for a while. What is free goes first, then that of the jobs which
/// started last (reserved capacity fills first), then that of replicas. Give `per_day` for evictions at random, or `at`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = EvictionSpec::tell_defaults)]
pub struct EvictionSpec {
    /// Evictions a day of time with the capacity there, at random: at most 100.
    pub per_day: Option<f64>,
    /// When it goes, in order: days or times of day in UTC, within the scenario. One that falls into the time in which the capacity is gone
    /// already follows upon its return.
    pub at: Option<Vec<MomentText>>,
    /// How long the capacity is gone each time: a duration or a law.
    pub out: OrLaw<DurationText>,
    /// Share of the spot GPUs that goes each time, up to whole nodes, above 0 and at most 1.
    pub share: Option<f64>,
    /// How long before it goes that is announced. Free GPUs go with the announcement; jobs stop
    /// when the capacity goes, and save their state first if the notice is not shorter than their
    /// blocking checkpoint.
    pub notice: Option<DurationText>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
}

defaults! {
    EvictionSpec {
        share: f64 = 1.0;
        notice => "none: work since the last checkpoint is lost";
    }
}

/// `[grid.KEY]`: a cap on the power of all clusters that name this grid (by default their region). GPUs that were delivered first have the power.
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

/// Whose risk it is that delivered GPUs have no power.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PowerRiskSpec {
    /// The vendor's: they are not billed, and no minimum is due on them.
    Vendor,
    /// The buyer's, as in colocation: they are billed like idle ones.
    Buyer,
}

/// `[cluster.KEY.colocation]`: power that is contracted in somebody's building for GPUs of one's own. It is billed by the kW-month from the day on
/// which it is ready for service, whether there are GPUs yet or not, and months that are not whole by the day; what the GPUs draw is metered and billed
/// on top (`electricity_usd_per_kwh` x annual PUE). GPUs for which it does not suffice, or which come before it, are out of use and paid all the same.
/// `price_usd_per_gpu_hour` is then what the GPUs themselves cost.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = ColocationSpec::tell_defaults)]
pub struct ColocationSpec {
    /// Rent of contracted IT power [USD per kW and month].
    pub usd_per_kw_month: f64,
    /// Increments of contracted power, in order.
    pub power: Vec<ContractedPowerSpec>,
    /// The first day that is no longer billed. GPUs leave when their tranches say so.
    pub until: Option<DateText>,
}

defaults! {
    ColocationSpec {
        until => "the scenario's end";
    }
}

/// `[[cluster.KEY.colocation.power]]`: an increment of contracted power.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractedPowerSpec {
    /// The day from which it is ready for service, and billed. May lie before the scenario's start.
    pub ready: DateText,
    /// IT power added [MW].
    pub it_mw: f64,
}

/// How the electricity of a cluster is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ElectricitySpec {
    /// The GPU price includes it.
    Included,
    /// It is billed on top.
    Billed,
}

/// `[[cluster.KEY.ramp]]`: one dated increment of capacity. Give exactly one of `gpus`, `it_mw`, `facility_mw`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = TrancheSpec::tell_defaults)]
pub struct TrancheSpec {
    /// The day from which it is there, as announced. May lie before the scenario's start.
    pub date: DateText,
    /// GPUs added.
    pub gpus: Option<u64>,
    /// IT power added [MW]; cumulated, divided by `it_kw_per_gpu`, and floored to whole nodes.
    pub it_mw: Option<f64>,
    /// Facility power added at peak [MW]; cumulated, divided by `facility_kw_per_gpu_peak`, and floored to whole nodes.
    pub facility_mw: Option<f64>,
    /// The first day without it, whatever a contract says.
    pub until: Option<DateText>,
    /// How it is paid.
    pub kind: Option<KindSpec>,
    /// What can delay it.
    pub slip: Option<SlipSpec>,
    /// Where this entry comes from.
    pub source: Option<String>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
    /// Anything else worth knowing.
    pub note: Option<String>,
}

defaults! {
    TrancheSpec {
        until => "as long as its contract says";
        kind: KindSpec = KindSpec::Reserved;
        slip => "the cluster's";
    }
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
#[schemars(transform = SlipSpec::tell_defaults)]
pub struct SlipSpec {
    /// Probability that the tranche is late by itself, 0 to 1.
    pub probability: f64,
    /// That delay, given that it is late [days].
    pub days: Option<OrLaw<f64>>,
    /// Probability that it never comes, 0 to 1.
    pub cancelled: Option<f64>,
    /// Keys of shocks that can hit it; the largest that does adds to its own delay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shocks: Vec<String>,
}

defaults! {
    SlipSpec {
        days: OrLaw<f64> = delay();
        cancelled: f64 = 0.0;
    }
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
