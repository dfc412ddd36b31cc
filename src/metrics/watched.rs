//! What was seen around an event: work lost, the backlog it left, how long that took to drain, and how services did.

use crate::units::{GpuTime, Gpus, SimTime};

/// An event as it was seen in a replication.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watched {
    /// Whether it begins within the simulated time; all else is zero otherwise.
    pub happened: bool,
    /// GPUs that waiting jobs asked for just before.
    pub queued_before: Gpus,
    /// The most that they asked for, from its beginning until the backlog was drained.
    pub queued_peak: Gpus,
    /// When they first asked for no more than before, from its end on; none where they always did until the horizon.
    pub drained: Option<SimTime>,
    /// Times a failure stopped a job while it lasted.
    pub interruptions: u64,
    /// By cluster: GPU-time that jobs and services held while it lasted.
    pub allocated: Vec<GpuTime>,
    /// By cluster: GPU-time of work that was lost while it lasted.
    pub lost: Vec<GpuTime>,
    /// Tokens asked of all services while it lasted, and for as long again (at least a day) afterwards.
    pub demanded_tokens: [f64; 2],
    /// Those of them that were served within the objective.
    pub within_objective_tokens: [f64; 2],
}
