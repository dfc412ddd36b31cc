//! A policy that shares GPUs of several types out by rounds.

use super::Allocator;
use super::accounts::Accounts;
use super::kinds::Kinds;
use super::present::{Present, shares};
use super::problem::Problem;
use super::seats::{Claim, Rules, seated};
use crate::model::{Model, PolicyChoice};
use crate::policy::Policy;
use crate::policy::broker::{self, Broker};
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::view::View;
use crate::units::{ClusterId, SimTime, Span, VendorId};

/// At every boundary of rounds, those jobs run that have so far received least of what their shares promise, each on the type on which it is
/// due. An [`Allocator`] is asked for shares when jobs have come or gone or the room has changed, at most so often; see [`Accounts::dues`] for whose
/// turn it is. A job that runs on its type already goes on without a stop. GPUs that are left, or come free between two boundaries, go to waiting jobs,
/// unless the allocator is strict.
///
/// Rounds are counted from the scenario's start; the first job on an idle system begins one. Jobs that may not be stopped compete for their
/// start like all others, and keep their GPUs from then on: the shares are of what is left. Speeds are those of the scenario, work left is by
/// users' estimates, and restarts cost what the scenario says.
pub struct ByRounds {
    name: String,
    kinds: Kinds,
    /// By workload: what its jobs' shares count.
    weights: Vec<f64>,
    allocator: Box<dyn Allocator>,
    broker: Box<dyn Broker>,
    placement: Box<dyn Placement>,
    round: Span,
    accounts: Accounts,
    /// What the shares were worked out for.
    asked: Option<Problem>,
    /// Numbers and types of those that run and share, since the last call.
    running: Vec<(u64, usize)>,
    last_call: SimTime,
    next_round: SimTime,
    /// Jobs that are to start at this instant, once those that were stopped for it wait.
    pending: Vec<(u32, ClusterId)>,
}

impl ByRounds {
    /// A policy for a model, by the rounds that `choice` says.
    #[must_use]
    pub fn new(
        choice: &PolicyChoice,
        model: &Model,
        mut allocator: Box<dyn Allocator>,
        broker: Box<dyn Broker>,
        placement: Box<dyn Placement>,
    ) -> Self {
        allocator.be_coarse();
        let kinds = Kinds::of(model);
        // A round without a length would never end.
        let round = choice.rounds.round.max(Span::SECOND);
        let apart = choice.rounds.shares_apart.unwrap_or(round);
        Self {
            name: choice.name.clone(),
            accounts: Accounts::new(kinds.len(), round.seconds(), apart.seconds()),
            kinds,
            weights: model.workloads.iter().map(|workload| workload.weight).collect(),
            allocator,
            broker,
            placement,
            round,
            asked: None,
            running: Vec::new(),
            last_call: SimTime::ZERO,
            next_round: SimTime::ZERO,
            pending: Vec::new(),
        }
    }

    /// Writes down what was received since the last call.
    fn book(&mut self, now: SimTime) {
        let elapsed = (now - self.last_call).seconds();
        if elapsed > 0.0 {
            for &(id, kind) in &self.running {
                self.accounts.ran(id, kind, elapsed);
            }
        }
        self.last_call = now;
    }

    fn begin_round(&mut self, plan: &mut Plan<'_>, now: SimTime) {
        let length = self.round.ms();
        self.next_round = SimTime::from_ms((now.ms() / length + 1).saturating_mul(length));
        let view = plan.view();
        let present = Present::of(view, &self.kinds);
        self.accounts.attend(&present.ids());
        if present.jobs.is_empty() {
            self.accounts.forget();
            return;
        }
        let problem = present.problem(view, &self.kinds, &self.weights, self.round);
        if self.asked.as_ref().is_some_and(|asked| differ(asked, &problem)) {
            self.accounts.doubt();
        }
        if !problem.jobs.is_empty() && self.accounts.is_due(now.seconds()) {
            self.allocator.attend(&all_jobs(view));
            let found = self.allocator.shares(&problem);
            self.accounts.begin(now.seconds(), present.all_shares(view, &self.kinds, found));
            self.asked = Some(problem);
        }
        let claims = self.claims(&present);
        let seating = seated(view, &present, &self.rules(), &claims);
        for job in seating.stopped {
            let _ = plan.preempt(job);
        }
        if seating.moves {
            // Who was stopped waits from the next call on; who comes after it may need what it leaves.
            self.pending = seating.started;
            plan.call_again();
        } else {
            self.start(plan, seating.started);
        }
    }

    fn rules(&self) -> Rules<'_> {
        Rules {
            kinds: &self.kinds,
            broker: &*self.broker,
            placement: &*self.placement,
            is_strict: self.allocator.is_strict(),
            is_blind: self.allocator.is_blind(),
        }
    }

    /// Starts jobs where they were seated. What does not fit after all, because it was tried out in another order, waits.
    fn start(&self, plan: &mut Plan<'_>, started: Vec<(u32, ClusterId)>) {
        for (job, cluster) in started {
            let _ = plan.start(job, cluster, &*self.placement);
        }
    }

    /// Whose turn it is on which type, in order.
    fn claims(&self, present: &Present) -> Vec<Claim> {
        let speed = |id: u64, kind: usize| present.place(id).map_or(0.0, |place| present.jobs[place].speeds[kind]);
        let dues = self.accounts.dues(|id, kind| speed(id, kind) > 0.0);
        dues.into_iter().filter_map(|(id, kind)| Some((present.place(id)?, kind))).collect()
    }

    /// Gives free GPUs to those that wait: by their turns, then by submission, each on the fastest type that is left.
    fn fill(&self, plan: &mut Plan<'_>) {
        if !plan.view().somebody_may_fit() {
            return;
        }
        let mut present = Present::of(plan.view(), &self.kinds);
        present.jobs.retain(|job| job.cluster.is_none());
        let mut claims = self.claims(&present);
        if !self.allocator.is_strict() {
            let is_blind = self.allocator.is_blind();
            let by_speed = |(place, job): (usize, &super::present::Attendant)| {
                job.preferred(is_blind).into_iter().map(move |kind| (place, kind)).collect::<Vec<Claim>>()
            };
            claims.extend(present.jobs.iter().enumerate().flat_map(by_speed));
        }
        let mut has_started = vec![false; present.jobs.len()];
        for (place, kind) in claims {
            if has_started[place] {
                continue;
            }
            let (job, view) = (&present.jobs[place], plan.view());
            let chosen = broker::choose(&*self.broker, &view, &job.facts, |cluster| self.kinds.kind(cluster) == kind);
            has_started[place] = chosen.is_some_and(|cluster| plan.start(job.job, cluster, &*self.placement).is_ok());
        }
    }
}

/// The numbers of all jobs that wait or run, ascending.
fn all_jobs(view: View<'_>) -> Vec<u64> {
    let running = view.running_jobs().map(|running| running.facts.sequence);
    let mut ids: Vec<u64> = view.waiting().map(|(_, facts)| facts.sequence).chain(running).collect();
    ids.sort_unstable();
    ids
}

/// Whether other shares may be due: types, or what jobs can do on them, have changed.
fn differ(asked: &Problem, problem: &Problem) -> bool {
    let can = |problem: &Problem| -> Vec<(u64, Vec<f64>)> { problem.jobs.iter().map(|job| (job.id, job.speeds.clone())).collect() };
    asked.types != problem.types || can(asked) != can(problem)
}

impl Policy for ByRounds {
    fn decide(&mut self, plan: &mut Plan<'_>) {
        let now = plan.view().now();
        self.book(now);
        if now >= self.next_round {
            self.begin_round(plan, now);
        } else if !self.pending.is_empty() {
            let started = std::mem::take(&mut self.pending);
            self.start(plan, started);
        }
        if self.pending.is_empty() {
            self.fill(plan);
        }
        let view = plan.view();
        let sharing = view.running_jobs().filter(|running| shares(view, &running.facts, running.cluster));
        self.running = sharing.map(|running| (running.facts.sequence, self.kinds.kind(running.cluster))).collect();
        if !self.running.is_empty() || view.queue_length() > 0 || !self.pending.is_empty() {
            plan.wake_at(self.next_round);
        }
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn may_use(&self, vendor: VendorId) -> bool {
        self.broker.may_use(vendor)
    }

    fn needs_identity(&self) -> bool {
        self.placement.needs_identity()
    }

    fn looks_at_nodes(&self) -> bool {
        self.placement.looks_at_nodes()
    }

    fn watches_running(&self) -> bool {
        true
    }
}
