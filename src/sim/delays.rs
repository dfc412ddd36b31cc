//! Deliveries: when tranches actually come.

use super::defaults::default_of;
use crate::kernel::random::Address;
use crate::model::Model;
use crate::model::calendar::Month;
use crate::model::cluster::Cluster;
use crate::units::{GpuTime, Gpus, ShockId, SimTime, Span};

/// The fate of a tranche in a future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It comes then.
    At(SimTime),
    /// It never comes.
    Cancelled,
}

/// The deliveries of a replication, by cluster and tranche. A tranche planned at the scenario's start or before is there; the others come
/// after the delay of a right of first refusal, their own slip and the largest common shock that hits them, unless their vendor defaults before.
/// Every draw depends on the cluster's name and the planned date, so that other tranches leave it unchanged.
#[must_use]
pub fn deliveries(model: &Model, replication: u64) -> Vec<Vec<Delivery>> {
    let shocks: Vec<f64> = model
        .shocks
        .iter()
        .map(|shock| {
            let address = Address::stream(model.seed, replication, "shocks").name(&shock.name);
            let hits = address.draws(0).uniform() < shock.probability;
            if hits { shock.days.sample(&mut address.draws(1)) } else { 0.0 }
        })
        .collect();
    let largest = |ids: &[ShockId]| ids.iter().map(|id| shocks[id.index()]).fold(0.0, f64::max);
    let stops: Vec<SimTime> = (model.vendors.iter())
        .map(|vendor| default_of(model, vendor, replication).map_or(SimTime::NEVER, |default| default.at))
        .collect();
    model
        .clusters
        .iter()
        .map(|cluster| {
            let stops = stops[cluster.vendor.index()];
            let address = Address::stream(model.seed, replication, "slips").name(&cluster.name);
            let mut twins = 0;
            let mut previous = None;
            cluster
                .ramp
                .iter()
                .map(|tranche| {
                    twins = if previous == Some(tranche.identity) { twins + 1 } else { 0 };
                    previous = Some(tranche.identity);
                    if tranche.planned <= SimTime::ZERO {
                        return Delivery::At(SimTime::ZERO);
                    }
                    let address = address.number(tranche.identity.ms().unsigned_abs()).number(twins);
                    let slip = &tranche.slip;
                    if address.draws(0).uniform() < slip.cancelled {
                        return Delivery::Cancelled;
                    }
                    let own =
                        if address.draws(1).uniform() < slip.probability { slip.days.sample(&mut address.draws(2)) } else { 0.0 };
                    // Deliveries are by whole days, as announcements are.
                    let days = (own + largest(&slip.shocks)).round().clamp(0.0, 100_000.0);
                    let due = tranche.due().saturating_add(tranche.late);
                    let date = due.saturating_add(Span::from_ms(days as i64 * Span::DAY.ms()));
                    if date >= stops { Delivery::Cancelled } else { Delivery::At(date) }
                })
                .collect()
        })
        .collect()
}

/// By cluster and month: GPU-time by which tranches came late, within the scenario. What never comes is late until the horizon. By the
/// announced dates, whatever clauses and rules make of a delay later.
#[must_use]
pub fn late(model: &Model, deliveries: &[Vec<Delivery>]) -> Vec<Vec<GpuTime>> {
    let of_cluster = |cluster: &Cluster, deliveries: &Vec<Delivery>| -> Vec<GpuTime> {
        let in_month = |month: &Month| -> GpuTime {
            let each = cluster.ramp.iter().zip(deliveries).map(|(tranche, delivery)| {
                let comes = match delivery {
                    Delivery::At(date) => *date,
                    Delivery::Cancelled => SimTime::NEVER,
                };
                let missing = comes.min(month.end) - tranche.planned.max(month.begin);
                Gpus::whole(tranche.gpus).over(missing)
            });
            each.sum()
        };
        model.calendar.months().iter().map(in_month).collect()
    };
    model.clusters.iter().zip(deliveries).map(|(cluster, deliveries)| of_cluster(cluster, deliveries)).collect()
}
