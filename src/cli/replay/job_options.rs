//! The options of `skyberth replay jobs`, by what they are about.

use super::common::within;
use crate::cli::Exit;
use crate::cli::refusal::{invalid, misnamed};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum, value_parser};
use jiff::civil::Date;
use skyberth::model::{Levels, PolicyChoice};
use skyberth::policy::registry::Kind;
use skyberth::sim::Pass;
use skyberth::units::Span;
use skyberth::workload::trace::{
    ColumnMap, Contents, Format, GavelOptions, Options, Processors, Shares, SwfOptions, Trace, TraceError, TraceRequest,
};
use std::path::PathBuf;

/// The machine that jobs run on.
#[derive(Debug, Args)]
#[command(next_help_heading = "Machine")]
pub struct MachineArguments {
    /// Number of interchangeable GPUs [default: as the trace says].
    #[arg(long, value_name = "N", conflicts_with_all = ["nodes", "vc_nodes"], value_parser = value_parser!(u64).range(1..1_000_000_000))]
    pub gpus: Option<u64>,
    /// Number of nodes.
    #[arg(long, value_name = "N", conflicts_with = "vc_nodes", value_parser = value_parser!(u64).range(1..1_000_000_000))]
    nodes: Option<u64>,
    /// GPUs per node.
    #[arg(long, value_name = "G", default_value_t = 8, value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub gpus_per_node: u32,
    /// Csv file of virtual clusters, each with its name and number of nodes. Each is simulated by itself.
    #[arg(long, value_name = "FILE")]
    pub vc_nodes: Option<PathBuf>,
}

impl MachineArguments {
    /// Nodes and GPUs of a node, as given or as the trace says.
    pub fn size(&self, trace: &Trace) -> Option<(u64, u32)> {
        match (self.gpus, self.nodes, trace.machine_gpus) {
            (Some(gpus), _, _) | (None, None, Some(gpus)) => Some((gpus, 1)),
            (None, Some(nodes), _) => Some((nodes, self.gpus_per_node)),
            (None, None, None) => None,
        }
    }
}

/// How jobs are scheduled.
#[derive(Debug, Args)]
#[command(next_help_heading = "Policy")]
pub struct PolicyArguments {
    /// Scheduling policy preset (see `skyberth catalog policies`).
    #[arg(long, value_name = "PRESET", default_value = "easy")]
    policy: String,
    /// Placement on nodes (see `skyberth catalog policies`).
    #[arg(long, value_name = "NAME", default_value = "best_fit")]
    placement: String,
    /// When to call the policy.
    #[arg(long, value_enum, default_value_t = PassArgument::Onepass)]
    pass: PassArgument,
    /// Attained service that ends each level but the last, for las [s], las2d and gittins [GPU-s].
    #[arg(long, value_name = "S,S,...", value_delimiter = ',')]
    level_limits: Option<Vec<f64>>,
    /// Multiple of its attained service after which a waiting job returns to the first level, for las, las2d and gittins.
    #[arg(long, value_name = "X", value_parser = promotion)]
    promote_after: Option<f64>,
}

/// When the policy is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PassArgument {
    /// Once an instant, after all its events.
    Onepass,
    /// After every event, submissions before completions, as older simulators do.
    Perevent,
}

fn promotion(text: &str) -> Result<f64, String> {
    within(text, 0.0, 1e9)
}

impl PolicyArguments {
    pub fn choice(&self) -> Result<PolicyChoice, Exit> {
        let preset = PolicyChoice::preset(&self.policy);
        let choice = preset.and_then(|preset| preset.with(Kind::Placement, &self.placement, &|_| None));
        let mut choice = choice.map_err(|error| misnamed(&error, None))?;
        choice.levels = self.levels()?;
        Ok(choice)
    }

    fn levels(&self) -> Result<Levels, Exit> {
        let mut levels = Levels { promote_after: self.promote_after, ..Levels::default() };
        if let Some(limits) = &self.level_limits {
            if !Levels::are_limits(limits) {
                return Err(invalid("--level-limits must be up to 32 ascending numbers, each between 0.001 and 10^12"));
            }
            levels.limits_s.clone_from(limits);
        }
        Ok(levels)
    }

    pub const fn pass(&self) -> Pass {
        match self.pass {
            PassArgument::Onepass => Pass::OncePerInstant,
            PassArgument::Perevent => Pass::AfterEveryEvent,
        }
    }
}

/// Which jobs are kept, and how they are changed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Jobs")]
pub struct SelectionArguments {
    /// Virtual cluster (group of the trace) to keep. Repeatable.
    #[arg(long, value_name = "NAME")]
    pub vc: Vec<String>,
    /// First day of submissions to keep.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last day of submissions to keep.
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Factor by which to divide the times between submissions; 3 is three times the load.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    load: f64,
    /// Factor for run times and estimates.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    scale_runs: f64,
    /// Factor for the GPUs of a job, rounded up to whole GPUs.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    scale_gpus: f64,
}

impl SelectionArguments {
    pub fn apply(&self, request: TraceRequest) -> TraceRequest {
        TraceRequest {
            groups: self.vc.clone(),
            from: self.from,
            to: self.to,
            load: self.load,
            scale_runs: self.scale_runs,
            scale_gpus: self.scale_gpus,
            ..request
        }
    }
}

/// How the file is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading the trace")]
pub struct ReadingArguments {
    /// Format of the trace [default: guessed from its first line and its name].
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(Format::names(Contents::Jobs)))]
    trace_format: Option<String>,
    /// Columns of a table of jobs under other names: job_id=id,submit_s=submit,... The run time can be run_s, or start_s and
    /// end_s (csv and sacct).
    #[arg(long, value_name = "OURS=THEIRS,...", value_parser = columns)]
    columns: Option<ColumnMap>,
    /// Least run time: shorter ones count as this [s]. 1 is usual for swf.
    #[arg(long, value_name = "S", default_value_t = 0.0, value_parser = least_run)]
    least_run: f64,
    /// Processors of a swf job, where both numbers are known.
    #[arg(long, value_enum, default_value_t = ProcessorsArgument::Allocated)]
    processors: ProcessorsArgument,
    /// Let swf jobs run beyond their requested time.
    #[arg(long)]
    no_kill: bool,
    /// Table of throughputs of a gavel trace.
    #[arg(long, value_name = "FILE")]
    throughputs: Option<PathBuf>,
    /// Worker type for the run times of a gavel trace.
    #[arg(long, value_name = "TYPE", default_value = "v100")]
    worker: String,
    /// Round shares of a GPU up to a whole one instead of dropping their pods (openb).
    #[arg(long)]
    round_up_shares: bool,
}

/// The processors of a swf job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ProcessorsArgument {
    /// Allocated, else requested.
    Allocated,
    /// Requested, else allocated.
    Requested,
}

fn columns(text: &str) -> Result<ColumnMap, TraceError> {
    ColumnMap::read_for(Contents::Jobs, text)
}

fn least_run(text: &str) -> Result<f64, String> {
    within(text, 0.0, 1e9)
}

impl ReadingArguments {
    pub fn format(&self) -> Result<Option<Format>, Exit> {
        self.trace_format.as_deref().map(str::parse).transpose().map_err(invalid)
    }

    /// `machine` is the number of processors of a swf log's machine, if it is given.
    pub fn options(&self, strict: bool, machine: Option<u64>) -> Options {
        let processors = match self.processors {
            ProcessorsArgument::Allocated => Processors::Allocated,
            ProcessorsArgument::Requested => Processors::Requested,
        };
        Options {
            strict,
            least_run: Span::from_seconds(self.least_run),
            swf: SwfOptions { processors, machine, kill_at_estimate: !self.no_kill },
            gavel: GavelOptions { table: None, worker: self.worker.clone() },
            shares: if self.round_up_shares { Shares::RoundUp } else { Shares::Drop },
            columns: self.columns.clone().unwrap_or_default(),
            ..Options::default()
        }
    }

    pub fn with_table(&self, request: TraceRequest) -> TraceRequest {
        TraceRequest { throughputs: self.throughputs.clone(), ..request }
    }
}
