//! How a policy acts.

use super::placement::Placement;
use super::state::State;
use super::view::View;
use crate::units::ClusterId;

/// A decision, in the order taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A waiting job got its GPUs.
    Start {
        /// The job.
        job: u32,
        /// Where.
        cluster: ClusterId,
    },
    /// A running job gave its GPUs back.
    Preempt {
        /// The job.
        job: u32,
    },
}

/// Why a move was refused. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The workload may not run there (GPU type, vendor, jurisdiction or exclusivity).
    #[error("the job may not run on that cluster")]
    NotAllowed,
    /// There is no room.
    #[error("the job does not fit on that cluster now")]
    NoRoom,
    /// The job may not be stopped.
    #[error("the job may not be preempted")]
    NotPreemptible,
}

/// A transaction on the state: every move is checked and takes effect at once in the plan's view, so that a policy cannot commit a GPU
/// twice.
#[derive(Debug)]
pub struct Plan<'a> {
    state: &'a mut State,
    decisions: &'a mut Vec<Decision>,
}

impl<'a> Plan<'a> {
    /// A plan on `state` that writes down its decisions.
    pub const fn new(state: &'a mut State, decisions: &'a mut Vec<Decision>) -> Self {
        Self { state, decisions }
    }

    /// What there is to see, with all moves so far in effect.
    #[must_use]
    pub const fn view(&self) -> View<'_> {
        View { state: self.state }
    }

    /// Starts a waiting job on a cluster, on nodes that `placement` chooses.
    ///
    /// # Errors
    ///
    /// When the job may not run there or does not fit; nothing has changed then.
    pub fn start(&mut self, job: u32, cluster: ClusterId, placement: &dyn Placement) -> Result<(), Refusal> {
        let facts = self.state.job(job);
        let gpus = facts.gpus;
        let class = &self.state.classes[usize::from(facts.class)];
        if class.speed_milli[cluster.index()] == 0 || class.opens(cluster, self.state.now) > self.state.now {
            return Err(Refusal::NotAllowed);
        }
        let within_domain = class.within_domain;
        let domains = &mut self.state.clusters[cluster.index()].domains;
        let lease = placement.place(domains, gpus, within_domain).ok_or(Refusal::NoRoom)?;
        self.state.start(job, cluster, lease);
        self.decisions.push(Decision::Start { job, cluster });
        Ok(())
    }

    /// Stops a running job; it goes back to the queue with its original submission time.
    ///
    /// # Errors
    ///
    /// When the job may not be stopped; nothing has changed then.
    pub fn preempt(&mut self, job: u32) -> Result<(), Refusal> {
        if !self.state.job(job).preemptible || self.state.jobs[job as usize].lease.is_empty() {
            return Err(Refusal::NotPreemptible);
        }
        self.state.release(job);
        self.decisions.push(Decision::Preempt { job });
        Ok(())
    }
}
