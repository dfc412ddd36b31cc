//! Which cluster.

use super::site::Site;
use crate::world::Broker;
use std::cmp::Ordering;

/// The best of some clusters for a job.
pub(super) fn best(site: &Site<'_>, job: usize, clusters: impl Iterator<Item = usize>) -> Option<usize> {
    let speed = |cluster: usize| site.world.speed(job, cluster);
    clusters.min_by(|one, other| {
        (scores(site, job, *one, *other))
            .then(cost(site, job, *one, *other))
            .then(speed(*other).cmp(&speed(*one)))
            .then(one.cmp(other))
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
    match site.world.broker {
        Broker::FirstFit => one.cmp(&other),
        Broker::MostFree => free(other).cmp(&free(one)),
        Broker::LeastFree => free(one).cmp(&free(other)),
        Broker::Fastest => site.world.speed(job, other).cmp(&site.world.speed(job, one)),
        Broker::Earliest => estimate(one).cmp(&estimate(other)),
        Broker::Cheapest => cost(site, job, one, other),
    }
}

/// Which of two clusters costs a job less: price over speed, compared crosswise.
fn cost(site: &Site<'_>, job: usize, one: usize, other: usize) -> Ordering {
    let price = |cluster: usize| site.world.clusters[cluster].price;
    (price(one) * site.world.speed(job, other)).cmp(&(price(other) * site.world.speed(job, one)))
}
