//! Policies that cannot be composed.

use crate::model::{Model, PolicyChoice};

/// A name that is not registered, or a part that cannot do what the model needs.
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
}

impl Why {
    fn told(self, part: &str, name: &str) -> String {
        match self {
            Self::Unknown => format!("there is no {part} called '{name}'"),
            Self::Shares => format!("the {part} `{name}` cannot share GPUs among jobs"),
            Self::Quotas => format!("the {part} `{name}` shares out all GPUs by rounds and knows no quotas of teams"),
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
    ];
    let (part, name, _) = parts.into_iter().find(|(.., can)| !can)?;
    Some(UnknownPart { part, name: name.clone(), why: Why::Shares })
}

/// The part of a policy that cannot keep a model's quotas or share its GPUs, if there is one.
pub(super) fn refused(choice: &PolicyChoice, model: &Model) -> Option<UnknownPart> {
    if model.has_shares()
        && let Some(part) = refuses_shares(choice)
    {
        return Some(part);
    }
    let allocator = choice.rounds.allocator.as_ref().filter(|_| model.quotas.is_some())?;
    Some(UnknownPart { part: "preset", name: allocator.clone(), why: Why::Quotas })
}
