//! GPU-hours, energy and money of clusters, of vendors and of all.

use super::sums::{ClusterSums, Costs, Sums, is_month_in};
use super::{Collector, Scope, Time};
use crate::metrics::catalog::Metric;
use crate::metrics::ledger::Category;
use crate::metrics::{Observation, catalog};
use crate::model::Model;
use crate::model::cluster::Cluster;
use crate::units::{Cost, GpuTime};

/// In the order of [`Category::ALL`].
static COST_METRICS: [&Metric; Category::ALL.len()] = [
    &catalog::COST_COMMITTED_USED_USD,
    &catalog::COST_UNUSED_USD,
    &catalog::COST_ON_DEMAND_USD,
    &catalog::COST_SPOT_USD,
    &catalog::COST_POWER_USD,
    &catalog::COST_COLOCATION_USD,
    &catalog::COST_EGRESS_USD,
    &catalog::COST_PREPAYMENT_USD,
    &catalog::COST_PREPAYMENT_LOST_USD,
    &catalog::COST_DELAY_DAMAGES_USD,
    &catalog::COST_TERMINATION_FEE_USD,
    &catalog::COST_OUTAGE_CREDIT_USD,
    &catalog::COST_SHORTFALL_CREDIT_USD,
];

/// Hours of a month on average.
const MONTH_HOURS: f64 = 365.25 / 12.0 * 24.0;

/// Clusters that are summed.
pub(super) struct Group {
    pub scope: Scope,
    pub clusters: Vec<usize>,
}

/// Data that left vendors.
struct Egress {
    cost: Cost,
    megabytes: u64,
}

impl Group {
    /// Egress belongs to a vendor and to none of its clusters.
    fn egress(&self, sums: &Sums) -> Option<Egress> {
        match self.scope {
            Scope::All => Some(Egress { cost: sums.egress.iter().copied().sum(), megabytes: sums.megabytes.iter().sum() }),
            Scope::Vendor(vendor) => Some(Egress { cost: sums.egress[vendor], megabytes: sums.megabytes[vendor] }),
            _ => None,
        }
    }
}

/// What there are figures of in a span of time: clusters have none by year.
pub(super) fn groups(model: &Model, time: Time) -> Vec<Group> {
    let clusters = 0..model.clusters.len();
    let of_vendor = |vendor: usize| Group {
        scope: Scope::Vendor(vendor),
        clusters: model.clusters_of(vendor.into()).map(|(id, _)| id.index()).collect(),
    };
    let mut groups = vec![Group { scope: Scope::All, clusters: clusters.clone().collect() }];
    groups.extend((0..model.vendors.len()).map(of_vendor));
    if !matches!(time, Time::Year(_)) {
        groups.extend(clusters.map(|cluster| Group { scope: Scope::Cluster(cluster), clusters: vec![cluster] }));
    }
    groups
}

impl Collector {
    pub(super) fn capacity(&mut self, model: &Model, sums: &Sums) {
        for group in groups(model, sums.time) {
            // A settlement belongs to a vendor and to none of its clusters.
            let settled = match group.scope {
                Scope::All => &sums.settled[..],
                Scope::Vendor(vendor) => &sums.settled[vendor..=vendor],
                _ => &[],
            };
            let egress = model.transfers.as_ref().and_then(|_| group.egress(sums));
            self.capacity_of(model, &group, sums, settled, egress);
        }
    }

    fn capacity_of(&mut self, model: &Model, group: &Group, sums: &Sums, settled: &[Costs], egress: Option<Egress>) {
        let clusters = || group.clusters.iter().map(|&index| (&model.clusters[index], &sums.clusters[index]));
        let gpu_hours = |value: fn(&ClusterSums) -> GpuTime| clusters().map(|(_, sums)| value(sums)).sum::<GpuTime>().hours();
        let h100e = |value: fn(&ClusterSums) -> GpuTime| {
            clusters().map(|(cluster, sums)| value(sums).hours() * cluster.h100_equivalents).sum::<f64>()
        };
        let active = gpu_hours(|sums| sums.cell.active());
        let allocated = gpu_hours(|sums| sums.cell.allocated);
        let (busy, useful) = (gpu_hours(|sums| sums.busy), gpu_hours(|sums| sums.useful));
        let useful_h100e = h100e(|sums| sums.useful);
        let mut put = |metric, value| self.record(metric, group.scope, sums.time, value);
        put(&catalog::INSTALLED_GPU_HOURS, gpu_hours(|sums| sums.cell.installed_total()));
        put(&catalog::ACTIVE_GPU_HOURS, active);
        put(&catalog::ALLOCATED_GPU_HOURS, allocated);
        put(&catalog::BUSY_GPU_HOURS, busy);
        put(&catalog::USEFUL_GPU_HOURS, useful);
        put(&catalog::OUT_GPU_HOURS, gpu_hours(|sums| sums.cell.out));
        if !model.power_caps.is_empty() {
            put(&catalog::OUT_FOR_POWER_GPU_HOURS, gpu_hours(|sums| sums.cell.dark));
        }
        if model.clusters.iter().any(|cluster| cluster.evictions.is_some()) {
            put(&catalog::OUT_FOR_SPOT_GPU_HOURS, gpu_hours(|sums| sums.cell.taken_back));
        }
        put(&catalog::LOST_GPU_HOURS, gpu_hours(|sums| sums.lost));
        put(&catalog::RESTART_AND_CHECKPOINT_GPU_HOURS, gpu_hours(|sums| sums.restarts));
        put(&catalog::ACTIVE_H100E_HOURS, h100e(|sums| sums.cell.active()));
        put(&catalog::ALLOCATED_H100E_HOURS, h100e(|sums| sums.cell.allocated));
        put(&catalog::USEFUL_H100E_HOURS, useful_h100e);
        if !matches!(sums.time, Time::Month(_)) {
            let paid = |of: &dyn Fn(&Cluster, &ClusterSums) -> GpuTime| {
                clusters().map(|(cluster, sums)| of(cluster, sums).hours() * cluster.h100_equivalents).sum::<f64>()
            };
            let reserved = |cluster: &Cluster, sums: &ClusterSums| {
                if model.pays_by_use(cluster) { sums.cell.allocated_by_kind[0] } else { sums.cell.available_reserved() }
            };
            put(&catalog::PAID_RESERVED_H100E_HOURS, paid(&reserved));
            put(&catalog::PAID_ON_DEMAND_H100E_HOURS, paid(&|_, sums| sums.cell.allocated_by_kind[1]));
            put(&catalog::PAID_SPOT_H100E_HOURS, paid(&|_, sums| sums.cell.allocated_by_kind[2]));
        }
        put(&catalog::ALLOCATION_SHARE, allocated / active);
        put(&catalog::UTILISATION_SHARE, busy / active);
        put(&catalog::GOODPUT_SHARE, useful / active);
        let energy: f64 = clusters().map(|(_, sums)| sums.energy_kwh).sum();
        put(&catalog::ENERGY_KWH, energy);
        put(&catalog::CARBON_T, clusters().map(|(cluster, sums)| sums.energy_kwh * cluster.power.carbon_g_per_kwh / 1e6).sum());
        put(&catalog::POWER_MW_MEAN, energy / sums.hours / 1e3);
        let mut all = Cost::ZERO;
        for (category, metric) in Category::ALL.into_iter().zip(COST_METRICS) {
            let of_clusters = clusters().map(|(_, sums)| sums.costs[category as usize]);
            let cost: Cost = of_clusters.chain(settled.iter().map(|costs| costs[category as usize])).sum();
            all += cost;
            // Egress has figures of its own.
            if category.is_in(model) && category != Category::Egress {
                put(metric, cost.usd());
            }
        }
        if let Some(egress) = egress {
            all += egress.cost;
            put(&catalog::COST_EGRESS_USD, egress.cost.usd());
            put(&catalog::EGRESS_GB, egress.megabytes as f64 / 1e3);
        }
        put(&catalog::COST_USD, all.usd());
        put(&catalog::USD_PER_USEFUL_H100E_HOUR, all.usd() / useful_h100e);
    }

    /// IT power that came late x how late \[MW x months of 30.44 days\], over the whole run, measured or not, and by the months in which it was
    /// missing. Clusters have it for the whole run only.
    pub(super) fn lateness(&mut self, model: &Model, observation: &Observation, time: Time) {
        let late = |&cluster: &usize| -> f64 {
            let months = observation.late[cluster].iter().enumerate().filter(|&(month, _)| is_month_in(model, month, time));
            let missing: GpuTime = months.map(|(_, &missing)| missing).sum();
            missing.hours() / MONTH_HOURS * model.clusters[cluster].power.it_kw_per_gpu / 1e3
        };
        let is_wanted = |group: &Group| time == Time::Total || !matches!(group.scope, Scope::Cluster(_));
        for group in groups(model, time).into_iter().filter(is_wanted) {
            self.record(&catalog::LATE_MW_MONTHS, group.scope, time, group.clusters.iter().map(late).sum());
        }
    }

    /// What stands at the end of a month or a year, measured or not.
    pub(super) fn standing(&mut self, model: &Model, observation: &Observation, time: Time) {
        let last = observation.periods.iter().rposition(|period| is_month_in(model, period.month, time));
        let installed = |cluster: usize| last.map_or(0, |period| observation.clusters[period][cluster].installed_at_end);
        let dark = |cluster: usize| last.map_or(0, |period| observation.clusters[period][cluster].dark_at_end);
        let kilowatts = |cluster: usize, gpus: u64| gpus as f64 * model.clusters[cluster].peak_kw_per_gpu();
        for group in groups(model, time) {
            let clusters = || group.clusters.iter().copied();
            let gpus: u64 = clusters().map(installed).sum();
            self.record(&catalog::INSTALLED_GPUS, group.scope, time, gpus as f64);
            if matches!(time, Time::Year(_)) {
                let all = clusters().map(|cluster| kilowatts(cluster, installed(cluster)));
                self.record(&catalog::INSTALLED_GW, group.scope, time, all.sum::<f64>() / 1e6);
            } else {
                // What the grid must be able to carry for the GPUs that are there.
                let carried = clusters().map(|cluster| kilowatts(cluster, installed(cluster) - dark(cluster)));
                self.record(&catalog::PEAK_MW, group.scope, time, carried.sum::<f64>() / 1e3);
            }
        }
    }
}
