//! Teams: what they count for, and their quotas.

use super::prices::MOST_USD_PER_GPU_HOUR;
use super::{Compiler, Names, names_of};
use crate::model::charge_back::ChargeBack;
use crate::model::quota::{QuotaNode, Quotas, Reclaim, TeamQuota};
use crate::scenario::spec::{ChargeBackSpec, ChargeBySpec, CohortSpec, ReclaimSpec, TeamSpec};
use crate::units::Price;
use std::sync::Arc;

/// More than all GPUs there are.
const MOST_GPUS: u64 = 1_000_000_000;
/// Cohorts are nested this deep at most: whatever a team uses is looked up at each cohort above it.
const MOST_COHORTS_ABOVE: usize = 100;
/// Weights lie between these.
const LEAST_WEIGHT: f64 = 1e-3;
const MOST_WEIGHT: f64 = 1e6;

impl Compiler<'_, '_> {
    /// What the scenario says of the teams that workloads and services name: the weights of those that it tells apart, and their quotas, if there
    /// are any.
    pub(super) fn teams(&mut self, teams: &[String]) -> (Vec<Option<f64>>, Option<Arc<Quotas>>) {
        let cohorts: Vec<(String, Option<CohortSpec>)> = self.document.section("cohort", self.issues);
        let specs: Vec<(String, Option<TeamSpec>)> = self.document.section("team", self.issues);
        let cohort_names = names_of(&cohorts);
        let mut nodes: Vec<QuotaNode> = Vec::new();
        for (name, spec) in cohorts.iter().filter_map(|(name, spec)| Some((name, spec.as_ref()?))) {
            let at = format!("cohort.{name}");
            let parent =
                spec.parent.as_ref().and_then(|parent| self.resolve(&format!("{at}.parent"), "cohort", parent, &cohort_names));
            if parent.is_none() && spec.parent.is_none() {
                self.no_borrowing(&at, spec.borrowing_limit_gpus, "parent");
            }
            nodes.push(self.node(&at, name, parent, [Some(spec.quota_gpus()), spec.borrowing_limit_gpus, spec.lending_limit_gpus]));
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
        let quotas = quotas.iter().any(Option::is_some).then(|| Arc::new(Quotas::new(nodes, quotas)));
        (weights, quotas)
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

    fn team_quota(
        &mut self,
        at: &str,
        name: &str,
        spec: &TeamSpec,
        cohorts: &Names,
        nodes: &mut Vec<QuotaNode>,
    ) -> Option<TeamQuota> {
        let cohort = spec.cohort.as_ref().and_then(|cohort| self.resolve(&format!("{at}.cohort"), "cohort", cohort, cohorts));
        if spec.cohort.is_none() {
            self.no_borrowing(at, spec.borrowing_limit_gpus, "cohort");
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
        let node = self.node(at, name, cohort, [spec.quota_gpus, spec.borrowing_limit_gpus, spec.lending_limit_gpus]);
        nodes.push(node);
        Some(TeamQuota { node: nodes.len() - 1, reclaim })
    }

    fn node(&mut self, at: &str, name: &str, parent: Option<usize>, [quota, borrowing, lending]: [Option<u64>; 3]) -> QuotaNode {
        let keys = ["quota_gpus", "borrowing_limit_gpus", "lending_limit_gpus"];
        for (key, gpus) in keys.into_iter().zip([quota, borrowing, lending]) {
            if gpus.is_some_and(|gpus| gpus > MOST_GPUS) {
                self.error(&format!("{at}.{key}"), "more than 1,000,000,000 GPUs are too many");
            }
        }
        let [nominal, borrowing_limit, lending_limit] =
            [quota, borrowing, lending].map(|gpus| gpus.map(|gpus| gpus.min(MOST_GPUS)));
        QuotaNode { name: name.to_owned(), parent, nominal: nominal.unwrap_or(0), borrowing_limit, lending_limit }
    }

    fn no_borrowing(&mut self, at: &str, limit: Option<u64>, key: &str) {
        if limit.is_some() {
            let help = format!("give it a `{key}`, or leave the limit out");
            self.error_help(&format!("{at}.borrowing_limit_gpus"), format!("a limit on borrowing needs a `{key}`"), help);
        }
    }

    /// No cohort is above itself: says where one is, and lets it have no parent.
    /// Nor are there more above it than there may be. O(nodes x depth).
    fn no_circles(&mut self, nodes: &mut [QuotaNode]) {
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
