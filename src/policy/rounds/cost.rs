//! The most work, for the money or in sum.

use super::Allocator;
use super::linear::Parties;
use super::problem::{GpuType, Problem, Sharer, Shares};

/// The shares for which the sum of all jobs' speeds over the prices of what they run on is the largest; without prices, the sum of speeds.
///
/// maximise sum_ij speed_ij x_ij / price_j.
///
/// Source: Gavel (OSDI 2020), section 4.2 and its simulator's `max_sum_throughput`. It does the most work for the money while there are more jobs
/// than GPUs, and leaves those waiting who do least: nothing protects a slow or a small job, and units of work must be comparable. Jobs
/// without a share run on what is left.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Whether prices count.
    pub by_price: bool,
}

/// The price of what is free [USD/h]: nothing is quite free, or it would be all that counts.
const LEAST_PRICE: f64 = 1e-3;

impl Allocator for Cost {
    fn shares(&mut self, problem: &Problem) -> Shares {
        let price = |kind: &GpuType| if self.by_price { kind.price.max(LEAST_PRICE) } else { 1.0 };
        let rates = |job: &Sharer| job.speeds.iter().zip(&problem.types).map(|(speed, kind)| speed / price(kind)).collect();
        let parties = Parties::new(problem, |index| (rates(&problem.jobs[index]), 0.0));
        let Some((most, found)) = parties.most() else { return Shares::none(problem) };
        parties.shares(problem, &parties.middle_of_most(most, &found))
    }
}
