//! Jobs given one by one: what a trace becomes.

use super::job::Outcome;
use crate::units::{GpuTime, Gpus, SimTime, Span};
use std::borrow::Cow;
use std::sync::Arc;

/// A gang has no more GPUs than this.
const MOST_GPUS: u64 = 1_000_000_000;
/// No time of a job is longer than this: 200 years.
const LONGEST: Span = Span::from_ms(200 * 31_557_600_000);

/// A job of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedJob {
    /// When it is submitted.
    pub submit: SimTime,
    /// How long it runs on the reference GPU.
    pub run: Span,
    /// How long its user says it runs on the reference GPU.
    pub estimate: Span,
    /// The gang [GPUs].
    pub gpus: u64,
    /// Deadline, from submission, if the job has one.
    pub deadline: Option<Span>,
    /// Larger comes first where the policy asks; added to its workload's.
    pub priority: i32,
    /// How it ends.
    pub outcome: Outcome,
    /// Key of its id in [`JobList::ids`].
    pub id: u32,
}

/// The jobs of a workload, in order of submission; at one instant in the order of the list.
#[derive(Clone, Debug, Default)]
pub struct JobList {
    /// The jobs.
    pub jobs: Vec<ListedJob>,
    /// What they are called.
    pub ids: Arc<JobIds>,
}

/// The jobs' ids: numbers, which [`ListedJob::id`] holds itself, or texts, of which it holds the position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobIds {
    /// Numbers.
    Numbers {
        /// What stands before every number.
        prefix: &'static str,
        /// Digits that every number has at least, with zeros before it.
        digits: usize,
    },
    /// Texts.
    Texts {
        /// All texts, one after the other.
        arena: String,
        /// Where each ends in it [bytes].
        ends: Vec<usize>,
    },
}

impl Default for JobIds {
    fn default() -> Self {
        Self::Numbers { prefix: "", digits: 1 }
    }
}

impl JobIds {
    /// An id as it was written.
    #[must_use]
    pub fn text(&self, id: u32) -> Cow<'_, str> {
        match self {
            Self::Numbers { prefix, digits } => Cow::Owned(format!("{prefix}{id:0digits$}")),
            Self::Texts { arena, ends } => {
                let index = id as usize;
                let begin = index.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
                let text = ends.get(index).and_then(|&end| arena.get(begin..end));
                text.map_or_else(|| Cow::Owned(id.to_string()), Cow::Borrowed)
            }
        }
    }
}

impl ListedJob {
    /// A job that completes and whose user knows how long it runs.
    #[must_use]
    pub const fn new(submit: SimTime, gpus: u64, run: Span) -> Self {
        Self { submit, run, estimate: run, gpus, deadline: None, priority: 0, outcome: Outcome::Completes, id: 0 }
    }

    /// What no job can be.
    fn fault(&self) -> Option<&'static str> {
        if self.gpus == 0 || self.gpus > MOST_GPUS {
            return Some("a job has 1 to 1,000,000,000 GPUs");
        }
        let spans = [self.submit - SimTime::ZERO, self.run, self.estimate, self.deadline.unwrap_or_default()];
        let is_wrong = spans.iter().any(|span| !(Span::ZERO..=LONGEST).contains(span));
        is_wrong.then_some("times are not negative, and at most 200 years")
    }
}

impl JobList {
    /// Jobs in order of submission, numbered from 1 in the order in which they are given.
    #[must_use]
    pub fn numbered(jobs: impl IntoIterator<Item = ListedJob>) -> Self {
        let mut jobs: Vec<ListedJob> = jobs.into_iter().zip(1..).map(|(job, id)| ListedJob { id, ..job }).collect();
        jobs.sort_by_key(|job| job.submit);
        Self { jobs, ids: Arc::default() }
    }

    /// What is wrong with the list, if anything.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        if let Some((place, what)) = self.jobs.iter().enumerate().find_map(|(place, job)| Some((place, job.fault()?))) {
            return Some(format!("job {} breaks a rule: {what}", place + 1));
        }
        let place = self.jobs.windows(2).position(|pair| pair[1].submit < pair[0].submit)?;
        Some(format!("job {} is submitted before the one above it", place + 2))
    }

    /// What the jobs are in sum, for people: how many, their GPUs, the time from the first submission to the last, GPU-hours.
    #[must_use]
    pub fn summary(&self) -> String {
        let gangs = || self.jobs.iter().map(|job| job.gpus);
        let (least, most) = (gangs().min().unwrap_or(0), gangs().max().unwrap_or(0));
        let gpus = if least == most { least.to_string() } else { format!("{least} to {most}") };
        let ends = self.jobs.first().zip(self.jobs.last());
        let days = ends.map_or(0.0, |(first, last)| (last.submit - first.submit).days());
        let work: GpuTime = self.jobs.iter().map(|job| Gpus::whole(job.gpus).over(job.run)).sum();
        format!("{} jobs of {gpus} GPUs over {days:.1} days, {:.1} GPU-hours", self.jobs.len(), work.hours())
    }

    /// What the `ordinal`-th job (from 1) is called.
    #[must_use]
    pub fn id(&self, ordinal: u64) -> Cow<'_, str> {
        match self.jobs.get((ordinal as usize).wrapping_sub(1)) {
            Some(job) => self.ids.text(job.id),
            None => Cow::Owned(ordinal.to_string()),
        }
    }
}
