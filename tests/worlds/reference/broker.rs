//! Which cluster.

use super::site::Site;
use crate::world::Broker;
use std::cmp::Ordering;

/// The best of some clusters for a job.
pub(super) fn best(site: &Site<'_>, job: usize, clusters: impl Iterator<Item = usize>) -> Option<usize> {
    clusters.min_by(|one, other| {
        let price = |cluster: usize| site.world.clusters[cluster].price;
        scores(site, job, *one, *other).then(price(*one).cmp(&price(*other))).then(one.cmp(other))
    })
}

/// The cluster where a job starts now, if it fits anywhere.
pub(super) fn where_now(site: &Site<'_>, job: usize) -> Option<usize> {
    best(site, job, site.allowed(job).filter(|cluster| site.fits(job, *cluster)))
}

/// How two clusters compare for a job; the less comes first.
pub(super) fn scores(site: &Site<'_>, job: usize, one: usize, other: usize) -> Ordering {
    let free = |cluster: usize| site.clusters[cluster].nodes.free();
    let estimate = |cluster: usize| site.estimate_on(job, cluster);
    // Price / speed, compared crosswise.
    let cost = |cluster: usize, against: usize| site.world.clusters[cluster].price * site.world.speed(job, against);
    match site.world.broker {
        Broker::FirstFit => one.cmp(&other),
        Broker::MostFree => free(other).cmp(&free(one)),
        Broker::LeastFree => free(one).cmp(&free(other)),
        Broker::Fastest => site.world.speed(job, other).cmp(&site.world.speed(job, one)),
        Broker::Earliest => estimate(one).cmp(&estimate(other)),
        Broker::Cheapest => cost(one, other).cmp(&cost(other, one)),
    }
}
