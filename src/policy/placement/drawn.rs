//! Any node that fits.

use super::score::Score;
use crate::fleet::nodes::{Ask, Node};

/// Any node on which a task fits, and any of its GPUs with room, each equally likely.
///
/// The yardstick for all others: shares end up on many GPUs, and few nodes keep enough whole ones for gangs. It is good only at spreading load.
#[derive(Clone, Copy, Debug)]
pub struct Drawn;

impl Score for Drawn {
    fn score(&self, _node: &Node, _ask: &Ask) -> i32 {
        0
    }

    fn is_drawn(&self) -> bool {
        true
    }
}
