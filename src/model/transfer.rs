//! What it takes to move data between vendors: links, prices, and what there is to move.

use super::cluster::Cluster;
use super::job::Workload;
use super::vendor::Vendor;
use crate::units::{ClusterId, Cost, SimTime, Span, VendorId, WorkloadId};

/// A link from one vendor to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Bandwidth of one transfer \[Gbit/s\]. Transfers do not share it.
    pub gbps: f64,
    /// What the vendor that the data leave bills \[nano-USD per GB\].
    pub nano_usd_per_gb: u64,
}

impl Link {
    /// How long an amount takes, rounded up: 1 Gbit/s is 1/8 MB per ms. `megabytes` are of 10^6 bytes.
    #[must_use]
    pub fn time(&self, megabytes: u64) -> Span {
        Span::from_ms((megabytes as f64 * 8.0 / self.gbps).ceil().clamp(0.0, 9e15) as i64)
    }

    /// What an amount costs, exactly. `megabytes` are of 10^6 bytes.
    #[must_use]
    pub fn cost(&self, megabytes: u64) -> Cost {
        // A USD is 3.6e18 raw units; a nano-USD per GB is one 10^-12 of a USD per MB.
        const RAW_PER_NANO_USD_PER_GB_AND_MB: i128 = 3_600_000;
        Cost::from_raw(i128::from(self.nano_usd_per_gb) * i128::from(megabytes) * RAW_PER_NANO_USD_PER_GB_AND_MB)
    }
}

/// Data that every job of a workload reads before it first computes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSet {
    /// Its size \[MB of 10^6 bytes\].
    pub megabytes: u64,
    /// Whether it lies on a cluster, cluster by cluster.
    pub is_on: Vec<bool>,
    /// The vendors that hold it, in the order in which they are asked.
    pub holders: Vec<VendorId>,
}

/// Where the state of a job lies: with the vendor where it last computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// The vendor; none before it first computed.
    pub vendor: Option<VendorId>,
    /// Whether anything of its work is saved.
    pub is_saved: bool,
}

/// One transfer between two vendors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The vendor that the data leave.
    pub from: VendorId,
    /// Where they go.
    pub to: VendorId,
    /// How much \[MB of 10^6 bytes\].
    pub megabytes: u64,
}

/// Transfers of a scenario: links, and what workloads have to move.
#[derive(Clone, Debug)]
pub struct Transfers {
    vendors: usize,
    /// From, then to.
    links: Vec<Link>,
    /// By cluster.
    vendor_of: Vec<VendorId>,
    /// By vendor, when it defaults, and what it holds is lost.
    defaults_at: Vec<SimTime>,
    /// By workload \[MB per GPU\].
    checkpoints: Vec<u64>,
    /// By workload.
    data: Vec<Option<DataSet>>,
}

impl Transfers {
    /// Transfers over `links` (from, then to); none where no workload has anything to move.
    #[must_use]
    pub fn new(links: Vec<Link>, vendors: &[Vendor], clusters: &[Cluster], workloads: &[Workload]) -> Option<Self> {
        let transfers = Self {
            vendors: vendors.len(),
            links,
            defaults_at: defaults_at(vendors),
            vendor_of: clusters.iter().map(|cluster| cluster.vendor).collect(),
            checkpoints: workloads.iter().map(|workload| workload.checkpoint.megabytes_per_gpu).collect(),
            data: workloads.iter().map(|workload| workload.data.clone()).collect(),
        };
        let moves =
            transfers.checkpoints.iter().any(|&size| size > 0) || transfers.data.iter().flatten().any(|set| set.megabytes > 0);
        moves.then_some(transfers)
    }

    /// The same where vendors default on other days.
    #[must_use]
    pub fn with_defaults(&self, vendors: &[Vendor]) -> Self {
        Self { defaults_at: defaults_at(vendors), ..self.clone() }
    }

    /// The link between two vendors.
    #[must_use]
    pub fn link(&self, from: VendorId, to: VendorId) -> Link {
        self.links[from.index() * self.vendors + to.index()]
    }

    /// What a job brings along when it starts on a cluster `now`: its checkpoint from another vendor, then its workload's data from where they
    /// lie. A job that resumes where it last computed brings nothing. O(1).
    pub fn legs(
        &self,
        workload: WorkloadId,
        gpus: u64,
        holding: Holding,
        cluster: ClusterId,
        now: SimTime,
    ) -> impl Iterator<Item = Leg> + use<> {
        let to = self.vendor_of[cluster.index()];
        let stays = holding.vendor == Some(to);
        let leg = |from: VendorId, megabytes: u64| (megabytes > 0).then_some(Leg { from, to, megabytes });
        let checkpoint = holding.vendor.filter(|_| holding.is_saved && !stays);
        let checkpoint = checkpoint.and_then(|from| leg(from, self.checkpoints[workload.index()].saturating_mul(gpus)));
        let data = self.data[workload.index()].as_ref().filter(|_| !stays);
        let data = data.and_then(|set| leg(self.source(set, cluster, now)?, set.megabytes));
        [checkpoint, data].into_iter().flatten()
    }

    /// The vendor that data come from: the cluster's own where it holds them, else the first that does. None where they lie there already.
    fn source(&self, set: &DataSet, cluster: ClusterId, now: SimTime) -> Option<VendorId> {
        if set.is_on[cluster.index()] {
            return None;
        }
        let own = self.vendor_of[cluster.index()];
        let mut holders = set.holders.iter().copied().filter(|holder| now < self.defaults_at[holder.index()]);
        holders.clone().find(|&holder| holder == own).or_else(|| holders.next())
    }

    /// Whether the vendors that held a workload's data have all defaulted. O(holders).
    #[must_use]
    pub fn data_are_lost(&self, workload: WorkloadId, now: SimTime) -> bool {
        let set = self.data[workload.index()].as_ref();
        set.is_some_and(|set| set.holders.iter().all(|holder| self.defaults_at[holder.index()] <= now))
    }

    /// How long that takes, one after the other. O(1).
    #[must_use]
    pub fn time(&self, workload: WorkloadId, gpus: u64, holding: Holding, cluster: ClusterId, now: SimTime) -> Span {
        let legs = self.legs(workload, gpus, holding, cluster, now);
        legs.map(|leg| self.link(leg.from, leg.to).time(leg.megabytes)).fold(Span::ZERO, |sum, time| sum + time)
    }
}

fn defaults_at(vendors: &[Vendor]) -> Vec<SimTime> {
    vendors.iter().map(|vendor| vendor.defaults_at.unwrap_or(SimTime::NEVER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_takes_time_and_money() {
        let link = Link { gbps: 100.0, nano_usd_per_gb: 50_000_000 };
        // 6.48 TB, the checkpoint of a model of 405e9 parameters at 16 B: 518.4 s at 100 Gbit/s, 324 USD at 0.05 USD per GB.
        assert_eq!(link.time(6_480_000), Span::from_ms(518_400));
        assert_eq!(link.cost(6_480_000), Cost::from_usd(324.0));
        assert_eq!((link.time(0), link.cost(0)), (Span::ZERO, Cost::ZERO));
        assert_eq!(link.time(1), Span::from_ms(1), "rounded up");
        assert_eq!(Link { gbps: 1e-6, ..link }.time(u64::MAX), Span::from_ms(9_000_000_000_000_000));
    }
}
