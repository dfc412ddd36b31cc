//! What a scenario file may say, as written: one struct a table. Keys hold their unit; durations are texts such as `"30 min"`.

mod budget;
mod capacity;
mod clauses;
mod contract;
pub(in crate::scenario) mod defaults;
mod elastic;
mod header;
mod law;
mod order;
mod outage;
mod per_type;
mod service;
mod team;
mod text;
mod trace;
mod transfer;
mod variant;
mod workload;

pub use budget::{BudgetSpec, DebtSpec, RevenueSpec, SubscriptionsSpec};
pub(in crate::scenario) use capacity::FAILURES;
pub use capacity::{
    ClusterSpec, ColocationSpec, ContractedPowerSpec, DefaultOutcomeSpec, ElectricitySpec, EvictionSpec, GridSpec, KindSpec,
    PowerRiskSpec, PowerStepSpec, PriceStepSpec, ShockSpec, SlipSpec, TrancheSpec, VendorSpec,
};
pub use clauses::{
    AfterTermSpec, ContinuesAtSpec, ContractKindSpec, CreditBandSpec, CreditExitSpec, CreditSpec, DelayDamagesSpec,
    EarlyTerminationSpec, ExclusivitySpec, ExpansionSpec, ExtensionSpec, FirstRefusalSpec, IndexSpec, MilestoneSpec,
    PriceReviewSpec, ServiceCreditsSpec, ShortfallSpec, TerminationSpec, TermsSpec, WaiverSpec,
};
pub use contract::{ContractSpec, PaymentSpec, UsageSpec};
pub use elastic::{AmdahlSpec, ElasticSpec, GoodputSpec, ScalingSpec, SizesSpec};
pub use header::{AssumptionSpec, Header, PolicySpec, ScenarioSpec};
pub use law::{ExponentialSpec, LawSpec, LognormalSpec, OrLaw, ParetoSpec, Quantity, UniformSpec, WeibullSpec};
pub use order::{FormulaSpec, OrderSpec};
pub use outage::{OutageKindSpec, OutageSpec};
pub use per_type::GpusSpec;
pub use service::{AutoscalerSpec, ReactiveSpec, ReplicaSpec, ServiceSpec, StaticSpec};
pub use team::{
    BudgetBorrowingSpec, BudgetPeriodSpec, ChargeBackSpec, ChargeBySpec, CohortSpec, ReclaimSpec, TeamBudgetSpec, TeamSpec,
};
pub use text::{DateText, DurationText, MomentText};
pub use trace::{RequestsSpec, TraceSpec};
pub use transfer::{DataSpec, LinkSpec, LinksSpec};
pub use variant::{ComparisonSpec, NMinusOneSpec, VariantSpec};
pub use workload::{CheckpointSpec, EstimateSpec, FactorSpec, GrowthSpec, OutcomesSpec, ProfileSpec, SpeedSpec, WorkloadSpec};
