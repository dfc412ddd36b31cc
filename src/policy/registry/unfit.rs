//! Parts that cannot be had, or not together.

use crate::model::PolicyChoice;
use crate::policy::elastic;

/// A name that is not registered, or a part that cannot do what the model or another part needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.what())]
pub struct UnknownPart {
    /// The kind of part.
    pub part: &'static str,
    /// The name asked for.
    pub name: String,
    /// What is wrong with it.
    pub why: Unfit,
}

/// Why a part cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is not registered.
    Unknown,
    /// Jobs ask for shares of GPUs.
    Shares,
    /// An elastic part changes the sizes of jobs.
    Elastic,
}

impl UnknownPart {
    fn what(&self) -> String {
        let Self { part, name, why } = self;
        match why {
            Unfit::Unknown => format!("there is no {part} called '{name}'"),
            Unfit::Shares => format!("the {part} `{name}` cannot share GPUs among jobs"),
            Unfit::Elastic => format!("the {part} `{name}` does not go with a part that changes the sizes of jobs"),
        }
    }
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
    Some(UnknownPart { part, name: name.clone(), why: Unfit::Shares })
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
    Some(UnknownPart { part, name: name.clone(), why: Unfit::Elastic })
}
