//! What can be written behind `rank`.

use super::{ScenarioArguments, StudyArguments};
use clap::Args;

/// Arguments of `rank`.
#[derive(Debug, Args)]
pub struct RankArguments {
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    #[command(flatten)]
    pub study: StudyArguments,
    /// A policy to rank: a preset or `scenario`, the scenario's own; or NAME/BROKER or NAME/BROKER/PLACEMENT; with an elastic part, NAME+PART.
    /// Repeatable, or with commas [default: those that the scenario names in comparison.policies; else all presets but those by rounds, with
    /// the scenario's broker and placement, and the scenario's own where it is none of them; where jobs share GPUs, the scenario's own with
    /// every placement that shares them; where jobs are elastic, with every elastic part].
    #[arg(long = "policy", value_name = "NAME", value_delimiter = ',')]
    pub policies: Vec<String>,
    /// Metric that decides, over the whole run: any that has a direction (`skyberth catalog metrics` lists them). METRIC@NAME takes it of one
    /// service, team, vendor, cluster, workload, base or event; SCOPE.NAME where two share a name.
    #[arg(long, value_name = "METRIC[@NAME]", default_value = "completion_s_mean")]
    pub metric: String,
    /// Indifference zone: a difference too small to matter, as a share of the best mean.
    #[arg(long, value_name = "SHARE", default_value = "1%")]
    pub indifference: String,
    /// Let all policies meet equally many futures (--replications), instead of as many as it takes to select one.
    #[arg(long, conflicts_with = "most")]
    pub fixed: bool,
    /// Futures at most [default: five times the replications].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub most: Option<u32>,
}
