//! Sums over the periods of a span of time, which most figures are made from.

use super::Time;
use crate::metrics::ledger::{Category, Ledger, energy_kwh};
use crate::metrics::{ClusterPeriod, Observation, Period, Usage};
use crate::model::Model;
use crate::units::{Cost, GpuTime, SimTime};

/// What a span of time adds up to.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    /// The span.
    pub time: Time,
    /// Its length [h].
    pub hours: f64,
    /// Cluster by cluster.
    pub clusters: Vec<ClusterSums>,
    /// Vendor by vendor and by category: contracts' settlements, prepayments and fees, which belong to no cluster.
    pub settled: Vec<Costs>,
    /// Vendor by vendor: what is billed for data that left it.
    pub egress: Vec<Cost>,
    /// User by user: what it is charged for that.
    pub egress_charged: Vec<Cost>,
    /// Vendor by vendor: data that left it \[MB\].
    pub megabytes: Vec<u64>,
}

/// Money by category.
pub(super) type Costs = [Cost; Category::ALL.len()];

/// A cluster's part.
#[derive(Clone, Debug, Default)]
pub(super) struct ClusterSums {
    pub cell: ClusterPeriod,
    /// User by user.
    pub users: Vec<Usage>,
    /// Users together.
    pub busy: GpuTime,
    pub useful: GpuTime,
    pub lost: GpuTime,
    /// Restarts and blocking checkpoints.
    pub restarts: GpuTime,
    pub energy_kwh: f64,
    /// By category.
    pub costs: Costs,
    /// Charged to each user.
    pub charged: Vec<Cost>,
}

impl Sums {
    pub fn of(model: &Model, observation: &Observation, ledger: &Ledger, time: Time) -> Self {
        let users = model.users().count();
        let empty =
            ClusterSums { users: vec![Usage::default(); users], charged: vec![Cost::ZERO; users], ..ClusterSums::default() };
        let mut clusters = vec![empty; model.clusters.len()];
        let mut settled = vec![Costs::default(); model.vendors.len()];
        let (mut egress, mut egress_charged) = (vec![Cost::ZERO; model.vendors.len()], vec![Cost::ZERO; users]);
        let mut megabytes = vec![0; model.vendors.len()];
        for moved in observation.moved.iter().filter(|moved| is_in(model, &observation.periods[moved.period], time)) {
            megabytes[moved.from.index()] += moved.megabytes;
        }
        for (index, _) in observation.periods.iter().enumerate().filter(|(_, period)| is_in(model, period, time)) {
            for (cluster, sums) in clusters.iter_mut().enumerate() {
                let cell = &observation.clusters[index][cluster];
                add_cell(&mut sums.cell, cell);
                sums.energy_kwh += energy_kwh(&model.clusters[cluster], cell);
                for (sum, usage) in sums.users.iter_mut().zip(&observation.usage[index][cluster]) {
                    add_usage(sum, usage);
                }
            }
        }
        for sums in &mut clusters {
            let of_users = |pick: fn(&Usage) -> GpuTime| sums.users.iter().map(pick).sum::<GpuTime>();
            (sums.busy, sums.useful) = (of_users(|user| user.busy), of_users(Usage::useful));
            (sums.lost, sums.restarts) = (of_users(|user| user.lost), of_users(|user| user.restarts + user.blocked));
        }
        for line in ledger.lines.iter().filter(|line| is_in(model, &observation.periods[line.period], time)) {
            match line.cluster {
                Some(cluster) => {
                    let sums = &mut clusters[cluster.index()];
                    sums.costs[line.category as usize] += line.cost;
                    if let Some(user) = line.user {
                        sums.charged[user] += line.cost;
                    }
                }
                None if line.category == Category::Egress => {
                    egress[line.vendor.index()] += line.cost;
                    if let Some(user) = line.user {
                        egress_charged[user] += line.cost;
                    }
                }
                None => settled[line.vendor.index()][line.category as usize] += line.cost,
            }
        }
        Self { time, hours: hours(model, time), clusters, settled, egress, egress_charged, megabytes }
    }
}

impl Sums {
    /// All lines of the ledger in the span.
    pub fn bill(&self) -> Cost {
        let clusters = self.clusters.iter().flat_map(|sums| &sums.costs);
        clusters.chain(self.settled.iter().flatten()).chain(&self.egress).copied().sum()
    }
}

/// Whether a period counts in a span of time.
pub(super) fn is_in(model: &Model, period: &Period, time: Time) -> bool {
    period.measured && is_month_in(model, period.month, time)
}

/// Whether a month lies in a span of time.
pub(super) fn is_month_in(model: &Model, month: usize, time: Time) -> bool {
    match time {
        Time::Total => true,
        Time::Year(year) => model.calendar.months()[month].year == year,
        Time::Month(wanted) => month == wanted,
    }
}

/// The first and the last instant of the measured part of a span of time, which is one piece.
pub(super) fn measured(model: &Model, time: Time) -> [SimTime; 2] {
    let mut months = model.calendar.months().iter().enumerate().filter(|&(month, _)| is_month_in(model, month, time));
    let Some((_, first)) = months.next() else { return [SimTime::ZERO; 2] };
    let last = months.next_back().map_or(first, |(_, last)| last);
    [first.begin.max(model.warm_up).min(last.end), last.end]
}

/// The measured part of a span of time [h].
fn hours(model: &Model, time: Time) -> f64 {
    let months = model.calendar.months().iter().enumerate().filter(|&(month, _)| is_month_in(model, month, time));
    months.map(|(_, month)| (month.end - month.begin.max(model.warm_up).min(month.end)).hours()).sum()
}

fn add_cell(sum: &mut ClusterPeriod, cell: &ClusterPeriod) {
    for (sum, part) in sum.installed.iter_mut().zip(cell.installed) {
        *sum += part;
    }
    for (sum, part) in sum.allocated_by_kind.iter_mut().zip(cell.allocated_by_kind) {
        *sum += part;
    }
    sum.out += cell.out;
    sum.dark += cell.dark;
    sum.not_billed += cell.not_billed;
    sum.taken_back += cell.taken_back;
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
