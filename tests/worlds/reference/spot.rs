//! Spot GPUs that go and come back.

use super::site::Site;
use crate::world::Evictions;

impl Site<'_> {
    /// When spot GPUs go, come back, or are said to go next.
    pub(super) fn next_eviction(&self) -> Option<i64> {
        let of = |evictions: &Evictions| -> Vec<i64> {
            let (out, notice) = (evictions.out, evictions.notice);
            evictions.from.iter().flat_map(|from| [from - notice, *from, from + out]).collect()
        };
        let all = self.world.clusters.iter().filter_map(|cluster| cluster.evictions.as_ref()).flat_map(of);
        all.filter(|time| *time > self.now).min()
    }

    /// Whether an eviction of a cluster is announced or lasts.
    fn goes(&self, cluster: usize) -> Option<&Evictions> {
        let evictions = self.world.clusters[cluster].evictions.as_ref()?;
        let is_on = |from: &i64| from - evictions.notice <= self.now && self.now < from + evictions.out;
        evictions.from.iter().any(is_on).then_some(evictions)
    }

    /// Spot GPUs that are to go and have not yet gone.
    fn missing(&self, cluster: usize) -> u64 {
        let quarters = self.goes(cluster).map_or(0, |evictions| evictions.quarters);
        (self.clusters[cluster].spot * quarters).div_ceil(4).saturating_sub(self.clusters[cluster].evicted)
    }

    /// Those whose time is over are there again.
    pub(super) fn return_spot(&mut self) {
        for cluster in 0..self.clusters.len() {
            let returns = self.world.clusters[cluster]
                .evictions
                .as_ref()
                .is_some_and(|evictions| evictions.from.iter().any(|from| from + evictions.out == self.now));
            if returns {
                self.surprised = true;
                self.clusters[cluster].nodes.give(usize::MAX);
                self.clusters[cluster].evicted = 0;
            }
        }
    }

    /// Free GPUs go while an eviction is announced or lasts.
    pub(super) fn take_free_spot(&mut self) {
        for cluster in 0..self.clusters.len() {
            let gpus = self.missing(cluster).min(self.clusters[cluster].nodes.free());
            if gpus > 0 {
                self.clusters[cluster].nodes.take(usize::MAX, gpus);
                self.clusters[cluster].evicted += gpus;
                self.surprised = true;
            }
        }
    }

    /// At its instant free GPUs go first, then those of the jobs that started last.
    pub(super) fn evict(&mut self) {
        for cluster in 0..self.clusters.len() {
            let Some(evictions) = self.world.clusters[cluster].evictions.as_ref() else { continue };
            let notice = evictions.notice;
            self.surprised |= evictions.from.iter().any(|from| *from == self.now || from - notice == self.now);
            if !evictions.from.contains(&self.now) {
                continue;
            }
            self.take_free_spot();
            while self.missing(cluster) > 0 {
                let Some((job, _)) = self.running_on(cluster).max_by_key(|(job, stay)| (stay.since, *job)) else { break };
                let blocking = self.world.workloads[self.world.jobs[job].workload].blocking;
                if notice > 0 && notice >= blocking {
                    self.save(job);
                } else {
                    self.lose(job);
                }
                self.take_free_spot();
            }
        }
    }
}
