//! What can be written on the command line.

mod compare;
mod explain;
mod format;
mod question;
mod rank;
mod study;

pub use compare::CompareArguments;
pub use explain::ExplainArguments;
pub use format::Format;
pub use question::{QuestionArguments, each};
pub use rank::RankArguments;
pub use study::StudyArguments;

use super::replay::ReplayArguments;
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
    /// Replay a trace on plain machines, without a scenario.
    ///
    /// `skyberth replay TRACE` guesses the kind and takes its options: pods with --node-list, rounds where --gpus names GPU types, requests
    /// where the trace holds inference requests, and jobs otherwise.
    Replay(ReplayArguments),
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
    /// Print the cash view instead of the report, and also write cash.csv: accrued, paid and owed by month, year and vendor.
    #[arg(long)]
    pub cash: bool,
    /// Also write focus.csv: what the first replication cost, as a bill in the columns of the FinOps FOCUS specification.
    #[arg(long)]
    pub focus: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// Print a scenario file of format 1 in format 2: the same meaning wherever a key can say it, comments kept.
    #[arg(long, conflicts_with_all = ["sets", "dropped", "format"])]
    pub migrate: bool,
    /// With --migrate: change the file instead of printing it.
    #[arg(long, requires = "migrate")]
    pub in_place: bool,
    /// Output format; json and csv list every default with its section, key and source.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Arguments of `catalog`.
#[derive(Debug, Args)]
pub struct CatalogArguments {
    /// Part of the catalog.
    #[arg(value_enum, default_value_t = CatalogPart::All)]
    pub part: CatalogPart,
    /// Print sources and notes too.
    #[arg(long)]
    pub sources: bool,
    /// Print the reference of metrics as Markdown (docs/metrics.md).
    #[arg(long, conflicts_with_all = ["sources", "format"])]
    pub markdown: bool,
    /// Format of what is printed.
    #[arg(long, value_enum, default_value_t)]
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
    /// Metrics: unit, direction, meaning, and where each stands.
    Metrics,
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
