//! Jobs and requests from a trace.

use super::text::{DateText, DurationText};
use crate::workload::trace::{Format, Processors, Shares};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[workload.KEY.trace]`: the workload's jobs are those of a trace, the same ones in every replication. It stands instead of the keys that
/// jobs are drawn by: `jobs_per_day`, `busy_gpus`, `factor`, `growth`, `daily`, `weekend`, `gpus`, `gpus_multiple_of`, `duration`,
/// `outcomes`, `estimate`. All other keys of the workload apply; a job's own deadline replaces the workload's, its priority is added.
/// Run times are for the reference GPU. Jobs submitted after the scenario's end are left out, with a warning.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceSpec {
    /// The file, from the scenario's folder; gzip is noticed. Its content is part of the scenario's hash.
    pub file: String,
    /// Its format. Default: guessed from its first line and its name.
    pub format: Option<Format>,
    /// For `csv`: names of the file's columns for ours, `{ gpus = "num_gpu" }`. Default: ours.
    pub columns: Option<IndexMap<String, String>>,
    /// For `swf`: which processors a job has. Default: `allocated`.
    pub processors: Option<Processors>,
    /// For `swf`: whether a job ends at its estimate at the latest. Default: true.
    pub kill_at_estimate: Option<bool>,
    /// Shorter run times and estimates count as this. Default: 0 s.
    pub least_run: Option<DurationText>,
    /// For `gavel`, which needs it: the file with the table of throughputs.
    pub throughputs: Option<String>,
    /// For `gavel`: the worker type that run times are taken on. Default: `v100`.
    pub worker: Option<String>,
    /// For `openb`: what becomes of jobs that ask for a share of a GPU. Default: `drop`.
    pub shares: Option<Shares>,
    /// Whether the first line that cannot be used is an error; otherwise such lines are counted, and an error beyond 1 %. Default: false.
    pub strict: Option<bool>,
    /// Only the jobs of these groups (virtual clusters). Default: all.
    pub groups: Option<Vec<String>>,
    /// Only jobs submitted on this day or later, by the trace's own calendar. Default: all.
    pub from: Option<DateText>,
    /// Only jobs submitted on this day or earlier, by the trace's own calendar. Default: all.
    pub to: Option<DateText>,
    /// The day at whose beginning the first job that is kept is submitted. Default: the scenario's start.
    pub at: Option<DateText>,
    /// Moves all submissions to later. Default: 0 s.
    pub shift: Option<DurationText>,
    /// Divides the times between submissions: 3 is three times the load. Default: 1.
    pub load: Option<f64>,
    /// Multiplies run times and estimates. Default: 1.
    pub scale_runs: Option<f64>,
    /// Multiplies gangs, rounded up to whole GPUs. Default: 1.
    pub scale_gpus: Option<f64>,
}

/// `[service.KEY.trace]`: the service's demand is that of a trace of inference requests (format `azure_llm`), the same in every
/// replication. It is folded into the scenario's service steps, output tokens per second each.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestsSpec {
    /// The file, from the scenario's folder; gzip is noticed. Its content is part of the scenario's hash.
    pub file: String,
    /// The day at whose beginning the first request comes. Default: the scenario's start.
    pub at: Option<DateText>,
    /// Multiplies the rate, above 0. Default: 1.
    pub load: Option<f64>,
    /// Whether the trace is repeated until the scenario ends, each time from the beginning of a service step. Default: false, no demand
    /// after it.
    pub repeat: Option<bool>,
}
