//! What a contract says besides value, term and payment.

use crate::units::{ClusterId, Cost, GpuTime, Price, SimTime, Span};

/// The clauses of a contract; none of them is there unless the scenario says so.
#[derive(Clone, Debug, Default)]
pub struct Clauses {
    /// The term begins when the first tranche is really delivered, not on the written day.
    pub starts_with_delivery: bool,
    /// Paid when the term begins, and credited against the contract's bills.
    pub prepayment: Cost,
    /// What the vendor owes for late tranches.
    pub delay_damages: Option<DelayDamages>,
    /// When the buyer gives up on what has not come.
    pub termination: Option<Termination>,
    /// When the buyer ends the contract before its term.
    pub early_termination: Option<EarlyTermination>,
    /// Until when other vendors' tranches must wait for this one to match them.
    pub first_refusal: Option<FirstRefusal>,
    /// More capacity that the buyer may call.
    pub expansion: Option<Expansion>,
    /// The buyer's option on going on after the term.
    pub extension: Option<Extension>,
    /// Share of the price of reserved GPU-time that is credited while an outage keeps it out, 0 to 1.
    pub outage_credit_share: f64,
    /// What is credited for months of too little availability.
    pub service_credits: Option<ServiceCredits>,
}

/// Service credits by bands of monthly availability.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceCredits {
    /// Availability below which each band holds, and the share of the month's bill that it credits, both from 0 to 1; from the mildest on.
    pub bands: Vec<(f64, f64)>,
    /// The most that is credited over the contract.
    pub cap: Option<Cost>,
    /// When breaches let the buyer leave.
    pub exit: Option<BreachExit>,
}

/// Exit for repeated breach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreachExit {
    /// A month of less availability counts, 0 to 1.
    pub below: f64,
    /// How many must count.
    pub months: u32,
    /// Among how many in a row.
    pub within: u32,
}

impl ServiceCredits {
    /// The share of a month's bill that is credited at some availability: that of the gravest band it falls into.
    #[must_use]
    pub fn share(&self, availability: f64) -> f64 {
        self.bands.iter().rfind(|(below, _)| availability < *below).map_or(0.0, |&(_, share)| share)
    }
}

/// Availability of reserved capacity, 0 to 1: what was not in an outage for which contracts credit. None without any.
#[must_use]
pub fn availability(delivered: GpuTime, down: GpuTime) -> Option<f64> {
    (delivered > GpuTime::ZERO).then(|| 1.0 - down.hours() / delivered.hours())
}

/// Delay damages: money back for every late tranche, from its date plus grace to its delivery.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DelayDamages {
    /// What a late GPU is worth a day [nano-USD per GPU-day].
    pub per_gpu_day: Price,
    /// The most that is paid over the contract.
    pub cap: Option<Cost>,
    /// Days of grace.
    pub after: Span,
    /// How late a tranche may be before the buyer leaves it.
    pub long_stop: Option<Span>,
}

/// Termination for repeated lateness: the buyer cancels what has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Termination {
    /// A tranche that is later than this counts.
    pub late: Span,
    /// So many must be that late.
    pub times: u32,
}

/// Early termination: the contract ends before its term, for a fee.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarlyTermination {
    /// The first instant without the contract.
    pub at: SimTime,
    /// Share of the remaining commitment that is paid, 0 to 1.
    pub fee_share: f64,
}

/// A right of first refusal: a tranche of another vendor waits for the holder to match it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstRefusal {
    /// From this instant on it no longer holds.
    pub until: SimTime,
    /// How long the holder takes.
    pub wait: Span,
}

/// An option on more capacity at the contract's price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expansion {
    /// Where it is delivered.
    pub cluster: ClusterId,
    /// How much: whole nodes [GPUs].
    pub gpus: u64,
    /// The first instant at which it may be exercised.
    pub exercise_from: SimTime,
    /// The last one.
    pub exercise_until: SimTime,
    /// From exercise to delivery.
    pub lead: Span,
    /// It is exercised once the vendor's allocation share over a month exceeds this, 0 to 1.
    pub when_allocation_above: f64,
    /// How long it stays from its delivery; none: as long as its contract says.
    pub term: Option<Span>,
    /// Share of it that is paid even if it is not used, where the contract is paid by use; none: the contract's.
    pub take_or_pay: Option<f64>,
}

/// An option on going on after the term at the contract's price; where it is not used, capacity leaves with the term.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extension {
    /// For how long.
    pub term: Span,
    /// It is used if the allocation share of the contract's clusters over the last 30 days of the term exceeds this, 0 to 1.
    pub when_allocation_above: f64,
}
