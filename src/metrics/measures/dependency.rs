//! How far the buyer depends on single vendors and on what they have in common.

use super::placing::Placing;
use super::sums::{ClusterSums, Sums};
use super::{Base, Collector, Scope, Time};
use crate::metrics::catalog::{self, Metric};
use crate::metrics::dependency::{Concentration, adjusted_dependence};
use crate::model::Model;
use crate::model::contract::Contract;

impl Collector {
    /// Dependence that is left when the load of a vendor goes where the others have idle GPUs in the same month. Told of H100e-hours served, and
    /// of every base on which vendors have shares: what was signed is weighed by what of the load could move.
    pub(super) fn substitutability(&mut self, model: &Model, placing: Option<&Placing>, sums: &Sums) {
        let Some(placing) = placing else { return };
        let served = |cluster: usize| sums.clusters[cluster].cell.allocated.hours() * model.clusters[cluster].h100_equivalents;
        let load = |vendor: usize| -> f64 { model.clusters_of(vendor.into()).map(|(id, _)| served(id.index())).sum() };
        let loads: Vec<f64> = (0..model.vendors.len()).map(load).collect();
        let all: f64 = loads.iter().sum();
        let with_vendors = Base::ALL.into_iter().filter_map(|base| Some((base, base.adjusted()?)));
        let bases: Vec<(Base, &'static Metric, Vec<f64>)> =
            with_vendors.filter_map(|(base, metric)| Some((base, metric, amounts(model, &sums.clusters, base)?))).collect();
        for (vendor, &own) in loads.iter().enumerate() {
            let substitutable = placing.substitutable(model, vendor, sums.time);
            self.record(&catalog::SUBSTITUTABLE_SHARE, Scope::Vendor(vendor), sums.time, substitutable);
            self.record(
                &catalog::ADJUSTED_DEPENDENCE_SHARE,
                Scope::Vendor(vendor),
                sums.time,
                adjusted_dependence(own / all, substitutable),
            );
            for (base, metric, amounts) in &bases {
                let is_unknown = match base {
                    Base::ItPower => model.vendors[vendor].power_unknown,
                    Base::CommittedUsd | Base::CommittedUsdPerYear => model.vendors[vendor].commitment_unknown,
                    _ => false,
                };
                let share = if is_unknown { f64::NAN } else { amounts[vendor] / amounts.iter().sum::<f64>() };
                self.record(metric, Scope::Vendor(vendor), sums.time, adjusted_dependence(share, substitutable));
            }
        }
    }

    /// Shares of vendors and of common causes. Vendors whose commitment or power is not public are left out of the bases that need it; the
    /// report says so.
    pub(super) fn dependency(&mut self, model: &Model, sums: &Sums) {
        let time = sums.time;
        for base in Base::ALL {
            if time != Time::Total && !base.varies() {
                continue;
            }
            let Some(amounts) = amounts(model, &sums.clusters, base) else { continue };
            let found = Concentration::of(&amounts);
            let mut put = |metric, value: Option<f64>| self.record(metric, Scope::Base(base), time, value.unwrap_or(f64::NAN));
            put(&catalog::HHI, found.as_ref().map(|found| found.hhi));
            put(&catalog::CR1_SHARE, found.as_ref().map(|found| found.cr1));
            put(&catalog::CR3_SHARE, found.as_ref().map(|found| found.cr3));
            put(&catalog::EFFECTIVE_VENDORS, found.as_ref().map(|found| found.effective_entropy));
            put(&catalog::EFFECTIVE_VENDORS_INVERSE, found.as_ref().map(|found| found.effective_inverse));
            if let Some(metric) = base.share() {
                let all: f64 = amounts.iter().sum();
                for (vendor, amount) in amounts.iter().enumerate() {
                    let is_unknown = base == Base::ItPower && model.vendors[vendor].power_unknown;
                    self.record(metric, Scope::Vendor(vendor), time, if is_unknown { f64::NAN } else { amount / all });
                }
            }
        }
    }
}

/// Amounts by vendor, or by common cause.
fn amounts(model: &Model, sums: &[ClusterSums], base: Base) -> Option<Vec<f64>> {
    let by_vendor = |value: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..model.vendors.len()).map(|vendor| model.clusters_of(vendor.into()).map(|(id, _)| value(id.index())).sum()).collect()
    };
    let contracts = |value: &dyn Fn(&Contract) -> f64| -> Option<Vec<f64>> {
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
        Base::CommittedUsdPerYear => contracts(&|contract| contract.value.usd() / (contract.stated_term().days() / 365.25))?,
        Base::ItPower => by_vendor(&power),
        Base::ActiveGpuHours => by_vendor(&|index| sums[index].cell.active().hours()),
        Base::ServedGpuHours => by_vendor(&|index| sums[index].cell.allocated.hours()),
        Base::Supplier => by_cause(&|index| model.clusters[index].supplier.clone()),
        Base::Developer => by_cause(&|index| model.clusters[index].developer.clone()),
        Base::Grid => by_cause(&|index| model.clusters[index].grid.clone()),
        Base::Jurisdiction => by_cause(&|index| model.clusters[index].jurisdiction.clone()),
    })
}
