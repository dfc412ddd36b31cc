//! Used GPUs before free ones, used nodes before free ones.

use super::score::Score;
use crate::fleet::nodes::{Ask, Node, WHOLE};

/// GPUs that are shared already first, the tightest of them; then free GPUs of used nodes, the fewer the better; then free nodes, the smaller
/// the better. A share takes the GPU with the least room that suffices. Tasks without GPUs go to the first node that fits.
///
/// Source: the GPU packing of Q. Weng et al., "MLaaS in the wild", NSDI 2022, as they score it in "Beware of Fragmentation", USENIX ATC 2023
/// (from 100 for a shared GPU without room left over down to 50, from 49 down to 33 for free GPUs, below that for free nodes). It keeps
/// nodes whole for gangs; it looks neither at CPU nor at who will come.
#[derive(Clone, Copy, Debug)]
pub struct Packing;

impl Score for Packing {
    fn score(&self, node: &Node, ask: &Ask) -> i32 {
        if ask.gpus == 0 {
            return 0;
        }
        let (whole, gpus) = (node.whole_free() as i32, node.gpus.len() as i32);
        if whole == gpus {
            return (33 - whole).max(whole);
        }
        // The GPUs that it would get: those with the least room that suffices.
        let mut room: Vec<u32> = node.gpus.iter().map(|&free| u32::from(free)).filter(|&free| free >= ask.gpu_milli).collect();
        room.sort_unstable();
        let taken = &room[..room.len().min(ask.gpus as usize)];
        let opened = taken.iter().filter(|&&free| free == WHOLE).count() as i32;
        if opened > 0 {
            return (50 - opened).max(33);
        }
        let free: u32 = taken.iter().map(|free| free / 10).sum();
        (100 - free as i32 / 10).max(50)
    }
}
