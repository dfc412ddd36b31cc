//! The timeline of a contract in one future.

use crate::model::Model;
use crate::model::cluster::Cluster;
use crate::model::contract::{Contract, Payment};
use crate::model::ramp::{CapacityKind, Tranche};
use crate::units::{ClusterId, Cost, GpuTime, Gpus, SimTime, Span};

/// A contract in one future: its real term, and what came late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// When its term begins; never where it waits for a tranche that does not come.
    pub start: SimTime,
    /// The first instant after it: its term's end, or whatever ends it before.
    pub end: SimTime,
    /// What ends it.
    pub ending: Ending,
    /// Late tranches, in order of the instants from which they cost damages.
    pub late: Vec<Lateness>,
    /// When the buyer gave up for lateness on all that had not come.
    pub given_up: Option<SimTime>,
    /// The tranches that the buyer left for lateness.
    pub released: Vec<Release>,
    /// When what an option called is delivered, and the first instant after its term, once it was exercised.
    pub called: Option<[SimTime; 2]>,
    /// What the buyer has cancelled so far for want of revenue, before it was due: tranches by cluster and number.
    pub withdrawn: Vec<(ClusterId, usize)>,
    /// What that cost: when, and how much.
    pub fees: Vec<(SimTime, Cost)>,
}

/// What ends a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its term is over.
    Term,
    /// The buyer ended it.
    Buyer,
    /// The vendor defaulted.
    Default,
    /// The buyer left, because the vendor had missed its availability too often.
    Breach,
}

/// A tranche that the buyer left because it had not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// When.
    pub at: SimTime,
    /// Where it was missed.
    pub cluster: ClusterId,
    /// Its number in the cluster's ramp.
    pub number: usize,
    /// Whether its long-stop date had come, so that what was paid in advance for it is paid back.
    pub is_paid_back: bool,
}

/// A tranche that came late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lateness {
    /// Where it was missed.
    pub cluster: ClusterId,
    /// How much was missed.
    pub gpus: Gpus,
    /// When its day and the grace were over.
    pub from: SimTime,
    /// When it came, or was given up.
    pub until: SimTime,
}

impl Timeline {
    /// Where accounts must be cut so that what belongs to the contract, or to one of its years, can be separated.
    #[must_use]
    pub fn cuts(&self, model: &Model, contract: &Contract) -> Vec<SimTime> {
        let mut cuts = match contract.payment {
            Payment::Usage { .. } => contract.year_boundaries(self.start),
            Payment::Capacity => Vec::new(),
        };
        if contract.clauses.prepayment > Cost::ZERO || self.ending != Ending::Term {
            cuts.extend([self.start, self.end]);
        }
        if let Some(spend) = &contract.spend {
            cuts.extend([self.start, self.end]);
            cuts.extend(spend.milestones.iter().map(|&(date, _)| date));
        }
        if has_capacity_before(model, contract) {
            cuts.push(self.start);
        }
        cuts
    }

    /// The first instant after the term of a reserved tranche that was delivered at an instant.
    #[must_use]
    pub fn term_end(&self, contract: &Contract, tranche: &Tranche, delivered: SimTime) -> SimTime {
        let own = |term| delivered.max(self.start).saturating_add(term);
        let end = contract.tranche_term.map_or(self.end, own).min(tranche.until);
        if self.ending == Ending::Term { end } else { end.min(self.end) }
    }

    /// How far the real term has moved from the written one, if it has begun.
    #[must_use]
    pub fn shift(&self, contract: &Contract) -> Span {
        self.start - contract.start
    }

    /// Whether the buyer cancelled a tranche, for lateness or for want of revenue: nothing is committed for it any more.
    #[must_use]
    pub fn is_cancelled(&self, cluster: ClusterId, number: usize) -> bool {
        self.is_released(cluster, number, SimTime::NEVER) || self.withdrawn.contains(&(cluster, number))
    }

    /// Whether the buyer has left a tranche for lateness by an instant.
    #[must_use]
    pub fn is_released(&self, cluster: ClusterId, number: usize, now: SimTime) -> bool {
        self.released.iter().any(|release| release.at <= now && (release.cluster, release.number) == (cluster, number))
    }

    /// Compute of the plan between two instants of the real term that is left after what the buyer has cancelled by `now`: what was withdrawn
    /// had not come, so that all of it goes; what is given up for lateness goes from that instant on \[GPU-ms, in thousandths of an H100\].
    fn kept_compute(&self, model: &Model, contract: &Contract, [begin, end]: [SimTime; 2], now: SimTime) -> u128 {
        let shift = self.shift(contract);
        let (begin, end) = (begin - shift, end - shift);
        let is_withdrawn = |cluster, number| self.withdrawn.contains(&(cluster, number));
        let kept = planned_compute(model, contract, [begin, end], |cluster, number| !is_withdrawn(cluster, number));
        let left = self.released.iter().filter(|release| release.at <= now && !is_withdrawn(release.cluster, release.number));
        let left = left.map(|release| {
            let is_it = |cluster, number| (cluster, number) == (release.cluster, release.number);
            planned_compute(model, contract, [begin.max(release.at - shift), end], is_it)
        });
        kept - left.sum::<u128>()
    }

    /// What at least is to be paid for a contract-year that is settled at an instant, as known `now`: the agreed share of the price of what the
    /// vendor has made available of the plan, as far as tranches are not cancelled. What was not there cannot be used, and nothing is due on it.
    /// What lies before the scenario is not known and is left out, as is what lies after the settlement. A framework without named capacity is
    /// due in proportion to time.
    ///
    /// `available` is the reserved compute of the contract's clusters in that time \[GPU-ms, in thousandths of an H100\].
    #[must_use]
    pub fn minimum(
        &self,
        model: &Model,
        contract: &Contract,
        year: usize,
        settled: SimTime,
        now: SimTime,
        available: u128,
    ) -> Cost {
        let boundaries = contract.year_boundaries(self.start);
        let Some((&begin, &end)) = boundaries.get(year).zip(boundaries.get(year + 1)) else { return Cost::ZERO };
        let simulated = [begin.max(SimTime::ZERO), settled];
        match planned_compute(model, contract, [contract.start, contract.end()], |_, _| true) {
            0 => {
                let Some(commitment) = contract.yearly_commitment.get(year) else { return Cost::ZERO };
                let share_of_year = (simulated[1] - simulated[0]).ms() as f64 / (end - begin).ms() as f64;
                commitment.portion(contract.take_or_pay() * share_of_year)
            }
            all => {
                let (called, due_on_called) = self.called_minimum(model, contract, simulated);
                let due_on = self.kept_compute(model, contract, simulated, now).min(available.saturating_sub(called));
                contract.value.portion(contract.take_or_pay() * (due_on as f64 / all as f64)) + due_on_called
            }
        }
    }

    /// What an option called adds between two instants: its compute \[GPU-ms, in thousandths of an H100\], and what of it is due at its cluster's price.
    fn called_minimum(&self, model: &Model, contract: &Contract, [from, to]: [SimTime; 2]) -> (u128, Cost) {
        let (Some(option), Some([delivered, end])) = (contract.clauses.expansion, self.called) else { return (0, Cost::ZERO) };
        let (cluster, gpus) = (&model.clusters[option.cluster.index()], Gpus::whole(option.gpus));
        let [from, to] = [from.max(delivered), to.min(end).min(self.end)];
        let share = option.take_or_pay.unwrap_or(contract.take_or_pay());
        let due = cluster.prices.reserved_over(gpus, from, to).portion(share);
        (compute(cluster, gpus.over(to - from)), due)
    }
}

/// Whether reserved capacity that a contract covers is planned before its term begins.
fn has_capacity_before(model: &Model, contract: &Contract) -> bool {
    let ramps = contract.clusters.iter().flat_map(|id| &model.clusters[id.index()].ramp);
    ramps.into_iter().any(|tranche| tranche.kind == CapacityKind::Reserved && tranche.planned < contract.start)
}

/// GPU-time of a cluster as compute \[GPU-ms, in thousandths of an H100\].
#[must_use]
pub fn compute(cluster: &Cluster, time: GpuTime) -> u128 {
    time.milli_gpu_ms() / 1000 * weight(cluster)
}

/// A GPU in thousandths of an H100.
fn weight(cluster: &Cluster) -> u128 {
    (cluster.h100_equivalents * 1000.0).round().max(1.0) as u128
}

/// The share of a contract's commitment that the plan puts after an instant of its written term, 0 to 1: in proportion to the compute of the
/// tranches that count. A framework without named capacity is spread evenly over its term.
#[must_use]
pub fn share_after(model: &Model, contract: &Contract, time: SimTime, counts: impl Fn(ClusterId, usize) -> bool) -> f64 {
    match planned_compute(model, contract, [contract.start, contract.end()], |_, _| true) {
        0 => (contract.end() - time.max(contract.start)).ms().max(0) as f64 / contract.term.ms() as f64,
        all => planned_compute(model, contract, [time.max(contract.start), contract.end()], counts) as f64 / all as f64,
    }
}

/// Compute that the plan puts between two instants on a contract's reserved tranches [GPU-ms, in thousandths of an H100].
#[must_use]
pub fn planned_compute(
    model: &Model,
    contract: &Contract,
    [from, to]: [SimTime; 2],
    counts: impl Fn(ClusterId, usize) -> bool,
) -> u128 {
    let of_cluster = |&id: &ClusterId| -> u128 {
        let cluster = &model.clusters[id.index()];
        let reserved = cluster.ramp.iter().enumerate().filter(|(_, tranche)| tranche.kind == CapacityKind::Reserved);
        let counted = reserved.filter(|&(number, _)| counts(id, number));
        let gpu_ms = |(_, tranche): (usize, &Tranche)| {
            let [begin, end] = contract.planned_term(tranche);
            u128::from(tranche.gpus) * u128::try_from((to.min(end) - begin.max(from)).ms()).unwrap_or(0)
        };
        counted.map(gpu_ms).sum::<u128>() * weight(cluster)
    };
    contract.clusters.iter().map(of_cluster).sum()
}
