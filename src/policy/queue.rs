//! Waiting jobs in the policy's order, indexed so that the next one that could start is found without a walk.

use crate::kernel::ordered_index::{OrderedIndex, Summary};

/// A place in the queue, compared from left to right; ends in the job's sequence number, so that no two are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(pub [i64; 3]);

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

/// The least gang and the least estimate of a set of waiting jobs.
#[derive(Clone, Copy, Debug)]
pub struct Least {
    /// GPUs.
    pub gpus: u64,
    /// Estimated time left on the reference GPU [ms].
    pub estimate_ms: i64,
}

impl Summary for Least {
    type Item = Queued;

    fn of(items: &[Queued]) -> Self {
        let none = Self { gpus: u64::MAX, estimate_ms: i64::MAX };
        items.iter().fold(none, |least, item| Self {
            gpus: least.gpus.min(item.gpus),
            estimate_ms: least.estimate_ms.min(item.estimate_ms),
        })
    }

    fn merge(self, other: Self) -> Self {
        Self { gpus: self.gpus.min(other.gpus), estimate_ms: self.estimate_ms.min(other.estimate_ms) }
    }
}

/// What of a class's waiting jobs could start now.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// The largest gang that fits on a cluster where nobody holds a reservation.
    pub anywhere: u64,
    /// The largest gang that fits on the cluster where the head of the queue holds a reservation (0: none).
    pub reserved: u64,
    /// Jobs estimated to take at most this long there are done before the reservation begins [ms on the reference GPU].
    pub before_ms: i64,
    /// GPUs there that the reservation does not need.
    pub extra: u64,
}

impl Room {
    const fn admits(&self, gpus: u64, estimate_ms: i64) -> bool {
        gpus <= self.anywhere || (gpus <= self.reserved && (estimate_ms <= self.before_ms || gpus <= self.extra))
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

    /// Whether nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.classes.iter().all(OrderedIndex::is_empty)
    }

    /// Who comes first. O(classes + log n).
    #[must_use]
    pub fn head(&self) -> Option<(Rank, Queued)> {
        self.classes.iter().filter_map(OrderedIndex::first).min_by_key(|&(rank, _)| rank)
    }

    /// The smallest gang that waits in a class. O(1).
    #[must_use]
    pub fn least_gpus(&self, class: usize) -> Option<u64> {
        self.classes[class].summary().map(|least| least.gpus)
    }

    /// The first of a class, after `after` where that is given, for whom there may be room. O(log n) but where many have either few GPUs or a short estimate
    /// and none has both.
    #[must_use]
    pub fn next_in(&self, class: usize, after: Option<Rank>, room: Room) -> Option<(Rank, Queued)> {
        self.classes[class].first_where(
            after,
            &|least: &Least| room.admits(least.gpus, least.estimate_ms),
            &|_, queued: &Queued| room.admits(queued.gpus, queued.estimate_ms),
        )
    }

    /// Everybody, in order. O(n log n): for policies that want the whole queue.
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
        self.classes[class].remove(rank).is_some()
    }
}
