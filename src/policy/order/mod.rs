//! Which job comes first.

mod attained;
mod fair;
mod formula;
mod gittins;
mod remaining;
mod reranked;
mod waiting;

pub use attained::LeastAttainedService;
pub use fair::Fair;
pub use formula::{FIELDS, Field, Formula};
pub use gittins::{Gittins, ServiceDistribution};
pub use remaining::{ShortestRemaining, ShortestRemainingService};
pub use reranked::Reranked;
pub use waiting::{EarliestDeadline, F1, Fifo, LargestFirst, Priority, ShortestJobFirst, SmallestFirst, Wfp3};

use super::facts::JobFacts;
use super::queue::Rank;
use super::registry::{Build, Need, Row, Takes};
use super::shares::ShareRule;
use crate::units::SimTime;

/// All orders. Each is a preset too: under its own name, and with EASY backfilling under `NAME-easy`.
pub(super) const ROWS: &[Row<Build<dyn Order>>] = &[
    order("fifo", "by submission", |_| Box::new(Fifo)),
    order("sjf", "by estimated time left, shortest first", |_| Box::new(ShortestJobFirst)),
    order("smallest", "by GPUs, fewest first", |_| Box::new(SmallestFirst)),
    order("largest", "by GPUs, most first", |_| Box::new(LargestFirst)),
    order("srtf", "by estimated time left, least first, of running jobs too", |_| Box::new(ShortestRemaining)),
    order("srsf", "by estimated time left x GPUs, least first, of running jobs too", |_| Box::new(ShortestRemainingService)),
    order("las", "by attained time, in levels", |context| Box::new(LeastAttainedService::by_time(context))).takes(Takes::Tiresias),
    order("las2d", "by attained GPU-time, in levels", |context| Box::new(LeastAttainedService::by_gpu_time(context)))
        .takes(Takes::Tiresias),
    order("gittins", "by the Gittins index of attained GPU-time, greatest first, in levels", |context| {
        Box::new(Gittins::of(context))
    })
    .takes(Takes::Tiresias),
    order("edf", "by deadline, earliest first", |_| Box::new(EarliestDeadline)),
    order("wfp3", "by (wait / estimate)^3 x GPUs, largest first", |_| Box::new(Wfp3)),
    order("f1", "by log10(estimate) x GPUs + 870 log10(submission), least first", |_| Box::new(F1)),
    order("priority", "by priority, highest first", |_| Box::new(Priority)),
    order("fair", "by teams in turn, the one with the least dominant share first (DRF)", |context| Box::new(Fair::of(context)))
        .takes(Takes::HalfLife)
        .asks(Need::Turns),
    order("expr", "by a formula of the scenario's, largest value first (order.expr)", |context| Box::new(Formula::of(context)))
        .takes(Takes::Formula),
];

const fn order(name: &'static str, meaning: &'static str, build: Build<dyn Order>) -> Row<Build<dyn Order>> {
    Row::new(name, meaning, build)
}

/// At the end of a running job's rank: to be replaced by a number in the order of the pass.
pub const NUMBER: i64 = i64::MAX;

/// An order of jobs. The rank of a waiting job is asked for when it is queued and holds while it waits, unless the order says otherwise.
pub trait Order: Send {
    /// A waiting job's place; the least comes first. No two jobs have the same.
    fn rank(&self, job: &JobFacts, now: SimTime) -> Rank;

    /// Whether ranks change while jobs wait. The queue is then re-ranked at every pass, in O(n log n).
    fn changes_while_waiting(&self) -> bool {
        false
    }

    /// Whether teams take turns, and by which shares: the next job is then always one of the team with the least share, counting what was given in
    /// the pass, and ranks decide only which job comes first within a team. They must not change while jobs wait or run.
    fn turns(&self) -> Option<ShareRule> {
        None
    }

    /// Where a running job stands among the waiting ones, for policies that re-pack in the order; `job` is as of now, its rank is that of
    /// the last pass. Running jobs that stand equal keep the order of the last pass; a rank that ends in [`NUMBER`] is given a number for it.
    fn standing(&self, job: &JobFacts, now: SimTime) -> Rank {
        self.rank(job, now)
    }

    /// Whether a running job that stands at a rank will stand there at every pass before its next review, so that it need not be asked for.
    fn stays(&self, _rank: Rank) -> bool {
        false
    }

    /// Whether jobs have levels, kept by `review`.
    fn has_levels(&self) -> bool {
        false
    }

    /// Notes a job's level; asked of running jobs at every pass, and when a job is queued.
    fn review(&self, _job: &mut JobFacts, _now: SimTime) {}

    /// When a running job that goes on will change its level.
    fn next_review(&self, _job: &JobFacts, _now: SimTime) -> Option<SimTime> {
        None
    }

    /// Whether waiting jobs are ever moved back to the first level.
    fn promotes(&self) -> bool {
        false
    }

    /// When a waiting job is moved back to the first level and starts over.
    fn promotion(&self, _job: &JobFacts) -> Option<SimTime> {
        None
    }
}
