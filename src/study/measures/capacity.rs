//! GPU-hours, energy and money of clusters, of vendors and of all.

use super::sums::{ClusterSums, Costs, Sums, is_month_in};
use super::{Reading, Scope, Time};
use crate::metrics::Observation;
use crate::metrics::ledger::Category;
use crate::model::Model;
use crate::units::{Cost, GpuTime};

const COST_METRICS: [&str; Category::ALL.len()] = [
    "cost_committed_used_usd",
    "cost_unused_usd",
    "cost_on_demand_usd",
    "cost_spot_usd",
    "cost_power_usd",
    "cost_egress_usd",
    "cost_prepayment_usd",
    "cost_prepayment_lost_usd",
    "cost_delay_damages_usd",
    "cost_termination_fee_usd",
    "cost_outage_credit_usd",
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

impl Reading {
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
        let mut put = |metric, value| self.push(metric, group.scope, sums.time, value);
        put("installed_gpu_hours", gpu_hours(|sums| sums.cell.installed_total()));
        put("active_gpu_hours", active);
        put("allocated_gpu_hours", allocated);
        put("busy_gpu_hours", busy);
        put("useful_gpu_hours", useful);
        put("out_gpu_hours", gpu_hours(|sums| sums.cell.out));
        if !model.power_caps.is_empty() {
            put("out_for_power_gpu_hours", gpu_hours(|sums| sums.cell.dark));
        }
        if model.clusters.iter().any(|cluster| cluster.evictions.is_some()) {
            put("out_for_spot_gpu_hours", gpu_hours(|sums| sums.cell.taken_back));
        }
        put("lost_gpu_hours", gpu_hours(|sums| sums.lost));
        put("restart_and_checkpoint_gpu_hours", gpu_hours(|sums| sums.restarts));
        put("active_h100e_hours", h100e(|sums| sums.cell.active()));
        put("allocated_h100e_hours", h100e(|sums| sums.cell.allocated));
        put("useful_h100e_hours", useful_h100e);
        put("allocation_share", allocated / active);
        put("utilisation_share", busy / active);
        put("goodput_share", useful / active);
        let energy: f64 = clusters().map(|(_, sums)| sums.energy_kwh).sum();
        put("energy_kwh", energy);
        put("carbon_t", clusters().map(|(cluster, sums)| sums.energy_kwh * cluster.power.carbon_g_per_kwh / 1e6).sum());
        put("power_mw_mean", energy / sums.hours / 1e3);
        let mut all = Cost::ZERO;
        for (category, word) in Category::ALL.into_iter().zip(COST_METRICS) {
            let of_clusters = clusters().map(|(_, sums)| sums.costs[category as usize]);
            let cost: Cost = of_clusters.chain(settled.iter().map(|costs| costs[category as usize])).sum();
            all += cost;
            // Egress has figures of its own.
            if category.is_in(model) && category != Category::Egress {
                put(word, cost.usd());
            }
        }
        if let Some(egress) = egress {
            all += egress.cost;
            put("cost_egress_usd", egress.cost.usd());
            put("egress_gb", egress.megabytes as f64 / 1e3);
        }
        put("cost_usd", all.usd());
        put("usd_per_useful_h100e_hour", all.usd() / useful_h100e);
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
            self.push("late_mw_months", group.scope, time, group.clusters.iter().map(late).sum());
        }
    }

    /// What stands at a month's end, measured or not.
    pub(super) fn standing(&mut self, model: &Model, observation: &Observation, month: usize) {
        let time = Time::Month(month);
        let last = observation.periods.iter().rposition(|period| period.month == month);
        let installed = |cluster: usize| last.map_or(0, |period| observation.clusters[period][cluster].installed_at_end);
        for group in groups(model, time) {
            let gpus: u64 = group.clusters.iter().map(|&cluster| installed(cluster)).sum();
            self.push("installed_gpus", group.scope, time, gpus as f64);
            // What the grid must be able to carry for the GPUs that are there.
            let peak = |&cluster: &usize| {
                let power = &model.clusters[cluster].power;
                let dark = last.map_or(0, |period| observation.clusters[period][cluster].dark_at_end);
                (installed(cluster) - dark) as f64 * power.it_kw_per_gpu * power.pue_peak / 1e3
            };
            self.push("peak_mw", group.scope, time, group.clusters.iter().map(peak).sum());
        }
    }
}
