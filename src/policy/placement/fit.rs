//! The node that is left with the least room, or with the most.

use super::score::{Largest, Score};
use crate::fleet::nodes::{Ask, Node};

/// The node on which the least would be left: the mean of CPU and GPUs left free, each over the largest node's, in hundredths. A share takes
/// the GPU with the least room that suffices.
///
/// Source: the best-fit heuristic as Q. Weng et al. have it, "Beware of Fragmentation", USENIX ATC 2023. It keeps large rooms for large gangs and
/// is hard to beat by simple means; it does not see that CPU left without GPUs, or half a GPU, may suit no task.
#[derive(Clone, Copy, Debug)]
pub struct TightFit(pub Largest);

/// The node on which the most would be left, and the GPU with the most room: the mirror of best fit.
///
/// It spreads load, which is good for what shares CPU, memory or a network on a node, and leaves the fewest whole nodes for gangs.
#[derive(Clone, Copy, Debug)]
pub struct LooseFit(pub Largest);

fn left(largest: &Largest, node: &Node, ask: &Ask) -> i32 {
    largest.hundredths(u64::from(node.cpu_free - ask.cpu_milli), u64::from(node.milli_free()) - ask.milli())
}

impl Score for TightFit {
    fn score(&self, node: &Node, ask: &Ask) -> i32 {
        -left(&self.0, node, ask)
    }
}

impl Score for LooseFit {
    fn score(&self, node: &Node, ask: &Ask) -> i32 {
        left(&self.0, node, ask)
    }

    fn gpu(&self, node: &Node, ask: &Ask) -> Option<usize> {
        node.loosest(ask.gpu_milli)
    }
}
