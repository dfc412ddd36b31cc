//! Why a replication has no result.

use super::conduct::PolicyFault;
use super::estimate::MOST_JOBS_AT_ONCE;
use super::invariants::Violation;
use crate::kernel::names::grouped;
use crate::policy::registry::Refusal;

/// Why a replication has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It was cancelled.
    #[error("stopped")]
    Stopped,
    /// Its accounts do not balance: a defect of the program.
    #[error("{0}")]
    Violation(#[from] Violation),
    /// The policy broke the rules.
    #[error("{0}")]
    Policy(Box<PolicyFault>),
    /// More jobs wait or run at once than a replication may hold.
    #[error(
        "on {date} more than {} jobs wait or run at once, which is the most that a replication may hold; most of them are of `{workload}`: give it fewer \
         jobs, let one job stand for many (bundle_of), or add GPUs",
        grouped(MOST_JOBS_AT_ONCE)
    )]
    TooManyJobs {
        /// When.
        date: String,
        /// The workload that has most of them.
        workload: String,
    },
    /// The parts of the policy do not go together, or not with the model.
    #[error("the policy `{policy}` cannot run: {refusal}")]
    Refused {
        /// The policy's name.
        policy: String,
        /// Which part, and why.
        refusal: Refusal,
    },
}
