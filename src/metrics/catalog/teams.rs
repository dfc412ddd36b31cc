//! Fairness: what each team got of what it was due.

use super::PeriodKind::{self, Total, Year};
use super::ScopeKind::{self, All, Team};
use super::Shape::Skewed;
use super::Table::Teams;
use super::{Table, family};

const TEAM: &[ScopeKind] = &[Team];
const BY_TEAM: &[Table] = &[Teams];
const YEARLY: &[PeriodKind] = &[Total, Year];

family! { "Teams":
    /// GPU-hours allocated to a team's jobs.
    JOB_GPU_HOURS("job_gpu_hours", "GPU-hours of jobs", GpuHours, Neither, NonNegative, TEAM) {
        periods: YEARLY, tables: BY_TEAM, only_with: "two or more teams",
    };
    /// GPU-hours of a team's jobs / those of all teams.
    JOB_GPU_HOURS_SHARE("job_gpu_hours_share", "share of GPU-hours %", Share, Neither, Share, TEAM) {
        periods: YEARLY, tables: BY_TEAM, only_with: "two or more teams",
    };
    /// What a team is due: its weight / the weights of all teams.
    WEIGHT_SHARE("weight_share", "share due %", Share, Neither, Share, TEAM) {
        periods: YEARLY, tables: BY_TEAM, only_with: "two or more teams",
    };
    /// How many times as long a team's jobs took as they would have on GPUs of its own, as many as it is due. Unfinished jobs count with
    /// a lower bound.
    FINISH_TIME_RATIO("finish_time_ratio", "finish-time ratio", Ratio, Lower, NonNegative, TEAM) {
        periods: YEARLY, tables: BY_TEAM, only_with: "two or more teams", shape: Skewed,
    };
    /// Share of the time in which a team had used up its budget, borrowed or not: without borrowing none of its jobs started then.
    BUDGET_SPENT_TIME_SHARE("budget_spent_time_share", "time without budget %", Share, Lower, Share, TEAM) {
        periods: YEARLY, only_with: "a team's budget",
    };
    /// Jain's index of GPU-hours per weight: 1 where all teams have the same, 1/n where one of n has everything. Source: Jain, Chiu and
    /// Hawe, DEC-TR-301, 1984.
    JAIN_INDEX("jain_index", "Jain's index", Ratio, Higher, Share, &[All]) {
        periods: YEARLY, tables: BY_TEAM, only_with: "two or more teams", headline: Some(30),
    };
    /// Jain's index of GPU-hours per nominal quota.
    JAIN_INDEX_BY_QUOTA("jain_index_by_quota", "Jain's index by quota", Ratio, Higher, Share, &[All]) {
        periods: YEARLY, tables: BY_TEAM, only_with: "two or more teams that all have a quota",
    };
    /// Largest GPU-hours per weight of a team / least.
    MAX_MIN_RATIO("max_min_ratio", "most / least share", Ratio, Lower, NonNegative, &[All]) {
        periods: YEARLY, tables: BY_TEAM, only_with: "two or more teams", shape: Skewed,
    };
    /// Largest finish-time ratio of a team.
    FINISH_TIME_RATIO_WORST("finish_time_ratio_worst", "worst finish-time ratio", Ratio, Lower, NonNegative, &[All]) {
        periods: YEARLY, tables: BY_TEAM, only_with: "two or more teams", headline: Some(40), shape: Skewed,
    };
}
