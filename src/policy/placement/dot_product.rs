//! The node whose free resources point away from the task's.

use super::score::{Largest, Score};
use crate::fleet::nodes::{Ask, Node};

/// The node with the smallest product of what is free and what is asked for: CPU times CPU plus GPUs times GPUs, each over the largest node's, in
/// hundredths of half the sum. A share takes the GPU with the least room that suffices.
///
/// Source: the alignment score of R. Grandl et al., "Multi-resource packing for cluster schedulers", SIGCOMM 2014 (Tetris), turned round, as
/// the simulator of Q. Weng et al., USENIX ATC 2023, has it. It weighs several resources against each other, and is blind to how GPUs of a node
/// are cut up: half of each of two GPUs counts as one.
#[derive(Clone, Copy, Debug)]
pub struct DotProduct(pub Largest);

impl Score for DotProduct {
    fn score(&self, node: &Node, ask: &Ask) -> i32 {
        let squares = Largest { cpu_milli: self.0.cpu_milli * self.0.cpu_milli, gpu_milli: self.0.gpu_milli * self.0.gpu_milli };
        let cpu = u64::from(node.cpu_free) * u64::from(ask.cpu_milli);
        -squares.hundredths(cpu, u64::from(node.milli_free()) * ask.milli())
    }
}
