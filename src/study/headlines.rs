//! Headlines: the metrics of the first screen, and for what they stand there. The catalog says which they are.

use super::runner::Finished;
use super::summary::{label, scope};
use crate::metrics::catalog::{self, Metric, ScopeKind};
use crate::metrics::{Base, Key, Scope, Time};
use crate::model::Model;

/// The base whose concentration stands on the first screen.
pub const BASE: Base = Base::ServedGpuHours;

/// Whether a metric stands on the first screen of a comparison for a thing over the whole run: for everything, or else for each of the widest things
/// it is measured for; concentration by one base alone.
#[must_use]
pub fn is_on_first_screen(metric: &Metric, scope: &str, name: &str, period: &str) -> bool {
    let widest = metric.scopes.first().map_or("", |kind| kind.word());
    metric.headline.is_some() && period == "total" && scope == widest && (scope != "base" || name == BASE.word())
}

/// A headline of every future of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The metric.
    pub metric: &'static Metric,
    /// What it is of: none for everything, else the kind and the name, as `rank --metric` takes them behind `@`.
    pub of: Option<String>,
    /// Values in the order of futures; not a number where one has none.
    pub values: Vec<f64>,
}

impl Column {
    /// `cost_usd`, or `cost_usd@vendor.aws`.
    #[must_use]
    pub fn name(&self) -> String {
        self.of.as_ref().map_or_else(|| self.metric.name.to_owned(), |of| format!("{}@{of}", self.metric.name))
    }
}

/// The headlines of all futures of a model over the whole run, metric by metric: of everything, by vendor, workload and service, and of
/// concentration by the base of the first screen.
#[must_use]
pub fn by_future(model: &Model, finished: &[Finished]) -> Vec<Column> {
    let keys: &[Key] = finished.first().map_or(&[], |first| &first.measures.keys);
    let is_told = |key: &Key| match key.scope.kind() {
        ScopeKind::All | ScopeKind::Vendor | ScopeKind::Workload | ScopeKind::Service => true,
        ScopeKind::Base => key.scope == Scope::Base(BASE),
        ScopeKind::Cluster | ScopeKind::Contract | ScopeKind::Team | ScopeKind::Event => false,
    };
    let column = |metric: &'static Metric, (place, key): (usize, &Key)| {
        let (kind, name) = scope(model, key.scope);
        Column {
            metric,
            of: (key.scope != Scope::All).then(|| format!("{kind}.{name}")),
            values: finished.iter().map(|one| one.measures.values[place]).collect(),
        }
    };
    let of_metric = |metric: &'static Metric| {
        let theirs = keys.iter().enumerate().filter(|(_, key)| key.metric == metric && key.time == Time::Total && is_told(key));
        theirs.map(|found| column(metric, found)).collect::<Vec<_>>()
    };
    catalog::headlines().into_iter().flat_map(of_metric).collect()
}

/// The key's place on the first screen.
pub(super) fn is_headline(model: &Model, key: Key) -> bool {
    let (scope, name, period) = label(model, key);
    is_on_first_screen(key.metric, scope, &name, &period)
}
