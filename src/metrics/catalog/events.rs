//! Watched events: what they cost at once, and how long their traces last.

use super::PeriodKind::{self, Total};
use super::ScopeKind::{self, Event};
use super::Shape::Skewed;
use super::{Futures, family};

const EVENT: &[ScopeKind] = &[Event];
const ONCE: &[PeriodKind] = &[Total];

family! { "Events":
    /// GPUs that waiting jobs asked for just before the event.
    QUEUED_GPUS_BEFORE("queued_gpus_before", "queued GPUs before", Gpus, Lower, NonNegative, EVENT) {
        periods: ONCE, only_with: "a watched event", shape: Skewed,
    };
    /// The most GPUs that waiting jobs asked for, from the event's beginning until its backlog was drained.
    QUEUED_GPUS_PEAK("queued_gpus_peak", "queued GPUs at the peak", Gpus, Lower, NonNegative, EVENT) {
        periods: ONCE, only_with: "a watched event", shape: Skewed,
    };
    /// Share of futures in which the event's backlog was drained before the horizon.
    DRAINED_SHARE("drained_share", "backlog drained %", Share, Higher, Share, EVENT) { periods: ONCE, only_with: "a watched event", futures: Futures::Share };
    /// Days from the event's end until waiting jobs asked for no more GPUs than before it, in futures where they did.
    DAYS_TO_DRAIN("days_to_drain", "days to drain", Days, Lower, NonNegative, EVENT) { periods: ONCE, only_with: "a watched event", shape: Skewed };
    /// GPU-hours that jobs and services held while the event lasted.
    SERVED_GPU_HOURS("served_gpu_hours", "GPU-hours served", GpuHours, Higher, NonNegative, EVENT) {
        periods: ONCE, only_with: "a watched event",
    };
    /// H100e-hours that jobs and services held while the event lasted.
    SERVED_H100E_HOURS("served_h100e_hours", "H100e-hours served", H100eHours, Higher, NonNegative, EVENT) {
        periods: ONCE, only_with: "a watched event",
    };
    /// H100e-hours of work lost while the event lasted.
    LOST_H100E_HOURS("lost_h100e_hours", "lost H100e-hours", H100eHours, Lower, NonNegative, EVENT) {
        periods: ONCE, only_with: "a watched event",
    };
    /// IT energy of the GPUs that jobs and services held while the event lasted.
    SERVED_IT_MWH("served_it_mwh", "IT energy served, MWh", Mwh, Higher, NonNegative, EVENT) {
        periods: ONCE, only_with: "a watched event",
    };
    /// IT energy of work lost while the event lasted.
    LOST_IT_MWH("lost_it_mwh", "lost IT energy, MWh", Mwh, Lower, NonNegative, EVENT) { periods: ONCE, only_with: "a watched event" };
    /// Output tokens served within the objective / asked for, over all services, while the event lasted.
    WITHIN_OBJECTIVE_DURING_SHARE("within_objective_during_share", "SLO met during %", Share, Higher, Share, EVENT) {
        periods: ONCE, only_with: "a watched event",
    };
    /// The same for as long again after the event, and at least for a day.
    WITHIN_OBJECTIVE_AFTER_SHARE("within_objective_after_share", "SLO met after %", Share, Higher, Share, EVENT) {
        periods: ONCE, only_with: "a watched event",
    };
}
