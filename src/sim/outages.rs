//! Clusters go down and come back.

use super::world::{Event, World, class};
use crate::fleet::{Fill, Lease};
use crate::kernel::random::Address;
use crate::model::Model;
use crate::model::outage::{OutageKind, OutageTimes};
use crate::policy::Policy;
use crate::units::{ClusterId, SimTime, Span};

pub(super) const MS_PER_YEAR: f64 = 365.25 * 86_400_000.0;

/// An outage that happens in this future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Occurrence {
    /// Its place in the model's list.
    pub outage: usize,
    /// First instant.
    pub from: SimTime,
    /// First instant after it.
    pub until: SimTime,
}

/// How many outages of each kind a cluster is in, and what they keep.
#[derive(Clone, Debug, Default)]
pub(super) struct Down {
    /// Outages that took its GPUs.
    data_plane: u32,
    /// Those of them for which contracts credit: no maintenance.
    credited: u32,
    /// Whether nothing may run there any more.
    banned: bool,
    /// Outages that keep its services from being reached.
    ingress: u32,
    /// Its free GPUs while they are gone.
    withheld: Vec<Lease>,
    withheld_gpus: u64,
}

impl Down {
    /// Whether an outage took its GPUs.
    pub const fn lost_gpus(&self) -> bool {
        self.data_plane > 0
    }

    /// Whether nothing may run there any more.
    pub const fn is_banned(&self) -> bool {
        self.banned
    }

    /// The withheld GPUs have left the cluster.
    pub fn forget_withheld(&mut self) {
        self.withheld.clear();
        self.withheld_gpus = 0;
    }
}

/// The outages of a replication that begin before the horizon. Every draw depends on the outage's name and number, so that no other outage,
/// cluster or policy moves it.
pub(super) fn occurrences(model: &Model, replication: u64) -> Vec<Occurrence> {
    let mut list = Vec::new();
    for (index, outage) in model.outages.iter().enumerate() {
        match &outage.times {
            OutageTimes::Scheduled { from, until } => list.push(Occurrence { outage: index, from: *from, until: *until }),
            OutageTimes::Random { per_year, duration_s } => {
                let address = Address::stream(model.seed, replication, "outages").name(&outage.name);
                let mut time = SimTime::ZERO;
                for number in 0.. {
                    let address = address.number(number);
                    let gap = address.draws(0).exponential() / per_year.max(1e-300) * MS_PER_YEAR;
                    let from = time.saturating_add(super::world::span_up(gap));
                    if from >= model.horizon() {
                        break;
                    }
                    let length = Span::from_seconds(duration_s.sample(&mut address.draws(1))).max(Span::from_ms(1));
                    time = from.saturating_add(length);
                    list.push(Occurrence { outage: index, from, until: time });
                }
            }
        }
    }
    list
}

impl World<'_> {
    /// Schedules the outages of this future.
    pub(super) fn expect_outages(&mut self) {
        for (number, occurrence) in (0..).zip(&self.outages) {
            self.events.push(occurrence.from, class::FAILURE, Event::OutageBegins { number });
            self.events.push(occurrence.until, class::CAPACITY_UP, Event::OutageEnds { number });
        }
    }

    /// An outage begins. Its end is unknown, so a cluster that is down has no part in reservations.
    pub(super) fn outage_begins(&mut self, number: u32, policy: &dyn Policy) {
        let outage = &self.model.outages[self.outages[number as usize].outage];
        self.news_of_outage();
        let (mut lost, mut banned) = (Vec::new(), Vec::new());
        for &cluster in &outage.clusters {
            match outage.kind {
                OutageKind::DataPlane => {
                    self.state.starts_barred[cluster.index()] += 1;
                    self.down[cluster.index()].data_plane += 1;
                    if self.down[cluster.index()].data_plane == 1 {
                        lost.push(cluster);
                    }
                    if !outage.maintenance {
                        self.down[cluster.index()].credited += 1;
                        self.recorder.down(cluster, true, self.now);
                    }
                }
                OutageKind::ControlPlane => self.state.starts_barred[cluster.index()] += 1,
                OutageKind::Ban => {
                    self.state.starts_barred[cluster.index()] += 1;
                    self.down[cluster.index()].banned = true;
                    banned.push(cluster);
                }
                OutageKind::Ingress => {
                    self.down[cluster.index()].ingress += 1;
                    self.set_reachable(cluster, false);
                }
            }
        }
        self.lose_jobs(&lost, policy);
        for cluster in lost {
            self.lose_replicas(cluster);
            self.withhold(cluster);
        }
        self.clear_banned(&banned, policy);
        self.load_services();
    }

    /// An outage is over.
    pub(super) fn outage_ends(&mut self, number: u32) {
        let outage = &self.model.outages[self.outages[number as usize].outage];
        self.news_of_outage();
        for &cluster in &outage.clusters {
            let down = &mut self.down[cluster.index()];
            match outage.kind {
                OutageKind::DataPlane => {
                    self.state.starts_barred[cluster.index()] -= 1;
                    down.data_plane -= 1;
                    let is_over = down.data_plane == 0;
                    if !outage.maintenance {
                        down.credited -= 1;
                        self.recorder.down(cluster, down.credited > 0, self.now);
                    }
                    if is_over {
                        self.give_back(cluster);
                    }
                }
                OutageKind::ControlPlane => self.state.starts_barred[cluster.index()] -= 1,
                // A ban does not end.
                OutageKind::Ban => {}
                OutageKind::Ingress => {
                    down.ingress -= 1;
                    if down.ingress == 0 {
                        self.set_reachable(cluster, true);
                    }
                }
            }
        }
        self.load_services();
    }

    /// Accounts for services up to now by what they had, and makes the next pass re-evaluate everything.
    pub(super) fn news_of_outage(&mut self) {
        self.account_services(self.now);
        self.changed = true;
        self.state.surprises += 1;
    }

    /// All jobs on some clusters fail, in order of submission. O(jobs).
    pub(super) fn lose_jobs(&mut self, clusters: &[ClusterId], policy: &dyn Policy) {
        for place in self.running_on(clusters) {
            self.fail_by_outage(place, policy);
        }
    }

    /// Some clusters are banned: jobs there save their state and wait again, in order of submission, and those that can run nowhere else are
    /// rejected. O(jobs).
    fn clear_banned(&mut self, clusters: &[ClusterId], policy: &dyn Policy) {
        if clusters.is_empty() {
            return;
        }
        for &cluster in clusters {
            self.lose_replicas(cluster);
        }
        for place in self.running_on(clusters) {
            self.state.release(place);
            self.preempted(place, policy);
        }
        self.reject_impossible();
    }

    /// The jobs that run on some clusters, in order of submission. O(jobs).
    pub(super) fn running_on(&self, clusters: &[ClusterId]) -> Vec<u32> {
        if clusters.is_empty() {
            return Vec::new();
        }
        let runs_there = |&place: &u32| self.jobs.get(place).is_running && clusters.contains(&self.state.cluster_of(place));
        let mut running: Vec<u32> = (0..self.jobs.len()).filter(runs_there).collect();
        running.sort_unstable_by_key(|&place| self.state.job(place).sequence);
        running
    }

    /// Takes what is free on a cluster from where it may not stay: spot capacity that is gone, and all of a cluster that is down. Node by node
    /// where nodes are shared, so that it is all of it.
    pub(super) fn withhold(&mut self, cluster: ClusterId) {
        self.retire_what_came_free(cluster);
        self.take_free_spot(cluster);
        let (down, state) = (&mut self.down[cluster.index()], &mut self.state.clusters[cluster.index()]);
        if down.data_plane == 0 {
            return;
        }
        let gpus = state.domains.free_gpus();
        while let Some(lease) = state.domains.take(state.domains.largest_gang().max(1), false, Fill::PartialFirst) {
            down.withheld.push(lease);
        }
        down.withheld_gpus += gpus;
        state.out_gpus += gpus;
        self.recorder.out(cluster, gpus as i64, self.now);
        self.touched.push(cluster);
    }

    fn give_back(&mut self, cluster: ClusterId) {
        let (down, state) = (&mut self.down[cluster.index()], &mut self.state.clusters[cluster.index()]);
        for lease in down.withheld.drain(..) {
            state.domains.release(lease);
        }
        let gpus = std::mem::take(&mut down.withheld_gpus);
        state.out_gpus -= gpus;
        self.recorder.out(cluster, -(gpus as i64), self.now);
        self.touched.push(cluster);
        self.retire_what_came_free(cluster);
        self.take_free_spot(cluster);
    }
}
