//! The file as a whole, its head, its policy, and what it assumes.

use super::budget::BudgetSpec;
use super::capacity::{ClusterSpec, GridSpec, ShockSpec, VendorSpec};
use super::clauses::IndexSpec;
use super::contract::ContractSpec;
use super::defaults::defaults;
use super::order::OrderSpec;
use super::outage::OutageSpec;
use super::service::ServiceSpec;
use super::team::{ChargeBackSpec, CohortSpec, TeamSpec};
use super::text::{DateText, DurationText};
use super::transfer::{LinkSpec, LinksSpec};
use super::variant::{ComparisonSpec, VariantSpec};
use super::workload::WorkloadSpec;
use crate::model::confidence::Confidence;
use crate::model::policy::{BROKER, ELASTIC, ELASTIC_INTERVAL, PLACEMENT, PRESET};
use crate::model::{Levels, Rounds};
use crate::policy::registry::{Kind, list};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A scenario file.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioSpec {
    /// Version of the scenario format that the file is written in: 2, and always stated. `skyberth check --migrate` writes a file of format 1
    /// in it.
    pub format: Option<u32>,
    /// Dates, seed, replications.
    pub scenario: Header,
    /// Vendors, by key.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub vendor: IndexMap<String, VendorSpec>,
    /// Identical GPUs of one vendor in one region, by key.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub cluster: IndexMap<String, ClusterSpec>,
    /// Caps on power, by the name that clusters have for their grid.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub grid: IndexMap<String, GridSpec>,
    /// What was signed, by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub contract: IndexMap<String, ContractSpec>,
    /// What prices follow, by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub index: IndexMap<String, IndexSpec>,
    /// Causes of delay shared by several tranches, by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub shock: IndexMap<String, ShockSpec>,
    /// Clusters that are not there for a while, by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub outage: IndexMap<String, OutageSpec>,
    /// Sources of jobs, by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub workload: IndexMap<String, WorkloadSpec>,
    /// Inference services, by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub service: IndexMap<String, ServiceSpec>,
    /// What teams are entitled to, by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub team: IndexMap<String, TeamSpec>,
    /// Groups of teams that lend to each other, by key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub cohort: IndexMap<String, CohortSpec>,
    /// How teams are charged at a standard rate.
    pub charge_back: Option<ChargeBackSpec>,
    /// Revenue, and what it lets be committed.
    pub budget: Option<BudgetSpec>,
    /// What holds for all links between vendors.
    pub links: Option<LinksSpec>,
    /// Links that differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link: Vec<LinkSpec>,
    /// Scheduling policy.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    pub policy: PolicySpec,
    /// Named changes, for comparison.
    #[serde(default, skip_serializing)]
    pub variant: IndexMap<String, VariantSpec>,
    /// What a comparison looks at besides.
    #[serde(default)]
    pub comparison: ComparisonSpec,
    /// What the result rests on, for the report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumption: Vec<AssumptionSpec>,
}

/// `[scenario]`: dates, seed, replications.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = Header::tell_defaults)]
pub struct Header {
    /// Name of the folder of its results.
    pub name: Option<String>,
    /// One line on what it is about.
    pub title: Option<String>,
    /// First simulated day (UTC).
    pub start: DateText,
    /// Last simulated day, included.
    pub end: DateText,
    /// Jobs submitted in this time are left out of job metrics, and integrals begin after it.
    pub warm_up: Option<DurationText>,
    /// Root of every random draw.
    pub seed: Option<u64>,
    /// How many futures are simulated.
    pub replications: Option<u32>,
    /// How often services are scaled.
    pub service_step: Option<DurationText>,
}

defaults! {
    Header {
        name => "the file's name";
        title => "the name";
        warm_up: DurationText = DurationText::of_seconds(0.0);
        seed: u64 = 1;
        replications: u32 = 16;
        service_step: DurationText = DurationText::of_seconds(600.0);
    }
}

/// `[policy]`: a preset, or parts by name, or both (parts replace the preset's).
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = PolicySpec::tell_defaults)]
pub struct PolicySpec {
    /// Order, backfill and preemption together, or rounds.
    #[schemars(description = format!(
        "Order, backfill and preemption together: {}. Any order with `-easy` behind it is one too.",
        list(Kind::Preset)
    ))]
    pub preset: Option<String>,
    /// Which job comes first: a name or a formula.
    #[schemars(description = format!(
        "Which job comes first: {}. `expr` is a formula: `order.expr = \"wait_s / max(estimate_s, 60) * gpus\"`.",
        list(Kind::Order)
    ))]
    pub order: Option<OrderSpec>,
    /// Which jobs may start ahead of a blocked head.
    #[schemars(description = format!("Which jobs may start ahead of a blocked head: {}.", list(Kind::Backfill)))]
    pub backfill: Option<String>,
    /// Which cluster.
    #[schemars(description = format!(
        "Which cluster: {}. A vendor stands behind a colon: `single:azure`.",
        list(Kind::Broker)
    ))]
    pub broker: Option<String>,
    /// Which nodes.
    #[schemars(description = format!("Which nodes: {}.", list(Kind::Placement)))]
    pub placement: Option<String>,
    /// Which jobs are stopped for which.
    #[schemars(description = format!("Which jobs are stopped for which: {}.", list(Kind::Preemption)))]
    pub preemption: Option<String>,
    /// What becomes of the sizes of elastic jobs.
    #[schemars(description = format!("What becomes of the sizes of elastic jobs: {}.", list(Kind::Elastic)))]
    pub elastic: Option<String>,
    /// For `goodput`: the least time between two re-allocations.
    pub elastic_interval: Option<DurationText>,
    /// For `las`, `las2d` and `gittins`: the service that ends each level but the last, ascending
    /// [s; GPU-s for the latter two].
    pub level_limits_s: Option<Vec<f64>>,
    /// For `las`, `las2d` and `gittins`: a waiting job that has waited this many times what it has
    /// attained goes back to the first level.
    pub promote_after: Option<f64>,
    /// For `fair`: how fast what a team has used is forgotten; half of it counts after this time.
    pub usage_half_life: Option<DurationText>,
    /// For presets by rounds: a round's length. It should be long against what a restart takes.
    pub round: Option<DurationText>,
    /// For presets by rounds: new shares are worked out at most so often. Longer is cheaper to
    /// simulate, and newcomers wait longer for shares.
    pub shares_apart: Option<DurationText>,
}

defaults! {
    PolicySpec {
        preset: String = PRESET.to_owned();
        order => "the preset's";
        backfill => "the preset's";
        broker: String = BROKER.to_owned();
        placement: String = PLACEMENT.to_owned();
        preemption => "the preset's";
        elastic: String = ELASTIC.to_owned();
        elastic_interval: DurationText = ELASTIC_INTERVAL.into();
        level_limits_s: Vec<f64> = Levels::default().limits_s;
        promote_after => "never";
        usage_half_life => "only current use counts";
        round: DurationText = Rounds::default().round.into();
        shares_apart => "a round";
    }
}

/// `[[assumption]]`: a statement the results rest on; printed in the report.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = AssumptionSpec::tell_defaults)]
pub struct AssumptionSpec {
    /// What it is about, in words.
    pub about: String,
    /// The key it is about (`workload.research.jobs_per_day`): its value is then read from there.
    pub path: Option<String>,
    /// The value, where it is not one key.
    pub value: Option<String>,
    /// Between what it may lie.
    pub range: Option<String>,
    /// How sure.
    pub confidence: Option<Confidence>,
    /// Where it comes from.
    pub source: Option<String>,
}

defaults! {
    AssumptionSpec {
        confidence: Confidence = Confidence::Assumption;
    }
}
