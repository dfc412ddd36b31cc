//! Checks every move of a policy a second time before it takes effect, by accounts that the policy's plan has no part in.

use super::conduct::FaultKind;
use super::world::World;
use crate::units::ClusterId;

/// Why a move is refused.
type Wrong = (FaultKind, String);

impl World<'_> {
    /// Whether a job can start on a cluster: it waits, may run there now, and there is room for its gang. O(1).
    pub(super) fn audit_start(&self, job: u32, cluster: ClusterId) -> Result<(), Wrong> {
        if job >= self.jobs.len() || !self.jobs.get(job).is_waiting {
            return Err((FaultKind::NotWaiting, format!("started {}, which does not wait", self.place_named(job))));
        }
        self.audit_size(job, self.state.job(job).gpus)?;
        self.audit_room(job, cluster)
    }

    /// Whether a running job can have so many GPUs where it runs: it is elastic, and there is room beside all other leases. O(log sizes).
    pub(super) fn audit_resize(&self, job: u32, gpus: u64) -> Result<(), Wrong> {
        if job >= self.jobs.len() || !self.jobs.get(job).is_running {
            return Err((FaultKind::NotResizable, format!("resized {}, which does not run", self.place_named(job))));
        }
        self.audit_size(job, gpus)?;
        let (held, cluster) = (self.jobs.get(job).gpus, self.state.cluster_of(job));
        if self.state.starts_barred[cluster.index()] > 0 {
            let what = format!("resized {} in an outage of the control plane", self.place_named(job));
            return Err((FaultKind::NotResizable, what));
        }
        let free = self.free_milli(cluster);
        if (gpus as i64 - held as i64) * 1000 > free {
            let (name, free) = (&self.model.clusters[cluster.index()].name, free as f64 / 1e3);
            let what = format!(
                "over-commits `{name}`: {} holds {held} GPUs and asks for {gpus}, and {free} are free",
                self.place_named(job)
            );
            return Err((FaultKind::OverCommits, what));
        }
        Ok(())
    }

    /// Whether a job can run on so many GPUs at all.
    fn audit_size(&self, job: u32, gpus: u64) -> Result<(), Wrong> {
        let draft = &self.jobs.get(job).draft;
        let elastic = self.model.workloads[draft.workload.index()].elastic.as_ref();
        if gpus == draft.gpus || elastic.is_some_and(|elastic| elastic.allows(gpus, draft.gpus)) {
            return Ok(());
        }
        let asked = draft.gpus;
        let what = format!("gave {gpus} GPUs to {}, which asks for {asked} and cannot have so many", self.place_named(job));
        Err((FaultKind::NotResizable, what))
    }

    fn free_milli(&self, cluster: ClusterId) -> i64 {
        let out = (self.state.clusters[cluster.index()].out_gpus - self.retired[cluster.index()].gpus) as i64;
        (self.recorder.installed_gpus(cluster) - out) * 1000 - self.recorder.allocated_milli(cluster)
    }

    /// Whether a job can be stopped: it runs, may be stopped, and the control over its cluster is not out. O(1).
    pub(super) fn audit_stop(&self, job: u32) -> Result<(), Wrong> {
        if job >= self.jobs.len() || !self.jobs.get(job).is_running {
            return Err((FaultKind::NotStoppable, format!("stopped {}, which does not run", self.place_named(job))));
        }
        let cluster = self.state.cluster_of(job);
        let workload = &self.model.workloads[self.jobs.get(job).draft.workload.index()];
        if !workload.preemptible || self.state.starts_barred[cluster.index()] > 0 {
            return Err((FaultKind::NotStoppable, format!("stopped {}, which may not be stopped", self.place_named(job))));
        }
        Ok(())
    }

    /// Whether a running job can go on elsewhere. O(1).
    pub(super) fn audit_migration(&self, job: u32, cluster: ClusterId) -> Result<(), Wrong> {
        self.audit_stop(job)?;
        if self.state.cluster_of(job) == cluster {
            return Err((FaultKind::NotAllowed, format!("moved {} to the cluster where it runs", self.place_named(job))));
        }
        self.audit_room(job, cluster)
    }

    fn audit_room(&self, job: u32, cluster: ClusterId) -> Result<(), Wrong> {
        let draft = &self.jobs.get(job).draft;
        let workload = &self.model.workloads[draft.workload.index()];
        let class = &self.state.classes[usize::from(self.jobs.class_of(draft.workload))];
        let Some(name) = self.model.clusters.get(cluster.index()).map(|cluster| &cluster.name) else {
            return Err((FaultKind::NotAllowed, format!("started {} on a cluster that does not exist", self.place_named(job))));
        };
        let may_run = workload.speed_milli[cluster.index()] > 0
            && class.opens(cluster, self.now) == self.now
            && self.state.starts_barred[cluster.index()] == 0;
        if !may_run {
            return Err((
                FaultKind::NotAllowed,
                format!("started {} on `{name}`, where it may not run now", self.place_named(job)),
            ));
        }
        let (free, amount) = (self.free_milli(cluster), workload.amount(self.state.job(job).gpus));
        if free < amount.milli() as i64 {
            let (asked, free) = (amount.as_f64(), free as f64 / 1e3);
            let what = format!("over-commits `{name}`: {} asks for {asked} GPUs, and {free} are free", self.place_named(job));
            return Err((FaultKind::OverCommits, what));
        }
        Ok(())
    }

    fn place_named(&self, job: u32) -> String {
        self.state
            .jobs
            .get(job as usize)
            .map_or_else(|| format!("the job at place {job}"), |slot| self.job_named(slot.facts.sequence))
    }
}
