//! Which cluster.

mod built_in;
mod cant_be_late;
mod spread;

pub use built_in::{
    Cheapest, CommittedFirst, DataLocal, Earliest, Fastest, FirstFit, LeastFree, MostFree, PrimaryThenOverflow, Single,
};
pub use cant_be_late::CantBeLate;
pub use spread::{Balanced, Random, RoundRobin};

use super::facts::JobFacts;
use super::placement::Placement;
use super::plan::Plan;
use super::view::View;
use crate::units::{ClusterId, VendorId};

/// Ranks the clusters a job would fit on. The least score wins; equal scores go by price, then by the scenario's order.
pub trait Broker: Send {
    /// How good a cluster is for a job: less is better; none where the broker does not want it there.
    fn score(&self, view: &View<'_>, job: &JobFacts, cluster: ClusterId) -> Option<f64>;

    /// Whether any job may ever go to a vendor.
    fn may_use(&self, _vendor: VendorId) -> bool {
        true
    }

    /// Whether it has something to do once all that could start has started, and whenever something changed although nobody waits.
    fn tends(&self) -> bool {
        false
    }

    /// Called then, at the end of every pass, if it has: it may move running jobs, and ask to be called again.
    fn tend(&self, _plan: &mut Plan<'_>, _placement: &dyn Placement) {}

    /// Whether the first cluster that fits, in the scenario's order, is always as good as any: then the others are not looked at.
    fn takes_the_first(&self) -> bool {
        false
    }
}

/// The best cluster for a job among those it fits on and `admits` allows. O(clusters).
pub fn choose(broker: &dyn Broker, view: &View<'_>, job: &JobFacts, admits: impl Fn(ClusterId) -> bool) -> Option<ClusterId> {
    let candidates = view.class_of(job).clusters.iter().copied().filter(|&cluster| view.fits(job, cluster) && admits(cluster));
    if broker.takes_the_first() {
        let mut candidates = candidates;
        return candidates.next();
    }
    least(*view, candidates.filter_map(|cluster| Some((view.score(broker, job, cluster)?, cluster))))
}

/// The cluster with the least score; of equals the cheapest, then the first in the scenario.
pub(super) fn least(view: View<'_>, scored: impl Iterator<Item = (f64, ClusterId)>) -> Option<ClusterId> {
    let scored = scored.map(|(score, cluster)| (score, view.facts(cluster).price, cluster));
    scored.min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2)))).map(|(_, _, cluster)| cluster)
}

/// Clusters for a job, the one that the broker prefers first; those that it does not want are left out. O(n log n) of the candidates.
pub(super) fn ranked(
    broker: &dyn Broker,
    view: View<'_>,
    job: &JobFacts,
    candidates: impl Iterator<Item = ClusterId>,
) -> Vec<ClusterId> {
    let mut ranked: Vec<(f64, crate::units::Price, ClusterId)> =
        candidates.filter_map(|cluster| Some((view.score(broker, job, cluster)?, view.facts(cluster).price, cluster))).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    ranked.into_iter().map(|(_, _, cluster)| cluster).collect()
}
