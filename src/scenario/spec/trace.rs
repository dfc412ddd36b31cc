//! Jobs and requests from a trace.

use super::defaults::defaults;
use super::text::{DateText, DurationText};
use crate::workload::trace::{Format, Options, Processors, Shares};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[workload.KEY.trace]`: the workload's jobs are those of a trace, the same ones in every
/// replication. It stands instead of the keys that jobs are drawn by. All other keys of the workload
/// apply; a job's own deadline replaces the workload's, its priority is added. Run times are for the
/// reference GPU. Jobs submitted after the scenario's end are left out, with a warning.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = TraceSpec::tell_defaults)]
pub struct TraceSpec {
    /// The file, from the scenario's folder; gzip is noticed. Its content is part of the scenario's hash.
    pub file: String,
    /// Its format.
    pub format: Option<Format>,
    /// For `csv` and `sacct`: names of the file's columns for ours, `{ gpus = "num_gpu" }`.
    pub columns: Option<IndexMap<String, String>>,
    /// For `swf`: which processors a job has.
    pub processors: Option<Processors>,
    /// For `swf`: whether a job ends at its estimate at the latest.
    pub kill_at_estimate: Option<bool>,
    /// Shorter run times and estimates count as this.
    pub least_run: Option<DurationText>,
    /// For `gavel`, which needs it: the file with the table of throughputs.
    pub throughputs: Option<String>,
    /// For `gavel`: the worker type that run times are taken on.
    pub worker: Option<String>,
    /// For `openb`: what becomes of jobs that ask for a share of a GPU.
    pub shares: Option<Shares>,
    /// Whether the first line that cannot be used is an error; otherwise such lines are counted,
    /// and an error beyond 1 %.
    pub strict: Option<bool>,
    /// Only the jobs of these groups (virtual clusters).
    pub groups: Option<Vec<String>>,
    /// Only jobs submitted on this day or later, by the trace's own calendar.
    pub from: Option<DateText>,
    /// Only jobs submitted on this day or earlier, by the trace's own calendar.
    pub to: Option<DateText>,
    /// The day at whose beginning the first job that is kept is submitted.
    pub at: Option<DateText>,
    /// Moves all submissions to later.
    pub shift: Option<DurationText>,
    /// Divides the times between submissions: 3 is three times the load.
    pub load: Option<f64>,
    /// Multiplies run times and estimates.
    pub scale_runs: Option<f64>,
    /// Multiplies gangs, rounded up to whole GPUs.
    pub scale_gpus: Option<f64>,
}

defaults! {
    TraceSpec {
        format => "guessed from the first line and the name";
        columns => "the names of the format";
        processors: Processors = Options::default().swf.processors;
        kill_at_estimate: bool = Options::default().swf.kill_at_estimate;
        least_run: DurationText = Options::default().least_run.into();
        worker: String = Options::default().gavel.worker;
        shares: Shares = Options::default().shares;
        strict: bool = Options::default().strict;
        groups => "all";
        from => "all";
        to => "all";
        at => "the scenario's start";
        shift: DurationText = DurationText::of_seconds(0.0);
        load: f64 = 1.0;
        scale_runs: f64 = 1.0;
        scale_gpus: f64 = 1.0;
    }
}

/// `[service.KEY.trace]`: the service's demand is that of a trace of inference requests, the same in every
/// replication. It is folded into the scenario's service steps, output tokens per second each.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = RequestsSpec::tell_defaults)]
pub struct RequestsSpec {
    /// The file, from the scenario's folder; gzip is noticed. Its content is part of the scenario's hash.
    pub file: String,
    /// Its format.
    pub format: Option<Format>,
    /// Names of the file's columns for `time_s` (seconds or dates) or `time_ms`, `input_tokens` and `output_tokens`.
    pub columns: Option<IndexMap<String, String>>,
    /// The day at whose beginning the first request comes.
    pub at: Option<DateText>,
    /// Multiplies the rate, above 0.
    pub load: Option<f64>,
    /// Whether the trace is repeated until the scenario ends, each time from the beginning of a
    /// service step.
    pub repeat: Option<bool>,
}

defaults! {
    RequestsSpec {
        format => "guessed from the first line and the name";
        columns => "the names of the format";
        at => "the scenario's start";
        load: f64 = 1.0;
        repeat: bool = false;
    }
}
