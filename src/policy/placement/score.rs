//! Placements that give every node a score: what they have in common.

use crate::fleet::nodes::{Ask, Held, Node, Nodes};
use crate::kernel::random::Draws;
use std::sync::Arc;

/// How well a node would take a task. The node with the highest score takes it, the first of equals.
pub trait Score: Send + Sync {
    /// The score of a node on which the ask fits.
    fn score(&self, node: &Node, ask: &Ask) -> i32;

    /// The GPU of a node that a share takes; by default the one with the least room that suffices.
    fn gpu(&self, node: &Node, ask: &Ask) -> Option<usize> {
        node.tightest(ask.gpu_milli)
    }

    /// Whether nodes and GPUs are drawn from those that fit, and scores do not count.
    fn is_drawn(&self) -> bool {
        false
    }
}

/// The largest node of a list, against which scores measure what is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Largest {
    /// CPU [thousandths of a core].
    pub cpu_milli: u64,
    /// GPUs [thousandths of a GPU].
    pub gpu_milli: u64,
}

impl Largest {
    /// The most that any node of a list has free: of each kind by itself.
    #[must_use]
    pub fn of(nodes: &Nodes) -> Self {
        let most = |amount: fn(&Node) -> u32| nodes.list().iter().map(amount).max().unwrap_or(0);
        Self { cpu_milli: most(|node| node.cpu_free).into(), gpu_milli: most(Node::milli_free).into() }
    }

    /// Nodes with so many GPUs, and no CPU that could run out.
    #[must_use]
    pub fn of_gpus(gpus: u32) -> Self {
        Self { cpu_milli: 0, gpu_milli: u64::from(gpus) * 1000 }
    }

    /// Its whole GPUs.
    #[must_use]
    pub const fn gpus(&self) -> u32 {
        (self.gpu_milli / 1000) as u32
    }

    /// The mean of an amount of CPU and one of GPUs, each over the largest node's, in hundredths rounded up. A kind that no node has does not
    /// count.
    #[must_use]
    pub fn hundredths(&self, cpu_milli: u64, gpu_milli: u64) -> i32 {
        let (cpu, gpu) = (u128::from(self.cpu_milli.max(1)), u128::from(self.gpu_milli.max(1)));
        let kinds = u128::from(self.cpu_milli > 0) + u128::from(self.gpu_milli > 0);
        let sum = 100 * (u128::from(cpu_milli) * gpu + u128::from(gpu_milli) * cpu);
        sum.div_ceil(cpu * gpu * kinds.max(1)) as i32
    }
}

/// Places tasks on nodes by their scores. A node's score for a class of tasks is worked out again only after the node changed.
pub struct Placer {
    score: Arc<dyn Score>,
    draws: Draws,
    classes: Vec<Class>,
}

/// Tasks that ask for the same.
struct Class {
    ask: Ask,
    /// By node; `UNFIT` where the ask does not fit.
    scores: Vec<i32>,
    /// How many changes of the nodes the scores know of.
    known: u64,
}

const UNFIT: i32 = i32::MIN;

impl Placer {
    /// A placer for classes of tasks. `draws` are for placements that draw.
    #[must_use]
    pub fn new(score: Arc<dyn Score>, draws: Draws, asks: &[Ask]) -> Self {
        let class = |&ask: &Ask| Class { ask, scores: Vec::new(), known: 0 };
        Self { score, draws, classes: asks.iter().map(class).collect() }
    }

    /// Places a task of a class, or nothing where it fits on no node. O(nodes), and a score for each change since the class was last placed.
    pub fn place(&mut self, nodes: &mut Nodes, class: usize) -> Option<Held> {
        self.update(nodes, class);
        let Class { ask, scores, .. } = &self.classes[class];
        let (node, gpu) = if self.score.is_drawn() {
            let fit = |scores: &[i32]| scores.iter().filter(|&&score| score != UNFIT).count() as u64;
            let chosen = self.draws.below(fit(scores));
            let node = (scores.iter().enumerate()).filter(|&(_, &score)| score != UNFIT).nth(chosen as usize)?.0;
            let room = || nodes.list()[node].gpus.iter().enumerate().filter(|&(_, &free)| u32::from(free) >= ask.gpu_milli);
            let gpu = if ask.is_share() { room().nth(self.draws.below(room().count() as u64) as usize) } else { None };
            (node, gpu.map(|(place, _)| place))
        } else {
            let best = scores.iter().copied().max().filter(|&best| best != UNFIT)?;
            let node = scores.iter().position(|&score| score == best)?;
            (node, if ask.is_share() { self.score.gpu(&nodes.list()[node], ask) } else { None })
        };
        Some(nodes.take(node, ask, gpu))
    }

    /// Gives back what a task of a class held.
    pub fn give_back(&self, nodes: &mut Nodes, class: usize, held: Held) {
        nodes.give_back(&self.classes[class].ask, held);
    }

    /// Whether a task of a class fits on some node.
    pub fn fits(&mut self, nodes: &Nodes, class: usize) -> bool {
        self.update(nodes, class);
        self.classes[class].scores.iter().any(|&score| score != UNFIT)
    }

    fn update(&mut self, nodes: &Nodes, class: usize) {
        let Class { ask, scores, known } = &mut self.classes[class];
        let of = |node: &Node| if node.fits(ask) { self.score.score(node, ask) } else { UNFIT };
        let changed = if scores.is_empty() { None } else { nodes.changed_since(*known) };
        match changed {
            // Few repetitions: the last of each would do, but looking for it costs more.
            Some(changed) if changed.len() < nodes.list().len() => {
                for &node in changed {
                    scores[node as usize] = of(&nodes.list()[node as usize]);
                }
            }
            _ => *scores = nodes.list().iter().map(of).collect(),
        }
        *known = nodes.changes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_that_no_node_has_do_not_count() {
        let both = Largest { cpu_milli: 128_000, gpu_milli: 8000 };
        assert_eq!((both.hundredths(128_000, 8000), both.hundredths(64_000, 0), both.hundredths(0, 1)), (100, 25, 1));
        let gpus = Largest { cpu_milli: 0, gpu_milli: 8000 };
        assert_eq!((gpus.hundredths(0, 8000), gpus.hundredths(0, 4000)), (100, 50));
        assert_eq!(Largest { cpu_milli: 0, gpu_milli: 0 }.hundredths(0, 0), 0);
    }
}
