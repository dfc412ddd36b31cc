//! What workloads, services and teams used, what they are charged, and how well services do.

use super::sums::{Sums, is_in};
use super::{Collector, Scope, Time};
use crate::metrics::{Observation, Period, ServiceNeed, ServicePeriod, Usage, catalog};
use crate::model::Model;
use crate::units::{Cost, GpuTime, Gpus, SimTime, Span};

/// A user's or a team's part of all clusters.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    allocated: GpuTime,
    useful: GpuTime,
    lost: GpuTime,
    restarts: GpuTime,
    charged: Cost,
}

impl Part {
    fn of(sums: &Sums, user: usize) -> Self {
        let sum = |pick: fn(&Usage) -> GpuTime| sums.clusters.iter().map(|sums| pick(&sums.users[user])).sum();
        Self {
            allocated: sum(|usage| usage.allocated),
            useful: sum(Usage::useful),
            lost: sum(|usage| usage.lost),
            restarts: sum(|usage| usage.restarts + usage.blocked),
            charged: sums.clusters.iter().map(|sums| sums.charged[user]).sum::<Cost>() + sums.egress_charged[user],
        }
    }

    fn add(&mut self, other: Self) {
        self.allocated += other.allocated;
        self.useful += other.useful;
        self.lost += other.lost;
        self.restarts += other.restarts;
        self.charged += other.charged;
    }
}

impl Collector {
    pub(super) fn users(&mut self, model: &Model, sums: &Sums) {
        let workloads = model.workloads.len();
        let mut teams = vec![Part::default(); model.teams.len()];
        let mut all = Cost::ZERO;
        for (user, (_, team)) in model.users().enumerate() {
            let part = Part::of(sums, user);
            teams[team.index()].add(part);
            all += part.charged;
            self.part(if user < workloads { Scope::Workload(user) } else { Scope::Service(user - workloads) }, sums.time, part);
        }
        for (team, part) in teams.into_iter().enumerate() {
            self.part(Scope::Team(team), sums.time, part);
        }
        // What all used is among the figures of all clusters.
        self.record(&catalog::CHARGED_USD, Scope::All, sums.time, all.usd());
    }

    /// What teams are charged at a standard rate, and what is billed beyond that.
    pub(super) fn charge_back(&mut self, model: &Model, sums: &Sums) {
        let Some(charge_back) = model.charge_back else { return };
        let mut used = vec![GpuTime::ZERO; model.teams.len()];
        for (user, (_, team)) in model.users().enumerate() {
            used[team.index()] += Part::of(sums, user).allocated;
        }
        let mut charged = Cost::ZERO;
        for (index, used) in used.into_iter().enumerate() {
            let quota = model.quotas.as_ref().filter(|_| charge_back.by_quota).and_then(|quotas| quotas.nominal(index.into()));
            let over_quota = |gpus| Gpus::whole(gpus).over(Span::from_seconds(sums.hours * 3600.0));
            let cost = charge_back.rate.of(quota.map_or(used, over_quota));
            charged += cost;
            self.record(&catalog::CHARGE_BACK_USD, Scope::Team(index), sums.time, cost.usd());
        }
        self.record(&catalog::CHARGE_BACK_USD, Scope::All, sums.time, charged.usd());
        let variance = (sums.bill() - charged).usd();
        let scopes = [Some(Scope::All), charge_back.owner.map(|team| Scope::Team(team.index()))];
        for scope in scopes.into_iter().flatten() {
            self.record(&catalog::CHARGE_BACK_VARIANCE_USD, scope, sums.time, variance);
        }
    }

    /// For how much of the time teams had used up their budgets.
    pub(super) fn team_budgets(&mut self, model: &Model, observation: &Observation, sums: &Sums) {
        for (allowance, spells) in model.allowances.iter().zip(&observation.spent) {
            let periods = observation.periods.iter().filter(|period| is_in(model, period, sums.time));
            let within = |period: &Period| {
                let overlap = |[from, to]: &[SimTime; 2]| ((*to).min(period.end) - (*from).max(period.begin)).max(Span::ZERO).ms();
                spells.iter().map(overlap).sum::<i64>()
            };
            let spent: i64 = periods.map(within).sum();
            let share = Span::from_ms(spent).seconds() / 3600.0 / sums.hours;
            self.record(&catalog::BUDGET_SPENT_TIME_SHARE, Scope::Team(allowance.team.index()), sums.time, share);
        }
    }

    fn part(&mut self, scope: Scope, time: Time, part: Part) {
        self.record(&catalog::ALLOCATED_GPU_HOURS, scope, time, part.allocated.hours());
        self.record(&catalog::USEFUL_GPU_HOURS, scope, time, part.useful.hours());
        self.record(&catalog::LOST_GPU_HOURS, scope, time, part.lost.hours());
        self.record(&catalog::RESTART_AND_CHECKPOINT_GPU_HOURS, scope, time, part.restarts.hours());
        self.record(&catalog::CHARGED_USD, scope, time, part.charged.usd());
    }

    /// How well services keep their promises.
    pub(super) fn services(&mut self, model: &Model, observation: &Observation, sums: &Sums) {
        let time = sums.time;
        for service in 0..model.services.len() {
            let mut row = ServicePeriod::default();
            let mut measured_ms = 0;
            for (index, period) in observation.periods.iter().enumerate().filter(|(_, period)| is_in(model, period, time)) {
                let part = &observation.services[index][service];
                if measured_ms == 0 {
                    row.waiting_tokens = part.waiting_tokens;
                }
                measured_ms += (period.end - period.begin).ms();
                row.demanded_tokens += part.demanded_tokens;
                row.served_tokens += part.served_tokens;
                row.within_objective_tokens += part.within_objective_tokens;
                row.dropped_tokens += part.dropped_tokens;
                row.backlog_peak_tokens = row.backlog_peak_tokens.max(part.backlog_peak_tokens);
                row.below_objective_ms += part.below_objective_ms;
                row.need = row.need.zip(part.need).map(|(worst, need)| worst.worse(need)).or(row.need).or(part.need);
            }
            let mut put = |metric, value| self.record(metric, Scope::Service(service), time, value);
            put(&catalog::DEMANDED_TOKENS, row.demanded_tokens);
            put(&catalog::WITHIN_OBJECTIVE_SHARE, row.within_objective_tokens / row.demanded_tokens);
            // Of what was to be served: what waited when the span began is served or dropped in it too.
            let to_serve = row.waiting_tokens + row.demanded_tokens;
            put(&catalog::SERVED_SHARE, row.served_tokens / to_serve);
            put(&catalog::DROPPED_SHARE, row.dropped_tokens / to_serve);
            put(&catalog::BACKLOG_PEAK_TOKENS, row.backlog_peak_tokens);
            put(&catalog::BELOW_OBJECTIVE_TIME_SHARE, row.below_objective_ms as f64 / measured_ms as f64);
            let need = |value: fn(ServiceNeed) -> u64| row.need.map_or(f64::NAN, |need| value(need) as f64);
            put(&catalog::NEEDED_REPLICAS, need(|need| need.needed));
            put(&catalog::AVAILABLE_REPLICAS, need(|need| need.available));
            put(&catalog::LACKING_GPUS, need(ServiceNeed::lack) * f64::from(model.services[service].replica.gpus));
            if time == Time::Total {
                let user = model.workloads.len() + service;
                let allocated: GpuTime = sums.clusters.iter().map(|sums| sums.users[user].allocated).sum();
                let cost = sums.clusters.iter().map(|sums| sums.charged[user]).sum::<Cost>().usd();
                put(&catalog::TOKENS_WITHIN_OBJECTIVE_PER_GPU_HOUR, row.within_objective_tokens / allocated.hours());
                put(&catalog::USD_PER_MILLION_TOKENS_WITHIN_OBJECTIVE, cost * 1e6 / row.within_objective_tokens);
            }
        }
    }
}
