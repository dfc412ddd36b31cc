//! Whether what waits for a workload grows without end.

use crate::units::{GpuTime, Span};

/// A workload with more waiting than arrives in so long has a queue that it does not work off.
const WEEK: Span = Span::from_ms(7 * Span::DAY.ms());

/// A workload's queue in the last quarter of the measured span. Work is what a job asks for times its run time on the reference GPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How long the quarter lasts.
    pub quarter: Span,
    /// Work of the jobs that waited when it began.
    pub before: GpuTime,
    /// Work of the jobs that arrived in it.
    pub arrived: GpuTime,
    /// Work of the jobs that wait at its end.
    pub waiting: GpuTime,
}

impl Backlog {
    /// Whether more waits at the end than arrived in seven days on average, and more than when the quarter began.
    #[must_use]
    pub fn is_overloaded(&self) -> bool {
        let week_of_arrivals = self.arrived.hours() * WEEK.ms() as f64;
        self.waiting > self.before && self.waiting.hours() * self.quarter.ms() as f64 > week_of_arrivals
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Gpus;

    #[test]
    fn a_queue_overloads_when_it_holds_a_week_and_grows() {
        let work = |gpus: u64| Gpus::whole(gpus).over(Span::from_ms(3_600_000));
        // Ten GPU-hours a day over 28 days.
        let backlog = |before: u64, waiting: u64| Backlog {
            quarter: Span::from_ms(28 * 86_400_000),
            before: work(before),
            arrived: work(280),
            waiting: work(waiting),
        };
        assert!(backlog(0, 71).is_overloaded() && backlog(70, 71).is_overloaded());
        assert!(!backlog(0, 70).is_overloaded(), "no more than a week's arrivals wait");
        assert!(!backlog(71, 71).is_overloaded(), "it does not grow");
        assert!(!Backlog::default().is_overloaded());
    }
}
