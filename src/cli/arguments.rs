//! What can be written on the command line.

use skyberth::units::Span;
mod compare;
mod explain;
mod gpus;
mod question;
mod rank;
mod study;

pub use compare::CompareArguments;
pub use explain::ExplainArguments;
pub use gpus::GpusArgument;
pub use question::{QuestionArguments, each};
pub use rank::RankArguments;
pub use study::StudyArguments;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Skyberth simulates GPU capacity bought from several clouds.
///
/// From one scenario file it answers what a portfolio of GPU contracts delivers: when capacity arrives, who waits, what it costs, and how
/// badly the buyer depends on any one vendor, each with an error bar.
#[derive(Debug, Parser)]
#[command(name = "skyberth", version, propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate a scenario: tables on the terminal, files in results/<scenario>/.
    Run(RunArguments),
    /// Compare variants of a scenario, or what if questions, under the same futures.
    Compare(Box<CompareArguments>),
    /// Rank policies on a scenario: a leaderboard in groups.
    Rank(RankArguments),
    /// Replay a trace of jobs on simple pools of GPUs, or size replicas for one of inference requests, without writing a scenario.
    Replay(Box<ReplayArguments>),
    /// Why jobs waited and why GPUs stood idle, by cause.
    Explain(Box<ExplainArguments>),
    /// All problems of a scenario at once, and what it assumes.
    Check(CheckArguments),
    /// What is built in: vendors, GPU types, prices, sites, policies, with sources.
    Catalog(CatalogArguments),
    /// The HTML page again, from a results folder.
    Report(ReportArguments),
    /// The JSON schema of scenario files, or their reference as Markdown.
    Schema(SchemaArguments),
    /// Completions for a shell.
    Completions(CompletionsArguments),
    /// The manual page, in roff.
    Man,
}

/// Which scenario, and changes to it.
#[derive(Debug, Args)]
pub struct ScenarioArguments {
    /// A scenario file, or the name of a built-in scenario (openai-2025-11, openai-2026-06, quickstart).
    #[arg(value_name = "FILE", default_value = "openai-2025-11")]
    pub file: String,
    /// Change a value of the scenario, such as workload.research.factor=0.7. Repeatable.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
    /// Leave a vendor out, with its clusters and contracts. Repeatable.
    #[arg(long = "drop-vendor", value_name = "KEY")]
    pub dropped: Vec<String>,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    #[command(flatten)]
    pub study: StudyArguments,
    /// Also write jobs.csv: every job of the first replication.
    #[arg(long)]
    pub jobs: bool,
    /// Also write focus.csv: what the first replication cost, as a bill in the columns of the FinOps FOCUS specification.
    #[arg(long)]
    pub focus: bool,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables within 80 columns.
    Table,
    /// The text of summary.json; of an explanation, a replay or the catalog, the rows with all their columns.
    Json,
    /// The text of summary.csv; of an explanation, a replay or the catalog, the rows with all their columns.
    Csv,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct ReplayArguments {
    /// The trace; gzip is noticed.
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    /// Its format [default: guessed from its first line and its name].
    #[arg(long, value_name = "FORMAT", value_parser = ["swf", "philly", "tiresias", "gavel", "openb", "csv", "azure_llm"])]
    pub trace_format: Option<String>,
    /// GPUs of the machine, any of which do [default: what the trace says of its machine]. Or, for a gavel trace, GPUs of several types, such as
    /// v100=4,p100=4,k80=4: jobs then run as fast as the table of throughputs says, and the policy decides by rounds.
    #[arg(long, value_name = "N|TYPE=N,...", conflicts_with_all = ["nodes", "vc_nodes"])]
    pub gpus: Option<GpusArgument>,
    /// Nodes of the machine.
    #[arg(long, value_name = "N", conflicts_with = "vc_nodes", value_parser = clap::value_parser!(u64).range(1..1_000_000_000))]
    pub nodes: Option<u64>,
    /// GPUs of a node.
    #[arg(long, value_name = "G", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub gpus_per_node: u32,
    /// Virtual clusters with nodes of their own: a csv file of name and number of nodes. Each is simulated by itself.
    #[arg(long, value_name = "FILE")]
    pub vc_nodes: Option<PathBuf>,
    /// The machine as a list of nodes, each with CPU, memory and GPUs of a type: a csv file beside an openb trace. Pods may then ask for
    /// shares of a GPU; they start in order of submission, those that fit (--policy fifo: none before its predecessors).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["gpus", "nodes", "vc_nodes"])]
    pub node_list: Option<PathBuf>,
    /// On a list of nodes: pods only come, shuffled and drawn again, until they ask for X times its GPUs. How full does it get?
    #[arg(long, value_name = "X")]
    pub demand: Option<f64>,
    /// Orders of pods and nodes that are tried with --demand.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub shuffles: u32,
    /// The seed of what is drawn on a list of nodes: orders, pods that come on top, the placement random.
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// Only the jobs of a virtual cluster (a group of the trace). Repeatable.
    #[arg(long, value_name = "NAME")]
    pub vc: Vec<String>,
    /// Only jobs submitted, or requests sent, on this day or later.
    #[arg(long, value_name = "DATE")]
    pub from: Option<jiff::civil::Date>,
    /// Only jobs submitted, or requests sent, on this day or earlier.
    #[arg(long, value_name = "DATE")]
    pub to: Option<jiff::civil::Date>,
    /// Who decides: a preset (see `skyberth catalog policies`).
    #[arg(long, value_name = "PRESET", default_value = "easy")]
    pub policy: String,
    /// Which nodes: best_fit, pack_domain, consolidate; on a list of nodes several of first_fit, best_fit, worst_fit, dot_product,
    /// clustering, packing, fgd and random, or all.
    #[arg(long, value_name = "NAME,...", default_value = "best_fit", value_delimiter = ',')]
    pub placement: Vec<String>,
    /// When the policy is called: once an instant, or after every event as older simulators do it.
    #[arg(long, value_enum, default_value_t = PassArgument::Onepass)]
    pub pass: PassArgument,
    /// Divides the times between submissions: 3 is three times the load.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub load: f64,
    /// Multiplies run times and estimates.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub scale_runs: f64,
    /// Multiplies gangs, rounded up to whole GPUs.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub scale_gpus: f64,
    /// For las, las2d and gittins: service that ends each level but the last [s; GPU-s for the latter two].
    #[arg(long, value_name = "S,S,...", value_delimiter = ',')]
    pub level_limits: Option<Vec<f64>>,
    /// For las, las2d and gittins: jobs that waited this many times what they have attained go back to the first level.
    #[arg(long, value_name = "X")]
    pub promote_after: Option<f64>,
    /// Columns of a csv trace under other names: job_id=id,submit_s=submit,...
    #[arg(long, value_name = "OURS=THEIRS,...")]
    pub columns: Option<String>,
    /// Processors of a swf job: those it was allocated, or those it requested, where both are known.
    #[arg(long, value_enum, default_value_t = ProcessorsArgument::Allocated)]
    pub processors: ProcessorsArgument,
    /// Let swf jobs run on beyond their requested time, instead of killing them there.
    #[arg(long)]
    pub no_kill: bool,
    /// Shorter run times count as this [s]; swf logs are mostly read with 1.
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    pub least_run: f64,
    /// The throughput table of a gavel trace.
    #[arg(long, value_name = "FILE")]
    pub throughputs: Option<PathBuf>,
    /// Length of a round, for policies that decide by rounds.
    #[arg(long, value_name = "DURATION", default_value = "360 s", value_parser = super::sizing::duration)]
    pub round: Span,
    /// The worker type that a gavel trace's run times are for.
    #[arg(long, value_name = "TYPE", default_value = "v100")]
    pub worker: String,
    /// Take jobs that ask for a share of a GPU as asking for a whole one, instead of leaving them out (openb).
    #[arg(long)]
    pub round_up_shares: bool,
    /// Stop at the first line that cannot be used, instead of leaving such lines out and counting them.
    #[arg(long)]
    pub strict: bool,
    /// Write every job: when it was submitted, started, finished, where, and how often it was stopped.
    #[arg(long, value_name = "FILE")]
    pub jobs: Option<PathBuf>,
    /// Write the trace in Skyberth's own csv format, after all filters, and simulate nothing.
    #[arg(long, value_name = "FILE")]
    pub convert: Option<PathBuf>,
    /// Threads; 0 is one per processor. Results do not depend on it.
    #[arg(long, value_name = "T", default_value_t = 0)]
    pub threads: usize,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Print nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
    #[command(flatten)]
    pub sizing: SizingArguments,
}

/// Arguments of `replay` for traces of inference requests (azure_llm).
#[derive(Debug, Args)]
#[command(next_help_heading = "Inference requests (azure_llm)")]
pub struct SizingArguments {
    /// The replica type that answers (see `skyberth catalog replicas`).
    #[arg(long, value_name = "NAME", default_value = "llama2-70b-h100")]
    pub replica: String,
    /// Length of the steps that demand and replicas are worked out for.
    #[arg(long, value_name = "DURATION", default_value = "10 min", value_parser = super::sizing::duration)]
    pub step: Span,
    /// Largest mean time per output token that meets the objective [ms].
    #[arg(long, value_name = "MS", default_value_t = 100.0)]
    pub tpot_slo_ms: f64,
}

/// When the policy is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PassArgument {
    /// Once an instant, after all its events.
    Onepass,
    /// After every event; submissions before completions.
    Perevent,
}

/// Which processors a swf job has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProcessorsArgument {
    /// Allocated, else requested.
    Allocated,
    /// Requested, else allocated.
    Requested,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub scenario: ScenarioArguments,
}

/// Arguments of `catalog`.
#[derive(Debug, Args)]
pub struct CatalogArguments {
    /// Which part.
    #[arg(value_enum, default_value_t = CatalogPart::All)]
    pub part: CatalogPart,
    /// Print sources and notes too.
    #[arg(long)]
    pub sources: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// Parts of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CatalogPart {
    /// How many entries of each part, by confidence.
    All,
    /// Vendors.
    Vendors,
    /// GPU types.
    Gpus,
    /// List prices.
    Prices,
    /// Announced contracts.
    Contracts,
    /// Dated power steps of sites.
    Sites,
    /// Regions: carbon and electricity.
    Regions,
    /// Failures, checkpoints, restarts.
    Reliability,
    /// Observed and assumed delays.
    Delays,
    /// Replica types of inference services.
    Replicas,
    /// Published inference throughputs.
    Throughputs,
    /// Shapes of workloads.
    Workloads,
    /// Anchors of demand.
    Demand,
    /// Policies: presets and parts.
    Policies,
    /// Built-in scenarios.
    Scenarios,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// A folder that `run` wrote: its summary.json, manifest.json and monthly tables (timeseries.csv, workloads.csv, dependency.csv,
    /// dependency_vendors.csv) are read, its report.html is written. Or one that `compare` wrote: its comparison.json is read.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// Print the reference as Markdown (docs/scenario-reference.md) instead of the JSON schema.
    #[arg(long)]
    pub markdown: bool,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
