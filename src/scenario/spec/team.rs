//! Teams, and what they may lend and borrow.

use super::defaults::defaults;
use super::per_type::GpusSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[team.KEY]`: a team's part of the GPUs. KEY is what workloads give as their `team` (by default a workload's own key). An empty entry is enough
/// for the order `fair` and for the figures of fairness to tell the team's jobs apart. Quotas bind jobs; the replicas of services come first,
/// whatever their team's quota, and do not count against it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = TeamSpec::tell_defaults)]
pub struct TeamSpec {
    /// What it counts for, against other teams, under the order `fair` and in the figures of
    /// fairness: a team of weight 2 is due twice what a team of weight 1 is.
    pub weight: Option<f64>,
    /// Its nominal quota: GPUs that its jobs together are entitled to, over all clusters; or by GPU type, such as `{ H100 = 64, GB200 = 72 }`.
    /// Then all quotas are by type, and each type's GPUs are lent and borrowed by themselves; of a type that is left out it has none.
    pub quota_gpus: Option<GpusSpec>,
    /// The cohort in which it lends and borrows.
    pub cohort: Option<String>,
    /// The most that it may borrow beyond its quota [GPUs]; of each GPU type, where quotas are by type, unless this is so too.
    pub borrowing_limit_gpus: Option<GpusSpec>,
    /// The most of its quota that others may borrow [GPUs]; by type as above.
    pub lending_limit_gpus: Option<GpusSpec>,
    /// Which jobs it may stop to get back what it lent. Policies that re-pack clusters (`srtf`, `las`,
    /// ...) always stop borrowers for a team that stays within its quota.
    pub reclaim: Option<ReclaimSpec>,
    /// What its jobs may use in a month, a quarter or a year.
    pub budget: Option<TeamBudgetSpec>,
}

defaults! {
    TeamSpec {
        weight: f64 = 1.0;
        quota_gpus => "0 in a cohort, no quota otherwise";
        cohort => "none: the team never exceeds its quota";
        borrowing_limit_gpus => "what others of the cohort leave";
        lending_limit_gpus => "the whole quota";
        reclaim: ReclaimSpec = ReclaimSpec::Any;
        budget => "none";
    }
}

/// `[team.KEY.budget]`: what a team's jobs may use in a period of the calendar: GPU-hours, or USD. Once it is used up no job of the team starts, nor
/// starts again, until the next period; what runs goes on, and what it uses beyond the budget is not taken from a later one unless it is borrowed
/// there. A period that the scenario cuts has its part of the budget. Replicas of services neither count nor are held up.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = TeamBudgetSpec::tell_defaults)]
pub struct TeamBudgetSpec {
    /// GPU-hours a period, of GPUs of any type; or give `usd`.
    pub gpu_hours: Option<f64>,
    /// USD a period: GPU-time at the rate of `[charge_back]`, or else at the price of the cluster where it is used, of the first kind of capacity
    /// that the cluster has: reserved, on-demand, spot.
    pub usd: Option<f64>,
    /// How long a period is.
    pub period: Option<BudgetPeriodSpec>,
    /// Where it may borrow what it lacks.
    pub borrowing: Option<BudgetBorrowingSpec>,
}

defaults! {
    TeamBudgetSpec {
        gpu_hours => "give `usd`";
        usd => "give `gpu_hours`";
        period: BudgetPeriodSpec = BudgetPeriodSpec::Month;
        borrowing: BudgetBorrowingSpec = BudgetBorrowingSpec::Never;
    }
}

/// A period of a team's budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetPeriodSpec {
    /// A calendar month.
    Month,
    /// Three months from the first of January, April, July or October on.
    Quarter,
    /// A calendar year.
    Year,
}

/// Where a team may borrow when its budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetBorrowingSpec {
    /// Nowhere.
    Never,
    /// From the team's own next period: up to all of its budget, which is then smaller by that.
    NextPeriod,
    /// From teams of its cohort, and of the cohorts below and above it, that have budgets of the same unit and period: as long as all of them together
    /// have used less than all budgets together.
    Cohort,
}

/// `[charge_back]`: teams are charged at a standard rate, whatever the capacity costs that their work happens to run on. What is billed beyond that
/// (idle capacity, shortfalls, prices above the rate), or falls short of it, is the variance, and goes to the owner of the commitments.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = ChargeBackSpec::tell_defaults)]
pub struct ChargeBackSpec {
    /// The standard rate of a GPU-hour of any type [USD per GPU-hour].
    pub usd_per_gpu_hour: f64,
    /// What is charged for.
    pub by: Option<ChargeBySpec>,
    /// Key of the team that owns the commitments, and with them the variance.
    pub owner: Option<String>,
}

defaults! {
    ChargeBackSpec {
        by: ChargeBySpec = ChargeBySpec::Use;
        owner => "none: the variance is shown of all teams together";
    }
}

/// What a charge-back is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChargeBySpec {
    /// GPU-time that was allocated to the team's jobs and services.
    Use,
    /// The team's quota, used or not; a team without a quota is charged for its use.
    Quota,
}

/// Which jobs a team may stop to get back what it lent.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReclaimSpec {
    /// None: it waits until they end.
    Never,
    /// Those of borrowers whose priority is lower than its own job's.
    LowerPriority,
    /// Those of borrowers, of any priority: lowest first, then youngest.
    Any,
}

/// `[cohort.KEY]`: teams, and cohorts, that lend to each other.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = CohortSpec::tell_defaults)]
pub struct CohortSpec {
    /// The cohort in which it lends and borrows in its turn.
    pub parent: Option<String>,
    /// GPUs that it has besides those of its teams, for all of them; by GPU type where teams' quotas are.
    pub quota_gpus: Option<GpusSpec>,
    /// The most that its teams together may borrow from the parent [GPUs]; of each type, or by type.
    pub borrowing_limit_gpus: Option<GpusSpec>,
    /// The most of what its teams and it have that the parent's others may borrow [GPUs]; of each type, or by type.
    pub lending_limit_gpus: Option<GpusSpec>,
}

defaults! {
    CohortSpec {
        parent => "none";
        quota_gpus => "0";
        borrowing_limit_gpus => "what others leave";
        lending_limit_gpus => "all of it";
    }
}
