//! Prices that change: written steps, reviews by the market or an index, and most-favoured clauses.

use super::Compiler;
use super::indices::Indices;
use crate::model::Model;
use crate::model::calendar::Calendar;
use crate::model::prices::Rates;
use crate::scenario::spec::{ClusterSpec, ContractSpec};
use crate::units::{Price, SimTime};

/// The most that a written price may be.
pub(super) const MOST_USD_PER_GPU_HOUR: f64 = 1e6;

/// Prices of a cluster from a day on: reserved, on-demand, spot, as far as they are named.
pub(super) type PriceStep = (SimTime, [Option<Price>; 3]);

/// What a contract says of how its prices change.
#[derive(Clone, Debug, Default)]
pub(super) struct Repricing {
    /// When prices are reviewed.
    reviews: Vec<SimTime>,
    /// What they follow, from an instant on; the market where that is nothing.
    index: Vec<(SimTime, f64)>,
    /// How much of a change they take over.
    pass_through: f64,
    /// Within which shares of the first price.
    bounds: [f64; 2],
    most_favoured: bool,
}

impl Compiler<'_, '_> {
    /// The written steps of a cluster's prices.
    pub(super) fn price_steps(&mut self, at: &str, spec: &ClusterSpec, calendar: &Calendar) -> Vec<PriceStep> {
        let mut steps: Vec<PriceStep> = Vec::new();
        for (index, step) in spec.price_steps.iter().enumerate() {
            let path = format!("{at}.price_steps[{index}]");
            let from = calendar.at(step.date.0);
            if steps.last().is_some_and(|&(before, _)| from <= before) {
                let title = format!("these prices ({}) do not come after those above them", step.date.0);
                self.error_help(&format!("{path}.date"), title, "write steps in the order of their dates");
                continue;
            }
            let keys = [
                ("price_usd_per_gpu_hour", step.price_usd_per_gpu_hour),
                ("on_demand_usd_per_gpu_hour", step.on_demand_usd_per_gpu_hour),
                ("spot_usd_per_gpu_hour", step.spot_usd_per_gpu_hour),
            ];
            if keys.iter().all(|(_, usd)| usd.is_none()) {
                let names = keys.map(|(key, _)| format!("`{key}`")).join(", ");
                self.error(&path, format!("a step of prices needs at least one of {names}"));
            }
            if step.price_usd_per_gpu_hour.is_some() && spec.price_usd_per_gpu_hour.is_none() {
                let help = "give price_usd_per_gpu_hour, the price before; a price that follows from a contract's value changes by its price_review";
                self.error_help(
                    &format!("{path}.price_usd_per_gpu_hour"),
                    "a price that changes must be written from the start",
                    help,
                );
            }
            let prices = keys.map(|(key, usd)| {
                let usd = self.within(&format!("{path}.{key}"), usd?, 0.0, MOST_USD_PER_GPU_HOUR)?;
                Some(Price::from_usd_per_gpu_hour(usd))
            });
            steps.push((from, prices));
        }
        steps
    }

    /// What a contract says of its prices.
    pub(super) fn repricing(&mut self, at: &str, spec: &ContractSpec, calendar: &Calendar, indices: &Indices) -> Repricing {
        let mut repricing = Repricing { most_favoured: spec.most_favoured(), ..Repricing::default() };
        let Some(review) = &spec.price_review else { return repricing };
        let at = format!("{at}.price_review");
        let floor = self.within(&format!("{at}.floor_share"), review.floor_share(), 0.0, 1.0).unwrap_or(0.0);
        let cap = review.cap_share.and_then(|cap| self.within(&format!("{at}.cap_share"), cap, 1.0, 1e3));
        repricing.pass_through = self.within(&format!("{at}.pass_through"), review.pass_through(), 0.0, 10.0).unwrap_or(1.0);
        if let Some(name) = &review.index
            && let Some(found) = self.resolve(&format!("{at}.index"), "index", name, &indices.names)
        {
            repricing.index.clone_from(&indices.values[found]);
            let first = repricing.index.first().map(|&(from, _)| from);
            if first.is_some_and(|first| first > calendar.at(spec.start.0)) {
                let title = format!("the index `{name}` has no value yet at the contract's start on {}", spec.start.0);
                self.error_help(&format!("{at}.index"), title, "give the index a value of that day or of one before");
            }
        }
        repricing.bounds = [floor, cap.unwrap_or(f64::INFINITY)];
        if review.dates.is_empty() {
            self.error(&format!("{at}.dates"), "a price review needs at least one day");
        }
        for (index, date) in review.dates.iter().enumerate() {
            let from = calendar.at(date.0);
            if repricing.reviews.last().is_some_and(|&before| from <= before) {
                self.error_help(
                    &format!("{at}.dates[{index}]"),
                    "the days of price reviews are not in order",
                    "write them in order",
                );
                break;
            }
            if from <= calendar.at(spec.start.0) {
                let title = format!("the price is reviewed on {}, not after the contract's start on {}", date.0, spec.start.0);
                self.error(&format!("{at}.dates[{index}]"), title);
            }
            repricing.reviews.push(from);
        }
        repricing
    }

    /// Works out how prices change, once the first ones are known. `repricing` is by contract.
    pub(super) fn change_prices(&mut self, model: &mut Model, steps: &[Vec<PriceStep>], repricing: &[Repricing]) {
        follow_steps(model, steps);
        for (index, steps) in steps.iter().enumerate() {
            let Some(contract) = model.clusters[index].contract else { continue };
            let terms = &repricing[contract.index()];
            let (name, start) = (model.contracts[contract.index()].name.clone(), model.contracts[contract.index()].start);
            let has_steps = steps.iter().any(|(_, prices)| prices[0].is_some());
            if !terms.reviews.is_empty() && has_steps {
                let title = format!("the reserved price of `{}` has steps of its own", model.clusters[index].name);
                let help = "leave the reserved price out of its price_steps, or the contract's price_review out";
                self.error_help(&format!("contract.{name}.price_review"), title, help);
                continue;
            }
            let prices = &mut model.clusters[index].prices;
            let first = prices.first.reserved;
            let followed = |time: SimTime| match &terms.index[..] {
                [] => prices.at(time).on_demand.usd_per_gpu_hour(),
                values => values.iter().rfind(|(from, _)| *from <= time).map_or(0.0, |&(_, value)| value),
            };
            let listed = followed(start);
            let mut factor = 1.0;
            let mut dates: Vec<SimTime> =
                prices.changes.iter().map(|&(from, _)| from).chain(terms.reviews.iter().copied()).collect();
            dates.sort_unstable();
            dates.dedup();
            let change = |from: SimTime| {
                if terms.reviews.contains(&from) && listed > 0.0 {
                    let change = (followed(from) / listed - 1.0) * terms.pass_through;
                    factor = (1.0 + change).clamp(terms.bounds[0], terms.bounds[1]);
                }
                let reserved = Price::from_usd_per_gpu_hour(first.usd_per_gpu_hour() * factor);
                (from, Rates { reserved, ..*prices.at(from) })
            };
            if !terms.reviews.is_empty() {
                prices.changes = dates.into_iter().map(change).collect();
            }
        }
        favour_most(model, repricing);
    }
}

/// Lets prices follow their written steps from the first ones on.
pub(super) fn follow_steps(model: &mut Model, steps: &[Vec<PriceStep>]) {
    for (cluster, steps) in model.clusters.iter_mut().zip(steps) {
        let mut rates = cluster.prices.first;
        cluster.prices.changes.clear();
        for &(from, prices) in steps {
            rates = with(rates, prices);
            cluster.prices.changes.push((from, rates));
        }
    }
}

/// Most-favoured clauses, after all prices are what they are without them. A price that one clause has lowered lowers no other: the lowest price
/// is that of a contract, or of none, that has it by itself.
fn favour_most(model: &mut Model, repricing: &[Repricing]) {
    let before: Vec<_> = model.clusters.iter().map(|cluster| cluster.prices.clone()).collect();
    for index in 0..model.clusters.len() {
        let cluster = &model.clusters[index];
        let Some(contract) = cluster.contract.filter(|id| repricing[id.index()].most_favoured) else { continue };
        let is_alike = |other: &usize| {
            let other = &model.clusters[*other];
            let is_same = other.vendor == cluster.vendor && other.gpu_type == cluster.gpu_type;
            is_same && other.contract != Some(contract) && other.reserved().next().is_some()
        };
        let others: Vec<usize> = (0..model.clusters.len()).filter(is_alike).collect();
        let start = model.contracts[contract.index()].start;
        let mut dates: Vec<SimTime> =
            others.iter().chain([&index]).flat_map(|&id| before[id].changes.iter().map(|&(from, _)| from)).collect();
        dates.retain(|&from| from >= start);
        // What others pay is theirs from their first reserved GPU on.
        let begins = |id: usize| model.clusters[id].reserved().map(|tranche| tranche.planned).min();
        dates.extend(others.iter().filter_map(|&id| begins(id)).map(|from| from.max(start)));
        dates.sort_unstable();
        dates.dedup();
        let mut least: Option<Price> = None;
        let mut changes: Vec<(SimTime, Rates)> = before[index].changes.iter().copied().filter(|&(from, _)| from < start).collect();
        for from in dates {
            let there = others.iter().filter(|&&id| begins(id).is_some_and(|first| first <= from));
            least = there.map(|&id| before[id].at(from).reserved).chain(least).min();
            let rates = *before[index].at(from);
            changes.push((from, Rates { reserved: least.map_or(rates.reserved, |least| rates.reserved.min(least)), ..rates }));
        }
        model.clusters[index].prices.changes = changes;
    }
}

fn with(rates: Rates, [reserved, on_demand, spot]: [Option<Price>; 3]) -> Rates {
    Rates {
        reserved: reserved.unwrap_or(rates.reserved),
        on_demand: on_demand.unwrap_or(rates.on_demand),
        spot: spot.unwrap_or(rates.spot),
    }
}
