//! Queues whose head waits for room: nobody passes it, anybody does, or those that do not delay it (EASY); with or without stopping jobs of
//! lower priority for it.

use super::Scheduler;
use super::broker;
use super::order;
use super::site::Site;

pub(super) struct Queue {
    pub(super) order: &'static str,
    pub(super) backfill: &'static str,
    /// Whether jobs are stopped for a head of higher priority.
    pub(super) stops: bool,
}

impl Scheduler for Queue {
    fn pass(&mut self, site: &mut Site<'_>) {
        // Heads, while they fit.
        let head = loop {
            let Some(head) = order::queue(site, self.order).first().copied() else { return };
            if let Some(cluster) = broker::where_now(site, head) {
                site.start(head, cluster);
            } else if !(self.stops && make_room(site, head)) {
                break head;
            }
        };
        let others = order::queue(site, self.order).split_off(1);
        match self.backfill {
            "none" => {}
            "skip" => {
                for job in others {
                    if let Some(cluster) = broker::where_now(site, job) {
                        site.start(job, cluster);
                    }
                }
            }
            "easy" => {
                let mut others = others.into_iter();
                easy(site, head, |_| others.next());
            }
            other => panic!("no backfill {other}"),
        }
    }
}

/// Starts those behind the head that do not delay it; `next` is whose turn is next.
pub(super) fn easy<'w>(site: &mut Site<'w>, head: usize, mut next: impl FnMut(&Site<'w>) -> Option<usize>) {
    let claims = site.open(head).filter_map(|cluster| shadow(site, head, cluster).map(|(time, extra)| (time, cluster, extra)));
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
    let priority = site.world.priority(head);
    let clusters: Vec<usize> = site.open(head).collect();
    for cluster in clusters {
        let may_be_stopped =
            |job: usize| site.world.workloads[site.world.jobs[job].workload].preemptible && site.world.priority(job) < priority;
        let mut victims: Vec<(i64, i64, usize)> = site
            .running_on(cluster)
            .filter(|(job, _)| may_be_stopped(*job))
            .map(|(job, stay)| (site.world.priority(job), -stay.since, job))
            .collect();
        victims.sort_by_key(|(priority, since, job)| (*priority, *since, std::cmp::Reverse(*job)));
        let mut free = site.clusters[cluster].nodes.free();
        let needed: Vec<usize> = victims
            .iter()
            .take_while(|(_, _, job)| {
                let more = free < site.gpus(head);
                free += site.gpus(*job);
                more
            })
            .map(|(_, _, job)| *job)
            .collect();
        let room = site.clusters[cluster].nodes.free() + needed.iter().map(|job| site.gpus(*job)).sum::<u64>();
        if room >= site.gpus(head) {
            for job in needed {
                site.stop(job);
            }
            site.start(head, cluster);
            return true;
        }
    }
    false
}
