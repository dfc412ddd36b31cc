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
use super::registry::{Build, Need, Row, Takes};
use super::view::View;
use crate::units::{ClusterId, VendorId};
use std::cmp::Ordering;

/// All brokers.
pub(super) const ROWS: &[Row<Build<dyn Broker>>] = &[
    broker("first_fit", "the first cluster in the scenario's order", |_| Box::new(FirstFit)),
    broker("cheapest", "the least cost of the work at the margin: what is paid used or not costs nothing more", |_| {
        Box::new(Cheapest)
    }),
    broker("most_free", "the most free GPUs", |_| Box::new(MostFree)),
    broker("least_free", "the fewest free GPUs", |_| Box::new(LeastFree)),
    broker("fastest", "the highest speed", |_| Box::new(Fastest)),
    broker("earliest", "where the job would end first by its estimate", |_| Box::new(Earliest)),
    broker(
        "committed_first",
        "open take-or-pay minima, then idle GPUs paid used or not, then the least cost at the margin",
        |_| Box::new(CommittedFirst),
    ),
    broker("data_local", "where the job's checkpoint and data lie, else where they are soonest", |_| Box::new(DataLocal)),
    broker("balanced", "the vendor that has served the fewest GPU-hours so far: keeps the HHI low", |_| Box::new(Balanced)),
    broker("round_robin", "the cluster after the one where a job started last", |_| Box::new(RoundRobin)),
    broker("random", "a random order of clusters, drawn once for each job", |context| {
        Box::new(Random::new(context.model.clusters.iter().map(|cluster| cluster.name.as_str())))
    }),
    broker("primary_then_overflow", "the named (else the first) vendor; the others when it has no room", |context| {
        Box::new(PrimaryThenOverflow(context.vendor()))
    })
    .takes(Takes::PerhapsVendor),
    broker("cant_be_late", "reserved and spot capacity; on-demand when the deadline leaves no more slack", |context| {
        Box::new(CantBeLate::of(context.model, false))
    })
    .cannot(&[Need::Rounds]),
    broker("uniform_progress", "as cant_be_late, and on-demand when behind an even pace to the deadline", |context| {
        Box::new(CantBeLate::of(context.model, true))
    })
    .cannot(&[Need::Rounds]),
    broker("single", "the named vendor only", |context| Box::new(Single(context.vendor()))).takes(Takes::Vendor),
];

const fn broker(name: &'static str, meaning: &'static str, build: Build<dyn Broker>) -> Row<Build<dyn Broker>> {
    Row::new(name, meaning, build)
}

/// Ranks the clusters a job would fit on. The least score wins; equal scores go by the cost at the margin, then to the
/// faster for the job, then by the scenario's order.
pub trait Broker: Send {
    /// How good a cluster is for a job: less is better; none where the broker does not want it there.
    fn score(&self, view: &View<'_>, job: &JobFacts, cluster: ClusterId) -> Option<f64>;

    /// Whether any job may ever go to a vendor.
    fn may_use(&self, _vendor: VendorId) -> bool {
        true
    }

    /// Whether it has something to do once all that could start has started, and whenever something changed although no job waits.
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
    least(*view, job, candidates.filter_map(|cluster| Some((view.score(broker, job, cluster)?, cluster))))
}

/// A cluster that a job may start on, and how good it is for it.
struct Candidate {
    score: f64,
    /// What the work costs there at the margin: worked out only where scores are equal.
    cost: Option<f64>,
    /// How fast the job is there [thousandths].
    speed: u32,
    cluster: ClusterId,
}

impl Candidate {
    fn new(view: View<'_>, job: &JobFacts, (score, cluster): (f64, ClusterId)) -> Self {
        Self { score, cost: None, speed: view.class_of(job).speed_milli[cluster.index()], cluster }
    }

    fn work_out_cost(&mut self, view: View<'_>, job: &JobFacts) {
        self.cost.get_or_insert_with(|| view.marginal_cost(job, self.cluster));
    }

    /// Which of two with equal scores comes first: the least cost at the margin, then the faster, then the first in the scenario.
    fn tie(&self, other: &Self) -> Ordering {
        let cost = |candidate: &Self| candidate.cost.unwrap_or(f64::INFINITY);
        (cost(self).total_cmp(&cost(other))).then((other.speed, self.cluster).cmp(&(self.speed, other.cluster)))
    }
}

/// The cluster that comes first for a job.
pub(super) fn least(view: View<'_>, job: &JobFacts, scored: impl Iterator<Item = (f64, ClusterId)>) -> Option<ClusterId> {
    let candidates = scored.map(|scored| Candidate::new(view, job, scored));
    let first = candidates.reduce(|mut best, mut other| {
        let order = other.score.total_cmp(&best.score).then_with(|| {
            best.work_out_cost(view, job);
            other.work_out_cost(view, job);
            other.tie(&best)
        });
        if order.is_lt() { other } else { best }
    });
    first.map(|candidate| candidate.cluster)
}

/// Clusters for a job, the one that the broker prefers first; those that it does not want are left out. O(n log n) of the candidates.
pub(super) fn ranked(
    broker: &dyn Broker,
    view: View<'_>,
    job: &JobFacts,
    candidates: impl Iterator<Item = ClusterId>,
) -> Vec<ClusterId> {
    let scored = candidates.filter_map(|cluster| Some((view.score(broker, job, cluster)?, cluster)));
    let mut ranked: Vec<Candidate> = scored.map(|scored| Candidate::new(view, job, scored)).collect();
    ranked.sort_by(|one, other| one.score.total_cmp(&other.score));
    for equals in ranked.chunk_by_mut(|one, other| one.score.total_cmp(&other.score).is_eq()).filter(|equals| equals.len() > 1) {
        for candidate in equals.iter_mut() {
            candidate.work_out_cost(view, job);
        }
        equals.sort_by(Candidate::tie);
    }
    ranked.into_iter().map(|candidate| candidate.cluster).collect()
}
