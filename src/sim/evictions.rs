//! Spot capacity is evicted, and offered again.

use super::world::{Event, World, class, span_up};
use crate::fleet::Lease;
use crate::kernel::random::Address;
use crate::model::Model;
use crate::model::eviction::EvictionTimes;
use crate::model::ramp::CapacityKind;
use crate::policy::Policy;
use crate::units::{ClusterId, SimTime, Span};
use std::cmp::Reverse;

const MS_PER_DAY: f64 = 86_400_000.0;

/// An eviction of this future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Eviction {
    cluster: ClusterId,
    /// When it is announced; nothing happens then where that is when it goes.
    announced: SimTime,
    /// First instant without the capacity.
    from: SimTime,
    /// First instant at which it is back.
    until: SimTime,
}

/// Evicted spot GPUs of a cluster.
#[derive(Clone, Debug, Default)]
pub(super) struct TakenBack {
    leases: Vec<Lease>,
    pub gpus: u64,
    /// Whether an eviction is announced or lasts.
    is_on: bool,
}

/// The evictions of a replication that are announced before the horizon, cluster by cluster. Every draw depends on the cluster's name and the
/// eviction's number, so that no other cluster or policy moves it. What is announced before the capacity is back is announced then.
pub(super) fn evictions(model: &Model, replication: u64) -> Vec<Eviction> {
    let mut list = Vec::new();
    for (index, cluster) in model.clusters.iter().enumerate() {
        let Some(law) = &cluster.evictions else { continue };
        let address = Address::stream(model.seed, replication, "evictions").name(&cluster.name);
        let mut back = SimTime::ZERO;
        for number in 0.. {
            let address = address.number(number);
            let from = match &law.times {
                EvictionTimes::At(times) => times.get(number as usize).map(|&time| time.max(back)),
                EvictionTimes::Random { per_day } => {
                    let gap = address.draws(0).exponential() / per_day.max(1e-300) * MS_PER_DAY;
                    Some(back.saturating_add(span_up(gap)))
                }
            };
            let Some(from) = from else { break };
            let announced = SimTime::from_ms(from.ms().saturating_sub(law.notice.ms())).max(back);
            if announced >= model.horizon() {
                break;
            }
            let length = Span::from_seconds(law.out_s.sample(&mut address.draws(1))).max(Span::from_ms(1));
            back = from.saturating_add(length);
            list.push(Eviction { cluster: index.into(), announced, from, until: back });
        }
    }
    list
}

impl World<'_> {
    /// Schedules the evictions of this future.
    pub(super) fn expect_evictions(&mut self) {
        for (number, eviction) in (0..).zip(&self.evictions) {
            if eviction.announced < eviction.from {
                self.events.push(eviction.announced, class::FAILURE, Event::EvictionAnnounced { number });
            }
            self.events.push(eviction.from, class::FAILURE, Event::SpotGoes { number });
            self.events.push(eviction.until, class::CAPACITY_UP, Event::SpotReturns { number });
        }
    }

    /// An eviction is announced: free spot GPUs go at once, so that jobs do not start where they cannot stay.
    pub(super) fn eviction_announced(&mut self, number: u32) {
        let cluster = self.evictions[number as usize].cluster;
        self.news_of_outage();
        self.taken_back[cluster.index()].is_on = true;
        self.take_free_spot(cluster);
    }

    /// Spot capacity is evicted: free GPUs first, then those of the jobs that started last, then those of replicas. Nodes are not
    /// distinguished by kind; reserved capacity fills first, so the last jobs have what is left. With enough notice to write a checkpoint,
    /// jobs save their state; otherwise they lose the work since their last one. O(jobs).
    pub(super) fn spot_goes(&mut self, number: u32, policy: &dyn Policy) {
        let cluster = self.evictions[number as usize].cluster;
        self.news_of_outage();
        self.taken_back[cluster.index()].is_on = true;
        self.take_free_spot(cluster);
        let notice = self.model.clusters[cluster.index()].evictions.as_ref().map_or(Span::ZERO, |law| law.notice);
        let mut running = self.running_on(&[cluster]);
        running.sort_by_key(|&place| Reverse((self.state.started(place), self.state.job(place).sequence)));
        for place in running {
            if self.spot_missing(cluster) == 0 {
                break;
            }
            let job = *self.jobs.get(place);
            self.statistics.evicted(&job, cluster);
            let checkpoint = self.model.workloads[job.draft.workload.index()].checkpoint;
            if notice > Span::ZERO && notice >= checkpoint.blocking {
                self.state.release(place);
                self.preempted(place, policy);
            } else {
                self.fail_by_outage(place, policy);
            }
            self.take_free_spot(cluster);
        }
        while self.spot_missing(cluster) > 0 && self.lose_last_replicas(cluster, self.spot_missing(cluster)) {
            self.take_free_spot(cluster);
        }
        self.load_services();
    }

    /// Spot capacity is offered again.
    pub(super) fn spot_returns(&mut self, number: u32) {
        let cluster = self.evictions[number as usize].cluster;
        self.news_of_outage();
        let taken = std::mem::take(&mut self.taken_back[cluster.index()]);
        for lease in taken.leases {
            self.state.clusters[cluster.index()].domains.release(lease);
        }
        self.count_taken(cluster, -(taken.gpus as i64));
        self.withhold(cluster);
    }

    /// GPUs that jobs have given back since their capacity had to leave, or since an eviction was announced, go too. O(clusters).
    pub(super) fn take_what_came_free(&mut self) {
        for index in 0..self.taken_back.len() {
            self.retire_what_came_free(ClusterId::from(index));
            if self.taken_back[index].is_on {
                self.take_free_spot(ClusterId::from(index));
            }
        }
    }

    /// Takes what is free where an eviction is announced or lasts, node by node, up to its share of the spot GPUs that are there now.
    /// What is delivered or repaired meanwhile goes too.
    pub(super) fn take_free_spot(&mut self, cluster: ClusterId) {
        let missing = self.spot_missing(cluster);
        let taken = &mut self.taken_back[cluster.index()];
        let gpus = self.state.clusters[cluster.index()].domains.take_up_to(missing, &mut taken.leases);
        taken.gpus += gpus;
        if gpus > 0 {
            // Reservations counted on them.
            self.state.surprises += 1;
            self.count_taken(cluster, gpus as i64);
        }
    }

    /// Spot GPUs that go and have not yet gone: whole nodes.
    fn spot_missing(&self, cluster: ClusterId) -> u64 {
        let taken = &self.taken_back[cluster.index()];
        let definition = &self.model.clusters[cluster.index()];
        let Some(law) = definition.evictions.as_ref().filter(|_| taken.is_on) else { return 0 };
        let node = u64::from(definition.node_gpus);
        let nodes = self.recorder.installed_of(cluster, CapacityKind::Spot) / node;
        ((nodes as f64 * law.share - 1e-9).ceil().max(0.0) as u64 * node).saturating_sub(taken.gpus)
    }

    fn count_taken(&mut self, cluster: ClusterId, delta: i64) {
        let out = &mut self.state.clusters[cluster.index()].out_gpus;
        *out = out.saturating_add_signed(delta);
        self.recorder.taken_back(cluster, delta, self.now);
        self.touched.push(cluster);
    }

    /// What was taken back has left the cluster, or is free like all of it.
    pub(super) fn forget_taken(&mut self, cluster: ClusterId) {
        let taken = &mut self.taken_back[cluster.index()];
        taken.leases.clear();
        let gpus = std::mem::take(&mut taken.gpus);
        self.recorder.taken_back(cluster, -(gpus as i64), self.now);
    }
}
