//! How a trace is to be read. What an option changes is told in the trace's notes.

use super::column_map::ColumnMap;
use super::formats::throughput::ThroughputTable;
use super::input::Limits;
use crate::units::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How a trace is to be read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether the first line that cannot be used is an error; otherwise such lines are counted, and an error beyond 1 %.
    pub strict: bool,
    /// Shorter run times and estimates are lifted to this; zero leaves jobs of no length as they are.
    pub least_run: Span,
    /// How much text is taken.
    pub limits: Limits,
    /// For `swf`.
    pub swf: SwfOptions,
    /// For `gavel`.
    pub gavel: GavelOptions,
    /// For `openb`: jobs that ask for a share of a GPU.
    pub shares: Shares,
    /// For `csv`: other names of the columns.
    pub columns: ColumnMap,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strict: false,
            least_run: Span::ZERO,
            limits: Limits::default(),
            swf: SwfOptions::default(),
            gavel: GavelOptions::default(),
            shares: Shares::Drop,
            columns: ColumnMap::default(),
        }
    }
}

/// How the Standard Workload Format is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwfOptions {
    /// Which processors a job has.
    pub processors: Processors,
    /// Processors of the machine, of which no job has more; none: as the header says.
    pub machine: Option<u64>,
    /// Whether a job ends at its estimate at the latest, as the machine's own scheduler saw to.
    pub kill_at_estimate: bool,
}

impl Default for SwfOptions {
    fn default() -> Self {
        Self { processors: Processors::Allocated, machine: None, kill_at_estimate: true }
    }
}

/// Which processors a job of the Standard Workload Format has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Processors {
    /// Those it was given (field 5); where that is not known, those it asked for.
    #[default]
    Allocated,
    /// Those it asked for (field 8); where that is not known, those it was given.
    Requested,
}

/// How Gavel's traces are to be read.
#[derive(Clone, Debug)]
pub struct GavelOptions {
    /// Steps per second of every job type; a trace cannot be read without.
    pub table: Option<Arc<ThroughputTable>>,
    /// The worker type on which run times are taken.
    pub worker: String,
}

impl Default for GavelOptions {
    fn default() -> Self {
        Self { table: None, worker: "v100".to_owned() }
    }
}

/// What becomes of jobs that ask for a share of a GPU, where jobs have whole ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shares {
    /// They are left out and counted.
    #[default]
    Drop,
    /// They get a whole GPU.
    RoundUp,
}
