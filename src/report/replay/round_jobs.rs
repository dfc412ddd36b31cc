//! The jobs of a replay by rounds, as csv.

use crate::replay::gavel::{RoundFate, RoundReplay};
use crate::report::csv::{harmless, writer};
use std::io::{self, Write};

/// The jobs of a replay by rounds.
#[derive(Clone, Copy, Debug)]
pub struct RoundJobsCsv<'a> {
    /// The jobs and the GPU types.
    pub replay: &'a RoundReplay<'a>,
    /// What became of the jobs.
    pub fates: &'a [RoundFate],
}

impl RoundJobsCsv<'_> {
    /// Writes one line per job, in order of submission. Times are in seconds to the microsecond.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
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
        for (job, fate) in self.replay.jobs.iter().zip(self.fates) {
            let seconds = |time: Option<f64>| time.map_or_else(String::new, |time| format!("{time:.6}"));
            let state = match fate {
                RoundFate { finish: Some(_), .. } => "finished",
                RoundFate { is_impossible: true, .. } => "rejected",
                _ => "given up",
            };
            csv.write_record([
                job.row.to_string(),
                harmless(&job.kind.job_type),
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
