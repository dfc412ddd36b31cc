//! What teams may use in a period of the calendar.

use crate::model::Model;
use crate::model::cluster::Cluster;
use crate::model::ramp::CapacityKind;
use crate::units::{Cost, Price, SimTime, TeamId};

/// What an allowance counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowanceUnit {
    /// GPU-hours: money at one USD a GPU-hour, so that both are counted in the same way, exactly.
    GpuHours,
    /// USD.
    Usd,
}

/// Where a team may borrow when its allowance is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowanceBorrowing {
    /// Nowhere.
    Never,
    /// From its own next period.
    NextPeriod,
    /// From others of its group.
    Group,
}

/// A period with what may be used in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowancePeriod {
    /// The first instant after it.
    pub end: SimTime,
    /// How much; GPU-hours as USD.
    pub amount: Cost,
}

/// What a team may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Whose it is.
    pub team: TeamId,
    /// What it counts.
    pub unit: AllowanceUnit,
    /// Where more comes from.
    pub borrowing: AllowanceBorrowing,
    /// The teams that lend to each other have the same number.
    pub group: usize,
    /// The periods of the scenario, in order, without gaps.
    pub periods: Vec<AllowancePeriod>,
}

impl Allowance {
    /// What GPU-time on a cluster counts for from an instant on.
    #[must_use]
    pub fn price(&self, model: &Model, cluster: &Cluster, time: SimTime) -> Price {
        match (self.unit, model.charge_back) {
            (AllowanceUnit::GpuHours, _) => Price::from_usd_per_gpu_hour(1.0),
            (AllowanceUnit::Usd, Some(charge_back)) => charge_back.rate,
            (AllowanceUnit::Usd, None) => {
                let rates = cluster.prices.at(time);
                match cluster.ramp.iter().map(|tranche| tranche.kind as usize).min() {
                    Some(kind) if kind == CapacityKind::OnDemand as usize => rates.on_demand,
                    Some(kind) if kind == CapacityKind::Spot as usize => rates.spot,
                    _ => rates.reserved,
                }
            }
        }
    }
}
