//! Vendors: the companies that are paid for capacity.

use crate::units::{Cost, SimTime, Span};

/// A vendor: a cloud, or the operator of sites that are booked separately.
#[derive(Clone, Debug)]
pub struct Vendor {
    /// The key in the scenario (`aws`).
    pub key: String,
    /// The name in tables (`AWS`).
    pub name: String,
    /// Whether its committed money is not public: then it is printed as unknown, never as zero.
    pub commitment_unknown: bool,
    /// Between what its committed money lies, where that is not public but bounded.
    pub commitment_range: Option<[Cost; 2]>,
    /// Whether its IT power is not public.
    pub power_unknown: bool,
    /// How long it takes to have equal capacity elsewhere, if known.
    pub replacement_lead: Option<Span>,
    /// When it defaults: from then on its capacity is gone, and nothing is paid.
    pub defaults_at: Option<SimTime>,
    /// When it stops delivering, in a future in which it defaults by its law.
    pub stops_at: Option<SimTime>,
    /// A default that each future draws for itself.
    pub default_law: Option<DefaultLaw>,
}

/// When a vendor defaults, and what becomes of what it has delivered; each future draws both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DefaultLaw {
    /// When, if that is certain.
    pub at: Option<SimTime>,
    /// The probability that it happens within a year, otherwise, 0 to less than 1.
    pub per_year: f64,
    /// The probability that capacity goes on, 0 to 1.
    pub continues: f64,
    /// The probability that it goes on for a while, 0 to 1.
    pub winds_down: f64,
    /// For how long.
    pub notice: Span,
}

impl Vendor {
    /// Whether it has defaulted by then.
    #[must_use]
    pub fn has_defaulted(&self, now: SimTime) -> bool {
        self.defaults_at.is_some_and(|at| at <= now)
    }
}
