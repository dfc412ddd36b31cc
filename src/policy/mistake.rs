//! What no policy may do. The plan notes it where it happens; the engine ends the replication and names the policy.

use super::placement::Placement;
use crate::fleet::{Domains, Lease};
use crate::units::ClusterId;
use std::cell::Cell;

/// A mistake of a policy. Jobs are named by their number by submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// It started a job that does not wait: it runs already, it was stopped in this very plan, or it is gone.
    NotWaiting {
        /// The job's number by submission.
        sequence: u64,
    },
    /// It named an unknown job.
    NoSuchJob {
        /// The number that it gave.
        job: u32,
    },
    /// Its placement leased more or less than the gang, or changed nodes without leasing any.
    Placement {
        /// Where.
        cluster: ClusterId,
        /// The gang [GPUs].
        gpus: u64,
        /// What the returned lease holds [GPUs].
        leased: u64,
        /// GPUs that are not free any more.
        taken: i64,
    },
    /// Its placement leased another share of a GPU than was asked for.
    PlacedShare {
        /// Where.
        cluster: ClusterId,
        /// The share [thousandths of a GPU].
        milli: u32,
        /// What is not free any more [thousandths of a GPU].
        taken: i64,
    },
    /// Its order gave a job a rank that is NaN.
    NoRank {
        /// The job's number by submission.
        sequence: u64,
    },
    /// Its broker gave a cluster a score that is NaN.
    NoScore {
        /// The job's number by submission.
        sequence: u64,
        /// The cluster.
        cluster: ClusterId,
    },
    /// Its order gave two waiting jobs the same rank.
    SameRank {
        /// One job's number by submission.
        sequence: u64,
    },
    /// It made more moves in one call than any plan can need.
    TooManyMoves {
        /// The most that there may be.
        most: u64,
    },
    /// It tried more moves in one call than any plan can need, and was refused.
    TooManyTries {
        /// The most that there may be.
        most: u64,
    },
}

/// The first mistake of a policy since the engine last looked.
#[derive(Clone, Debug, Default)]
pub struct Mistakes {
    /// Whether there is any: asked for at every pass.
    noted: Cell<bool>,
    first: Cell<Option<Mistake>>,
}

impl Mistakes {
    /// Notes a mistake, unless one is noted already.
    pub(crate) fn note(&self, mistake: Mistake) {
        if !self.noted.replace(true) {
            self.first.set(Some(mistake));
        }
    }

    /// Whether nothing was noted. O(1).
    pub(crate) const fn is_empty(&self) -> bool {
        !self.noted.get()
    }

    /// Takes what was noted.
    pub(crate) fn take(&self) -> Option<Mistake> {
        self.noted.set(false);
        self.first.take()
    }

    /// Leases a share of one GPU where a placement chooses [thousandths of a GPU], and checks that no more and no less is taken.
    pub(super) fn place_share(
        &self,
        placement: &dyn Placement,
        cluster: ClusterId,
        domains: &mut Domains,
        milli: u32,
    ) -> Option<Lease> {
        let free = domains.milli_free();
        let lease = placement.place_share(domains, milli);
        let taken = free as i64 - domains.milli_free() as i64;
        if taken == if lease.is_some() { i64::from(milli) } else { 0 } {
            return lease;
        }
        self.note(Mistake::PlacedShare { cluster, milli, taken });
        None
    }

    /// Leases a gang on nodes that a placement chooses, and checks that it holds what was asked for: no more, no less. None where it does
    /// not fit. O(1) besides the placement, and the pieces of the lease.
    pub(super) fn place(
        &self,
        placement: &dyn Placement,
        cluster: ClusterId,
        domains: &mut Domains,
        gpus: u64,
        within_domain: bool,
    ) -> Option<Lease> {
        let free = domains.free_gpus();
        let lease = placement.place(domains, gpus, within_domain);
        let taken = free as i64 - domains.free_gpus() as i64;
        let leased = lease.as_ref().map_or(0, |lease| domains.gpus_of(lease));
        let meant = if lease.is_some() { gpus } else { 0 };
        if leased == meant && taken == meant as i64 {
            return lease;
        }
        self.note(Mistake::Placement { cluster, gpus, leased, taken });
        None
    }
}
