//! Charging teams at a standard rate.

use crate::units::{Price, TeamId};

/// A charge-back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargeBack {
    /// The standard rate of a GPU-hour of any type.
    pub rate: Price,
    /// Whether teams with a quota are charged for it, and not for what they use.
    pub by_quota: bool,
    /// Who owns the commitments, and with them what is billed beyond the charges.
    pub owner: Option<TeamId>,
}
