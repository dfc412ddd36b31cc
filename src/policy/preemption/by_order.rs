//! Re-packing from scratch in the order: running and waiting jobs compete for all GPUs at every event.

mod quotas;
mod teams;

use crate::fleet::{Domains, Lease, Running};
use crate::policy::broker::{Broker, ranked};
use crate::policy::facts::JobFacts;
use crate::policy::order::{NUMBER, Order};
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::queue::{Queued, Rank, Room};
use crate::policy::quota::QuotaUse;
use crate::policy::view::View;
use crate::units::{ClusterId, SimTime};

/// A running job that no longer stands where it did.
struct Moved {
    rank: Rank,
    /// Its rank at the last pass.
    last: Rank,
    job: u32,
    cluster: ClusterId,
    /// Its place in the cluster's list.
    at: usize,
    level: u8,
    level_since: SimTime,
}

/// A cluster while it is re-packed.
struct Packing {
    cluster: ClusterId,
    /// Running jobs in order.
    running: Vec<Running>,
    /// Those before it have had their turn.
    next: usize,
    /// Those from it on have given their GPUs up for others so far.
    evicted_from: usize,
    /// GPUs of those that have had no turn, still hold them, and may be stopped.
    held: u64,
    /// The nodes, once anything changes.
    trial: Option<Domains>,
    stopped: Vec<u32>,
    started: Vec<(u32, Lease)>,
    /// When the next of those that go on changes its level.
    review: SimTime,
}

/// Re-packs all clusters from scratch: jobs have their turn in order, running and waiting ones together. A running job goes on if its GPUs have not been
/// needed by one before it, and is stopped if they have. A waiting job starts on the cluster that the broker prefers among those where it
/// fits beside all that had their turn; running jobs that have not had theirs give way to it, the last in order first, and those that find
/// their GPUs still free at their turn go on after all. Who does not fit is passed over.
///
/// Where there are quotas, turns come in another order: those within what their team has first, then those within what a cohort has, then who
/// borrows. Where teams take turns, each turn is that of a job of the team with the least share of what was given so far.
///
/// On clusters where any GPUs do, this is the greedy refilling of an emptied cluster by which the simulator of Tiresias schedules. O(running
/// jobs x log) a pass, and O(log queue) for each job that starts.
pub fn repack(plan: &mut Plan<'_>, order: &dyn Order, broker: &dyn Broker, placement: &dyn Placement) {
    let now = plan.view().now();
    promote(plan, order, now);
    let mut packings = standings(plan, order, now);
    let unused = plan.view().quota().map(QuotaUse::unused);
    if plan.view().team_shares().is_some() || unused.is_some() {
        let is_wronged = match unused {
            Some(unused) if plan.view().team_shares().is_none() => quotas::turns(plan, unused, &mut packings, broker, placement),
            _ => teams::turns(plan, &mut packings, broker, placement),
        };
        commit(plan, order, packings, now);
        if is_wronged {
            plan.call_again_once();
        }
        return;
    }
    let classes = plan.view().classes();
    let mut candidates: Vec<Option<(Rank, Queued)>> = (0..classes).map(|class| candidate(plan, &packings, class, None)).collect();
    loop {
        let waiting = candidates.iter().enumerate().filter_map(|(class, found)| found.map(|found| (found.0, class, found.1)));
        let Some((rank, class, queued)) = waiting.min_by_key(|&(rank, _, _)| rank) else { break };
        for packing in &mut packings {
            packing.turns_before(rank, plan);
        }
        start(plan, &mut packings, queued, broker, placement);
        // Room only shrinks as turns pass, so that no job passed over here could have been a candidate later.
        candidates[class] = candidate(plan, &packings, class, Some(rank));
    }
    for packing in &mut packings {
        packing.remaining_turns(plan);
    }
    commit(plan, order, packings, now);
}

/// Stops and starts jobs as the turns decided, and asks to be called when the level of a job changes.
fn commit(plan: &mut Plan<'_>, order: &dyn Order, packings: Vec<Packing>, now: SimTime) {
    let mut wake = SimTime::NEVER;
    for packing in packings {
        // Who is stopped comes to wait now; its patience begins.
        let patience = |&job: &u32| order.promotion(&JobFacts { queued_at: now, ..plan.view().current(job) });
        wake = packing.stopped.iter().filter_map(patience).fold(wake, SimTime::min).min(packing.review);
        let (cluster, started) = (packing.cluster, packing.started.len());
        packing.commit(plan);
        // Those that have just started run last in the list.
        let running = plan.view().running(cluster);
        let review = |running: &Running| order.next_review(&plan.view().current(running.job), now);
        wake = running[running.len() - started..].iter().filter_map(review).fold(wake, SimTime::min);
    }
    wake = wake.min(next_promotion(plan.view(), order));
    if wake < SimTime::NEVER {
        plan.wake_at(wake);
    }
}

/// When the next waiting job is promoted.
fn next_promotion(view: View<'_>, order: &dyn Order) -> SimTime {
    if !order.promotes() {
        return SimTime::NEVER;
    }
    let promotions = view.queue().into_iter().filter_map(|(_, queued)| order.promotion(view.job(queued.job)));
    promotions.min().unwrap_or(SimTime::NEVER)
}

/// Moves waiting jobs whose patience is over back to the first level.
fn promote(plan: &mut Plan<'_>, order: &dyn Order, now: SimTime) {
    if !order.promotes() {
        return;
    }
    for (_, queued) in plan.view().queue() {
        if order.promotion(plan.view().job(queued.job)).is_some_and(|time| time <= now) {
            plan.promote(queued.job, |job| order.rank(job, now));
        }
    }
}

/// The clusters' running jobs in order, their levels brought up to date. Those that have settled are not looked at.
fn standings(plan: &mut Plan<'_>, order: &dyn Order, now: SimTime) -> Vec<Packing> {
    let mut packings: Vec<Packing> =
        plan.view().clusters().map(|cluster| Packing::new(cluster, plan.take_running(cluster))).collect();
    let view = plan.view();
    let has_levels = order.has_levels();
    let mut moved: Vec<Moved> = Vec::with_capacity(packings.iter().map(|packing| packing.running.len()).sum());
    for packing in &mut packings {
        for (at, running) in packing.running.iter_mut().enumerate() {
            if running.settled && running.review > now {
                continue;
            }
            let mut facts = view.current(running.job);
            order.review(&mut facts, now);
            running.review = if has_levels { order.next_review(&facts, now).unwrap_or(SimTime::NEVER) } else { SimTime::NEVER };
            let (rank, last) = (order.standing(&facts, now), facts.rank);
            running.settled = order.stays(rank);
            if rank != last {
                let (job, cluster) = (running.job, packing.cluster);
                moved.push(Moved { rank, last, job, cluster, at, level: facts.level, level_since: facts.level_since });
            }
        }
    }
    for place in in_order(&moved) {
        let Moved { rank: mut new, job, cluster, at, level, level_since, .. } = moved[place as usize];
        if new.0[2] == NUMBER {
            new.0[2] = plan.next_entry() as i64;
        }
        plan.note_standing(job, new, level, level_since);
        packings[cluster.index()].running[at].rank = new.0;
    }
    for packing in &mut packings {
        packing.running.sort_by_key(|running| Rank(running.rank));
    }
    packings
}

/// The places of jobs that moved, in their new order; equals stay in the order of the last pass. O(n log n), mostly comparisons of one number: few are
/// equal in the first of their rank.
fn in_order(moved: &[Moved]) -> Vec<u32> {
    let mut keys: Vec<(i64, u32)> = moved.iter().zip(0..).map(|(moved, place)| (moved.rank.0[0], place)).collect();
    keys.sort_unstable();
    for equal in keys.chunk_by_mut(|one, other| one.0 == other.0).filter(|equal| equal.len() > 1) {
        equal.sort_unstable_by_key(|&(_, place)| {
            let moved = &moved[place as usize];
            (moved.rank, moved.last, moved.job)
        });
    }
    keys.into_iter().map(|(_, place)| place).collect()
}

/// The largest gang of a class for which there may be room beside those that had their turn.
fn room(plan: &Plan<'_>, packings: &[Packing], class: usize) -> u64 {
    let view = plan.view();
    let class = view.class(class);
    let open = class.clusters.iter().filter(|&&cluster| view.is_open(class, cluster));
    open.map(|cluster| packings[cluster.index()].free(plan) + packings[cluster.index()].held).max().unwrap_or(0)
}

fn candidate(plan: &Plan<'_>, packings: &[Packing], class: usize, after: Option<Rank>) -> Option<(Rank, Queued)> {
    let anywhere = room(plan, packings, class);
    if anywhere == 0 {
        return None;
    }
    plan.view().next_in(class, after, Room { anywhere, reserved: 0, before_ms: 0, extra: 0 })
}

/// A waiting job's turn.
fn start(plan: &Plan<'_>, packings: &mut [Packing], queued: Queued, broker: &dyn Broker, placement: &dyn Placement) {
    let view = plan.view();
    let facts = view.job(queued.job);
    let class = view.class_of(facts);
    for cluster in preferred(plan, packings, facts, broker) {
        if packings[cluster.index()].make_room_and_start(plan, queued.job, facts, class.within_domain, placement) {
            return;
        }
    }
}

/// Clusters that a job may start on and that have as many GPUs, those of jobs that have had no turn included; the one that the broker prefers
/// first.
fn preferred(plan: &Plan<'_>, packings: &[Packing], facts: &JobFacts, broker: &dyn Broker) -> Vec<ClusterId> {
    let view = plan.view();
    let class = view.class_of(facts);
    let open = class.clusters.iter().copied().filter(|&cluster| view.is_open(class, cluster));
    ranked(broker, view, facts, open.filter(|cluster| packings[cluster.index()].has_room(plan, facts.gpus)))
}

impl Packing {
    /// Whether so many GPUs are free or held by those that may be stopped.
    fn has_room(&self, plan: &Plan<'_>, gpus: u64) -> bool {
        self.free(plan) + self.held >= gpus
    }

    fn new(cluster: ClusterId, running: Vec<Running>) -> Self {
        Self {
            cluster,
            next: 0,
            evicted_from: running.len(),
            held: running.iter().filter(|running| running.preemptible).map(|running| running.gpus).sum(),
            running,
            trial: None,
            stopped: Vec::new(),
            started: Vec::new(),
            review: SimTime::NEVER,
        }
    }

    /// Free GPUs, as far as the packing has come.
    fn free(&self, plan: &Plan<'_>) -> u64 {
        self.trial.as_ref().map_or_else(|| plan.view().free_gpus(self.cluster), Domains::free_gpus)
    }

    /// The turns of running jobs up to a rank.
    fn turns_before(&mut self, rank: Rank, plan: &Plan<'_>) {
        while self.running.get(self.next).is_some_and(|running| Rank(running.rank) < rank) {
            self.turn(plan);
        }
    }

    /// The turns of all other running jobs.
    fn remaining_turns(&mut self, plan: &Plan<'_>) {
        while self.next < self.running.len() {
            self.turn(plan);
        }
    }

    /// The next running job's turn.
    fn turn(&mut self, plan: &Plan<'_>) {
        let Running { job, gpus, preemptible, review, .. } = self.running[self.next];
        let was_evicted = self.next >= self.evicted_from && preemptible;
        self.next += 1;
        if !was_evicted {
            self.held -= if preemptible { gpus } else { 0 };
            self.review = self.review.min(review);
            return;
        }
        let lease = plan.view().lease_of(job);
        if self.trial.as_mut().is_some_and(|trial| trial.retake(lease)) {
            self.review = self.review.min(review);
        } else {
            self.stopped.push(job);
        }
    }

    fn make_room_and_start(
        &mut self,
        plan: &Plan<'_>,
        job: u32,
        facts: &JobFacts,
        within_domain: bool,
        placement: &dyn Placement,
    ) -> bool {
        let view = plan.view();
        let trial = self.trial.get_or_insert_with(|| view.domains(self.cluster).clone());
        if let Some(lease) = view.place(placement, self.cluster, trial, facts.gpus, within_domain) {
            self.started.push((job, lease));
            return true;
        }
        if self.evicted_from <= self.next {
            return false;
        }
        // Where any GPUs do, the sum has told already that evictions will be enough; on nodes they may turn out to be in vain.
        let before = (trial.node_gpus() > 1 || within_domain).then(|| (trial.clone(), self.evicted_from, self.held));
        while self.evicted_from > self.next {
            self.evicted_from -= 1;
            let victim = &self.running[self.evicted_from];
            if !victim.preemptible {
                continue;
            }
            trial.release(view.lease_of(victim.job).clone());
            self.held -= victim.gpus;
            if trial.free_gpus() < facts.gpus {
                continue;
            }
            if let Some(lease) = view.place(placement, self.cluster, trial, facts.gpus, within_domain) {
                self.started.push((job, lease));
                return true;
            }
        }
        if let Some((nodes, evicted_from, held)) = before {
            (self.trial, self.evicted_from, self.held) = (Some(nodes), evicted_from, held);
        }
        false
    }

    fn commit(self, plan: &mut Plan<'_>) {
        plan.set_running(self.cluster, self.running);
        if (!self.started.is_empty() || !self.stopped.is_empty())
            && let Some(trial) = self.trial
        {
            plan.exchange(self.cluster, trial, &self.stopped, self.started);
        }
    }
}
