//! GPU types of a scenario, as allocators see them.

use super::problem::GpuType;
use crate::model::Model;
use crate::policy::facts::JobFacts;
use crate::policy::view::View;
use crate::units::ClusterId;

/// Clusters that are one GPU type: they have the same GPUs, and the same jobs may use them at the same speeds. So a type that some job may use
/// only in part, because of its vendor or its place, counts as several.
#[derive(Clone, Debug)]
pub(super) struct Kinds {
    list: Vec<Kind>,
    /// By cluster.
    of: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Kind {
    name: String,
    clusters: Vec<ClusterId>,
}

impl Kinds {
    /// The types of a model, in the order of its clusters.
    pub fn of(model: &Model) -> Self {
        let speeds = |cluster: usize| -> Vec<u32> { model.workloads.iter().map(|job| job.speed_milli[cluster]).collect() };
        let mut kinds = Self { list: Vec::new(), of: Vec::new() };
        for (index, cluster) in model.clusters.iter().enumerate() {
            let alike = |kind: &Kind| kind.name == cluster.gpu_type && speeds(kind.clusters[0].index()) == speeds(index);
            let place = kinds.list.iter().position(alike).unwrap_or_else(|| {
                kinds.list.push(Kind { name: cluster.gpu_type.clone(), clusters: Vec::new() });
                kinds.list.len() - 1
            });
            kinds.list[place].clusters.push(index.into());
            kinds.of.push(place);
        }
        kinds
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// The type of a cluster.
    pub fn kind(&self, cluster: ClusterId) -> usize {
        self.of[cluster.index()]
    }

    /// The clusters of a type, in the scenario's order.
    pub fn clusters(&self, kind: usize) -> &[ClusterId] {
        &self.list[kind].clusters
    }

    /// A type with so many GPUs by cluster, at the mean price of what its clusters have; its reserved, on-demand and spot GPUs each at theirs.
    pub fn gpu_type(&self, kind: usize, view: View<'_>, room: &[u64]) -> GpuType {
        let Kind { name, clusters } = &self.list[kind];
        let (mut gpus, mut usd) = (0, 0.0);
        for &cluster in clusters {
            let (facts, counts) = (view.facts(cluster), view.state.gpus_by_kind[cluster.index()]);
            let prices = [facts.prices.reserved, facts.prices.on_demand, facts.prices.spot];
            for (count, price) in counts.into_iter().zip(prices) {
                gpus += count;
                usd += count as f64 * price.usd_per_gpu_hour();
            }
        }
        let room: u64 = clusters.iter().map(|cluster| room[cluster.index()]).sum();
        GpuType { name: name.clone(), gpus: room as f64, price: usd / (gpus as f64).max(1.0) }
    }

    /// What a job's gang does on each type [reference GPU-seconds a second]; 0 where it cannot run now: it may not start there, or the gang is
    /// larger than the room of every cluster. Where it runs already it may go on. O(clusters).
    pub fn speeds(&self, view: View<'_>, job: &JobFacts, own: Option<ClusterId>, room: &[u64]) -> Vec<f64> {
        let class = view.class_of(job);
        let mut speeds = vec![0.0; self.len()];
        for &cluster in &class.clusters {
            let has_room = job.gpus <= room[cluster.index()]
                && (!class.within_domain || job.gpus <= u64::from(view.domains(cluster).domain_gpus()));
            if has_room && (own == Some(cluster) || view.is_open(class, cluster)) {
                let speed = f64::from(class.speed_milli[cluster.index()]) / 1000.0 * job.gpus as f64;
                let best: &mut f64 = &mut speeds[self.kind(cluster)];
                *best = best.max(speed);
            }
        }
        speeds
    }
}
