//! What became of every job.

use super::{JobRecord, JobState};
use crate::units::{ClusterId, SimTime, Span, WorkloadId};

/// What became of every job, in order of workload and ordinal. Ordinals count from 1, and every job has one record in the end, so that each
/// has its place from the beginning: nothing is sorted, and 56 bytes a job are kept.
#[derive(Clone, Debug, Default)]
pub struct JobRecords {
    workloads: Vec<Vec<Entry>>,
}

/// A record without what its place says.
#[derive(Clone, Copy, Debug)]
struct Entry {
    gpus: u64,
    submit: SimTime,
    run: Span,
    /// `NEVER` where it did not start.
    start: SimTime,
    /// `NEVER` where it did not end.
    finish: SimTime,
    preemptions: u32,
    restarts: u32,
    /// `u32::MAX` where it ran nowhere.
    cluster: u32,
    state: JobState,
}

impl Entry {
    /// Where no record has been put yet.
    const VACANT: Self = Self {
        gpus: 0,
        submit: SimTime::NEVER,
        run: Span::ZERO,
        start: SimTime::NEVER,
        finish: SimTime::NEVER,
        preemptions: 0,
        restarts: 0,
        cluster: u32::MAX,
        state: JobState::CensoredQueued,
    };

    fn record(&self, workload: usize, index: usize) -> JobRecord {
        let known = |time: SimTime| (time != SimTime::NEVER).then_some(time);
        JobRecord {
            workload: WorkloadId::from(workload),
            ordinal: index as u64 + 1,
            gpus: self.gpus,
            submit: self.submit,
            run: self.run,
            start: known(self.start),
            finish: known(self.finish),
            state: self.state,
            cluster: (self.cluster != u32::MAX).then_some(ClusterId(self.cluster)),
            preemptions: self.preemptions,
            restarts: self.restarts,
        }
    }
}

impl JobRecords {
    /// No records yet, of so many workloads.
    #[must_use]
    pub fn new(workloads: usize) -> Self {
        Self { workloads: vec![Vec::new(); workloads] }
    }

    /// Puts a job's record into its place.
    pub fn put(&mut self, record: &JobRecord) {
        let entries = &mut self.workloads[record.workload.index()];
        let ordinal = record.ordinal as usize;
        if entries.len() < ordinal {
            entries.resize(ordinal, Entry::VACANT);
        }
        entries[ordinal - 1] = Entry {
            gpus: record.gpus,
            submit: record.submit,
            run: record.run,
            start: record.start.unwrap_or(SimTime::NEVER),
            finish: record.finish.unwrap_or(SimTime::NEVER),
            preemptions: record.preemptions,
            restarts: record.restarts,
            cluster: record.cluster.map_or(u32::MAX, |cluster| cluster.0),
            state: record.state,
        };
    }

    /// How many jobs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.workloads.iter().map(Vec::len).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.workloads.iter().all(Vec::is_empty)
    }

    /// All records in order.
    pub fn iter(&self) -> impl Iterator<Item = JobRecord> + use<'_> {
        (0..self.workloads.len()).flat_map(|workload| self.of(workload))
    }

    /// The records of a workload in order.
    pub fn of(&self, workload: usize) -> impl Iterator<Item = JobRecord> + use<'_> {
        self.workloads[workload].iter().enumerate().map(move |(index, entry)| entry.record(workload, index))
    }
}
