//! What it would take to leave each vendor, on the scenario's first day and on the first of each month.

use super::summary::{Row, exact};
use crate::metrics::dependency::{Exit, SwitchingCost};
use crate::model::Model;
use crate::model::contract::Contract;
use crate::model::ramp::CapacityKind;
use crate::model::transfer::{DataSet, Link};
use crate::units::{Gpus, SimTime, Span, VendorId};

/// Exit time and switching cost by vendor, where the scenario says something of them: data that move, notice, or the lead of a replacement.
/// What it says nothing of is left out of the sums. The figures of the first day are those of the whole run.
pub(super) fn rows(model: &Model) -> Vec<Row> {
    if !model.states_exit() {
        return Vec::new();
    }
    let mut rows = Vec::new();
    let months = model.calendar.months().iter().map(|month| (month.begin.max(SimTime::ZERO), month.label()));
    let instants: Vec<(SimTime, String)> = std::iter::once((SimTime::ZERO, "total".to_owned())).chain(months).collect();
    for ((at, period), (index, vendor)) in
        instants.iter().flat_map(|instant| model.vendors.iter().enumerate().map(move |vendor| (instant, vendor)))
    {
        let (exit, cost) = leaving(model, index.into(), *at);
        let mut put = |metric, value| rows.push(exact(metric, "vendor", &vendor.key, period, Some(value)));
        put("exit_days", exit.days());
        put("exit_data_days", exit.data_days);
        put("exit_notice_days", exit.notice_days);
        put("exit_replacement_days", exit.replacement_days);
        put("switching_cost_usd", cost.total());
        put("switching_egress_usd", cost.egress);
        put("switching_double_running_usd", cost.double_running);
        put("switching_termination_usd", cost.termination);
        put("switching_unused_commitment_usd", cost.unused_commitment);
    }
    rows
}

/// Leaving at an instant. A contract that may be ended early for a fee costs the fee where that is less than what it would cost idle.
fn leaving(model: &Model, vendor: VendorId, at: SimTime) -> (Exit, SwitchingCost) {
    let megabytes: u64 = model.workloads.iter().filter_map(|workload| lies_only_with(model, vendor, workload.data.as_ref()?)).sum();
    let link = way_out(model, vendor);
    let data = link.map_or(Span::ZERO, |link| link.time(megabytes));
    let running = || model.contracts.iter().filter(|contract| contract.vendor == vendor && contract.end() > at);
    let exit = Exit {
        data_days: data.days(),
        notice_days: running().map(|contract| notice(contract, at).days()).fold(0.0, f64::max),
        replacement_days: model.vendors[vendor.index()].replacement_lead.map_or(0.0, Span::days),
    };
    let idle = |contract: &Contract| {
        let days = Exit { notice_days: notice(contract, at).days(), ..exit }.idle_days();
        contract.value.usd() * days / contract.term.days()
    };
    let fee = |contract: &Contract| {
        let share = contract.clauses.early_termination.map(|clause| clause.fee_share)?;
        Some(contract.value.usd() * share * left(contract, at).days() / contract.term.days())
    };
    let ends_early = |contract: &Contract| fee(contract).filter(|&fee| fee < idle(contract));
    let double_running = model.clusters_of(vendor).map(|(_, cluster)| {
        let there = cluster.ramp.iter().filter(|tranche| tranche.planned <= at && tranche.kind == CapacityKind::Reserved);
        let reserved: u64 = there.map(|tranche| tranche.gpus).sum();
        cluster.prices.reserved.of(Gpus::whole(reserved).over(data)).usd()
    });
    let cost = SwitchingCost {
        egress: link.map_or(0.0, |link| link.cost(megabytes).usd()),
        double_running: double_running.sum(),
        termination: running().filter_map(ends_early).sum(),
        unused_commitment: running().filter(|contract| ends_early(contract).is_none()).map(idle).sum(),
    };
    (exit, cost)
}

/// Notice, or what is left of the term where none may be given; never longer than that.
fn notice(contract: &Contract, at: SimTime) -> Span {
    let left = left(contract, at);
    contract.notice.map_or(left, |notice| notice.min(left))
}

/// What is left of a term, all of it before it begins.
fn left(contract: &Contract, at: SimTime) -> Span {
    contract.end() - contract.start.max(at)
}

/// The size of data that lie with a vendor and with no other \[MB\].
fn lies_only_with(model: &Model, vendor: VendorId, data: &DataSet) -> Option<u64> {
    let holders = data.source.iter().zip(&model.clusters).map(|(source, cluster)| source.unwrap_or(cluster.vendor));
    holders.into_iter().all(|holder| holder == vendor).then_some(data.megabytes)
}

/// The fastest link to another vendor; of equals the cheapest.
fn way_out(model: &Model, vendor: VendorId) -> Option<Link> {
    let transfers = model.transfers.as_ref()?;
    let others = (0..model.vendors.len()).map(VendorId::from).filter(|&other| other != vendor);
    let links = others.map(|other| transfers.link(vendor, other));
    links.min_by(|one, other| other.gbps.total_cmp(&one.gbps).then(one.nano_usd_per_gb.cmp(&other.nano_usd_per_gb)))
}
