//! GPUs are shared out among jobs by what each gains, step by step. On sizes worth having, where each further GPU gains less, that is the best
//! there is: no job could pass a GPU on with profit.
//!
//! Source: A. Federgruen and H. Groenevelt, "The greedy procedure for resource allocation problems: necessary and sufficient conditions for
//! optimality", Operations Research 34, 1986.

use super::members::{Goal, Member, members};
use crate::policy::placement::Placement;
use crate::policy::plan::Plan;
use crate::policy::queue::ordered;
use crate::units::ClusterId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What one GPU gains or loses, as an integer that compares as it does. What differs by rounding alone is equal, so that equal jobs share
/// equally.
fn key(slope: f64) -> i64 {
    ordered(f64::from(slope as f32))
}

/// Gives jobs up to so many more GPUs, each time to the one that gains most for each; of equals to the smallest, then the first submitted.
/// Returns how many are left. O(steps x log jobs).
pub(super) fn share_out(members: &mut [Member], free: u64, goal: Goal) -> u64 {
    share_out_where(members, free, goal, |_, _| true)
}

/// The same where a job may turn out to have no room for a size; then it gets no more.
pub(super) fn share_out_where(
    members: &mut [Member],
    mut free: u64,
    goal: Goal,
    mut fits: impl FnMut(&Member, u64) -> bool,
) -> u64 {
    let entry = |place: usize, member: &Member, free: u64| {
        let (size, slope) = member.up(goal, free).filter(|_| !member.is_fixed)?;
        Some((key(slope), Reverse(member.gpus), Reverse(member.sequence), place, size))
    };
    let mut heap: BinaryHeap<_> = members.iter().enumerate().filter_map(|(place, member)| entry(place, member, free)).collect();
    while let Some((_, _, _, place, size)) = heap.pop() {
        let member = &mut members[place];
        // Others may have taken what was free when it stood in line; then it tries again with less.
        if size - member.gpus <= free {
            if !fits(member, size) {
                continue;
            }
            free -= size - member.gpus;
            member.gpus = size;
        }
        heap.extend(entry(place, member, free));
    }
    free
}

/// Gives out what is left of a cluster's GPUs because a job had no room to grow as it was to: to the others, step by step, each step tried on
/// nodes at once. Says whether any job grew. O(members x log members), and a placement for each step that is tried.
pub(super) fn fill(plan: &mut Plan<'_>, cluster: ClusterId, (cramped, goal): (&[u32], Goal), placement: &dyn Placement) -> bool {
    let view = plan.view();
    let free = view.free_gpus(cluster);
    let mut members = members(view, cluster);
    for member in &mut members {
        member.is_fixed |= cramped.contains(&member.job) || member.left <= member.cost;
    }
    let mut has_grown = false;
    share_out_where(&mut members, free, goal, |member, gpus| {
        let larger = Member { gpus, ..member.clone() };
        let grows = larger.pays(plan.view()) && plan.resize(member.job, gpus, placement).is_ok();
        has_grown |= grows;
        grows
    });
    has_grown
}

/// Jobs that give way, each time the one that loses least for each GPU; of equals the largest, then the last submitted.
pub(super) struct GivingWay {
    pub members: Vec<Member>,
    goal: Goal,
    heap: BinaryHeap<(Reverse<i64>, u64, u64, usize, u64)>,
    freed: u64,
}

impl GivingWay {
    /// All of them hold what they hold so far.
    pub fn new(members: Vec<Member>, goal: Goal) -> Self {
        let mut giving = Self { members, goal, heap: BinaryHeap::new(), freed: 0 };
        for place in 0..giving.members.len() {
            giving.stand_in_line(place);
        }
        giving
    }

    fn stand_in_line(&mut self, place: usize) {
        let member = &self.members[place];
        if let Some((size, slope)) = member.down(self.goal) {
            self.heap.push((Reverse(key(slope)), member.gpus, member.sequence, place, size));
        }
    }

    /// Frees at least so many GPUs in all, if they can be freed. O(steps x log jobs).
    pub fn free_up(&mut self, gpus: u64) -> bool {
        self.free_up_where(gpus, |_, _| true)
    }

    /// The same where a job may turn out not to have to give so many; then it gives no more.
    pub fn free_up_where(&mut self, gpus: u64, mut gives: impl FnMut(&Member, u64) -> bool) -> bool {
        while self.freed < gpus {
            let Some((.., place, size)) = self.heap.pop() else { return false };
            let member = &mut self.members[place];
            if !gives(member, member.gpus - size) {
                continue;
            }
            self.freed += member.gpus - size;
            member.gpus = size;
            self.stand_in_line(place);
        }
        true
    }

    /// How many GPUs have come free.
    pub const fn freed(&self) -> u64 {
        self.freed
    }
}
