//! Teams: what they count for, and their quotas.

use super::prices::MOST_USD_PER_GPU_HOUR;
use super::{Compiler, Names, names_of};
use crate::model::charge_back::ChargeBack;
use crate::model::cluster::Cluster;
use crate::model::quota::{QuotaNode, Quotas, Reclaim, TeamQuota};
use crate::scenario::spec::{ChargeBackSpec, ChargeBySpec, CohortSpec, GpusSpec, ReclaimSpec, TeamSpec};
use crate::units::Price;
use std::sync::Arc;

/// More than all GPUs there are.
const MOST_GPUS: u64 = 1_000_000_000;
/// Cohorts are nested this deep at most: whatever a team uses is looked up at each cohort above it.
const MOST_COHORTS_ABOVE: usize = 100;
/// Weights lie between these.
const LEAST_WEIGHT: f64 = 1e-3;
const MOST_WEIGHT: f64 = 1e6;

/// The keys that say how many GPUs a team or a cohort has, may borrow, and lends.
const KEYS: [&str; 3] = ["quota_gpus", "borrowing_limit_gpus", "lending_limit_gpus"];

/// A team or a cohort as written.
struct Node {
    /// Where it stands.
    at: String,
    name: String,
    parent: Option<usize>,
    /// By [`KEYS`].
    gpus: [Option<GpusSpec>; 3],
}

impl Node {
    /// Its place in the tree of a GPU type, or of all.
    fn of(&self, gpu_type: Option<&str>) -> QuotaNode {
        let name = gpu_type.map_or_else(|| self.name.clone(), |gpu_type| format!("{} ({gpu_type})", self.name));
        let gpus = |key: usize| self.gpus[key].as_ref().map(|gpus| gpus.of(gpu_type.unwrap_or_default()).min(MOST_GPUS));
        QuotaNode { name, parent: self.parent, nominal: gpus(0).unwrap_or(0), borrowing_limit: gpus(1), lending_limit: gpus(2) }
    }
}

impl Compiler<'_, '_> {
    /// What the scenario says of the teams that workloads and services name: the weights of those that it tells apart, and their quotas, if there
    /// are any.
    pub(super) fn teams(&mut self, teams: &[String], clusters: &[Cluster]) -> (Vec<Option<f64>>, Option<Arc<Quotas>>) {
        let cohorts: Vec<(String, Option<CohortSpec>)> = self.document.section("cohort", self.issues);
        let specs: Vec<(String, Option<TeamSpec>)> = self.document.section("team", self.issues);
        let cohort_names = names_of(&cohorts);
        let mut nodes: Vec<Node> = Vec::new();
        for (name, spec) in cohorts.iter().filter_map(|(name, spec)| Some((name, spec.as_ref()?))) {
            let at = format!("cohort.{name}");
            let parent =
                spec.parent.as_ref().and_then(|parent| self.resolve(&format!("{at}.parent"), "cohort", parent, &cohort_names));
            if parent.is_none() && spec.parent.is_none() {
                self.no_borrowing(&at, spec.borrowing_limit_gpus.is_some(), "parent");
            }
            let gpus = [&spec.quota_gpus, &spec.borrowing_limit_gpus, &spec.lending_limit_gpus].map(Clone::clone);
            nodes.push(Node { at, name: name.clone(), parent, gpus });
        }
        self.no_circles(&mut nodes);
        let cohorts_known = nodes.len();
        let (mut weights, mut quotas) = (vec![None; teams.len()], vec![None; teams.len()]);
        for (name, spec) in specs.iter().filter_map(|(name, spec)| Some((name, spec.as_ref()?))) {
            let at = format!("team.{name}");
            let Some(place) = teams.iter().position(|team| team == name) else {
                let span = self.document.key_span(&at);
                let issue = self.issues.unknown("team", name, span, teams.iter().map(String::as_str));
                self.issues.push_also(issue.label("no workload and no service names this team"));
                continue;
            };
            let weight = self.within(&format!("{at}.weight"), spec.weight(), LEAST_WEIGHT, MOST_WEIGHT);
            weights[place] = Some(weight.unwrap_or(1.0));
            quotas[place] = self.team_quota(&at, name, spec, &cohort_names, &mut nodes);
        }
        for (index, node) in nodes.iter().enumerate().take(cohorts_known) {
            if self.issues.errors() == 0 && !nodes.iter().any(|other| other.parent == Some(index)) {
                self.warn(
                    &format!("cohort.{}", node.name),
                    format!("no team and no cohort is in `{}`", node.name),
                    "give some a `cohort`",
                );
            }
        }
        let by_tree = self.by_tree(&nodes, clusters);
        let quotas = quotas.iter().any(Option::is_some).then(|| match by_tree {
            (mut trees, None) => Quotas::new(trees.pop().unwrap_or_default(), quotas),
            (trees, Some(of_cluster)) => Quotas::by_tree(trees, quotas, of_cluster),
        });
        (weights, quotas.map(Arc::new))
    }

    /// The tree of quotas; where they are by GPU type, one for each type that clusters have, and by cluster which it is.
    fn by_tree(&mut self, nodes: &[Node], clusters: &[Cluster]) -> (Vec<Vec<QuotaNode>>, Option<Vec<usize>>) {
        let mut types: Vec<&str> = Vec::new();
        let of_cluster: Vec<usize> = clusters
            .iter()
            .map(|cluster| {
                let known = types.iter().position(|&known| known == cluster.gpu_type);
                known.unwrap_or_else(|| {
                    types.push(&cluster.gpu_type);
                    types.len() - 1
                })
            })
            .collect();
        let is_by_type = nodes.iter().flat_map(|node| node.gpus.iter().flatten()).any(GpusSpec::is_by_type);
        for node in nodes {
            self.check_gpus(node, is_by_type.then_some(&types));
        }
        if !is_by_type {
            return (vec![nodes.iter().map(|node| node.of(None)).collect()], None);
        }
        let trees = types.iter().map(|&gpu_type| nodes.iter().map(|node| node.of(Some(gpu_type))).collect()).collect();
        (trees, Some(of_cluster))
    }

    /// Says which numbers of GPUs are too large, of a type that no cluster has, or of all types where others are by type.
    fn check_gpus(&mut self, node: &Node, types: Option<&Vec<&str>>) {
        for (key, gpus) in KEYS.into_iter().zip(&node.gpus) {
            let path = format!("{}.{key}", node.at);
            let Some(gpus) = gpus else { continue };
            for (gpu_type, gpus) in gpus.numbers() {
                let path = gpu_type.map_or_else(|| path.clone(), |gpu_type| format!("{path}.{gpu_type}"));
                if gpus > MOST_GPUS {
                    self.error(&path, "more than 1,000,000,000 GPUs are too many");
                }
                let (Some(types), Some(gpu_type)) = (types, gpu_type) else { continue };
                if !types.is_empty() && !types.contains(&gpu_type) {
                    let span = self.document.key_span(&path);
                    let issue = self.issues.unknown("GPU type", gpu_type, span, types.iter().copied());
                    self.issues.push(issue.label("no cluster has GPUs of this type"));
                }
            }
            if types.is_some() && key == KEYS[0] && !gpus.is_by_type() {
                let help = "say how many of each GPU type, as in `quota_gpus = { H100 = 64 }`";
                self.error_help(&path, "quotas are by GPU type elsewhere in this file, and this one is not", help);
            }
        }
    }

    /// How teams are charged at a standard rate.
    pub(super) fn charge_back(&mut self, teams: &[String], has_quotas: bool) -> Option<ChargeBack> {
        if !self.document.has("charge_back") {
            return None;
        }
        let spec: ChargeBackSpec = self.document.table("charge_back", self.issues)?;
        let rate = self.within("charge_back.usd_per_gpu_hour", spec.usd_per_gpu_hour, 0.0, MOST_USD_PER_GPU_HOUR)?;
        let names = Names::new(teams.iter().cloned());
        let owner = spec.owner.as_ref().and_then(|owner| self.resolve("charge_back.owner", "team", owner, &names));
        let by_quota = spec.by() == ChargeBySpec::Quota;
        if by_quota && !has_quotas {
            let help = "give teams a `quota_gpus`, or charge by use";
            self.error_help("charge_back.by", "no team has a quota to be charged for", help);
        }
        Some(ChargeBack { rate: Price::from_usd_per_gpu_hour(rate), by_quota, owner: owner.map(Into::into) })
    }

    fn team_quota(&mut self, at: &str, name: &str, spec: &TeamSpec, cohorts: &Names, nodes: &mut Vec<Node>) -> Option<TeamQuota> {
        let cohort = spec.cohort.as_ref().and_then(|cohort| self.resolve(&format!("{at}.cohort"), "cohort", cohort, cohorts));
        if spec.cohort.is_none() {
            self.no_borrowing(at, spec.borrowing_limit_gpus.is_some(), "cohort");
            for (key, is_given) in [("lending_limit_gpus", spec.lending_limit_gpus.is_some()), ("reclaim", spec.reclaim.is_some())]
            {
                if is_given {
                    self.error_help(&format!("{at}.{key}"), "a team lends only within a cohort", "give the team a `cohort`");
                }
            }
        }
        if spec.quota_gpus.is_none() && spec.cohort.is_none() {
            return None;
        }
        let reclaim = match spec.reclaim() {
            ReclaimSpec::Never => Reclaim::Never,
            ReclaimSpec::LowerPriority => Reclaim::LowerPriority,
            ReclaimSpec::Any => Reclaim::Any,
        };
        let gpus = [&spec.quota_gpus, &spec.borrowing_limit_gpus, &spec.lending_limit_gpus].map(Clone::clone);
        nodes.push(Node { at: at.to_owned(), name: name.to_owned(), parent: cohort, gpus });
        Some(TeamQuota { node: nodes.len() - 1, reclaim })
    }

    fn no_borrowing(&mut self, at: &str, has_limit: bool, key: &str) {
        if has_limit {
            let help = format!("give it a `{key}`, or leave the limit out");
            self.error_help(&format!("{at}.borrowing_limit_gpus"), format!("a limit on borrowing needs a `{key}`"), help);
        }
    }

    /// No cohort is above itself: says where one is, and lets it have no parent.
    /// Nor are there more above it than there may be. O(nodes x depth).
    fn no_circles(&mut self, nodes: &mut [Node]) {
        for start in 0..nodes.len() {
            let mut above = nodes[start].parent;
            for _ in 0..MOST_COHORTS_ABOVE {
                above = above.and_then(|node| if node == start { Some(start) } else { nodes[node].parent });
            }
            let Some(last) = above else { continue };
            let (at, name) = (format!("cohort.{}.parent", nodes[start].name), &nodes[start].name);
            if last == start {
                let title = format!("the cohort `{name}` is above itself");
                self.error_help(&at, title, "one of them must have no `parent`");
            } else {
                let title = format!("more than {MOST_COHORTS_ABOVE} cohorts are above `{name}`, or one of them is above itself");
                self.error_help(&at, title, format!("cohorts are nested up to {MOST_COHORTS_ABOVE} deep"));
            }
            nodes[start].parent = None;
        }
    }
}
