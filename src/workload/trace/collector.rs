//! Jobs while a trace is read.

use super::cell::{LONGEST_MS, date_time};
use super::dropped::{Bad, Reason, Sieve};
use super::error::TraceError;
use super::ids::{Id, IdSet};
use super::line::Line;
use super::{Options, Trace, TraceJob};
use crate::model::job::Outcome;
use crate::units::{SimTime, Span};
use std::collections::BTreeMap;

/// A job as its line has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft<'a> {
    pub id: Id<'a>,
    /// Where the id stands in the line [bytes].
    pub id_at: usize,
    /// Since the trace's zero, or since 1970 where the trace has dates [ms].
    pub submit_ms: i64,
    pub run: Span,
    pub estimate: Option<Span>,
    pub gpus: u64,
    pub outcome: Outcome,
    pub priority: i32,
    pub deadline: Option<Span>,
    pub group: &'a str,
}

impl<'a> Draft<'a> {
    /// A job that runs to its end, of no group and no particular priority.
    pub fn new(id: Id<'a>, submit_ms: i64, run: Span, gpus: u64) -> Self {
        Self {
            id,
            id_at: 0,
            submit_ms,
            run,
            estimate: None,
            gpus,
            outcome: Outcome::Completes,
            priority: 0,
            deadline: None,
            group: "",
        }
    }
}

/// What the submission times of a trace count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zero {
    /// A zero of its own, whose date may be known [ms since 1970].
    Own(Option<i64>),
    /// 1970: the trace has dates, and its zero is to be its first submission.
    Dates,
}

/// Takes jobs in the order of the file and gives the trace.
pub(super) struct Collector<'o> {
    pub sieve: Sieve,
    pub notes: Vec<String>,
    pub machine_gpus: Option<u64>,
    jobs: Vec<TraceJob>,
    ids: IdSet,
    groups: BTreeMap<Box<str>, u32>,
    options: &'o Options,
    lifted: u64,
}

impl<'o> Collector<'o> {
    /// For a file whose lines have ids of a kind.
    pub fn new(file: &str, ids: IdSet, options: &'o Options) -> Self {
        Self {
            sieve: Sieve::new(file, options.strict),
            notes: Vec::new(),
            machine_gpus: None,
            jobs: Vec::new(),
            ids,
            groups: BTreeMap::new(),
            options,
            lifted: 0,
        }
    }

    /// Takes the job of a line, or counts why the line gives none. True if it gives one.
    pub fn take(&mut self, line: &Line, draft: Result<Draft, Bad>) -> Result<bool, TraceError> {
        let taken = draft.and_then(|draft| self.add(draft));
        Ok(self.sieve.take(line, taken)?.is_some())
    }

    fn add(&mut self, draft: Draft) -> Result<(), Bad> {
        let text = if let Id::Text(text) = draft.id { text } else { "" };
        if matches!(draft.id, Id::Text("")) {
            return Err(Bad::new(Reason::NoId, draft.id_at, text));
        }
        let renumber = |position: &mut dyn FnMut(u32) -> u32| {
            for job in &mut self.jobs {
                job.id = position(job.id);
            }
        };
        let Some(id) = self.ids.insert(draft.id, renumber) else {
            return Err(Bad::new(Reason::DuplicateId, draft.id_at, text));
        };
        let next_group = self.groups.len() as u32;
        let group = match self.groups.get(draft.group) {
            Some(&group) => group,
            None => *self.groups.entry(draft.group.into()).or_insert(next_group),
        };
        let least = self.options.least_run;
        self.lifted += u64::from(draft.run < least);
        let run = draft.run.max(least);
        self.jobs.push(TraceJob {
            submit: SimTime::from_ms(draft.submit_ms),
            run,
            estimate: draft.estimate.map_or(run, |estimate| estimate.max(least)),
            gpus: draft.gpus,
            outcome: draft.outcome,
            priority: draft.priority,
            deadline: draft.deadline,
            group,
            id,
        });
        Ok(())
    }

    /// Whether a job has a number as its id.
    pub fn has(&self, number: u32) -> bool {
        self.ids.has(number)
    }

    /// Adds a note where a rule changed jobs.
    pub fn note(&mut self, rule: &str, jobs: u64) {
        if jobs > 0 {
            self.notes.push(format!("{rule}: {jobs} {}", if jobs == 1 { "job" } else { "jobs" }));
        }
    }

    /// The trace: jobs by submission, those of one instant in the order of the file or, where asked, of their ids.
    pub fn finish(mut self, zero: Zero, by_id: bool) -> Result<Trace, TraceError> {
        if self.lifted > 0 {
            self.note(&format!("run times lifted to {}", self.options.least_run), self.lifted);
        }
        let dropped = self.sieve.finish()?;
        let ids = self.ids.finish();
        if !self.jobs.is_sorted_by_key(|job| job.submit) {
            self.notes.push("the file is not in the order of submission; sorted".to_owned());
        }
        if by_id {
            self.jobs.sort_by_key(|job| (job.submit, job.id));
        } else {
            self.jobs.sort_by_key(|job| job.submit);
        }
        let epoch = match zero {
            Zero::Own(date) => date.and_then(date_time),
            Zero::Dates => {
                let first = self.jobs.first().map_or(SimTime::ZERO, |job| job.submit);
                for job in &mut self.jobs {
                    job.submit = SimTime::from_ms((job.submit - first).ms().clamp(0, LONGEST_MS));
                }
                date_time(first.ms())
            }
        };
        let mut groups = vec![String::new(); self.groups.len()];
        for (name, index) in self.groups {
            if let Some(group) = groups.get_mut(index as usize) {
                *group = name.into();
            }
        }
        let Self { jobs, machine_gpus, notes, .. } = self;
        Ok(Trace { jobs, ids: ids.into(), groups, epoch, machine_gpus, dropped, notes })
    }
}
