//! What the engine knows of jobs and a policy does not: true run times, progress, hazards.

use crate::metrics::JobRecords;
use crate::units::{SimTime, Span, WorkloadId};
use crate::workload::{JobDraft, hazard_budget};

/// Jobs that wait or run, at the places that the policy's state gave them.
pub(super) struct JobTable {
    jobs: Vec<Job>,
    class_of: Vec<u16>,
    /// Jobs that are done, if they are kept.
    pub records: JobRecords,
}

/// Work of a millisecond on the reference GPU: speeds are in millionths of it, which a job of any size has exactly enough of.
pub(super) const WORK_PER_MS: i64 = 1_000_000;

/// A job that waits or runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub draft: JobDraft,
    /// GPUs that it holds; what it asks for while it waits.
    pub gpus: u64,
    /// Work left [ms on the reference GPU x 1,000,000].
    pub work_left: i64,
    /// Hazard it survives until its next interruption.
    pub hazard_left: f64,
    /// When it was queued last.
    pub queued_at: SimTime,
    pub first_start: Option<SimTime>,
    pub segment: Segment,
    /// Counts starts; an event of an earlier start is void.
    pub generation: u32,
    pub preemptions: u32,
    pub interruptions: u32,
    /// Times an outage stopped it.
    pub outages: u32,
    /// How long the next start takes until it computes.
    pub restart: Span,
    /// The calendar's month of its submission, cached.
    pub month: u16,
    pub is_running: bool,
    pub is_waiting: bool,
}

/// A job's stay on a cluster.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Segment {
    pub start: SimTime,
    /// Time until it computes: transfer and restart.
    pub restart: Span,
    /// The first part of that: until what it brings along is there.
    pub transfer: Span,
    /// Work a millisecond [millionths].
    pub speed: i64,
    /// Hazard a millisecond.
    pub hazard_rate: f64,
    /// Share of the hazard that hardware causes.
    pub hardware_share: f64,
}

/// How far a stay has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    /// Time computed.
    pub computed: Span,
    /// Time computed that a checkpoint holds.
    pub saved: Span,
    /// Time stood still for checkpoints.
    pub blocked: Span,
    /// Time spent on starting.
    pub restarting: Span,
}

/// What a job keeps of a stay that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// All that it has computed.
    All,
    /// What its last checkpoint holds.
    Saved,
    /// Nothing: what lay with the vendor is gone.
    Nothing,
}

impl Progress {
    /// The time computed that a job keeps.
    pub const fn kept(self, kept: Kept) -> Span {
        match kept {
            Kept::All => self.computed,
            Kept::Saved => self.saved,
            Kept::Nothing => Span::ZERO,
        }
    }
}

impl JobTable {
    pub fn new(class_of: Vec<u16>) -> Self {
        let records = JobRecords::new(class_of.len());
        Self { jobs: Vec::new(), class_of, records }
    }

    pub fn class_of(&self, workload: WorkloadId) -> u16 {
        self.class_of[workload.index()]
    }

    pub fn admit(&mut self, place: u32, draft: JobDraft, month: u16) {
        let job = Job {
            gpus: draft.gpus,
            work_left: draft.run.ms().saturating_mul(WORK_PER_MS),
            hazard_left: hazard_budget(draft.address, 0),
            queued_at: draft.submit,
            first_start: None,
            segment: Segment::default(),
            generation: 0,
            preemptions: 0,
            interruptions: 0,
            outages: 0,
            restart: Span::ZERO,
            month,
            is_running: false,
            is_waiting: false,
            draft,
        };
        // A place is used again, but never its generations: a void event of the last tenant must stay void.
        if let Some(slot) = self.jobs.get_mut(place as usize) {
            let generation = slot.generation + 1;
            *slot = Job { generation, ..job };
        } else {
            self.jobs.push(job);
        }
    }

    pub fn get(&self, place: u32) -> &Job {
        &self.jobs[place as usize]
    }

    pub fn get_mut(&mut self, place: u32) -> &mut Job {
        &mut self.jobs[place as usize]
    }

    pub fn len(&self) -> u32 {
        u32::try_from(self.jobs.len()).unwrap_or(u32::MAX)
    }
}

impl Segment {
    /// How far the stay has come after `elapsed`, saving a checkpoint of `blocking` after every `interval` of computing.
    pub fn progress(&self, elapsed: Span, interval: Span, blocking: Span) -> Progress {
        let restarting = elapsed.min(self.restart);
        let rest = elapsed - restarting;
        if interval == Span::ZERO {
            return Progress { computed: rest, saved: Span::ZERO, blocked: Span::ZERO, restarting };
        }
        let cycle = interval + blocking;
        let cycles = rest.ms() / cycle.ms();
        let within = Span::from_ms(rest.ms() % cycle.ms());
        let computing = within.min(interval);
        let saved = Span::from_ms(cycles * interval.ms());
        Progress { computed: saved + computing, saved, blocked: rest - saved - computing, restarting }
    }
}
