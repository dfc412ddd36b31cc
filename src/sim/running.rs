//! Jobs start, end, fail, and are stopped.

use super::jobs::{Job, Kept, Segment, WORK_PER_MS};
use super::world::{Event, World, class, span_up};
use crate::metrics::{JobRecord, JobRecords, JobState, Waste};
use crate::policy::Policy;
use crate::units::{ClusterId, Gpus, SimTime, Span};
use crate::workload::{bundle_failures, hazard_budget, interruption};

/// Numbers of preemptions begin here, so that they leave the draws of failures alone.
const PREEMPTIONS: u32 = 1 << 30;
/// Those of outages begin here.
const OUTAGES: u32 = 1 << 29;
const MS_PER_DAY: f64 = 86_400_000.0;

/// A stay that has ended before its job.
struct Stay {
    cluster: ClusterId,
    /// Time computed that is kept.
    done: Span,
    /// Whether hardware was the cause.
    by_hardware: bool,
}

impl World<'_> {
    /// A waiting job got its GPUs.
    pub(super) fn started(&mut self, place: u32, cluster: ClusterId) {
        self.jobs.get_mut(place).gpus = self.state.job(place).gpus;
        let job = *self.jobs.get(place);
        self.allocate(cluster, &job, Gpus::ZERO, self.held(&job));
        self.leave_queue(place);
        if job.first_start.is_none() {
            self.waits_first_start(place, cluster);
            self.statistics.started(&job, cluster, self.now);
        }
        let transfer = self.bring(place, cluster);
        let restart = transfer + job.restart;
        if restart > Span::ZERO {
            self.state.note_restart(place, restart);
        }
        let slot = self.jobs.get_mut(place);
        slot.first_start = slot.first_start.or(Some(self.now));
        slot.is_running = true;
        self.begin_stay(place, cluster, restart, transfer);
    }

    /// A job computes on what it holds from now on, once its restart is over, and the end of that is put on the calendar: its own, or the failure
    /// that comes before.
    pub(super) fn begin_stay(&mut self, place: u32, cluster: ClusterId, restart: Span, transfer: Span) {
        let model = self.model;
        let job = self.jobs.get(place);
        let workload = &model.workloads[job.draft.workload.index()];
        let speed = workload.speed_ppm(cluster, job.gpus, job.draft.gpus);
        let hardware = self.held(job).as_f64() * self.model.clusters[cluster.index()].failures.per_gpu_day;
        let hazard = hardware + workload.software_failures_per_day;
        let segment = Segment {
            start: self.now,
            restart,
            transfer,
            speed,
            hazard_rate: hazard / MS_PER_DAY,
            hardware_share: if hazard > 0.0 { hardware / hazard } else { 0.0 },
        };
        let (compute, hazard_left) = (Span::from_ms(job.work_left.saturating_add(speed - 1) / speed), job.hazard_left);
        let checkpoint = workload.checkpoint;
        // The last stretch ends with the job, not with a checkpoint.
        let checkpoints = if checkpoint.interval > Span::ZERO { (compute.ms() - 1).max(0) / checkpoint.interval.ms() } else { 0 };
        let standing = checkpoints.saturating_mul(checkpoint.blocking.ms());
        let wall = Span::from_ms(restart.ms().saturating_add(compute.ms()).saturating_add(standing));
        let slot = self.jobs.get_mut(place);
        slot.segment = segment;
        slot.generation += 1;
        let generation = slot.generation;
        let survives = hazard_left / segment.hazard_rate.max(1e-300);
        if workload.bundle_of.is_none() && survives < wall.ms() as f64 {
            self.events.push(self.now + span_up(survives), class::FAILURE, Event::Failure { job: place, generation });
        } else {
            self.events.push(self.now.saturating_add(wall), class::COMPLETION, Event::Completion { job: place, generation });
        }
    }

    /// A job has done its work.
    pub(super) fn complete(&mut self, place: u32, generation: u32) {
        let job = *self.jobs.get(place);
        if job.generation != generation || !job.is_running {
            return;
        }
        let cluster = self.state.cluster_of(place);
        self.book_stay(&job, cluster, Kept::All);
        self.state.release(place);
        self.allocate(cluster, &job, self.held(&job), Gpus::ZERO);
        self.totals.ended += 1;
        self.statistics.ended(&job, cluster, self.now);
        self.count_finish(place);
        self.record(place, &job, JobState::Ended(job.draft.outcome), Some(self.now), Some(cluster));
        self.forget(place);
    }

    /// A failure stops a job: it loses the work since its last checkpoint and returns to the queue; a failed node is out for its repair.
    pub(super) fn interrupt(&mut self, place: u32, generation: u32, policy: &dyn Policy) {
        let job = *self.jobs.get(place);
        if job.generation != generation || !job.is_running {
            return;
        }
        let Stay { cluster, done, by_hardware } = self.end_stay(place, false, job.interruptions, job.segment.hardware_share);
        let slot = self.jobs.get_mut(place);
        slot.interruptions += 1;
        slot.hazard_left = hazard_budget(slot.draft.address, slot.interruptions);
        self.count_failure(&job, cluster, 1);
        if by_hardware {
            self.lose_node(place, cluster);
        } else {
            self.state.release(place);
        }
        self.requeue(place, done, false, policy);
    }

    /// The cluster under a running job is gone: it loses the work since its last checkpoint and returns to the queue. An outage
    /// uses up no hazard, so the job's own next failure stays where it was.
    pub(super) fn fail_by_outage(&mut self, place: u32, policy: &dyn Policy) {
        let job = *self.jobs.get(place);
        let Stay { cluster, done, .. } = self.end_stay(place, false, OUTAGES + job.outages, 0.0);
        self.jobs.get_mut(place).outages += 1;
        self.count_failure(&job, cluster, 1);
        self.state.release(place);
        self.requeue(place, done, false, policy);
    }

    /// A running job gave its GPUs back for others. It saves its state first, so that no work is lost.
    pub(super) fn preempted(&mut self, place: u32, policy: &dyn Policy) {
        let job = *self.jobs.get(place);
        let Stay { cluster, done, .. } = self.end_stay(place, true, PREEMPTIONS + job.preemptions, 0.0);
        self.jobs.get_mut(place).preemptions += 1;
        self.statistics.preempted(&job, cluster);
        self.requeue(place, done, true, policy);
    }

    /// Ends a stay that is not the job's last: what it keeps is what it has computed if it `saves` first, and what its last checkpoint holds
    /// otherwise; nothing where the vendor has defaulted. `attempt` is the number of the draws that tell how long its next start takes, and whether hardware was the cause.
    fn end_stay(&mut self, place: u32, saves: bool, attempt: u32, hardware_share: f64) -> Stay {
        let job = *self.jobs.get(place);
        let cluster = self.state.cluster_of(place);
        let workload = &self.model.workloads[job.draft.workload.index()];
        let has_defaulted = self.model.vendors[self.model.clusters[cluster.index()].vendor.index()].has_defaulted(self.now);
        let kept = match (has_defaulted, saves) {
            (true, _) => Kept::Nothing,
            (false, true) => Kept::All,
            (false, false) => Kept::Saved,
        };
        self.book_stay(&job, cluster, kept);
        let elapsed = self.now - job.segment.start;
        let progress = job.segment.progress(elapsed, workload.checkpoint.interval, workload.checkpoint.blocking);
        let done = progress.kept(kept);
        let (by_hardware, restart) = interruption(job.draft.address, attempt, hardware_share, workload);
        let slot = self.jobs.get_mut(place);
        slot.work_left = (slot.work_left - done.ms() * slot.segment.speed).max(0);
        slot.hazard_left = (slot.hazard_left - slot.segment.hazard_rate * elapsed.ms() as f64).max(0.0);
        slot.restart = restart;
        slot.is_running = false;
        self.allocate(cluster, &job, self.held(&job), Gpus::ZERO);
        Stay { cluster, done, by_hardware }
    }

    /// Failures stopped a job, or gangs of its bundle, so many times.
    fn count_failure(&mut self, job: &Job, cluster: ClusterId, times: u64) {
        self.totals.interruptions += times;
        self.statistics.interrupted(job, cluster, times);
    }

    /// Queues a job again, its estimate shortened by what is done. A preempted job may keep its place among its equals; a failed one
    /// waits like a newcomer.
    fn requeue(&mut self, place: u32, done: Span, was_stopped: bool, policy: &dyn Policy) {
        let is_lost = self.leave_state(place);
        let Job { segment, draft, gpus, .. } = *self.jobs.get(place);
        let facts = self.state.job(place);
        let left = Span::from_ms((facts.estimate.ms() - done.ms() * segment.speed / WORK_PER_MS).max(0));
        let left = if is_lost { facts.first_estimate } else { left };
        let attained = facts.attained + facts.as_asked(self.now - segment.start, gpus);
        self.state.note_progress(place, left, attained);
        self.jobs.get_mut(place).gpus = draft.gpus;
        self.enqueue(place, was_stopped, policy);
    }

    /// Books the part of a stay that was wasted.
    pub(super) fn book_stay(&mut self, job: &Job, cluster: ClusterId, kept: Kept) {
        let checkpoint = self.model.workloads[job.draft.workload.index()].checkpoint;
        let Segment { start, .. } = job.segment;
        let progress = job.segment.progress(self.now - start, checkpoint.interval, checkpoint.blocking);
        let (user, gpus) = (job.draft.workload.index(), self.held(job));
        let computing_from = start + progress.restarting;
        if progress.restarting > Span::ZERO {
            self.recorder.waste(cluster, user, gpus, Waste::Restart, start, computing_from);
        }
        let lost = progress.computed - progress.kept(kept);
        if progress.blocked > Span::ZERO {
            self.recorder.waste_evenly(cluster, user, gpus, Waste::Blocked, progress.blocked, computing_from, self.now - lost);
        }
        if lost > Span::ZERO {
            self.totals.lost[cluster.index()] += gpus.over(lost);
            self.recorder.waste(cluster, user, gpus, Waste::Lost, self.now - lost, self.now);
        }
        if let Some(gang) = self.model.workloads[user].bundle_of {
            self.book_bundle(job, cluster, gang.min(job.draft.gpus), [computing_from, self.now - lost], progress.blocked, kept);
        }
    }

    /// Failures inside a bundle of independent gangs: each costs its gang half a checkpoint interval on average, and a restart. Those in the last
    /// part of a stay, whose work is lost as a whole with it, cost nothing more: that part is booked already.
    fn book_bundle(&mut self, job: &Job, cluster: ClusterId, gang: u64, [from, until]: [SimTime; 2], blocked: Span, kept: Kept) {
        let (length, kept_length) = (self.now - from, until - from);
        let user = job.draft.workload.index();
        let workload = &self.model.workloads[user];
        let (failures, restart) = bundle_failures(
            job.draft.address,
            job.preemptions + job.outages,
            job.segment.hazard_rate * length.ms() as f64,
            workload,
        );
        if failures == 0 {
            return;
        }
        self.count_failure(job, cluster, failures);
        if kept == Kept::Nothing {
            return;
        }
        let stopped = |each: Span| {
            let ms = i128::from(failures) * i128::from(each.ms()) * i128::from(gang) / i128::from(job.draft.gpus.max(1));
            let ms = if kept_length == length { ms } else { ms * i128::from(kept_length.ms()) / i128::from(length.ms().max(1)) };
            Span::from_ms(i64::try_from(ms).unwrap_or(i64::MAX))
        };
        // At most the computed work can be lost, however unlucky the draw.
        let half = Span::from_ms((kept_length - blocked).ms().max(0) / 2);
        // Without checkpoints a gang loses what it has done: half the stay on average.
        let interval = workload.checkpoint.interval;
        let at_stake = if interval == Span::ZERO { kept_length } else { interval.min(kept_length) };
        let lost = stopped(Span::from_ms(at_stake.ms() / 2)).min(half);
        let restarts = stopped(restart).min(half);
        let gpus = self.held(job);
        self.totals.lost[cluster.index()] += gpus.over(lost);
        self.recorder.waste_evenly(cluster, user, gpus, Waste::Lost, lost, from, until);
        self.recorder.waste_evenly(cluster, user, gpus, Waste::Restart, restarts, from, until);
    }

    /// Frees a job's place. Its generation stays, so that its pending event is void.
    fn forget(&mut self, place: u32) {
        self.jobs.get_mut(place).is_running = false;
        self.state.dismiss(place);
    }

    /// Rejects waiting jobs that a cancellation has made impossible.
    pub(super) fn reject_impossible(&mut self) {
        for (rank, queued) in self.state.queue.to_vec() {
            let facts = *self.state.job(queued.job);
            let reason = self.never_has_data(facts.workload).or_else(|| self.never_fits(facts.class, facts.gpus));
            let Some(reason) = reason else { continue };
            self.state.queue.remove(usize::from(facts.class), &rank);
            self.state.surprises += 1;
            let job = *self.jobs.get(queued.job);
            self.leave_queue(queued.job);
            self.totals.rejected += 1;
            if job.draft.submit >= self.model.warm_up {
                self.statistics.of(&job).rejected[reason as usize] += 1;
                if job.first_start.is_none() {
                    self.count_wait_bound(&job);
                }
            }
            // It never ends; like a job that waits to the last, it counts as if it did then.
            self.count_finish_at(queued.job, self.end);
            self.record(queued.job, &job, JobState::Rejected(reason), None, None);
            self.forget(queued.job);
        }
    }

    fn count_wait_bound(&mut self, job: &Job) {
        let statistics = self.statistics.of(job);
        statistics.wait.record((self.now - job.draft.submit).ms().unsigned_abs());
        statistics.wait_censored += 1;
    }

    fn record(&mut self, place: u32, job: &Job, state: JobState, finish: Option<SimTime>, cluster: Option<ClusterId>) {
        self.waits_done(place, state);
        if self.options.records {
            self.jobs.records.put(&JobRecord {
                workload: job.draft.workload,
                ordinal: job.draft.ordinal,
                gpus: job.draft.gpus,
                submit: job.draft.submit,
                run: job.draft.run,
                start: job.first_start,
                finish,
                state,
                cluster,
                preemptions: job.preemptions,
                restarts: job.interruptions + job.preemptions + job.outages,
            });
        }
    }

    /// The horizon: what waits and what runs is censored. Returns the jobs, if they are kept.
    pub(super) fn censor(&mut self) -> Option<JobRecords> {
        for (_, queued) in self.state.queue.to_vec() {
            let job = *self.jobs.get(queued.job);
            self.leave_queue(queued.job);
            self.count_finish(queued.job);
            self.totals.censored += 1;
            if job.draft.submit >= self.model.warm_up {
                self.statistics.of(&job).censored_queued += 1;
                if job.first_start.is_none() {
                    self.count_wait_bound(&job);
                }
                self.count_deadline_at_horizon(&job);
            }
            self.record(queued.job, &job, JobState::CensoredQueued, None, None);
        }
        for place in 0..self.jobs.len() {
            let job = *self.jobs.get(place);
            if !job.is_running {
                continue;
            }
            let cluster = self.state.cluster_of(place);
            self.book_stay(&job, cluster, Kept::All);
            self.count_finish(place);
            self.totals.censored += 1;
            if job.draft.submit >= self.model.warm_up {
                self.statistics.of(&job).censored_running += 1;
                self.count_deadline_at_horizon(&job);
            }
            self.record(place, &job, JobState::CensoredRunning, None, Some(cluster));
        }
        let records = std::mem::take(&mut self.jobs.records);
        self.options.records.then_some(records)
    }

    fn count_deadline_at_horizon(&mut self, job: &Job) {
        self.statistics.of(job).deadline_misses += u64::from(self.now > job.draft.deadline);
    }
}
