//! Services: replicas follow demand; fluid demand is served, delayed or dropped.
//!
//! Formulas are numbered as in docs/inference.md. Demand is constant within a step; replicas that get GPUs at a step serve from the step
//! on at which their cold start is over.

use super::world::{Event, World, class};
use crate::fleet::ReplicaBlocks;
use crate::model::Model;
use crate::model::service::{Autoscaler, SIZING_SHARE, Service, StaticSize, replicas_for};
use crate::policy::{Margin, Policy, View};
use crate::units::{ClusterId, Gpus, SimTime, Span};
use std::collections::VecDeque;

mod need;

/// A service while it runs.
pub(super) struct ServiceState {
    /// By cluster.
    pools: Vec<Pool>,
    /// Clusters it may use, in the scenario's order.
    clusters: Vec<usize>,
    /// Demand now [requests per second].
    rate: f64,
    /// Demand of the last steps that the autoscaler remembers [requests per second].
    remembered: VecDeque<f64>,
    /// Requests that wait.
    backlog: f64,
    /// The instant up to which it is accounted for.
    accounted: SimTime,
    /// Replicas that are still starting: step at which they serve, cluster, count.
    starting: VecDeque<(u64, usize, u64)>,
    step: u64,
    /// What the autoscaler asked for at its last step and there was no room for [requests per second, or replicas where their number is
    /// given].
    missing: f64,
    /// GPUs of a replica.
    gpus: u32,
    /// Static size [requests per second]; none for autoscalers that follow demand.
    fixed_rate: Option<f64>,
}

/// A service on one cluster.
#[derive(Default)]
struct Pool {
    blocks: ReplicaBlocks,
    /// Replicas that serve.
    ready: u64,
    /// Capacity of a replica [requests per second].
    limit: f64,
    /// Capacity of a replica within the objective [requests per second].
    at_objective: f64,
    /// Work it does a second, in reference replicas.
    speed: f64,
    /// When other vendors' exclusivity keeps new replicas out: from the first instant to before the second.
    closed: Vec<(SimTime, SimTime)>,
    /// Whether an outage keeps its replicas from being reached.
    unreachable: bool,
    /// Whether it ever held a replica; before that, accounting is skipped.
    was_used: bool,
}

impl ServiceState {
    fn new(index: usize, model: &Model) -> Self {
        let service = &model.services[index];
        let user = model.workloads.len() + index;
        let work = service.replica.work_s(service.input_tokens, service.output_tokens);
        let limit = service.replica.load_limit(service.input_tokens, service.output_tokens);
        let pools: Vec<Pool> = (service.speed.iter().zip(&model.clusters))
            .map(|(&speed, cluster)| {
                let (input, output) = (service.input_tokens, service.output_tokens);
                let at_objective = service.replica.rate_at_objective(input, output, service.tpot_slo_s, speed);
                let closed = model.closed(user, cluster.vendor);
                Pool { limit: speed * limit / work, at_objective, speed, closed, ..Pool::default() }
            })
            .collect();
        let clusters: Vec<usize> = (0..pools.len()).filter(|&index| pools[index].speed > 0.0).collect();
        let fixed_rate = match service.autoscaler {
            Autoscaler::Static(StaticSize::Replicas(_)) | Autoscaler::Reactive { .. } => None,
            Autoscaler::Static(StaticSize::Peak) => Some(service.demand.bound(SimTime::ZERO, model.horizon())),
            Autoscaler::Static(StaticSize::Mean) => Some(service.demand.mean(SimTime::ZERO, model.horizon())),
        };
        Self {
            pools,
            clusters,
            rate: 0.0,
            remembered: VecDeque::new(),
            backlog: 0.0,
            accounted: SimTime::ZERO,
            starting: VecDeque::new(),
            step: 0,
            missing: 0.0,
            gpus: service.replica.gpus,
            fixed_rate: fixed_rate.map(|tokens| tokens / service.output_tokens),
        }
    }

    fn sum(&self, value: impl Fn(&Pool) -> f64) -> f64 {
        self.clusters.iter().map(|&index| &self.pools[index]).filter(|pool| pool.was_used && !pool.unreachable).map(value).sum()
    }

    /// Starting replicas are taken away first, the latest first.
    fn forget_starting(&mut self, cluster: usize, held: u64) {
        let mut starting: u64 = self.starting.iter().filter(|entry| entry.1 == cluster).map(|entry| entry.2).sum();
        let pool = &mut self.pools[cluster];
        for entry in self.starting.iter_mut().rev().filter(|entry| entry.1 == cluster) {
            let excess = (pool.ready + starting).saturating_sub(held).min(entry.2);
            entry.2 -= excess;
            starting -= excess;
        }
        pool.ready = pool.ready.min(held);
    }
}

impl World<'_> {
    /// Services at the start: sized for the demand of the first hour, and ready.
    pub(super) fn open_services(&mut self) {
        if self.model.services.is_empty() {
            return;
        }
        self.services = (0..self.model.services.len()).map(|index| ServiceState::new(index, self.model)).collect();
        self.events.push(SimTime::ZERO, class::CONTROL, Event::ServiceStep);
    }

    /// A step: what was served is accounted for, replicas become ready, demand changes, replicas are added or removed.
    pub(super) fn service_step(&mut self, policy: &dyn Policy) {
        self.account_services(self.now);
        for index in 0..self.services.len() {
            let service = &self.model.services[index];
            let state = &mut self.services[index];
            while let Some(&(due, cluster, count)) = state.starting.front()
                && due <= state.step
            {
                state.pools[cluster].ready += count;
                state.starting.pop_front();
            }
            let seen = state.rate;
            state.rate = service.demand.at(self.now) / service.output_tokens;
            // The first step has no past: the service is there already, sized for the demand it sees.
            let seen = if state.step == 0 { state.rate } else { seen };
            let wanted = wanted_rate(service, state, seen);
            self.scale(index, wanted, policy);
            self.note_need(index);
            self.services[index].step += 1;
            self.load_service(index);
        }
        self.events.push(self.now + self.model.service_step, class::CONTROL, Event::ServiceStep);
    }

    /// Brings a service to the replicas that meet its objective at `wanted` requests per second.
    fn scale(&mut self, index: usize, wanted: f64, policy: &dyn Policy) {
        let service = &self.model.services[index];
        let fixed = match service.autoscaler {
            Autoscaler::Static(StaticSize::Replicas(count)) => Some(count),
            _ => None,
        };
        // Missing capacity in requests per second (or replicas, where their number is given), over the clusters in order.
        let worth = |pool: &Pool| if fixed.is_some() { 1.0 } else { pool.at_objective * SIZING_SHARE };
        let wanted = fixed.map_or(wanted, |count| count as f64);
        let held = self.services[index].sum(|pool| pool.blocks.replicas() as f64 * worth(pool));
        let mut missing = wanted - held;
        if missing > 0.0 {
            let order = self.by_cost(index, Margin::Next);
            for may_preempt in [false, true] {
                for &cluster in &order {
                    if missing <= 0.0 {
                        break;
                    }
                    let each = worth(&self.services[index].pools[cluster]);
                    let count = replicas_for(missing, each);
                    let added = self.add_replicas(index, cluster, count, may_preempt, policy);
                    missing -= added as f64 * each;
                }
            }
        } else if missing < 0.0 {
            for &cluster in self.by_cost(index, Margin::Last).iter().rev() {
                let pool = &self.services[index].pools[cluster];
                let each = worth(pool);
                let count = ((-missing / each).floor().min(1e12) as u64).min(pool.blocks.replicas());
                if count > 0 {
                    self.remove_replicas(index, cluster, count);
                    missing += count as f64 * each;
                }
            }
        }
        self.services[index].missing = missing.max(0.0);
    }

    /// The clusters where a service may now get replicas, or give some back, the least cost of a request within the objective at the margin first:
    /// of the next replica there, or of the last one. Of equals the fastest first, then in the scenario's order. O(n log n) of the clusters.
    fn by_cost(&self, index: usize, margin: Margin) -> Vec<usize> {
        let gpus = u64::from(self.model.services[index].replica.gpus);
        let state = &self.services[index];
        let view = View::of(&self.state);
        let cost = |cluster: usize| {
            let at_objective = state.pools[cluster].at_objective;
            // A GPU too slow for the objective comes last.
            if at_objective > 0.0 { view.marginal_price(cluster.into(), gpus, margin) / at_objective } else { f64::INFINITY }
        };
        let has_use = |cluster: usize| match margin {
            Margin::Next => !state.is_closed(cluster, self.now),
            Margin::Last => state.pools[cluster].blocks.replicas() > 0,
        };
        let may_scale = |&cluster: &usize| has_use(cluster) && self.may_scale(index, cluster);
        let clusters = state.clusters.iter().copied().filter(may_scale);
        let mut order: Vec<(f64, usize)> = clusters.map(|cluster| (cost(cluster), cluster)).collect();
        let fast = |cluster: usize| state.pools[cluster].at_objective;
        order.sort_by(|one, other| {
            (one.0.total_cmp(&other.0)).then_with(|| fast(other.1).total_cmp(&fast(one.1))).then(one.1.cmp(&other.1))
        });
        order.into_iter().map(|(_, cluster)| cluster).collect()
    }

    fn add_replicas(&mut self, index: usize, cluster: usize, count: u64, may_preempt: bool, policy: &dyn Policy) -> u64 {
        let service = &self.model.services[index];
        let gpus = service.replica.gpus;
        if may_preempt {
            for _ in 0..self.victims_for_replicas(cluster, gpus, count) {
                self.preempt_next(cluster.into(), policy);
            }
        }
        let pool = &mut self.services[index].pools[cluster];
        let added = pool.blocks.grow(&mut self.state.clusters[cluster].domains, gpus, count);
        if added > 0 {
            self.services[index].pools[cluster].was_used = true;
            let user = self.model.workloads.len() + index;
            self.allocate_replicas(cluster.into(), user, (added * u64::from(gpus)) as i64);
            let state = &mut self.services[index];
            let steps = service.cold_start.ms().div_euclid(self.model.service_step.ms())
                + i64::from(service.cold_start.ms() % self.model.service_step.ms() > 0);
            if state.step == 0 || steps == 0 {
                state.pools[cluster].ready += added;
            } else {
                state.starting.push_back((state.step + steps.unsigned_abs(), cluster, added));
            }
        }
        added
    }

    fn remove_replicas(&mut self, index: usize, cluster: usize, count: u64) {
        let gpus = self.model.services[index].replica.gpus;
        let state = &mut self.services[index];
        let pool = &mut state.pools[cluster];
        let before = pool.blocks.replicas();
        pool.blocks.shrink(&mut self.state.clusters[cluster].domains, gpus, count);
        let held = pool.blocks.replicas();
        state.forget_starting(cluster, held);
        let user = self.model.workloads.len() + index;
        self.allocate_replicas(cluster.into(), user, -(((before - held) * u64::from(gpus)) as i64));
    }

    /// How many preemptible jobs of a cluster, lowest priority then youngest first, must be stopped for up to `count` replicas to fit in
    /// its domains: as few as give the most replicas, and none where that gives no replica. Tried out on a copy of the cluster's nodes.
    fn victims_for_replicas(&self, cluster: usize, gpus: u32, count: u64) -> usize {
        let state = &self.state.clusters[cluster];
        if state.victims.is_empty() {
            return 0;
        }
        let mut trial = state.domains.clone();
        let mut replicas = ReplicaBlocks::default();
        let (mut needed, mut fitted) = (0, replicas.grow(&mut trial, gpus, count));
        for (stopped, victim) in state.victims.iter().enumerate() {
            if fitted >= count {
                break;
            }
            trial.release(self.state.lease_of(victim.job).clone());
            let more = replicas.grow(&mut trial, gpus, count - fitted);
            if more > 0 {
                fitted += more;
                needed = stopped + 1;
            }
        }
        needed
    }

    fn preempt_next(&mut self, cluster: ClusterId, policy: &dyn Policy) -> bool {
        let Some(victim) = self.state.clusters[cluster.index()].victims.first().copied() else { return false };
        self.state.release(victim.job);
        self.preempted(victim.job, policy);
        true
    }

    /// Whether a service may get or give back replicas on a cluster: not while an outage bars it or makes it unreachable.
    fn may_scale(&self, index: usize, cluster: usize) -> bool {
        self.state.starts_barred[cluster] == 0 && !self.services[index].pools[cluster].unreachable
    }

    /// All replicas on a cluster are gone; those that come after pay the cold start again.
    pub(super) fn lose_replicas(&mut self, cluster: ClusterId) {
        for index in 0..self.services.len() {
            let replicas = self.services[index].pools[cluster.index()].blocks.replicas();
            if replicas > 0 {
                self.remove_replicas(index, cluster.index(), replicas);
            }
        }
    }

    /// Replicas on a cluster give back at least so many GPUs, those of the last service first; whether there were any.
    pub(super) fn lose_last_replicas(&mut self, cluster: ClusterId, gpus: u64) -> bool {
        for index in (0..self.services.len()).rev() {
            let replicas = self.services[index].pools[cluster.index()].blocks.replicas();
            if replicas > 0 {
                let each = u64::from(self.model.services[index].replica.gpus.max(1));
                self.remove_replicas(index, cluster.index(), gpus.div_ceil(each).min(replicas));
                return true;
            }
        }
        false
    }

    /// Opens or closes the ingress to a cluster's replicas.
    pub(super) fn set_reachable(&mut self, cluster: ClusterId, is_reachable: bool) {
        for service in &mut self.services {
            service.pools[cluster.index()].unreachable = !is_reachable;
        }
    }

    /// Services go on with the replicas they now have.
    pub(super) fn load_services(&mut self) {
        for index in 0..self.services.len() {
            self.load_service(index);
        }
    }

    /// How much a service's GPUs compute during this step.
    fn load_service(&mut self, index: usize) {
        let service = &self.model.services[index];
        let state = &self.services[index];
        let limit = state.sum(|pool| pool.ready as f64 * pool.limit);
        let objective = state.sum(|pool| pool.ready as f64 * pool.at_objective);
        let work = service.replica.work_s(service.input_tokens, service.output_tokens);
        let capacity = state.sum(|pool| pool.ready as f64 * pool.speed);
        let served = if state.backlog > 0.0 { limit } else { state.rate.min(limit) };
        let load = if capacity > 0.0 { (served * work / capacity).clamp(0.0, 1.0) } else { 0.0 };
        let missed = 1.0 - objective_share(state.rate, state.backlog, limit, objective);
        let user = self.model.workloads.len() + index;
        for &cluster in &state.clusters {
            let pool = &state.pools[cluster];
            if !pool.was_used {
                continue;
            }
            let reached = if pool.unreachable { 0 } else { pool.ready };
            let gpus = reached as f64 * f64::from(service.replica.gpus);
            // Rounded down to thousandths of a GPU, so that busy never exceeds allocated.
            let busy = Gpus::from_milli((gpus * load * 1000.0).floor() as u64);
            let missed = Gpus::from_milli((busy.milli() as f64 * missed).floor() as u64);
            self.recorder.busy(cluster.into(), user, busy, missed, self.now);
        }
    }

    /// A period begins: what waits is served or dropped in it, and was asked for before.
    pub(super) fn note_backlogs(&mut self) {
        let Some(rows) = self.service_rows.get_mut(self.recorder.open()) else { return };
        for ((row, state), service) in rows.iter_mut().zip(&self.services).zip(&self.model.services) {
            row.waiting_tokens = state.backlog * service.output_tokens;
        }
    }

    /// Accounts for what services did up to `until` (formula 7).
    pub(super) fn account_services(&mut self, until: SimTime) {
        for index in 0..self.services.len() {
            let service = &self.model.services[index];
            let state = &mut self.services[index];
            let span = until - state.accounted;
            if span <= Span::ZERO {
                continue;
            }
            state.accounted = until;
            let seconds = span.seconds();
            let limit = state.sum(|pool| pool.ready as f64 * pool.limit);
            let objective = state.sum(|pool| pool.ready as f64 * pool.at_objective);
            let arrived = state.rate * seconds;
            let served = (state.backlog + arrived).min(limit * seconds);
            let share = served_within(state, limit, objective, seconds);
            let within = share.min(served);
            let left = state.backlog + arrived - served;
            // Requests that would wait longer than patience leave.
            let dropped = (left - limit * service.patience.seconds()).max(0.0);
            state.backlog = if left - dropped > 1e-9 * arrived.max(1.0) { left - dropped } else { 0.0 };
            let tokens = service.output_tokens;
            for watch in &mut self.watches {
                watch.served(until - span, until, arrived * tokens, within * tokens);
            }
            let row = &mut self.service_rows[self.recorder.open()][index];
            row.demanded_tokens += arrived * tokens;
            row.served_tokens += served * tokens;
            row.within_objective_tokens += within * tokens;
            row.dropped_tokens += dropped * tokens;
            row.backlog_peak_tokens = row.backlog_peak_tokens.max(state.backlog * tokens);
            if within < arrived * (1.0 - 1e-9) {
                row.below_objective_ms += span.ms();
            }
        }
    }
}

/// The demand that an autoscaler sizes for [requests per second].
fn wanted_rate(service: &Service, state: &mut ServiceState, seen: f64) -> f64 {
    if let Some(rate) = state.fixed_rate {
        return rate;
    }
    let Autoscaler::Reactive { headroom, hold_steps } = service.autoscaler else { return seen };
    state.remembered.push_back(seen);
    while state.remembered.len() > hold_steps as usize + 1 {
        state.remembered.pop_front();
    }
    state.remembered.iter().copied().fold(0.0, f64::max) * (1.0 + headroom)
}

/// Formula 7: the share of requests that meets the objective at a rate; none while there is a backlog.
fn objective_share(rate: f64, backlog: f64, limit: f64, objective: f64) -> f64 {
    if backlog > 0.0 || rate > limit {
        0.0
    } else if rate <= objective {
        1.0
    } else {
        objective / rate
    }
}

/// Requests of a span of time that meet the objective: none until the backlog is drained.
fn served_within(state: &ServiceState, limit: f64, objective: f64, seconds: f64) -> f64 {
    if state.rate > limit {
        return 0.0;
    }
    let draining = if state.backlog > 0.0 { state.backlog / (limit - state.rate).max(1e-300) } else { 0.0 };
    let rest = (seconds - draining).max(0.0);
    state.rate * rest * objective_share(state.rate, 0.0, limit, objective)
}
