//! What one more unit of work costs at the margin: what is paid whether used or not costs nothing more.

use super::facts::JobFacts;
use super::view::View;
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

    /// What so many GPUs of a cluster cost each at the margin, electricity on top included \[USD per GPU-hour\]. Reserved capacity fills first, then
    /// on-demand, then spot capacity; on-demand without spot capacity. Reserved capacity costs nothing more where it is paid used or not, nor
    /// where it is paid as used and the contract's minimum must be burnt now. O(1).
    #[must_use]
    pub fn marginal_price(&self, cluster: ClusterId, gpus: u64, margin: Margin) -> f64 {
        let facts = self.facts(cluster);
        let [reserved, on_demand, spot] = self.state.gpus_by_kind[cluster.index()];
        let allocated = self.allocated_gpus(cluster);
        let from = if margin == Margin::Next { allocated } else { allocated.saturating_sub(gpus) };
        let until = from + gpus;
        if until <= reserved && !facts.by_use {
            return facts.electricity_usd_per_gpu_hour;
        }
        let paid_as_used = facts.by_use && !self.minimum(cluster).burns;
        let of_reserved = if paid_as_used { facts.price.usd_per_gpu_hour() } else { 0.0 };
        let of_on_demand = facts.on_demand_price.usd_per_gpu_hour();
        let of_spot = if spot > 0 { facts.spot_price.usd_per_gpu_hour() } else { of_on_demand };
        let price = if until <= reserved {
            of_reserved
        } else if from >= reserved && until <= reserved + on_demand {
            of_on_demand
        } else if from >= reserved + on_demand {
            of_spot
        } else {
            // A gang over several kinds: the mean over its GPUs.
            let within = |from: u64, until: u64| until.saturating_sub(from) as f64;
            let cheap = within(from, until.min(reserved));
            let middle = within(from.max(reserved), until.min(reserved + on_demand));
            let last = within(from.max(reserved + on_demand), until);
            (cheap * of_reserved + middle * of_on_demand + last * of_spot) / gpus.max(1) as f64
        };
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
        let egress: Cost = transfers.legs(job.workload, job.asked, job.holding, cluster).map(cost).sum();
        if egress == Cost::ZERO {
            return price;
        }
        let work_h = job.estimate.seconds().max(1.0) / 3600.0 * job.asked.max(1) as f64;
        price + egress.usd() / work_h
    }
}
