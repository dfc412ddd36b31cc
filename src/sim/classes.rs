//! Which jobs are alike to a policy: those that may use the same clusters in the same way.

use crate::model::Model;
use crate::policy::Class;

/// Classes of jobs that may use the same clusters in the same way, of the vendors that may be used at all, and the class of each workload. Where
/// teams have quotas, each team has its own classes; where they take turns, each team with a `[team.KEY]` does.
pub(super) fn classes(model: &Model, vendors: &[bool], takes_turns: bool) -> (Vec<Class>, Vec<u16>) {
    let mut classes: Vec<Class> = Vec::new();
    let mut class_of = Vec::new();
    for (index, workload) in model.workloads.iter().enumerate() {
        let closed = model.clusters.iter().map(|cluster| model.closed(index, cluster.vendor)).collect();
        let class = Class {
            speed_milli: workload.speed_milli.clone(),
            within_domain: workload.within_domain,
            gpu_milli: workload.gpu_milli,
            elastic: workload.elastic.clone(),
            closed,
            barred_until: None,
            team: Some(workload.team).filter(|&team| {
                model.quotas.is_some()
                    || model.allowances.iter().any(|allowance| allowance.team == team)
                    || (takes_turns && model.weight(team).is_some())
            }),
            clusters: workload.clusters().filter(|id| vendors[model.clusters[id.index()].vendor.index()]).collect(),
        };
        let found = classes.iter().position(|known| *known == class).unwrap_or_else(|| {
            classes.push(class);
            classes.len() - 1
        });
        class_of.push(u16::try_from(found).unwrap_or(u16::MAX));
    }
    (classes, class_of)
}
