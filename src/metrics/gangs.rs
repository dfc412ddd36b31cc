//! How much GPU-time jobs and replicas hold in gangs of which size: what decides whether it could be had elsewhere.

use super::integral::Integral;
use crate::units::{ClusterId, GpuTime, Gpus, SimTime};
use std::collections::BTreeMap;

/// GPU-time that a user held on a cluster, in a period, in gangs of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GangTime {
    /// The cluster.
    pub cluster: ClusterId,
    /// The user, by its number among [`Model::users`](crate::model::Model::users).
    pub user: usize,
    /// What must be together.
    pub gang: Gpus,
    /// Held by all such gangs.
    pub time: GpuTime,
}

/// The accounts of gangs. A change costs O(log of the sizes of a cluster's gangs); memory grows with the sizes, not with events.
#[derive(Clone, Debug, Default)]
pub(super) struct Gangs {
    held: BTreeMap<(ClusterId, usize, i64), (Integral, u128)>,
}

impl Gangs {
    /// Gangs of a size hold so much more, or less [thousandths of a GPU].
    pub fn add(&mut self, cluster: ClusterId, user: usize, gang: Gpus, delta: i64, now: SimTime) {
        self.held.entry((cluster, user, gang.milli() as i64)).or_default().0.add(delta, now);
    }

    /// What was held since the last closing.
    pub fn close(&mut self, now: SimTime) -> Vec<GangTime> {
        let mut rows = Vec::new();
        for (&(cluster, user, milli), (integral, last)) in &mut self.held {
            let total = integral.total(now);
            let time = GpuTime::from_milli_gpu_ms(total - std::mem::replace(last, total));
            if time > GpuTime::ZERO {
                rows.push(GangTime { cluster, user, gang: Gpus::from_milli(milli.unsigned_abs()), time });
            }
        }
        rows
    }
}
