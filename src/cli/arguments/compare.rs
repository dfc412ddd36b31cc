//! What can be written behind `compare`.

use super::StudyArguments;
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
    /// What if GPUs are lost for a while: aws@2027-03-01+15h, aws:us-va@2027-03-01T07:00+15h, or `each[@DATE]`: every vendor in turn for
    /// 8 h, 7 d and 90 d. Repeatable, as all questions are.
    #[arg(long, value_name = "VENDOR[:REGION]@DATE+DURATION")]
    pub outage: Vec<String>,
    /// What if all that is still to come is late, as is revealed on the planned dates: oracle:60d (-30d is earlier).
    #[arg(long, value_name = "CLUSTER-OR-VENDOR:DELAY", allow_hyphen_values = true)]
    pub slip: Vec<String>,
    /// What if a vendor is not there at all, nor its clusters and contracts.
    #[arg(long, value_name = "VENDOR")]
    pub drop: Vec<String>,
    /// What if there is a tranche more, reserved at the cluster's price: aws-virginia:8192@2027-01-01.
    #[arg(long, value_name = "CLUSTER:GPUS@DATE")]
    pub add: Vec<String>,
    /// What if demand is another from the start: research:-30%, all:+20%.
    #[arg(long, value_name = "WORKLOAD-OR-SERVICE:CHANGE")]
    pub demand: Vec<String>,
    /// What if nothing may run in a jurisdiction any more from a day on, paid or not: ae@2027-03-01.
    #[arg(long, value_name = "JURISDICTION@DATE")]
    pub ban: Vec<String>,
    /// Go on until half the interval of every variant's difference is within this share of the baseline's mean: `wait_s_mean:5%`.
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
