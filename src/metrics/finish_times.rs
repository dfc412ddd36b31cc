//! When jobs ended against when they would have ended alone.

use crate::units::Span;

/// Jobs' times from submission to their end, and what these would have been if each team had had GPUs of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FinishTimes {
    /// How many jobs.
    pub jobs: u64,
    /// Times to the end together; to the horizon for jobs that had not ended [ms].
    pub shared_ms: u128,
    /// Times to the end together, had each team been alone on its share [ms].
    pub alone_ms: u128,
}

impl FinishTimes {
    /// One job.
    #[must_use]
    pub fn of(shared: Span, alone: Span) -> Self {
        let ms = |span: Span| u128::from(span.ms().max(0).unsigned_abs());
        Self { jobs: 1, shared_ms: ms(shared), alone_ms: ms(alone) }
    }

    /// Adds other jobs.
    pub fn add(&mut self, other: Self) {
        self.jobs += other.jobs;
        self.shared_ms += other.shared_ms;
        self.alone_ms += other.alone_ms;
    }

    /// The finish-time ratio: how many times as long jobs took as they would have alone. Not a number where there are none.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.shared_ms as f64 / self.alone_ms as f64
    }
}
