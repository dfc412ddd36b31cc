//! The registry of policies: rows that name parts, the grammar of names, and policies composed from them.
//!
//! Each kind of part has a table beside its trait: [`order`], [`backfill`] and so on. A row has the part's name, what it means, how it is built,
//! and what it asks of the others. Lists, presets, error messages and refusals follow from the rows.

mod grammar;
mod presets;
mod refusal;
mod resolve;
mod row;
#[cfg(test)]
mod tests;

pub use self::grammar::{LONGEST_HALF_LIFE_S, PartName, PolicyName, SCENARIO, expression, title};
pub use self::presets::{PresetParts, preset_parts};
pub use self::refusal::{Refusal, check, refusals};
pub use self::resolve::{NameError, Vendors, vendors_of};
pub use self::row::{Build, Context, Need, Row, Takes};

use super::composite::Composite;
use super::rounds::{self, ByRounds};
use super::{Policy, backfill, broker, elastic, order, placement, preemption};
use crate::model::policy::Part;
use crate::model::{Model, PolicyChoice};
use crate::units::VendorId;
use std::borrow::Cow;
use std::fmt;

/// A kind of part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Order, backfill and preemption together, or rounds.
    Preset,
    /// Which job comes first.
    Order,
    /// Which jobs may start ahead of a blocked head.
    Backfill,
    /// Which cluster.
    Broker,
    /// Which nodes.
    Placement,
    /// Which jobs are stopped for which.
    Preemption,
    /// What becomes of the sizes of elastic jobs.
    Elastic,
}

/// A registered name, for lists.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The kind of part.
    pub part: Kind,
    /// The name in scenarios and on the command line.
    pub name: &'static str,
    /// What it does.
    pub meaning: Cow<'static, str>,
}

/// A row of any kind, without the means to build the part.
type Facts = Row<()>;

impl Kind {
    /// All kinds, in the order of lists.
    pub const ALL: [Self; 7] =
        [Self::Preset, Self::Order, Self::Backfill, Self::Broker, Self::Placement, Self::Preemption, Self::Elastic];

    /// Its name: a key of `[policy]`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Preset => "preset",
            Self::Order => "order",
            Self::Backfill => "backfill",
            Self::Broker => "broker",
            Self::Placement => "placement",
            Self::Preemption => "preemption",
            Self::Elastic => "elastic",
        }
    }

    /// The rows of its table. That of presets holds the allocators, which share GPUs out by rounds.
    fn rows(self) -> Box<dyn Iterator<Item = Facts>> {
        fn facts<B: Copy + 'static>(rows: &'static [Row<B>]) -> Box<dyn Iterator<Item = Facts>> {
            Box::new(rows.iter().map(Row::facts))
        }
        match self {
            Self::Preset => facts(rounds::ENTRIES),
            Self::Order => facts(order::ROWS),
            Self::Backfill => facts(backfill::ROWS),
            Self::Broker => facts(broker::ROWS),
            Self::Placement => facts(placement::ROWS),
            Self::Preemption => facts(preemption::ROWS),
            Self::Elastic => facts(elastic::ROWS),
        }
    }

    /// The place of a name in its table.
    fn row(self, name: &str) -> Option<usize> {
        self.rows().position(|row| row.name == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Elastic { "elastic part" } else { self.name() })
    }
}

/// All registered names, in the order of lists. `ORDER-easy` is a preset for every order, and is not listed.
pub fn entries() -> impl Iterator<Item = Entry> {
    let parts = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Preset);
    let rows = |kind: Kind| kind.rows().map(move |row| Entry { part: kind, name: row.name, meaning: row.meaning.into() });
    presets::entries().chain(parts.flat_map(rows))
}

/// The registered names of a kind of part.
pub fn names(kind: Kind) -> impl Iterator<Item = &'static str> {
    entries().filter(move |entry| entry.part == kind).map(|entry| entry.name)
}

/// The registered names of a kind of part as text: `a`, `b`, `c`.
#[must_use]
pub fn list(kind: Kind) -> String {
    names(kind).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Composes a new policy for a model. See [`check`] for what goes together.
#[must_use]
pub fn compose(choice: &PolicyChoice, model: &Model) -> Box<dyn Policy> {
    let build = Builder { choice, model };
    let (broker, placement) = (build.part(broker::ROWS, &choice.broker), build.part(placement::ROWS, &choice.placement));
    if let Some(allocator) = &choice.allocator {
        let allocator = (rounds::ENTRIES[allocator.row].build)();
        return Box::new(ByRounds::new(choice, model, allocator, broker, placement));
    }
    Box::new(Composite {
        name: choice.name.clone(),
        order: build.part(order::ROWS, &choice.order),
        backfill: build.part(backfill::ROWS, &choice.backfill),
        broker,
        placement,
        preemption: build.part(preemption::ROWS, &choice.preemption),
        elastic: build.part(elastic::ROWS, &choice.elastic),
    })
}

/// Whether a policy may ever use a vendor.
#[must_use]
pub fn may_use(choice: &PolicyChoice, model: &Model, vendor: VendorId) -> bool {
    Builder { choice, model }.part(broker::ROWS, &choice.broker).may_use(vendor)
}

/// Builds the parts of a policy.
struct Builder<'a> {
    choice: &'a PolicyChoice,
    model: &'a Model,
}

impl Builder<'_> {
    fn part<P: ?Sized>(&self, rows: &[Row<Build<P>>], Part { row, argument }: &Part) -> Box<P> {
        let context = Context { argument, choice: self.choice, model: self.model };
        (rows[*row].build)(&context)
    }
}

impl PolicyChoice {
    /// Whether it shares GPUs out by rounds.
    #[must_use]
    pub const fn is_by_rounds(&self) -> bool {
        self.allocator.is_some()
    }

    /// Whether two policies follow the same order, backfill and preemption rules, or the same allocator, and change sizes alike.
    #[must_use]
    pub fn decides_alike(&self, other: &Self) -> bool {
        let parts =
            |choice: &Self| (choice.order.clone(), choice.backfill.clone(), choice.preemption.clone(), choice.elastic.clone());
        self.allocator == other.allocator && parts(self) == parts(other)
    }
}
