//! Events that were watched: what they cost at once, and how long their traces lasted.

use super::{Reading, Scope, Time};
use crate::metrics::{Observation, Watched};
use crate::model::Model;
use crate::units::GpuTime;

impl Reading {
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
            let mut put = |metric, value| self.push(metric, Scope::Event(index), Time::Total, defined(value));
            put("queued_gpus_before", seen.queued_before.as_f64());
            put("queued_gpus_peak", seen.queued_peak.as_f64());
            put("drained_share", f64::from(u8::from(seen.drained.is_some())));
            put("days_to_drain", drained);
            put("interruptions", seen.interruptions as f64);
            put("served_gpu_hours", seen.allocated.iter().copied().sum::<GpuTime>().hours());
            put("lost_gpu_hours", seen.lost.iter().copied().sum::<GpuTime>().hours());
            put("served_h100e_hours", h100e(&seen.allocated));
            put("lost_h100e_hours", h100e(&seen.lost));
            put("served_it_mwh", it_mwh(&seen.allocated));
            put("lost_it_mwh", it_mwh(&seen.lost));
            for (part, metric) in ["within_objective_during_share", "within_objective_after_share"].into_iter().enumerate() {
                put(metric, share(seen, part));
            }
        }
    }
}

fn share(seen: &Watched, part: usize) -> f64 {
    seen.within_objective_tokens[part] / seen.demanded_tokens[part]
}
