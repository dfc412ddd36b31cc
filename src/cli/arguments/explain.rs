//! What can be written behind `explain`.

use super::{Format, QuestionArguments, ScenarioArguments};
use clap::Args;

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(
    after_help = "Every job that waits has one cause at any instant. Tested in this order: no capacity yet (no cluster it may use has \
    as many GPUs installed), head of line (it fits, but the policy holds it), outage, exclusivity, restriction (it fits only where that \
    keeps it out), topology (it fits in no NVLink domain), fragmentation (enough free GPUs, but no nodes that hold it), busy."
)]
pub struct ExplainArguments {
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// One of the scenario's variants instead of the scenario as it is.
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    #[command(flatten)]
    pub questions: QuestionArguments,
    /// One job, stretch by stretch: its workload, and its number there (or its id, in a trace).
    #[arg(long, value_name = "WORKLOAD:ORDINAL", conflicts_with_all = ["workload", "month", "cluster"])]
    pub job: Option<String>,
    /// Only the jobs of a workload.
    #[arg(long, value_name = "NAME")]
    pub workload: Option<String>,
    /// Only the jobs submitted in a month, and GPUs idle in it.
    #[arg(long, value_name = "YYYY-MM")]
    pub month: Option<String>,
    /// Only the jobs that started first on a cluster, and its GPUs.
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// The future to explain; `run --jobs` writes the jobs of number 0.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..100_000))]
    pub replication: u32,
    /// Root of all random draws [default: the scenario's].
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Format of what is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Print nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}
