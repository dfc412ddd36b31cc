//! What stands where, and who waits.

use super::nodes::Nodes;
use super::quotas;
use crate::engine::{Fate, State};
use crate::world::{DAY, World};

/// A world at an instant.
pub(super) struct Site<'w> {
    pub(super) world: &'w World,
    pub(super) now: i64,
    pub(super) clusters: Vec<Ground>,
    /// By number of submission.
    pub(super) jobs: Vec<Life>,
    /// Jobs that wait, in the order in which they came to wait.
    pub(super) waiting: Vec<usize>,
    /// Jobs that run, in the order in which they started.
    pub(super) running: Vec<usize>,
    /// Whether something came otherwise than expected since somebody last looked.
    pub(super) surprised: bool,
    submitted: usize,
    /// Jobs that an outage has made wait since somebody last looked, in order.
    pub(super) lost: Vec<usize>,
    /// Jobs that had to save their state since somebody last looked, in order.
    pub(super) saved: Vec<usize>,
    /// Whether the first instant has come.
    has_begun: bool,
    /// Jobs that were stopped and are not queued yet.
    stopped: Vec<usize>,
}

/// A cluster.
pub(super) struct Ground {
    pub(super) nodes: Nodes,
    /// Spot GPUs that have been delivered.
    pub(super) spot: u64,
    /// Those of them that are gone for now.
    pub(super) evicted: u64,
    /// Tranches to come: the announced instant, the real one (none where it never comes), GPUs, whether they are spot.
    coming: Vec<(i64, Option<i64>, u64, bool)>,
}

/// A job so far.
#[derive(Clone, Copy)]
pub(super) struct Life {
    /// Work left [ms on the reference x 1000].
    left: i64,
    /// Estimated time left when it was queued last [ms on the reference].
    estimate: i64,
    /// How long it had held GPUs when it was queued last.
    attained: i64,
    pub(super) queued_at: i64,
    pub(super) stay: Option<Stay>,
    fate: Fate,
}

/// A job's stay on a cluster.
#[derive(Clone, Copy)]
pub(super) struct Stay {
    pub(super) cluster: usize,
    pub(super) since: i64,
    computes_from: i64,
    ends: i64,
    pub(super) estimated_end: i64,
}

impl<'w> Site<'w> {
    pub(super) fn new(world: &'w World, placement: &'static str) -> Self {
        let life = |job: &crate::world::Job| Life {
            left: job.run * 1000,
            estimate: job.estimate,
            attained: 0,
            queued_at: 0,
            stay: None,
            fate: Fate { start: None, finish: None, state: State::Unseen, cluster: None, preemptions: 0 },
        };
        let ground = |cluster: &crate::world::Cluster| {
            let mut nodes = Nodes::new(cluster.node, placement);
            let (mut coming, mut spot) = (Vec::new(), 0);
            for tranche in &cluster.tranches {
                if tranche.day == 0 {
                    nodes.grow(tranche.gpus);
                    spot += if tranche.spot { tranche.gpus } else { 0 };
                } else {
                    let real = tranche.late.map(|days| (tranche.day + days) * DAY);
                    coming.push((tranche.day * DAY, real, tranche.gpus, tranche.spot));
                }
            }
            Ground { nodes, spot, evicted: 0, coming }
        };
        Self {
            world,
            now: 0,
            clusters: world.clusters.iter().map(ground).collect(),
            jobs: world.jobs.iter().map(life).collect(),
            waiting: Vec::new(),
            running: Vec::new(),
            surprised: false,
            submitted: 0,
            lost: Vec::new(),
            saved: Vec::new(),
            has_begun: false,
            stopped: Vec::new(),
        }
    }

    pub(super) fn next_submission(&self) -> Option<i64> {
        self.world.jobs.get(self.submitted).map(|job| job.submit)
    }

    pub(super) fn next_end(&self) -> Option<i64> {
        self.running.iter().filter_map(|job| self.jobs[*job].stay).map(|stay| stay.ends).min()
    }

    pub(super) fn next_tranche(&self) -> Option<i64> {
        self.clusters.iter().flat_map(|cluster| &cluster.coming).map(|(announced, ..)| *announced).min()
    }

    /// Tranches whose announced instant has come are there, or are announced anew, or are known never to come.
    pub(super) fn deliver(&mut self) {
        let mut cancelled = false;
        for cluster in &mut self.clusters {
            for (announced, real, gpus, spot) in std::mem::take(&mut cluster.coming) {
                if announced > self.now {
                    cluster.coming.push((announced, real, gpus, spot));
                    continue;
                }
                self.surprised = true;
                match real {
                    Some(date) if date <= self.now => {
                        cluster.nodes.grow(gpus);
                        cluster.spot += if spot { gpus } else { 0 };
                    }
                    Some(date) => cluster.coming.push((date, real, gpus, spot)),
                    None => cancelled = true,
                }
            }
        }
        if cancelled {
            let (possible, impossible) = self.waiting.iter().partition(|job| self.is_possible(**job));
            self.waiting = possible;
            let impossible: Vec<usize> = impossible;
            for job in impossible {
                self.jobs[job].fate.state = State::Rejected;
            }
        }
    }

    /// Jobs whose end has come.
    pub(super) fn complete(&mut self) {
        for job in self.running.clone() {
            let Some(stay) = self.jobs[job].stay.filter(|stay| stay.ends <= self.now) else { continue };
            self.surprised |= stay.estimated_end != self.now;
            self.vacate(job);
            self.jobs[job].fate.finish = Some(self.now);
            self.jobs[job].fate.state = State::Ended;
        }
    }

    /// When an outage begins or ends next.
    pub(super) fn next_outage(&self) -> Option<i64> {
        let instants = self.world.outages.iter().flat_map(|outage| [outage.from, outage.until]);
        instants.filter(|time| *time > self.now || (*time == 0 && !self.has_begun)).min()
    }

    /// Jobs on GPUs that an outage has taken lose what they have done since their last checkpoint and wait again.
    pub(super) fn go_down_or_come_back(&mut self) {
        self.has_begun = true;
        let now = self.now;
        self.surprised |= self.world.outages.iter().any(|outage| outage.from == now || outage.until == now);
        let stays = self.running.iter().filter_map(|job| self.jobs[*job].stay.map(|stay| (*job, stay)));
        let mut lost: Vec<usize> = stays.filter(|(_, stay)| self.is_lost(stay.cluster)).map(|(job, _)| job).collect();
        lost.sort_unstable();
        for job in lost {
            self.lose(job);
        }
    }

    /// A job's GPUs are gone from under it.
    pub(super) fn lose(&mut self, job: usize) {
        self.end_stay(job, false);
        self.queue(job);
        self.lost.push(job);
    }

    /// A job's GPUs go with notice enough to save its state.
    pub(super) fn save(&mut self, job: usize) {
        self.end_stay(job, true);
        self.jobs[job].fate.preemptions += 1;
        self.queue(job);
        self.saved.push(job);
    }

    /// Whether an outage has taken a cluster's GPUs.
    fn is_lost(&self, cluster: usize) -> bool {
        let hits = |outage: &&crate::world::Outage| outage.of_gpus && outage.clusters.contains(&cluster);
        self.world.outages.iter().filter(hits).any(|outage| outage.from <= self.now && self.now < outage.until)
    }

    /// GPUs of a cluster that are there and not out.
    pub(super) fn active(&self, cluster: usize) -> u64 {
        if self.is_lost(cluster) { 0 } else { self.clusters[cluster].nodes.installed() }
    }

    /// Whether an outage of any kind keeps jobs from starting on a cluster, and from being stopped there.
    pub(super) fn is_barred(&self, cluster: usize) -> bool {
        let hits = |outage: &&crate::world::Outage| outage.clusters.contains(&cluster);
        self.world.outages.iter().filter(hits).any(|outage| outage.from <= self.now && self.now < outage.until)
    }

    /// The clusters that a job may use and that are up.
    pub(super) fn open(&self, job: usize) -> impl Iterator<Item = usize> + use<'_> {
        self.allowed(job).filter(|cluster| !self.is_barred(*cluster))
    }

    /// Jobs whose submission has come.
    pub(super) fn arrive(&mut self) {
        while self.next_submission() == Some(self.now) {
            let job = self.submitted;
            self.submitted += 1;
            if self.is_possible(job) {
                self.queue(job);
            } else {
                self.jobs[job].fate.state = State::Rejected;
            }
        }
    }

    /// Whether some cluster has, or is expected to have one day, as many GPUs as a job asks for, and its team the quota.
    fn is_possible(&self, job: usize) -> bool {
        let most = |cluster: usize| quotas::Use::none(self, cluster).left(self.team(job));
        if !self.world.holders.is_empty() && self.allowed(job).all(|cluster| most(cluster) < self.gpus(job)) {
            return false;
        }
        self.allowed(job).any(|cluster| {
            let ground = &self.clusters[cluster];
            ground.nodes.installed() + ground.coming.iter().map(|(_, _, gpus, _)| gpus).sum::<u64>() >= self.gpus(job)
        })
    }

    fn queue(&mut self, job: usize) {
        self.waiting.push(job);
        self.jobs[job].fate.state = State::Queued;
        self.jobs[job].queued_at = self.now;
    }

    /// The team that a job is of, if it is of one that is told apart.
    pub(super) fn team(&self, job: usize) -> Option<usize> {
        self.world.workloads[self.world.jobs[job].workload].team
    }

    pub(super) fn gpus(&self, job: usize) -> u64 {
        self.world.jobs[job].gpus
    }

    /// The clusters that a job may use.
    pub(super) fn allowed(&self, job: usize) -> impl Iterator<Item = usize> + use<'_> {
        (0..self.clusters.len()).filter(move |cluster| self.world.speed(job, *cluster) > 0)
    }

    /// What will come, as announced.
    pub(super) fn announced(&self, cluster: usize) -> impl Iterator<Item = (i64, u64)> + use<'_> {
        self.clusters[cluster].coming.iter().map(|(announced, _, gpus, _)| (*announced, *gpus))
    }

    /// Jobs that run on a cluster, with their stays.
    pub(super) fn running_on(&self, cluster: usize) -> impl Iterator<Item = (usize, Stay)> + use<'_> {
        let stays = self.running.iter().filter_map(|job| self.jobs[*job].stay.map(|stay| (*job, stay)));
        stays.filter(move |(_, stay)| stay.cluster == cluster)
    }

    pub(super) fn fits(&self, job: usize, cluster: usize) -> bool {
        let has_room = !self.is_barred(cluster) && self.clusters[cluster].nodes.fits(self.gpus(job));
        has_room && self.world.speed(job, cluster) > 0 && quotas::has_quota_on(self, job, cluster)
    }

    /// Estimated time left as of now [ms on the reference].
    pub(super) fn estimate(&self, job: usize) -> i64 {
        let life = &self.jobs[job];
        let done = life.stay.map_or(0, |stay| self.computed(stay) * self.world.speed(job, stay.cluster) / 1000);
        (life.estimate - done).max(0)
    }

    /// How long a job is estimated to take on a cluster from its start on.
    pub(super) fn estimate_on(&self, job: usize, cluster: usize) -> i64 {
        ceil(self.estimate(job) * 1000, self.world.speed(job, cluster))
    }

    /// How long a job has held GPUs.
    pub(super) fn attained(&self, job: usize) -> i64 {
        self.jobs[job].attained + self.jobs[job].stay.map_or(0, |stay| self.now - stay.since)
    }

    fn computed(&self, stay: Stay) -> i64 {
        (self.now - stay.computes_from).max(0)
    }

    /// Gives a waiting job its GPUs.
    pub(super) fn start(&mut self, job: usize, cluster: usize) {
        assert!(self.fits(job, cluster), "job {job} on cluster {cluster}");
        let place = self.waiting.iter().position(|waiting| *waiting == job).expect("it waits");
        self.waiting.remove(place);
        let life = &self.jobs[job];
        let workload = &self.world.workloads[self.world.jobs[job].workload];
        let computes_from = self.now + if life.fate.start.is_some() { workload.restart } else { 0 };
        let compute = ceil(life.left, workload.speeds[cluster]);
        // None is written at the very end.
        let stands = if workload.checkpoint > 0 { (compute - 1).max(0) / workload.checkpoint } else { 0 };
        let stay = Stay {
            cluster,
            since: self.now,
            computes_from,
            ends: computes_from + compute + stands * workload.blocking,
            estimated_end: self.now + self.estimate_on(job, cluster),
        };
        let life = &mut self.jobs[job];
        life.stay = Some(stay);
        life.fate.start = life.fate.start.or(Some(self.now));
        life.fate.cluster = Some(cluster);
        life.fate.state = State::Running;
        self.running.push(job);
        self.clusters[cluster].nodes.take(job, self.world.jobs[job].gpus);
    }

    /// Takes a running job's GPUs back for others; it is still to be queued.
    pub(super) fn stop(&mut self, job: usize) {
        self.end_stay(job, true);
        self.jobs[job].fate.preemptions += 1;
        self.stopped.push(job);
    }

    /// A job gives its GPUs back before its end, with all that it has computed or what its last checkpoint holds.
    fn end_stay(&mut self, job: usize, saves: bool) {
        let stay = self.jobs[job].stay.expect("it runs");
        let workload = &self.world.workloads[self.world.jobs[job].workload];
        let attained = self.attained(job);
        let held = self.computed(stay);
        let computed = if workload.checkpoint == 0 {
            if saves { held } else { 0 }
        } else {
            // A checkpoint holds what was computed before it once it is written.
            let (written, since) =
                (held / (workload.checkpoint + workload.blocking), held % (workload.checkpoint + workload.blocking));
            written * workload.checkpoint + if saves { since.min(workload.checkpoint) } else { 0 }
        };
        let done = computed * self.world.speed(job, stay.cluster);
        let life = &mut self.jobs[job];
        life.left -= done;
        life.estimate = (life.estimate - done / 1000).max(0);
        life.attained = attained;
        life.fate.cluster = None;
        self.vacate(job);
    }

    /// Queues those that were stopped; whether there are any.
    pub(super) fn queue_stopped(&mut self) -> bool {
        let stopped = std::mem::take(&mut self.stopped);
        for job in &stopped {
            self.queue(*job);
            self.saved.push(*job);
        }
        !stopped.is_empty()
    }

    /// Forgets what a waiting job has attained: it came to wait just now.
    pub(super) fn begin_anew(&mut self, job: usize) {
        self.jobs[job].attained = 0;
        self.jobs[job].queued_at = self.now;
    }

    fn vacate(&mut self, job: usize) {
        if let Some(stay) = self.jobs[job].stay.take() {
            self.clusters[stay.cluster].nodes.give(job);
            self.running.retain(|running| *running != job);
        }
    }

    /// Whether it depends on a choice between nodes that the rules leave open.
    pub(super) fn undetermined(&self) -> bool {
        self.clusters.iter().any(|cluster| cluster.nodes.open_choice())
    }

    pub(super) fn fates(&self) -> Vec<Fate> {
        self.jobs.iter().map(|life| life.fate).collect()
    }
}

fn ceil(dividend: i64, divisor: i64) -> i64 {
    (dividend + divisor - 1) / divisor
}
