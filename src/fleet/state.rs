//! The state of a cluster that a scheduler may see.

use super::domains::Domains;
use crate::kernel::ordered_index::{OrderedIndex, Summary};
use crate::units::SimTime;
use std::collections::{BTreeSet, VecDeque};

/// A cluster while it runs: its GPUs, its running jobs, and announced capacity.
#[derive(Clone, Debug)]
pub struct ClusterState {
    /// Its GPUs.
    pub domains: Domains,
    /// When GPUs are expected back, for reservations: running jobs by estimated end, and repairs.
    pub ends: OrderedIndex<(SimTime, u64), GpuSum>,
    /// Running jobs that may be stopped: lowest priority first, then youngest.
    pub victims: BTreeSet<Victim>,
    /// Running jobs in the policy's order, as of its last pass; those that started since come last. Kept only for policies that ask.
    pub running: Vec<Running>,
    /// Capacity announced and not yet there: date and GPUs, in order of date.
    pub announced: VecDeque<(SimTime, u64)>,
    /// GPUs out for repair.
    pub out_gpus: u64,
}

/// A job that may be stopped for a service or a higher priority. The order is that in which they are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Victim {
    /// Lowest first.
    pub priority: i32,
    /// Youngest first: the start [ms], negated.
    pub minus_start_ms: i64,
    /// Latest submission first: the sequence number, negated.
    pub minus_sequence: i64,
    /// Place in the job table.
    pub job: u32,
}

/// A running job in the order of a policy that re-packs: what a pass needs to know of it, side by side, so that it need not look at the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    /// Its rank at the last pass.
    pub rank: [i64; 3],
    /// When it changes level if it keeps running, as of the last pass.
    pub review: SimTime,
    /// Its gang [GPUs].
    pub gpus: u64,
    /// Place in the job table.
    pub job: u32,
    /// Whether it may be stopped.
    pub preemptible: bool,
    /// Whether its rank holds until its review; otherwise every pass recomputes it.
    pub settled: bool,
}

/// GPUs of a set of running jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GpuSum(pub u64);

impl Summary for GpuSum {
    type Item = u64;

    fn of(items: &[u64]) -> Self {
        Self(items.iter().sum())
    }

    fn merge(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    fn remove(&mut self, item: &u64) -> bool {
        self.0 -= item;
        true
    }
}

impl ClusterState {
    /// A cluster without capacity.
    #[must_use]
    pub fn new(node_gpus: u32, domain_gpus: u32) -> Self {
        Self {
            domains: Domains::new(node_gpus, domain_gpus),
            ends: OrderedIndex::new(),
            victims: BTreeSet::new(),
            running: Vec::new(),
            announced: VecDeque::new(),
            out_gpus: 0,
        }
    }

    /// The same, but every domain keeps an identity.
    #[must_use]
    pub fn identified(node_gpus: u32, domain_gpus: u32) -> Self {
        Self { domains: Domains::identified(node_gpus, domain_gpus), ..Self::new(node_gpus, domain_gpus) }
    }

    /// The same, but partly used nodes are known one by one, and GPUs can be shared.
    #[must_use]
    pub fn with_book(node_gpus: u32, domain_gpus: u32) -> Self {
        Self { domains: Domains::with_book(node_gpus, domain_gpus), ..Self::new(node_gpus, domain_gpus) }
    }

    /// Announces capacity. O(announced).
    pub fn announce(&mut self, date: SimTime, gpus: u64) {
        let place = self.announced.partition_point(|&(other, _)| other <= date);
        self.announced.insert(place, (date, gpus));
    }

    /// Takes an announcement back, if there is one. O(announced).
    pub fn withdraw_announcement(&mut self, date: SimTime, gpus: u64) {
        if let Some(place) = self.announced.iter().position(|&announced| announced == (date, gpus)) {
            self.announced.remove(place);
        }
    }

    /// Removes GPUs for good; the rest of the nodes is free and healthy. Only repairs may hold leases.
    pub fn shrink(&mut self, gpus: u64) {
        self.domains = self.domains.without(gpus);
        self.ends = OrderedIndex::new();
        self.out_gpus = 0;
    }

    /// The earliest instant at which `gpus` are expected to be free together, by the running jobs' estimates and the announced
    /// capacity, and the GPUs left over then. An overdue estimate counts as ending now. None where that is never.
    ///
    /// All jobs that end at the same instant count together. O(log running + announced).
    ///
    /// Free GPUs that lie scattered over nodes (or domains, for a gang inside one) where the gang cannot use them do not count; while there
    /// are any, nothing is said to be left over, because a small job could break up the next node that comes free.
    #[must_use]
    pub fn shadow(&self, now: SimTime, gpus: u64, within_domain: bool) -> Option<(SimTime, u64)> {
        let usable = if within_domain { self.domains.largest_gang_within_domain() } else { self.domains.largest_gang() };
        let mut free = usable.min(self.domains.free_gpus());
        let scattered = free < self.domains.free_gpus();
        let left_over = |left: u64| if scattered { 0 } else { left };
        let coming: u64 = self.announced.iter().map(|&(_, gpus)| gpus).sum();
        if free + coming + self.ends.summary().map_or(0, |sum| sum.0) < gpus {
            return None;
        }
        let mut upcoming = self.announced.iter().peekable();
        // Announced capacity splits the future; between two dates only ends matter.
        loop {
            let until = upcoming.peek().map_or(SimTime::NEVER, |&&(date, _)| date);
            let found = if free >= gpus {
                Some(now)
            } else {
                self.ends.first_prefix(&|sum: &GpuSum| free + sum.0 >= gpus).map(|((end, _), _)| end.max(now))
            };
            if let Some(time) = found
                && time < until.max(now)
            {
                let released = self.ends.prefix(&(time, u64::MAX)).map_or(0, |sum| sum.0);
                return Some((time, left_over(free + released - gpus)));
            }
            let (date, added) = *upcoming.next()?;
            // Only what ends by then is free then; the capacity comes on top for good, all that is announced for one instant together.
            free += added;
            while let Some(&&(_, more)) = upcoming.peek().filter(|(other, _)| *other == date) {
                free += more;
                upcoming.next();
            }
            let released = self.ends.prefix(&(date.max(now), u64::MAX)).map_or(0, |sum| sum.0);
            if free + released >= gpus {
                return Some((date.max(now), left_over(free + released - gpus)));
            }
        }
    }
}
