//! Spot capacity as long as that is safe, on-demand capacity in time for the deadline.

use super::{Broker, choose};
use crate::model::Model;
use crate::model::job::Workload;
use crate::model::ramp::CapacityKind;
use crate::policy::facts::JobFacts;
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::view::View;
use crate::units::{ClusterId, SimTime, Span};

/// A job with a deadline waits for capacity that is paid already or is spot, and takes on-demand capacity when it would else be late.
///
/// It counts as late when the time to its deadline is no more than the estimated work left, on the fastest cluster with other than spot
/// capacity, and two changeovers (the safety net rule): one to get there, one for the spot GPUs that it may yet try. With `keeps_pace` it takes
/// on-demand capacity already when it has done less of its work than of its time has passed, and goes back to spot capacity that is free once it
/// is two changeovers ahead (uniform progress). A job that has spot GPUs keeps them until they are taken back. A job without a deadline, and
/// one that no spot capacity could ever serve, takes what there is, cheapest first.
///
/// Source: Z. Wu, W.-L. Chiang, Z. Mao, Z. Yang, E. Friedman, S. Shenker and I. Stoica, "Can't Be Late: Optimizing Spot Instance Savings under
/// Deadlines", NSDI 2024.
#[derive(Clone, Debug)]
pub struct CantBeLate {
    /// Whether jobs keep up with their time, instead of taking the risk until the last moment.
    pub keeps_pace: bool,
    /// By workload: the mean time from having GPUs to computing.
    pub changeovers: Vec<Span>,
    /// By workload: how much longer checkpoints make a run [share of the time it computes].
    pub standing: Vec<f64>,
}

impl CantBeLate {
    /// For the workloads of a model.
    #[must_use]
    pub fn of(model: &Model, keeps_pace: bool) -> Self {
        let changeover = |workload: &Workload| Span::from_seconds(workload.restart.mean());
        let share = |workload: &Workload| {
            let checkpoint = workload.checkpoint;
            if checkpoint.interval > Span::ZERO { checkpoint.blocking.seconds() / checkpoint.interval.seconds() } else { 0.0 }
        };
        Self {
            keeps_pace,
            changeovers: model.workloads.iter().map(changeover).collect(),
            standing: model.workloads.iter().map(share).collect(),
        }
    }
}

/// What a job with a deadline has to reckon with.
struct Slack {
    /// Time to the deadline less the work left and two changeovers.
    spare: Span,
    /// When it falls behind its pace, if nothing runs; the past where it is behind.
    falls_behind: SimTime,
}

impl CantBeLate {
    fn changeover(&self, view: View<'_>, job: &JobFacts, cluster: ClusterId) -> Span {
        let restart = self.changeovers.get(job.workload.index()).copied().unwrap_or(Span::ZERO);
        restart + view.transfer_time(job, cluster)
    }

    /// The estimated time from computing on to the end, checkpoints included.
    fn run(&self, view: View<'_>, job: &JobFacts, cluster: ClusterId) -> Span {
        let estimate = view.estimate_on(job, cluster);
        let standing = self.standing.get(job.workload.index()).copied().unwrap_or(0.0);
        Span::from_ms(estimate.ms().saturating_add((estimate.ms() as f64 * standing).ceil() as i64))
    }

    /// None if nothing speaks for waiting. O(clusters).
    fn slack(&self, view: View<'_>, job: &JobFacts) -> Option<Slack> {
        let class = view.class_of(job);
        let clusters = &class.clusters;
        let could_hold = |cluster: ClusterId| {
            let whole = CapacityKind::ALL.iter().map(|&kind| view.gpus_of(cluster, kind)).sum::<u64>();
            let domain = if class.within_domain { u64::from(view.domains(cluster).domain_gpus()) } else { u64::MAX };
            view.gpus_of(cluster, CapacityKind::Spot) > 0
                && job.gpus <= whole.min(domain)
                && class.opens(cluster, view.now()) != SimTime::NEVER
        };
        if job.deadline == SimTime::NEVER || !clusters.iter().any(|&cluster| could_hold(cluster)) {
            return None;
        }
        let is_safe = |cluster: &&ClusterId| {
            view.gpus_of(**cluster, CapacityKind::Reserved) + view.gpus_of(**cluster, CapacityKind::OnDemand) >= job.gpus
        };
        let changes = |cluster: ClusterId| {
            let once = self.changeover(view, job, cluster);
            self.run(view, job, cluster) + once + once
        };
        let need = clusters.iter().filter(is_safe).map(|&cluster| changes(cluster)).min()?;
        Some(Slack { spare: job.deadline - view.now() - need, falls_behind: falls_behind(job) })
    }

    /// When a waiting job will take on-demand capacity; the past where it takes it now, none where it never waits for anything else.
    fn turns(&self, view: View<'_>, job: &JobFacts) -> Option<SimTime> {
        let slack = self.slack(view, job)?;
        let safety = view.now().saturating_add(slack.spare);
        Some(if self.keeps_pace { safety.min(slack.falls_behind) } else { safety })
    }

    /// Moves jobs that are ahead of their pace from on-demand to spot capacity. O(running x clusters).
    fn go_back(&self, plan: &mut Plan<'_>, placement: &dyn Placement) {
        let mut has_moved = false;
        let running: Vec<_> = plan.view().running_jobs().collect();
        for running in running {
            let (view, job) = (plan.view(), running.facts);
            let is_on_demand = |cluster| {
                view.gpus_of(cluster, CapacityKind::Spot) == 0
                    && view.allocated_gpus(cluster) > view.gpus_of(cluster, CapacityKind::Reserved)
            };
            if !job.preemptible || !is_on_demand(running.cluster) {
                continue;
            }
            let Some(slack) = self.slack(view, &job) else { continue };
            let goal =
                |cluster: ClusterId| cluster != running.cluster && view.kind_of_more(cluster, job.gpus) == CapacityKind::Spot;
            let Some(cluster) = choose(self, &view, &job, goal) else { continue };
            let twice = self.changeover(view, &job, cluster).ms().saturating_mul(2);
            let ahead_at = SimTime::from_ms(slack.falls_behind.ms().saturating_sub(twice));
            if slack.spare <= Span::ZERO {
                continue;
            }
            if ahead_at > view.now() {
                has_moved |= plan.migrate(running.job, cluster, placement).is_ok();
            } else if let Some(time) = catches_up(view, &job, running.cluster, view.now() - ahead_at) {
                plan.wake_at(time);
            }
        }
        // What they leave is free for others at once.
        if has_moved {
            plan.call_again();
        }
    }
}

/// The first instant at which less of the work is done than of the time has passed, if nothing more is done.
fn falls_behind(job: &JobFacts) -> SimTime {
    let done = (job.first_estimate - job.estimate).max(Span::ZERO).ms();
    let period = (job.deadline - job.submit).ms();
    let share = i128::from(done) * i128::from(period) / i128::from(job.first_estimate.ms().max(1));
    job.submit.saturating_add(Span::from_ms(share as i64 + 1))
}

/// When a running job that is behind by so much will not be, if it goes on as it does; none where it is slower than time.
fn catches_up(view: View<'_>, job: &JobFacts, cluster: ClusterId, behind: Span) -> Option<SimTime> {
    let period = i128::from((job.deadline - job.submit).ms());
    // Work goes on at so many millionths of it; what it should do in a millisecond is the first estimate over the period.
    let speed = i128::from(view.class_of(job).speed_ppm(cluster, job.gpus, job.asked));
    let gain = speed * period - 1_000_000 * i128::from(job.first_estimate.ms());
    let needed = 1_000_000 * i128::from(behind.ms() + 1) * i128::from(job.first_estimate.ms());
    (gain > 0).then(|| view.now().saturating_add(Span::from_ms((needed / gain + 1).min(1 << 60) as i64)))
}

impl Broker for CantBeLate {
    fn score(&self, view: &View<'_>, job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        /// More than any price.
        const STEP: f64 = 1e9;
        let turns = self.turns(*view, job);
        let is_due = turns.is_none_or(|time| time <= view.now());
        let step = match (view.kind_of_more(cluster, job.gpus), turns.is_some() && is_due) {
            (CapacityKind::OnDemand, _) if !is_due => return None,
            // Who is late takes no more risks while there is anything else.
            (CapacityKind::Spot, true) => STEP,
            (CapacityKind::OnDemand, false) if turns.is_none() => 0.0,
            (CapacityKind::Reserved, _) => -STEP,
            _ => 0.0,
        };
        Some(step + view.marginal_cost(job, cluster))
    }

    fn tends(&self) -> bool {
        true
    }

    /// Asks to be called when the first waiting job turns to on-demand capacity, and moves jobs back. O((waiting + running) x clusters).
    fn tend(&self, plan: &mut Plan<'_>, placement: &dyn Placement) {
        let view = plan.view();
        if !view.clusters().any(|cluster| view.gpus_of(cluster, CapacityKind::Spot) > 0) {
            return;
        }
        let turns = view.waiting().filter_map(|(_, job)| self.turns(view, job)).filter(|&time| time > view.now()).min();
        if let Some(time) = turns {
            plan.wake_at(time);
        }
        if self.keeps_pace {
            self.go_back(plan, placement);
        }
    }
}
