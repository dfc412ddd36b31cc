//! What was signed with a vendor.

use super::Model;
use super::clauses::Clauses;
use super::cluster::Cluster;
use super::ramp::Tranche;
use crate::units::{ClusterId, Cost, GpuTime, Gpus, Price, SimTime, Span, VendorId};

/// A contract: value, term, payment mode and clauses.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The key in the scenario.
    pub name: String,
    /// The vendor.
    pub vendor: VendorId,
    /// Total committed.
    pub value: Cost,
    /// When it begins (may lie before the scenario).
    pub start: SimTime,
    /// How long it runs, from its start to the end of its last term.
    pub term: Span,
    /// The term of each tranche, from its acceptance; none where all tranches end with the contract.
    pub tranche_term: Option<Span>,
    /// What becomes of reserved capacity after its term; an extension takes its place.
    pub after_term: AfterTerm,
    /// How long before it ends it must be given notice, where it may be ended early.
    pub notice: Option<Span>,
    /// The clusters whose reserved tranches it covers.
    pub clusters: Vec<ClusterId>,
    /// What is paid for.
    pub payment: Payment,
    /// Until when the named workloads and services may start on this vendor alone.
    pub exclusivity: Option<Exclusivity>,
    /// Commitment by contract-year, the first beginning at `start`. Sums to `value`.
    pub yearly_commitment: Vec<Cost>,
    /// Planned reserved GPU-time over the term.
    pub planned: GpuTime,
    /// What was promised to be spent, where it is not an order of capacity.
    pub spend: Option<Spend>,
    /// What else was agreed.
    pub clauses: Clauses,
}

/// What a contract's money is paid for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Payment {
    /// Delivered reserved GPUs are paid, used or not.
    Capacity,
    /// Used GPU-time is paid; at the end of a contract-year at least this share of its commitment (take-or-pay).
    Usage {
        /// Between 0 and 1.
        take_or_pay: f64,
    },
}

/// A promise to spend: a pool that all spending with the vendor draws on.
#[derive(Clone, Debug, PartialEq)]
pub struct Spend {
    /// What must have been drawn by when, in order; at least one.
    pub milestones: Vec<(SimTime, Cost)>,
    /// What becomes of what one was missed by.
    pub shortfall: Shortfall,
    /// What is spent on other things [USD per year].
    pub other_usd_per_year: f64,
    /// What was drawn before the scenario.
    pub drawn_before: Cost,
}

/// What becomes of what a milestone was missed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortfall {
    /// It is paid and gone.
    Lost,
    /// It is paid, and credited against later bills for so long.
    Credit(Span),
    /// It must be made up by the last milestone.
    MakeUp,
}

impl Spend {
    /// What is spent on other things by an instant, since the scenario's start or the contract's, if that is later.
    #[must_use]
    pub fn other_by(&self, start: SimTime, time: SimTime) -> Cost {
        Cost::from_usd(self.other_usd_per_year * (time - start.max(SimTime::ZERO)).days().max(0.0) / 365.25)
    }
}

/// What becomes of reserved capacity after its term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterTerm {
    /// It leaves.
    Leaves,
    /// It goes on, paid like before; no minimum is due on it. None: at the contract's price.
    Continues(Option<Price>),
}

/// A promise to start work on one vendor alone.
#[derive(Clone, Debug)]
pub struct Exclusivity {
    /// From this instant on it no longer holds.
    pub until: SimTime,
    /// The workloads and services bound by it, by their number among [`Model::users`]; empty means all.
    pub users: Vec<usize>,
    /// When the holder lets others in.
    pub waivers: Vec<Waiver>,
}

/// The holder's consent that exclusivity does not hold for a while.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// First instant without it.
    pub from: SimTime,
    /// First instant at which it holds again.
    pub until: SimTime,
    /// The vendors that are let in; empty means all.
    pub vendors: Vec<VendorId>,
    /// The workloads and services that may leave, by their number among [`Model::users`]; empty means all.
    pub users: Vec<usize>,
}

impl Contract {
    /// The first instant after its term.
    #[must_use]
    pub fn end(&self) -> SimTime {
        self.start.saturating_add(self.term)
    }

    /// The term as it is written: of each tranche, where each has its own.
    #[must_use]
    pub fn stated_term(&self) -> Span {
        self.tranche_term.unwrap_or(self.term)
    }

    /// What its option adds if it is exercised as soon as it may be: GPUs, and what they cost until their term ends.
    #[must_use]
    pub fn option(&self, model: &Model) -> Option<(u64, Cost)> {
        let option = self.clauses.expansion?;
        let from = option.exercise_from.max(self.start).max(SimTime::ZERO).saturating_add(option.lead);
        let own = option.term.or(self.tranche_term).map(|term| from.saturating_add(term));
        let until = own.map_or_else(|| self.end(), |end| if self.tranche_term.is_some() { end } else { end.min(self.end()) });
        let prices = &model.clusters[option.cluster.index()].prices;
        Some((option.gpus, prices.reserved_over(Gpus::whole(option.gpus), from, until)))
    }

    /// What is due whatever the vendor delivers: the last milestone of a promise to spend, or what is paid in advance.
    #[must_use]
    pub fn firm_minimum(&self) -> Cost {
        let last = self.spend.as_ref().and_then(|spend| spend.milestones.last());
        last.map_or(self.clauses.prepayment, |&(_, usd)| usd)
    }

    /// What is due as far as the vendor delivers: the value of an order, or its minimum where it is paid by use, less what is paid in advance.
    #[must_use]
    pub fn due_on_delivery(&self) -> Cost {
        let share = match self.payment {
            _ if self.spend.is_some() => return Cost::ZERO,
            Payment::Capacity => 1.0,
            Payment::Usage { take_or_pay } => take_or_pay,
        };
        let due = self.value.portion(share);
        if due > self.clauses.prepayment { due - self.clauses.prepayment } else { Cost::ZERO }
    }

    /// The planned term of a reserved tranche: its first instant and the first one after it.
    #[must_use]
    pub fn planned_term(&self, tranche: &Tranche) -> [SimTime; 2] {
        let begin = tranche.planned.max(self.start);
        let end = self.tranche_term.map_or_else(|| self.end(), |term| begin.saturating_add(term));
        [begin, end.min(tranche.until)]
    }

    /// Planned reserved GPU-time of a cluster within its terms, between two instants.
    #[must_use]
    pub fn planned_in_term(&self, cluster: &Cluster, from: SimTime, to: SimTime) -> GpuTime {
        let time = |tranche: &Tranche| {
            let [begin, end] = self.planned_term(tranche);
            Gpus::whole(tranche.gpus).over(to.min(end) - from.max(begin))
        };
        cluster.reserved().map(time).sum()
    }

    /// What share of each contract-year's commitment is due whatever was used; 0 where capacity is paid, used or not.
    #[must_use]
    pub const fn take_or_pay(&self) -> f64 {
        match self.payment {
            Payment::Usage { take_or_pay } => take_or_pay,
            Payment::Capacity => 0.0,
        }
    }

    /// Whether something is due even where less is used.
    #[must_use]
    pub fn has_minimum(&self) -> bool {
        self.spend.is_some() || self.take_or_pay() > 0.0
    }

    /// The ends of its contract-years if its term begins at `start`, which comes first. None where it never begins.
    #[must_use]
    pub fn year_boundaries(&self, start: SimTime) -> Vec<SimTime> {
        let year = Span::from_seconds(365.25 * 86_400.0);
        let end = start.saturating_add(self.term);
        if end == SimTime::NEVER {
            return Vec::new();
        }
        let mut boundaries = vec![start];
        while let Some(&last) = boundaries.last()
            && last < end
        {
            boundaries.push((last + year).min(end));
        }
        boundaries
    }

    /// When the buyer or the vendor's default ends it before its term, if so; else never.
    #[must_use]
    pub fn cut_short(&self, model: &Model) -> SimTime {
        let by_buyer = self.clauses.early_termination.map_or(SimTime::NEVER, |clause| clause.at);
        by_buyer.min(model.vendors[self.vendor.index()].defaults_at.unwrap_or(SimTime::NEVER))
    }

    /// When exclusivity keeps a user of [`Model::users`] from starting with another vendor: from the first instant to before the second.
    #[must_use]
    pub fn closes(&self, model: &Model, user: usize, other: VendorId) -> Vec<(SimTime, SimTime)> {
        let Some(clause) = &self.exclusivity else { return Vec::new() };
        if !clause.users.is_empty() && !clause.users.contains(&user) {
            return Vec::new();
        }
        // It does not outlive a contract that is cut short.
        let mut spans = vec![(self.start, clause.until.min(self.cut_short(model)))];
        let applies = |waiver: &&Waiver| {
            (waiver.vendors.is_empty() || waiver.vendors.contains(&other))
                && (waiver.users.is_empty() || waiver.users.contains(&user))
        };
        for waiver in clause.waivers.iter().filter(applies) {
            let cut = |(from, until): (SimTime, SimTime)| [(from, until.min(waiver.from)), (from.max(waiver.until), until)];
            spans = spans.into_iter().flat_map(cut).filter(|(from, until)| from < until).collect();
        }
        spans
    }

    /// Its value divided by its term as it is written \[USD per year of 365.25 days\].
    #[must_use]
    pub fn usd_per_year(&self) -> f64 {
        self.value.usd() / (self.stated_term().days() / 365.25)
    }

    /// The term that binds by what is planned and decided: its first instant, and the first one after it. Where the term begins with the
    /// first delivery, that is the first date on which one is due; never where none is. Options that are not exercised yet add nothing to
    /// it, and slips are not known beforehand.
    #[must_use]
    pub fn binding_term(&self, model: &Model) -> [SimTime; 2] {
        let begin = if self.clauses.starts_with_delivery {
            let ramps = self.clusters.iter().flat_map(|id| &model.clusters[id.index()].ramp);
            let awaited = ramps.filter(|tranche| tranche.is_reserved() && tranche.planned >= self.start);
            // What is there at the scenario's start came when it was planned.
            let due = |tranche: &Tranche| if tranche.planned <= SimTime::ZERO { tranche.planned } else { tranche.due() };
            awaited.map(due).min().unwrap_or(SimTime::NEVER)
        } else {
            self.start
        };
        [begin, begin.saturating_add(self.term).min(self.cut_short(model))]
    }

    /// Years of its binding term that are left at `now`: the whole term if it has not begun, 0 where it never begins.
    #[must_use]
    pub fn years_left(&self, model: &Model, now: SimTime) -> f64 {
        let [begin, end] = self.binding_term(model);
        ((end - now.max(begin)).days() / 365.25).max(0.0)
    }
}
