//! Links between vendors, prices of egress, and where data lie.

use super::Compiler;
use super::capacity::{Clusters, Vendors};
use crate::model::confidence::Confidence;
use crate::model::job::Workload;
use crate::model::transfer::{DataSet, Link, Transfers};
use crate::scenario::spec::{DataSpec, LinkSpec, LinksSpec};
use crate::units::VendorId;
use std::sync::Arc;

/// The largest amount of data of one job [GB].
const MOST_GB: f64 = 1e9;

impl Compiler<'_, '_> {
    /// Links between all pairs of vendors; none where nothing moves.
    pub(super) fn transfers(&mut self, vendors: &Vendors, clusters: &Clusters, workloads: &[Workload]) -> Option<Arc<Transfers>> {
        let common: LinksSpec = self.document.table("links", self.issues).unwrap_or_default();
        let own: Vec<(usize, LinkSpec)> = self.document.list("link", self.issues);
        let count = vendors.list.len();
        let gbps = self.gbps("links.default_gbps", Some(common.default_gbps())).unwrap_or(1.0);
        let mut links = vec![Link { gbps, nano_usd_per_gb: 0 }; count * count];
        for from in 0..count {
            let price = self.egress(vendors, from);
            // Between the regions of one vendor nothing is billed unless a link says so.
            (0..count).filter(|&to| to != from).for_each(|to| links[from * count + to].nano_usd_per_gb = price);
        }
        let mut seen = Vec::new();
        for (index, link) in own {
            let at = format!("link[{index}]");
            let from = self.resolve(&format!("{at}.from"), "vendor", &link.from, &vendors.names);
            let to = self.resolve(&format!("{at}.to"), "vendor", &link.to, &vendors.names);
            let gbps = self.gbps(&format!("{at}.gbps"), link.gbps);
            let price = link.egress_usd_per_gb.and_then(|usd| self.within(&format!("{at}.egress_usd_per_gb"), usd, 0.0, 1000.0));
            let (Some(from), Some(to)) = (from, to) else { continue };
            if seen.contains(&(from, to)) {
                self.error(&at, format!("the link from `{}` to `{}` is listed twice", link.from, link.to));
            }
            seen.push((from, to));
            let place = &mut links[from * count + to];
            place.gbps = gbps.unwrap_or(place.gbps);
            place.nano_usd_per_gb = price.map_or(place.nano_usd_per_gb, nano_usd);
        }
        let transfers = Transfers::new(links, &vendors.list, &clusters.list, workloads);
        if transfers.is_none() && self.issues.errors() == 0 {
            for section in ["links", "link"].into_iter().filter(|section| self.document.has(section)) {
                let help = "give workloads `data`, or checkpoints a `size_gb_per_gpu`";
                self.warn(section, "nothing moves over links: no workload says how much there is to move", help);
            }
        }
        if transfers.is_some() {
            self.note_defaults(vendors, &common);
        }
        transfers.map(Arc::new)
    }

    fn gbps(&mut self, path: &str, gbps: Option<f64>) -> Option<f64> {
        self.within(path, gbps?, 1e-6, 1e9)
    }

    /// What a vendor bills for data that leave it [nano-USD per GB].
    fn egress(&mut self, vendors: &Vendors, vendor: usize) -> u64 {
        let key = vendors.list[vendor].key.as_str();
        let spec = &vendors.specs[vendor];
        let listed = self.catalog.egress_of(key).map(|fact| fact.usd_per_gb);
        let usd = spec.egress_usd_per_gb.or(listed).unwrap_or_else(|| spec.egress_usd_per_gb());
        nano_usd(self.within(&format!("vendor.{key}.egress_usd_per_gb"), usd, 0.0, 1000.0).unwrap_or(0.0))
    }

    /// Notes what the program chose, where it matters.
    fn note_defaults(&mut self, vendors: &Vendors, common: &LinksSpec) {
        if common.default_gbps.is_none() {
            let value = format!("{} Gbit/s", common.default_gbps());
            self.default_at("links.default_gbps", "bandwidth of links that state none", value, "", Confidence::Assumption);
        }
        for (vendor, _) in vendors.list.iter().zip(&vendors.specs).filter(|(_, spec)| spec.egress_usd_per_gb.is_none()) {
            let about = format!("egress of {}", vendor.name);
            match self.catalog.egress_of(&vendor.key) {
                Some(fact) => self.default(&about, format!("{} USD per GB", fact.usd_per_gb), &fact.source, fact.confidence),
                None => self.default(&about, "free", "", Confidence::Assumption),
            }
        }
    }

    /// A workload's data: how much, and from whom each cluster gets it.
    pub(super) fn data_set(&mut self, at: &str, spec: &DataSpec, vendors: &Vendors, clusters: &Clusters) -> Option<DataSet> {
        let at = format!("{at}.data");
        let vendor = match &spec.vendor {
            Some(key) => Some(VendorId::from(self.resolve(&format!("{at}.vendor"), "vendor", key, &vendors.names)?)),
            None => None,
        };
        let megabytes = self.megabytes(&format!("{at}.size_gb"), spec.size_gb)?;
        if let Some(region) = &spec.region {
            let theirs = clusters.list.iter().filter(|cluster| vendor.is_none_or(|vendor| cluster.vendor == vendor));
            let mut regions: Vec<&str> = theirs.map(|cluster| cluster.region.as_str()).collect();
            regions.sort_unstable();
            regions.dedup();
            if !regions.contains(&region.as_str()) {
                let what = spec.vendor.as_ref().map_or("region".to_owned(), |key| format!("region of `{key}`:"));
                let span = self.document.span(&format!("{at}.region"));
                // A cluster that could not be understood may be the one that is meant.
                if clusters.names.broken.is_empty() {
                    let issue = self.issues.unknown(&what, region, span, regions.into_iter());
                    self.issues.push(issue);
                }
                return None;
            }
        }
        if vendor.is_none() && spec.region.is_none() {
            self.error(&at, "data need a `vendor` or a `region` where they lie");
            return None;
        }
        let is_there = |index: usize| {
            let cluster = &clusters.list[index];
            vendor.is_none_or(|vendor| cluster.vendor == vendor)
                && spec.region.as_ref().is_none_or(|region| cluster.region == *region)
        };
        let is_on: Vec<bool> = (0..clusters.list.len()).map(is_there).collect();
        let mut holders: Vec<VendorId> = vendor.into_iter().collect();
        for (cluster, _) in clusters.list.iter().zip(&is_on).filter(|(_, is_on)| **is_on) {
            if !holders.contains(&cluster.vendor) {
                holders.push(cluster.vendor);
            }
        }
        Some(DataSet { megabytes, is_on, holders })
    }

    /// An amount of data in MB of 10^6 bytes, rounded up.
    pub(super) fn megabytes(&mut self, path: &str, gigabytes: f64) -> Option<u64> {
        self.within(path, gigabytes, 0.0, MOST_GB).map(|gigabytes| (gigabytes * 1e3).ceil() as u64)
    }
}

fn nano_usd(usd: f64) -> u64 {
    (usd * 1e9).round() as u64
}
