//! How a policy acts.

use super::facts::JobFacts;
use super::mistake::Mistake;
use super::placement::Placement;
use super::queue::Rank;
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
    /// A running job got more GPUs where it runs, or gave some back.
    Resize {
        /// The job.
        job: u32,
        /// How many it has now [GPUs].
        gpus: u64,
    },
    /// A running job gave its GPUs back and got others elsewhere. Its new lease is the next of [`Decisions::arrivals`].
    Migrate {
        /// The job.
        job: u32,
        /// Where it goes on.
        cluster: ClusterId,
    },
}

/// What a policy decided at one instant.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// Moves, in the order taken.
    pub moves: Vec<Decision>,
    /// What migrating jobs hold where they go on, in the order of their moves.
    pub arrivals: Vec<Lease>,
    /// Moves that were refused.
    pub refused: u64,
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
    /// The job's team may not use so many GPUs now.
    #[error("the job's team has no quota left for it")]
    OverQuota,
    /// It does not fit.
    #[error("the job does not fit on that cluster now")]
    NoRoom,
    /// The job may not be stopped.
    #[error("the job may not be preempted")]
    NotPreemptible,
    /// The job does not run.
    #[error("the job does not run")]
    NotRunning,
    /// The job is not elastic, or cannot have so many GPUs.
    #[error("the job cannot run on so many GPUs")]
    NoSuchSize,
    /// The job does not wait: it runs already, was stopped or moved in this plan, or is gone. Trying it ends the replication.
    #[error("the job does not wait")]
    NotWaiting,
    /// The job is unknown. Trying it ends the replication.
    #[error("unknown job")]
    NoSuchJob,
}

/// Moves of one call: at most so many, and [`MOVES_PER_JOB`] for each job in the table. One more ends the replication.
pub const MOST_MOVES: u64 = 1_000;
/// Moves of one call for each job that waits or runs. A plan needs two at most: one that stops it, or one that starts it.
pub const MOVES_PER_JOB: u64 = 8;
/// Moves of one call that may be refused. One more ends the replication.
pub const MOST_REFUSED: u64 = 10_000_000;

/// A transaction on the state: every move is checked and takes effect at once in the plan's view, so that a policy cannot commit a GPU
/// twice.
#[derive(Debug)]
pub struct Plan<'a> {
    pub(super) state: &'a mut State,
    pub(super) decisions: &'a mut Decisions,
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

    /// The moves so far, in order.
    #[must_use]
    pub fn moves(&self) -> &[Decision] {
        &self.decisions.moves
    }

    /// Writes a move down without making it: only for tests of the engine, which looks at every move a second time.
    #[doc(hidden)]
    pub fn forge(&mut self, decision: Decision) {
        self.decisions.moves.push(decision);
    }

    /// The waiting jobs in the policy's order, to walk over while the plan changes. O(n log n).
    #[must_use]
    pub fn waiting(&self) -> Vec<u32> {
        self.view().waiting().map(|(job, _)| job).collect()
    }

    /// Starts a waiting job on a cluster, on nodes that `placement` chooses. O(log n) besides the placement.
    ///
    /// # Errors
    ///
    /// When the job may not run there, does not fit, or its team has no quota for it; nothing has changed then. To start a job that does not wait, or an unknown one, is a
    /// mistake: it is refused too, and ends the replication.
    ///
    /// # Panics
    ///
    /// A policy that makes moves for ever is stopped by unwinding, which the engine catches.
    pub fn start(&mut self, job: u32, cluster: ClusterId, placement: &dyn Placement) -> Result<(), Refusal> {
        let moved = self.try_start(job, cluster, None, placement);
        self.count(moved)
    }

    /// Starts a waiting job on so many GPUs, or on what it asks for.
    pub(super) fn try_start(
        &mut self,
        job: u32,
        cluster: ClusterId,
        gpus: Option<u64>,
        placement: &dyn Placement,
    ) -> Result<(), Refusal> {
        let slot = self.state.jobs.get(job as usize).ok_or_else(|| self.no_such_job(job))?;
        if !slot.lease.is_empty() {
            return Err(self.not_waiting(job));
        }
        let (facts, class) = (self.state.job(job), self.view().class_of(self.state.job(job)));
        let gpus = gpus.unwrap_or(facts.gpus);
        if gpus != facts.asked && class.elastic.as_ref().is_none_or(|elastic| !elastic.allows(gpus, facts.asked)) {
            return Err(Refusal::NoSuchSize);
        }
        if gpus > self.view().quota_room(class.team, cluster) {
            return Err(Refusal::OverQuota);
        }
        let lease = self.lease(job, cluster, gpus, placement)?;
        if !self.state.start(job, cluster, gpus, lease) {
            return Err(Refusal::NotWaiting);
        }
        self.decisions.moves.push(Decision::Start { job, cluster });
        Ok(())
    }

    /// Leases a job's gang on a cluster.
    fn lease(&mut self, job: u32, cluster: ClusterId, gpus: u64, placement: &dyn Placement) -> Result<Lease, Refusal> {
        let facts = self.state.job(job);
        let class = &self.state.classes[usize::from(facts.class)];
        if class.speed_milli.get(cluster.index()).is_none_or(|&speed| speed == 0) || !self.view().is_open(class, cluster) {
            return Err(Refusal::NotAllowed);
        }
        let within_domain = class.within_domain;
        let share = class.share();
        let domains = &mut self.state.clusters[cluster.index()].domains;
        let lease = match share {
            Some(milli) => self.state.mistakes.place_share(placement, cluster, domains, milli),
            None => self.state.mistakes.place(placement, cluster, domains, gpus, within_domain),
        };
        lease.ok_or(Refusal::NoRoom)
    }

    pub(super) fn no_such_job(&self, job: u32) -> Refusal {
        self.state.mistakes.note(Mistake::NoSuchJob { job });
        Refusal::NoSuchJob
    }

    fn not_waiting(&self, job: u32) -> Refusal {
        self.state.mistakes.note(Mistake::NotWaiting { sequence: self.state.job(job).sequence });
        Refusal::NotWaiting
    }

    /// Counts a move, and stops a policy that makes or tries moves for ever. O(1).
    pub(super) fn count(&mut self, moved: Result<(), Refusal>) -> Result<(), Refusal> {
        self.decisions.refused += u64::from(moved.is_err());
        let most = MOST_MOVES + MOVES_PER_JOB * self.state.jobs.len() as u64;
        let mistake = if self.decisions.moves.len() as u64 > most {
            Mistake::TooManyMoves { most }
        } else if self.decisions.refused > MOST_REFUSED {
            Mistake::TooManyTries { most: MOST_REFUSED }
        } else {
            return moved;
        };
        // Refusals alone would not end a loop that does not look at them. This way the panic hook has nothing to print.
        self.state.mistakes.note(mistake);
        std::panic::resume_unwind(Box::new("too many moves in one call"))
    }

    /// Moves a running job to another cluster at this instant: it saves its state and gives its GPUs back, as if it were preempted, and goes on
    /// there as if it were started: after its restart and, with another vendor, after what it brings along has arrived. It counts as a
    /// preemption. Until the next call it neither waits nor runs in the view; its new GPUs are taken, its old ones free. O(log n) besides
    /// the placement.
    ///
    /// ```
    /// use skyberth::policy::{Plan, placement::BestFit};
    ///
    /// /// Jobs of eight GPUs and more go where they run fastest.
    /// fn decide(plan: &mut Plan<'_>) {
    ///     let running: Vec<_> = plan.view().running_jobs().filter(|running| running.facts.gpus >= 8).collect();
    ///     for running in running {
    ///         let view = plan.view();
    ///         let speeds = &view.class_of(&running.facts).speed_milli;
    ///         if let Some(best) = view.choose(running.job, |cluster| -f64::from(speeds[cluster.index()]))
    ///             && speeds[best.index()] > speeds[running.cluster.index()]
    ///         {
    ///             let _ = plan.migrate(running.job, best, &BestFit);
    ///         }
    ///     }
    /// }
    /// # let _ = decide;
    /// ```
    ///
    /// # Errors
    ///
    /// When the job does not run or may not be stopped, runs there already, may not run there, or does not fit there beside all other jobs;
    /// nothing has changed then. An unknown job is a mistake, as for [`Plan::start`].
    ///
    /// # Panics
    ///
    /// As [`Plan::start`].
    pub fn migrate(&mut self, job: u32, cluster: ClusterId, placement: &dyn Placement) -> Result<(), Refusal> {
        let moved = self.try_migrate(job, cluster, placement);
        self.count(moved)
    }

    fn try_migrate(&mut self, job: u32, cluster: ClusterId, placement: &dyn Placement) -> Result<(), Refusal> {
        self.may_stop(job)?;
        if self.state.cluster_of(job) == cluster {
            return Err(Refusal::NotAllowed);
        }
        let (gpus, team, from) =
            (self.state.job(job).gpus, self.view().class_of(self.state.job(job)).team, self.state.cluster_of(job));
        // Where quotas are by GPU type, it needs that of another.
        if let Some(quota) = self.state.quota.as_ref()
            && quota.quotas().tree_of(cluster) != quota.quotas().tree_of(from)
            && gpus > quota.available((team, cluster))
        {
            return Err(Refusal::OverQuota);
        }
        let lease = self.lease(job, cluster, gpus, placement)?;
        self.state.release(job);
        self.state.hold_quota(job, cluster, gpus, true);
        self.state.refresh_cluster(cluster);
        self.decisions.moves.push(Decision::Migrate { job, cluster });
        self.decisions.arrivals.push(lease);
        Ok(())
    }

    /// Whether a job runs and may be stopped.
    fn may_stop(&self, job: u32) -> Result<(), Refusal> {
        let slot = self.state.jobs.get(job as usize).ok_or_else(|| self.no_such_job(job))?;
        let barred = self.view().is_barred(slot.cluster);
        if !slot.facts.preemptible || slot.lease.is_empty() || barred {
            return Err(Refusal::NotPreemptible);
        }
        Ok(())
    }

    /// Asks to be called again at an instant after now, even if nothing happens until then; the earliest of several counts.
    pub fn wake_at(&mut self, time: SimTime) {
        if time > self.state.now {
            self.decisions.wake_at = Some(self.decisions.wake_at.map_or(time, |known| known.min(time)));
        }
    }

    /// Ranks the whole queue again. O(n log n).
    pub(super) fn rerank(&mut self, rank: impl Fn(&JobFacts) -> Rank) {
        let wrong = std::cell::Cell::new(None);
        self.state.rerank(|job| {
            let new = rank(job);
            if new == Rank::UNDEFINED {
                wrong.set(Some(job.sequence));
                return job.rank;
            }
            new
        });
        if let Some(sequence) = wrong.get() {
            self.state.mistakes.note(Mistake::NoRank { sequence });
        }
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
        if rank == Rank::UNDEFINED {
            self.state.mistakes.note(Mistake::NoRank { sequence: facts.sequence });
        }
        (facts.rank, facts.level, facts.level_since) = (rank, level, since);
    }

    /// Takes the list of a cluster's running jobs, to put it into the policy's order and give it back before any job starts or stops there.
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

    /// The same, but only once at an instant: for moves after which another pass may find more, and that another pass may undo.
    pub(super) fn call_again_once(&mut self) {
        if self.state.asked_again != Some(self.state.now) {
            self.state.asked_again = Some(self.state.now);
            self.call_again();
        }
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
            let gpus = self.state.job(job).gpus;
            self.state.start(job, cluster, gpus, lease);
            self.decisions.moves.push(Decision::Start { job, cluster });
        }
        self.state.refresh_cluster(cluster);
    }

    /// Stops a running job; it goes back to the queue with its original submission time, where it waits from the next call on. O(log n).
    ///
    /// # Errors
    ///
    /// When the job does not run or may not be stopped; nothing has changed then. An unknown job is a mistake, as for
    /// [`Plan::start`].
    ///
    /// # Panics
    ///
    /// As [`Plan::start`].
    pub fn preempt(&mut self, job: u32) -> Result<(), Refusal> {
        let moved = self.may_stop(job).map(|()| {
            self.state.release(job);
            self.decisions.moves.push(Decision::Preempt { job });
        });
        self.count(moved)
    }
}
