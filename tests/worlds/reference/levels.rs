//! Levels of attained service, packed anew at every event.

use super::Scheduler;
use super::anew::pack;
use super::site::Site;
use crate::world::World;

pub(super) struct Levels {
    order: &'static str,
    /// Service that ends each level but the last [ms, or GPU-ms].
    limits: Vec<i64>,
    promote_after_halves: Option<i64>,
    /// The jobs of each level, in order.
    jobs: Vec<Vec<usize>>,
    /// All services in the world, for the index [GPU-ms].
    services: Vec<i64>,
}

impl Levels {
    pub(super) fn new(world: &World, order: &'static str) -> Self {
        let limits: Vec<i64> = world.limits_s.iter().map(|limit| limit * 1000).collect();
        Self {
            order,
            jobs: vec![Vec::new(); limits.len() + 1],
            limits,
            promote_after_halves: world.promote_after_halves,
            services: world.jobs.iter().map(|job| job.run * job.gpus as i64).collect(),
        }
    }

    /// GPUs that count for service.
    fn weight(&self, site: &Site<'_>, job: usize) -> i64 {
        if self.order == "las" { 1 } else { site.gpus(job) as i64 }
    }

    fn level(&self, job: usize) -> usize {
        self.jobs.iter().position(|level| level.contains(&job)).expect("it is at a level")
    }

    fn move_to(&mut self, job: usize, level: usize) {
        for jobs in &mut self.jobs {
            jobs.retain(|other| *other != job);
        }
        self.jobs[level].push(job);
    }

    /// When a waiting job is promoted.
    fn promotion(&self, site: &Site<'_>, job: usize) -> Option<i64> {
        let halves = self.promote_after_halves.filter(|_| self.level(job) > 0)?;
        Some(site.jobs[job].queued_at + halves * site.attained(job) / 2)
    }

    /// The index at an attained service as a fraction: jobs that end within the quantum / service that all that are left spend in it.
    fn index(&self, attained: i64) -> (i128, i128) {
        let quantum = self.limits[0];
        let left = self.services.iter().filter(|service| **service > attained);
        let ending = left.clone().filter(|service| **service <= attained + quantum).count();
        let spent: i64 = left.map(|service| (service - attained).min(quantum)).sum();
        if spent == 0 { (0, 1) } else { (ending as i128, i128::from(spent)) }
    }

    /// The greater index first, then by submission.
    fn sort_by_index(&self, site: &Site<'_>, jobs: &mut [usize]) {
        let index = |job: &usize| (*job, self.index(site.attained(*job) * site.gpus(*job) as i64));
        let mut indexed: Vec<(usize, (i128, i128))> = jobs.iter().map(index).collect();
        indexed.sort_by(|(one, (ending, spent)), (other, (other_ending, other_spent))| {
            (other_ending * spent).cmp(&(ending * other_spent)).then(one.cmp(other))
        });
        for (slot, (job, _)) in jobs.iter_mut().zip(indexed) {
            *slot = job;
        }
    }
}

impl Scheduler for Levels {
    fn pass(&mut self, site: &mut Site<'_>) {
        let is_active = |job: &usize| site.waiting.contains(job) || site.running.contains(job);
        for level in &mut self.jobs {
            level.retain(is_active);
        }
        // Who has lost its GPUs to an outage comes to wait behind those of its level.
        for job in std::mem::take(&mut site.lost) {
            let service = site.attained(job) * self.weight(site, job);
            let reached = self.limits.iter().filter(|limit| service >= **limit).count();
            self.move_to(job, reached.max(self.level(job)));
        }
        let mut jobs: Vec<usize> = site.waiting.iter().chain(&site.running).copied().collect();
        jobs.sort_unstable();
        for job in &jobs {
            if !self.jobs.iter().any(|level| level.contains(job)) {
                self.jobs[0].push(*job);
            }
        }
        for job in jobs.into_iter().filter(|job| site.running.contains(job)) {
            let service = site.attained(job) * self.weight(site, job);
            let reached = self.limits.iter().filter(|limit| service >= **limit).count();
            if reached > self.level(job) {
                self.move_to(job, reached);
            }
        }
        for job in self.jobs.concat() {
            if site.waiting.contains(&job) && self.promotion(site, job).is_some_and(|time| time <= site.now) {
                site.begin_anew(job);
                self.move_to(job, 0);
            }
        }
        if self.order == "gittins" {
            let mut jobs = std::mem::take(&mut self.jobs);
            for level in &mut jobs {
                self.sort_by_index(site, level);
            }
            self.jobs = jobs;
        }
        pack(site, &self.jobs.concat());
        for level in &mut self.jobs {
            level.sort_by_key(|job| !site.running.contains(job));
        }
    }

    fn wake(&self, site: &Site<'_>) -> Option<i64> {
        let crossings = site.running.iter().filter_map(|job| {
            let limit = self.limits.get(self.level(*job))?;
            let weight = self.weight(site, *job);
            let stay = site.jobs[*job].stay?;
            let held = (limit + weight - 1) / weight;
            Some(stay.since + held - (site.attained(*job) - (site.now - stay.since)))
        });
        let promotions = site.waiting.iter().filter_map(|job| self.promotion(site, *job));
        crossings.chain(promotions).filter(|time| *time > site.now).min()
    }
}
