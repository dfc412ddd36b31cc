//! The policy of a model: which registered parts it is composed of, resolved and checked when the scenario is loaded.

use crate::kernel::formula::Formula;
use crate::units::{Span, VendorId};
use std::sync::Arc;

/// The preset of a scenario that names none.
pub const PRESET: &str = "easy";
/// The broker of a scenario that names none.
pub const BROKER: &str = "first_fit";
/// The placement of a scenario that names none.
pub const PLACEMENT: &str = "best_fit";
/// The elastic part of a scenario that names none: jobs run on what they ask for.
pub const ELASTIC: &str = "rigid";
/// The least time between two re-allocations under `goodput`: Pollux's scheduling interval.
pub const ELASTIC_INTERVAL: Span = Span::from_ms(60_000);

/// The parts a policy is composed of. Only the registry of [`crate::policy`] makes one, so that every part is registered and
/// composing the policy cannot fail.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyChoice {
    /// What the result files call it: a preset's name, or the parts'.
    pub name: String,
    pub(crate) order: Part,
    pub(crate) backfill: Part,
    pub(crate) broker: Part,
    pub(crate) placement: Part,
    pub(crate) preemption: Part,
    pub(crate) elastic: Part,
    /// Shares GPUs out by rounds; then order, backfill and preemption have no say.
    pub(crate) allocator: Option<Part>,
    /// The least time between two re-allocations, for the elastic parts that make them at intervals.
    pub elastic_interval: Span,
    /// Levels of the orders that have them.
    pub levels: Levels,
    /// How fast the order `fair` forgets what teams have used: half of it after this time. If none, only what they hold now counts.
    pub usage_half_life: Option<Span>,
    /// Rounds, for presets that share GPUs out by rounds.
    pub rounds: Rounds,
}

/// A registered part: its row in the table of its kind, and what its name says behind the colon.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Part {
    pub(crate) row: usize,
    pub(crate) argument: Argument,
}

/// What the name of a part says behind its colon.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Argument {
    /// Nothing.
    #[default]
    None,
    /// A vendor: `single:azure`.
    Vendor(VendorId),
    /// How fast usage is forgotten: `fair:7d`.
    HalfLife(Span),
    /// The behaviour of the published simulator: `las:tiresias`.
    Tiresias,
    /// The formula of `order.expr`.
    Formula(Arc<Formula>),
}

/// Rounds, for policies that share GPUs of several types out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// A round's length.
    pub round: Span,
    /// Least time between two computations of shares; a round, if not given.
    pub shares_apart: Option<Span>,
}

impl Default for Rounds {
    /// Six-minute rounds, as in Gavel's evaluation (OSDI 2020).
    fn default() -> Self {
        Self { round: Span::from_ms(360_000), shares_apart: None }
    }
}

/// Levels of attained service, for the orders `las`, `las2d` and `gittins`.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// Service that ends each level but the last, ascending [s; GPU-s for `las2d` and `gittins`].
    pub limits_s: Vec<f64>,
    /// A waiting job that has waited this many times what it has attained goes back to the first level; never, if not given.
    pub promote_after: Option<f64>,
}

impl Levels {
    /// Whether limits can stand: at most 32, ascending, each between 0.001 and 10^12.
    #[must_use]
    pub fn are_limits(limits_s: &[f64]) -> bool {
        let is_ascending = limits_s.windows(2).all(|pair| pair[0] < pair[1]);
        limits_s.len() <= 32 && is_ascending && limits_s.iter().all(|limit| (0.001..=1e12).contains(limit))
    }
}

impl Default for Levels {
    /// The limits of Tiresias's evaluation (NSDI 2019): 3,250 and 7,200 GPU-s; no promotion.
    fn default() -> Self {
        Self { limits_s: vec![3250.0, 7200.0], promote_after: None }
    }
}
