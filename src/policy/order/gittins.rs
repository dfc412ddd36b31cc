//! The Gittins index of attained service.

use super::{LeastAttainedService, Order};
use crate::model::Model;
use crate::model::job::{JobSource, Workload};
use crate::policy::facts::JobFacts;
use crate::policy::queue::Rank;
use crate::policy::queue::ordered as float;
use crate::policy::registry::Context;
use crate::units::SimTime;
use crate::workload::Generator;
use std::sync::Arc;

/// The law of jobs' service, known in advance from a list of services. In integers, so that equal indices are equal to the last bit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceDistribution {
    /// Services in ascending order [GPU-ms].
    services: Vec<i64>,
    /// Sums of the first services [GPU-ms].
    sums: Vec<i128>,
}

/// Jobs sink through levels by attained GPU-service, as in 2D-LAS; inside a level the greatest Gittins index comes first: the chance of ending
/// within the next quantum of service over the expected service spent on it, given what the job has attained. Ties go by submission.
///
/// Source: J. Gu et al., "Tiresias: a GPU cluster manager for distributed deep learning", NSDI 2019, 2D-Gittins; J. C. Gittins, "Bandit
/// processes and dynamic allocation indices", 1979.
#[derive(Clone, Debug)]
pub struct Gittins {
    /// The levels.
    pub levels: LeastAttainedService,
    /// The law of service.
    pub distribution: Arc<ServiceDistribution>,
    /// The quantum [GPU-ms].
    pub quantum: i64,
}

impl Gittins {
    /// With the service of a model's jobs, and the policy's first level as the quantum.
    #[must_use]
    pub fn of(context: &Context<'_>) -> Self {
        Self {
            levels: LeastAttainedService::by_gpu_time(context),
            distribution: Arc::new(ServiceDistribution::of(services(context.model))),
            quantum: context.choice.levels.limits_s.first().map_or(i64::MAX / 2, |limit| (limit * 1e3) as i64),
        }
    }
}

/// GPU-time of a model's jobs [GPU-ms]: of all listed ones, and of a thousand of those that are drawn.
fn services(model: &Model) -> Vec<i64> {
    const DRAWN: usize = 1000;
    let of = |(index, workload): (usize, &Workload)| -> Vec<i64> {
        match &workload.jobs {
            JobSource::Listed(list) => list.jobs.iter().map(|job| job.run.ms().saturating_mul(job.gpus as i64)).collect(),
            JobSource::Drawn(_) => {
                let mut generator = Generator::new(index.into(), workload, model.seed, 0, model.horizon());
                let jobs = std::iter::from_fn(|| generator.next(workload)).take(DRAWN);
                jobs.map(|job| job.run.ms().saturating_mul(job.gpus as i64)).collect()
            }
        }
    };
    model.workloads.iter().enumerate().flat_map(of).collect()
}

impl ServiceDistribution {
    /// The law of a list of services [GPU-ms], in any order.
    #[must_use]
    pub fn of(mut services: Vec<i64>) -> Self {
        services.sort_unstable();
        let mut sum = 0;
        let mut sums = vec![0];
        sums.extend(services.iter().map(|&service| {
            sum += i128::from(service);
            sum
        }));
        Self { services, sums }
    }

    /// The index at an attained service [1/GPU-ms]; zero beyond the longest. O(log n).
    #[must_use]
    pub fn index(&self, attained: i64, quantum: i64) -> f64 {
        let (first, last) = (self.beyond(attained), self.beyond(attained.saturating_add(quantum)));
        if first == self.services.len() {
            return 0.0;
        }
        let ending = (last - first) as i128;
        let rest = (self.services.len() - last) as i128;
        let spent = self.sums[last] - self.sums[first] - i128::from(attained) * ending + i128::from(quantum) * rest;
        if spent > 0 { ending as f64 / spent as f64 } else { f64::INFINITY }
    }

    /// The index as the simulator of Tiresias has it \[10^-6/GPU-s\]: service counts from a job's beginning, not from now; the longest job is
    /// never expected to end; and it is rounded. O(log n).
    #[must_use]
    pub fn tiresias_index(&self, attained: i64, quantum: i64) -> f64 {
        let Some(longest) = self.services.last().filter(|longest| attained <= *longest - 1000) else { return 0.0 };
        let count = self.services.len();
        let first = self.beyond(attained);
        let last = if attained.saturating_add(quantum) > longest - 1000 { count - 1 } else { self.beyond(attained + quantum) };
        let left = (count - first) as f64;
        let digits = |value: f64, scale: f64| (value * scale).round_ties_even() / scale;
        let chance = digits(last.saturating_sub(first) as f64 / left, 1e5);
        let service = self.sums[last.max(first)] - self.sums[first] + i128::from(quantum) * (count - last) as i128;
        let spent = digits(service as f64 / 1e3 / left, 1e5);
        digits(chance * 1e6 / spent, 1e4)
    }

    /// How many services are at most so long.
    fn beyond(&self, service: i64) -> usize {
        self.services.partition_point(|&known| known <= service)
    }
}

impl Order for Gittins {
    fn rank(&self, job: &JobFacts, _now: SimTime) -> Rank {
        let attained = job.attained.ms().saturating_mul(job.gpus as i64);
        let law = &self.distribution;
        let as_simulated = self.levels.tiresias_jumps;
        let index = if as_simulated { law.tiresias_index(attained, self.quantum) } else { law.index(attained, self.quantum) };
        Rank([i64::from(job.level), -float(index), job.sequence as i64])
    }

    fn has_levels(&self) -> bool {
        true
    }

    fn review(&self, job: &mut JobFacts, now: SimTime) {
        self.levels.review(job, now);
    }

    fn next_review(&self, job: &JobFacts, now: SimTime) -> Option<SimTime> {
        self.levels.next_review(job, now)
    }

    fn promotes(&self) -> bool {
        self.levels.promotes()
    }

    fn promotion(&self, job: &JobFacts) -> Option<SimTime> {
        self.levels.promotion(job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_chance_over_cost() {
        let law = ServiceDistribution::of(vec![10, 2, 4]);
        // Of three jobs two end within 5 GPU-ms; on average (2 + 4 + 5) / 3 GPU-ms are spent.
        assert!((law.index(0, 5) - 2.0 / 11.0).abs() < 1e-15);
        // One of two that are beyond 3 ends within the next 5, after 1 more; the other takes all 5.
        assert!((law.index(3, 5) - 1.0 / 6.0).abs() < 1e-15);
        assert_eq!(law.index(10, 5), 0.0);
    }
}
