//! Whether anything of a scenario can run at all.

use super::Compiler;
use crate::model::Model;
use crate::model::cluster::Cluster;
use crate::model::job::JobSource;
use crate::policy::registry;
use crate::units::Gpus;

impl Compiler<'_, '_> {
    /// Refuses sources none of whose jobs can ever run, and warns of those that can run late.
    pub(super) fn feasibility(&mut self, model: &Model) {
        if model.has_shares() && model.quotas.is_some() {
            let help = "quotas count whole GPUs: leave them out, or let every job have whole GPUs";
            self.error_help("team", "jobs that share GPUs have no quotas", help);
        }
        self.quotas_reach(model);
        self.policies_fit(model);
        let may_use = |vendor: usize| registry::may_use(&model.policy, model, vendor.into());
        let usable_vendors: Vec<bool> = (0..model.vendors.len()).map(may_use).collect();
        for workload in &model.workloads {
            let at = format!("workload.{}", workload.name);
            let may_use = |cluster: &&Cluster| usable_vendors.get(cluster.vendor.index()).is_none_or(|usable| *usable);
            let usable = || workload.clusters().map(|id| &model.clusters[id.index()]).filter(may_use);
            if usable().next().is_none() {
                if self.issues.errors() == 0 {
                    self.error(&at, format!("`{}` may run on no cluster of this scenario: its limits leave none", workload.name));
                }
                continue;
            }
            let least = workload.least_gang();
            let room = |cluster: &Cluster| {
                let most = cluster.planned_maximum();
                if workload.within_domain { most.min(Gpus::whole(u64::from(cluster.domain_gpus))) } else { most }
            };
            let most = usable().map(room).max().unwrap_or_default();
            if Gpus::whole(least) > most {
                let title = format!(
                    "no job of `{}` can ever run: the smallest asks for {least} GPUs, and the largest cluster it may use reaches {}",
                    workload.name,
                    most.whole_floor()
                );
                let help = if workload.within_domain {
                    "with within_domain a gang must fit one NVLink domain"
                } else {
                    "make the jobs smaller, or the ramp longer"
                };
                let key = if matches!(workload.jobs, JobSource::Listed(_)) { "trace" } else { "gpus" };
                self.error_help(&format!("{at}.{key}"), title, help);
            }
        }
        for (index, cluster) in model.clusters.iter().enumerate() {
            let mut options = model.contracts.iter().filter_map(|contract| contract.clauses.expansion);
            if cluster.ramp.is_empty() && !options.any(|option| option.cluster.index() == index) {
                let help = "add { date = .., gpus = .. }, or let an expansion deliver there";
                self.warn(&format!("cluster.{}.ramp", cluster.name), "this cluster never has a GPU: its ramp is empty", help);
            }
        }
        for (index, vendor) in model.vendors.iter().enumerate() {
            let is_known = !vendor.commitment_unknown && !vendor.power_unknown;
            if is_known && self.issues.errors() == 0 && model.clusters_of(index.into()).next().is_none() {
                let help = "give it a cluster, or say that its figures are not public with commitment_unknown and power_unknown";
                self.warn(&format!("vendor.{}", vendor.key), format!("the vendor `{}` has no cluster", vendor.key), help);
            }
        }
        for service in &model.services {
            if service.speed.iter().all(|&speed| speed <= 0.0) && self.issues.errors() == 0 {
                let help = "its objective must be reachable on at least one cluster's GPU type; see tpot_slo_ms, only_gpus and only_clusters";
                self.error_help(
                    &format!("service.{}", service.name),
                    format!("`{}` can run on no cluster of this scenario", service.name),
                    help,
                );
            }
        }
        let is_written = ["workload", "service"].iter().any(|section| self.document.root.contains_key(*section));
        if !is_written {
            self.issues.push(crate::scenario::Issue::warning(
                "there is neither a workload nor a service: nothing will use the GPUs",
                None,
            ));
        }
    }

    /// Warns of quotas that promise more than there will ever be: to a team, of the clusters that its jobs may use, and to all together.
    fn quotas_reach(&mut self, model: &Model) {
        let Some(quotas) = model.quotas.as_ref().filter(|_| self.issues.errors() == 0) else { return };
        let most = |clusters: &mut dyn Iterator<Item = usize>| -> u64 {
            clusters.map(|index| model.clusters[index].planned_maximum().whole_floor()).sum()
        };
        for tree in 0..quotas.trees() {
            let in_tree = || (0..model.clusters.len()).filter(|&index| quotas.tree_of(index.into()) == tree);
            // Where quotas are by GPU type, all clusters of a tree have it.
            let gpu_type = in_tree().next().filter(|_| quotas.trees() > 1).map(|index| model.clusters[index].gpu_type.as_str());
            let (key, kind) = gpu_type.map_or_else(Default::default, |name| (format!(".{name}"), format!(" of type {name}")));
            let mut sum = 0;
            for (team, name) in model.teams.iter().enumerate() {
                let Some(quota) = quotas.nominal_in(team.into(), tree).filter(|&quota| quota > 0) else { continue };
                sum += quota;
                let theirs = || model.workloads.iter().filter(|workload| workload.team.index() == team);
                let reach = most(&mut in_tree().filter(|&index| theirs().any(|workload| workload.speed_milli[index] > 0)));
                if theirs().next().is_some() && quota > reach {
                    let title = format!(
                        "the quota of `{name}` is {quota} GPUs{kind}, and the clusters that its jobs may use reach {reach}"
                    );
                    let help = "a quota is over all clusters that count; lower it, or let its jobs use more of them";
                    self.warn(&format!("team.{name}.quota_gpus{key}"), title, help);
                }
            }
            let all = most(&mut in_tree());
            if sum > all {
                let title = format!("quotas add up to {sum} GPUs{kind}, and all clusters together reach {all}");
                self.warn("team", title, "teams that stay within their quotas may still have to wait for each other");
            }
        }
    }
}
