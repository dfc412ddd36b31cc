//! Demand paths, speeds and the clusters that something may use.

use super::Compiler;
use super::capacity::{Clusters, Vendors};
use crate::model::calendar::Calendar;
use crate::model::demand::{Demand, Growth};
use crate::scenario::spec::{GrowthSpec, ProfileSpec, SpeedSpec};
use crate::units::Span;
use indexmap::IndexMap;
use std::ops::Range;

/// Where something may run, as written.
pub(super) struct Limits<'a> {
    pub gpus: Option<&'a Vec<String>>,
    pub vendors: Option<&'a Vec<String>>,
    pub clusters: Option<&'a Vec<String>>,
    pub only_jurisdictions: Option<&'a Vec<String>>,
    pub not_jurisdictions: Option<&'a Vec<String>>,
}

/// How demand moves, as written or by default.
pub(super) struct Path {
    pub factor: f64,
    pub growth: Option<GrowthSpec>,
    pub daily: ProfileSpec,
    pub weekend: f64,
}

impl Compiler<'_, '_> {
    /// A demand path of this level. Errors give a path that is flat.
    pub(super) fn demand(&mut self, at: &str, base: f64, path: &Path, calendar: &Calendar) -> Demand {
        let weekend = self.within(&format!("{at}.weekend"), path.weekend, 0.0, 10.0).unwrap_or(1.0);
        let scale = 7.0 / (5.0 + 2.0 * weekend);
        let mut weekly = [scale; 7];
        weekly[5] = scale * weekend;
        weekly[6] = scale * weekend;
        Demand {
            base,
            factor: self.within(&format!("{at}.factor"), path.factor, 0.0, 1e6).unwrap_or(1.0),
            growth: path.growth.map_or(Growth::none(), |growth| self.growth(&format!("{at}.growth"), growth)),
            daily: self.profile(&format!("{at}.daily"), &path.daily),
            weekly,
            start_weekday: calendar.start_weekday(),
            steps: None,
        }
    }

    fn growth(&mut self, at: &str, spec: GrowthSpec) -> Growth {
        let half_life = spec.half_life().span();
        if half_life < Span::DAY {
            self.error(&format!("{at}.half_life"), "`half_life` must be at least a day");
        }
        let per_year = self.within(&format!("{at}.per_year"), spec.per_year, 0.01, 1000.0).unwrap_or(1.0);
        let decays_to = self.within(&format!("{at}.decays_to"), spec.decays_to.unwrap_or(per_year), 0.01, 1000.0).unwrap_or(1.0);
        Growth { per_year, decays_to, half_life: half_life.max(Span::DAY) }
    }

    fn profile(&mut self, at: &str, spec: &ProfileSpec) -> [f64; 24] {
        let named = |name: &str| {
            let facts = self.catalog.workload(name);
            facts
                .into_iter()
                .flat_map(|fact| fact.value.split_whitespace())
                .filter_map(|text| text.parse().ok())
                .collect::<Vec<f64>>()
        };
        let hours = match spec {
            ProfileSpec::Flat => return [1.0; 24],
            ProfileSpec::Office => (0..24).map(|hour| if (9..18).contains(&hour) { 2.0 } else { 0.4 }).collect(),
            ProfileSpec::Chat => named("m-small-hours"),
            ProfileSpec::Enterprise => named("m-large-hours"),
            ProfileSpec::Hours(hours) => hours.clone(),
        };
        let total: f64 = hours.iter().sum();
        let Ok(hours) = <[f64; 24]>::try_from(hours) else {
            self.error_help(at, "a profile has 24 multipliers", "one for each hour from midnight UTC on");
            return [1.0; 24];
        };
        if total <= 0.0 {
            self.error(at, "a profile needs at least one multiplier above 0");
            return [1.0; 24];
        }
        hours.map(|hour| hour * 24.0 / total)
    }

    /// Speed on each cluster against `reference`; 0 where the limits forbid it or the table leaves the type out.
    pub(super) fn speeds(
        &mut self,
        at: &str,
        limits: &Limits<'_>,
        speed: &SpeedSpec,
        reference: &str,
        vendors: &Vendors,
        clusters: &Clusters,
    ) -> Vec<f64> {
        self.check_limits(at, limits, vendors, clusters);
        let Some(reference_gpu) = self.catalog.gpu_type(reference) else { return vec![0.0; clusters.list.len()] };
        let table = match speed {
            SpeedSpec::Table(table) => {
                self.check_speeds(&format!("{at}.speed.table"), table, 1000.0);
                Some(table.clone())
            }
            SpeedSpec::Throughput(table) => Some(self.relative(&format!("{at}.speed.throughput"), table, reference)),
            SpeedSpec::Same | SpeedSpec::ByBf16 => None,
        };
        let allowed = |list: Option<&Vec<String>>, name: &str| list.is_none_or(|list| list.iter().any(|entry| entry == name));
        (clusters.list.iter())
            .map(|cluster| {
                let vendor = &vendors.list[cluster.vendor.index()].key;
                let banned = limits.not_jurisdictions.is_some_and(|list| list.contains(&cluster.jurisdiction));
                if banned
                    || !allowed(limits.gpus, &cluster.gpu_type)
                    || !allowed(limits.vendors, vendor)
                    || !allowed(limits.clusters, &cluster.name)
                    || !allowed(limits.only_jurisdictions, &cluster.jurisdiction)
                {
                    return 0.0;
                }
                match (&table, speed) {
                    (Some(table), _) => table.get(&cluster.gpu_type).copied().unwrap_or(0.0),
                    (None, SpeedSpec::Same) => 1.0,
                    (None, _) => cluster.h100_equivalents / reference_gpu.h100_equivalents(),
                }
            })
            .collect()
    }

    /// Says which GPU types of a table there are not, and which values are out of their range.
    fn check_speeds(&mut self, at: &str, table: &IndexMap<String, f64>, most: f64) {
        for (gpu, &value) in table {
            let path = format!("{at}.{gpu}");
            self.within(&path, value, 0.0, most);
            self.check_gpu_at(self.document.key_span(&path), gpu);
        }
    }

    /// Throughputs against that of the reference or, where it is not among them, of the first.
    fn relative(&mut self, at: &str, table: &IndexMap<String, f64>, reference: &str) -> IndexMap<String, f64> {
        self.check_speeds(at, table, 1e12);
        let Some((base, &unit)) = table.get_key_value(reference).or_else(|| table.first()) else {
            self.error(at, "a table of throughputs needs at least one GPU type");
            return IndexMap::new();
        };
        if unit <= 0.0 {
            let title = format!("the throughput on {base} is 0, and the others count against it");
            self.error_help(&format!("{at}.{base}"), title, "name another `reference_gpu`, one on which the jobs run");
            return IndexMap::new();
        }
        let relative: IndexMap<String, f64> = table.iter().map(|(gpu, value)| (gpu.clone(), value / unit)).collect();
        if let Some((gpu, ratio)) = relative.iter().find(|(_, ratio)| **ratio > 1000.0) {
            let title = format!("{gpu} is {ratio:.0} times as fast as {base}, against which throughputs count");
            self.error_help(&format!("{at}.{gpu}"), title, "allowed: up to 1000 times; name another `reference_gpu`");
        }
        relative
    }

    pub(super) fn check_gpu(&mut self, path: &str, gpu: &str) {
        self.check_gpu_at(self.document.span(path), gpu);
    }

    fn check_gpu_at(&mut self, span: Option<Range<usize>>, gpu: &str) {
        if self.catalog.gpu_type(gpu).is_none() {
            let types = self.catalog.gpu_types.iter().map(|known| known.name.as_str());
            let issue = self.issues.unknown("GPU type", gpu, span, types);
            self.issues.push(issue);
        }
    }

    fn check_limits(&mut self, at: &str, limits: &Limits<'_>, vendors: &Vendors, clusters: &Clusters) {
        for (index, gpu) in limits.gpus.into_iter().flatten().enumerate() {
            self.check_gpu(&format!("{at}.only_gpus[{index}]"), gpu);
        }
        for (index, vendor) in limits.vendors.into_iter().flatten().enumerate() {
            self.resolve(&format!("{at}.only_vendors[{index}]"), "vendor", vendor, &vendors.names);
        }
        for (index, cluster) in limits.clusters.into_iter().flatten().enumerate() {
            self.resolve(&format!("{at}.only_clusters[{index}]"), "cluster", cluster, &clusters.names);
        }
        // A cluster that could not be understood may be the only one in a jurisdiction.
        if !clusters.names.broken.is_empty() {
            return;
        }
        let mut known: Vec<&str> = clusters.list.iter().map(|cluster| cluster.jurisdiction.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        // The older name of a key is looked for where it is written.
        let barred = if self.document.has(&format!("{at}.not_in")) { "not_in" } else { "not_jurisdictions" };
        for (key, list) in [("only_jurisdictions", limits.only_jurisdictions), (barred, limits.not_jurisdictions)] {
            for (index, name) in list.into_iter().flatten().enumerate().filter(|(_, name)| !known.contains(&name.as_str())) {
                let span = self.document.span(&format!("{at}.{key}[{index}]"));
                let issue = self.issues.unknown("jurisdiction", name, span, known.iter().copied());
                self.issues.push(issue);
            }
        }
    }
}
