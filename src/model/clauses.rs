//! What a contract says besides value, term and payment.

use crate::units::{ClusterId, Cost, Price, SimTime, Span};

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
}

/// An option on going on after the term at the contract's price; where it is not used, capacity leaves with the term.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extension {
    /// For how long.
    pub term: Span,
    /// It is used if the allocation share of the contract's clusters over the last 30 days of the term exceeds this, 0 to 1.
    pub when_allocation_above: f64,
}
