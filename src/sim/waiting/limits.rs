//! The largest gangs for which each cause does not hold.
//!
//! Whether a gang fits depends on its class and its GPUs alone, and where it fits every smaller one does. So a class has, at an instant, one
//! limit for each test, and all its waiting jobs are classified by comparing their GPUs with these.

use crate::metrics::{Cause, IdleCause};
use crate::policy::{Class, State};
use crate::sim::outages::Down;
use crate::units::{ClusterId, SimTime};

/// What there is of a cluster.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Room {
    /// GPUs that are there.
    installed: u64,
    /// GPUs of the largest domain that can be there.
    installed_in_domain: u64,
    /// Free GPUs.
    pub free: u64,
    /// The same with what is left of GPUs that are shared [thousandths of a GPU].
    pub milli_free: u64,
    /// The largest share of one GPU that fits [thousandths of a GPU].
    share: u32,
    /// The largest gang that fits.
    gang: u64,
    /// The largest gang that fits inside one domain.
    gang_in_domain: u64,
    /// Whether an outage bars starts.
    pub barred: bool,
    /// Whether an outage took the GPUs.
    lost: bool,
    /// Spot GPUs that were taken back.
    taken_back: u64,
    /// Whether a ban does, for good.
    pub banned: bool,
}

impl Room {
    /// The same where so many of the installed GPUs have left for good.
    pub fn without(mut self, gpus: u64) -> Self {
        self.installed -= gpus;
        self.installed_in_domain = self.installed_in_domain.min(self.installed);
        self
    }

    /// The room of a cluster now. `exact` asks for the largest gang inside a domain, for which a bound is known; O(log GPUs of a domain).
    pub fn of(state: &State, cluster: usize, down: &Down, taken_back: u64, exact: bool) -> Self {
        let domains = &state.clusters[cluster].domains;
        let (installed, free) = (domains.installed_gpus(), domains.free_gpus());
        let (mut fits, mut beyond) = (0, domains.largest_gang_within_domain().min(free) + 1);
        while exact && fits + 1 < beyond {
            // The bound itself fits mostly, so it is tried first.
            let gang = if fits == 0 && domains.fits(beyond - 1, true) { beyond - 1 } else { u64::midpoint(fits, beyond) };
            if domains.fits(gang, true) {
                fits = gang;
            } else {
                beyond = gang;
            }
        }
        Self {
            installed,
            installed_in_domain: installed.min(u64::from(domains.domain_gpus())),
            free,
            milli_free: domains.milli_free(),
            share: domains.largest_share(),
            gang: domains.largest_gang(),
            gang_in_domain: fits,
            barred: state.starts_barred[cluster] > 0,
            lost: down.lost_gpus(),
            taken_back,
            banned: down.is_banned(),
        }
    }

    const fn fits(&self, class: &Class) -> u64 {
        if let Some(milli) = class.share() {
            (milli <= self.share) as u64
        } else if class.within_domain {
            self.gang_in_domain
        } else {
            self.gang
        }
    }

    /// The largest gang of a class for which what is free would do if it lay together.
    const fn free_for(&self, class: &Class) -> u64 {
        if let Some(milli) = class.share() { (milli as u64 <= self.milli_free) as u64 } else { self.free }
    }

    const fn fits_when_empty(&self, class: &Class) -> u64 {
        if class.within_domain { self.installed_in_domain } else { self.installed }
    }
}

/// The largest gang for which a test holds, and the cluster where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Limit {
    /// GPUs.
    pub gpus: u64,
    /// Of equals the first in the scenario's order.
    pub cluster: Option<ClusterId>,
}

impl Limit {
    fn raise(&mut self, gpus: u64, cluster: ClusterId) {
        if self.cluster.is_none() || gpus > self.gpus {
            *self = Self { gpus, cluster: Some(cluster) };
        }
    }
}

/// The limits of a class at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Limits {
    installed: Limit,
    open: Limit,
    budget: Limit,
    outage: Limit,
    exclusivity: Limit,
    restriction: Limit,
    topology: Limit,
    free: Limit,
    /// The largest gang that fits and for which the team has quota.
    allowed: u64,
    /// The quota that the largest gang which fits lacks.
    quota: u64,
}

impl Limits {
    /// The limits of a class whose team has `quota` by cluster [GPUs] and whose smallest waiting gang is `least`; the causes for which clusters stand idle are brought down to those that
    /// this class gives. O(clusters).
    pub fn of(
        class: &Class,
        quota: impl Fn(ClusterId) -> u64,
        least: u64,
        rooms: &[Room],
        idle: &mut [IdleCause],
        now: SimTime,
    ) -> Self {
        let mut limits = Self::default();
        let is_spent = class.barred_until.is_some_and(|until| until > now);
        let mut usable = class.clusters.iter().peekable();
        for (index, (room, idle)) in rooms.iter().zip(idle).enumerate() {
            let cluster = ClusterId::from(index);
            let is_closed = class.opens_by_clauses(cluster, now) > now;
            let fits = room.fits(class);
            let is_usable = usable.next_if_eq(&&cluster).is_some();
            if (!is_usable && !room.barred || room.banned) && !is_closed {
                limits.restriction.raise(fits, cluster);
            }
            if !is_usable {
                if fits >= least && !room.barred && !room.banned && !is_closed {
                    *idle = IdleCause::Restriction.min(*idle);
                }
                continue;
            }
            if !room.banned {
                limits.installed.raise(room.fits_when_empty(class), cluster);
            }
            match (is_closed, room.barred) {
                _ if room.banned => {}
                (false, false) if is_spent => limits.budget.raise(fits, cluster),
                (false, false) => {
                    limits.open.raise(fits, cluster);
                    limits.allowed = limits.allowed.max(fits.min(quota(cluster)));
                    if limits.open.cluster == Some(cluster) {
                        limits.quota = quota(cluster);
                    }
                    if room.taken_back > 0 {
                        limits.outage.raise(room.fits_when_empty(class).min(room.free + room.taken_back), cluster);
                    }
                    limits.topology.raise(room.gang, cluster);
                    limits.free.raise(room.free_for(class), cluster);
                }
                (false, true) => limits.outage.raise(if room.lost { room.fits_when_empty(class) } else { fits }, cluster),
                (true, false) => limits.exclusivity.raise(fits, cluster),
                (true, true) => {}
            }
            let why = match (fits >= least, is_closed) {
                (true, true) => IdleCause::Exclusivity,
                (true, false) if room.barred => IdleCause::Outage,
                (true, false) if is_spent => IdleCause::Budget,
                (true, false) if quota(cluster) < least => IdleCause::Quota,
                (true, false) => IdleCause::Held,
                (false, false) if room.free_for(class) >= least => IdleCause::Fragmentation,
                (false, _) => IdleCause::TooSmall,
            };
            *idle = why.min(*idle);
        }
        limits
    }

    /// Why a gang of so many GPUs waits, and the limit that says so.
    pub fn cause(&self, gpus: u64) -> (Cause, Limit) {
        if gpus > self.installed.gpus {
            return (Cause::NoCapacity, self.installed);
        }
        if gpus > self.allowed && gpus <= self.open.gpus {
            return (Cause::Quota, Limit { gpus: self.quota, cluster: self.open.cluster });
        }
        let tests = [
            (Cause::HeadOfLine, self.open),
            (Cause::Budget, self.budget),
            (Cause::Outage, self.outage),
            (Cause::Exclusivity, self.exclusivity),
            (Cause::Restriction, self.restriction),
            (Cause::Topology, self.topology),
            (Cause::Fragmentation, self.free),
        ];
        let busy = || if self.free.cluster.is_some() { self.free } else { Limit { gpus: 0, ..self.installed } };
        tests.into_iter().find(|(_, limit)| gpus <= limit.gpus).unwrap_or_else(|| (Cause::Busy, busy()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::{ClusterState, Fill};
    use proptest::prelude::*;

    proptest! {
        /// The limits of a cluster are the gangs that fit and no others, however it is filled.
        #[test]
        fn gangs_fit_up_to_the_limit(taken in prop::collection::vec((1u64..20, any::<bool>(), any::<bool>()), 0..24), nodes in 0u64..14) {
            let mut cluster = ClusterState::new(4, 12);
            cluster.domains.grow(nodes);
            let mut leases = Vec::new();
            for (gpus, within_domain, stays) in taken {
                if let Some(lease) = cluster.domains.take(gpus, within_domain, Fill::PartialFirst) {
                    leases.push((lease, stays));
                }
            }
            for (lease, _) in leases.into_iter().filter(|(_, stays)| !stays) {
                cluster.domains.release(lease);
            }
            let state = State::new(vec![cluster], Vec::new(), Vec::new());
            let room = Room::of(&state, 0, &Down::default(), 0, true);
            for gpus in 1..=60 {
                let domains = &state.clusters[0].domains;
                prop_assert_eq!(domains.fits(gpus, false), gpus <= room.gang);
                prop_assert_eq!(domains.fits(gpus, true), gpus <= room.gang_in_domain);
            }
        }
    }
}
