//! How a policy acts.

use super::placement::Placement;
use super::queue::Rank;
use super::state::JobFacts;
use super::state::State;
use super::view::View;
use crate::fleet::{Domains, Lease, Running};
use crate::units::{ClusterId, SimTime, Span};

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

/// What a policy decided at one instant.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// Moves, in the order taken.
    pub moves: Vec<Decision>,
    /// When the policy wants to be called again even if nothing happens. It holds until the next call.
    pub wake_at: Option<SimTime>,
    /// Whether the policy wants to be called again at this instant, once its moves are made.
    pub again: bool,
}

/// Why a move was refused. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The workload may not run there (GPU type, vendor, jurisdiction, exclusivity or outage).
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
    decisions: &'a mut Decisions,
}

impl<'a> Plan<'a> {
    /// A plan on `state` that writes down its decisions.
    pub const fn new(state: &'a mut State, decisions: &'a mut Decisions) -> Self {
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
        if class.speed_milli[cluster.index()] == 0 || !self.view().is_open(class, cluster) {
            return Err(Refusal::NotAllowed);
        }
        let within_domain = class.within_domain;
        let share = class.share();
        let domains = &mut self.state.clusters[cluster.index()].domains;
        let lease = match share {
            Some(milli) => placement.place_share(domains, milli),
            None => placement.place(domains, gpus, within_domain),
        };
        let lease = lease.ok_or(Refusal::NoRoom)?;
        self.state.start(job, cluster, lease);
        self.decisions.moves.push(Decision::Start { job, cluster });
        Ok(())
    }

    /// Asks to be called again at an instant after now, even if nothing happens until then; the earliest of several counts.
    pub fn wake_at(&mut self, time: SimTime) {
        if time > self.state.now {
            self.decisions.wake_at = Some(self.decisions.wake_at.map_or(time, |known| known.min(time)));
        }
    }

    /// Ranks the whole queue anew. O(n log n).
    pub(super) fn rerank(&mut self, rank: impl Fn(&JobFacts) -> Rank) {
        self.state.rerank(rank);
    }

    /// Moves a waiting job back to the first level: it has attained nothing, and came to wait just now.
    pub(super) fn promote(&mut self, job: u32, rank: impl Fn(&JobFacts) -> Rank) {
        let now = self.state.now;
        self.state.requeue(job, |facts| {
            facts.attained = Span::ZERO;
            (facts.level, facts.level_since) = (0, now);
            (facts.queued_at, facts.was_stopped) = (now, false);
            rank(facts)
        });
    }

    /// What an order remembers of a running job.
    pub(super) fn note_standing(&mut self, job: u32, rank: Rank, level: u8, since: SimTime) {
        let facts = &mut self.state.jobs[job as usize].facts;
        (facts.rank, facts.level, facts.level_since) = (rank, level, since);
    }

    /// Takes the list of a cluster's running jobs, to put it into the policy's order and give it back before anybody starts or stops there.
    pub(super) fn take_running(&mut self, cluster: ClusterId) -> Vec<Running> {
        std::mem::take(&mut self.state.clusters[cluster.index()].running)
    }

    /// Gives the list back.
    pub(super) fn set_running(&mut self, cluster: ClusterId, running: Vec<Running>) {
        self.state.clusters[cluster.index()].running = running;
    }

    /// A number for a place in an order.
    pub(super) fn next_entry(&mut self) -> u64 {
        self.state.next_entry()
    }

    /// Asks to be called again at this instant, after the moves so far: those who were stopped wait then.
    pub fn call_again(&mut self) {
        self.decisions.again = true;
    }

    /// Stops and starts jobs of one cluster together. `domains` are its nodes afterwards, worked out on a copy in which the leases of the
    /// stopped were given back and those of the started taken, so that nothing is held twice.
    pub(super) fn exchange(&mut self, cluster: ClusterId, domains: Domains, stopped: &[u32], started: Vec<(u32, Lease)>) {
        for &job in stopped {
            // Its GPUs are free already in the new nodes.
            drop(self.state.stop(job));
            self.decisions.moves.push(Decision::Preempt { job });
        }
        self.state.clusters[cluster.index()].domains = domains;
        for (job, lease) in started {
            self.state.start(job, cluster, lease);
            self.decisions.moves.push(Decision::Start { job, cluster });
        }
        self.state.refresh_cluster(cluster);
    }

    /// Stops a running job; it goes back to the queue with its original submission time.
    ///
    /// # Errors
    ///
    /// When the job may not be stopped; nothing has changed then.
    pub fn preempt(&mut self, job: u32) -> Result<(), Refusal> {
        let barred = self.view().is_barred(self.state.cluster_of(job));
        if !self.state.job(job).preemptible || self.state.jobs[job as usize].lease.is_empty() || barred {
            return Err(Refusal::NotPreemptible);
        }
        self.state.release(job);
        self.decisions.moves.push(Decision::Preempt { job });
        Ok(())
    }
}
