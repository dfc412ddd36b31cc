//! What was signed with a vendor.

use crate::units::{ClusterId, Cost, GpuTime, SimTime, Span, VendorId, WorkloadId};

/// A contract: value, term, payment mode and clauses.
#[derive(Clone, Debug)]
pub struct Contract {
    /// The key in the scenario.
    pub name: String,
    /// Who is paid.
    pub vendor: VendorId,
    /// Total committed.
    pub value: Cost,
    /// When it begins (may lie before the scenario).
    pub start: SimTime,
    /// How long it runs.
    pub term: Span,
    /// How long before it ends it must be given notice, where it may be ended early.
    pub notice: Option<Span>,
    /// The clusters whose reserved tranches it covers.
    pub clusters: Vec<ClusterId>,
    /// What is paid for.
    pub payment: Payment,
    /// Until when the named workloads may start on this vendor alone.
    pub exclusivity: Option<Exclusivity>,
    /// Commitment by contract-year, the first beginning at `start`. Sums to `value`.
    pub yearly_commitment: Vec<Cost>,
    /// Planned reserved GPU-time over the term.
    pub planned: GpuTime,
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

/// A promise to start work on one vendor alone.
#[derive(Clone, Debug)]
pub struct Exclusivity {
    /// From this instant on it no longer holds.
    pub until: SimTime,
    /// The workloads bound by it; empty means all.
    pub workloads: Vec<WorkloadId>,
}

impl Contract {
    /// The first instant after its term.
    #[must_use]
    pub fn end(&self) -> SimTime {
        self.start.saturating_add(self.term)
    }

    /// The ends of its contract-years, its start first.
    #[must_use]
    pub fn year_boundaries(&self) -> Vec<SimTime> {
        let year = Span::from_seconds(365.25 * 86_400.0);
        let mut boundaries = vec![self.start];
        while let Some(&last) = boundaries.last()
            && last < self.end()
        {
            boundaries.push((last + year).min(self.end()));
        }
        boundaries
    }

    /// Years left at `now`, whole term if it has not begun.
    #[must_use]
    pub fn years_left(&self, now: SimTime) -> f64 {
        ((self.end() - now.max(self.start)).days() / 365.25).max(0.0)
    }
}
