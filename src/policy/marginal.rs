//! What one more unit of work costs at the margin: what is paid whether used or not costs nothing more.

use super::facts::JobFacts;
use super::view::View;
use crate::model::ramp::CapacityKind;
use crate::units::{ClusterId, Cost};

/// What is left of a contract's take-or-pay minimum of this contract-year, as of the last midnight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Minimum {
    /// Over the time that is left for it \[USD an hour\]; 0 where nothing is left or due.
    pub pressure_usd_per_h: f64,
    /// Whether that is as much as could still be used: what is not used now is paid without being used.
    pub burns: bool,
}

/// Which GPUs of a cluster a price is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Margin {
    /// The next ones that are allocated.
    Next,
    /// The last ones that were.
    Last,
}

impl View<'_> {
    /// What is left of the minimum of a cluster's contract (brought up to date daily).
    #[must_use]
    pub fn minimum(&self, cluster: ClusterId) -> Minimum {
        self.state.minima[cluster.index()]
    }

    /// Where so many GPUs of a cluster stand among those that are allocated or would be, from the first to before the second: reserved capacity fills
    /// first, then on-demand, then spot. Where the next ones find no room, others have to make it, the last ones first. O(1).
    fn place_of(self, cluster: ClusterId, gpus: u64, margin: Margin) -> [u64; 2] {
        let allocated = self.allocated_gpus(cluster);
        let until = match margin {
            Margin::Next => (allocated + gpus).min(self.state.gpus_by_kind[cluster.index()].iter().sum()),
            Margin::Last => allocated,
        };
        let from = until.saturating_sub(gpus);
        [from, from + gpus]
    }

    /// What kind of capacity so many more GPUs of a cluster would be, or the last of them; on-demand without spot capacity. O(1).
    #[must_use]
    pub fn kind_of_more(&self, cluster: ClusterId, gpus: u64) -> CapacityKind {
        let [reserved, on_demand, spot] = self.state.gpus_by_kind[cluster.index()];
        let [_, until] = self.place_of(cluster, gpus, Margin::Next);
        if until <= reserved {
            CapacityKind::Reserved
        } else if spot == 0 || until <= reserved + on_demand {
            CapacityKind::OnDemand
        } else {
            CapacityKind::Spot
        }
    }

    /// What so many GPUs of a cluster cost each at the margin, electricity on top included \[USD per GPU-hour\]. Reserved capacity costs nothing more
    /// where it is paid used or not, nor where it is paid as used and the contract's minimum must be burnt now. A gang over several kinds costs the
    /// mean over its GPUs. O(1).
    #[must_use]
    pub fn marginal_price(&self, cluster: ClusterId, gpus: u64, margin: Margin) -> f64 {
        let facts = self.facts(cluster);
        let [reserved, on_demand, spot] = self.state.gpus_by_kind[cluster.index()];
        let [from, until] = self.place_of(cluster, gpus, margin);
        if until <= reserved && !facts.by_use {
            return facts.electricity_usd_per_gpu_hour;
        }
        let paid_as_used = facts.by_use && !self.minimum(cluster).burns;
        let of_reserved = if paid_as_used { facts.prices.reserved.usd_per_gpu_hour() } else { 0.0 };
        let of_on_demand = facts.prices.on_demand.usd_per_gpu_hour();
        let of_spot = if spot > 0 { facts.prices.spot.usd_per_gpu_hour() } else { of_on_demand };
        let bounds = [0, reserved, reserved + on_demand, u64::MAX];
        let mut price = 0.0;
        for (bounds, of_kind) in bounds.windows(2).zip([of_reserved, of_on_demand, of_spot]) {
            let within = until.min(bounds[1]).saturating_sub(from.max(bounds[0]));
            // All of one kind cost its price to the last bit.
            price += if within == gpus { of_kind } else { of_kind * within as f64 / gpus as f64 };
        }
        price + facts.electricity_usd_per_gpu_hour
    }

    /// What a job's work costs there at the margin: the price over the job's speed, and egress of moving its state and data there over the work
    /// that it is estimated to have left \[USD per H100e-hour\]. O(1).
    #[must_use]
    pub fn marginal_cost(&self, job: &JobFacts, cluster: ClusterId) -> f64 {
        let speed = f64::from(self.class_of(job).speed_milli[cluster.index()]) / 1000.0;
        let price = self.marginal_price(cluster, job.gpus, Margin::Next) / speed;
        let Some(transfers) = self.state.transfers.as_ref() else { return price };
        let cost = |leg: crate::model::transfer::Leg| transfers.link(leg.from, leg.to).cost(leg.megabytes);
        let egress: Cost = transfers.legs(job.workload, job.asked, job.holding, cluster, self.state.now).map(cost).sum();
        if egress == Cost::ZERO {
            return price;
        }
        let work_h = job.estimate.seconds().max(1.0) / 3600.0 * job.asked.max(1) as f64;
        price + egress.usd() / work_h
    }
}
