//! Fairness across teams: what each got of what it was due, and how much later its jobs ended than on GPUs of its own.

use super::sums::{Sums, is_month_in};
use super::{Collector, Scope, Time};
use crate::metrics::{JobStatistics, Observation, catalog};
use crate::model::Model;
use crate::units::{GpuTime, TeamId};

/// Jain's index of amounts: 1 where all have the same, 1/n where one has everything; not a number where all amounts are zero.
///
/// Source: R. Jain, D. Chiu, W. Hawe, "A quantitative measure of fairness and discrimination for resource allocation in shared computer
/// systems", DEC-TR-301, 1984.
#[must_use]
pub fn jain_index(amounts: &[f64]) -> f64 {
    let sum: f64 = amounts.iter().sum();
    let squares: f64 = amounts.iter().map(|amount| amount * amount).sum();
    sum * sum / (amounts.len() as f64 * squares)
}

/// The largest of some amounts over the least; not a number, or infinite, where the least is nothing.
fn max_min_ratio(amounts: &[f64]) -> f64 {
    let (least, most) = amounts.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), &one| (least.min(one), most.max(one)));
    most / least
}

impl Collector {
    /// Teams that the scenario tells apart, where there are two or more with workloads: their jobs, what they got and were due, and how fair that was.
    pub(super) fn fairness(&mut self, model: &Model, observation: &Observation, sums: &Sums) {
        let teams = model.fair_teams();
        if teams.is_empty() {
            return;
        }
        let time = sums.time;
        let weights: Vec<f64> = teams.iter().map(|&team| model.weight(team).unwrap_or(1.0)).collect();
        let hours: Vec<f64> = teams.iter().map(|&team| of_jobs(model, sums, team).hours()).collect();
        let (all_weights, all_hours): (f64, f64) = (weights.iter().sum(), hours.iter().sum());
        let mut worst = f64::NAN;
        for ((&team, weight), hours) in teams.iter().zip(&weights).zip(&hours) {
            let statistics = jobs_of(model, observation, team, time);
            let scope = Scope::Team(team.index());
            self.jobs_of(&statistics, scope, time);
            let ratio = statistics.finish.ratio();
            // A team without jobs that count has no ratio, and none that is worse.
            worst = worst.max(ratio);
            self.record(&catalog::WEIGHT_SHARE, scope, time, weight / all_weights);
            self.record(&catalog::JOB_GPU_HOURS, scope, time, *hours);
            self.record(&catalog::JOB_GPU_HOURS_SHARE, scope, time, hours / all_hours);
            self.record(&catalog::FINISH_TIME_RATIO, scope, time, ratio);
        }
        let per_weight: Vec<f64> = hours.iter().zip(&weights).map(|(hours, weight)| hours / weight).collect();
        self.record(&catalog::JAIN_INDEX, Scope::All, time, jain_index(&per_weight));
        if let Some(quotas) = quotas(model, &teams) {
            let per_quota: Vec<f64> = hours.iter().zip(&quotas).map(|(hours, quota)| hours / quota).collect();
            self.record(&catalog::JAIN_INDEX_BY_QUOTA, Scope::All, time, jain_index(&per_quota));
        }
        self.record(&catalog::MAX_MIN_RATIO, Scope::All, time, max_min_ratio(&per_weight));
        self.record(&catalog::FINISH_TIME_RATIO_WORST, Scope::All, time, worst);
    }
}

/// GPU-time of a team's jobs.
fn of_jobs(model: &Model, sums: &Sums, team: TeamId) -> GpuTime {
    let theirs = model.workloads.iter().enumerate().filter(|(_, workload)| workload.team == team);
    theirs.map(|(user, _)| sums.clusters.iter().map(|sums| sums.users[user].allocated).sum::<GpuTime>()).sum()
}

/// A team's jobs that were submitted in a span of time.
fn jobs_of(model: &Model, observation: &Observation, team: TeamId, time: Time) -> JobStatistics {
    let mut statistics = JobStatistics::default();
    for (_, month) in observation.jobs_by_month.iter().enumerate().filter(|&(month, _)| is_month_in(model, month, time)) {
        let theirs = model.workloads.iter().zip(month).filter(|(workload, _)| workload.team == team);
        theirs.for_each(|(_, part)| statistics.merge(part));
    }
    statistics
}

/// The nominal quotas of teams [GPUs], where all have one.
fn quotas(model: &Model, teams: &[TeamId]) -> Option<Vec<f64>> {
    let quotas = model.quotas.as_ref()?;
    let nominal = |&team: &TeamId| quotas.nominal(team).filter(|&gpus| gpus > 0);
    teams.iter().map(|team| nominal(team).map(|gpus| gpus as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_one_among_equals_and_one_over_n_where_one_has_everything() {
        assert_eq!(jain_index(&[1.0; 4]), 1.0);
        assert_eq!(jain_index(&[1.0, 0.0, 0.0, 0.0]), 0.25);
        assert!((jain_index(&[1.0, 2.0, 3.0]) - 36.0 / 42.0).abs() < 1e-15);
        assert!(jain_index(&[0.0, 0.0]).is_nan());
        assert_eq!(max_min_ratio(&[2.0, 1.0, 3.0]), 3.0);
        assert!(!max_min_ratio(&[2.0, 0.0]).is_finite());
    }
}
