//! The loop: events in order, one scheduling pass per instant.

use super::allowances::Allowances;
use super::alone::Alone;
use super::arrivals::Submissions;
use super::backlogs::Backlogs;
use super::budget::Budgeting;
use super::capacity::TrancheState;
use super::classes::classes;
use super::clauses::{Breaches, Turn};
use super::conduct::{Capabilities, Conduct};
use super::contracts::timelines;
use super::defaults::of_future;
use super::delays::{Delivery, deliveries, late};
use super::evictions::{Eviction, TakenBack, evictions};
use super::failure::Failure;
use super::invariants::{Totals, Violation};
use super::jobs::{Job, JobTable};
use super::minima::Minima;
use super::outages::{Down, Occurrence, occurrences};
use super::power::Dark;
use super::services::ServiceState;
use super::statistics::Statistics;
use super::terms::Retired;
use super::waiting::{Followed, Waits};
use super::watches::Watching;
use crate::fleet::{ClusterState, Lease};
use crate::kernel::event_queue::EventQueue;
use crate::metrics::{Observation, Recorder, Rows, ServicePeriod, Timeline};
use crate::model::Model;
use crate::model::cluster::Cluster;
use crate::policy::{ClusterFacts, Decisions, Indexes, Policy, QuotaUse, State, TeamShares};
use crate::units::{ClusterId, GpuTime, Gpus, SimTime, Span};
use crate::workload::JobDraft;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What to do besides the accounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Keep every job for `jobs.csv`.
    pub records: bool,
    /// Record why jobs waited and GPUs stood idle.
    pub waiting: Option<Followed>,
    /// When the policy is called.
    pub pass: Pass,
    /// End with the last event rather than at the horizon.
    pub until_drained: bool,
}

/// When the policy is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pass {
    /// Once an instant, after all its events.
    #[default]
    OncePerInstant,
    /// After every event, as older simulators do it: at one instant submissions come first, in order, then completions; the GPUs of jobs that
    /// end at the instant are free from its first pass on.
    AfterEveryEvent,
}

/// Handle to cancel and observe a running replication.
#[derive(Clone, Copy, Debug)]
pub struct Control<'a> {
    /// Once set, the replication ends soon, without a result.
    pub stop: &'a AtomicBool,
    /// Simulated time so far, of all replications that share it [ms].
    pub progress: &'a AtomicU64,
}

/// Classes of events at one instant, in order; arrivals come between failures and control.
pub(super) mod class {
    pub const CAPACITY_UP: u8 = 0;
    pub const COMPLETION: u8 = 1;
    pub const FAILURE: u8 = 2;
    pub const CONTROL: u8 = 4;
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// The planned date of a tranche, or its new one.
    Tranche { cluster: ClusterId, tranche: u32 },
    /// A node is repaired.
    Repair { repair: u32 },
    /// A job has done its work.
    Completion { job: u32, generation: u32 },
    /// Something stops a job.
    Failure { job: u32, generation: u32 },
    /// Clusters go down.
    OutageBegins { number: u32 },
    /// They come back.
    OutageEnds { number: u32 },
    /// The vendor says that it will take spot capacity back.
    EvictionAnnounced { number: u32 },
    /// It takes it back.
    SpotGoes { number: u32 },
    /// It offers it again.
    SpotReturns { number: u32 },
    /// A cap on power rises.
    PowerStep,
    /// Something happens to a contract or a vendor.
    Turn(Turn),
    /// Services are scaled.
    ServiceStep,
    /// A month ends, where the scenario has a budget.
    MonthEnd { month: u32 },
    /// Time for a scheduling pass.
    WakeUp,
    /// A watch begins or ends.
    Watch { number: u32 },
    /// A day begins, where a contract has a minimum.
    Midnight,
    /// The prices of a cluster change.
    Prices(ClusterId),
    /// A period begins for which teams have budgets.
    AllowancePeriod,
}

/// One future while it is simulated.
pub(super) struct World<'m> {
    pub model: &'m Model,
    pub options: Options,
    pub now: SimTime,
    pub events: EventQueue<Event>,
    pub state: State,
    pub jobs: JobTable,
    pub recorder: Recorder,
    pub statistics: Statistics,
    pub totals: Totals,
    pub deliveries: Vec<Vec<Delivery>>,
    /// By cluster and month, by the deliveries as they were drawn.
    late: Vec<Vec<GpuTime>>,
    /// By cluster and number: how far tranches have come.
    pub tranches: Vec<Vec<TrancheState>>,
    /// By contract: its timeline in this future.
    pub timelines: Vec<Timeline>,
    /// By contract: how far what its option calls has come.
    pub options_called: Vec<TrancheState>,
    /// By contract with an option: allocated and active GPU-time of its vendor up to the last end of a month.
    pub used_before: Vec<[GpuTime; 2]>,
    /// By contract: allocated and active GPU-time of its clusters before the last days of its term.
    pub used_at_last: Vec<[GpuTime; 2]>,
    /// By contract: months of too little availability, where they let the buyer leave.
    pub breaches: Vec<Breaches>,
    pub repairs: Vec<Option<(ClusterId, Lease, u64)>>,
    /// Places in `repairs` that are not in use.
    pub repairs_unused: Vec<u32>,
    /// The outages of this future.
    pub outages: Vec<Occurrence>,
    /// By cluster: the outages it is in.
    pub down: Vec<Down>,
    /// The evictions of this future.
    pub evictions: Vec<Eviction>,
    /// By cluster: spot GPUs that are not there for now.
    pub taken_back: Vec<TakenBack>,
    /// What has left clusters of which other GPUs stay.
    pub retired: Vec<Retired>,
    pub backlogs: Backlogs,
    /// Watched events.
    pub watches: Vec<Watching>,
    /// By cluster: delivered GPUs without power.
    pub dark: Vec<Dark>,
    /// GPUs that each cluster can have under power in the end, by what others of its grid have.
    pub powered_maximum: Vec<u64>,
    /// Clusters whose GPUs changed hands since the last check.
    pub touched: Vec<ClusterId>,
    pub services: Vec<ServiceState>,
    pub service_rows: Vec<Vec<ServicePeriod>>,
    pub handled: u64,
    /// Whether anything has happened since the last pass: void events do not count.
    pub changed: bool,
    /// GPUs that each cluster will have in the end, as far as is known.
    pub planned_maximum: Vec<u64>,
    /// Take-or-pay minima.
    pub minima: Minima,
    /// Commitments against revenue, if the scenario has a budget.
    pub budgeting: Option<Box<Budgeting>>,
    /// What teams have used of their budgets.
    pub allowances: Option<Box<Allowances>>,
    /// When jobs would end if each team had its own GPUs, if fairness is measured.
    pub alone: Option<Box<Alone>>,
    /// Records why jobs wait, if requested.
    pub waits: Option<Box<Waits>>,
    pub decisions: Decisions,
    /// When the policy wants to be called again.
    pub wake_at: Option<SimTime>,
    /// How the policy behaves.
    pub conduct: Conduct,
    /// The end: the horizon, or the last event.
    pub end: SimTime,
}

/// Simulates one future of a model under a policy.
///
/// # Errors
///
/// When it is cancelled, when the policy breaks the rules (a panic of the policy included), or when the accounts do not balance.
pub fn simulate(
    model: &Model,
    replication: u64,
    policy: &mut dyn Policy,
    options: Options,
    control: Control<'_>,
) -> Result<Observation, Failure> {
    let future = of_future(model, replication);
    let model = &*future;
    let mut world = World::new(model, replication, &Capabilities::of(model, policy)?, options);
    let mut submissions = Submissions::new(model, replication);
    let horizon = model.horizon();
    let mut reported = SimTime::ZERO;
    loop {
        let due = world.events.next_time();
        let submitted = submissions.next_time();
        let next = [due, submitted, world.wake_at].into_iter().flatten().min().unwrap_or(SimTime::NEVER);
        if next == SimTime::NEVER && options.until_drained {
            world.check_starver(true)?;
            world.end = world.now;
            world.recorder.cut(world.now);
            if world.recorder.open_end().is_some() {
                world.close_period(world.now)?;
            }
            break;
        }
        let until = next.min(horizon);
        while let Some(end) = world.recorder.open_end()
            && end <= until
        {
            world.close_period(end)?;
            control.progress.fetch_add((end - reported).ms().unsigned_abs(), Ordering::Relaxed);
            reported = end;
            if control.stop.load(Ordering::Relaxed) {
                return Err(Failure::Stopped);
            }
        }
        if next >= horizon {
            world.check_starver(next == SimTime::NEVER)?;
            break;
        }
        if control.stop.load(Ordering::Relaxed) {
            return Err(Failure::Stopped);
        }
        world.check_size()?;
        world.waits_until(next);
        world.backlogs_until(next);
        world.now = next;
        world.state.now = next;
        if world.wake_at.is_some_and(|wake| wake <= next) {
            world.wake_at = None;
            world.changed = true;
            world.count_wake();
        }
        match options.pass {
            Pass::OncePerInstant => world.instant(&mut submissions, policy)?,
            Pass::AfterEveryEvent => world.instant_event_by_event(&mut submissions, policy)?,
        }
    }
    world.finish()
}

impl<'m> World<'m> {
    fn new(model: &'m Model, replication: u64, capabilities: &Capabilities, options: Options) -> Self {
        let cluster_state = match (capabilities.looks_at_nodes, capabilities.needs_identity) {
            (true, _) => ClusterState::with_book,
            (false, true) => ClusterState::identified,
            (false, false) => ClusterState::new,
        };
        let clusters = model.clusters.iter().map(|cluster| cluster_state(cluster.node_gpus, cluster.domain_gpus)).collect();
        let facts = model.clusters.iter().map(|cluster| ClusterFacts {
            vendor: cluster.vendor,
            prices: *cluster.prices.at(SimTime::ZERO),
            by_use: model.pays_by_use(cluster),
            electricity_usd_per_gpu_hour: cluster.power.marginal_usd_per_gpu_hour(),
        });
        let (classes, class_of) = classes(model, &capabilities.vendors, capabilities.indexes.shares.is_some());
        let mut state = State::new(clusters, facts.collect(), classes);
        state.transfers.clone_from(&model.transfers);
        let indexes = capabilities.indexes;
        let stops = !model.services.is_empty() || model.quotas.is_some();
        state.track(Indexes { victims: indexes.victims || stops, ..indexes });
        let types = || model.clusters.iter().map(|cluster| cluster.gpu_type.as_str());
        state.team_shares = indexes.shares.map(|rule| Box::new(TeamShares::new(rule, &model.team_weights, types())));
        state.quota = model.quotas.as_ref().map(|quotas| Box::new(QuotaUse::new(Arc::clone(quotas))));
        let deliveries = deliveries(model, replication);
        let timelines = timelines(model, &deliveries);
        let late = late(model, &deliveries);
        let recorder = Recorder::new(model, &timelines);
        let service_rows = vec![vec![ServicePeriod::default(); model.services.len()]; recorder.periods().len()];
        let waits = options.waiting.map(|followed| Box::new(Waits::new(&state, followed)));
        let mut world = Self {
            model,
            options,
            now: SimTime::ZERO,
            events: EventQueue::new(),
            state,
            jobs: JobTable::new(class_of),
            recorder,
            statistics: Statistics::new(model),
            totals: Totals { lost: vec![GpuTime::default(); model.clusters.len()], ..Totals::default() },
            tranches: deliveries.iter().map(|list| vec![TrancheState::Open; list.len()]).collect(),
            deliveries,
            late,
            timelines,
            options_called: vec![TrancheState::Open; model.contracts.len()],
            used_before: vec![[GpuTime::ZERO; 2]; model.contracts.len()],
            breaches: vec![Breaches::default(); model.contracts.len()],
            used_at_last: vec![[GpuTime::ZERO; 2]; model.contracts.len()],
            repairs: Vec::new(),
            repairs_unused: Vec::new(),
            outages: occurrences(model, replication),
            down: vec![Down::default(); model.clusters.len()],
            evictions: evictions(model, replication),
            taken_back: vec![TakenBack::default(); model.clusters.len()],
            retired: vec![Retired::default(); model.clusters.len()],
            backlogs: Backlogs::new(model.workloads.len(), model.warm_up, model.horizon()),
            watches: model.watches.iter().map(Watching::new).collect(),
            dark: vec![Dark::default(); model.clusters.len()],
            powered_maximum: vec![u64::MAX; model.clusters.len()],
            touched: Vec::new(),
            services: Vec::new(),
            service_rows,
            handled: 0,
            changed: true,
            planned_maximum: model.clusters.iter().map(Cluster::all_gpus).collect(),
            minima: Minima::new(model),
            budgeting: Budgeting::new(model, replication),
            allowances: Allowances::new(model),
            alone: Alone::new(model),
            waits,
            decisions: Decisions::default(),
            wake_at: None,
            conduct: Conduct::new(capabilities),
            end: model.horizon(),
        };
        world.announce();
        world.expect_power();
        world.open_services();
        world.expect_watches();
        world.expect_outages();
        world.expect_evictions();
        world.expect_turns();
        world.expect_price_changes();
        world.expect_month_ends();
        world.expect_allowances();
        for class in &world.state.classes {
            for &(_, open) in class.closed.iter().flatten().filter(|(_, open)| *open > SimTime::ZERO) {
                world.events.push(open, class::CONTROL, Event::WakeUp);
            }
        }
        world.midnight();
        // The start may have no event, but GPUs are there.
        world.waits_pass();
        world
    }

    /// All events of this instant, then one scheduling pass.
    fn instant(&mut self, submissions: &mut Submissions, policy: &mut dyn Policy) -> Result<(), Failure> {
        self.handle_until(class::FAILURE, policy);
        while submissions.next_time() == Some(self.now) {
            if let Some(draft) = submissions.next(self.model) {
                self.submit(draft, policy);
            }
        }
        self.handle_until(class::CONTROL, policy);
        self.pass(policy)
    }

    /// The events of this instant one by one, each followed by a scheduling pass: capacity, then submissions, then completions in order of
    /// their starts. Jobs whose estimated time is over with this instant have left before its first pass.
    fn instant_event_by_event(&mut self, submissions: &mut Submissions, policy: &mut dyn Policy) -> Result<(), Failure> {
        self.handle_until(class::CAPACITY_UP, policy);
        let mut ending = VecDeque::new();
        self.take_endings(&mut ending, policy);
        while submissions.next_time() == Some(self.now) {
            if let Some(draft) = submissions.next(self.model) {
                self.submit(draft, policy);
            }
            self.pass(policy)?;
            self.take_endings(&mut ending, policy);
        }
        while let Some(event) = ending.pop_front() {
            if let Some(event) = event {
                self.handle(event, policy);
            }
            self.changed = true;
            self.pass(policy)?;
            self.take_endings(&mut ending, policy);
        }
        self.handle_until(class::CONTROL, policy);
        self.pass(policy)
    }

    /// Takes the completions and failures of this instant out of the event queue. Those that were expected now are handled at once and leave
    /// only a mark, so that each still has its pass.
    fn take_endings(&mut self, ending: &mut VecDeque<Option<Event>>, policy: &dyn Policy) {
        while let Some((time, class)) = self.events.peek()
            && time == self.now
            && class <= class::FAILURE
        {
            let Some((_, event)) = self.events.pop() else { return };
            let expected = match event {
                Event::Completion { job, .. } => self.state.estimated_end(job) <= self.now,
                _ => true,
            };
            if expected {
                self.handle(event, policy);
            }
            ending.push_back((!expected).then_some(event));
        }
    }

    /// Handles the events of this instant up to a class.
    fn handle_until(&mut self, last: u8, policy: &dyn Policy) {
        while let Some((time, class)) = self.events.peek()
            && time == self.now
            && class <= last
        {
            let Some((_, event)) = self.events.pop() else { return };
            self.handle(event, policy);
        }
    }

    fn handle(&mut self, event: Event, policy: &dyn Policy) {
        self.handled += 1;
        match event {
            Event::Tranche { cluster, tranche } => self.tranche(cluster, tranche as usize),
            Event::Repair { repair } => self.repaired(repair),
            Event::Completion { job, generation } => self.complete(job, generation),
            Event::Failure { job, generation } => self.interrupt(job, generation, policy),
            Event::OutageBegins { number } => self.outage_begins(number, policy),
            Event::OutageEnds { number } => self.outage_ends(number),
            Event::EvictionAnnounced { number } => self.eviction_announced(number),
            Event::SpotGoes { number } => self.spot_goes(number, policy),
            Event::SpotReturns { number } => self.spot_returns(number),
            Event::PowerStep => self.power_step(),
            Event::Turn(turn) => self.turn(turn, policy),
            Event::ServiceStep => self.service_step(policy),
            Event::MonthEnd { month } => self.month_end(month as usize),
            Event::WakeUp => self.changed = true,
            Event::Watch { number } => self.watch(number),
            Event::Midnight => self.midnight(),
            Event::Prices(cluster) => self.change_prices(cluster),
            Event::AllowancePeriod => self.allowance_period(),
        }
    }

    /// A service's replicas leased GPUs, or gave them back.
    pub(super) fn allocate_replicas(&mut self, cluster: ClusterId, user: usize, delta: i64) {
        self.changed = true;
        self.recorder.allocated(cluster, user, delta * 1000, false, self.now);
        self.recorder.gangs(cluster, user, self.model.gang(user, Gpus::ZERO), delta * 1000, self.now);
        self.state.note_replicas(cluster, delta);
        // Reservations know nothing of services: what they give back came otherwise than expected.
        self.state.surprises += 1;
        self.touched.push(cluster);
    }

    /// A job held so much of a cluster before, and holds so much now.
    pub(super) fn allocate(&mut self, cluster: ClusterId, job: &Job, before: Gpus, after: Gpus) {
        self.changed = true;
        let user = job.draft.workload.index();
        let [less, more] = [before, after].map(|held| held.milli() as i64);
        self.recorder.allocated(cluster, user, more - less, true, self.now);
        self.count_allowance(cluster, job, more - less);
        for (held, delta) in [(before, -less), (after, more)].into_iter().filter(|(held, _)| *held > Gpus::ZERO) {
            self.recorder.gangs(cluster, user, self.model.gang(user, held), delta, self.now);
        }
        self.touched.push(cluster);
    }

    /// What a running job holds.
    pub(super) fn held(&self, job: &Job) -> Gpus {
        self.model.workloads[job.draft.workload.index()].amount(job.gpus)
    }

    /// What a job asks for.
    pub(super) fn amount(&self, job: &JobDraft) -> Gpus {
        self.model.workloads[job.workload.index()].amount(job.gpus)
    }

    fn close_period(&mut self, end: SimTime) -> Result<(), Violation> {
        self.waits_close(end);
        self.account_services(end);
        self.recorder.close();
        self.note_backlogs();
        self.update_minima(end);
        self.check_clusters()
    }

    fn finish(mut self) -> Result<Observation, Failure> {
        self.now = self.end;
        self.state.now = self.now;
        let watched = self.close_watches();
        self.close_backlogs();
        let spent = self.close_allowances();
        let records = self.censor();
        let affordability = self.close_budget();
        self.check_totals()?;
        let Rows { periods, clusters, usage, moved, gangs } = self.recorder.into_rows();
        super::invariants::check_rows(&clusters, &usage)?;
        let queue_time_ms = self.totals.queue_time_ms;
        let waiting = self.waits.map(|waits| waits.finish(self.model, &clusters, queue_time_ms)).transpose()?;
        Ok(Observation {
            periods,
            clusters,
            usage,
            moved,
            gangs,
            jobs: self.statistics.total(),
            jobs_by_month: self.statistics.workloads,
            jobs_by_cluster: self.statistics.clusters,
            services: self.service_rows,
            timelines: self.timelines,
            watched,
            backlogs: self.backlogs.into_seen(),
            late: self.late,
            affordability,
            spent,
            events: self.handled,
            records,
            waiting,
        })
    }
}

/// Rounds a float number of milliseconds up, at least to one.
pub(super) fn span_up(ms: f64) -> Span {
    Span::from_ms(ms.ceil().clamp(1.0, 9e15) as i64)
}
