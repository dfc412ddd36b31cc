//! How large a service would have to be, and whether it lacks replicas.

use super::{ServiceState, World};
use crate::metrics::ServiceNeed;
use crate::model::service::{Autoscaler, replicas_for};
use crate::units::SimTime;

/// Sums of rates in two orders may differ by a rounding.
const ROUNDING: f64 = 1.0 + 1e-9;

impl ServiceState {
    /// GPUs of a replica.
    pub fn gpus(&self) -> u64 {
        u64::from(self.gpus)
    }

    /// Whether it may run on a cluster at all.
    pub fn may_use(&self, cluster: usize) -> bool {
        self.pools[cluster].speed > 0.0
    }

    /// Whether another vendor's exclusivity keeps new replicas out of a cluster.
    pub fn is_closed(&self, cluster: usize, now: SimTime) -> bool {
        self.pools[cluster].closed.iter().any(|&(from, until)| from <= now && now < until)
    }

    /// Whether an outage keeps its replicas on a cluster from being reached.
    pub fn is_unreachable(&self, cluster: usize) -> bool {
        self.pools[cluster].unreachable
    }

    /// Whether what it holds does not meet its objective at the demand, or is less than its autoscaler has asked for. Not so where no GPU
    /// that it may use meets the objective.
    pub fn lacks_replicas(&self) -> bool {
        self.best() > 0.0 && (self.missing > 0.0 || self.rate > self.held().1 * ROUNDING)
    }

    /// Replicas that it holds, those that start or cannot be reached included, and what they do within the objective [requests per second].
    fn held(&self) -> (u64, f64) {
        let pools = self.clusters.iter().map(|&cluster| &self.pools[cluster]);
        pools.fold((0, 0.0), |(replicas, rate), pool| {
            (replicas + pool.blocks.replicas(), rate + pool.blocks.replicas() as f64 * pool.at_objective)
        })
    }

    /// What a replica does within the objective on the fastest GPUs that it may use [requests per second].
    fn best(&self) -> f64 {
        self.clusters.iter().map(|&cluster| self.pools[cluster].at_objective).fold(0.0, f64::max)
    }
}

impl World<'_> {
    /// Notes what a service needs at a step and what it has, after it was scaled.
    pub(super) fn note_need(&mut self, index: usize) {
        let state = &self.services[index];
        let best = state.best();
        if best <= 0.0 {
            return;
        }
        let (held, rate) = state.held();
        let needed = if state.rate > rate * ROUNDING {
            held + replicas_for((state.rate - rate) / ROUNDING, best)
        } else {
            // As many of those that it holds, which may be of several speeds.
            replicas_for(state.rate * held as f64, rate * ROUNDING).min(held)
        };
        let asks = matches!(self.model.services[index].autoscaler, Autoscaler::Reactive { .. });
        let available = if asks && state.missing <= 0.0 { held.max(needed) } else { held };
        let row = &mut self.service_rows[self.recorder.open()][index];
        row.need = Some(row.need.unwrap_or_default().with(ServiceNeed { needed, available }));
    }
}
