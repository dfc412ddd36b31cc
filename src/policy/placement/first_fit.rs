//! The first node that fits.

use super::score::Score;
use crate::fleet::nodes::{Ask, Node};

/// The first node on which a task fits; a share takes the first GPU of it that has room.
///
/// It is what many schedulers do that do not think about placement. It fills nodes in their order, so that the last ones stay whole, but
/// shares of GPUs are spread over whatever GPU comes first, and what is left of it may be of no use to any task.
#[derive(Clone, Copy, Debug)]
pub struct FirstFit;

impl Score for FirstFit {
    fn score(&self, _node: &Node, _ask: &Ask) -> i32 {
        0
    }

    fn gpu(&self, node: &Node, ask: &Ask) -> Option<usize> {
        node.gpus.iter().position(|&free| u32::from(free) >= ask.gpu_milli)
    }
}
