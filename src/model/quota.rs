//! What teams are entitled to, and what they may lend and borrow.
//!
//! Teams and cohorts form trees. A team has a nominal quota; what it does not use of it, others of its cohort may borrow, up to its lending
//! limit and their borrowing limits. A cohort may have a quota too, and lends and borrows in its parent cohort in the same way.
//!
//! Source: Kueue, KEP-79 "Hierarchical cohorts" (quota, usage and what is available at each node of the tree), KEP-1224 "Lending limit" and
//! KEP-1337 "Preempt within cohort while borrowing" (kubernetes-sigs/kueue, `keps/`).

use crate::units::{ClusterId, TeamId};

/// A team or a cohort in a tree of quotas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaNode {
    /// The team's or the cohort's key.
    pub name: String,
    /// The cohort in which it lends and borrows.
    pub parent: Option<usize>,
    /// What it is entitled to [GPUs].
    pub nominal: u64,
    /// The most that it may use beyond its own quota [GPUs]; unlimited if absent.
    pub borrowing_limit: Option<u64>,
    /// The most of its own quota that others may use [GPUs]; all of it if absent.
    pub lending_limit: Option<u64>,
}

/// Which borrowers' jobs a team may preempt to get back what it lent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reclaim {
    /// None: the team waits.
    Never,
    /// Jobs of lower priority than its own.
    LowerPriority,
    /// Jobs of any priority.
    #[default]
    Any,
}

/// A team with a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TeamQuota {
    /// Its place among the nodes of the first tree.
    pub node: usize,
    /// Whose jobs it may stop for what it lent.
    pub reclaim: Reclaim,
}

/// All quotas. Where they are given by GPU type, the tree is there once for each type, and GPUs of one type are not lent for those of another:
/// Kueue's flavors of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotas {
    nodes: Vec<QuotaNode>,
    /// By cluster: which of the trees its GPUs count in. Empty where there is one.
    trees: Vec<usize>,
    /// By team: its quota, if it has one.
    teams: Vec<Option<TeamQuota>>,
    /// By node: what it and those below it have, less what these keep for themselves [GPUs].
    subtree: Vec<u64>,
    /// By node: the part of that which only the node itself can use [GPUs].
    kept: Vec<u64>,
}

impl Quotas {
    /// Quotas of teams over all clusters, by the teams' places. The nodes are a forest: no cohort is its own ancestor. O(nodes x depth).
    #[must_use]
    pub fn new(nodes: Vec<QuotaNode>, teams: Vec<Option<TeamQuota>>) -> Self {
        Self::by_tree(vec![nodes], teams, Vec::new())
    }

    /// Quotas by GPU type: the same nodes once for each type, and by cluster the type's place. O(types x nodes x depth).
    #[must_use]
    pub fn by_tree(by_type: Vec<Vec<QuotaNode>>, teams: Vec<Option<TeamQuota>>, trees: Vec<usize>) -> Self {
        let mut nodes: Vec<QuotaNode> = Vec::new();
        for tree in by_type {
            let first = nodes.len();
            nodes.extend(tree.into_iter().map(|node| QuotaNode { parent: node.parent.map(|parent| parent + first), ..node }));
        }
        let mut quotas = Self { subtree: vec![0; nodes.len()], kept: vec![0; nodes.len()], nodes, trees, teams };
        let mut order: Vec<usize> = (0..quotas.nodes.len()).collect();
        // Those below come before those above.
        order.sort_by_key(|&node| std::cmp::Reverse(quotas.path(node).count()));
        for node in order {
            quotas.subtree[node] += quotas.nodes[node].nominal;
            let lent = quotas.nodes[node].lending_limit.unwrap_or(u64::MAX).min(quotas.subtree[node]);
            quotas.kept[node] = quotas.subtree[node] - lent;
            if let Some(parent) = quotas.nodes[node].parent {
                quotas.subtree[parent] += lent;
            }
        }
        quotas
    }

    /// A node and the cohorts above it, in order.
    pub fn path(&self, node: usize) -> impl Iterator<Item = usize> + use<'_> {
        std::iter::successors(Some(node), |&node| self.nodes[node].parent)
    }

    /// A team's quota, if it has one.
    #[must_use]
    pub fn team(&self, team: TeamId) -> Option<TeamQuota> {
        self.teams.get(team.index()).copied().flatten()
    }

    /// Where a team's GPUs on a cluster count, if it has a quota. O(1).
    #[must_use]
    pub fn node_of(&self, team: TeamId, cluster: ClusterId) -> Option<usize> {
        let first = self.team(team)?.node;
        Some(self.trees.get(cluster.index()).map_or(first, |&tree| first + tree * self.tree_len()))
    }

    /// Which of the trees a cluster's GPUs count in.
    #[must_use]
    pub fn tree_of(&self, cluster: ClusterId) -> usize {
        self.trees.get(cluster.index()).copied().unwrap_or(0)
    }

    /// How many trees there are: GPU types, or one.
    #[must_use]
    pub fn trees(&self) -> usize {
        self.trees.iter().max().map_or(1, |most| most + 1)
    }

    fn tree_len(&self) -> usize {
        self.nodes.len() / self.trees()
    }

    /// What a team is entitled to by itself in one of the trees \[GPUs\]; none without a quota.
    #[must_use]
    pub fn nominal_in(&self, team: TeamId, tree: usize) -> Option<u64> {
        self.team(team).map(|quota| self.nodes[quota.node + tree * self.tree_len()].nominal)
    }

    /// What a team is entitled to by itself \[GPUs\]; none without a quota.
    #[must_use]
    pub fn nominal(&self, team: TeamId) -> Option<u64> {
        (0..self.trees()).map(|tree| self.nominal_in(team, tree)).sum()
    }

    /// How many nodes there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A node.
    #[must_use]
    pub fn node(&self, node: usize) -> &QuotaNode {
        &self.nodes[node]
    }

    /// What a node and those below it have, less what these keep for themselves [GPUs].
    #[must_use]
    pub fn subtree(&self, node: usize) -> u64 {
        self.subtree[node]
    }

    /// The part of that which only the node itself can use [GPUs].
    #[must_use]
    pub fn kept(&self, node: usize) -> u64 {
        self.kept[node]
    }

    /// The most that a node may ever use: what it has, and its borrowing limit where it has one [GPUs].
    #[must_use]
    pub fn limit(&self, node: usize) -> u64 {
        let QuotaNode { parent, borrowing_limit, .. } = self.nodes[node];
        match (parent, borrowing_limit) {
            (None, _) => self.subtree[node],
            (Some(_), Some(limit)) => self.subtree[node].saturating_add(limit),
            (Some(_), None) => u64::MAX,
        }
    }
}
