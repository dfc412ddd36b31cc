//! Inference requests, and the steps of demand that they fold into.

use super::cell::{LONGEST_MS, date_time, instant};
use super::collector::Zero;
use super::dropped::{Dropped, Sieve};
use super::error::TraceError;
use super::filter::window;
use crate::units::{SimTime, Span};
use jiff::civil::{Date, DateTime};

/// One bad time must not make a list of steps that fills the memory.
const MOST_STEPS: i64 = 10_000_000;

/// Requests of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requests {
    /// By time, those of one instant in the order of the file.
    pub requests: Vec<Request>,
    /// The date and time of time 0, if the trace has dates.
    pub epoch: Option<DateTime>,
    /// Lines that gave none.
    pub dropped: Dropped,
    /// How the file was read, where that is not plain.
    pub notes: Vec<String>,
}

/// A request to a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// When it came [ms since the first one].
    pub at: SimTime,
    /// Length of the prompt [tokens].
    pub input_tokens: u32,
    /// Length of the answer [tokens].
    pub output_tokens: u32,
}

/// Requests of a step of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// How many.
    pub requests: u64,
    /// Their prompts [tokens].
    pub input_tokens: u64,
    /// Their answers [tokens].
    pub output_tokens: u64,
}

/// Makes the first of the requests, which are by time, the zero; returns when it was [ms].
fn rebase(requests: &mut [Request]) -> i64 {
    let first = requests.first().map_or(SimTime::ZERO, |request| request.at);
    for request in requests {
        request.at = SimTime::from_ms((request.at - first).ms().clamp(0, LONGEST_MS));
    }
    first.ms()
}

impl Requests {
    /// Requests in the order of a file, and what its times count from.
    pub(super) fn of(mut requests: Vec<Request>, sieve: Sieve, zero: Zero, notes: Vec<String>) -> Result<Self, TraceError> {
        let dropped = sieve.finish_of("request")?;
        requests.sort_by_key(|request| request.at);
        let first = rebase(&mut requests);
        let epoch = if zero == Zero::Dates { date_time(first) } else { None };
        Ok(Self { requests, epoch, dropped, notes })
    }

    /// From the first request to the last.
    #[must_use]
    pub fn span(&self) -> Span {
        self.requests.last().map_or(SimTime::ZERO, |request| request.at) - SimTime::ZERO
    }

    /// The days of the first and the last request; none without a request.
    #[must_use]
    pub fn days(&self) -> Option<(Date, Date)> {
        let (epoch, last) = (self.epoch.and_then(instant)?, self.requests.last()?);
        Some((date_time(epoch)?.date(), date_time(epoch.saturating_add(last.at.ms()))?.date()))
    }

    /// Keeps the requests from the first day to the last, both included; the first that is left becomes the zero. There may be none.
    ///
    /// # Errors
    ///
    /// Where the days are out of order.
    pub fn between(&mut self, from: Date, to: Date) -> Result<(), TraceError> {
        let epoch = self.epoch.and_then(instant).ok_or(TraceError::NoDates)?;
        let window = window(epoch, from, to)?;
        self.requests.retain(|request| window.contains(&request.at.ms()));
        self.epoch = date_time(epoch.saturating_add(rebase(&mut self.requests)));
        Ok(())
    }

    /// Mean lengths of prompts and answers [tokens]; 0 without a request.
    #[must_use]
    pub fn mean_tokens(&self) -> [f64; 2] {
        let count = self.requests.len().max(1) as f64;
        let sum = |tokens: fn(&Request) -> u32| self.requests.iter().map(|request| u64::from(tokens(request))).sum::<u64>();
        [sum(|request| request.input_tokens), sum(|request| request.output_tokens)].map(|sum| sum as f64 / count)
    }

    /// Folds the requests into steps of one length, the first from time 0 and the last with the last request in it. Steps without a
    /// request are there too.
    ///
    /// # Errors
    ///
    /// Where the step has no length, or there would be more than ten million of them.
    pub fn steps(&self, length: Span) -> Result<Vec<Step>, TraceError> {
        let last = self.requests.iter().map(|request| request.at.ms()).max().unwrap_or(0);
        if length <= Span::ZERO || last / length.ms() >= MOST_STEPS {
            let allowed = format!("more than {} ms, so that there are at most {MOST_STEPS} steps", last / MOST_STEPS);
            return Err(TraceError::Value { what: "the length of a step", value: length.to_string(), allowed });
        }
        let count = if self.requests.is_empty() { 0 } else { last / length.ms() + 1 };
        let mut steps = vec![Step::default(); count as usize];
        for request in &self.requests {
            if let Some(step) = steps.get_mut((request.at.ms() / length.ms()) as usize) {
                step.requests += 1;
                step.input_tokens += u64::from(request.input_tokens);
                step.output_tokens += u64::from(request.output_tokens);
            }
        }
        Ok(steps)
    }
}
