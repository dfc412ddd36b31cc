//! How far the buyer depends on single vendors and on what they have in common.

use super::placing::Placing;
use super::sums::{Sums, measured};
use super::{Base, Collector, Scope, Time};
use crate::metrics::catalog::{self, Metric};
use crate::metrics::dependency::{Bounds, Concentration, adjusted_dependence, shares};
use crate::model::Model;
use crate::model::contract::Contract;
use crate::units::{Cost, GpuTime, SimTime};

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
            with_vendors.filter_map(|(base, metric)| Some((base, metric, amounts(model, sums, base)?))).collect();
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
                let known = shares(amounts).filter(|_| !is_unknown(model, *base, vendor));
                let share = known.map_or(f64::NAN, |shares| shares[vendor]);
                self.record(metric, Scope::Vendor(vendor), sums.time, adjusted_dependence(share, substitutable));
            }
        }
    }

    /// Shares of vendors and of common causes. Vendors whose commitment or power is not public are left out of the bases that need it, and
    /// bounds say what they could change.
    pub(super) fn dependency(&mut self, model: &Model, sums: &Sums) {
        let time = sums.time;
        for base in Base::ALL {
            if time != Time::Total && !base.varies() {
                continue;
            }
            let Some(amounts) = amounts(model, sums, base) else { continue };
            let found = Concentration::of(&amounts);
            let mut put = |metric, value: Option<f64>| self.record(metric, Scope::Base(base), time, value.unwrap_or(f64::NAN));
            put(&catalog::HHI, found.as_ref().map(|found| found.hhi));
            put(&catalog::CR1_SHARE, found.as_ref().map(|found| found.cr1));
            put(&catalog::CR3_SHARE, found.as_ref().map(|found| found.cr3));
            put(&catalog::EFFECTIVE_VENDORS, found.as_ref().map(|found| found.effective_entropy));
            put(&catalog::EFFECTIVE_VENDORS_INVERSE, found.as_ref().map(|found| found.effective_inverse));
            self.bounds(model, sums, base, &amounts);
            if let Some(metric) = base.share() {
                let shares = shares(&amounts);
                for vendor in 0..amounts.len() {
                    let known = shares.as_ref().filter(|_| !is_unknown(model, base, vendor));
                    self.record(metric, Scope::Vendor(vendor), time, known.map_or(f64::NAN, |shares| shares[vendor]));
                }
            }
        }
    }

    /// Between what the concentration lies, where a vendor is unknown on a base.
    fn bounds(&mut self, model: &Model, sums: &Sums, base: Base, amounts: &[f64]) {
        let Some(ranges) = ranges(model, sums, base, amounts) else { return };
        let found = Bounds::of(&ranges);
        let mut put = |metric, value: Option<f64>| self.record(metric, Scope::Base(base), sums.time, value.unwrap_or(f64::NAN));
        put(&catalog::HHI_LOWER_BOUND, found.map(|found| found.hhi[0]));
        put(&catalog::HHI_UPPER_BOUND, found.map(|found| found.hhi[1]));
        put(&catalog::CR1_LOWER_BOUND_SHARE, found.map(|found| found.cr1[0]));
        put(&catalog::CR1_UPPER_BOUND_SHARE, found.map(|found| found.cr1[1]));
    }
}

/// Whether a vendor's amount on a base is not public. What is planned and billed follows from the simulated capacity, so that it is unknown
/// only of a vendor that has none.
fn is_unknown(model: &Model, base: Base, vendor: usize) -> bool {
    let facts = &model.vendors[vendor];
    match base {
        Base::ItPower => facts.power_unknown,
        Base::CommittedUsd | Base::CommittedUsdPerYear => facts.commitment_unknown,
        Base::PlannedUsd | Base::BilledUsd => facts.commitment_unknown && model.is_without_capacity(vendor.into()),
        _ => false,
    }
}

/// Within what each vendor's amount lies; none where all are known. An unknown one lies between nothing and as much as the largest known,
/// or what its simulated capacity costs or draws, if that is more; its commitment in the range that the scenario states, if it does. A
/// range of USD is spread over years as the known contracts are on average.
fn ranges(model: &Model, sums: &Sums, base: Base, amounts: &[f64]) -> Option<Vec<[f64; 2]>> {
    let is_unknown = |vendor: usize| is_unknown(model, base, vendor);
    if base.share().is_none() && base.adjusted().is_none() || !(0..amounts.len()).any(is_unknown) {
        return None;
    }
    let largest = (0..amounts.len()).filter(|&vendor| !is_unknown(vendor)).fold(0.0_f64, |most, vendor| most.max(amounts[vendor]));
    let measured = [model.warm_up, model.horizon()];
    let years = match base {
        Base::CommittedUsdPerYear => committed_years(model),
        _ => 1.0,
    };
    let simulated = |vendor: usize| match base {
        Base::CommittedUsd => planned_usd(model, vendor, measured),
        Base::CommittedUsdPerYear => planned_usd(model, vendor, measured) / ((measured[1] - measured[0]).days() / 365.25),
        Base::ItPower => it_power(model, sums, vendor),
        _ => 0.0,
    };
    let range = |vendor: usize| match (is_unknown(vendor), model.vendors[vendor].commitment_range) {
        (false, _) => [amounts[vendor]; 2],
        (true, Some(range)) if matches!(base, Base::CommittedUsd | Base::CommittedUsdPerYear) => range.map(|end| end.usd() / years),
        (true, _) => [0.0, largest.max(simulated(vendor))],
    };
    Some((0..amounts.len()).map(range).collect())
}

/// The mean term of the contracts whose value is known, weighted by what they cost a year \[years\]; 1 without such a contract.
fn committed_years(model: &Model) -> f64 {
    let known = || model.contracts.iter().filter(|contract| !model.vendors[contract.vendor.index()].commitment_unknown);
    let total: f64 = known().map(|contract| contract.value.usd()).sum();
    let per_year: f64 = known().map(Contract::usd_per_year).sum();
    if per_year > 0.0 { total / per_year } else { 1.0 }
}

/// What a vendor's planned reserved capacity costs between two instants \[USD\]: at its price, which follows from the contract's value
/// where none is stated. A framework without named capacity is spread evenly over its term.
fn planned_usd(model: &Model, vendor: usize, [begin, end]: [SimTime; 2]) -> f64 {
    let clusters = model.clusters_of(vendor.into());
    let named: f64 = clusters.map(|(_, cluster)| cluster.planned_cost(begin, end).usd()).sum();
    let frameworks =
        model.contracts.iter().filter(|contract| contract.vendor.index() == vendor && contract.planned == GpuTime::ZERO);
    let spread = |contract: &Contract| {
        let within = (contract.end().min(end) - contract.start.max(begin)).days().max(0.0);
        contract.value.usd() * within / contract.term.days()
    };
    named + frameworks.map(spread).sum::<f64>()
}

/// IT power of a vendor's delivered GPUs times hours \[kWh\], whether or not it is public.
fn it_power(model: &Model, sums: &Sums, vendor: usize) -> f64 {
    let clusters = model.clusters_of(vendor.into());
    clusters.map(|(id, cluster)| sums.clusters[id.index()].cell.installed_total().hours() * cluster.power.it_kw_per_gpu).sum()
}

/// Amounts by vendor, or by common cause.
fn amounts(model: &Model, sums: &Sums, base: Base) -> Option<Vec<f64>> {
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
        if is_known { sums.clusters[index].cell.installed_total().hours() * cluster.power.it_kw_per_gpu } else { 0.0 }
    };
    let by_cause = |cause: &dyn Fn(usize) -> String| -> Vec<f64> {
        let mut causes: Vec<(String, f64)> = Vec::new();
        for index in 0..sums.clusters.len() {
            match causes.iter_mut().find(|(name, _)| *name == cause(index)) {
                Some((_, sum)) => *sum += power(index),
                None => causes.push((cause(index), power(index))),
            }
        }
        causes.into_iter().map(|(_, sum)| sum).collect()
    };
    Some(match base {
        Base::CommittedUsd => contracts(&|contract| contract.value.usd())?,
        Base::CommittedUsdPerYear => contracts(&Contract::usd_per_year)?,
        Base::PlannedUsd => (0..model.vendors.len()).map(|vendor| planned_usd(model, vendor, measured(model, sums.time))).collect(),
        Base::BilledUsd => {
            let of_clusters = by_vendor(&|index| sums.clusters[index].costs.iter().copied().sum::<Cost>().usd());
            let others = |vendor: usize| (sums.settled[vendor].iter().copied().sum::<Cost>() + sums.egress[vendor]).usd();
            of_clusters.into_iter().enumerate().map(|(vendor, usd)| usd + others(vendor)).collect()
        }
        Base::ItPower => by_vendor(&power),
        Base::ActiveGpuHours => by_vendor(&|index| sums.clusters[index].cell.active().hours()),
        Base::ServedGpuHours => by_vendor(&|index| sums.clusters[index].cell.allocated.hours()),
        Base::Supplier => by_cause(&|index| model.clusters[index].supplier.clone()),
        Base::Developer => by_cause(&|index| model.clusters[index].developer.clone()),
        Base::Grid => by_cause(&|index| model.clusters[index].grid.clone()),
        Base::Jurisdiction => by_cause(&|index| model.clusters[index].jurisdiction.clone()),
    })
}
