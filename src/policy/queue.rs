//! Waiting jobs in the policy's order, indexed so that the next one that could start is found without a walk.

use crate::kernel::ordered_index::{OrderedIndex, Summary};
use std::cmp::Ordering;

/// A place in the queue, compared from left to right; ends in the job's sequence number, so that no two are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank(pub [i64; 3]);

// Every search of a queue and every sort of running jobs compares ranks, mostly decided by the first number: derived, it would be a loop.
impl Ord for Rank {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        let ([first, second, third], [others_first, others_second, others_third]) = (&self.0, &other.0);
        first.cmp(others_first).then_with(|| second.cmp(others_second)).then_with(|| third.cmp(others_third))
    }
}

impl PartialOrd for Rank {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Rank {
    /// No place at all: what [`Rank::from_score`] makes of a score that is NaN. The engine ends a replication whose policy returns it.
    pub const UNDEFINED: Self = Self([i64::MIN; 3]);

    /// The place of a job by your own score: the least score comes first, then the earliest submission, then the least sequence number.
    /// Negate the score where the largest is to come first.
    ///
    /// A score that is NaN gives [`Rank::UNDEFINED`], and the engine ends the replication with the policy's name; infinite scores are fine.
    ///
    /// ```
    /// use skyberth::policy::{JobFacts, Rank};
    /// use skyberth::units::{SimTime, Span};
    ///
    /// let small = JobFacts::submitted(2, SimTime::from_ms(500), 1, Span::HOUR);
    /// let large = JobFacts::submitted(1, SimTime::ZERO, 64, Span::HOUR);
    /// let rank = |job: &JobFacts| Rank::from_score(job.gpus as f64 * job.estimate.hours(), job);
    /// assert!(rank(&small) < rank(&large));
    /// assert_eq!(Rank::from_score(f64::NAN, &small), Rank::UNDEFINED);
    /// ```
    #[must_use]
    pub fn from_score(score: f64, job: &super::JobFacts) -> Self {
        if score.is_nan() {
            return Self::UNDEFINED;
        }
        Self([ordered(score), job.submit.ms(), job.sequence as i64])
    }
}

/// An integer that compares as the float does, by `total_cmp`; both zeros are the same.
pub(super) fn ordered(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// A waiting job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Where the job is in the job table.
    pub job: u32,
    /// The gang [GPUs].
    pub gpus: u64,
    /// Estimated time left on the reference GPU [ms].
    pub estimate_ms: i64,
}

/// Gangs are grouped by the power of two of their size: 1, 2-3, 4-7 and so on; the last size is all larger gangs.
const SIZES: usize = 12;

/// What is known of a set of waiting jobs: enough to pass over most sets in which the small jobs are long and the short ones large.
#[derive(Clone, Copy, Debug)]
pub struct Least {
    /// The smallest gang [GPUs]; `u32::MAX` stands for larger ones too.
    pub gpus: u32,
    /// The least estimate among gangs up to each size, in whole seconds.
    estimates_s: [u32; SIZES],
}

/// The size of a gang. Gangs of 2^k GPUs are the least of their size, so that room for any gang of a size is room for the usual ones.
fn size(gpus: u64) -> usize {
    (gpus.max(1).ilog2() as usize).min(SIZES - 1)
}

/// Whole seconds, rounded down: a shorter estimate stays at most as long.
fn seconds(estimate_ms: i64) -> u32 {
    (estimate_ms / 1000).clamp(0, u32::MAX.into()) as u32
}

impl Summary for Least {
    type Item = Queued;

    fn of(items: &[Queued]) -> Self {
        let mut gpus = u64::MAX;
        let mut estimates_s = [u32::MAX; SIZES];
        for item in items {
            gpus = gpus.min(item.gpus);
            let least = &mut estimates_s[size(item.gpus)];
            *least = seconds(item.estimate_ms).min(*least);
        }
        for size in 1..SIZES {
            estimates_s[size] = estimates_s[size].min(estimates_s[size - 1]);
        }
        Self { gpus: u32::try_from(gpus).unwrap_or(u32::MAX), estimates_s }
    }

    fn merge(self, other: Self) -> Self {
        let least = |size: usize| self.estimates_s[size].min(other.estimates_s[size]);
        Self { gpus: self.gpus.min(other.gpus), estimates_s: std::array::from_fn(least) }
    }

    fn remove(&mut self, item: &Queued) -> bool {
        let size = size(item.gpus);
        // The least estimate is another job's. Of the first size there is but one gang, so that job is as small, too.
        seconds(item.estimate_ms) > self.estimates_s[size] && (size == 0 || item.gpus > u64::from(self.gpus))
    }
}

/// What of a class's waiting jobs could start now.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// The largest gang that fits on a cluster where no job holds a reservation.
    pub anywhere: u64,
    /// The largest gang that fits on the cluster where the head of the queue holds a reservation (0: none).
    pub reserved: u64,
    /// Jobs estimated to take at most this long there are done before the reservation begins [ms on the reference GPU].
    pub before_ms: i64,
    /// GPUs there that the reservation does not need.
    pub extra: u64,
}

impl Room {
    /// Whether there is room for a job.
    const fn admits(&self, job: &Queued) -> bool {
        job.gpus <= self.anywhere || (job.gpus <= self.reserved && (job.estimate_ms <= self.before_ms || job.gpus <= self.extra))
    }

    /// Whether there may be room for some job of a set; no is certain.
    fn may_admit(&self) -> impl Fn(&Least) -> bool {
        // The smallest gang alone decides up to here.
        let by_size = self.anywhere.max(self.reserved.min(self.extra));
        let (reserved, size, before_s) = (self.reserved, size(self.reserved), seconds(self.before_ms));
        move |least| {
            let gpus = u64::from(least.gpus);
            gpus <= by_size || (gpus <= reserved && least.estimates_s[size] <= before_s)
        }
    }
}

/// The waiting jobs, by class of clusters they may use.
#[derive(Clone, Debug)]
pub struct Queue {
    classes: Vec<OrderedIndex<Rank, Least>>,
}

impl Queue {
    /// An empty queue for so many classes.
    #[must_use]
    pub fn new(classes: usize) -> Self {
        Self { classes: vec![OrderedIndex::new(); classes] }
    }

    /// How many jobs wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.classes.iter().map(OrderedIndex::len).sum()
    }

    /// Whether no job waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.classes.iter().all(OrderedIndex::is_empty)
    }

    /// Who comes first. O(classes + log n).
    #[must_use]
    pub fn head(&self) -> Option<(Rank, Queued)> {
        self.classes.iter().filter_map(OrderedIndex::first).min_by_key(|&(rank, _)| rank)
    }

    /// Who comes first in a class. O(1).
    #[must_use]
    pub fn first(&self, class: usize) -> Option<(Rank, Queued)> {
        self.classes[class].first()
    }

    /// The smallest gang that waits in a class. O(1).
    #[must_use]
    pub fn least_gpus(&self, class: usize) -> Option<u64> {
        self.classes[class].summary().map(|least| u64::from(least.gpus))
    }

    /// The first of a class, after `after` where that is given, for whom there is room. O(log n), but more where many gangs of the largest size
    /// that fits are a little too large and short enough.
    #[must_use]
    pub fn next_in(&self, class: usize, after: Option<Rank>, room: Room) -> Option<(Rank, Queued)> {
        self.classes[class].first_where(after, &room.may_admit(), &|_, queued| room.admits(queued))
    }

    /// All jobs, in order. O(n log n): for policies that want the whole queue.
    #[must_use]
    pub fn to_vec(&self) -> Vec<(Rank, Queued)> {
        let mut all: Vec<_> = self.classes.iter().flat_map(OrderedIndex::to_vec).collect();
        all.sort_by_key(|&(rank, _)| rank);
        all
    }

    pub(crate) fn insert(&mut self, class: usize, rank: Rank, queued: Queued) {
        self.classes[class].insert(rank, queued);
    }

    pub(crate) fn remove(&mut self, class: usize, rank: &Rank) -> bool {
        self.take(class, rank).is_some()
    }

    /// Takes out who has a rank. O(log n).
    pub(crate) fn take(&mut self, class: usize, rank: &Rank) -> Option<Queued> {
        self.classes[class].remove(rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn jobs() -> impl Strategy<Value = Vec<(u64, i64, bool)>> {
        let gpus = prop_oneof![1u64..10, 1u64..300, Just(8), Just(64), 1u64..20_000];
        let estimate_ms = prop_oneof![0i64..20_000, 0i64..100_000_000, Just(3_600_000)];
        prop::collection::vec((gpus, estimate_ms, prop::bool::weighted(0.3)), 0..400)
    }

    proptest! {
        /// The summaries hide no job for which there is room, and keep up with jobs that leave.
        #[test]
        fn the_next_is_the_first_for_whom_there_is_room(
            jobs in jobs(), anywhere in 0u64..40, reserved in 0u64..400, before_ms in 0i64..30_000, extra in 0u64..40, after in 0usize..400
        ) {
            let mut queue = Queue::new(1);
            let rank = |at: usize| Rank([(at as i64 * 7919) % 1000, at as i64, 0]);
            let all: Vec<(Rank, Queued)> = jobs
                .iter()
                .enumerate()
                .map(|(at, &(gpus, estimate_ms, _))| (rank(at), Queued { job: at as u32, gpus, estimate_ms }))
                .collect();
            for &(rank, queued) in &all {
                queue.insert(0, rank, queued);
            }
            let (gone, mut waiting): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, queued)| jobs[queued.job as usize].2);
            for (rank, _) in &gone {
                prop_assert!(queue.remove(0, rank));
            }
            waiting.sort_unstable_by_key(|&(rank, _)| rank);
            prop_assert_eq!(queue.least_gpus(0), waiting.iter().map(|(_, queued)| queued.gpus).min());
            let room = Room { anywhere, reserved, before_ms, extra };
            for after in [None, waiting.get(after).map(|&(rank, _)| rank)] {
                let mut behind = waiting.iter().filter(|&&(rank, _)| after.is_none_or(|after| rank > after));
                prop_assert_eq!(queue.next_in(0, after, room), behind.find(|(_, queued)| room.admits(queued)).copied());
            }
        }
    }
}
