//! What workloads, services and teams used, what they are charged, and how well services do.

use super::sums::{Sums, is_in};
use super::{Reading, Scope, Time};
use crate::metrics::{Observation, ServicePeriod, Usage};
use crate::model::Model;
use crate::units::{Cost, GpuTime};

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

impl Reading {
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
        self.push("charged_usd", Scope::All, sums.time, all.usd());
    }

    fn part(&mut self, scope: Scope, time: Time, part: Part) {
        self.push("allocated_gpu_hours", scope, time, part.allocated.hours());
        self.push("useful_gpu_hours", scope, time, part.useful.hours());
        self.push("lost_gpu_hours", scope, time, part.lost.hours());
        self.push("restart_and_checkpoint_gpu_hours", scope, time, part.restarts.hours());
        self.push("charged_usd", scope, time, part.charged.usd());
    }

    /// How well services keep their promises.
    pub(super) fn services(&mut self, model: &Model, observation: &Observation, sums: &Sums) {
        let time = sums.time;
        for service in 0..model.services.len() {
            let mut row = ServicePeriod::default();
            let mut measured_ms = 0;
            for (index, period) in observation.periods.iter().enumerate().filter(|(_, period)| is_in(model, period, time)) {
                let part = &observation.services[index][service];
                measured_ms += (period.end - period.begin).ms();
                row.demanded_tokens += part.demanded_tokens;
                row.served_tokens += part.served_tokens;
                row.within_objective_tokens += part.within_objective_tokens;
                row.dropped_tokens += part.dropped_tokens;
                row.backlog_peak_tokens = row.backlog_peak_tokens.max(part.backlog_peak_tokens);
                row.below_objective_ms += part.below_objective_ms;
            }
            let mut put = |metric, value| self.push(metric, Scope::Service(service), time, value);
            put("demanded_tokens", row.demanded_tokens);
            put("within_objective_share", row.within_objective_tokens / row.demanded_tokens);
            put("served_share", row.served_tokens / row.demanded_tokens);
            put("dropped_share", row.dropped_tokens / row.demanded_tokens);
            put("backlog_peak_tokens", row.backlog_peak_tokens);
            put("below_objective_time_share", row.below_objective_ms as f64 / measured_ms as f64);
            if time == Time::Total {
                let user = model.workloads.len() + service;
                let allocated: GpuTime = sums.clusters.iter().map(|sums| sums.users[user].allocated).sum();
                let cost = sums.clusters.iter().map(|sums| sums.charged[user]).sum::<Cost>().usd();
                put("tokens_within_objective_per_gpu_hour", row.within_objective_tokens / allocated.hours());
                put("usd_per_million_tokens_within_objective", cost * 1e6 / row.within_objective_tokens);
            }
        }
    }
}
