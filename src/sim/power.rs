//! Caps on power keep delivered GPUs dark until they are raised.

use super::world::World;
use crate::fleet::Lease;
use crate::model::power_cap::PowerCap;
use crate::units::{ClusterId, SimTime};

/// Delivered GPUs of a cluster that have no power.
#[derive(Clone, Debug, Default)]
pub(super) struct Dark {
    leases: Vec<Lease>,
    pub gpus: u64,
}

impl World<'_> {
    /// GPUs that a cluster may have under power at most, by what the others have: whole nodes. O(caps x clusters).
    fn powered_at_most(&self, cluster: ClusterId, limit: impl Fn(&PowerCap) -> f64) -> u64 {
        let model = self.model;
        let under_power = |id: ClusterId| self.delivered(id) - self.dark[id.index()].gpus;
        let caps = model.power_caps.iter().filter(|cap| cap.clusters.contains(&cluster));
        let rooms = caps.map(|cap| {
            let others = cap.clusters.iter().filter(|&&other| other != cluster);
            let drawn: f64 = others.map(|&other| under_power(other) as f64 * model.clusters[other.index()].peak_kw_per_gpu()).sum();
            PowerCap::gpus(&model.clusters[cluster.index()], limit(cap) - drawn)
        });
        rooms.min().unwrap_or(u64::MAX)
    }

    /// GPUs that are there, dark or not.
    fn delivered(&self, cluster: ClusterId) -> u64 {
        self.state.clusters[cluster.index()].domains.installed_gpus() - self.retired[cluster.index()].gpus
    }

    /// Takes GPUs that have just been delivered out of use where a cap leaves no power for them. GPUs delivered first have the power: a later
    /// delivery takes nothing from what already runs.
    pub(super) fn darken(&mut self, cluster: ClusterId) {
        if self.model.power_caps.is_empty() {
            return;
        }
        let now = self.now;
        let most = self.powered_at_most(cluster, |cap| cap.at(now));
        let delivered = self.delivered(cluster);
        let (dark, state) = (&mut self.dark[cluster.index()], &mut self.state.clusters[cluster.index()]);
        let excess = (delivered - dark.gpus).saturating_sub(most);
        let taken = state.domains.take_up_to(excess, &mut dark.leases);
        dark.gpus += taken;
        self.count_dark(cluster, taken as i64);
        self.lower_what_can_ever_be();
    }

    /// A cap is raised: dark GPUs light up, clusters in the scenario's order.
    pub(super) fn power_step(&mut self) {
        self.changed = true;
        self.state.surprises += 1;
        for index in 0..self.model.clusters.len() {
            let cluster = ClusterId::from(index);
            if self.light_up(cluster) {
                self.darken(cluster);
                self.withhold(cluster);
            }
        }
    }

    /// The dark GPUs of a cluster are free, for the moment; whether there are any.
    pub(super) fn light_up(&mut self, cluster: ClusterId) -> bool {
        let Dark { leases, gpus } = std::mem::take(&mut self.dark[cluster.index()]);
        for lease in leases {
            self.state.clusters[cluster.index()].domains.release(lease);
        }
        if gpus > 0 {
            self.count_dark(cluster, -(gpus as i64));
        }
        gpus > 0
    }

    fn count_dark(&mut self, cluster: ClusterId, delta: i64) {
        let out = &mut self.state.clusters[cluster.index()].out_gpus;
        *out = out.saturating_add_signed(delta);
        self.recorder.dark(cluster, delta, self.now);
        self.touched.push(cluster);
    }

    /// Schedules the raising of caps.
    pub(super) fn expect_power(&mut self) {
        for &(from, _) in self.model.power_caps.iter().flat_map(|cap| &cap.steps).filter(|(from, _)| *from > SimTime::ZERO) {
            self.events.push(from, super::world::class::CAPACITY_UP, super::world::Event::PowerStep);
        }
        self.lower_what_can_ever_be();
    }

    /// What one cluster has under power the others of its grid will never have: jobs that wait for it are rejected.
    fn lower_what_can_ever_be(&mut self) {
        let mut is_less = false;
        for index in 0..self.model.clusters.len() {
            let most = self.powered_at_most(index.into(), PowerCap::last);
            is_less |= most < self.powered_maximum[index];
            self.powered_maximum[index] = self.powered_maximum[index].min(most);
        }
        if is_less {
            self.reject_impossible();
        }
    }
}
