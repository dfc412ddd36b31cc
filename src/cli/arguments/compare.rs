//! What can be written behind `compare`.

use super::{QuestionArguments, StudyArguments};
use clap::Args;

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// Scenario files (or names of built-in scenarios). The first is the baseline, with its variants; others are compared with it.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
    /// Only these variants of the file. Repeatable.
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// A variant made here, such as late:cluster.texas.slip.probability=1. Repeatable; several of one name make one variant.
    #[arg(long = "variant", value_name = "NAME:PATH=VALUE")]
    pub variants: Vec<String>,
    #[command(flatten)]
    pub questions: QuestionArguments,
    /// Go on until half the interval of every variant's difference is within this share of the baseline's mean, of waits median: `wait_s_mean:5%`.
    #[arg(long, value_name = "METRIC:SHARE")]
    pub precision: Option<String>,
    /// Futures at most with --precision [default: ten times the scenario's].
    #[arg(long, value_name = "N", requires = "precision", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub most: Option<u32>,
    /// Change a value of the scenario, in all variants. Repeatable.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
    #[command(flatten)]
    pub study: StudyArguments,
    /// Also write jobs-VARIANT.csv: every job of the first future.
    #[arg(long)]
    pub jobs: bool,
}
