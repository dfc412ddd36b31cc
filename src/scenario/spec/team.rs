//! Teams, and what they may lend and borrow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[team.KEY]`: a team's part of the GPUs. KEY is what workloads give as their `team` (by default a workload's own key). An empty entry is enough
/// for the order `fair` and for the figures of fairness to tell the team's jobs apart. Quotas bind jobs; the replicas of services come first,
/// whatever their team's quota, and do not count against it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamSpec {
    /// What it counts for, against other teams, under the order `fair` and in the figures of fairness: a team of weight 2 is due twice what a team of
    /// weight 1 is. Default: 1.
    pub weight: Option<f64>,
    /// Its nominal quota: GPUs that its jobs together are entitled to, over all clusters. Default: with a `cohort`, 0; without, no quota.
    pub quota_gpus: Option<u64>,
    /// The cohort in which it lends and borrows. Default: none, so that it never has more than its quota.
    pub cohort: Option<String>,
    /// The most that it may borrow beyond its quota [GPUs]. Default: whatever others of the cohort leave.
    pub borrowing_limit_gpus: Option<u64>,
    /// The most of its quota that others may borrow [GPUs]. Default: all of it.
    pub lending_limit_gpus: Option<u64>,
    /// Whose jobs it may stop to get back what it lent. Default: `any`. Policies that pack clusters anew (`srtf`, `las`, ...) stop borrowers for
    /// whoever stays within its quota in any case.
    pub reclaim: Option<ReclaimSpec>,
}

/// Whose jobs a team may stop to get back what it lent.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReclaimSpec {
    /// Nobody's: it waits until they end.
    Never,
    /// Those of borrowers whose priority is lower than its own job's.
    LowerPriority,
    /// Those of borrowers, of any priority: lowest first, then youngest.
    Any,
}

/// `[cohort.KEY]`: teams, and cohorts, that lend to each other.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CohortSpec {
    /// The cohort in which it lends and borrows in its turn. Default: none.
    pub parent: Option<String>,
    /// GPUs that it has besides those of its teams, for all of them. Default: 0.
    pub quota_gpus: Option<u64>,
    /// The most that its teams together may borrow from the parent [GPUs]. Default: whatever others leave.
    pub borrowing_limit_gpus: Option<u64>,
    /// The most of what its teams and it have that the parent's others may borrow [GPUs]. Default: all of it.
    pub lending_limit_gpus: Option<u64>,
}
