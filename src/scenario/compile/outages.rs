//! Outages: which clusters, when.

use super::Compiler;
use super::capacity::{Clusters, Vendors};
use crate::model::calendar::Calendar;
use crate::model::outage::{Outage, OutageKind, OutageTimes};
use crate::scenario::spec::{OrLaw, OutageKindSpec, OutageSpec};
use crate::units::{ClusterId, Span};
use std::collections::BTreeSet;

/// The longest outage: a hundred years [s].
pub(super) const LONGEST_S: f64 = 100.0 * 31_557_600.0;

impl Compiler<'_, '_> {
    pub(super) fn outages(&mut self, calendar: Option<&Calendar>, vendors: &Vendors, clusters: &Clusters) -> Vec<Outage> {
        let entries: Vec<(String, Option<OutageSpec>)> = self.document.section("outage", self.issues);
        let mut list = Vec::new();
        for (name, spec) in entries {
            let Some(spec) = spec else { continue };
            let at = format!("outage.{name}");
            let places = self.places(&at, &spec, vendors, clusters);
            let times = calendar.and_then(|calendar| self.times(&at, &spec, calendar));
            let about = format!("outage {name}");
            self.grade(&about, spec.note.clone().unwrap_or_default(), spec.confidence, spec.source.as_ref());
            let (Some(clusters), Some(times)) = (places, times) else { continue };
            let kind = match spec.kind() {
                OutageKindSpec::DataPlane => OutageKind::DataPlane,
                OutageKindSpec::ControlPlane => OutageKind::ControlPlane,
                OutageKindSpec::Ingress => OutageKind::Ingress,
            };
            let maintenance = spec.maintenance();
            if maintenance && kind != OutageKind::DataPlane {
                let help = "contracts credit for outages of the data plane alone; leave `maintenance` out";
                self.error_help(&format!("{at}.maintenance"), format!("maintenance of the {} means nothing", kind.word()), help);
            }
            list.push(Outage { name, kind, clusters, maintenance, times });
        }
        list
    }

    /// The clusters that match all that is said.
    fn places(&mut self, at: &str, spec: &OutageSpec, vendors: &Vendors, clusters: &Clusters) -> Option<Vec<ClusterId>> {
        let mut is_sound = true;
        let mut matching: BTreeSet<usize> = (0..clusters.list.len()).collect();
        if let Some(key) = &spec.vendor {
            match self.resolve(&format!("{at}.vendor"), "vendor", key, &vendors.names) {
                Some(vendor) => matching.retain(|&index| clusters.list[index].vendor == vendor.into()),
                None => is_sound = false,
            }
        }
        if let Some(region) = &spec.region {
            let mut regions: Vec<&str> = clusters.list.iter().map(|cluster| cluster.region.as_str()).collect();
            regions.sort_unstable();
            regions.dedup();
            if regions.contains(&region.as_str()) {
                matching.retain(|&index| clusters.list[index].region == *region);
            } else {
                is_sound = false;
                let span = self.document.span(&format!("{at}.region"));
                let issue = self.issues.unknown("region", region, span, regions.into_iter());
                self.issues.push(issue);
            }
        }
        if let Some(keys) = &spec.clusters {
            let mut named = BTreeSet::new();
            for (index, key) in keys.iter().enumerate() {
                let found = self.resolve(&format!("{at}.clusters[{index}]"), "cluster", key, &clusters.names);
                is_sound &= found.is_some();
                named.extend(found);
            }
            matching.retain(|index| named.contains(index));
        }
        if spec.vendor.is_none() && spec.region.is_none() && spec.clusters.is_none() {
            self.error(at, "an outage needs a `vendor`, a `region` or `clusters`");
            return None;
        }
        if is_sound && matching.is_empty() && !clusters.list.is_empty() {
            self.error(at, "no cluster matches all that is said of this outage");
            return None;
        }
        (is_sound && !matching.is_empty()).then(|| matching.into_iter().map(ClusterId::from).collect())
    }

    fn times(&mut self, at: &str, spec: &OutageSpec, calendar: &Calendar) -> Option<OutageTimes> {
        let path = format!("{at}.duration");
        match (spec.start, spec.per_year) {
            (Some(start), None) => {
                let OrLaw::Value(duration) = &spec.duration else {
                    self.error(&path, "the duration of an outage at a given time is a plain value");
                    return None;
                };
                let from = calendar.moment(start.0);
                if from < crate::units::SimTime::ZERO || from >= calendar.horizon() {
                    let title = format!("the outage begins at {start}, outside the scenario");
                    let (first, last) = (calendar.start(), calendar.last_day());
                    self.error_help(&format!("{at}.start"), title, format!("the scenario lasts from {first} to {last}"));
                    return None;
                }
                if duration.span() <= Span::ZERO {
                    self.error(&path, "an outage must have a positive duration");
                    return None;
                }
                Some(OutageTimes::Scheduled { from, until: from.saturating_add(duration.span()) })
            }
            (None, Some(per_year)) => {
                let duration_s = self.law(&path, &spec.duration, 0.0, LONGEST_S);
                let per_year = self.within(&format!("{at}.per_year"), per_year, 0.0, 10_000.0);
                Some(OutageTimes::Random { per_year: per_year?, duration_s: duration_s? })
            }
            _ => {
                self.error(at, "an outage needs either a `start` or `per_year`");
                None
            }
        }
    }
}
