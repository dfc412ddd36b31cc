//! Violations of the rules for policies. Each ends its replication, with the policy's name, the number of the event and the instant.

use super::failure::Failure;
use super::world::World;
use crate::model::Model;
use crate::policy::{Indexes, Mistake, Policy};
use crate::units::{ClusterId, SimTime, Span, VendorId};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Passes in a row that a policy may ask for at one instant.
pub const MOST_CALLS_AGAIN: u32 = 10_000;
/// Times that a policy may ask to be woken, besides one for each simulated second and [`WAKES_PER_EVENT`] for each event so far.
pub const MOST_WAKES: u64 = 1_000_000;
/// Times that a policy may ask to be woken for each event so far.
pub const WAKES_PER_EVENT: u64 = 1_000;

/// A policy broke the rules: its replication has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy `{policy}` was stopped at event {event}, {instant}: it {what}")]
pub struct PolicyFault {
    /// The policy.
    pub policy: String,
    /// How many events the engine had handled by then.
    pub event: u64,
    /// Simulated time.
    pub time: SimTime,
    /// The same as a date and time in UTC.
    pub instant: String,
    /// The rule that it broke.
    pub kind: FaultKind,
    /// What it did, as the rest of a sentence.
    pub what: String,
}

/// The rules that a policy can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It leased more GPUs than are free, or another number than the gang asks for.
    OverCommits,
    /// It started a job that does not wait.
    NotWaiting,
    /// It started a job where it may not run.
    NotAllowed,
    /// It stopped or moved a job that does not run, or may not be stopped.
    NotStoppable,
    /// It resized a job that does not run, or gave a job GPUs that it cannot have so many of.
    NotResizable,
    /// A rank or a score is NaN.
    NotANumber,
    /// Two waiting jobs have the same rank.
    SameRank,
    /// It never ends.
    Endless,
    /// It leaves jobs waiting for ever that fit on an idle system.
    Starves,
    /// It panicked.
    Panicked,
}

/// How a policy has behaved so far.
#[derive(Debug, Default)]
pub(super) struct Conduct {
    name: String,
    fault: Option<Box<PolicyFault>>,
    /// How often it has asked in a row to be called again at the same instant.
    calls_again: u32,
    wakes: u64,
    starts: u64,
}

/// What the engine asks of a policy before the first event.
pub(super) struct Capabilities {
    pub name: String,
    pub indexes: Indexes,
    pub needs_identity: bool,
    pub looks_at_nodes: bool,
    /// By vendor: whether jobs may ever go there.
    pub vendors: Vec<bool>,
}

/// Calls into a policy, so that its panic is an error; the panic's message.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".to_owned())
    })
}

impl PolicyFault {
    /// A policy could not be built: its factory panicked.
    pub(crate) fn unbuilt(model: &Model, policy: &str, panic: &str) -> Self {
        fault(model, policy, (0, SimTime::ZERO), FaultKind::Panicked, panicked(panic))
    }
}

impl Capabilities {
    /// Asks a policy.
    pub fn of(model: &Model, policy: &dyn Policy) -> Result<Self, Failure> {
        let asked = guarded(|| Self {
            name: policy.name(),
            indexes: policy.indexes(),
            needs_identity: policy.needs_identity(),
            looks_at_nodes: policy.looks_at_nodes(),
            vendors: (0..model.vendors.len()).map(|vendor| policy.may_use(VendorId::from(vendor))).collect(),
        });
        asked.map_err(|panic| {
            let name = guarded(|| policy.name()).unwrap_or_else(|_| model.policy.name.clone());
            Failure::Policy(Box::new(PolicyFault::unbuilt(model, &name, &panic)))
        })
    }
}

impl Conduct {
    pub fn new(capabilities: &Capabilities) -> Self {
        Self { name: capabilities.name.clone(), ..Self::default() }
    }

    pub const fn starts(&mut self) {
        self.starts += 1;
    }
}

impl World<'_> {
    /// Notes what the policy did; the first time counts.
    pub(super) fn blame(&mut self, kind: FaultKind, what: String) {
        if self.conduct.fault.is_none() {
            let fault = fault(self.model, &self.conduct.name, (self.handled, self.now), kind, what);
            self.conduct.fault = Some(Box::new(fault));
        }
    }

    /// The policy panicked.
    pub(super) fn blame_panic(&mut self, message: &str) {
        self.blame(FaultKind::Panicked, panicked(message));
    }

    /// Its order gave a job no rank.
    pub(super) fn blame_rank(&mut self, sequence: u64) {
        self.blame_mistake(Mistake::NoRank { sequence });
    }

    /// Ends the replication if the policy broke a rule.
    #[inline]
    pub(super) fn check_conduct(&mut self) -> Result<(), Failure> {
        if self.state.mistakes.is_empty() && self.conduct.fault.is_none() {
            return Ok(());
        }
        self.end_by_conduct()
    }

    #[cold]
    fn end_by_conduct(&mut self) -> Result<(), Failure> {
        if let Some(mistake) = self.state.mistakes.take() {
            self.blame_mistake(mistake);
        }
        self.conduct.fault.take().map_or(Ok(()), |fault| Err(Failure::Policy(fault)))
    }

    /// Counts that the policy asks, or does not ask, to be called again at this instant.
    pub(super) fn count_call(&mut self, again: bool) {
        self.conduct.calls_again = if again { self.conduct.calls_again + 1 } else { 0 };
        if self.conduct.calls_again > MOST_CALLS_AGAIN {
            self.blame(FaultKind::Endless, format!("asks to be called again at one instant for the {MOST_CALLS_AGAIN}th time"));
        }
    }

    /// Counts that the policy is woken although nothing happened.
    pub(super) fn count_wake(&mut self) {
        self.conduct.wakes += 1;
        let most = MOST_WAKES + (self.now.ms() / 1000).unsigned_abs() + WAKES_PER_EVENT * self.handled;
        if self.conduct.wakes > most {
            self.blame(FaultKind::Endless, format!("asks to be woken for the {}th time", self.conduct.wakes));
        }
    }

    /// At the end: whether jobs wait that will never start. That is so if no job runs, the policy has not asked to be woken, and the first of
    /// its queue fits, but nothing more will happen (`is_dry`), or no job was started in the whole run. A job behind a head that does not
    /// fit may wait by right. O(jobs).
    pub(super) fn check_starver(&mut self, is_dry: bool) -> Result<(), Failure> {
        let idle = self.wake_at.is_none() && (is_dry || self.conduct.starts == 0);
        let Some((_, head)) = self.state.head().filter(|_| idle) else { return Ok(()) };
        if (0..self.jobs.len()).any(|place| self.jobs.get(place).is_running) {
            return Ok(());
        }
        self.state.begin_pass();
        let mut decisions = crate::policy::Decisions::default();
        let plan = crate::policy::Plan::new(&mut self.state, &mut decisions);
        let (view, facts) = (plan.view(), *plan.view().job(head.job));
        let Some(cluster) = view.class_of(&facts).clusters.iter().copied().find(|&cluster| view.fits(&facts, cluster)) else {
            return Ok(());
        };
        let (waiting, name) = (self.state.queue.len(), &self.model.clusters[cluster.index()].name);
        let end = if is_dry { "nothing will happen any more that could start it" } else { "no job was started in the whole run" };
        let what = format!(
            "starves its queue: {waiting} jobs wait and none runs; the first of them, {} with {} GPUs, fits on `{name}`, and {end}",
            self.job_named(facts.sequence),
            facts.gpus
        );
        self.blame(FaultKind::Starves, what);
        self.check_conduct()
    }

    /// A job by workload and number, for messages. O(jobs).
    pub(super) fn job_named(&self, sequence: u64) -> String {
        let known = self.state.jobs.iter().find(|slot| slot.facts.sequence == sequence);
        let workload = known.map(|slot| &self.model.workloads[slot.facts.workload.index()].name);
        workload.map_or_else(|| format!("job {sequence}"), |name| format!("job {sequence} (workload `{name}`)"))
    }

    fn blame_mistake(&mut self, mistake: Mistake) {
        let job = |sequence| self.job_named(sequence);
        let cluster = |cluster: ClusterId| &self.model.clusters[cluster.index()].name;
        let (kind, what) = match mistake {
            Mistake::NotWaiting { sequence } => (
                FaultKind::NotWaiting,
                format!("started {}, which does not wait (it runs, was stopped just now, or is gone)", job(sequence)),
            ),
            Mistake::NoSuchJob { job } => (FaultKind::NotWaiting, format!("moved the job at place {job}, which is empty")),
            Mistake::Placement { cluster: place, gpus, leased, taken } => {
                let what = format!(
                    "over-commits `{}`: its placement was asked for {gpus} GPUs, returned a lease of {leased} and took {taken}",
                    cluster(place)
                );
                (FaultKind::OverCommits, what)
            }
            Mistake::PlacedShare { cluster: place, milli, taken } => {
                let what = format!(
                    "over-commits `{}`: its placement was asked for {milli} thousandths of a GPU and took {taken}",
                    cluster(place)
                );
                (FaultKind::OverCommits, what)
            }
            Mistake::NoRank { sequence } => {
                (FaultKind::NotANumber, format!("ranks {} by NaN, which is not a number", job(sequence)))
            }
            Mistake::NoScore { sequence, cluster: place } => {
                (FaultKind::NotANumber, format!("scores `{}` for {} by NaN, which is not a number", cluster(place), job(sequence)))
            }
            Mistake::SameRank { sequence } => {
                let what =
                    format!("gives {} the rank of another waiting job (let ranks end in the sequence number)", job(sequence));
                (FaultKind::SameRank, what)
            }
            Mistake::TooManyMoves { most } => (FaultKind::Endless, format!("makes more than {most} moves in one call")),
            Mistake::TooManyTries { most } => (FaultKind::Endless, format!("was refused more than {most} moves in one call")),
        };
        self.blame(kind, what);
    }
}

fn panicked(message: &str) -> String {
    format!("panicked: {message}")
}

fn fault(model: &Model, policy: &str, (event, time): (u64, SimTime), kind: FaultKind, what: String) -> PolicyFault {
    let ms = time.ms().rem_euclid(Span::DAY.ms());
    let (minutes, seconds) = (ms / 60_000, ms % 60_000);
    let instant = format!(
        "{} {:02}:{:02}:{:02}.{:03} UTC",
        model.calendar.date(time),
        minutes / 60,
        minutes % 60,
        seconds / 1000,
        seconds % 1000
    );
    PolicyFault { policy: policy.to_owned(), event, time, instant: instant.replace(".000 ", " "), kind, what }
}
