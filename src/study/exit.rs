//! What it would take to leave each vendor, on the scenario's first day and on the first day of each month.

use super::summary::{Row, exact};
use crate::metrics::catalog;
use crate::metrics::dependency::{Exit, SwitchingCost};
use crate::metrics::timeline::share_after;
use crate::model::Model;
use crate::model::cluster::Cluster;
use crate::model::contract::{Contract, Payment};
use crate::model::ramp::CapacityKind;
use crate::model::transfer::{DataSet, Link};
use crate::units::{Gpus, SimTime, Span, VendorId};

/// Exit time and switching cost by vendor, where the scenario says something of them: data that move, notice, early termination,
/// or the lead of a replacement. What it says nothing of is left out of the sums. First as of the scenario's first day (period `total`), then as of the first day of each
/// month within the scenario; months in which leaving a vendor takes and costs nothing are left out. Of a vendor whose terms are not public, what
/// depends on them is not defined.
pub(super) fn rows(model: &Model) -> Vec<Row> {
    if !model.states_exit() {
        return Vec::new();
    }
    let mut rows = as_of(model, "total", SimTime::ZERO);
    for month in model.calendar.months() {
        rows.extend(as_of(model, &month.label(), month.begin));
    }
    rows
}

fn as_of(model: &Model, period: &str, now: SimTime) -> Vec<Row> {
    let mut rows = Vec::new();
    for (index, vendor) in model.vendors.iter().enumerate() {
        let (exit, cost) = leaving(model, index.into(), now);
        if period != "total" && exit.days() == 0.0 && cost.total() == 0.0 {
            continue;
        }
        let mut put = |metric, value| rows.push(exact(metric, "vendor", &vendor.key, period, value));
        // What is not public is left open, and does not count as zero.
        let of_contracts = |value: f64| (!vendor.commitment_unknown).then_some(value);
        put(&catalog::EXIT_DAYS, of_contracts(exit.days()));
        put(&catalog::EXIT_DATA_DAYS, Some(exit.data_days));
        put(&catalog::EXIT_NOTICE_DAYS, of_contracts(exit.notice_days));
        put(&catalog::EXIT_REPLACEMENT_DAYS, Some(exit.replacement_days));
        put(&catalog::SWITCHING_COST_USD, of_contracts(cost.total()));
        put(&catalog::SWITCHING_EGRESS_USD, Some(cost.egress));
        put(&catalog::SWITCHING_DOUBLE_RUNNING_USD, Some(cost.double_running));
        put(&catalog::SWITCHING_TERMINATION_USD, of_contracts(cost.termination));
        put(&catalog::SWITCHING_UNUSED_COMMITMENT_USD, of_contracts(cost.unused_commitment));
    }
    rows
}

/// Leaving a vendor, decided at an instant, by what is planned and signed: slips are not known then.
fn leaving(model: &Model, vendor: VendorId, now: SimTime) -> (Exit, SwitchingCost) {
    let megabytes: u64 = model.workloads.iter().filter_map(|workload| lies_only_with(vendor, workload.data.as_ref()?)).sum();
    let link = way_out(model, vendor);
    let data = link.map_or(Span::ZERO, |link| link.time(megabytes));
    let lead = model.vendors[vendor.index()].replacement_lead;
    let moved = data.max(lead.unwrap_or(Span::ZERO));
    let theirs = model.contracts.iter().filter(|contract| contract.vendor == vendor);
    let running = theirs.filter(|contract| contract.end().min(contract.cut_short(model)) > now);
    let endings: Vec<Ending> = running.map(|contract| ending(model, contract, now, moved)).collect();
    let exit = Exit {
        data_days: data.days(),
        notice_days: endings.iter().map(|ending| ending.after.days()).fold(0.0, f64::max),
        replacement_days: lead.map_or(0.0, Span::days),
    };
    let double_running = model.clusters_of(vendor).map(|(_, cluster)| {
        cluster.prices.reserved_over(Gpus::whole(reserved_gpus(model, cluster, now)), now, now.saturating_add(data)).usd()
    });
    let cost = SwitchingCost {
        egress: link.map_or(0.0, |link| link.cost(megabytes).usd()),
        double_running: double_running.sum(),
        // Folded from 0.0: the sum of no floats is -0.0 in the standard library.
        termination: endings.iter().fold(0.0, |sum, ending| sum + ending.fee),
        unused_commitment: endings.iter().fold(0.0, |sum, ending| sum + ending.unused),
    };
    (exit, cost)
}

/// How a contract is brought to its end.
struct Ending {
    /// How long that takes.
    after: Span,
    /// What is paid from when work has left until then [USD].
    unused: f64,
    /// The fee for ending it early [USD].
    fee: f64,
}

/// The cheaper way out of a contract for a buyer whose work has left after `moved`: notice, or the term's end where none may be given; or
/// early termination, where there is such a clause: as soon as work has left, but not before the clause's day. Of equals, notice.
fn ending(model: &Model, contract: &Contract, now: SimTime, moved: Span) -> Ending {
    // Under take-or-pay only the minimum is paid for nothing.
    let owed = match contract.payment {
        Payment::Capacity => contract.value.usd(),
        Payment::Usage { take_or_pay } => contract.value.usd() * take_or_pay,
    };
    // From when the work has left, or the contract begins, if that is later.
    let gone = contract.start.max(now.saturating_add(moved));
    let unused = |after: Span| owed * (now.saturating_add(after) - gone).max(Span::ZERO).days() / contract.term.days();
    let after = notice(contract, now);
    let by_notice = Ending { after, unused: unused(after), fee: 0.0 };
    let Some(clause) = contract.clauses.early_termination else { return by_notice };
    let ends = clause.at.max(now.saturating_add(moved));
    let (after, share) = (ends - now, share_after(model, contract, ends, |_, _| true));
    let by_fee = Ending { after, unused: unused(after), fee: contract.value.portion(share * clause.fee_share).usd() };
    // Cheaper by more than rounding.
    if by_fee.unused + by_fee.fee < by_notice.unused * (1.0 - 1e-9) { by_fee } else { by_notice }
}

/// Reserved GPUs that the plan has on a cluster at an instant. They leave with a contract that is cut short, or with their vendor.
fn reserved_gpus(model: &Model, cluster: &Cluster, now: SimTime) -> u64 {
    let contract_ends = cluster.contract.map(|id| model.contracts[id.index()].cut_short(model));
    let vendor_ends = model.vendors[cluster.vendor.index()].defaults_at;
    if contract_ends.into_iter().chain(vendor_ends).any(|end| end <= now) {
        return 0;
    }
    let there = cluster.ramp.iter().filter(|tranche| tranche.planned <= now && tranche.kind == CapacityKind::Reserved);
    there.map(|tranche| tranche.gpus).sum()
}

/// Notice, or what is left of the term where none may be given; never longer than that.
fn notice(contract: &Contract, now: SimTime) -> Span {
    let left = contract.end() - now;
    contract.notice.map_or(left, |notice| notice.min(left))
}

/// The size of data that lie with a vendor and with no other \[MB\].
fn lies_only_with(vendor: VendorId, data: &DataSet) -> Option<u64> {
    data.holders.iter().all(|&holder| holder == vendor).then_some(data.megabytes)
}

/// The fastest link to another vendor; of equals the cheapest.
fn way_out(model: &Model, vendor: VendorId) -> Option<Link> {
    let transfers = model.transfers.as_ref()?;
    let others = (0..model.vendors.len()).map(VendorId::from).filter(|&other| other != vendor);
    let links = others.map(|other| transfers.link(vendor, other));
    links.min_by(|one, other| other.gbps.total_cmp(&one.gbps).then(one.nano_usd_per_gb.cmp(&other.nano_usd_per_gb)))
}
