//! Which parts of a policy go together, and with which models: by what parts ask for and what they cannot do.

use super::row::Need;
use super::{Facts, Kind, names, preset_parts};
use crate::model::{Model, PolicyChoice};
use crate::policy::registry::grammar::PartName;
use std::fmt;

/// A part of a policy that cannot do what the model or another part asks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of part.
    pub kind: Kind,
    /// The part.
    pub name: &'static str,
    /// What it cannot do.
    pub need: Need,
    /// The part that asks for that; the model, if none.
    pub asked_by: Option<(Kind, &'static str)>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} `{}` cannot be combined with ", self.kind, self.name)?;
        match self.asked_by {
            Some((kind, name)) => write!(f, "the {kind} `{name}`: ")?,
            None => write!(f, "{}: ", self.need.what())?,
        }
        f.write_str(self.need.why_not())
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// The names of a kind that could be written instead: of the refused part's kind, or presets.
    #[must_use]
    pub fn instead(&self, kind: Kind) -> Vec<&'static str> {
        let can = |facts: &Facts| !facts.cannot.contains(&self.need);
        match kind {
            Kind::Preset => names(Kind::Preset).filter(|name| preset_facts(name).iter().all(|(_, facts)| can(facts))).collect(),
            kind => kind.rows().filter(can).map(|facts| facts.name).collect(),
        }
    }
}

/// The parts of a preset.
fn preset_facts(name: &str) -> Vec<(Kind, Facts)> {
    let Some(parts) = preset_parts(PartName::parse(name)) else { return Vec::new() };
    let named = |kind: Kind, name: &str| kind.rows().find(|facts| facts.name == name).map(|facts| (kind, facts));
    let list = match parts.allocator {
        Some(name) => vec![named(Kind::Preset, name)],
        None => vec![
            named(Kind::Order, parts.order.base),
            named(Kind::Backfill, parts.backfill),
            named(Kind::Preemption, parts.preemption),
        ],
    };
    list.into_iter().flatten().collect()
}

/// The parts of a policy that have a say.
fn facts(choice: &PolicyChoice) -> Vec<(Kind, Facts)> {
    let mut parts = match &choice.allocator {
        Some(allocator) => vec![(Kind::Preset, allocator)],
        None => {
            vec![(Kind::Order, &choice.order), (Kind::Backfill, &choice.backfill), (Kind::Preemption, &choice.preemption)]
        }
    };
    parts.extend([(Kind::Broker, &choice.broker), (Kind::Placement, &choice.placement), (Kind::Elastic, &choice.elastic)]);
    parts.into_iter().filter_map(|(kind, part)| Some((kind, kind.rows().nth(part.row)?))).collect()
}

/// Checks that the parts of a policy go together and can do what a model asks of them.
///
/// # Errors
///
/// The first of [`refusals`].
pub fn check(choice: &PolicyChoice, model: &Model) -> Result<(), Refusal> {
    refusals(choice, model).next().map_or(Ok(()), Err)
}

/// All that a model and the parts of a policy ask for and that some part cannot do, with the first such part.
pub fn refusals(choice: &PolicyChoice, model: &Model) -> impl Iterator<Item = Refusal> {
    let parts = facts(choice);
    let by_model = [(Need::Shares, model.has_shares()), (Need::Quotas, model.quotas.is_some())];
    let by_model = by_model.into_iter().filter(|(_, is_asked)| *is_asked).map(|(need, _)| (need, None));
    let by_parts: Vec<(Need, Option<(Kind, &'static str)>)> =
        parts.iter().filter_map(|(kind, facts)| Some((facts.asks?, Some((*kind, facts.name))))).collect();
    by_model.chain(by_parts).filter_map(move |(need, asked_by)| {
        let (kind, facts) = parts.iter().find(|(_, facts)| facts.cannot.contains(&need))?;
        Some(Refusal { kind: *kind, name: facts.name, need, asked_by })
    })
}

impl PolicyChoice {
    /// Whether teams take turns under it.
    #[must_use]
    pub fn takes_turns(&self) -> bool {
        facts(self).iter().any(|(_, facts)| facts.asks == Some(Need::Turns))
    }
}
