//! Clusters packed anew at every event, running jobs included.

use super::Scheduler;
use super::site::Site;

/// What has been given out in a pass.
pub(super) struct Given {
    /// What is left on each cluster.
    pub(super) room: Vec<u64>,
    /// Jobs that have GPUs, and where; those that cannot be stopped from the beginning.
    pub(super) holders: Vec<(usize, usize)>,
}

impl Given {
    fn give(&mut self, job: usize, cluster: usize, gpus: u64) {
        self.room[cluster] -= gpus;
        self.holders.push((job, cluster));
    }
}

pub(super) struct Anew {
    order: &'static str,
    /// All jobs that wait or run, in their last order.
    list: Vec<usize>,
    /// By job: its key then.
    last_keys: Vec<i64>,
}

impl Anew {
    pub(super) fn new(order: &'static str, jobs: usize) -> Self {
        Self { order, list: Vec::new(), last_keys: vec![0; jobs] }
    }
}

impl Scheduler for Anew {
    fn pass(&mut self, site: &mut Site<'_>) {
        // Who has lost its GPUs to an outage comes to wait like a newcomer; where a job's key never changes, that is where it was.
        let lost = std::mem::take(&mut site.lost);
        let lost = if matches!(self.order, "srtf" | "srsf") { lost } else { Vec::new() };
        let saved = std::mem::take(&mut site.saved);
        let active = |job: &usize| !lost.contains(job) && (site.waiting.contains(job) || site.running.contains(job));
        self.list.retain(active);
        let newcomers: Vec<usize> = site.waiting.iter().copied().filter(|job| !self.list.contains(job)).collect();
        self.list.extend(&newcomers);
        let key = |job: &usize| {
            let gpus = site.gpus(*job) as i64;
            match self.order {
                "srtf" => site.estimate(*job),
                "srsf" => site.estimate(*job) * gpus,
                "smallest" => gpus,
                "largest" => -gpus,
                other => panic!("no order {other}"),
            }
        };
        for job in &newcomers {
            self.last_keys[*job] = key(job);
        }
        // Who saved its state, stopped or evicted with notice, keeps its place where its key is the same; else it stands behind those that had its key before, and before running jobs that have just come to it.
        for job in saved.into_iter().filter(|_| matches!(self.order, "srtf" | "srsf")) {
            if self.last_keys[job] == key(&job) {
                continue;
            }
            self.list.retain(|other| *other != job);
            let place = self.list.iter().position(|other| self.last_keys[*other] > key(&job));
            self.list.insert(place.unwrap_or(self.list.len()), job);
            self.last_keys[job] = key(&job);
        }
        self.list.sort_by_key(key);
        for job in &self.list {
            self.last_keys[*job] = key(job);
        }
        pack(site, &self.list);
    }
}

/// Packs the clusters anew with jobs in order: who runs goes on where there is still room for it, who waits starts on the first cluster with
/// room, and what does not fit is passed over.
pub(super) fn pack(site: &mut Site<'_>, jobs: &[usize]) {
    let mut jobs = jobs.iter();
    pack_by(site, |_, _| jobs.next().copied());
}

/// The same with the next job told by what the clusters have left, and what each job has been given so far.
pub(super) fn pack_by<'w>(site: &mut Site<'w>, mut next: impl FnMut(&Site<'w>, &Given) -> Option<usize>) {
    let is_fixed = |site: &Site<'_>, job: usize| {
        let is_held = site.jobs[job].stay.is_some_and(|stay| site.is_barred(stay.cluster));
        is_held || !site.world.workloads[site.world.jobs[job].workload].preemptible
    };
    let fixed = |cluster: usize| {
        site.running_on(cluster).filter(|(job, _)| is_fixed(site, *job)).map(|(job, _)| site.gpus(job)).sum::<u64>()
    };
    let room = site
        .clusters
        .iter()
        .enumerate()
        .map(|(index, cluster)| cluster.nodes.installed() - cluster.evicted - fixed(index))
        .collect();
    let stays =
        site.running.iter().filter(|job| is_fixed(site, **job)).filter_map(|job| Some((*job, site.jobs[*job].stay?.cluster)));
    let mut given = Given { room, holders: stays.collect() };
    let (mut stops, mut starts) = (Vec::new(), Vec::new());
    while let Some(job) = next(site, &given) {
        let gpus = site.gpus(job);
        match site.jobs[job].stay {
            Some(_) if is_fixed(site, job) => {}
            Some(stay) if given.room[stay.cluster] >= gpus => given.give(job, stay.cluster, gpus),
            Some(_) => stops.push(job),
            None => {
                if let Some(cluster) = site.open(job).find(|cluster| given.room[*cluster] >= gpus) {
                    given.give(job, cluster, gpus);
                    starts.push((job, cluster));
                }
            }
        }
    }
    for job in stops {
        site.stop(job);
    }
    for (job, cluster) in starts {
        site.start(job, cluster);
    }
    site.queue_stopped();
}
