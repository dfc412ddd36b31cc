//! Charges: the ledger's lines put together by month, and settlements spread over what they settle.

use crate::metrics::ledger::{Category, Line, Standing};
use crate::metrics::{ClusterPeriod, Usage};
use crate::model::Model;
use crate::model::contract::Payment;
use crate::study::Accounts;
use crate::units::{ClusterId, ContractId, Cost, GpuTime, SimTime, VendorId};
use std::collections::BTreeMap;

/// What a charge stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Capacity or electricity of a cluster in a month, used or not.
    Capacity,
    /// What a contract is paid at the end of its year for falling short of its minimum.
    Settlement,
    /// A month's part of a settlement: an effective cost that is billed elsewhere.
    Spread,
    /// What a clause of a contract adds: prepayments, damages, fees, credits.
    Other,
}

/// One line of the bill.
#[derive(Clone, Debug)]
pub(super) struct Charge {
    /// The month of the calendar.
    pub month: usize,
    pub vendor: VendorId,
    /// For what capacity; none where a contract as a whole is settled.
    pub cluster: Option<ClusterId>,
    pub category: Category,
    pub kind: Kind,
    pub standing: Standing,
    /// Since when its prices hold.
    pub priced_since: SimTime,
    /// Who is charged: a workload or service.
    pub user: Option<usize>,
    /// The contracts it may belong to: one, but where several of a vendor end a year on one day.
    pub contracts: Vec<ContractId>,
    pub billed: Cost,
    pub effective: Cost,
    /// The GPU-time behind it; none for settlements.
    pub quantity: GpuTime,
    /// Of a part of a settlement: its share.
    pub share: f64,
}

/// Place of a charge in the file.
type Place = (usize, VendorId, Option<ClusterId>, Category, Kind, Standing, Option<usize>, Vec<ContractId>, SimTime);

/// The charges of the measured span, in the order of the file: by month, vendor, cluster (none first), category and user.
pub(super) fn charges(model: &Model, accounts: &Accounts) -> Vec<Charge> {
    let mut found: BTreeMap<Place, Charge> = BTreeMap::new();
    let mut add = |charge: Charge| {
        let Charge { month, vendor, cluster, category, kind, standing, user, priced_since, .. } = charge;
        let place = (month, vendor, cluster, category, kind, standing, user, charge.contracts.clone(), priced_since);
        if let Some(sum) = found.get_mut(&place) {
            sum.billed += charge.billed;
            sum.effective += charge.effective;
            sum.quantity += charge.quantity;
            sum.share += charge.share;
        } else {
            found.insert(place, charge);
        }
    };
    let periods = &accounts.observation.periods;
    let settlements = settlements(model, accounts);
    for (index, line) in accounts.ledger.lines.iter().enumerate().filter(|(_, line)| periods[line.period].measured) {
        let charge = Charge {
            month: periods[line.period].month,
            vendor: line.vendor,
            cluster: line.cluster,
            category: line.category,
            kind: if line.cluster.is_some() && line.category.is_capacity() { Kind::Capacity } else { Kind::Other },
            standing: line.standing,
            priced_since: line
                .cluster
                .map_or(SimTime::ZERO, |id| model.clusters[id.index()].prices.since(periods[line.period].begin)),
            user: line.user,
            contracts: line.cluster.and_then(|id| model.clusters[id.index()].contract).into_iter().collect(),
            billed: line.cost,
            effective: line.cost,
            quantity: line.cluster.map_or(GpuTime::ZERO, |id| quantity(accounts, line, id)),
            share: 0.0,
        };
        let Some(settlement) = settlements.get(&index) else {
            add(charge);
            continue;
        };
        let contracts = settlement.contracts.clone();
        let bill = Charge { kind: Kind::Settlement, contracts: contracts.clone(), effective: Cost::ZERO, share: 1.0, ..charge };
        for (month, cost, share) in spread(accounts, line, settlement.begin) {
            add(Charge {
                month,
                kind: Kind::Spread,
                contracts: contracts.clone(),
                billed: Cost::ZERO,
                effective: cost,
                share,
                ..bill.clone()
            });
        }
        add(bill);
    }
    found.into_values().collect()
}

/// Which kind of capacity a category pays for: reserved, on-demand, spot. None for a category that does not pay for capacity.
pub(super) fn kind_of_capacity(category: Category) -> Option<usize> {
    const KINDS: [&[Category]; 3] = [&[Category::Committed, Category::Unused], &[Category::OnDemand], &[Category::Spot]];
    KINDS.iter().position(|categories| categories.contains(&category))
}

/// The GPU-time that a cluster's line is about. Users share the time of a kind of capacity as they share its cost: in proportion to what
/// they were allocated.
fn quantity(accounts: &Accounts, line: &Line, cluster: ClusterId) -> GpuTime {
    let cell: &ClusterPeriod = &accounts.observation.clusters[line.period][cluster.index()];
    let usage: &[Usage] = &accounts.observation.usage[line.period][cluster.index()];
    let idle = |all: GpuTime, used: GpuTime| all.saturating_sub(used);
    let whole = match (line.category, line.user) {
        (Category::Unused, _) if line.standing == Standing::AfterTerm => return idle(cell.after_term, cell.after_term_used),
        (Category::Unused, _) => return idle(cell.available_in_term(), cell.used_in_term()),
        (Category::Committed, _) if line.standing == Standing::AfterTerm => cell.after_term_used,
        (Category::Committed, _) => cell.used_in_term(),
        (Category::Power, None) => return idle(cell.installed_total(), cell.allocated),
        (Category::Power, Some(_)) => cell.allocated,
        (category, _) => kind_of_capacity(category).map_or(GpuTime::ZERO, |kind| cell.allocated_by_kind[kind]),
    };
    let total: GpuTime = usage.iter().map(|user| user.allocated).sum();
    let of = |user: usize| {
        // The same rule as for money, whose parts are rounded down.
        let part = Cost::from_raw(whole.milli_gpu_ms() as i128).share(usage[user].allocated.milli_gpu_ms(), total.milli_gpu_ms());
        GpuTime::from_milli_gpu_ms(part.raw().unsigned_abs())
    };
    let Some(user) = line.user.filter(|&user| user < usage.len()) else { return whole };
    if usage.iter().rposition(|user| user.allocated > GpuTime::ZERO) == Some(user) {
        let others: GpuTime = (0..user).map(of).sum();
        return whole.saturating_sub(others);
    }
    of(user)
}

/// A line that settles a contract-year.
struct Settlement {
    contracts: Vec<ContractId>,
    /// When the contract-year begins.
    begin: SimTime,
}

/// Which of the ledger's lines settle a contract-year, and of which contract. The ledger names the vendor and the period alone, in the order
/// of contracts: where a vendor has more contract-years that end then than lines, each line may belong to any of them.
fn settlements(model: &Model, accounts: &Accounts) -> BTreeMap<usize, Settlement> {
    let lines = accounts.ledger.lines.iter().enumerate();
    let mut groups: BTreeMap<(usize, VendorId), Vec<usize>> = BTreeMap::new();
    for (index, line) in lines.filter(|(_, line)| line.cluster.is_none() && line.category == Category::Unused) {
        groups.entry((line.period, line.vendor)).or_default().push(index);
    }
    let mut found = BTreeMap::new();
    for ((period, vendor), lines) in groups {
        let years = ending(model, accounts, period, vendor);
        for (number, &line) in lines.iter().enumerate() {
            let mine = if years.len() == lines.len() { &years[number..=number] } else { &years[..] };
            if let Some(begin) = mine.iter().map(|&(_, begin)| begin).min() {
                found.insert(line, Settlement { contracts: mine.iter().map(|&(id, _)| id).collect(), begin });
            }
        }
    }
    found
}

/// Contract-years of a vendor that are settled in a period, with their beginnings.
fn ending(model: &Model, accounts: &Accounts, period: usize, vendor: VendorId) -> Vec<(ContractId, SimTime)> {
    let periods = &accounts.observation.periods;
    let is_settled = |begin: SimTime, end: SimTime| {
        let end = end.min(model.horizon());
        end > begin.max(SimTime::ZERO) && periods.iter().rposition(|period| period.end <= end) == Some(period)
    };
    let contracts = model.contracts.iter().zip(&accounts.observation.timelines).enumerate();
    let theirs =
        contracts.filter(|(_, (contract, _))| contract.vendor == vendor && matches!(contract.payment, Payment::Usage { .. }));
    theirs
        .flat_map(|(index, (contract, timeline))| {
            let years = contract.year_boundaries(timeline.start);
            let is_settled = |year: &&[SimTime]| is_settled(year[0], year[1].min(timeline.end));
            let ends: Vec<_> = years.windows(2).filter(is_settled).map(|year| year[0]).collect();
            ends.into_iter().map(move |begin| (ContractId::from(index), begin))
        })
        .collect()
}

/// A settlement in equal parts a day over the measured periods of its contract-year: month, cost and share of each. They add up exactly.
fn spread(accounts: &Accounts, line: &Line, begin: SimTime) -> Vec<(usize, Cost, f64)> {
    let periods = accounts.observation.periods[..=line.period].iter();
    let year: Vec<_> = periods.filter(|period| period.measured && period.begin >= begin).collect();
    let length = |upto: usize| -> u128 {
        year[..upto].iter().map(|period| (period.end - period.begin).ms().unsigned_abs()).map(u128::from).sum()
    };
    let all = length(year.len());
    let upto = |count: usize| line.cost.share(length(count), all);
    let part = |(index, period): (usize, &&crate::metrics::Period)| {
        let days = (period.end - period.begin).ms() as f64;
        (period.month, upto(index + 1) - upto(index), days / all as f64)
    };
    year.iter().enumerate().map(part).collect()
}
