//! Placement by scores on the nodes of a cluster.

use super::Placement;
use super::score::{Largest, Score};
use crate::fleet::nodes::{Ask, GpuTypes, Node, WHOLE};
use crate::fleet::{Domains, Fill, Lease, Place};
use crate::model::Model;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Places shares of GPUs and gangs of up to a node's GPUs where their score is highest; of equals on the first partly used node, and on a free one
/// last. Larger gangs take whole free nodes, and their rest goes where it fits tightest.
///
/// Nodes that look alike are scored once: O(different nodes) a placement.
pub struct ByScore {
    /// By GPUs of a node.
    pub scores: BTreeMap<u32, Arc<dyn Score>>,
}

impl ByScore {
    /// With a score for the nodes of each size in a model. Nodes have GPUs alone, and no CPU that could run out.
    pub fn of(model: &Model, score: impl Fn(Largest) -> Arc<dyn Score>) -> Self {
        let sizes: BTreeSet<u32> = model.clusters.iter().map(|cluster| cluster.node_gpus).collect();
        Self { scores: sizes.into_iter().map(|size| (size, score(Largest::of_gpus(size)))).collect() }
    }

    /// The node with the highest score, a free one as none.
    fn choose<'a>(&self, domains: &'a Domains, ask: &Ask) -> Option<(Option<Place>, std::borrow::Cow<'a, Node>)> {
        let score = self.scores.get(&domains.node_gpus())?;
        let used = domains.partly_used().filter(|(node, _)| node.fits(ask));
        // The highest score, then the first place.
        let best = used
            .map(|(node, place)| (score.score(node, ask), std::cmp::Reverse(place), node))
            .max_by_key(|&(score, place, _)| (score, place));
        let free = domains.free_node().map(|node| (score.score(&node, ask), node));
        match (best, free) {
            (Some((used, ..)), Some((free, node))) if free > used => Some((None, std::borrow::Cow::Owned(node))),
            (Some((_, std::cmp::Reverse(place), node)), _) => Some((Some(place), std::borrow::Cow::Borrowed(node))),
            (None, Some((_, node))) => Some((None, std::borrow::Cow::Owned(node))),
            (None, None) => None,
        }
    }
}

const fn ask(gpus: u32, gpu_milli: u32) -> Ask {
    Ask { cpu_milli: 0, memory_mib: 0, gpus, gpu_milli, types: GpuTypes::ANY }
}

impl Placement for ByScore {
    fn place(&self, domains: &mut Domains, gpus: u64, within_domain: bool) -> Option<Lease> {
        if gpus >= u64::from(domains.node_gpus()) {
            return domains.take(gpus, within_domain, Fill::PartialFirst);
        }
        let (place, _) = self.choose(domains, &ask(gpus as u32, WHOLE))?;
        domains.take_at(place, gpus as u32)
    }

    fn place_share(&self, domains: &mut Domains, milli: u32) -> Option<Lease> {
        let ask = ask(1, milli);
        let (place, node) = self.choose(domains, &ask)?;
        let score = self.scores.get(&domains.node_gpus())?;
        let gpu = score.gpu(&node, &ask)?;
        let free = node.gpus[gpu];
        domains.take_share(place, free, milli as u16)
    }

    fn looks_at_nodes(&self) -> bool {
        true
    }
}
