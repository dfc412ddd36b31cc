//! All GPUs of elastic jobs are re-divided at intervals.

use super::Elasticity;
use super::members::{Goal, Member, members, resize};
use super::room::{Ask, make_room, take_back};
use super::shares::{fill, share_out};
use crate::policy::broker::Broker;
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::quota::Claim;
use crate::policy::view::View;
use crate::units::{ClusterId, SimTime, Span};

/// At most once an interval, cluster by cluster: the head of the queue is let in with its least size where running jobs can shrink for it, and
/// the GPUs of all elastic jobs are re-divided, so that the harmonic mean of their speedups is as large as can be. A job whose size
/// changes counts with its speedup times T / (T + d), where T is the time since its submission and d what the change takes; if the best
/// allocation is then no better than what there is, with idle GPUs given out, it is not made. Nor does a job grow that would end before it
/// gained by it.
///
/// It follows A. Qiao et al., "Pollux: Co-adaptive cluster scheduling for goodput-optimized deep learning", OSDI 2021, whose fitness is the
/// p-mean of speedups with p = -1 by default, and whose penalty also counts earlier changes. Pollux compares with an equal share of the
/// cluster, searches by a genetic algorithm, and may take a job all its GPUs; here speedups are against what a job asks for, the search is exact
/// on concave speedups, and no job falls below its least size.
#[derive(Clone, Copy, Debug)]
pub struct Goodput {
    interval: Span,
    /// When sizes changed last.
    last: Option<SimTime>,
}

impl Goodput {
    /// With at least so much time between two re-allocations.
    #[must_use]
    pub const fn every(interval: Span) -> Self {
        Self { interval, last: None }
    }

    /// When sizes may change again.
    fn due(&self) -> SimTime {
        self.last.map_or(SimTime::ZERO, |last| last.saturating_add(self.interval))
    }

    fn is_due(&self, now: SimTime) -> bool {
        // At one instant they may change several times.
        self.due() <= now || self.last == Some(now)
    }
}

impl Elasticity for Goodput {
    fn admit(&mut self, plan: &mut Plan<'_>, job: u32, broker: &dyn Broker, placement: &dyn Placement) -> bool {
        let now = plan.view().now();
        let admitted = self.is_due(now) && make_room(plan, job, (Ask::Least, Goal::HarmonicMean), broker, placement);
        if admitted {
            self.last = Some(now);
        }
        admitted
    }

    fn take_back(&mut self, plan: &mut Plan<'_>, job: u32, claim: Claim, broker: &dyn Broker, placement: &dyn Placement) -> bool {
        take_back(plan, job, (Goal::HarmonicMean, claim), broker, placement)
    }

    fn settle(&mut self, plan: &mut Plan<'_>, placement: &dyn Placement) {
        let now = plan.view().now();
        if !self.is_due(now) {
            plan.wake_at(self.due());
            return;
        }
        for cluster in plan.view().clusters() {
            if !plan.view().is_barred(cluster) && share_anew(plan, cluster, placement) {
                self.last = Some(now);
            }
        }
    }
}

/// Re-divides the GPUs of a cluster's elastic jobs and its idle ones; says whether any size changed.
fn share_anew(plan: &mut Plan<'_>, cluster: ClusterId, placement: &dyn Placement) -> bool {
    let view = plan.view();
    let present = members(view, cluster);
    let free = view.free_gpus(cluster);
    let kept = best(view, &present, free, |member| member.held);
    let shared = best(view, &present, free, Member::least);
    let chosen = if fitness(&shared) > fitness(&kept) { shared } else { kept };
    let resized = resize(plan, &chosen, placement);
    // Who had no room to grow as it was to leaves something for the others.
    let filled = !resized.cramped.is_empty() && fill(plan, cluster, (&resized.cramped, Goal::HarmonicMean), placement);
    resized.changed || filled
}

/// The best sizes from those on that jobs have at least. Who would not gain by growing, or ends before a change would be over, keeps its size.
fn best(view: View<'_>, present: &[Member], free: u64, at_least: impl Fn(&Member) -> u64) -> Vec<Member> {
    let mut members = present.to_vec();
    for member in &mut members {
        member.is_fixed |= member.left <= member.cost;
    }
    loop {
        let mut left = free;
        for member in &mut members {
            member.gpus = if member.is_fixed { member.held } else { at_least(member) };
            left += member.held - member.gpus;
        }
        share_out(&mut members, left, Goal::HarmonicMean);
        let mut is_worth_it = true;
        for member in members.iter_mut().filter(|member| member.gpus > member.held && !member.pays(view)) {
            (member.is_fixed, is_worth_it) = (true, false);
        }
        if is_worth_it {
            return members;
        }
    }
}

/// The sum that is largest where the harmonic mean of the speedups is, changes counted as less.
fn fitness(members: &[Member]) -> f64 {
    let value = |member: &Member| {
        let changes = member.gpus != member.held && member.cost > Span::ZERO;
        let (age, cost) = (member.age.seconds(), member.cost.seconds());
        let kept = if changes { age / (age + cost) } else { 1.0 };
        Goal::HarmonicMean.of(member.speedup(member.gpus) * kept)
    };
    members.iter().map(value).sum()
}
