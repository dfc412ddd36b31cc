//! How well services keep their objectives.

use super::PeriodKind::Total;
use super::ScopeKind::{self, Service};
use super::Shape::Skewed;
use super::Table::Workloads;
use super::{Table, family};

const SERVICE: &[ScopeKind] = &[Service];
const BY_USER: &[Table] = &[Workloads];

family! { "Services":
    /// Output tokens asked for.
    DEMANDED_TOKENS("demanded_tokens", "tokens demanded", Tokens, Neither, NonNegative, SERVICE) { tables: BY_USER };
    /// Output tokens served within the objective / output tokens asked for.
    WITHIN_OBJECTIVE_SHARE("within_objective_share", "SLO met %", Share, Higher, Share, SERVICE) {
        tables: BY_USER, headline: Some(60),
    };
    /// Output tokens served / those asked for and those that waited when the span of time began.
    SERVED_SHARE("served_share", "tokens served %", Share, Higher, Share, SERVICE) { tables: BY_USER };
    /// Output tokens of requests that left unserved / those asked for and those that waited when the span of time began.
    DROPPED_SHARE("dropped_share", "tokens dropped %", Share, Lower, Share, SERVICE) { tables: BY_USER };
    /// Largest backlog of output tokens.
    BACKLOG_PEAK_TOKENS("backlog_peak_tokens", "largest backlog, tokens", Tokens, Lower, NonNegative, SERVICE) { tables: BY_USER, shape: Skewed };
    /// Share of the time during which some requests missed the objective.
    BELOW_OBJECTIVE_TIME_SHARE("below_objective_time_share", "time below SLO %", Share, Lower, Share, SERVICE) { tables: BY_USER };
    /// Replicas that hold the objective at the largest demand of the month. Those beyond the ones that the service holds are counted on the
    /// fastest GPUs that it may use. Of a year or the whole run: those of the month in which it lacks most.
    NEEDED_REPLICAS("needed_replicas", "replicas needed", Count, Neither, NonNegative, SERVICE) { tables: BY_USER };
    /// The most replicas that the service held in the month; as many as it needs where it got all that it asked for. Of a year or the whole
    /// run: those of the month in which it lacks most.
    AVAILABLE_REPLICAS("available_replicas", "replicas available", Count, Neither, NonNegative, SERVICE) { tables: BY_USER };
    /// GPUs of the replicas that it needs and does not have, in the month in which it lacks most.
    LACKING_GPUS("lacking_gpus", "GPUs lacking", Gpus, Lower, NonNegative, SERVICE) { tables: BY_USER };
    /// Output tokens served within the objective / GPU-hours allocated to the service.
    TOKENS_WITHIN_OBJECTIVE_PER_GPU_HOUR("tokens_within_objective_per_gpu_hour", "tokens within SLO per GPU-hour",
        TokensPerGpuHour, Higher, NonNegative, SERVICE) { periods: &[Total] };
    /// USD charged to the service / million output tokens served within the objective.
    USD_PER_MILLION_TOKENS_WITHIN_OBJECTIVE("usd_per_million_tokens_within_objective", "USD per million tokens within SLO",
        UsdPerMillionTokens, Lower, NonNegative, SERVICE) { periods: &[Total], stands_alone: false };
}
