//! Tasks that ask for as many GPUs stay together.

use super::score::{Largest, Score};
use crate::fleet::nodes::{Ask, Node};

/// A node where tasks of the same kind are, a kind being a number of GPUs or a share of one: best one with that kind alone, then one with others
/// beside it, then an empty one, then one with other kinds alone; of these the one with the least of its GPUs free. A share takes the GPU
/// with the least room that suffices. Tasks without GPUs go to the first node that fits.
///
/// Source: the clustering of W. Xiao et al., "Gandiva: introspective cluster scheduling for deep learning", OSDI 2018, as Q. Weng et al.
/// score it, USENIX ATC 2023. It wins where kinds come and go together, and opens an empty node for every new kind even where there is room
/// elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Clustering(pub Largest);

impl Score for Clustering {
    fn score(&self, node: &Node, ask: &Ask) -> i32 {
        if ask.gpus == 0 {
            return 0;
        }
        let has_kind = node.kinds.iter().any(|&(kind, _)| kind == ask.kind());
        let band = match (has_kind, node.kinds.len()) {
            (true, 1) => 75,
            (true, _) => 50,
            (false, 0) => 25,
            (false, _) => 0,
        };
        let most = self.0.gpu_milli.max(1);
        let used = most.saturating_sub(node.milli_free().into());
        band + (25 * used / most) as i32
    }
}
