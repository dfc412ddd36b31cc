//! Jobs given one by one: what a trace becomes.

use super::job::Outcome;
use crate::units::{SimTime, Span};

/// A job of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedJob {
    /// When it is submitted.
    pub submit: SimTime,
    /// How long it runs on the reference GPU.
    pub run: Span,
    /// How long its user says it runs on the reference GPU.
    pub estimate: Span,
    /// The gang [GPUs].
    pub gpus: u64,
    /// Must be done this long after submission, if anybody said so.
    pub deadline: Option<Span>,
    /// Larger comes first where the policy asks; added to its workload's.
    pub priority: i32,
    /// How it ends.
    pub outcome: Outcome,
}

/// The jobs of a workload, in order of submission; at one instant in the order of the list.
#[derive(Clone, Debug, Default)]
pub struct JobList {
    /// The jobs.
    pub jobs: Vec<ListedJob>,
}

impl JobList {
    /// What the `ordinal`-th job (from 1) is called in results.
    #[must_use]
    pub fn id(&self, ordinal: u64) -> String {
        ordinal.to_string()
    }
}
