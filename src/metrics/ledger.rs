//! Money: every line of what a replication cost, in exact integers.

mod clauses;
mod spend;

use super::burn_down::{BurnDown, burn_downs};
use super::catalog::Reversals;
use super::observation::{ClusterPeriod, Moved, Observation, Period, Usage};
use crate::model::Model;
use crate::model::cluster::Cluster;
use crate::model::contract::{Contract, Payment, Shortfall};
use crate::units::{ClusterId, Cost, GpuTime, SimTime, VendorId};

/// What money is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Reserved capacity that was used.
    Committed,
    /// Reserved capacity that was paid and not used, and take-or-pay shortfalls.
    Unused,
    /// On-demand capacity.
    OnDemand,
    /// Spot capacity.
    Spot,
    /// Electricity billed on top.
    Power,
    /// Space and power that are contracted for one's own GPUs.
    Colocation,
    /// Data that leave for another vendor.
    Egress,
    /// Paid in advance, less what was credited against bills and what was lost.
    Prepayment,
    /// Paid in advance and not used up when the contract ended.
    PrepaymentLost,
    /// What vendors owe for late tranches: never positive.
    DelayDamages,
    /// Fees for ending contracts early, and for cancelling tranches.
    TerminationFee,
    /// What is credited for reserved capacity that was out, by the hour or by bands of monthly availability: never positive.
    OutageCredit,
    /// What milestones were missed by and has been paid, credited against later bills: never positive.
    ShortfallCredit,
}

impl Category {
    /// All categories, in the order of tables.
    pub const ALL: [Self; 13] = [
        Self::Committed,
        Self::Unused,
        Self::OnDemand,
        Self::Spot,
        Self::Power,
        Self::Colocation,
        Self::Egress,
        Self::Prepayment,
        Self::PrepaymentLost,
        Self::DelayDamages,
        Self::TerminationFee,
        Self::OutageCredit,
        Self::ShortfallCredit,
    ];

    /// The word in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Unused => "unused",
            Self::OnDemand => "on_demand",
            Self::Spot => "spot",
            Self::Power => "power",
            Self::Colocation => "colocation",
            Self::Egress => "egress",
            Self::Prepayment => "prepayment",
            Self::PrepaymentLost => "prepayment_lost",
            Self::DelayDamages => "delay_damages",
            Self::TerminationFee => "termination_fee",
            Self::OutageCredit => "outage_credit",
            Self::ShortfallCredit => "shortfall_credit",
        }
    }

    /// Whether a model can have lines of it: categories that come from clauses are not shown where no contract has the clause.
    #[must_use]
    pub fn is_in(self, model: &Model) -> bool {
        let any = |has: fn(&Contract) -> bool| model.contracts.iter().any(has);
        match self {
            Self::Committed | Self::Unused | Self::OnDemand | Self::Spot | Self::Power => true,
            Self::Colocation => model.clusters.iter().any(|cluster| cluster.colocation.is_some()),
            Self::Egress => model.transfers.is_some(),
            Self::Prepayment | Self::PrepaymentLost => any(|contract| contract.clauses.prepayment > Cost::ZERO),
            Self::DelayDamages => any(|contract| contract.clauses.delay_damages.is_some()),
            Self::TerminationFee => {
                let rule = model.budget.as_ref().and_then(|budget| budget.rule);
                any(|contract| contract.clauses.early_termination.is_some()) || rule.is_some_and(|rule| rule.fee_share > 0.0)
            }
            Self::OutageCredit => {
                any(|contract| contract.clauses.outage_credit_share > 0.0 || contract.clauses.service_credits.is_some())
            }
            Self::ShortfallCredit => {
                any(|contract| contract.spend.as_ref().is_some_and(|spend| matches!(spend.shortfall, Shortfall::Credit(_))))
            }
        }
    }

    /// What can take back in a model what was billed before: credits of vendors, bills that prepayments cover, and minimums that fall.
    #[must_use]
    pub fn reversals(model: &Model) -> Reversals {
        let categories = [Self::Prepayment, Self::DelayDamages, Self::OutageCredit, Self::ShortfallCredit];
        let by_use = |contract: &Contract| matches!(contract.payment, Payment::Usage { .. }) || contract.spend.is_some();
        Reversals {
            pays_back: categories.into_iter().any(|category| category.is_in(model)),
            has_minimums: model.contracts.iter().any(by_use),
        }
    }

    /// Whether it pays for capacity, space or electricity, and does not come from a clause.
    #[must_use]
    pub const fn is_capacity(self) -> bool {
        matches!(self, Self::Committed | Self::Unused | Self::OnDemand | Self::Spot | Self::Power | Self::Colocation)
    }

    /// Whether its lines follow from metered GPU-time, cluster by cluster, and not from what happened to a contract.
    #[must_use]
    const fn is_metered(self) -> bool {
        matches!(self, Self::OutageCredit) || self.is_capacity()
    }
}

/// How what is paid for stands to its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Reserved capacity and colocation within their term, and what clauses of the contract add.
    InTerm,
    /// Reserved capacity that goes on after its term.
    AfterTerm,
    /// Capacity that no contract covers, or not yet; on-demand and spot capacity; electricity billed on top; egress.
    WithoutContract,
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The period it is booked in.
    pub period: usize,
    /// Who is paid.
    pub vendor: VendorId,
    /// For what capacity; none for egress and for a contract's settlement, prepayment or fee.
    pub cluster: Option<ClusterId>,
    /// For what.
    pub category: Category,
    /// How that stands to its contract.
    pub standing: Standing,
    /// Charged workload or service; none for unused capacity.
    pub user: Option<usize>,
    /// How much.
    pub cost: Cost,
}

/// All lines of a replication, by period, cluster, category and user.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The lines.
    pub lines: Vec<Line>,
    /// How far minima were used up.
    pub burn_downs: Vec<BurnDown>,
    /// What was left of prepayments when the scenario began.
    pub prepaid_before: Vec<(VendorId, Cost)>,
}

impl Ledger {
    /// Books a replication.
    #[must_use]
    pub fn of(model: &Model, observation: &Observation) -> Self {
        let mut ledger = Self::default();
        for period in 0..observation.clusters.len() {
            for index in 0..model.clusters.len() {
                ledger.book_cluster(model, observation, period, index.into());
            }
        }
        ledger.book_egress(model, observation);
        ledger.burn_downs = burn_downs(model, observation);
        for (index, (contract, timeline)) in model.contracts.iter().zip(&observation.timelines).enumerate() {
            let mut settled = vec![Cost::ZERO; observation.periods.len()];
            ledger.settle(index, contract, &mut settled);
            ledger.damages(observation, contract, timeline);
            ledger.service_credits(model, observation, contract, timeline);
            ledger.termination_fee(model, observation, contract, timeline);
            ledger.cancelling_fees(observation, contract, timeline);
            ledger.prepay(model, observation, contract, timeline, &settled);
        }
        for (contract, timeline) in model.contracts.iter().zip(&observation.timelines) {
            if let Some(spend) = &contract.spend {
                ledger.draw(model, observation, contract, spend, timeline);
            }
        }
        ledger
    }

    /// Holds the lines of each vendor against its bill, worked out from whole GPU-times without any splitting: they must agree to the
    /// last unit. What belongs to a contract and to no cluster is left out. Returns what does not agree.
    ///
    /// # Errors
    ///
    /// When a vendor's lines do not add up to its bill.
    pub fn check(&self, model: &Model, observation: &Observation) -> Result<(), String> {
        for (index, vendor) in model.vendors.iter().enumerate() {
            let id = VendorId::from(index);
            let lines = self.sum(|line| line.vendor == id && line.cluster.is_some() && line.category.is_metered());
            let bill: Cost = (observation.clusters.iter())
                .zip(&observation.periods)
                .flat_map(|(row, period)| model.clusters.iter().zip(row).map(move |(cluster, cell)| (period, cluster, cell)))
                .filter(|(_, cluster, _)| cluster.vendor == id)
                .map(|(period, cluster, cell)| bill(model, cluster, cell, period))
                .sum();
            if lines != bill {
                return Err(format!("the ledger of {} adds up to {lines:?}, its bill to {bill:?}", vendor.key));
            }
        }
        Ok(())
    }

    /// The sum of the lines that `pick` takes.
    pub fn sum(&self, pick: impl Fn(&Line) -> bool) -> Cost {
        self.lines.iter().filter(|line| pick(line)).map(|line| line.cost).sum()
    }

    fn book_cluster(&mut self, model: &Model, observation: &Observation, period: usize, id: ClusterId) {
        let cluster = &model.clusters[id.index()];
        let cell = &observation.clusters[period][id.index()];
        let usage = &observation.usage[period][id.index()];
        let [_, on_demand, spot] = cell.allocated_by_kind;
        let begins = |id: crate::units::ContractId| observation.timelines[id.index()].start;
        let is_covered = cluster.contract.is_some_and(|id| begins(id) <= observation.periods[period].begin);
        let in_term = if is_covered { Standing::InTerm } else { Standing::WithoutContract };
        let line = |category, standing, user, cost| Line {
            period,
            vendor: cluster.vendor,
            cluster: Some(id),
            category,
            standing,
            user,
            cost,
        };
        let by_usage = model.pays_by_use(cluster);
        let now = observation.periods[period].begin;
        let prices = cluster.prices.at(now);
        let (price, after) = (prices.reserved, model.price_after_term(cluster, now));
        let kinds = [
            (Category::Committed, in_term, price.of(cell.used_in_term())),
            (Category::Committed, Standing::AfterTerm, after.of(cell.after_term_used)),
            (Category::OnDemand, Standing::WithoutContract, prices.on_demand.of(on_demand)),
            (Category::Spot, Standing::WithoutContract, prices.spot.of(spot)),
        ];
        for (category, standing, cost) in kinds {
            self.charge_back(cost, usage, |user, cost| line(category, standing, Some(user), cost));
        }
        let idle = [
            (in_term, price.of(cell.available_in_term() - cell.used_in_term())),
            (Standing::AfterTerm, after.of(cell.after_term - cell.after_term_used)),
        ];
        for (standing, cost) in idle.into_iter().filter(|&(_, cost)| !by_usage && cost > Cost::ZERO) {
            self.lines.push(line(Category::Unused, standing, None, cost));
        }
        let (_, credit) = bill_of_reserved(model, cluster, cell, now);
        if credit > Cost::ZERO {
            self.lines.push(line(Category::OutageCredit, in_term, None, -credit));
        }
        let rent = rent(model, cluster, &observation.periods[period]);
        if rent > Cost::ZERO {
            self.lines.push(line(Category::Colocation, Standing::InTerm, None, rent));
        }
        if cluster.power.buyer_pays {
            let (loaded, unloaded) = cluster.power.prices();
            let on_top = Standing::WithoutContract;
            self.charge_back(loaded.of(cell.allocated), usage, |user, cost| line(Category::Power, on_top, Some(user), cost));
            let idle_cost = unloaded.of(cell.idle());
            if idle_cost > Cost::ZERO {
                self.lines.push(line(Category::Power, on_top, None, idle_cost));
            }
        }
    }

    /// Who sends data to another vendor bills it; the workload is charged.
    fn book_egress(&mut self, model: &Model, observation: &Observation) {
        let Some(transfers) = &model.transfers else { return };
        let line = |moved: &Moved| Line {
            period: moved.period,
            vendor: moved.from,
            cluster: None,
            category: Category::Egress,
            standing: Standing::WithoutContract,
            user: Some(moved.user),
            cost: transfers.link(moved.from, moved.to).cost(moved.megabytes),
        };
        self.lines.extend(observation.moved.iter().map(line).filter(|line| line.cost > Cost::ZERO));
    }

    /// Splits a cost over users in proportion to their allocated GPU-time; what rounding leaves goes to the last, so that the parts add
    /// up exactly.
    fn charge_back(&mut self, cost: Cost, usage: &[Usage], line: impl Fn(usize, Cost) -> Line) {
        let total: GpuTime = usage.iter().map(|user| user.allocated).sum();
        if cost == Cost::ZERO || total == GpuTime::ZERO {
            return;
        }
        let mut left = cost;
        let last = usage.iter().rposition(|user| user.allocated > GpuTime::ZERO).unwrap_or(0);
        for (user, share) in usage.iter().enumerate().filter(|(_, share)| share.allocated > GpuTime::ZERO) {
            let part = if user == last { left } else { cost.share(share.allocated.milli_gpu_ms(), total.milli_gpu_ms()) };
            left = left - part;
            self.lines.push(line(user, part));
        }
    }

    /// Take-or-pay: at the end of each contract-year, what its use fell short of the minimum. A year that the scenario's end cuts, or the
    /// buyer, is settled there; one that the vendor's default cuts is not. Notes what it books in `settlements`.
    fn settle(&mut self, index: usize, contract: &Contract, settlements: &mut [Cost]) {
        for year in self.burn_downs.iter().filter(|year| year.contract == index && year.is_settled) {
            let (period, cost) = (year.period, year.shortfall());
            if cost > Cost::ZERO {
                settlements[period] += cost;
                self.lines.push(Line {
                    period,
                    vendor: contract.vendor,
                    cluster: None,
                    category: Category::Unused,
                    standing: Standing::InTerm,
                    user: None,
                    cost,
                });
            }
        }
    }
}

/// What colocation of a cluster costs in a period.
fn rent(model: &Model, cluster: &Cluster, period: &Period) -> Cost {
    let month = || model.calendar.whole_month(period.begin);
    cluster.colocation.as_ref().map_or(Cost::ZERO, |terms| terms.rent(period.begin, period.end, month()))
}

/// What a cluster costs in a period, settlements apart.
fn bill(model: &Model, cluster: &Cluster, cell: &ClusterPeriod, period: &Period) -> Cost {
    let begin = period.begin;
    let [_, on_demand, spot] = cell.allocated_by_kind;
    let (committed, credit) = bill_of_reserved(model, cluster, cell, begin);
    let prices = cluster.prices.at(begin);
    let power = if cluster.power.buyer_pays {
        let (loaded, unloaded) = cluster.power.prices();
        loaded.of(cell.allocated) + unloaded.of(cell.idle())
    } else {
        Cost::ZERO
    };
    committed - credit + prices.on_demand.of(on_demand) + prices.spot.of(spot) + power + rent(model, cluster, period)
}

/// What a cluster's reserved capacity costs in a period, and what an outage takes off that.
fn bill_of_reserved(model: &Model, cluster: &Cluster, cell: &ClusterPeriod, begin: SimTime) -> (Cost, Cost) {
    let [in_term, after_term] = if model.pays_by_use(cluster) {
        [cell.used_in_term(), cell.after_term_used]
    } else {
        [cell.available_in_term(), cell.after_term]
    };
    let share = cluster.contract.map_or(0.0, |id| model.contracts[id.index()].clauses.outage_credit_share);
    let price = cluster.prices.at(begin).reserved;
    // A share of the time and not of the money, so that doubling the price doubles the credit.
    (price.of(in_term) + model.price_after_term(cluster, begin).of(after_term), price.of(cell.reserved_down.portion(share)))
}

/// The accounts of a contract's clusters between two instants, each with the beginning of its period.
pub(super) fn cells<'a>(
    model: &'a Model,
    observation: &'a Observation,
    contract: &'a Contract,
    [begin, end]: [SimTime; 2],
) -> impl Iterator<Item = (SimTime, &'a Cluster, &'a ClusterPeriod)> {
    let periods = observation.periods.iter().zip(&observation.clusters);
    let within = periods.filter(move |(period, _)| period.begin >= begin && period.end <= end);
    within
        .flat_map(|(period, row)| contract.clusters.iter().map(|id| (period.begin, &model.clusters[id.index()], &row[id.index()])))
}

/// Energy of a cluster in a period [kWh]: IT load of allocated and idle GPUs x annual PUE.
#[must_use]
pub fn energy_kwh(cluster: &Cluster, cell: &ClusterPeriod) -> f64 {
    let power = &cluster.power;
    let idle = cell.idle().hours();
    (cell.allocated.hours() + power.idle_share * idle) * power.it_kw_per_gpu * power.pue_annual
}
