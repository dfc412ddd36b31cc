//! Whether a scenario is of a size that can be simulated.

use super::Compiler;
use crate::kernel::names::grouped;
use crate::model::Model;
use crate::model::eviction::EvictionTimes;
use crate::model::outage::OutageTimes;
use crate::sim::{Estimate, MOST_JOBS_AT_ONCE};
use crate::units::SimTime;

/// The most memory that the accounts of a replication may take [bytes].
const MOST_BYTES: f64 = 3e9;
/// From here on the estimate is said [jobs of all replications, bytes].
const MANY_JOBS: f64 = 5e7;
const MANY_BYTES: f64 = 1e9;
/// Evictions and outages of a replication are drawn beforehand, so their number is limited.
const MOST_EVENTS: f64 = 1e7;

impl Compiler<'_, '_> {
    /// Refuses what cannot be held in memory, naming the limit and where the most of it comes from; warns of what takes long.
    pub(super) fn size(&mut self, model: &Model) {
        if self.issues.has_errors() {
            return;
        }
        self.drawn_beforehand(model);
        let estimate = Estimate::of(model);
        let largest = Estimate::largest(model).map_or(String::new(), |workload| format!("workload.{}", workload.name));
        let help = "give it fewer jobs, let one job stand for many (bundle_of), or add GPUs";
        let count = |value: f64| grouped(value.min(1e18) as usize);
        if estimate.surely_at_once > MOST_JOBS_AT_ONCE as f64 {
            let title = format!(
                "about {} jobs would wait or run at once in the end, and a replication may hold {}",
                count(estimate.jobs_at_once),
                count(MOST_JOBS_AT_ONCE as f64)
            );
            self.error_help(&largest, title, format!("most jobs are of this workload: {help}"));
        } else if estimate.bytes > MOST_BYTES {
            let title = format!(
                "the accounts of {} clusters x {} workloads and services x {} months would take about {:.0} GB, and a replication may take {:.0} GB",
                model.clusters.len(),
                model.workloads.len() + model.services.len(),
                model.calendar.months().len(),
                estimate.bytes / 1e9,
                MOST_BYTES / 1e9
            );
            self.error_help("scenario", title, "let it end earlier, or have fewer clusters or workloads");
        } else if estimate.jobs * f64::from(model.replications) > MANY_JOBS || estimate.bytes > MANY_BYTES {
            let title = format!("this takes long: {estimate}");
            let path = if largest.is_empty() { "scenario" } else { &largest };
            self.warn(path, title, format!("most jobs are of this workload; to make it shorter, {help}"));
        }
    }

    fn drawn_beforehand(&mut self, model: &Model) {
        let days = (model.horizon() - SimTime::ZERO).days();
        let mut sum = 0.0;
        for cluster in &model.clusters {
            if let Some(EvictionTimes::Random { per_day }) = cluster.evictions.as_ref().map(|law| &law.times) {
                sum += per_day * days;
                if sum > MOST_EVENTS {
                    let path = format!("cluster.{}.eviction.per_day", cluster.name);
                    self.too_many_events(&path, "evictions", sum);
                    return;
                }
            }
        }
        sum = 0.0;
        for outage in &model.outages {
            if let OutageTimes::Random { per_year, .. } = &outage.times {
                sum += per_year * days / 365.25;
                if sum > MOST_EVENTS {
                    self.too_many_events(&format!("outage.{}", outage.name), "outages", sum);
                    return;
                }
            }
        }
    }

    fn too_many_events(&mut self, path: &str, what: &str, count: f64) {
        let most = grouped(MOST_EVENTS as usize);
        let title = format!("up to here, {} {what} are drawn for a replication, and it may have {most}", grouped(count as usize));
        self.error_help(path, title, "let them come less often, or let the scenario end earlier");
    }
}
