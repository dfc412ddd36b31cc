//! What a replay by rounds gives.

use super::csv::writer;
use super::replay::ReplayRow;
use crate::metrics::JobStatistics;
use crate::sim::{RoundFate, RoundsOutcome};
use crate::study::RoundReplay;
use crate::units::{Gpus, SimTime, Span};
use crate::workload::trace::StepJob;
use std::io::{self, Write};

/// Bounded slowdown takes shorter runs for this long [s].
const SLOWDOWN_BOUND_S: f64 = 10.0;

/// A replay by rounds and its outcome.
#[derive(Clone, Copy, Debug)]
pub struct RoundsReport<'a> {
    /// What was replayed.
    pub replay: &'a RoundReplay<'a>,
    /// What became of it.
    pub outcome: &'a RoundsOutcome,
}

impl RoundsReport<'_> {
    fn jobs(&self) -> impl Iterator<Item = (&StepJob, &RoundFate)> {
        self.replay.jobs.iter().zip(&self.outcome.jobs)
    }

    /// The figures, as those of any other replay. The run time behind the slowdown is that on the job's fastest GPU type.
    #[must_use]
    pub fn row(&self) -> ReplayRow {
        let ms = |seconds: f64| Span::from_seconds(seconds.max(0.0)).ms().unsigned_abs();
        let mut statistics = JobStatistics::default();
        let mut held = 0.0;
        for (job, fate) in self.jobs() {
            statistics.submitted += 1;
            statistics.preemptions += u64::from(fate.preemptions);
            held += fate.gpu_seconds;
            let submit = job.submit.seconds();
            if let Some(start) = fate.start {
                statistics.wait.record(ms(start - submit));
            }
            if let Some(finish) = fate.finish {
                statistics.completed += 1;
                statistics.completion.record(ms(finish - submit));
                let run = job.steps as f64 / self.replay.fastest(job).max(f64::MIN_POSITIVE);
                statistics.slowdown_sum += ((finish - submit) / run.max(SLOWDOWN_BOUND_S)).max(1.0);
            } else if fate.is_impossible {
                statistics.rejected[0] += 1;
            } else {
                // Given up: neither finished nor turned away.
                statistics.censored_queued += 1;
            }
        }
        let gpus = self.replay.rules.types.iter().map(|kind| kind.gpus).sum::<f64>() as u64;
        let first = self.replay.jobs.first().map_or(SimTime::ZERO, |job| job.submit);
        let last = self.outcome.jobs.iter().filter_map(|fate| fate.finish).fold(first.seconds(), f64::max);
        let makespan = Span::from_seconds(last - first.seconds());
        let allocated = Gpus::whole(1).over(Span::from_seconds(held));
        ReplayRow::of("machine", gpus, &statistics, makespan.seconds(), allocated, Gpus::whole(gpus).over(makespan))
    }

    /// Writes one line a job, in order of submission. Times are in seconds to the microsecond.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write_jobs(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = writer(out);
        csv.write_record([
            "job_id",
            "workload",
            "gpus",
            "steps",
            "submit_s",
            "start_s",
            "finish_s",
            "state",
            "cluster",
            "preemptions",
            "gpu_s",
        ])?;
        for (job, fate) in self.jobs() {
            let seconds = |time: Option<f64>| time.map_or_else(String::new, |time| format!("{time:.6}"));
            let state = match fate {
                RoundFate { finish: Some(_), .. } => "finished",
                RoundFate { is_impossible: true, .. } => "rejected",
                _ => "given up",
            };
            csv.write_record([
                job.row.to_string(),
                super::csv::harmless(&job.kind.job_type),
                job.kind.scale_factor.to_string(),
                job.steps.to_string(),
                seconds(Some(job.submit.seconds())),
                seconds(fate.start),
                seconds(fate.finish),
                state.to_owned(),
                fate.kind.map_or_else(String::new, |kind| self.replay.rules.types[kind].name.clone()),
                fate.preemptions.to_string(),
                format!("{:.6}", fate.gpu_seconds),
            ])?;
        }
        csv.flush()
    }
}
