//! Least attained service in levels.

use super::{NUMBER, Order};
use crate::policy::facts::JobFacts;
use crate::policy::queue::Rank;
use crate::policy::registry::Context;
use crate::units::{SimTime, Span};

/// Jobs sink through levels as they attain service; the highest level comes first. Inside a level running jobs come before waiting ones,
/// waiting ones in the order in which they came to wait, those stopped last in front; jobs that have just sunk come last.
///
/// Source: J. Gu et al., "Tiresias: a GPU cluster manager for distributed deep learning", NSDI 2019 (discretised LAS and 2D-LAS), and its
/// simulator for the order inside a level.
#[derive(Clone, Debug)]
pub struct LeastAttainedService {
    /// Service that ends each level but the last, ascending [ms, or GPU-ms].
    pub limits: Vec<i64>,
    /// Whether service is time x GPUs (2D-LAS) rather than time.
    pub by_gpus: bool,
    /// Whether to sink one level at an event and to expect the next sinking at (limit - time held) / GPUs, in whole seconds rounded down, as the simulator
    /// of Tiresias does. Not what its paper means: a job of several GPUs then sinks late.
    pub tiresias_jumps: bool,
    /// A waiting job that has waited this many times what it has attained goes back to the first level and starts over; never, if not given.
    pub promote: Option<f64>,
}

/// The place of those that have just sunk: behind all others.
const JUST_SANK: i64 = i64::MAX;

impl LeastAttainedService {
    /// Least attained time first (LAS).
    #[must_use]
    pub fn by_time(context: &Context<'_>) -> Self {
        Self { by_gpus: false, ..Self::by_gpu_time(context) }
    }

    /// Least attained GPU-time first (2D-LAS).
    #[must_use]
    pub fn by_gpu_time(context: &Context<'_>) -> Self {
        let levels = &context.choice.levels;
        Self {
            limits: levels.limits_s.iter().map(|limit| (limit * 1e3) as i64).collect(),
            by_gpus: true,
            tiresias_jumps: context.is_tiresias(),
            promote: levels.promote_after,
        }
    }

    fn service(&self, attained: Span, gpus: u64) -> i64 {
        if self.by_gpus { attained.ms().saturating_mul(gpus as i64) } else { attained.ms() }
    }

    fn level_of(&self, service: i64) -> u8 {
        self.limits.iter().take_while(|&&limit| service >= limit).count() as u8
    }
}

impl Order for LeastAttainedService {
    fn rank(&self, job: &JobFacts, now: SimTime) -> Rank {
        let level = i64::from(job.level);
        let [last_level, place, number] = job.rank.0;
        if !job.was_stopped {
            // Ahead of those that sink at the pass to come and are stopped there.
            return Rank([level, now.ms(), job.entry as i64 + i64::MIN / 2]);
        }
        // A job that has just sunk has no number in the last pass's order yet.
        let number = if last_level == level { number } else { job.entry as i64 };
        Rank([level, if place == JUST_SANK { now.ms() } else { -(job.passes as i64) - 1 }, number])
    }

    fn standing(&self, job: &JobFacts, _now: SimTime) -> Rank {
        let [level, place, _] = job.rank.0;
        if i64::from(job.level) != level {
            Rank([i64::from(job.level), JUST_SANK, job.sequence as i64])
        } else if place == i64::MIN {
            job.rank
        } else {
            Rank([level, i64::MIN, NUMBER])
        }
    }

    fn stays(&self, rank: Rank) -> bool {
        // Tiresias's reviews are late and move with every pass.
        rank.0[1] == i64::MIN && !self.tiresias_jumps
    }

    fn has_levels(&self) -> bool {
        true
    }

    fn review(&self, job: &mut JobFacts, now: SimTime) {
        let reached = self.level_of(self.service(job.attained, job.gpus));
        if reached > job.level && !(self.tiresias_jumps && job.level > 0 && job.level_since == now) {
            job.level = if self.tiresias_jumps { job.level + 1 } else { reached };
            job.level_since = now;
        }
    }

    fn next_review(&self, job: &JobFacts, now: SimTime) -> Option<SimTime> {
        let limit = *self.limits.get(usize::from(job.level))?;
        let gpus = if self.by_gpus { job.gpus.max(1) as i64 } else { 1 };
        if self.tiresias_jumps {
            let seconds = |ms: i64| ms.div_euclid(1000);
            let ahead = (seconds(limit) - seconds(job.attained.ms())) / gpus;
            return Some(now.saturating_add(Span::from_ms(ahead * 1000)));
        }
        let left = (limit - self.service(job.attained, job.gpus)).max(0);
        Some(now.saturating_add(Span::from_ms((left + gpus - 1) / gpus)))
    }

    fn promotes(&self) -> bool {
        self.promote.is_some()
    }

    fn promotion(&self, job: &JobFacts) -> Option<SimTime> {
        let patience = self.promote.filter(|_| job.level > 0)? * job.attained.ms() as f64;
        Some(job.queued_at.saturating_add(Span::from_ms(patience.clamp(1.0, 9e15) as i64)))
    }
}
