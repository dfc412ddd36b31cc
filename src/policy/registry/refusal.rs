//! Policies that cannot be composed.

use crate::model::{Model, PolicyChoice};
use crate::policy::elastic;

/// A name that is not registered, or a part that cannot do what the model or another part needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", why.told(part, name))]
pub struct UnknownPart {
    /// The kind of part.
    pub part: &'static str,
    /// The name asked for.
    pub name: String,
    /// What is wrong with it.
    pub why: Why,
}

/// Why a part makes no policy of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is not registered.
    Unknown,
    /// Jobs ask for shares of GPUs.
    Shares,
    /// Teams have quotas.
    Quotas,
    /// Teams take turns, and it follows one order of all jobs.
    Turns,
    /// An elastic part changes the sizes of jobs.
    Elastic,
    /// GPUs are shared out by rounds, and it lets jobs wait by choice.
    Rounds,
}

impl Why {
    fn told(self, part: &str, name: &str) -> String {
        match self {
            Self::Unknown => format!("there is no {part} called '{name}'"),
            Self::Shares => format!("the {part} `{name}` cannot share GPUs among jobs"),
            Self::Quotas => format!("the {part} `{name}` shares out all GPUs by rounds and knows no quotas of teams"),
            Self::Turns => format!("the {part} `{name}` cannot let teams take turns"),
            Self::Rounds => format!("the {part} `{name}` lets jobs wait, and a preset by rounds has their turns pass"),
            Self::Elastic => format!("the {part} `{name}` does not go with a part that changes the sizes of jobs"),
        }
    }
}

/// The part of a policy that cannot share GPUs among jobs, if there is one. Reservations, packing anew and shares of time count whole GPUs.
#[must_use]
pub fn refuses_shares(choice: &PolicyChoice) -> Option<UnknownPart> {
    if let Some(allocator) = &choice.rounds.allocator {
        return Some(UnknownPart { part: "preset", name: allocator.clone(), why: Why::Shares });
    }
    let parts = [
        ("backfill", &choice.backfill, matches!(choice.backfill.as_str(), "none" | "skip")),
        ("placement", &choice.placement, !matches!(choice.placement.as_str(), "pack_domain" | "consolidate")),
        ("preemption", &choice.preemption, choice.preemption == "none"),
        ("elastic", &choice.elastic, choice.elastic == elastic::RIGID),
    ];
    let (part, name, _) = parts.into_iter().find(|(.., can)| !can)?;
    Some(UnknownPart { part, name: name.clone(), why: Why::Shares })
}

/// The part of a policy that follows one order of all jobs although the order lets teams take turns, if there is one: reservations that are made in
/// the order of submissions.
#[must_use]
pub fn refuses_turns(choice: &PolicyChoice) -> Option<UnknownPart> {
    let takes_turns = choice.order == "fair" || choice.order.starts_with("fair:");
    let name = choice.backfill.clone();
    (takes_turns && name == "conservative").then_some(UnknownPart { part: "backfill", name, why: Why::Turns })
}

/// The broker of a policy by rounds that lets jobs wait for spot capacity, if it is one of those: whose turn it is would have others stopped for
/// nothing.
#[must_use]
pub fn refuses_rounds(choice: &PolicyChoice) -> Option<UnknownPart> {
    let waits = matches!(choice.broker.as_str(), "cant_be_late" | "uniform_progress");
    (choice.rounds.allocator.is_some() && waits).then(|| UnknownPart {
        part: "broker",
        name: choice.broker.clone(),
        why: Why::Rounds,
    })
}

/// The part of a policy that does not go with its elastic part, if there is one: reservations for everybody, packing anew and shares of time
/// count on the sizes of jobs.
#[must_use]
pub fn refuses_elastic(choice: &PolicyChoice) -> Option<UnknownPart> {
    if choice.elastic == elastic::RIGID {
        return None;
    }
    if let Some(allocator) = &choice.rounds.allocator {
        return Some(UnknownPart { part: "preset", name: allocator.clone(), why: Why::Elastic });
    }
    let parts = [
        ("backfill", &choice.backfill, matches!(choice.backfill.as_str(), "none" | "skip" | "easy")),
        ("preemption", &choice.preemption, matches!(choice.preemption.as_str(), "none" | "priority")),
    ];
    let (part, name, _) = parts.into_iter().find(|(.., can)| !can)?;
    Some(UnknownPart { part, name: name.clone(), why: Why::Elastic })
}

/// The part of a policy that cannot keep a model's quotas, share its GPUs, or go with the others, if there is one.
pub(super) fn refused(choice: &PolicyChoice, model: &Model) -> Option<UnknownPart> {
    if model.has_shares()
        && let Some(part) = refuses_shares(choice)
    {
        return Some(part);
    }
    let allocator = choice.rounds.allocator.as_ref().filter(|_| model.quotas.is_some());
    let without_quotas = allocator.map(|name| UnknownPart { part: "preset", name: name.clone(), why: Why::Quotas });
    without_quotas.or_else(|| refuses_rounds(choice)).or_else(|| refuses_turns(choice)).or_else(|| refuses_elastic(choice))
}

/// A name that is not registered.
pub(super) fn unknown(part: &'static str, name: &str) -> UnknownPart {
    UnknownPart { part, name: name.to_owned(), why: Why::Unknown }
}
