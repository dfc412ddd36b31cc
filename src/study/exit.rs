//! What it would take to leave each vendor on the scenario's first day.

use super::summary::{Row, exact};
use crate::metrics::dependency::{Exit, SwitchingCost};
use crate::model::Model;
use crate::model::contract::Contract;
use crate::model::ramp::CapacityKind;
use crate::model::transfer::{DataSet, Link};
use crate::units::{Gpus, SimTime, Span, VendorId};

/// Exit time and switching cost by vendor, where the scenario says something of them: data that move, notice, or the lead of a replacement.
/// What it says nothing of is left out of the sums. Fees for ending a contract early are not known here.
pub(super) fn rows(model: &Model) -> Vec<Row> {
    if !model.states_exit() {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for (index, vendor) in model.vendors.iter().enumerate() {
        let (exit, cost) = leaving(model, index.into());
        let mut put = |metric, value| rows.push(exact(metric, "vendor", &vendor.key, "total", Some(value)));
        put("exit_days", exit.days());
        put("exit_data_days", exit.data_days);
        put("exit_notice_days", exit.notice_days);
        put("exit_replacement_days", exit.replacement_days);
        put("switching_cost_usd", cost.total());
        put("switching_egress_usd", cost.egress);
        put("switching_double_running_usd", cost.double_running);
        put("switching_unused_commitment_usd", cost.unused_commitment);
    }
    rows
}

fn leaving(model: &Model, vendor: VendorId) -> (Exit, SwitchingCost) {
    let megabytes: u64 = model.workloads.iter().filter_map(|workload| lies_only_with(model, vendor, workload.data.as_ref()?)).sum();
    let link = way_out(model, vendor);
    let data = link.map_or(Span::ZERO, |link| link.time(megabytes));
    let running = || model.contracts.iter().filter(|contract| contract.vendor == vendor && contract.end() > SimTime::ZERO);
    let exit = Exit {
        data_days: data.days(),
        notice_days: running().map(|contract| notice(contract).days()).fold(0.0, f64::max),
        replacement_days: model.vendors[vendor.index()].replacement_lead.map_or(0.0, Span::days),
    };
    let idle = |contract: &Contract| {
        let days = Exit { notice_days: notice(contract).days(), ..exit }.idle_days();
        contract.value.usd() * days / contract.term.days()
    };
    let double_running = model.clusters_of(vendor).map(|(_, cluster)| {
        let there =
            cluster.ramp.iter().filter(|tranche| tranche.planned <= SimTime::ZERO && tranche.kind == CapacityKind::Reserved);
        let reserved: u64 = there.map(|tranche| tranche.gpus).sum();
        cluster.prices.reserved.of(Gpus::whole(reserved).over(data)).usd()
    });
    let cost = SwitchingCost {
        egress: link.map_or(0.0, |link| link.cost(megabytes).usd()),
        double_running: double_running.sum(),
        termination: 0.0,
        unused_commitment: running().map(idle).sum(),
    };
    (exit, cost)
}

/// Notice, or what is left of the term where none may be given; never longer than that.
fn notice(contract: &Contract) -> Span {
    let left = contract.end() - contract.start.max(SimTime::ZERO);
    contract.notice.map_or(left, |notice| notice.min(left))
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
