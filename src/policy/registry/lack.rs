//! Parts that there are not, or that cannot do what is asked of them.

use crate::model::PolicyChoice;
use crate::policy::elastic;

/// A name that is not registered, or a part that cannot do what the model or another part needs.
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
    /// An elastic part changes the sizes of jobs.
    Elastic,
}

impl Lack {
    fn told(self, part: &str, name: &str) -> String {
        match self {
            Self::Unknown => format!("there is no {part} called '{name}'"),
            Self::Shares => format!("the {part} `{name}` cannot share GPUs among jobs"),
            Self::Turns => format!("the {part} `{name}` cannot let teams take turns"),
            Self::Elastic => format!("the {part} `{name}` does not go with a part that changes the sizes of jobs"),
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
        ("elastic", &choice.elastic, choice.elastic == elastic::RIGID),
    ];
    let (part, name, _) = parts.into_iter().find(|(.., can)| !can)?;
    Some(UnknownPart { part, name: name.clone(), lack: Lack::Shares })
}

/// The part of a policy that does not go with its elastic part, if there is one: reservations for everybody, and packing anew, count on
/// the sizes of jobs.
#[must_use]
pub fn refuses_elastic(choice: &PolicyChoice) -> Option<UnknownPart> {
    let parts = [
        ("backfill", &choice.backfill, matches!(choice.backfill.as_str(), "none" | "skip" | "easy")),
        ("preemption", &choice.preemption, matches!(choice.preemption.as_str(), "none" | "priority")),
    ];
    let (part, name, _) = parts.into_iter().find(|(.., can)| choice.elastic != elastic::RIGID && !can)?;
    Some(UnknownPart { part, name: name.clone(), lack: Lack::Elastic })
}

/// A name that is not registered.
pub(super) fn unknown(part: &'static str, name: &str) -> UnknownPart {
    UnknownPart { part, name: name.to_owned(), lack: Lack::Unknown }
}
