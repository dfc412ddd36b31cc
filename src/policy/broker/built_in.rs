//! The brokers that come with the program.

use super::Broker;
use crate::model::ramp::CapacityKind;
use crate::policy::facts::JobFacts;
use crate::policy::view::View;
use crate::units::{ClusterId, VendorId};

/// The first cluster in the scenario's order.
#[derive(Clone, Copy, Debug)]
pub struct FirstFit;

/// The least cost of the work at the margin: what is paid whether used or not costs nothing more.
#[derive(Clone, Copy, Debug)]
pub struct Cheapest;

/// The most free GPUs.
#[derive(Clone, Copy, Debug)]
pub struct MostFree;

/// The fewest free GPUs.
#[derive(Clone, Copy, Debug)]
pub struct LeastFree;

/// The highest speed of the job.
#[derive(Clone, Copy, Debug)]
pub struct Fastest;

/// Where the job would end first by its estimate.
#[derive(Clone, Copy, Debug)]
pub struct Earliest;

/// Take-or-pay minima that are not used up first, the one with the most left for its time before others; then idle GPUs that are paid whether used
/// or not; then the least cost at the margin.
#[derive(Clone, Copy, Debug)]
pub struct CommittedFirst;

/// Where the job's checkpoint and data lie already, else where they are soonest.
#[derive(Clone, Copy, Debug)]
pub struct DataLocal;

/// One vendor first, the others (in the scenario's order) only when it has no room.
#[derive(Clone, Copy, Debug)]
pub struct PrimaryThenOverflow(pub VendorId);

/// One vendor, and no other.
#[derive(Clone, Copy, Debug)]
pub struct Single(pub VendorId);

impl Broker for FirstFit {
    fn score(&self, _view: &View<'_>, _job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        Some(f64::from(cluster.0))
    }

    fn takes_the_first(&self) -> bool {
        true
    }
}

impl Broker for Cheapest {
    fn score(&self, view: &View<'_>, job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        Some(view.marginal_cost(job, cluster))
    }
}

impl Broker for MostFree {
    fn score(&self, view: &View<'_>, _job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        Some(-(view.free_gpus(cluster) as f64))
    }
}

impl Broker for LeastFree {
    fn score(&self, view: &View<'_>, _job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        Some(view.free_gpus(cluster) as f64)
    }
}

impl Broker for Fastest {
    fn score(&self, view: &View<'_>, job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        Some(-f64::from(view.class_of(job).speed_milli[cluster.index()]))
    }
}

impl Broker for Earliest {
    fn score(&self, view: &View<'_>, job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        Some(view.estimate_on(job, cluster).ms() as f64)
    }
}

impl Broker for CommittedFirst {
    fn score(&self, view: &View<'_>, job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        if view.kind_of_more(cluster, job.gpus) != CapacityKind::Reserved {
            // What is paid on demand uses up no minimum.
            return Some(view.marginal_cost(job, cluster));
        }
        let open = view.minimum(cluster).pressure_usd_per_h;
        Some(if open > 0.0 {
            -open
        } else if view.facts(cluster).by_use {
            view.marginal_cost(job, cluster)
        } else {
            0.0
        })
    }
}

impl Broker for DataLocal {
    fn score(&self, view: &View<'_>, job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        let transfer = view.transfer_time(job, cluster).ms() as f64;
        // A job whose state has no size, or lies at the end of a fast link, still stays with its vendor where it can.
        let moves = job.holding.vendor.is_some_and(|vendor| vendor != view.facts(cluster).vendor);
        Some(if moves { transfer.max(1.0) } else { transfer })
    }
}

impl Broker for PrimaryThenOverflow {
    fn score(&self, view: &View<'_>, _job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        Some(if view.facts(cluster).vendor == self.0 { -1.0 } else { f64::from(cluster.0) })
    }
}

impl Broker for Single {
    fn score(&self, view: &View<'_>, _job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        (view.facts(cluster).vendor == self.0).then_some(f64::from(cluster.0))
    }

    fn may_use(&self, vendor: VendorId) -> bool {
        vendor == self.0
    }
}
