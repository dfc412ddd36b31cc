//! Brokers that spread jobs over vendors and clusters.

use super::Broker;
use crate::kernel::fnv::Fnv;
use crate::policy::facts::JobFacts;
use crate::policy::view::View;
use crate::units::ClusterId;

/// The vendor that has served the fewest GPU-hours so far, running jobs counted up to their estimated ends.
#[derive(Clone, Copy, Debug)]
pub struct Balanced;

/// The next cluster in the scenario's order after the one where a job started last.
#[derive(Clone, Copy, Debug)]
pub struct RoundRobin;

/// Clusters in an order of the job's own, drawn once for all.
#[derive(Clone, Debug)]
pub struct Random {
    /// The clusters' names as numbers, so that a cluster more or less leaves the order of the others as it was.
    clusters: Vec<u64>,
}

impl Random {
    /// Over clusters of these names, in the scenario's order.
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        Self { clusters: names.map(|name| Fnv::of(name).number()).collect() }
    }
}

impl Broker for Balanced {
    fn score(&self, view: &View<'_>, _job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        Some(view.served_gpu_ms(view.facts(cluster).vendor) as f64)
    }
}

impl Broker for RoundRobin {
    fn score(&self, view: &View<'_>, _job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        let last = view.last_started().map_or(0, |last| last.index() + 1);
        let count = view.clusters().len();
        Some(((cluster.index() + count - last % count) % count) as f64)
    }
}

impl Broker for Random {
    fn score(&self, _view: &View<'_>, job: &JobFacts, cluster: ClusterId) -> Option<f64> {
        Some(job.draws.number(self.clusters[cluster.index()]).draws(0).uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::Address;

    /// The clusters in the order in which a job wants them.
    fn order(names: &[&'static str], job: u64) -> Vec<&'static str> {
        let random = Random::new(names.iter().copied());
        let score = |index: usize| Address::stream(1, 0, "jobs").number(job).number(random.clusters[index]).draws(0).uniform();
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&one, &other| score(one).total_cmp(&score(other)));
        order.into_iter().map(|index| names[index]).collect()
    }

    #[test]
    fn a_further_cluster_leaves_the_order_of_the_others() {
        let mut first = [0; 3];
        for job in 0..3000 {
            let three = order(&["a", "b", "c"], job);
            let mut four = order(&["d", "c", "a", "b"], job);
            four.retain(|name| *name != "d");
            assert_eq!(three, four);
            first[["a", "b", "c"].iter().position(|name| *name == three[0]).expect("one of them")] += 1;
        }
        // A third each, to within four standard deviations.
        assert!(first.iter().all(|&count: &i32| (count - 1000).abs() < 104), "{first:?}");
    }
}
