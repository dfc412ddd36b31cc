//! Parts of a trace, and changes to it.

use super::cell::{ABSURD_GPUS, LONGEST_MS, date_time, instant};
use super::error::{TraceError, hint};
use super::{Trace, TraceJob};
use crate::units::{SimTime, Span};
use jiff::civil::{Date, DateTime};
use std::ops::Range;

/// The time from the first day to the last, both included [ms after an epoch, itself in ms since 1970].
pub(super) fn window(epoch: i64, from: Date, to: Date) -> Result<Range<i64>, TraceError> {
    if to < from {
        return Err(TraceError::Value { what: "the last day", value: to.to_string(), allowed: format!("{from} or later") });
    }
    // The ends of the calendar have no instant: every job is between them.
    let beyond = |day: Date| if day.year() < 0 { i64::MIN } else { i64::MAX };
    let midnight = |day: Date| instant(day.at(0, 0, 0, 0)).map_or(beyond(day), |at| at.saturating_sub(epoch));
    Ok(midnight(from)..to.tomorrow().map_or(i64::MAX, midnight))
}

impl Trace {
    /// Keeps the jobs of these groups. The list of groups stays as it is.
    ///
    /// # Errors
    ///
    /// When a group is unknown; the trace then stays as it is.
    pub fn keep_group(&mut self, names: &[&str]) -> Result<(), TraceError> {
        let mut kept = vec![false; self.groups.len()];
        for name in names {
            let Some(index) = self.groups.iter().position(|group| group == name) else {
                let known: Vec<&str> = self.groups.iter().map(String::as_str).collect();
                let shown = known.iter().take(24).copied().collect::<Vec<_>>().join(", ");
                let more = if known.len() > 24 { format!(", ... ({} in all)", known.len()) } else { String::new() };
                let hint = super::error::harmless(&format!("{}; the trace has: {shown}{more}", hint(name, &known)));
                return Err(TraceError::Name { what: "group", written: (*name).to_owned(), hint });
            };
            kept[index] = true;
        }
        self.jobs.retain(|job| kept.get(job.group as usize).copied().unwrap_or(false));
        Ok(())
    }

    /// Keeps the jobs submitted from the first day to the last, both included. The trace's zero stays where it is.
    ///
    /// # Errors
    ///
    /// When the trace has no dates, or the days are out of order.
    pub fn between(&mut self, from: Date, to: Date) -> Result<(), TraceError> {
        let epoch = self.epoch.and_then(instant).ok_or(TraceError::NoDates)?;
        let window = window(epoch, from, to)?;
        self.jobs.retain(|job| window.contains(&job.submit.ms()));
        Ok(())
    }

    /// The days of the first and the last submission, where the trace has dates.
    #[must_use]
    pub fn days(&self) -> Option<(Date, Date)> {
        let epoch = self.epoch.and_then(instant)?;
        let day = |job: &TraceJob| date_time(epoch.saturating_add(job.submit.ms())).map(DateTime::date);
        Some((day(self.jobs.first()?)?, day(self.jobs.last()?)?))
    }

    /// Keeps the jobs submitted less than a span after the zero.
    pub fn within(&mut self, span: Span) {
        self.jobs.retain(|job| job.submit < SimTime::ZERO.saturating_add(span));
    }

    /// Moves the zero to the first submission, and the date of the zero with it.
    pub fn rebase(&mut self) {
        let Some(first) = self.jobs.first().map(|job| job.submit) else { return };
        for job in &mut self.jobs {
            job.submit = SimTime::ZERO + (job.submit - first);
        }
        self.epoch = self.epoch.and_then(instant).and_then(|epoch| date_time(epoch.saturating_add(first.ms())));
    }

    /// Divides all times between submissions by a load: with 2, jobs come twice as fast. Run times stay.
    ///
    /// # Errors
    ///
    /// Where the load is not a positive number, or so small that a job would come after 200 years.
    pub fn divide_interarrivals(&mut self, load: f64) -> Result<(), TraceError> {
        let last = self.jobs.last().map_or(0.0, |job| job.submit.ms() as f64);
        if !(load > 0.0 && load.is_finite() && last / load <= LONGEST_MS as f64) {
            let allowed = format!("a number above 0, at least {}", last / LONGEST_MS as f64);
            return Err(TraceError::Value { what: "the load", value: load.to_string(), allowed });
        }
        for job in &mut self.jobs {
            job.submit = SimTime::from_ms((job.submit.ms() as f64 / load).round() as i64);
        }
        Ok(())
    }

    /// Moves all submissions by a span against the zero, which stays.
    ///
    /// # Errors
    ///
    /// Where a job would come before the zero or after 200 years.
    pub fn shift(&mut self, by: Span) -> Result<(), TraceError> {
        let bounds = self.jobs.first().zip(self.jobs.last()).map(|(first, last)| (first.submit.ms(), last.submit.ms()));
        let (first, last) = bounds.unwrap_or((0, 0));
        let (least, most) = (-first, LONGEST_MS.saturating_sub(last));
        if !(least..=most).contains(&by.ms()) {
            let allowed = format!("{least} ms to {most} ms");
            return Err(TraceError::Value { what: "the shift", value: by.to_string(), allowed });
        }
        for job in &mut self.jobs {
            job.submit = job.submit + by;
        }
        Ok(())
    }

    /// Multiplies all run times and estimates, to the nearest millisecond. Deadlines stay.
    ///
    /// # Errors
    ///
    /// Where the factor is negative or not a number, or a run time would be longer than 200 years.
    pub fn scale_runs(&mut self, factor: f64) -> Result<(), TraceError> {
        let longest = self.jobs.iter().map(|job| job.run.max(job.estimate).ms()).max().unwrap_or(0) as f64;
        if !(factor >= 0.0 && factor.is_finite() && longest * factor <= LONGEST_MS as f64) {
            let allowed = if longest > 0.0 { format!("0 to {}", LONGEST_MS as f64 / longest) } else { "0 or more".to_owned() };
            return Err(TraceError::Value { what: "the factor for run times", value: factor.to_string(), allowed });
        }
        let scaled = |span: Span| Span::from_ms((span.ms() as f64 * factor).round() as i64);
        for job in &mut self.jobs {
            job.run = scaled(job.run);
            job.estimate = scaled(job.estimate);
        }
        Ok(())
    }

    /// Multiplies all gangs, rounded up to whole GPUs.
    ///
    /// # Errors
    ///
    /// Where the factor is not a positive number, or a gang would be absurd.
    pub fn scale_gpus(&mut self, factor: f64) -> Result<(), TraceError> {
        // What is whole but for the rounding of a product is whole: 70 GPUs x 0.1 are 7.
        let scaled = |gpus: u64| (gpus as f64 * factor * (1.0 - 1e-12)).ceil().max(1.0);
        let largest = self.jobs.iter().map(|job| job.gpus).max().unwrap_or(1);
        if !(factor > 0.0 && scaled(largest) < ABSURD_GPUS as f64) {
            let allowed = format!("a number above 0, up to {}", (ABSURD_GPUS - 1) as f64 / largest as f64);
            return Err(TraceError::Value { what: "the factor for gangs", value: factor.to_string(), allowed });
        }
        for job in &mut self.jobs {
            job.gpus = scaled(job.gpus) as u64;
        }
        Ok(())
    }
}
