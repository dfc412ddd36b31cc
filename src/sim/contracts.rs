//! Contract timelines: what a contract does in a future follows from its deliveries, whatever the policy.

use super::delays::Delivery;
use crate::metrics::Timeline;
use crate::metrics::timeline::{Ending, Lateness, Release};
use crate::model::Model;
use crate::model::contract::Contract;
use crate::model::ramp::{CapacityKind, Tranche};
use crate::units::{ClusterId, Gpus, SimTime};

/// A reserved tranche of a contract in a future: its cluster, its number, what was planned, and when it really comes, if it does.
struct Promise<'m> {
    cluster: ClusterId,
    number: usize,
    tranche: &'m Tranche,
    comes: Option<SimTime>,
    /// Its long-stop date, if it has not come by then.
    stops: Option<SimTime>,
}

/// The timeline of each contract in a future with these deliveries.
pub(super) fn timelines(model: &Model, deliveries: &[Vec<Delivery>]) -> Vec<Timeline> {
    model.contracts.iter().map(|contract| timeline(model, contract, &promises(model, contract, deliveries))).collect()
}

fn promises<'m>(model: &'m Model, contract: &Contract, deliveries: &[Vec<Delivery>]) -> Vec<Promise<'m>> {
    let mut promises = Vec::new();
    for &cluster in &contract.clusters {
        let ramp = model.clusters[cluster.index()].ramp.iter().enumerate();
        for (number, tranche) in ramp.filter(|(_, tranche)| tranche.kind == CapacityKind::Reserved) {
            let comes = match deliveries[cluster.index()][number] {
                // Capacity that exists at the scenario's start came when it was planned.
                _ if tranche.planned <= SimTime::ZERO => Some(tranche.planned),
                Delivery::At(date) => Some(date),
                Delivery::Cancelled => None,
            };
            let long_stop = contract.clauses.delay_damages.and_then(|clause| clause.long_stop);
            let stops = long_stop.map(|stop| tranche.due().saturating_add(stop));
            let stops = stops.filter(|&stop| tranche.planned > SimTime::ZERO && comes.is_none_or(|date| date > stop));
            promises.push(Promise { cluster, number, tranche, comes, stops });
        }
    }
    promises
}

fn timeline(model: &Model, contract: &Contract, promises: &[Promise<'_>]) -> Timeline {
    let clauses = &contract.clauses;
    let cut_short = contract.cut_short(model);
    let given_up = given_up(contract, promises).filter(|&at| at < cut_short);
    // A delivery at the very instant of an ending counts as delivered.
    let closes = given_up.unwrap_or(SimTime::NEVER).min(cut_short);
    let start = if clauses.starts_with_delivery {
        let awaited = promises.iter().filter(|promise| promise.tranche.planned >= contract.start && promise.stops.is_none());
        awaited.filter_map(|promise| promise.comes).min().filter(|&first| first <= closes).unwrap_or(SimTime::NEVER)
    } else {
        contract.start
    };
    let over = start.saturating_add(contract.term);
    // A contract that is over cannot be given up. Had it been over before, this would not have moved its start.
    let given_up = given_up.filter(|&at| at < over);
    let end = over.min(cut_short);
    let ending = if end == over {
        Ending::Term
    } else if model.vendors[contract.vendor.index()].defaults_at == Some(end) {
        Ending::Default
    } else {
        Ending::Buyer
    };
    let closes = given_up.unwrap_or(SimTime::NEVER).min(end);
    let release = |promise: &Promise<'_>| {
        let Promise { cluster, number, tranche, comes, stops } = *promise;
        let stopped = stops.filter(|&stop| stop < closes);
        let open = given_up.filter(|&at| tranche.due() > at || comes.is_some_and(|date| date > at));
        let at = stopped.or(open)?;
        Some(Release { at, cluster, number, is_paid_back: stopped.is_some() })
    };
    let released = promises.iter().filter_map(release).collect();
    let late = late(contract, promises, closes);
    Timeline { start, end, ending, late, given_up, released, called: None, withdrawn: Vec::new(), fees: Vec::new() }
}

/// When the buyer gives up on outstanding tranches, because enough of them have been late.
fn given_up(contract: &Contract, promises: &[Promise<'_>]) -> Option<SimTime> {
    let clause = contract.clauses.termination?;
    let is_late = |promise: &&Promise<'_>| {
        let limit = promise.tranche.due().saturating_add(clause.late);
        promise.comes.is_some_and(|date| date > limit) && promise.stops.is_none_or(|stop| stop > limit)
    };
    let mut instants: Vec<SimTime> =
        promises.iter().filter(is_late).map(|promise| promise.tranche.due().saturating_add(clause.late)).collect();
    instants.sort_unstable();
    instants.get((clause.times as usize).saturating_sub(1)).copied()
}

/// Late tranches for which the vendor owes damages, until they are delivered or given up.
fn late(contract: &Contract, promises: &[Promise<'_>], closes: SimTime) -> Vec<Lateness> {
    let Some(clause) = contract.clauses.delay_damages else { return Vec::new() };
    let mut late: Vec<Lateness> = (promises.iter())
        .filter_map(|promise| {
            let from = promise.tranche.due().saturating_add(clause.after);
            let until = promise.stops.or(promise.comes)?.min(closes);
            (from < until).then_some(Lateness { cluster: promise.cluster, gpus: Gpus::whole(promise.tranche.gpus), from, until })
        })
        .collect();
    late.sort_by_key(|late| late.from);
    late
}
