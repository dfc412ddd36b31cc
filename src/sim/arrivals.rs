//! Jobs are submitted.

use super::conduct::guarded;
use super::estimate::MOST_JOBS_AT_ONCE;
use super::failure::Failure;
use super::world::World;
use crate::metrics::{JobRecord, JobState, RejectionReason};
use crate::model::Model;

use crate::policy::{JobFacts, Policy, QuotaUse, Rank};
use crate::units::{SimTime, WorkloadId};
use crate::workload::{Generator, JobDraft};

/// The submissions of all workloads, in order of time; at one instant in the scenario's order of workloads.
pub(super) struct Submissions {
    generators: Vec<Generator>,
    next: Option<(SimTime, usize)>,
}

impl Submissions {
    pub fn new(model: &Model, replication: u64) -> Self {
        let generator = |(index, workload): (usize, _)| {
            Generator::new(WorkloadId::from(index), workload, model.seed, replication, model.horizon())
        };
        let mut submissions = Self { generators: model.workloads.iter().enumerate().map(generator).collect(), next: None };
        submissions.look();
        submissions
    }

    pub fn next_time(&self) -> Option<SimTime> {
        self.next.map(|(time, _)| time)
    }

    pub fn next(&mut self, model: &Model) -> Option<JobDraft> {
        let (_, index) = self.next?;
        let draft = self.generators[index].next(&model.workloads[index]);
        self.look();
        draft
    }

    fn look(&mut self) {
        let times = self.generators.iter().enumerate().filter_map(|(index, generator)| Some((generator.next_time()?, index)));
        self.next = times.min();
    }
}

/// Below this number of a job's address lie the draws that policies may make. No other purpose has a number below an address of a job, so
/// that nothing of its fate can be seen from there.
const POLICY: u64 = 1;

impl World<'_> {
    /// A job is submitted: queued, or rejected if it can never fit.
    pub(super) fn submit(&mut self, draft: JobDraft, policy: &dyn Policy) {
        self.handled += 1;
        self.changed = true;
        self.totals.submitted += 1;
        let workload = &self.model.workloads[draft.workload.index()];
        let measured = draft.submit >= self.model.warm_up;
        let month = self.recorder.open_month();
        self.statistics.at(month, draft.workload).submitted += u64::from(measured);
        let class = self.jobs.class_of(draft.workload);
        if let Some(reason) = self.never_has_data(draft.workload).or_else(|| self.never_fits(class, draft.gpus)) {
            self.reject(&draft, month, reason);
            return;
        }
        let facts = JobFacts {
            workload: draft.workload,
            class,
            priority: draft.priority,
            preemptible: workload.preemptible,
            deadline: draft.deadline,
            draws: draft.address.number(POLICY),
            ..JobFacts::submitted(self.totals.submitted, draft.submit, draft.gpus, draft.estimate)
        };
        let amount = self.amount(&draft);
        self.backlogs.arrives(&draft, amount);
        let job = self.state.admit(facts);
        self.jobs.admit(job, draft, month);
        self.note_alone(job, &draft);
        self.enqueue(job, false, policy);
    }

    /// Ends a replication with more jobs at once than it may hold. O(1) while there are fewer.
    pub(super) fn check_size(&self) -> Result<(), Failure> {
        if (self.jobs.len() as usize) <= MOST_JOBS_AT_ONCE {
            return Ok(());
        }
        let mut held = vec![0_usize; self.model.workloads.len()];
        (0..self.jobs.len()).for_each(|place| held[self.jobs.get(place).draft.workload.index()] += 1);
        let most = held.into_iter().zip(&self.model.workloads).max_by_key(|(held, _)| *held);
        let workload = most.map_or(String::new(), |(_, workload)| workload.name.clone());
        Err(Failure::TooManyJobs { date: self.model.calendar.date(self.now).to_string(), workload })
    }

    /// Puts a job into the queue.
    pub(super) fn enqueue(&mut self, job: u32, was_stopped: bool, policy: &dyn Policy) {
        self.changed = true;
        let mut wrong = None;
        self.state.enqueue(job, was_stopped, |facts| match guarded(|| policy.rank(facts)) {
            Ok(rank) if rank != Rank::UNDEFINED => rank,
            outcome => {
                wrong = Some((facts.sequence, outcome.err()));
                Rank([i64::MAX, facts.sequence as i64, facts.entry as i64])
            }
        });
        match wrong {
            Some((_, Some(panic))) => self.blame_panic(&panic),
            Some((sequence, None)) => self.blame_rank(sequence),
            None => {}
        }
        let slot = self.jobs.get_mut(job);
        slot.queued_at = self.now;
        slot.is_waiting = true;
        let draft = slot.draft;
        self.totals.queued += self.amount(&draft);
        self.totals.queue.add(1, self.now);
        self.waits_enter(job);
        self.hold_back(job);
    }

    /// Why a gang can never run, if so, given the planned capacity that is not cancelled or banned.
    pub(super) fn never_fits(&self, class: u16, gpus: u64) -> Option<RejectionReason> {
        let class = &self.state.classes[usize::from(class)];
        let has_no_quota = |quota: &QuotaUse| class.clusters.iter().all(|&cluster| gpus > quota.most((class.team, cluster)));
        if !class.clusters.is_empty() && self.state.quota.as_deref().is_some_and(has_no_quota) {
            return Some(RejectionReason::LargerThanQuota);
        }
        let mut clusters = class.clusters.iter().map(|cluster| cluster.index());
        // Whether a cluster can ever give one gang so much: by its GPUs, or a domain's where the gang must stay inside one.
        let fits = |index: usize, planned: u64| {
            gpus <= planned && !(class.within_domain && gpus > u64::from(self.model.clusters[index].domain_gpus))
        };
        let allowed = |index: usize| if self.down[index].is_banned() { 0 } else { self.planned_maximum[index] };
        // Nearly always the first cluster does.
        if clusters.clone().any(|index| fits(index, allowed(index).min(self.powered_maximum[index]))) {
            return None;
        }
        let by_plan = |index: usize| self.model.clusters[index].planned_maximum().whole_floor();
        if clusters.clone().any(|index| fits(index, by_plan(index))) {
            let is_there = clusters.any(|index| fits(index, allowed(index)));
            return Some(if is_there { RejectionReason::NoPower } else { RejectionReason::CapacityCancelled });
        }
        let fits_across_domains = clusters.any(|index| gpus <= by_plan(index));
        Some(if fits_across_domains { RejectionReason::LargerThanAnyDomain } else { RejectionReason::LargerThanAnyCluster })
    }

    pub(super) fn reject(&mut self, draft: &JobDraft, month: u16, reason: RejectionReason) {
        self.totals.rejected += 1;
        self.waits_rejected(draft, JobState::Rejected(reason));
        if draft.submit >= self.model.warm_up {
            self.statistics.at(month, draft.workload).rejected[reason as usize] += 1;
        }
        if self.options.records {
            self.jobs.records.put(&JobRecord {
                workload: draft.workload,
                ordinal: draft.ordinal,
                gpus: draft.gpus,
                submit: draft.submit,
                run: draft.run,
                start: None,
                finish: None,
                state: JobState::Rejected(reason),
                cluster: None,
                preemptions: 0,
                restarts: 0,
            });
        }
    }
}
