//! Laws that hold in every run, checked in release builds too.

use super::world::World;
use crate::metrics::{ClusterPeriod, Integral, Usage};
use crate::units::{GpuTime, Gpus, SimTime};

/// A law that did not hold: a defect of the program, never of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the accounts do not balance: {what} (a defect of skyberth; please report it with the scenario)")]
pub struct Violation {
    /// Which law, where, and the two figures.
    pub what: String,
}

/// Counts over the whole run.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    pub submitted: u64,
    pub ended: u64,
    pub rejected: u64,
    pub censored: u64,
    /// Jobs in the queue.
    pub queue: Integral,
    /// Queue time of every stay in the queue [ms].
    pub queue_time_ms: u128,
    /// What jobs in the queue ask for.
    pub queued: Gpus,
    /// Times failures stopped a job.
    pub interruptions: u64,
    /// Work lost so far, by cluster.
    pub lost: Vec<GpuTime>,
}

impl Totals {
    pub fn leave_queue(&mut self, gpus: Gpus, since: SimTime, now: SimTime) {
        self.queued -= gpus;
        self.queue.add(-1, now);
        self.queue_time_ms += u128::from((now - since).ms().unsigned_abs());
    }
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds { Ok(()) } else { Err(Violation { what: what() }) }
}

impl World<'_> {
    /// Each team and cohort is within its quota and borrowing limit. O(teams), if the scenario has quotas.
    pub(super) fn check_quotas(&self) -> Result<(), Violation> {
        let Some(quota) = &self.state.quota else { return Ok(()) };
        let Some((node, used, limit)) = quota.over_limit() else { return Ok(()) };
        let (name, at) = (&quota.quotas().node(node).name, self.now.ms());
        Err(Violation { what: format!("{name} uses {used} GPUs at {at} ms, its quota and borrowing limit are {limit}") })
    }

    /// Per cluster: free + allocated + out = installed, by the state of the nodes and by the accounts, which are kept separately.
    /// O(clusters that changed since the last check).
    pub(super) fn check_clusters(&mut self) -> Result<(), Violation> {
        while let Some(id) = self.touched.pop() {
            let index = id.index();
            let state = &self.state.clusters[index];
            // Nodes that have left are out for good.
            let retired = self.retired[index].gpus;
            let installed = state.domains.installed_gpus();
            let (free, allocated) = (state.domains.milli_free(), self.recorder.allocated_milli(id));
            let balances = i128::from(installed) * 1000
                == i128::from(free) + i128::from(state.out_gpus) * 1000 + i128::from(allocated)
                && allocated >= 0
                && i128::from(installed) == i128::from(self.recorder.installed_gpus(id)) + i128::from(retired);
            ensure(balances, || {
                format!(
                    "on {} at {} ms, installed {installed} GPUs (accounts: {}, left: {retired}), free {free} thousandths, out {} GPUs, allocated {allocated} thousandths",
                    self.model.clusters[index].name,
                    self.now.ms(),
                    self.recorder.installed_gpus(id),
                    state.out_gpus,
                )
            })?;
        }
        Ok(())
    }

    /// Each job is in exactly one final state, and queue times add up to the integral of the queue's length.
    pub(super) fn check_totals(&self) -> Result<(), Violation> {
        let totals = &self.totals;
        let sum = totals.ended + totals.rejected + totals.censored;
        ensure(totals.submitted == sum, || format!("{} jobs submitted, {sum} accounted for", totals.submitted))?;
        ensure(totals.queue.value() == 0, || format!("{} jobs left in the queue's count", totals.queue.value()))?;
        let integral = totals.queue.total(self.now);
        ensure(integral == totals.queue_time_ms, || {
            format!("queue times add up to {} ms, the queue's length integrates to {integral} ms", totals.queue_time_ms)
        })?;
        for (index, statistics) in self.statistics.total().iter().enumerate() {
            let counted = statistics.ended()
                + statistics.rejected.iter().sum::<u64>()
                + statistics.censored_running
                + statistics.censored_queued;
            ensure(counted == statistics.submitted, || {
                format!(
                    "workload {}: {} submitted, {counted} accounted for",
                    self.model.workloads[index].name, statistics.submitted
                )
            })?;
        }
        Ok(())
    }
}

/// Per period and cluster: allocated by users = allocated by kind = allocated <= active, and useful <= busy <= allocated.
pub(super) fn check_rows(clusters: &[Vec<ClusterPeriod>], usage: &[Vec<Vec<Usage>>]) -> Result<(), Violation> {
    for (period, (row, usage)) in clusters.iter().zip(usage).enumerate() {
        for (cluster, (cell, users)) in row.iter().zip(usage).enumerate() {
            let at = || format!("cluster {cluster} in period {period}");
            let by_user: GpuTime = users.iter().map(|user| user.allocated).sum();
            let by_kind: GpuTime = cell.allocated_by_kind.iter().copied().sum();
            ensure(by_user == cell.allocated, || format!("{}: users hold {by_user:?}, allocated {:?}", at(), cell.allocated))?;
            ensure(by_kind == cell.allocated, || format!("{}: kinds hold {by_kind:?}, allocated {:?}", at(), cell.allocated))?;
            let within = cell.allocated + cell.out <= cell.installed_total();
            ensure(within, || format!("{}: allocated and out exceed installed", at()))?;
            for user in users {
                let wasted = user.lost + user.restarts + user.blocked + user.missed;
                ensure(user.busy <= user.allocated, || format!("{}: busy exceeds allocated", at()))?;
                ensure(wasted <= user.busy, || format!("{}: waste {wasted:?} exceeds busy {:?}", at(), user.busy))?;
            }
        }
    }
    Ok(())
}
