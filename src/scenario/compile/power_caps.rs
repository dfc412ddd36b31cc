//! Caps on power, of clusters and of grids.

use super::Compiler;
use super::capacity::Clusters;
use crate::model::calendar::Calendar;
use crate::model::power_cap::PowerCap;
use crate::scenario::spec::{ClusterSpec, GridSpec, PowerStepSpec};
use crate::units::{ClusterId, SimTime};

impl Compiler<'_, '_> {
    /// The caps of grids, after those that clusters have of their own; what each cluster can have under power in the end is noted with it.
    pub(super) fn power_caps(&mut self, calendar: Option<&Calendar>, clusters: &mut Clusters) -> Vec<PowerCap> {
        let mut caps = std::mem::take(&mut clusters.caps);
        let entries: Vec<(String, Option<GridSpec>)> = self.document.section("grid", self.issues);
        for (name, spec) in entries {
            let (Some(spec), Some(calendar)) = (spec, calendar) else { continue };
            let at = format!("grid.{name}");
            self.grade(&format!("grid {name}"), spec.note.clone().unwrap_or_default(), spec.confidence, spec.source.as_ref());
            let fed: Vec<ClusterId> =
                (0..clusters.list.len()).filter(|&index| clusters.list[index].grid == name).map(ClusterId::from).collect();
            if fed.is_empty() && clusters.names.broken.is_empty() {
                let mut grids: Vec<&str> = clusters.list.iter().map(|cluster| cluster.grid.as_str()).collect();
                grids.sort_unstable();
                grids.dedup();
                let span = self.document.key_span(&at);
                let issue = self.issues.unknown("grid", &name, span, grids.into_iter());
                self.issues.push(issue.label("no cluster names this grid"));
            }
            let steps = self.power_steps(&at, Some(spec.max_mw), &spec.max_mw_steps, calendar);
            caps.extend(steps.map(|steps| PowerCap { name, clusters: fed, steps }));
        }
        for (index, cluster) in clusters.list.iter_mut().enumerate() {
            let theirs = caps.iter().filter(|cap| cap.clusters.contains(&index.into()));
            cluster.most_powered = theirs.map(|cap| PowerCap::gpus(cluster, cap.last())).min().unwrap_or(u64::MAX);
        }
        caps
    }

    /// A cluster's own cap.
    pub(super) fn power_cap(&mut self, id: ClusterId, name: &str, spec: &ClusterSpec, calendar: &Calendar) -> Option<PowerCap> {
        let steps = self.power_steps(&format!("cluster.{name}"), spec.max_mw, &spec.max_mw_steps, calendar)?;
        Some(PowerCap { name: name.to_owned(), clusters: vec![id], steps })
    }

    fn power_steps(
        &mut self,
        at: &str,
        first: Option<f64>,
        raised: &[PowerStepSpec],
        calendar: &Calendar,
    ) -> Option<Vec<(SimTime, f64)>> {
        let Some(first) = first else {
            if !raised.is_empty() {
                self.error_help(
                    &format!("{at}.max_mw_steps"),
                    "a cap that rises needs the `max_mw` that holds before",
                    "give `max_mw` too",
                );
            }
            return None;
        };
        let mut steps = vec![(SimTime::ZERO, self.within(&format!("{at}.max_mw"), first, 0.0, 1e6)? * 1e3)];
        for (index, step) in raised.iter().enumerate() {
            let path = format!("{at}.max_mw_steps[{index}]");
            let kilowatts = self.within(&format!("{path}.max_mw"), step.max_mw, 0.0, 1e6)? * 1e3;
            let from = calendar.at(step.date.0);
            let &(before, least) = steps.last()?;
            if from < before || kilowatts < least {
                let help = "write steps in the order of their dates, each with at least as much power as the one before; for power that is lost \
                            for a while there are outages";
                self.error_help(&path, "a cap on power must not fall", help);
                return None;
            }
            steps.push((from, kilowatts));
        }
        Some(steps)
    }
}
