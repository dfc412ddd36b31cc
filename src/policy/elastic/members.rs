//! Running elastic jobs, while it is worked out how many GPUs each is to have.

use crate::model::elastic::{Elastic, Step};
use crate::policy::facts::JobFacts;
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::view::View;
use crate::units::{ClusterId, Span};
use std::sync::Arc;

/// What is made as large as possible, summed over jobs. A job's speedup is its speed over that on what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// Speedups.
    Speedups,
    /// Speedups to the power -1, negated: the sum is largest where the harmonic mean of the speedups is.
    HarmonicMean,
}

/// Slopes that differ by no more than this share of them differ by rounding alone.
const SAME: f64 = 1e-9;

impl Goal {
    pub fn of(self, speedup: f64) -> f64 {
        match self {
            Self::Speedups => speedup,
            Self::HarmonicMean => -1.0 / speedup,
        }
    }
}

/// A running elastic job.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Where it is in the job table.
    pub job: u32,
    pub sequence: u64,
    pub cluster: ClusterId,
    pub elastic: Arc<Elastic>,
    /// What it asks for [GPUs].
    pub asked: u64,
    /// How fast it would be on that, up to a factor.
    pub asked_rate: f64,
    /// What it holds [GPUs].
    pub held: u64,
    /// What it is to hold [GPUs].
    pub gpus: u64,
    /// No more would fit: GPUs of a domain, where it must stay inside one, and what its team has itself and does not use, or may borrow so that
    /// the job has what it asks for: more is not borrowed, since the lender may ask for it at any time [GPUs].
    pub most: u64,
    /// Whether that is not to change.
    pub is_fixed: bool,
    /// How long it computes nothing if its size changes: none where it has begun, or changed its size, at this instant.
    pub cost: Span,
    /// Since its submission.
    pub age: Span,
    /// Estimated time that it takes yet on what it holds.
    pub left: Span,
    pub facts: JobFacts,
}

impl Member {
    /// How fast it would be on so many GPUs, against what it asks for.
    pub fn speedup(&self, gpus: u64) -> f64 {
        self.elastic.rate(self.cluster, gpus) / self.asked_rate
    }

    /// Its smallest size.
    pub fn least(&self) -> u64 {
        self.elastic.least(self.asked).min(self.held)
    }

    /// What it counts for with what it is to hold so far.
    fn value(&self, goal: Goal) -> f64 {
        goal.of(self.speedup(self.gpus))
    }

    /// What each GPU makes of that on the way from `now` to another size.
    fn slope(&self, (goal, now): (Goal, f64), Step { gpus, rate }: Step) -> f64 {
        (goal.of(rate / self.asked_rate) - now) / (gpus as f64 - self.gpus as f64)
    }

    /// The next larger size with at most so many more GPUs, and what each of them gains; none where nothing is gained.
    pub fn up(&self, goal: Goal, most: u64) -> Option<(u64, f64)> {
        let most = most.min(self.most.saturating_sub(self.gpus));
        let from = (goal, self.value(goal));
        let mut best: Option<(u64, f64)> = None;
        let steps = self.elastic.steps(self.cluster);
        for &step in &steps[steps.partition_point(|step| step.gpus <= self.gpus)..] {
            let slope = self.slope(from, step);
            if best.is_some_and(|(_, known)| slope <= known + SAME * known.abs()) {
                break;
            }
            best = Some((step.gpus, slope));
        }
        let (size, slope) = best.filter(|(_, slope)| *slope > 0.0)?;
        if size - self.gpus <= most {
            return Some((size, slope));
        }
        let gpus = self.elastic.largest_up_to(self.gpus + most, self.asked).filter(|&size| size > self.gpus)?;
        let step = Step { gpus, rate: self.elastic.rate(self.cluster, gpus) };
        Some((gpus, self.slope(from, step))).filter(|(_, slope)| *slope > 0.0)
    }

    /// The next smaller size, and what each GPU that comes free loses; less than nothing where it gains.
    pub fn down(&self, goal: Goal) -> Option<(u64, f64)> {
        let from = (goal, self.value(goal));
        let mut best: Option<(u64, f64)> = None;
        let steps = self.elastic.steps(self.cluster);
        for &step in steps[..steps.partition_point(|step| step.gpus < self.gpus)].iter().rev() {
            let slope = self.slope(from, step);
            if best.is_some_and(|(_, known)| slope >= known - SAME * known.abs()) {
                break;
            }
            best = Some((step.gpus, slope));
        }
        best
    }

    /// Whether it gains more time by what it is to hold than the change takes.
    pub fn pays(&self, view: View<'_>) -> bool {
        let then = view.estimate_on(&JobFacts { gpus: self.gpus, ..self.facts }, self.cluster);
        self.left - then > self.cost
    }
}

/// The running elastic jobs of a cluster, in order of submission. O(running jobs there).
pub(super) fn members(view: View<'_>, cluster: ClusterId) -> Vec<Member> {
    let now = view.now();
    let member = |job: u32| {
        let elastic = Arc::clone(view.class_of(view.job(job)).elastic.as_ref()?);
        let facts = view.current(job);
        let class = view.class_of(&facts);
        let domain = if class.within_domain { u64::from(view.domains(cluster).domain_gpus()) } else { u64::MAX };
        let cost = if view.state.jobs[job as usize].sized < now { elastic.resize() } else { Span::ZERO };
        Some(Member {
            job,
            sequence: facts.sequence,
            cluster,
            asked: facts.asked,
            asked_rate: elastic.rate(cluster, facts.asked),
            held: facts.gpus,
            gpus: facts.gpus,
            most: domain.min(facts.gpus.saturating_add(view.quota().map_or(u64::MAX, |quota| {
                let borrowed = facts.asked.saturating_sub(facts.gpus).min(quota.available((class.team, cluster)));
                quota.unused_of_own((class.team, cluster)).max(borrowed)
            }))),
            is_fixed: !view.is_open(class, cluster),
            cost,
            age: now - facts.submit,
            left: view.estimate_on(&facts, cluster),
            elastic,
            facts,
        })
    };
    let mut members: Vec<Member> = view.running(cluster).iter().filter_map(|running| member(running.job)).collect();
    members.sort_unstable_by_key(|member| member.sequence);
    members
}

/// What came of giving jobs other sizes.
#[derive(Default)]
pub(super) struct Resized {
    /// Whether any size changed.
    pub changed: bool,
    /// Jobs that were to grow, and for which there was no room as large, in order.
    pub cramped: Vec<u32>,
}

/// Gives jobs the sizes that they are to have: those that shrink first, so that there is room for the others. Where nodes have no room for
/// one that grows, it grows less. O(members x log sizes) placements.
pub(super) fn resize(plan: &mut Plan<'_>, members: &[Member], placement: &dyn Placement) -> Resized {
    let mut resized = Resized::default();
    for member in members.iter().filter(|member| member.gpus < member.held) {
        resized.changed |= plan.resize(member.job, member.gpus, placement).is_ok();
    }
    for member in members.iter().filter(|member| member.gpus > member.held) {
        if plan.resize(member.job, member.gpus, placement).is_ok() {
            resized.changed = true;
            continue;
        }
        resized.cramped.push(member.job);
        member.elastic.bisect(member.asked, (member.held, member.gpus), |size| {
            let fits = plan.resize(member.job, size, placement).is_ok();
            resized.changed |= fits;
            fits
        });
    }
    resized
}
