//! Fragmentation gradient descent.

use super::score::Score;
use crate::fleet::nodes::{Ask, GpuTypes, Node};
use crate::kernel::math;
use std::collections::BTreeMap;

/// The node on which what tasks to come cannot use would grow the least, and the GPU of it likewise.
///
/// A task to come, of a class, cannot use the free GPUs of a node on which it does not fit, nor those GPUs of another that have less room than
/// it needs of each; the mean over classes, by how often they come, is the node's fragmentation. The score is its fall by the placement
/// in GPUs, squeezed into 0 to 100 by the logistic function and rounded down. Tasks without GPUs can use none.
///
/// Source: Q. Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent", USENIX ATC
/// 2023, and its simulator. It wins where shares, single GPUs and gangs with different needs of CPU or GPU types meet on a full cluster;
/// where all tasks are alike there is nothing to descend, and it places like first fit.
#[derive(Clone, Debug)]
pub struct GradientDescent(pub Target);

/// What is expected to be asked for: classes of tasks and how often they come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    groups: Vec<Group>,
    /// Of all classes, those without GPUs too.
    weight: u64,
}

/// Classes that ask for the same GPUs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    gpus: usize,
    gpu_milli: u16,
    types: GpuTypes,
    /// CPU asked for [thousandths of a core], ascending, and the weight of all classes that ask for so much or less.
    up_to_cpu: Vec<(u32, u64)>,
    weight: u64,
}

impl Target {
    /// The most frequent classes of a workload, as many as make up 95 % of its tasks; the rest is left out. Memory does not make a class.
    #[must_use]
    pub fn of(asks: impl Iterator<Item = Ask>) -> Self {
        Self::weighted(asks.map(|ask| (ask, 1)))
    }

    /// The same, each task with a weight.
    #[must_use]
    pub fn weighted(asks: impl Iterator<Item = (Ask, u64)>) -> Self {
        let mut counts: BTreeMap<Ask, u64> = BTreeMap::new();
        for (ask, weight) in asks {
            *counts.entry(Ask { memory_mib: 0, ..ask }).or_default() += weight;
        }
        let all: u64 = counts.values().sum();
        let mut classes: Vec<(u64, Ask)> = counts.into_iter().map(|(ask, count)| (count, ask)).collect();
        classes.sort_unstable_by(|a, b| b.cmp(a));
        let mut target = Self::default();
        for (count, ask) in classes {
            if target.weight * 100 >= all * 95 {
                break;
            }
            target.add(&ask, count);
        }
        target
    }

    fn add(&mut self, ask: &Ask, count: u64) {
        self.weight += count;
        if ask.gpus == 0 {
            return;
        }
        let same =
            |group: &Group| (group.gpus, u32::from(group.gpu_milli), group.types) == (ask.gpus as usize, ask.gpu_milli, ask.types);
        let place = self.groups.iter().position(same).unwrap_or_else(|| {
            let (gpus, gpu_milli) = (ask.gpus as usize, ask.gpu_milli as u16);
            self.groups.push(Group { gpus, gpu_milli, types: ask.types, up_to_cpu: Vec::new(), weight: 0 });
            self.groups.len() - 1
        });
        let group = &mut self.groups[place];
        group.weight += count;
        let at = group.up_to_cpu.partition_point(|&(cpu, _)| cpu < ask.cpu_milli);
        let below = if at == 0 { 0 } else { group.up_to_cpu[at - 1].1 };
        group.up_to_cpu.insert(at, (ask.cpu_milli, below));
        group.up_to_cpu[at..].iter_mut().for_each(|(_, weight)| *weight += count);
    }

    /// What the expected tasks cannot use of a node's free GPUs [thousandths of a GPU x weight]. O(groups x (GPUs + log classes)).
    fn unusable(&self, cpu_free: u32, free: &[u16], gpu_type: GpuTypes) -> u64 {
        let all: u64 = free.iter().map(|&free| u64::from(free)).sum();
        let mut unusable = all * self.weight;
        if all == 0 {
            return 0;
        }
        for group in &self.groups {
            let (mut fit, mut usable) = (0, 0_u64);
            for &free in free {
                let fits = free >= group.gpu_milli;
                fit += usize::from(fits);
                usable += if fits { u64::from(free) } else { 0 };
            }
            if fit >= group.gpus && group.types.allow(gpu_type) {
                let at = group.up_to_cpu.partition_point(|&(cpu, _)| cpu <= cpu_free);
                let weight = if at == 0 { 0 } else { group.up_to_cpu[at - 1].1 };
                unusable -= usable * weight;
            }
        }
        unusable
    }

    /// What the expected tasks cannot use of a node's free GPUs, on average [thousandths of a GPU]; nothing where no tasks are expected.
    #[must_use]
    pub fn fragmentation(&self, node: &Node) -> f64 {
        self.unusable(node.cpu_free, &node.gpus, node.gpu_type) as f64 / self.weight.max(1) as f64
    }
}

impl GradientDescent {
    /// The score where a node's fragmentation goes from one amount to another.
    fn squeezed(&self, before: u64, after: u64) -> i32 {
        let fall = (before as f64 - after as f64) / (1000.0 * self.0.weight.max(1) as f64);
        (100.0 / (1.0 + math::exp(-fall))) as i32
    }

    /// The GPU that a share takes, and the score with it.
    fn best_gpu(&self, node: &Node, ask: &Ask) -> Option<(usize, i32)> {
        let before = self.0.unusable(node.cpu_free, &node.gpus, node.gpu_type);
        let mut free = node.gpus.clone();
        let mut best: Option<(usize, i32)> = None;
        for place in 0..free.len() {
            let had = free[place];
            // A GPU with as much room as an earlier one scores as that does.
            if u32::from(had) < ask.gpu_milli || node.gpus[..place].contains(&had) {
                continue;
            }
            free[place] = had - ask.gpu_milli as u16;
            let after = self.0.unusable(node.cpu_free - ask.cpu_milli, &free, node.gpu_type);
            free[place] = had;
            let score = self.squeezed(before, after);
            if best.is_none_or(|(_, known)| score > known) {
                best = Some((place, score));
            }
        }
        best
    }
}

impl Score for GradientDescent {
    fn score(&self, node: &Node, ask: &Ask) -> i32 {
        if ask.is_share() {
            return self.best_gpu(node, ask).map_or(0, |(_, score)| score);
        }
        let before = self.0.unusable(node.cpu_free, &node.gpus, node.gpu_type);
        let mut free = node.gpus.clone();
        free.iter_mut()
            .filter(|free| u32::from(**free) >= ask.gpu_milli)
            .take(ask.gpus as usize)
            .for_each(|free| *free -= ask.gpu_milli as u16);
        self.squeezed(before, self.0.unusable(node.cpu_free - ask.cpu_milli, &free, node.gpu_type))
    }

    fn gpu(&self, node: &Node, ask: &Ask) -> Option<usize> {
        self.best_gpu(node, ask).map(|(place, _)| place)
    }
}
