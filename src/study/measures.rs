//! What is read off a replication: every figure of the report as one number, under a key.

use crate::metrics::dependency::Concentration;
use crate::metrics::histogram::LogLinearHistogram;
use crate::metrics::ledger::{Category, Ledger, energy_kwh};
use crate::metrics::{ClusterPeriod, JobStatistics, Observation, ServicePeriod, Usage};
use crate::model::Model;
use crate::units::{Cost, GpuTime};

/// What a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// A vendor.
    Vendor(usize),
    /// A cluster.
    Cluster(usize),
    /// A workload.
    Workload(usize),
    /// A service.
    Service(usize),
    /// A team.
    Team(usize),
    /// A base on which dependency is measured.
    Base(Base),
}

/// What shares are shares of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Contracts' values.
    CommittedUsd,
    /// Contracts' values divided by their terms.
    CommittedUsdPerYear,
    /// IT power of delivered GPUs, averaged over time.
    ItPower,
    /// Active GPU-hours.
    ActiveGpuHours,
    /// GPU-hours allocated to jobs and services.
    ServedGpuHours,
    /// IT power by chip supplier.
    Supplier,
    /// IT power by developer of the site.
    Developer,
    /// IT power by grid.
    Grid,
    /// IT power by jurisdiction.
    Jurisdiction,
}

impl Base {
    /// All bases, in the order of tables.
    pub const ALL: [Self; 9] = [
        Self::CommittedUsd,
        Self::CommittedUsdPerYear,
        Self::ItPower,
        Self::ActiveGpuHours,
        Self::ServedGpuHours,
        Self::Supplier,
        Self::Developer,
        Self::Grid,
        Self::Jurisdiction,
    ];

    /// The name in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::CommittedUsd => "committed_usd",
            Self::CommittedUsdPerYear => "committed_usd_per_year",
            Self::ItPower => "it_mw",
            Self::ActiveGpuHours => "active_gpu_hours",
            Self::ServedGpuHours => "served_gpu_hours",
            Self::Supplier => "it_mw_by_chip_supplier",
            Self::Developer => "it_mw_by_developer",
            Self::Grid => "it_mw_by_grid",
            Self::Jurisdiction => "it_mw_by_jurisdiction",
        }
    }
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// The measured span: from the warm-up to the horizon.
    Total,
    /// Its part in a calendar year.
    Year(i16),
    /// Its part in a month of the calendar.
    Month(usize),
}

/// What a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The name of the figure, ending in its unit.
    pub metric: &'static str,
    /// What it is about.
    pub scope: Scope,
    /// When.
    pub time: Time,
}

/// The figures of a replication, in an order that depends on the model alone. A figure that is not defined (the wait of no job) is not a
/// number.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// Keys and values.
    pub values: Vec<(Key, f64)>,
}

/// Sums over periods, of one cluster.
#[derive(Clone, Debug, Default)]
struct Sums {
    cell: ClusterPeriod,
    users: Vec<Usage>,
    energy_kwh: f64,
    costs: [Cost; 5],
    /// Charged to each user.
    charged: Vec<Cost>,
}

impl Measures {
    /// Reads a replication.
    #[must_use]
    pub fn of(model: &Model, observation: &Observation, ledger: &Ledger) -> Self {
        let mut measures = Self::default();
        let mut times = vec![Time::Total];
        let months = model.calendar.months();
        let mut years: Vec<i16> = months.iter().map(|month| month.year).collect();
        years.dedup();
        times.extend(years.into_iter().map(Time::Year));
        for time in times {
            let (sums, settled) = sums(model, observation, ledger, time);
            measures.capacity(model, &sums, &settled, time);
            measures.dependency(model, &sums, time);
            measures.users(model, &sums, time);
            measures.services(model, observation, &sums, time);
        }
        for month in 0..months.len() {
            let (sums, _) = sums(model, observation, ledger, Time::Month(month));
            measures.month(model, &sums, observation, month);
        }
        measures.jobs(model, observation);
        measures
    }

    fn push(&mut self, metric: &'static str, scope: Scope, time: Time, value: f64) {
        self.values.push((Key { metric, scope, time }, value));
    }

    fn capacity(&mut self, model: &Model, sums: &[Sums], settled: &[Cost], time: Time) {
        let settlement: Cost = settled.iter().copied().sum();
        self.capacity_of(model, &(0..sums.len()).collect::<Vec<_>>(), sums, settlement, Scope::All, time);
        for (vendor, &settled) in settled.iter().enumerate() {
            let clusters: Vec<usize> = model.clusters_of(vendor.into()).map(|(id, _)| id.index()).collect();
            self.capacity_of(model, &clusters, sums, settled, Scope::Vendor(vendor), time);
        }
        if time == Time::Total {
            for cluster in 0..sums.len() {
                self.capacity_of(model, &[cluster], sums, Cost::ZERO, Scope::Cluster(cluster), time);
            }
        }
    }

    fn capacity_of(&mut self, model: &Model, clusters: &[usize], sums: &[Sums], settled: Cost, scope: Scope, time: Time) {
        let total = |value: &dyn Fn(usize) -> f64| clusters.iter().map(|&index| value(index)).sum::<f64>();
        let gpu_hours =
            |value: &dyn Fn(&Sums) -> GpuTime| clusters.iter().map(|&index| value(&sums[index])).sum::<GpuTime>().hours();
        let h100e =
            |value: &dyn Fn(&Sums) -> GpuTime| total(&|index| value(&sums[index]).hours() * model.clusters[index].h100_equivalents);
        let of_users = |pick: fn(&Usage) -> GpuTime| move |sums: &Sums| sums.users.iter().map(pick).sum::<GpuTime>();
        let (busy, useful, lost) = (of_users(|user| user.busy), of_users(Usage::useful), of_users(|user| user.lost));
        let restarts = of_users(|user| user.restarts + user.blocked);
        let active = gpu_hours(&|sums| sums.cell.active());
        let (allocated, useful_hours) = (gpu_hours(&|sums| sums.cell.allocated), gpu_hours(&useful));
        let mut put = |metric, value| self.push(metric, scope, time, value);
        put("installed_gpu_hours", gpu_hours(&|sums| sums.cell.installed_total()));
        put("active_gpu_hours", active);
        put("allocated_gpu_hours", allocated);
        put("busy_gpu_hours", gpu_hours(&busy));
        put("useful_gpu_hours", useful_hours);
        put("out_gpu_hours", gpu_hours(&|sums| sums.cell.out));
        put("lost_gpu_hours", gpu_hours(&lost));
        put("restart_and_checkpoint_gpu_hours", gpu_hours(&restarts));
        put("active_h100e_hours", h100e(&|sums| sums.cell.active()));
        put("allocated_h100e_hours", h100e(&|sums| sums.cell.allocated));
        put("useful_h100e_hours", h100e(&useful));
        put("allocation_share", allocated / active);
        put("utilisation_share", gpu_hours(&busy) / active);
        put("goodput_share", useful_hours / active);
        let energy = total(&|index| sums[index].energy_kwh);
        put("energy_kwh", energy);
        put("carbon_t", total(&|index| sums[index].energy_kwh * model.clusters[index].power.carbon_g_per_kwh / 1e6));
        put("power_mw_mean", energy / hours(model, time) / 1e3);
        let cost = |category: usize| clusters.iter().map(|&index| sums[index].costs[category]).sum::<Cost>();
        let mut all = settled;
        for (category, word) in COST_METRICS.into_iter().enumerate() {
            let extra = if Category::ALL[category] == Category::Unused { settled } else { Cost::ZERO };
            all += cost(category);
            put(word, (cost(category) + extra).usd());
        }
        put("cost_usd", all.usd());
        put("usd_per_useful_h100e_hour", all.usd() / h100e(&useful));
    }

    /// Shares of vendors and of common causes. Vendors whose commitment or power is not public are left out of the bases that need it; the
    /// report says so.
    fn dependency(&mut self, model: &Model, sums: &[Sums], time: Time) {
        for base in Base::ALL {
            let Some(amounts) = amounts(model, sums, base) else { continue };
            if time != Time::Total && matches!(base, Base::CommittedUsd | Base::CommittedUsdPerYear) {
                continue;
            }
            let found = Concentration::of(&amounts);
            let mut put = |metric, value: Option<f64>| self.push(metric, Scope::Base(base), time, value.unwrap_or(f64::NAN));
            put("hhi", found.as_ref().map(|found| found.hhi));
            put("cr1_share", found.as_ref().map(|found| found.cr1));
            put("cr3_share", found.as_ref().map(|found| found.cr3));
            put("effective_vendors", found.as_ref().map(|found| found.effective_entropy));
            put("effective_vendors_inverse", found.as_ref().map(|found| found.effective_inverse));
            if matches!(base, Base::ItPower | Base::ActiveGpuHours | Base::ServedGpuHours) {
                let all: f64 = amounts.iter().sum();
                let metric = match base {
                    Base::ItPower => "it_mw_share",
                    Base::ActiveGpuHours => "active_gpu_hours_share",
                    _ => "served_gpu_hours_share",
                };
                for (vendor, amount) in amounts.iter().enumerate() {
                    let is_unknown = base == Base::ItPower && model.vendors[vendor].power_unknown;
                    self.push(metric, Scope::Vendor(vendor), time, if is_unknown { f64::NAN } else { amount / all });
                }
            }
        }
    }

    fn users(&mut self, model: &Model, sums: &[Sums], time: Time) {
        if time != Time::Total {
            return;
        }
        let workloads = model.workloads.len();
        let mut teams = vec![(GpuTime::ZERO, 0.0); model.teams.len()];
        for (user, (_, team)) in model.users().enumerate() {
            let scope = if user < workloads { Scope::Workload(user) } else { Scope::Service(user - workloads) };
            let sum = |pick: fn(&Usage) -> GpuTime| sums.iter().map(|sums| pick(&sums.users[user])).sum::<GpuTime>();
            let cost = sums.iter().map(|sums| sums.charged[user]).sum::<Cost>().usd();
            self.push("allocated_gpu_hours", scope, time, sum(|usage| usage.allocated).hours());
            self.push("useful_gpu_hours", scope, time, sum(Usage::useful).hours());
            self.push("lost_gpu_hours", scope, time, sum(|usage| usage.lost).hours());
            self.push("restart_and_checkpoint_gpu_hours", scope, time, sum(|usage| usage.restarts + usage.blocked).hours());
            self.push("charged_usd", scope, time, cost);
            teams[team.index()].0 += sum(|usage| usage.allocated);
            teams[team.index()].1 += cost;
        }
        for (team, (allocated, cost)) in teams.into_iter().enumerate() {
            self.push("allocated_gpu_hours", Scope::Team(team), time, allocated.hours());
            self.push("charged_usd", Scope::Team(team), time, cost);
        }
    }

    fn services(&mut self, model: &Model, observation: &Observation, sums: &[Sums], time: Time) {
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
                let allocated: GpuTime = sums.iter().map(|sums| sums.users[user].allocated).sum();
                let cost = sums.iter().map(|sums| sums.charged[user]).sum::<Cost>().usd();
                put("tokens_within_objective_per_gpu_hour", row.within_objective_tokens / allocated.hours());
                put("usd_per_million_tokens_within_objective", cost * 1e6 / row.within_objective_tokens);
            }
        }
    }

    fn month(&mut self, model: &Model, sums: &[Sums], observation: &Observation, month: usize) {
        let last = observation.periods.iter().rposition(|period| period.month == month);
        for (cluster, sums) in sums.iter().enumerate() {
            let mut put = |metric, value| self.push(metric, Scope::Cluster(cluster), Time::Month(month), value);
            let installed = last.map_or(0, |period| observation.clusters[period][cluster].installed_at_end);
            put("installed_gpus", installed as f64);
            put("installed_gpu_hours", sums.cell.installed_total().hours());
            put("active_gpu_hours", sums.cell.active().hours());
            put("allocated_gpu_hours", sums.cell.allocated.hours());
            put("busy_gpu_hours", sums.users.iter().map(|user| user.busy).sum::<GpuTime>().hours());
            put("useful_gpu_hours", sums.users.iter().map(Usage::useful).sum::<GpuTime>().hours());
            put("lost_gpu_hours", sums.users.iter().map(|user| user.lost).sum::<GpuTime>().hours());
            put("cost_usd", sums.costs.iter().copied().sum::<Cost>().usd());
            put("energy_kwh", sums.energy_kwh);
            let power = &model.clusters[cluster].power;
            put("carbon_t", sums.energy_kwh * power.carbon_g_per_kwh / 1e6);
            // What the grid must be able to carry for the GPUs that are there.
            put("peak_mw", installed as f64 * power.it_kw_per_gpu * power.pue_peak / 1e3);
        }
    }

    fn jobs(&mut self, model: &Model, observation: &Observation) {
        let mut all = JobStatistics::default();
        for (workload, statistics) in observation.jobs.iter().enumerate() {
            self.jobs_of(statistics, Scope::Workload(workload));
            add(&mut all, statistics);
        }
        if !model.workloads.is_empty() {
            self.jobs_of(&all, Scope::All);
        }
    }

    fn jobs_of(&mut self, statistics: &JobStatistics, scope: Scope) {
        let seconds = |ms: Option<f64>| ms.map_or(f64::NAN, |ms| ms / 1e3);
        let quantile = |histogram: &LogLinearHistogram, q: f64| seconds(histogram.quantile(q));
        let mut put = |metric, value| self.push(metric, scope, Time::Total, value);
        let share = |count: u64, of: u64| count as f64 / of as f64;
        let statistic = statistics;
        put("jobs_submitted", statistic.submitted as f64);
        put("jobs_completed", statistic.completed as f64);
        put("jobs_failed", statistic.failed as f64);
        put("jobs_cancelled", statistic.cancelled as f64);
        put("jobs_rejected", statistic.rejected.iter().sum::<u64>() as f64);
        put("jobs_censored_running", statistic.censored_running as f64);
        put("jobs_censored_queued", statistic.censored_queued as f64);
        put("wait_s_mean", seconds(statistic.wait.mean()));
        put("wait_s_p50", quantile(&statistic.wait, 0.5));
        put("wait_s_p90", quantile(&statistic.wait, 0.9));
        put("wait_s_p99", quantile(&statistic.wait, 0.99));
        put("waits_that_are_lower_bounds", statistic.wait_censored as f64);
        put("completion_s_mean", seconds(statistic.completion.mean()));
        put("completion_s_p50", quantile(&statistic.completion, 0.5));
        put("completion_s_p90", quantile(&statistic.completion, 0.9));
        put("completion_s_p99", quantile(&statistic.completion, 0.99));
        put("bounded_slowdown_mean", statistic.slowdown_sum / statistic.ended() as f64);
        put("deadline_miss_share", share(statistic.deadline_misses, statistic.submitted));
        put("preemptions", statistic.preemptions as f64);
        put("interruptions", statistic.interruptions as f64);
    }
}

const COST_METRICS: [&str; 5] =
    ["cost_committed_used_usd", "cost_unused_usd", "cost_on_demand_usd", "cost_spot_usd", "cost_power_usd"];

/// Hours of the measured span, or of its part.
fn hours(model: &Model, time: Time) -> f64 {
    let months = model.calendar.months().iter().filter(|month| match time {
        Time::Year(year) => month.year == year,
        Time::Total | Time::Month(_) => true,
    });
    months.map(|month| (month.end - month.begin.max(model.warm_up).min(month.end)).hours()).sum()
}

fn is_in(model: &Model, period: &crate::metrics::Period, time: Time) -> bool {
    period.measured
        && match time {
            Time::Total => true,
            Time::Year(year) => model.calendar.months()[period.month].year == year,
            Time::Month(month) => period.month == month,
        }
}

/// Sums by cluster, and settlements by vendor.
fn sums(model: &Model, observation: &Observation, ledger: &Ledger, time: Time) -> (Vec<Sums>, Vec<Cost>) {
    let users = model.users().count();
    let empty = Sums { users: vec![Usage::default(); users], charged: vec![Cost::ZERO; users], ..Sums::default() };
    let mut sums = vec![empty; model.clusters.len()];
    let mut settled = vec![Cost::ZERO; model.vendors.len()];
    for (index, _) in observation.periods.iter().enumerate().filter(|(_, period)| is_in(model, period, time)) {
        for (cluster, sums) in sums.iter_mut().enumerate() {
            let cell = &observation.clusters[index][cluster];
            add_cell(&mut sums.cell, cell);
            sums.energy_kwh += energy_kwh(&model.clusters[cluster], cell);
            for (sum, usage) in sums.users.iter_mut().zip(&observation.usage[index][cluster]) {
                add_usage(sum, usage);
            }
        }
    }
    for line in ledger.lines.iter().filter(|line| is_in(model, &observation.periods[line.period], time)) {
        match line.cluster {
            Some(cluster) => {
                let sums = &mut sums[cluster.index()];
                sums.costs[line.category as usize] += line.cost;
                if let Some(user) = line.user {
                    sums.charged[user] += line.cost;
                }
            }
            None => settled[line.vendor.index()] += line.cost,
        }
    }
    (sums, settled)
}

fn add_cell(sum: &mut ClusterPeriod, cell: &ClusterPeriod) {
    for (sum, part) in sum.installed.iter_mut().zip(cell.installed) {
        *sum += part;
    }
    for (sum, part) in sum.allocated_by_kind.iter_mut().zip(cell.allocated_by_kind) {
        *sum += part;
    }
    sum.out += cell.out;
    sum.allocated += cell.allocated;
}

fn add_usage(sum: &mut Usage, usage: &Usage) {
    sum.allocated += usage.allocated;
    sum.busy += usage.busy;
    sum.lost += usage.lost;
    sum.restarts += usage.restarts;
    sum.blocked += usage.blocked;
    sum.missed += usage.missed;
}

fn add(sum: &mut JobStatistics, part: &JobStatistics) {
    sum.submitted += part.submitted;
    sum.completed += part.completed;
    sum.failed += part.failed;
    sum.cancelled += part.cancelled;
    for (sum, part) in sum.rejected.iter_mut().zip(part.rejected) {
        *sum += part;
    }
    sum.censored_running += part.censored_running;
    sum.censored_queued += part.censored_queued;
    sum.wait.merge(&part.wait);
    sum.wait_censored += part.wait_censored;
    sum.completion.merge(&part.completion);
    sum.slowdown_sum += part.slowdown_sum;
    sum.deadline_misses += part.deadline_misses;
    sum.preemptions += part.preemptions;
    sum.interruptions += part.interruptions;
}

/// Amounts by vendor, or by common cause.
fn amounts(model: &Model, sums: &[Sums], base: Base) -> Option<Vec<f64>> {
    let by_vendor = |value: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..model.vendors.len()).map(|vendor| model.clusters_of(vendor.into()).map(|(id, _)| value(id.index())).sum()).collect()
    };
    let contracts = |value: &dyn Fn(&crate::model::contract::Contract) -> f64| -> Option<Vec<f64>> {
        let is_known = |vendor: usize| !model.vendors[vendor].commitment_unknown;
        let sum = |vendor: usize| {
            let theirs = model.contracts.iter().filter(|contract| contract.vendor.index() == vendor && is_known(vendor));
            theirs.map(value).sum()
        };
        (!model.contracts.is_empty()).then(|| (0..model.vendors.len()).map(sum).collect())
    };
    let power = |index: usize| {
        let cluster = &model.clusters[index];
        let is_known = !model.vendors[cluster.vendor.index()].power_unknown;
        if is_known { sums[index].cell.installed_total().hours() * cluster.power.it_kw_per_gpu } else { 0.0 }
    };
    let by_cause = |cause: &dyn Fn(usize) -> String| -> Vec<f64> {
        let mut causes: Vec<(String, f64)> = Vec::new();
        for index in 0..sums.len() {
            match causes.iter_mut().find(|(name, _)| *name == cause(index)) {
                Some((_, sum)) => *sum += power(index),
                None => causes.push((cause(index), power(index))),
            }
        }
        causes.into_iter().map(|(_, sum)| sum).collect()
    };
    Some(match base {
        Base::CommittedUsd => contracts(&|contract| contract.value.usd())?,
        Base::CommittedUsdPerYear => contracts(&|contract| contract.value.usd() / (contract.term.days() / 365.25))?,
        Base::ItPower => by_vendor(&power),
        Base::ActiveGpuHours => by_vendor(&|index| sums[index].cell.active().hours()),
        Base::ServedGpuHours => by_vendor(&|index| sums[index].cell.allocated.hours()),
        Base::Supplier => by_cause(&|index| model.clusters[index].supplier.clone()),
        Base::Developer => by_cause(&|index| model.clusters[index].developer.clone()),
        Base::Grid => by_cause(&|index| model.clusters[index].grid.clone()),
        Base::Jurisdiction => by_cause(&|index| model.clusters[index].jurisdiction.clone()),
    })
}
