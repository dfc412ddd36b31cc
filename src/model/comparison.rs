//! What a scenario is compared with.

use crate::units::SimTime;

/// The variants of a scenario, how the loss without each vendor is measured, and the ranked policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparisonPlan {
    /// Named changes, in the scenario's order.
    pub variants: Vec<Variant>,
    /// From when until when each vendor is taken away in turn, in every variant; not at all, if not given.
    pub n_minus_one: Option<(SimTime, SimTime)>,
    /// The policies that are ranked by default; empty if not given.
    pub policies: Vec<String>,
}

/// A named change to the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The key in the scenario.
    pub key: String,
    /// One line on what it is.
    pub title: String,
}
