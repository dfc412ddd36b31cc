//! What policies are ranked by: a metric over the whole run, of everything or of one thing.

use crate::kernel::names::{by_nearness, nearest};
use crate::metrics::catalog::{self, Direction, Futures, Metric, ScopeKind};
use crate::metrics::{Base, Measures, Scope, Time};
use crate::model::Model;
use crate::study::summary::scope as words;

/// The base that concentration is ranked by where none is named.
const USUAL_BASE: Base = Base::ServedGpuHours;

/// A metric that has a direction, and what it is measured for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// The metric.
    pub metric: &'static Metric,
    /// The service, team, vendor or the like, as `NAME` or `SCOPE.NAME`; none for everything, or for the only one there is.
    pub of: Option<String>,
}

/// A metric that policies cannot be ranked by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectiveError {
    /// No metric has the name.
    #[error("unknown metric `{name}`{}\n{}", did_you_mean(name), listed(name))]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// Neither way is better.
    #[error("neither way of `{0}` is better: rank by a metric that has a direction, see `skyberth catalog metrics`")]
    NoDirection(&'static str),
    /// A single future has no value of it.
    #[error("`{metric}` has no value in a single future: {why}")]
    NotInFutures {
        /// The metric.
        metric: &'static str,
        /// What it is instead.
        why: String,
    },
    /// The scenario does not have it.
    #[error("this scenario has no `{metric}`: it is measured only with {needs}")]
    Absent {
        /// The metric.
        metric: &'static str,
        /// What a scenario must have for it.
        needs: String,
    },
    /// It is not measured for the thing that was named.
    #[error("`{metric}` is not measured for `{name}`; it is for {}", list(known))]
    NotFor {
        /// The metric.
        metric: &'static str,
        /// The name asked for.
        name: String,
        /// The names it is measured for.
        known: Vec<String>,
    },
    /// It is measured for several things, and none was named clearly.
    #[error("`{metric}` is measured for {}: choose one, such as `{metric}@{}`", list(known), known[0])]
    Several {
        /// The metric.
        metric: &'static str,
        /// The names it is measured for.
        known: Vec<String>,
    },
}

impl From<&'static Metric> for Objective {
    fn from(metric: &'static Metric) -> Self {
        Self { metric, of: None }
    }
}

impl std::fmt::Display for Objective {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.metric.name)?;
        self.of.as_ref().map_or(Ok(()), |of| write!(formatter, "@{of}"))
    }
}

impl Objective {
    /// Reads `METRIC` or `METRIC@NAME`.
    ///
    /// # Errors
    ///
    /// When no metric has the name, or policies cannot be ranked by it.
    pub fn parse(text: &str) -> Result<Self, ObjectiveError> {
        let (name, of) = text.split_once('@').map_or((text, None), |(name, of)| (name, Some(of.trim().to_owned())));
        let name = name.trim();
        let metric = catalog::find(name).ok_or_else(|| ObjectiveError::Unknown { name: name.to_owned() })?;
        can_rank(metric)?;
        Ok(Self { metric, of })
    }

    /// What turns its values so that higher is better.
    pub(super) fn sign(&self) -> f64 {
        if self.metric.direction == Direction::Higher { 1.0 } else { -1.0 }
    }

    /// What it is measured for in a model.
    pub(super) fn scope(&self, model: &Model) -> Result<Scope, ObjectiveError> {
        let metric = self.metric.name;
        let things: Vec<Scope> = self.metric.scopes.iter().flat_map(|&kind| things(model, kind)).collect();
        let Some(of) = &self.of else { return usual(self.metric, model, &things) };
        let is_it = |scope: &Scope| {
            let (kind, name) = words(model, *scope);
            name == *of || of.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.')) == Some(&name)
        };
        let found: Vec<Scope> = things.iter().copied().filter(is_it).collect();
        match found[..] {
            // A workload goes before the team of its name.
            [one] | [one, Scope::Team(_)] => Ok(one),
            [] => Err(ObjectiveError::NotFor { metric, name: of.clone(), known: names(model, &things) }),
            _ => Err(ObjectiveError::Several { metric, known: names(model, &found) }),
        }
    }

    /// Its value in a future; not a number where it is not defined or not measured.
    pub(super) fn value(&self, measures: &Measures, scope: Scope) -> f64 {
        measures.get(self.metric, scope, Time::Total).unwrap_or(f64::NAN)
    }

    /// An error that says what the scenario lacks.
    pub(super) fn absent(&self) -> ObjectiveError {
        absent(self.metric)
    }
}

fn can_rank(metric: &'static Metric) -> Result<(), ObjectiveError> {
    let name = metric.name;
    let not_in_futures = |why: String| Err(ObjectiveError::NotInFutures { metric: name, why });
    match metric.futures {
        _ if metric.direction == Direction::Neither => Err(ObjectiveError::NoDirection(name)),
        Futures::Quantile { of, .. }
        | Futures::WorstMean { of, .. }
        | Futures::QuantileOfDeliveries { of, .. }
        | Futures::WorstMeanOfDeliveries { of, .. } => {
            not_in_futures(format!("it is the {}; rank by `{}`", metric.futures.words(), of.name))
        }
        Futures::Pairs => not_in_futures("`skyberth compare` measures it with and without a vendor".to_owned()),
        Futures::Exact => {
            not_in_futures("it follows from the scenario alone, so that it is the same under every policy".to_owned())
        }
        Futures::Mean | Futures::RatioOfTotals | Futures::Share => Ok(()),
    }
}

/// Everything, or the usual base; else the only thing there is.
fn usual(metric: &'static Metric, model: &Model, things: &[Scope]) -> Result<Scope, ObjectiveError> {
    let preferred = [Scope::All, Scope::Base(USUAL_BASE)].into_iter().find(|scope| things.contains(scope));
    match (preferred, things) {
        (Some(scope), _) | (None, &[scope]) => Ok(scope),
        (None, []) => Err(absent(metric)),
        _ => Err(ObjectiveError::Several { metric: metric.name, known: names(model, things) }),
    }
}

fn absent(metric: &'static Metric) -> ObjectiveError {
    let kinds = || metric.scopes.iter().map(|scope| format!("a {}", scope.word())).collect::<Vec<_>>().join(" or ");
    let needs = if metric.only_with.is_empty() { kinds() } else { metric.only_with.to_owned() };
    ObjectiveError::Absent { metric: metric.name, needs }
}

/// All things of a kind.
fn things(model: &Model, kind: ScopeKind) -> Vec<Scope> {
    let each = |count: usize, scope: fn(usize) -> Scope| (0..count).map(scope).collect();
    match kind {
        ScopeKind::All => vec![Scope::All],
        ScopeKind::Vendor => each(model.vendors.len(), Scope::Vendor),
        ScopeKind::Cluster => each(model.clusters.len(), Scope::Cluster),
        ScopeKind::Workload => each(model.workloads.len(), Scope::Workload),
        ScopeKind::Service => each(model.services.len(), Scope::Service),
        ScopeKind::Team => each(model.teams.len(), Scope::Team),
        ScopeKind::Base => Base::ALL.into_iter().map(Scope::Base).collect(),
        ScopeKind::Event => each(model.watches.len(), Scope::Event),
        ScopeKind::Contract => each(model.contracts.len(), Scope::Contract),
    }
}

fn names(model: &Model, things: &[Scope]) -> Vec<String> {
    let name = |&scope: &Scope| match (scope, words(model, scope)) {
        (Scope::All, (kind, _)) => kind.to_owned(),
        (_, (kind, name)) => format!("{kind}.{name}"),
    };
    things.iter().map(name).collect()
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn did_you_mean(name: &str) -> String {
    let known: Vec<&str> = catalog::all().filter(|metric| metric.ranks()).map(|metric| metric.name).collect();
    nearest(name, &known).map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

/// Metrics that policies can be ranked by, the nearest name first.
fn listed(name: &str) -> String {
    let mut metrics: Vec<&Metric> = catalog::all().filter(|metric| metric.ranks()).collect();
    by_nearness(name, &mut metrics, |metric| metric.name);
    let line = |metric: &&Metric| format!("  {} ({}): {}\n", metric.name, metric.direction.words(), metric.meaning);
    let lines: String = metrics.iter().map(line).collect();
    format!("metrics to rank by, the nearest name first:\n{}", lines.trim_end())
}
