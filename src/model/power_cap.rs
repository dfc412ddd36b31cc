//! Caps on the power that a grid, or a cluster's connection, gives.

use super::cluster::Cluster;
use crate::units::{ClusterId, SimTime};

/// The most facility power that some clusters may draw together at peak. It never falls.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerCap {
    /// What is capped, for messages: a grid's or a cluster's name.
    pub name: String,
    /// The clusters that share it.
    pub clusters: Vec<ClusterId>,
    /// From when on how much holds \[kW\], in order of time; the first holds before its date too.
    pub steps: Vec<(SimTime, f64)>,
}

impl PowerCap {
    /// The cap at an instant \[kW\].
    #[must_use]
    pub fn at(&self, time: SimTime) -> f64 {
        let held = self.steps.iter().rev().find(|(from, _)| *from <= time).or(self.steps.first());
        held.map_or(f64::INFINITY, |&(_, kilowatts)| kilowatts)
    }

    /// The cap in the end \[kW\].
    #[must_use]
    pub fn last(&self) -> f64 {
        self.at(SimTime::NEVER)
    }

    /// GPUs of a cluster that may be under power, in whole nodes, when a cap leaves it so much \[kW\].
    #[must_use]
    pub fn gpus(cluster: &Cluster, kilowatts: f64) -> u64 {
        // A hair more, so that a cap worked out from GPUs gives the same GPUs again.
        let nodes = (kilowatts / cluster.peak_kw_per_gpu() * (1.0 + 1e-12) / f64::from(cluster.node_gpus)).floor();
        nodes.clamp(0.0, 1e15) as u64 * u64::from(cluster.node_gpus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_whose_date_has_come_holds() {
        let time = SimTime::from_ms;
        let cap = PowerCap { name: String::new(), clusters: Vec::new(), steps: vec![(time(10), 1.0), (time(20), 5.0)] };
        for (at, kilowatts) in [(0, 1.0), (10, 1.0), (19, 1.0), (20, 5.0), (1000, 5.0)] {
            assert_eq!(cap.at(time(at)), kilowatts);
        }
        assert_eq!(cap.last(), 5.0);
    }
}
