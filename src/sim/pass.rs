//! The scheduling pass: the policy decides, and its moves are checked and take effect.

use super::conduct::guarded;
use super::failure::Failure;
use super::terms::Retired;
use super::world::World;
use crate::fleet::Lease;
use crate::policy::{Decision, Decisions, Plan, Policy};
use crate::units::ClusterId;

impl World<'_> {
    /// One scheduling pass.
    pub(super) fn pass(&mut self, policy: &mut dyn Policy) -> Result<(), Failure> {
        // Ranks were asked for since the last one.
        self.check_conduct()?;
        let news = std::mem::take(&mut self.changed);
        if news && (!self.evictions.is_empty() || self.retired.iter().any(Retired::is_waited_for)) {
            self.take_what_came_free();
        }
        if news {
            self.close_spent();
        }
        if news && (!self.state.queue.is_empty() || self.watches_running(policy)?) {
            self.state.begin_pass();
            let mut decisions = std::mem::take(&mut self.decisions);
            (decisions.wake_at, decisions.again, decisions.refused) = (None, false, 0);
            if let Err(panic) = guarded(|| policy.decide(&mut Plan::new(&mut self.state, &mut decisions))) {
                // A mistake that is noted comes first: it is why the plan unwound.
                self.check_conduct()?;
                self.blame_panic(&panic);
            }
            // Called again at this instant, it sees what its moves have led to: jobs without length have ended by then.
            self.wake_at = if decisions.again { Some(self.now) } else { decisions.wake_at };
            self.count_call(decisions.again);
            self.check_conduct()?;
            if !decisions.moves.is_empty() {
                self.apply(&mut decisions, policy)?;
            }
            self.decisions = decisions;
            // The policy's own moves do not count as a change: an event that turns out void must not call it again.
            self.changed = false;
        }
        if news {
            self.waits_pass();
        }
        if !self.watches.is_empty() {
            self.look_at_queue();
        }
        self.check_quotas()?;
        Ok(self.check_clusters()?)
    }

    fn watches_running(&mut self, policy: &dyn Policy) -> Result<bool, Failure> {
        guarded(|| policy.watches_running()).or_else(|panic| {
            self.blame_panic(&panic);
            self.check_conduct().map(|()| false)
        })
    }

    /// The moves take effect in order, each once the engine's own accounts allow it. O(moves), besides what each takes.
    pub(super) fn apply(&mut self, decisions: &mut Decisions, policy: &dyn Policy) -> Result<(), Failure> {
        let mut arrivals = decisions.arrivals.drain(..);
        for decision in decisions.moves.drain(..) {
            let checked = match decision {
                Decision::Start { job, cluster } => self.audit_start(job, cluster),
                Decision::Preempt { job } => self.audit_stop(job),
                Decision::Migrate { job, cluster } => self.audit_migration(job, cluster),
                Decision::Resize { job, gpus } => self.audit_resize(job, gpus),
            };
            if let Err((kind, what)) = checked {
                self.blame(kind, what);
                return self.check_conduct();
            }
            match decision {
                Decision::Start { job, cluster } => {
                    self.conduct.starts();
                    self.started(job, cluster);
                }
                Decision::Preempt { job } => self.preempted(job, policy),
                Decision::Migrate { job, cluster } => self.migrated(job, cluster, arrivals.next().unwrap_or_default(), policy),
                Decision::Resize { job, gpus } => self.resized(job, gpus),
            }
        }
        self.check_conduct()
    }

    /// A running job moves: it saves its state, re-enters the queue and starts elsewhere at the same instant, with all that either takes.
    fn migrated(&mut self, job: u32, cluster: ClusterId, lease: Lease, policy: &dyn Policy) {
        let gpus = self.state.job(job).gpus;
        self.preempted(job, policy);
        self.state.hold_quota(job, cluster, gpus, false);
        if self.state.start(job, cluster, gpus, lease) {
            self.started(job, cluster);
        }
    }
}
