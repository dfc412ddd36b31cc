//! Parts that there are not, or that cannot do what is asked of them.

use crate::model::PolicyChoice;

/// A name that is not registered, or a part that cannot do what the model needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .lack.told(.part, .name))]
pub struct UnknownPart {
    /// The kind of part.
    pub part: &'static str,
    /// The name asked for.
    pub name: String,
    /// What is wrong with it.
    pub lack: Lack,
}

/// What is wrong with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// There is none of that name.
    Unknown,
    /// Jobs ask for shares of GPUs, and it cannot share them.
    Shares,
    /// Teams take turns, and it follows one order of all jobs.
    Turns,
}

impl Lack {
    fn told(self, part: &str, name: &str) -> String {
        match self {
            Self::Unknown => format!("there is no {part} called '{name}'"),
            Self::Shares => format!("the {part} `{name}` cannot share GPUs among jobs"),
            Self::Turns => format!("the {part} `{name}` cannot let teams take turns"),
        }
    }
}

/// The part of a policy that follows one order of all jobs although the order lets teams take turns, if there is one: reservations that are made in
/// the order of submissions.
#[must_use]
pub fn refuses_turns(choice: &PolicyChoice) -> Option<UnknownPart> {
    let takes_turns = choice.order == "fair" || choice.order.starts_with("fair:");
    let name = choice.backfill.clone();
    (takes_turns && name == "conservative").then_some(UnknownPart { part: "backfill", name, lack: Lack::Turns })
}

/// The part of a policy that cannot share GPUs among jobs, if there is one. Reservations and packing anew count whole GPUs.
#[must_use]
pub fn refuses_shares(choice: &PolicyChoice) -> Option<UnknownPart> {
    let parts = [
        ("backfill", &choice.backfill, matches!(choice.backfill.as_str(), "none" | "skip")),
        ("placement", &choice.placement, !matches!(choice.placement.as_str(), "pack_domain" | "consolidate")),
        ("preemption", &choice.preemption, choice.preemption == "none"),
    ];
    let (part, name, _) = parts.into_iter().find(|(.., can)| !can)?;
    Some(UnknownPart { part, name: name.clone(), lack: Lack::Shares })
}

/// A name that is not registered.
pub(super) fn unknown(part: &'static str, name: &str) -> UnknownPart {
    UnknownPart { part, name: name.to_owned(), lack: Lack::Unknown }
}
