//! Queues whose head waits for room: nobody passes it, anybody does, or those that do not delay it (EASY); with or without stopping jobs of
//! lower priority for it.

use super::Scheduler;
use super::broker;
use super::order;
use super::quotas;
use super::site::Site;

pub(super) struct Queue {
    pub(super) order: &'static str,
    pub(super) backfill: &'static str,
    /// Whether jobs are stopped for a head of higher priority.
    pub(super) stops: bool,
}

impl Scheduler for Queue {
    fn pass(&mut self, site: &mut Site<'_>) {
        if !site.world.holders.is_empty() {
            quotas::give_shares(site, self.order);
            if self.stops {
                quotas::take_from_own(site, self.order);
            }
        }
        // Heads, while they fit. A team whose first job lacks quota is passed over.
        let head = loop {
            let firsts = quotas::firsts(site, self.order);
            let Some(head) = firsts.into_iter().find(|job| quotas::has_quota(site, *job)) else { return };
            if let Some(cluster) = broker::where_now(site, head) {
                site.start(head, cluster);
            } else if !(self.stops && make_room(site, head)) {
                break head;
            }
        };
        // Those behind it, each once, as its turn comes.
        let mut left = site.waiting.clone();
        left.retain(|job| *job != head);
        let order = self.order;
        let mut next = |site: &Site<'_>| {
            let blocking: Vec<usize> =
                quotas::firsts(site, order).into_iter().filter(|job| !quotas::has_quota(site, *job)).collect();
            left.retain(|job| blocking.iter().all(|first| site.team(*first) != site.team(*job)));
            let job = order::queue(site, order).into_iter().find(|job| left.contains(job))?;
            left.retain(|other| *other != job);
            Some(job)
        };
        match self.backfill {
            "none" => {}
            "skip" => {
                while let Some(job) = next(site) {
                    if let Some(cluster) = broker::where_now(site, job) {
                        site.start(job, cluster);
                    }
                }
            }
            "easy" => easy(site, head, next),
            other => panic!("no backfill {other}"),
        }
    }
}

/// Starts those behind the head that do not delay it; `next` is whose turn is next.
pub(super) fn easy<'w>(site: &mut Site<'w>, head: usize, mut next: impl FnMut(&Site<'w>) -> Option<usize>) {
    let has_quota = |cluster: &usize| quotas::has_quota_on(site, head, *cluster);
    let claims = site
        .open(head)
        .filter(has_quota)
        .filter_map(|cluster| shadow(site, head, cluster).map(|(time, extra)| (time, cluster, extra)));
    let claim =
        claims.min_by(|one, other| one.0.cmp(&other.0).then(broker::scores(site, head, one.1, other.1)).then(one.1.cmp(&other.1)));
    // Where all its clusters are down, nobody knows when it will run, and nobody has to wait for it.
    let (time, reserved, mut extra) = claim.unwrap_or((0, usize::MAX, 0));
    while let Some(job) = next(site) {
        let by_then = |cluster: usize| site.now + site.estimate_on(job, cluster) <= time;
        let may_start = |cluster: usize| cluster != reserved || by_then(cluster) || site.gpus(job) <= extra;
        let clusters = site.allowed(job).filter(|cluster| site.fits(job, *cluster) && may_start(*cluster));
        if let Some(cluster) = broker::best(site, job, clusters) {
            if cluster == reserved && !by_then(cluster) {
                extra -= site.gpus(job);
            }
            site.start(job, cluster);
        }
    }
}

/// The first instant at which a job is expected to find its GPUs free on a cluster, and the GPUs left over then.
fn shadow(site: &Site<'_>, job: usize, cluster: usize) -> Option<(i64, u64)> {
    let ends = site.running_on(cluster).map(|(other, stay)| (stay.estimated_end.max(site.now), site.gpus(other)));
    let coming: Vec<(i64, u64)> = ends.chain(site.announced(cluster)).collect();
    let free_at = |time: i64| {
        let come = coming.iter().filter(|(date, _)| *date <= time).map(|(_, gpus)| gpus).sum::<u64>();
        site.clusters[cluster].nodes.free() + come
    };
    let instants = coming.iter().map(|(date, _)| *date).chain([site.now]);
    let time = instants.filter(|time| free_at(*time) >= site.gpus(job)).min()?;
    Some((time, free_at(time) - site.gpus(job)))
}

/// Stops jobs of lower priority so that the head starts: on the first cluster where that helps, lowest priority first, then youngest.
fn make_room(site: &mut Site<'_>, head: usize) -> bool {
    let (priority, gpus) = (site.world.priority(head), site.gpus(head));
    let clusters: Vec<usize> = site.open(head).filter(|cluster| quotas::has_quota_on(site, head, *cluster)).collect();
    for cluster in clusters {
        let (mut free, mut used) = (site.clusters[cluster].nodes.free(), quotas::Use::now(site, cluster));
        let mut needed = Vec::new();
        for job in quotas::stoppable(site, cluster).into_iter().filter(|job| site.world.priority(*job) < priority) {
            if free < gpus && used.may_displace(site.team(head), gpus, site.team(job)) {
                free += site.gpus(job);
                used.less(site.team(job), site.gpus(job));
                needed.push(job);
            }
        }
        if free >= gpus {
            for job in needed {
                site.stop(job);
            }
            site.start(head, cluster);
            return true;
        }
    }
    false
}
