//! Everybody holds a reservation.

use super::Scheduler;
use super::broker;
use super::order;
use super::site::Site;

pub(super) struct Conservative {
    order: &'static str,
    /// Whose GPUs are to be free where, from when on and for how long.
    reservations: Vec<Reservation>,
    /// Whether a reservation could not be kept.
    broken: bool,
}

#[derive(Clone, Copy)]
struct Reservation {
    job: usize,
    cluster: usize,
    from: i64,
    until: i64,
}

impl Conservative {
    pub(super) fn new(order: &'static str) -> Self {
        Self { order, reservations: Vec::new(), broken: false }
    }

    /// The earliest instant at which a job's GPUs are expected to be free for its estimated time.
    fn earliest(&self, site: &Site<'_>, job: usize, cluster: usize) -> Option<i64> {
        let held = self.reservations.iter().filter(|held| held.cluster == cluster);
        let running = site.running_on(cluster).map(|(_, stay)| stay.estimated_end);
        let announced = site.announced(cluster).map(|(date, _)| date);
        let instants = held.map(|held| held.until).chain(running).chain(announced);
        let mut instants: Vec<i64> = instants.filter(|time| *time > site.now).chain([site.now]).collect();
        instants.sort_unstable();
        let length = site.estimate_on(job, cluster);
        instants.into_iter().find(|from| self.is_free(site, cluster, site.gpus(job), (*from, *from + length)))
    }

    /// Whether GPUs are expected to be free at an instant and for the time after it.
    fn is_free(&self, site: &Site<'_>, cluster: usize, gpus: u64, (from, until): (i64, i64)) -> bool {
        let begins = self.reservations.iter().filter(|held| held.cluster == cluster).map(|held| held.from);
        let mut instants = begins.filter(|time| *time > from && *time < until).chain([from]);
        instants.all(|time| self.free_at(site, cluster, time) >= gpus as i64)
    }

    fn free_at(&self, site: &Site<'_>, cluster: usize, time: i64) -> i64 {
        // When evicted GPUs come back is not known.
        let installed = (site.clusters[cluster].nodes.installed() - site.clusters[cluster].evicted) as i64;
        let announced: u64 = site.announced(cluster).filter(|(date, _)| *date <= time).map(|(_, gpus)| gpus).sum();
        let running: u64 =
            site.running_on(cluster).filter(|(_, stay)| stay.estimated_end > time).map(|(job, _)| site.gpus(job)).sum();
        let held = self.reservations.iter().filter(|held| held.cluster == cluster && held.from <= time && time < held.until);
        installed + announced as i64 - running as i64 - held.map(|held| site.gpus(held.job) as i64).sum::<i64>()
    }

    fn reserve(&mut self, site: &Site<'_>, job: usize) {
        let claims = site.open(job).filter_map(|cluster| self.earliest(site, job, cluster).map(|from| (from, cluster)));
        let claim = claims
            .min_by(|one, other| one.0.cmp(&other.0).then(broker::scores(site, job, one.1, other.1)).then(one.1.cmp(&other.1)));
        // Where all its clusters are down, nobody knows when it will run.
        let Some((from, cluster)) = claim else { return };
        self.reservations.push(Reservation { job, cluster, from, until: from + site.estimate_on(job, cluster) });
    }
}

impl Scheduler for Conservative {
    fn pass(&mut self, site: &mut Site<'_>) {
        let overdue = site.running.iter().filter_map(|job| site.jobs[*job].stay).any(|stay| stay.estimated_end <= site.now);
        if std::mem::take(&mut site.surprised) | std::mem::take(&mut self.broken) | overdue {
            self.reservations.clear();
        }
        let queue = order::queue(site, self.order);
        for job in &queue {
            if !self.reservations.iter().any(|held| held.job == *job) {
                self.reserve(site, *job);
            }
        }
        for job in queue {
            let Some(place) = self.reservations.iter().position(|held| held.job == job) else { continue };
            let held = self.reservations[place];
            if held.from > site.now {
                continue;
            }
            if site.fits(job, held.cluster) {
                self.reservations.remove(place);
                site.start(job, held.cluster);
            } else {
                self.broken = true;
            }
        }
    }
}
