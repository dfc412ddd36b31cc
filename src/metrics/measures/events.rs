//! Events that were watched: what they cost at once, and how long their traces lasted.

use super::{Collector, Scope, Time};
use crate::metrics::{Observation, Watched, catalog};
use crate::model::Model;
use crate::units::GpuTime;

impl Collector {
    pub(super) fn events(&mut self, model: &Model, observation: &Observation) {
        for (index, (watch, seen)) in model.watches.iter().zip(&observation.watched).enumerate() {
            let defined = |value: f64| if seen.happened { value } else { f64::NAN };
            let h100e = |times: &[GpuTime]| -> f64 {
                model.clusters.iter().zip(times).map(|(cluster, time)| time.hours() * cluster.h100_equivalents).sum()
            };
            let it_mwh = |times: &[GpuTime]| -> f64 {
                model.clusters.iter().zip(times).map(|(cluster, time)| time.hours() * cluster.power.it_kw_per_gpu / 1e3).sum()
            };
            let drained = seen.drained.map_or(f64::NAN, |drained| (drained - watch.until).days());
            let mut put = |metric, value| self.record(metric, Scope::Event(index), Time::Total, defined(value));
            put(&catalog::QUEUED_GPUS_BEFORE, seen.queued_before.as_f64());
            put(&catalog::QUEUED_GPUS_PEAK, seen.queued_peak.as_f64());
            put(&catalog::DRAINED_SHARE, f64::from(u8::from(seen.drained.is_some())));
            put(&catalog::DAYS_TO_DRAIN, drained);
            put(&catalog::INTERRUPTIONS, seen.interruptions as f64);
            put(&catalog::SERVED_GPU_HOURS, seen.allocated.iter().copied().sum::<GpuTime>().hours());
            put(&catalog::LOST_GPU_HOURS, seen.lost.iter().copied().sum::<GpuTime>().hours());
            put(&catalog::SERVED_H100E_HOURS, h100e(&seen.allocated));
            put(&catalog::LOST_H100E_HOURS, h100e(&seen.lost));
            put(&catalog::SERVED_IT_MWH, it_mwh(&seen.allocated));
            put(&catalog::LOST_IT_MWH, it_mwh(&seen.lost));
            for (part, metric) in
                [&catalog::WITHIN_OBJECTIVE_DURING_SHARE, &catalog::WITHIN_OBJECTIVE_AFTER_SHARE].into_iter().enumerate()
            {
                put(metric, share(seen, part));
            }
        }
    }
}

fn share(seen: &Watched, part: usize) -> f64 {
    seen.within_objective_tokens[part] / seen.demanded_tokens[part]
}
