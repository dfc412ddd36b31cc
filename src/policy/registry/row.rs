//! A row of the tables of parts: a name, what it means, how the part is built, and what it goes with.

use crate::model::policy::Argument;
use crate::model::{Model, PolicyChoice};
use crate::units::VendorId;

/// What may stand behind a colon in the name of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A vendor, always.
    Vendor,
    /// A vendor, or nothing for the first one.
    PerhapsVendor,
    /// A half-life of usage, or nothing.
    HalfLife,
    /// `tiresias`, or nothing.
    Tiresias,
    /// A formula, always.
    Formula,
}

/// What a model, or another part, asks of all parts of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Jobs share GPUs.
    Shares,
    /// Teams have quotas.
    Quotas,
    /// Teams take turns.
    Turns,
    /// Sizes of jobs change.
    Sizes,
    /// GPUs are shared out by rounds.
    Rounds,
}

/// Builds a part; `P` is the trait that it implements.
pub type Build<P> = fn(&Context<'_>) -> Box<P>;

/// A registered part, built by `B`.
#[derive(Clone, Copy, Debug)]
pub struct Row<B> {
    /// The name in scenarios and on the command line.
    pub name: &'static str,
    /// What it does.
    pub meaning: &'static str,
    /// What may stand behind a colon.
    pub takes: Takes,
    /// What it asks of all other parts.
    pub asks: Option<Need>,
    /// What it cannot do.
    pub cannot: &'static [Need],
    /// Whether scenarios may name it. The others imitate a program in replays.
    pub is_for_scenarios: bool,
    /// Builds a new one.
    pub build: B,
}

/// What a part may be built from.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What stands behind the colon of its name.
    pub argument: &'a Argument,
    /// The policy that it becomes a part of.
    pub choice: &'a PolicyChoice,
    /// The model that the policy decides in.
    pub model: &'a Model,
}

impl<B: Copy> Row<B> {
    /// A part that takes no argument and goes with everything.
    pub(in crate::policy) const fn new(name: &'static str, meaning: &'static str, build: B) -> Self {
        Self { name, meaning, takes: Takes::Nothing, asks: None, cannot: &[], is_for_scenarios: true, build }
    }

    /// With an argument.
    pub(in crate::policy) const fn takes(mut self, takes: Takes) -> Self {
        self.takes = takes;
        self
    }

    /// With what it asks of all other parts.
    pub(in crate::policy) const fn asks(mut self, need: Need) -> Self {
        self.asks = Some(need);
        self
    }

    /// With what it cannot do.
    pub(in crate::policy) const fn cannot(mut self, cannot: &'static [Need]) -> Self {
        self.cannot = cannot;
        self
    }

    /// The row without the means to build the part.
    pub(super) const fn facts(&self) -> Row<()> {
        let Self { name, meaning, takes, asks, cannot, is_for_scenarios, build: _ } = *self;
        Row { name, meaning, takes, asks, cannot, is_for_scenarios, build: () }
    }

    /// For replays alone.
    pub(in crate::policy) const fn imitates(mut self) -> Self {
        self.is_for_scenarios = false;
        self
    }
}

impl Context<'_> {
    /// The vendor behind the colon; the first one, if none is named.
    #[must_use]
    pub fn vendor(&self) -> VendorId {
        if let Argument::Vendor(vendor) = self.argument { *vendor } else { VendorId(0) }
    }

    /// Whether the part should behave as Tiresias's simulator does.
    #[must_use]
    pub fn is_tiresias(&self) -> bool {
        *self.argument == Argument::Tiresias
    }
}

impl Need {
    /// What it is, in the words of a refusal.
    #[must_use]
    pub const fn what(self) -> &'static str {
        match self {
            Self::Shares => "jobs that share GPUs",
            Self::Quotas => "quotas of teams",
            Self::Turns => "teams that take turns",
            Self::Sizes => "elastic jobs that change their size",
            Self::Rounds => "GPUs that are shared out by rounds",
        }
    }

    /// Why a part cannot do it.
    #[must_use]
    pub const fn why_not(self) -> &'static str {
        match self {
            Self::Shares => "it counts whole GPUs",
            Self::Quotas => "it shares out all GPUs by rounds, whatever a team's quota is",
            Self::Turns => "it follows one order of all jobs",
            Self::Sizes => "it assumes that jobs keep their size",
            Self::Rounds => "it lets jobs wait by choice, and their rounds would pass",
        }
    }
}
