//! Pods on a list of nodes of any shape. A pod asks for CPU, memory, GPUs of some types, or a share of one GPU.
//!
//! [`Packing`] asks how full the nodes get when pods only come; [`NodeReplay`] lets them come and go at their own times.

mod packing;
mod queue;

pub use packing::{Packed, Packing};
pub use queue::NodeReplay;

use crate::fleet::nodes::{Ask, GpuTypes, MOST_GPUS, Node as FleetNode};
use crate::policy::placement::Target;
use crate::workload::trace::{Node, Pod};

/// Nodes and tasks, in the order of their files.
#[derive(Clone, Debug)]
pub struct NodeTasks {
    nodes: Vec<FleetNode>,
    /// The class of each task.
    tasks: Vec<u16>,
    /// What the tasks of each class ask for.
    asks: Vec<Ask>,
    target: Target,
}

/// Why nodes or tasks cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeTasksError {
    /// Nothing to place on.
    #[error("no node has a GPU")]
    NoGpus,
    /// Nothing to place.
    #[error("no task asks for a GPU")]
    NoTasks,
    /// A node is too large.
    #[error("node {name} has {gpus} GPUs; a node may have at most {MOST_GPUS}")]
    TooManyGpus {
        /// Its name.
        name: String,
        /// Its GPUs.
        gpus: u64,
    },
    /// Too many different ones.
    #[error("more than {limit} different {what}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

/// More GPU types than a task's choice of them has bits for.
const MOST_TYPES: usize = 63;
/// The bit behind those of the types, for GPUs whose type the list of nodes does not tell.
const UNKNOWN_TYPE: GpuTypes = GpuTypes(1 << MOST_TYPES);
const MOST_CLASSES: usize = u16::MAX as usize;

impl NodeTasks {
    /// Nodes and what pods ask for. Tasks that may be expected are the pods' own.
    ///
    /// # Errors
    ///
    /// When nothing asks for a GPU, nothing has one, or there are too many different shapes.
    pub fn new(nodes: &[Node], pods: &[Pod]) -> Result<Self, NodeTasksError> {
        let mut types: Vec<&str> = nodes.iter().map(|node| node.gpu_type.as_str()).filter(|name| !name.is_empty()).collect();
        types.sort_unstable();
        types.dedup();
        if types.len() > MOST_TYPES {
            return Err(NodeTasksError::TooMany { what: "GPU types", limit: MOST_TYPES });
        }
        let nodes = nodes.iter().map(|node| fleet_node(node, &types)).collect::<Result<Vec<_>, _>>()?;
        if nodes.iter().all(|node| node.gpus.is_empty()) {
            return Err(NodeTasksError::NoGpus);
        }
        let all: Vec<Ask> = pods.iter().map(|pod| ask(pod, &types)).collect();
        if all.iter().all(|ask| ask.gpus == 0) {
            return Err(NodeTasksError::NoTasks);
        }
        let mut asks = all.clone();
        asks.sort_unstable();
        asks.dedup();
        if asks.len() > MOST_CLASSES {
            return Err(NodeTasksError::TooMany { what: "kinds of tasks", limit: MOST_CLASSES });
        }
        let tasks = all.iter().map(|ask| asks.binary_search(ask).unwrap_or_default() as u16).collect();
        let target = Target::of(all.into_iter());
        Ok(Self { nodes, tasks, asks, target })
    }

    /// GPUs of all nodes.
    #[must_use]
    pub fn gpus(&self) -> u64 {
        self.nodes.iter().map(|node| node.gpus.len() as u64).sum()
    }
}

fn fleet_node(node: &Node, types: &[&str]) -> Result<FleetNode, NodeTasksError> {
    if node.gpus > u64::from(MOST_GPUS) {
        return Err(NodeTasksError::TooManyGpus { name: node.name.clone(), gpus: node.gpus });
    }
    // GPUs of no known type serve pods that take any.
    let unknown = if node.gpus > 0 { UNKNOWN_TYPE } else { GpuTypes::NONE };
    let gpu_type = types.binary_search(&node.gpu_type.as_str()).map_or(unknown, |place| GpuTypes(1 << place));
    Ok(FleetNode::new(node.cpu_milli, node.memory_mib, node.gpus as u32, gpu_type))
}

/// What a pod asks for. A type between `|` that no node has is never met.
fn ask(pod: &Pod, types: &[&str]) -> Ask {
    let named = || pod.gpu_types.split('|').map(str::trim).filter(|name| !name.is_empty());
    let bit = |name: &str| types.binary_search(&name).map_or(0, |place| 1_u64 << place);
    let types = if named().next().is_none() { GpuTypes::ANY } else { GpuTypes(named().map(bit).fold(0, |all, one| all | one)) };
    Ask {
        cpu_milli: pod.cpu_milli,
        memory_mib: pod.memory_mib,
        gpus: pod.gpus.min(u64::from(u32::MAX)) as u32,
        gpu_milli: if pod.gpus == 0 { 0 } else { pod.gpu_milli },
        types,
    }
}
