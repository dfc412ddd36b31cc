//! Contracts, and the prices that follow from them.

use super::capacity::{Clusters, Vendors};
use super::prices::{PriceStep, Repricing, follow_steps};
use super::{Compiler, Names};
use crate::model::Model;
use crate::model::calendar::Calendar;
use crate::model::confidence::Confidence;
use crate::model::contract::{AfterTerm, Contract};
use crate::model::ramp::CapacityKind;
use crate::scenario::spec::{ContractSpec, DurationText};
use crate::units::{ClusterId, Cost, GpuTime, Price, SimTime};

/// A contract whose value and prices have not been held against each other yet.
pub(super) struct Draft {
    contract: Contract,
    value_usd: Option<f64>,
    /// Its clusters whose price is written.
    priced: Vec<bool>,
    repricing: Repricing,
}

/// Value and price may differ by this before they contradict each other: published figures are rounded.
const TOLERANCE: f64 = 0.10;

impl Compiler<'_, '_> {
    pub(super) fn contracts(
        &mut self,
        calendar: Option<&Calendar>,
        vendors: &Vendors,
        clusters: &Clusters,
        users: &Names,
    ) -> Vec<Draft> {
        let entries: Vec<(String, Option<ContractSpec>)> = self.document.section("contract", self.issues);
        let named: Vec<String> = entries.iter().filter_map(|(_, spec)| spec.as_ref()?.clusters.clone()).flatten().collect();
        let indices = self.indices(calendar);
        let mut taken: Vec<Option<String>> = vec![None; clusters.list.len()];
        let mut drafts = Vec::new();
        for (name, spec) in entries {
            let Some(spec) = spec else { continue };
            let at = format!("contract.{name}");
            let vendor = self.resolve(&format!("{at}.vendor"), "vendor", &spec.vendor, &vendors.names);
            let covered = self.covered(&at, &spec, vendor, clusters, &named);
            let exclusivity = calendar.and_then(|calendar| self.exclusivity(&at, &spec, vendor, calendar, vendors, users));
            self.kind_agrees(&at, &spec);
            let payment = self.payment(&at, &spec);
            let (tranche_term, after_term) = self.terms(&at, &spec);
            let spend = calendar.and_then(|calendar| self.spend(&at, &spec, calendar));
            let repricing = calendar.map(|calendar| self.repricing(&at, &spec, calendar, &indices)).unwrap_or_default();
            let clauses = calendar.map(|calendar| self.clauses(&at, &spec, &covered, calendar, clusters));
            let value = spec.value_usd.and_then(|value| self.within(&format!("{at}.value_usd"), value, 0.0, 1e14));
            let (Some(vendor), Some(calendar), Some(clauses)) = (vendor, calendar, clauses) else { continue };
            for &cluster in &covered {
                if let Some(other) = taken[cluster.index()].replace(name.clone()) {
                    let what = &clusters.names.known[cluster.index()];
                    self.error(
                        &format!("{at}.clusters"),
                        format!("the cluster `{what}` is covered by the contract `{other}` already"),
                    );
                }
            }
            if spec.term.seconds < 86_400.0 {
                self.error(&format!("{at}.term"), "a contract must last at least a day");
                continue;
            }
            self.grade(&format!("contract {name}"), spec.note.clone().unwrap_or_default(), spec.confidence, spec.source.as_ref());
            let priced = covered.iter().map(|cluster| clusters.priced[cluster.index()]).collect();
            let contract = Contract {
                vendor: vendor.into(),
                value: Cost::from_usd(value.unwrap_or(0.0)),
                start: calendar.at(spec.start.0),
                term: spec.term.span(),
                tranche_term,
                after_term,
                spend,
                notice: spec.notice.map(DurationText::span),
                clusters: covered,
                payment,
                exclusivity,
                yearly_commitment: Vec::new(),
                planned: GpuTime::ZERO,
                clauses,
                name,
            };
            drafts.push(Draft { contract, value_usd: value, priced, repricing });
        }
        drafts
    }

    fn covered(
        &mut self,
        at: &str,
        spec: &ContractSpec,
        vendor: Option<usize>,
        clusters: &Clusters,
        named: &[String],
    ) -> Vec<ClusterId> {
        let Some(names) = &spec.clusters else {
            let theirs = clusters.list.iter().enumerate().filter(|(_, cluster)| Some(cluster.vendor.index()) == vendor);
            let reserved = |cluster: &crate::model::cluster::Cluster| {
                cluster.ramp.iter().any(|tranche| tranche.kind == CapacityKind::Reserved)
            };
            let free = theirs.filter(|(_, cluster)| reserved(cluster) && !named.contains(&cluster.name));
            return free.map(|(index, _)| index.into()).collect();
        };
        let mut covered = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let path = format!("{at}.clusters[{index}]");
            let Some(found) = self.resolve(&path, "cluster", name, &clusters.names) else { continue };
            if vendor.is_some_and(|vendor| clusters.list[found].vendor.index() != vendor) {
                self.error(&path, format!("the cluster `{name}` belongs to another vendor than this contract"));
                continue;
            }
            covered.push(found.into());
        }
        covered
    }

    /// Holds value, term, ramp and price of each contract against each other, derives what is not given, and fills in the rest.
    pub(super) fn price_contracts(&mut self, model: &mut Model, drafts: Vec<Draft>, steps: &[Vec<PriceStep>]) {
        let mut repricings = Vec::new();
        // Written prices are known by now, and the value of a contract may follow from them.
        follow_steps(model, steps);
        for Draft { mut contract, value_usd, priced, repricing } in drafts {
            repricings.push(repricing);
            Self::plan_ends(model, &mut contract);
            contract.planned = contract.clusters.iter().map(|id| planned(model, &contract, *id)).sum();
            self.settle_price(model, &mut contract, value_usd, &priced);
            contract.yearly_commitment = yearly(model, &contract);
            self.clauses_agree(model, &contract);
            let id = model.contracts.len().into();
            for cluster in &contract.clusters {
                model.clusters[cluster.index()].contract = Some(id);
            }
            model.contracts.push(contract);
        }
        for index in 0..model.clusters.len() {
            self.fill_price(model, index);
        }
        self.change_prices(model, steps, &repricings);
    }

    fn settle_price(&mut self, model: &mut Model, contract: &mut Contract, value_usd: Option<f64>, priced: &[bool]) {
        let at = format!("contract.{}", contract.name);
        let hours = contract.planned.hours();
        let unpriced: Vec<ClusterId> =
            contract.clusters.iter().zip(priced).filter(|(_, priced)| !**priced).map(|(id, _)| *id).collect();
        let known: Cost = (contract.clusters.iter().zip(priced).filter(|(_, priced)| **priced))
            .map(|(id, _)| planned_cost(model, contract, *id))
            .sum();
        let Some(value) = value_usd else {
            if !unpriced.is_empty() || hours == 0.0 {
                let help = "give value_usd, or price_usd_per_gpu_hour for each of its clusters";
                self.error_help(&at, "this contract has neither a value nor prices to derive it from", help);
            }
            contract.value = known;
            let from = "its clusters' prices and ramps over the term";
            self.default(
                &format!("value of contract {}", contract.name),
                format!("{:.1} billion USD", known.usd() / 1e9),
                from,
                Confidence::Derived,
            );
            return;
        };
        if unpriced.is_empty() && contract.spend.is_none() {
            let gap = known.usd() / value - 1.0;
            if hours > 0.0 && value > 0.0 && gap.abs() > TOLERANCE {
                let title = format!(
                    "value and price contradict each other: {:.4} billion USD are {:.2} USD per planned GPU-hour, the clusters' prices give {:.4} billion",
                    value / 1e9,
                    value / hours,
                    known.usd() / 1e9
                );
                self.error_help(
                    &format!("{at}.value_usd"),
                    title,
                    "they may differ by 10 %; leave one of them out and it is derived",
                );
            }
            return;
        }
        if contract.spend.is_some() {
            // A promise to spend prices nothing: its clusters have prices of their own, or those of the list.
            return;
        }
        let open: GpuTime = unpriced.iter().map(|id| planned(model, contract, *id)).sum();
        let rest = value - known.usd();
        if open.hours() <= 0.0 {
            // A framework without named capacity: its clusters keep list prices.
            return;
        }
        if rest <= 0.0 {
            self.error(
                &format!("{at}.value_usd"),
                "the clusters with a price use up the whole value: nothing is left for the others",
            );
            return;
        }
        // Clusters without a price share what is left in proportion to their compute, so that a newer GPU costs more.
        let weight: f64 = unpriced.iter().map(|id| weighted_hours(model, *id, contract)).sum();
        for id in unpriced {
            let usd = rest * model.clusters[id.index()].h100_equivalents / weight;
            model.clusters[id.index()].prices.first.reserved = Price::from_usd_per_gpu_hour(usd);
            let about = format!("price of {}", model.clusters[id.index()].name);
            if contract.end() < model.horizon() && contract.after_term == AfterTerm::Continues(None) {
                let ends = model.calendar.date(contract.end());
                let about = format!("price of {} after its contract ends on {ends}", model.clusters[id.index()].name);
                self.default(&about, format!("{usd:.2} USD per GPU-hour, as before"), "", Confidence::Assumption);
            }
            let from = format!("value, term and ramp of contract {}", contract.name);
            self.default(&about, format!("{usd:.2} USD per GPU-hour"), &from, Confidence::Derived);
        }
    }

    /// List prices where there is neither a written price nor one from a contract.
    fn fill_price(&mut self, model: &mut Model, index: usize) {
        let name = model.clusters[index].name.clone();
        let prices = &mut model.clusters[index].prices.first;
        let is_set = self.document.written(&format!("cluster.{name}.price_usd_per_gpu_hour")).is_some();
        if prices.reserved == Price::ZERO && !is_set {
            if prices.on_demand == Price::ZERO {
                let help = "give price_usd_per_gpu_hour, or a contract with a value; the catalog has no list price of this vendor and GPU type";
                self.error_help(&format!("cluster.{name}"), format!("the cluster `{name}` has no price"), help);
            }
            prices.reserved = prices.on_demand;
            let is_given = self.document.has(&format!("cluster.{name}.on_demand_usd_per_gpu_hour"));
            if !is_given {
                let value = format!("{:.2} USD per GPU-hour", prices.on_demand.usd_per_gpu_hour());
                self.default(&format!("price of {name}"), value, "list price of the catalog", Confidence::Assumption);
            }
        }
        if prices.on_demand == Price::ZERO {
            prices.on_demand = prices.reserved;
        }
        if prices.spot == Price::ZERO {
            prices.spot = prices.on_demand;
        }
    }
}

/// Planned reserved GPU-time of a cluster within its terms, also beyond the scenario's end.
fn planned(model: &Model, contract: &Contract, cluster: ClusterId) -> GpuTime {
    contract.planned_in_term(&model.clusters[cluster.index()], contract.start, contract.end())
}

/// What that costs at its prices.
fn planned_cost(model: &Model, contract: &Contract, cluster: ClusterId) -> Cost {
    let cluster = &model.clusters[cluster.index()];
    let spans = cluster.prices.spans(contract.start, contract.end());
    spans.map(|(rates, [from, to])| rates.reserved.of(contract.planned_in_term(cluster, from, to))).sum()
}

fn weighted_hours(model: &Model, cluster: ClusterId, contract: &Contract) -> f64 {
    planned(model, contract, cluster).hours() * model.clusters[cluster.index()].h100_equivalents
}

/// The commitment of each contract-year, in proportion to the compute planned in it [H100e-hours].
fn yearly(model: &Model, contract: &Contract) -> Vec<Cost> {
    let worth = |from: SimTime, to: SimTime| -> f64 {
        let clusters = contract.clusters.iter().map(|id| &model.clusters[id.index()]);
        clusters.map(|cluster| contract.planned_in_term(cluster, from, to).hours() * cluster.h100_equivalents).sum()
    };
    let total = worth(contract.start, contract.end());
    let mut left = contract.value;
    let mut years: Vec<Cost> = Vec::new();
    for pair in contract.year_boundaries(contract.start).windows(2) {
        let share = if total > 0.0 { worth(pair[0], pair[1]) / total } else { (pair[1] - pair[0]).days() / contract.term.days() };
        let part = contract.value.portion(share);
        years.push(part);
        left = left - part;
    }
    // Rounding goes to the last year, so that the years add up to the value.
    if let Some(last) = years.last_mut() {
        *last += left;
    }
    years
}
