//! How much of their quotas teams use, and who may have what others lent.

use crate::model::quota::Quotas;
use crate::units::{ClusterId, TeamId};
use std::sync::Arc;

/// A team, and a cluster on which it has GPUs or wants some: where quotas are given by GPU type, it says which of them counts.
pub type Party = (Option<TeamId>, ClusterId);

/// GPUs that each team and cohort uses now. Only jobs count: services come first, whatever their team's quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaUse {
    quotas: Arc<Quotas>,
    /// By node: GPUs of its own jobs and what those below it use beyond what they keep for themselves.
    used: Vec<u64>,
    /// By node: the largest gang that it could ever start [GPUs].
    most: Arc<[u64]>,
}

impl QuotaUse {
    /// No team uses anything.
    #[must_use]
    pub fn new(quotas: Arc<Quotas>) -> Self {
        let mut unused = Self { used: vec![0; quotas.len()], most: Arc::default(), quotas };
        unused.most = (0..unused.used.len()).map(|node| unused.available_at(node)).collect();
        unused
    }

    /// The largest gang that a team could start if no team used anything; no limit for one without a quota [GPUs].
    #[must_use]
    pub fn most(&self, party: Party) -> u64 {
        self.node(party).map_or(u64::MAX, |node| self.most[node])
    }

    /// The same quotas, of which nothing is used.
    #[must_use]
    pub fn unused(&self) -> Self {
        Self { used: vec![0; self.used.len()], ..self.clone() }
    }

    /// The quotas.
    #[must_use]
    pub fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    fn node(&self, (team, cluster): Party) -> Option<usize> {
        self.quotas.node_of(team?, cluster)
    }

    /// What a node's jobs and those below it use [GPUs].
    #[must_use]
    pub fn used(&self, node: usize) -> u64 {
        self.used[node]
    }

    /// The largest gang that a team may start now; no limit for one without a quota [GPUs]. O(depth).
    ///
    /// At a node that is what it keeps for itself and does not use, and what its cohort has for it, held to its borrowing limit.
    #[must_use]
    pub fn available(&self, party: Party) -> u64 {
        self.node(party).map_or(u64::MAX, |node| self.available_at(node))
    }

    fn available_at(&self, node: usize) -> u64 {
        let (quotas, used) = (&*self.quotas, self.used[node]);
        let Some(parent) = quotas.node(node).parent else { return quotas.subtree(node).saturating_sub(used) };
        let borrowed = self.available_at(parent);
        let kept = quotas.kept(node);
        let borrowed = match quotas.node(node).borrowing_limit {
            Some(limit) => borrowed.min((quotas.subtree(node) - kept + limit).saturating_sub(used.saturating_sub(kept))),
            None => borrowed,
        };
        kept.saturating_sub(used).saturating_add(borrowed)
    }

    /// What a team has itself and does not use; no limit for one without a quota [GPUs]. O(1).
    #[must_use]
    pub fn unused_of_own(&self, party: Party) -> u64 {
        self.node(party).map_or(u64::MAX, |node| self.quotas.subtree(node).saturating_sub(self.used[node]))
    }

    /// A job of a team got its GPUs. O(depth).
    pub fn take(&mut self, party: Party, gpus: u64) {
        let mut more = gpus;
        let mut next = self.node(party);
        while let Some(node) = next.filter(|_| more > 0) {
            let own = self.quotas.kept(node).saturating_sub(self.used[node]);
            self.used[node] += more;
            more = more.saturating_sub(own);
            next = self.quotas.node(node).parent;
        }
    }

    /// A job of a team gave them back. O(depth).
    pub fn give_back(&mut self, party: Party, gpus: u64) {
        let mut less = gpus;
        let mut next = self.node(party);
        while let Some(node) = next.filter(|_| less > 0) {
            let above = self.used[node].saturating_sub(self.quotas.kept(node));
            self.used[node] -= less;
            less = less.min(above);
            next = self.quotas.node(node).parent;
        }
    }

    /// The lowest node on a team's way up that would not have to borrow for so many more GPUs: the team itself, or a cohort whose others leave
    /// them to it; none where even the topmost would have to. O(depth).
    fn lends_nothing(&self, node: usize, gpus: u64) -> Option<usize> {
        let mut more = gpus;
        for node in self.quotas.path(node) {
            if self.used[node] + more <= self.quotas.subtree(node) {
                return Some(node);
            }
            let own = self.quotas.kept(node).saturating_sub(self.used[node]);
            more = more.saturating_sub(own);
        }
        None
    }

    /// By what a team that wants so many more GPUs is entitled to them before others: how far up the first node is that would stay within what it
    /// has - the team itself (0), or a cohort outside which there are others. O(depth).
    #[must_use]
    pub fn entitlement(&self, party: Party, gpus: u64) -> Option<usize> {
        let node = self.node(party)?;
        let found = self.lends_nothing(node, gpus)?;
        let is_before_others = found == node || self.quotas.node(found).parent.is_some();
        is_before_others.then(|| self.quotas.path(node).take_while(|&above| above != found).count())
    }

    /// The largest gang that a team may start now on one of some clusters [GPUs]. O(clusters x depth).
    #[must_use]
    pub fn available_on(&self, team: Option<TeamId>, clusters: &[ClusterId]) -> u64 {
        clusters.iter().map(|&cluster| self.available((team, cluster))).max().unwrap_or(0)
    }

    /// The nearest of its entitlements on some clusters. O(clusters x depth).
    #[must_use]
    pub fn entitlement_on(&self, team: Option<TeamId>, clusters: &[ClusterId], gpus: u64) -> Option<usize> {
        clusters.iter().filter_map(|&cluster| self.entitlement((team, cluster), gpus)).min()
    }

    /// Whether a job of `holder` has what `asker`, who wants so many GPUs, lent: the asker is entitled to them, and the holder's side of the
    /// tree, up to where the two meet, uses more than it has. O(depth^2).
    #[must_use]
    pub fn is_lent(&self, asker: Party, gpus: u64, holder: Party) -> bool {
        let (Some(asker), Some(holder)) = (self.node(asker), self.node(holder)) else { return false };
        let Some(meeting) = self.meeting(asker, holder) else { return false };
        self.lends_nothing(asker, gpus).is_some_and(|entitled| self.is_below(entitled, asker, meeting))
            && self.borrows_below(holder, meeting)
    }

    /// Whether a job of `asker` may displace one of `holder` as far as quotas go: who would borrow does not displace who is within what it has.
    /// O(depth^2).
    #[must_use]
    pub fn may_displace(&self, asker: Party, gpus: u64, holder: Party) -> bool {
        if asker.0 == holder.0 {
            return true;
        }
        let (Some(asker), Some(holder)) = (self.node(asker), self.node(holder)) else { return true };
        let Some(meeting) = self.meeting(asker, holder) else { return true };
        self.borrows_below(holder, meeting)
            || self.lends_nothing(asker, gpus).is_some_and(|entitled| self.is_below(entitled, asker, meeting))
    }

    /// The lowest cohort of both.
    fn meeting(&self, one: usize, other: usize) -> Option<usize> {
        if one == other {
            return None;
        }
        self.quotas.path(one).find(|&node| self.quotas.path(other).any(|above| above == node))
    }

    /// Whether a node lies on the way up from `from`, below `top`.
    fn is_below(&self, node: usize, from: usize, top: usize) -> bool {
        self.quotas.path(from).take_while(|&above| above != top).any(|above| above == node)
    }

    /// Whether every node on the way up from `from`, below `top`, uses more than it has.
    fn borrows_below(&self, from: usize, top: usize) -> bool {
        self.quotas.path(from).take_while(|&above| above != top).all(|node| self.used[node] > self.quotas.subtree(node))
    }

    /// The first team that uses more than it may ever, if any does: its node, what it uses, and its limit. O(nodes).
    #[must_use]
    pub fn over_limit(&self) -> Option<(usize, u64, u64)> {
        let found = |node: usize| (node, self.used[node], self.quotas.limit(node));
        (0..self.used.len()).map(found).find(|(_, used, limit)| used > limit)
    }
}

/// What a team wants back for a waiting job that it is entitled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The team.
    pub team: Option<TeamId>,
    /// What the job asks for [GPUs].
    pub gpus: u64,
    /// How far up what it is entitled to is: its team's own (0), or a cohort's.
    pub height: usize,
    /// Only jobs below this priority have to give anything back, where there is such a limit.
    pub below: Option<i32>,
}

impl Claim {
    /// Whether the job's team is entitled to it on a cluster: elsewhere it would borrow. O(depth).
    #[must_use]
    pub fn is_due_on(self, used: &QuotaUse, cluster: ClusterId) -> bool {
        used.entitlement((self.team, cluster), self.gpus).is_some_and(|found| found <= self.height)
    }

    /// Whether a job of `holder` of some priority has to give back GPUs for one on a cluster, by what is used of the quotas. O(depth^2).
    #[must_use]
    pub fn is_on(self, used: &QuotaUse, cluster: ClusterId, priority: i32, holder: Party) -> bool {
        self.below.is_none_or(|below| priority < below) && used.is_lent((self.team, cluster), self.gpus, holder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::quota::{QuotaNode, Reclaim, TeamQuota};
    use proptest::prelude::*;

    /// Parent, nominal quota, borrowing limit, lending limit.
    type Node = (Option<usize>, u64, Option<u64>, Option<u64>);

    fn quotas(nodes: &[Node], teams: &[usize]) -> Arc<Quotas> {
        let node = |(index, &(parent, nominal, borrowing_limit, lending_limit)): (usize, &Node)| QuotaNode {
            name: index.to_string(),
            parent,
            nominal,
            borrowing_limit,
            lending_limit,
        };
        let teams = teams.iter().map(|&node| Some(TeamQuota { node, reclaim: Reclaim::Any })).collect();
        Arc::new(Quotas::new(nodes.iter().enumerate().map(node).collect(), teams))
    }

    fn team(index: usize) -> Party {
        (Some(index.into()), ClusterId::from(0))
    }

    #[test]
    fn what_is_lent_and_borrowed() {
        // A cohort of two teams with 10 GPUs each: the first keeps 4 for itself, the second borrows at most 3.
        let quotas = quotas(&[(None, 0, None, None), (Some(0), 10, None, Some(6)), (Some(0), 10, Some(3), None)], &[1, 2]);
        let mut used = QuotaUse::new(quotas);
        assert_eq!((used.available(team(0)), used.available(team(1))), (20, 13));
        used.take(team(1), 13);
        assert_eq!((used.available(team(0)), used.available(team(1))), (7, 0));
        assert_eq!((used.entitlement(team(0), 10), used.entitlement(team(0), 11)), (Some(0), None));
        assert!(used.is_lent(team(0), 10, team(1)) && !used.is_lent(team(0), 11, team(1)) && !used.is_lent(team(1), 1, team(0)));
        used.take(team(0), 7);
        assert_eq!(used.available(team(0)), 0);
        assert!(used.may_displace(team(0), 3, team(1)) && !used.may_displace(team(1), 1, team(0)));
        used.give_back(team(1), 13);
        assert_eq!((used.available(team(0)), used.available(team(1))), (13, 13));
        assert_eq!(used.over_limit(), None);
    }

    #[test]
    fn a_cohort_gets_back_what_its_own_teams_lack() {
        // Under one company: a cohort with 10 GPUs of its own for a team without any, and a team with 5 that borrows.
        let nodes = [(None, 0, None, None), (Some(0), 10, None, None), (Some(1), 0, None, None), (Some(0), 5, None, None)];
        let mut used = QuotaUse::new(quotas(&nodes, &[2, 3]));
        used.take(team(1), 15);
        assert_eq!(used.available(team(0)), 0);
        // The team borrows, but from its own cohort, which is entitled to 10.
        assert_eq!((used.entitlement(team(0), 10), used.entitlement(team(0), 11)), (Some(1), None));
        assert!(used.is_lent(team(0), 10, team(1)) && !used.is_lent(team(0), 11, team(1)));
        used.give_back(team(1), 10);
        used.take(team(0), 10);
        assert!(!used.may_displace(team(1), 1, team(0)) && !used.is_lent(team(0), 1, team(1)));
    }

    proptest! {
        /// Whatever is started within what is available: no team passes its limit, the whole uses no more than it has, and what is given back
        /// leaves nothing behind.
        #[test]
        fn no_team_passes_its_limit(
            nominal in prop::collection::vec((0u64..20, prop::option::of(0u64..10), prop::option::of(0u64..20)), 6),
            moves in prop::collection::vec((0usize..4, 1u64..12), 0..80),
        ) {
            let node = |index: usize, parent| (parent, nominal[index].0, nominal[index].1, nominal[index].2);
            let nodes = [node(0, None), node(1, Some(0)), node(2, Some(0)), node(3, Some(0)), node(4, Some(1)), node(5, Some(1))];
            let quotas = quotas(&nodes, &[2, 3, 4, 5]);
            let mut used = QuotaUse::new(Arc::clone(&quotas));
            let mut held = Vec::new();
            for (index, gpus) in moves {
                if gpus <= used.available(team(index)) {
                    used.take(team(index), gpus);
                    held.push((index, gpus));
                } else if let Some((index, gpus)) = held.pop() {
                    used.give_back(team(index), gpus);
                }
                prop_assert_eq!(used.over_limit(), None);
                let all: u64 = held.iter().map(|(_, gpus)| gpus).sum();
                let kept: u64 = [1, 2, 3, 4, 5].into_iter().map(|node| used.quotas().kept(node)).sum();
                prop_assert!(all <= quotas.subtree(0) + kept);
                for index in 0..4 {
                    let (own, node) = (held.iter().filter(|held| held.0 == index).map(|held| held.1).sum::<u64>(), index + 2);
                    prop_assert_eq!(used.used(node), own);
                    // What a team keeps for itself it always can have.
                    prop_assert!(used.available(team(index)) >= quotas.kept(node).saturating_sub(own));
                }
            }
            for (index, gpus) in held {
                used.give_back(team(index), gpus);
            }
            prop_assert_eq!(used, QuotaUse::new(quotas));
        }
    }
}
