//! Take-or-pay minima while they are used up, as brokers and services see them.

use super::world::{Event, World, class};
use crate::metrics::Timeline;
use crate::metrics::timeline::compute;
use crate::model::Model;
use crate::model::contract::{Contract, Spend};
use crate::model::ramp::CapacityKind;
use crate::policy::Minimum;
use crate::units::{ClusterId, Cost, GpuTime, Gpus, SimTime, Span};
use std::collections::VecDeque;

/// Over how many days the load is averaged.
const LOAD_DAYS: usize = 28;

/// What is kept to follow minima.
pub(super) struct Minima {
    /// By contract: its contract-year, and how it stood when that began.
    bases: Vec<(Option<usize>, Readings)>,
    /// What all clusters had allocated at the last midnights [GPU-hours].
    allocated: VecDeque<f64>,
    /// By cluster: what its GPU-time had cost by the last change of its prices, and how much there had been by then.
    priced: Vec<Priced>,
}

/// GPU-time of a cluster up to a change of its prices.
#[derive(Clone, Copy, Default)]
struct Priced {
    in_term: (GpuTime, Cost),
    by_kind: ([GpuTime; 3], Cost),
}

/// What has run up on the reserved capacity of a contract since the start of the run.
#[derive(Clone, Copy, Default)]
struct Readings {
    used: Cost,
    /// Compute that the vendor has made available [GPU-ms, in thousandths of an H100].
    available: u128,
}

impl Minima {
    pub(super) fn new(model: &Model) -> Self {
        Self {
            bases: vec![(None, Readings::default()); model.contracts.len()],
            allocated: VecDeque::new(),
            priced: vec![Priced::default(); model.clusters.len()],
        }
    }
}

impl World<'_> {
    /// A day begins: what was used yesterday is seen. Only where a contract has a minimum.
    pub(super) fn midnight(&mut self) {
        if !self.model.contracts.iter().any(Contract::has_minimum) {
            return;
        }
        let clusters = (0..self.model.clusters.len()).map(ClusterId::from);
        let allocated = clusters.map(|cluster| self.recorder.allocated_so_far(cluster, self.now).hours()).sum();
        self.minima.allocated.push_back(allocated);
        if self.minima.allocated.len() > LOAD_DAYS + 1 {
            self.minima.allocated.pop_front();
        }
        self.update_minima(self.now);
        self.events.push(self.now + Span::DAY, class::CONTROL, Event::Midnight);
    }

    /// What is left of each minimum of this contract-year.
    pub(super) fn update_minima(&mut self, now: SimTime) {
        for index in 0..self.model.contracts.len() {
            let contract = &self.model.contracts[index];
            if contract.has_minimum() {
                let minimum = match &contract.spend {
                    Some(spend) => self.milestone_now(index, spend, now),
                    None => self.minimum_now(index, now),
                };
                for cluster in &contract.clusters {
                    self.state.minima[cluster.index()] = minimum;
                }
            }
        }
    }

    fn minimum_now(&mut self, index: usize, now: SimTime) -> Minimum {
        let (contract, timeline) = (&self.model.contracts[index], &self.timelines[index]);
        let boundaries = contract.year_boundaries(timeline.start);
        let is_over = now >= timeline.end;
        let year = boundaries.windows(2).position(|pair| pair[0] <= now && now < pair[1] && !is_over);
        let readings = self.readings(contract, now);
        let (year_of_base, base) = &mut self.minima.bases[index];
        if *year_of_base != year {
            (*year_of_base, *base) = (year, readings);
        }
        let base = *base;
        let Some(year) = year else { return Minimum::default() };
        let settled = boundaries[year + 1].min(self.model.horizon());
        let available = readings.available - base.available + self.expected(contract, &self.timelines[index], [now, settled]);
        let minimum = timeline.minimum(self.model, contract, year, settled, now, available);
        let left = minimum.usd() - (readings.used - base.used).usd();
        let hours = (settled - now).hours();
        if left <= 0.0 || hours <= 0.0 {
            return Minimum::default();
        }
        let pressure_usd_per_h = left / hours;
        Minimum { pressure_usd_per_h, burns: pressure_usd_per_h >= self.usable(contract, [now, settled]) }
    }

    /// What is left to draw until the next milestone. Spending is seen by the clusters of the vendor; what is billed beside GPU-time shows
    /// only in the bill.
    fn milestone_now(&self, index: usize, spend: &Spend, now: SimTime) -> Minimum {
        let (contract, timeline) = (&self.model.contracts[index], &self.timelines[index]);
        let next = spend.milestones.iter().find(|&&(date, _)| date > now);
        let Some(&(date, least)) = next.filter(|_| timeline.start <= now && now < timeline.end) else { return Minimum::default() };
        let date = date.min(self.model.horizon());
        let drawn = self.drawn(contract, spend, now) + (spend.other_by(timeline.start, date) - spend.other_by(timeline.start, now));
        let (left, hours) = (least.usd() - drawn.usd(), (date - now).hours());
        if left <= 0.0 || hours <= 0.0 {
            return Minimum::default();
        }
        let pressure_usd_per_h = left / hours;
        Minimum { pressure_usd_per_h, burns: pressure_usd_per_h >= self.usable(contract, [now, date]) }
    }

    /// The contract-year that has begun, and the reserved compute that the vendor has made available in it so far.
    pub(super) fn available_this_year(&self, index: usize) -> (Option<usize>, u128) {
        let (year, base) = self.minima.bases[index];
        (year, self.readings(&self.model.contracts[index], self.now).available - base.available)
    }

    /// What has been drawn of a pool so far, as the clusters of the vendor show it.
    pub(super) fn drawn(&self, contract: &Contract, spend: &Spend, now: SimTime) -> Cost {
        let clusters = self.model.clusters_of(contract.vendor);
        let bills = clusters.map(|(id, _)| self.cost_of_all(id, now));
        spend.drawn_before + bills.sum::<Cost>() + spend.other_by(contract.start, now)
    }

    fn readings(&self, contract: &Contract, now: SimTime) -> Readings {
        let mut readings = Readings::default();
        for &id in &contract.clusters {
            let cluster = &self.model.clusters[id.index()];
            readings.used += self.cost_in_term(id, now);
            readings.available += compute(cluster, self.recorder.available_in_term(id, now));
        }
        readings
    }

    /// What reserved GPU-time in term would have cost by now where it is paid by use.
    fn cost_in_term(&self, id: ClusterId, now: SimTime) -> Cost {
        let (before, cost) = self.minima.priced[id.index()].in_term;
        cost + self.state.facts[id.index()].prices.reserved.of(self.recorder.used_in_term(id, now) - before)
    }

    /// What allocated GPU-time of all kinds would have cost by now where it is paid by use.
    fn cost_of_all(&self, id: ClusterId, now: SimTime) -> Cost {
        let (before, cost) = self.minima.priced[id.index()].by_kind;
        let now = self.recorder.allocated_by_kind(id, now);
        cost + self.state.facts[id.index()].prices.of(std::array::from_fn(|kind| now[kind] - before[kind]))
    }

    /// Schedules the changes of prices.
    pub(super) fn expect_price_changes(&mut self) {
        for (index, cluster) in self.model.clusters.iter().enumerate() {
            for &(at, _) in cluster.prices.changes.iter().filter(|&&(at, _)| at > SimTime::ZERO && at < self.model.horizon()) {
                self.events.push(at, class::FAILURE, Event::Prices(index.into()));
            }
        }
    }

    /// The prices of a cluster change: policies see the new ones from now on.
    pub(super) fn change_prices(&mut self, id: ClusterId) {
        let priced = Priced {
            in_term: (self.recorder.used_in_term(id, self.now), self.cost_in_term(id, self.now)),
            by_kind: (self.recorder.allocated_by_kind(id, self.now), self.cost_of_all(id, self.now)),
        };
        self.minima.priced[id.index()] = priced;
        self.reprice_allowances();
        self.state.facts[id.index()].prices = *self.model.clusters[id.index()].prices.at(self.now);
        self.changed = true;
        self.state.surprises += 1;
    }

    /// Reserved compute that the contract's clusters will have in a span of the future, by the dates that are known
    /// [GPU-ms, in thousandths of an H100].
    pub(super) fn expected(&self, contract: &Contract, timeline: &Timeline, [from, until]: [SimTime; 2]) -> u128 {
        let of_cluster = |&id: &ClusterId| {
            let cluster = &self.model.clusters[id.index()];
            let reserved = cluster.ramp.iter().enumerate().filter(|(_, tranche)| tranche.kind == CapacityKind::Reserved);
            let dated = reserved.filter_map(|(number, tranche)| Some((tranche, self.known_date(id, number, tranche)?)));
            let over = |tranche, date| until.min(timeline.term_end(contract, tranche, date));
            let time = dated.map(|(tranche, date)| Gpus::whole(tranche.gpus).over(over(tranche, date) - date.max(from))).sum();
            compute(cluster, time)
        };
        contract.clusters.iter().map(of_cluster).sum()
    }

    /// What the contract's clusters could be used for in a span [USD an hour]: what the plan has there, as far as the load of all clusters in
    /// the last days would fill it; all of it before there are so many days.
    fn usable(&self, contract: &Contract, [from, to]: [SimTime; 2]) -> f64 {
        let clusters = || contract.clusters.iter().map(|id| &self.model.clusters[id.index()]);
        let planned_h: f64 = clusters().map(|cluster| cluster.planned_reserved(from, to).hours()).sum();
        let planned: Cost = clusters().map(|cluster| cluster.planned_cost(from, to)).sum();
        let hours = (to - from).hours();
        let planned_gpus = planned_h / hours;
        let allocated = &self.minima.allocated;
        let filled = match (allocated.front(), allocated.back()) {
            (Some(first), Some(last)) if allocated.len() > LOAD_DAYS && planned_gpus > 0.0 => {
                ((last - first) / (LOAD_DAYS as f64 * 24.0) / planned_gpus).min(1.0)
            }
            _ => 1.0,
        };
        planned.usd() / hours * filled
    }
}
