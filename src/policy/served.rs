//! What a vendor has served so far.

use crate::metrics::Integral;
use crate::units::{SimTime, Span};

/// GPU-time that a vendor has served. A job counts with its estimate from its start on, and with what it has really held once it is over:
/// so jobs that start at one instant are seen by one another.
#[derive(Clone, Copy, Debug, Default)]
pub struct Served {
    /// [thousandths of a GPU x ms]
    jobs_milli_ms: i128,
    /// GPUs of replicas.
    pub(super) replicas: Integral,
}

impl Served {
    /// A job starts that is estimated to take so long.
    pub(super) fn begin(&mut self, gpu_milli: u64, estimate: Span) {
        self.jobs_milli_ms += i128::from(gpu_milli) * i128::from(estimate.ms());
    }

    /// It is over, so much later than was estimated; earlier where that is negative.
    pub(super) fn end(&mut self, gpu_milli: u64, late: Span) {
        self.jobs_milli_ms += i128::from(gpu_milli) * i128::from(late.ms());
    }

    /// What was served until now [GPU-ms].
    #[must_use]
    pub fn gpu_ms(&self, now: SimTime) -> i128 {
        self.jobs_milli_ms / 1000 + i128::try_from(self.replicas.total(now)).unwrap_or(i128::MAX)
    }
}
