//! Finds a row of a summary by what it is about.

use crate::metrics::catalog::Metric;
use crate::study::Row;
use foldhash::fast::FixedState;
use indexmap::IndexMap;

/// Rows by metric, scope, name and period; of rows about the same, the first. The hash is a fast one: a summary has tens of thousands of rows,
/// each of four texts.
pub(super) struct RowIndex<'a> {
    rows: IndexMap<[&'a str; 4], &'a Row, FixedState>,
}

impl<'a> RowIndex<'a> {
    pub(super) fn of(rows: impl Iterator<Item = &'a Row>) -> Self {
        let mut index = IndexMap::with_capacity_and_hasher(rows.size_hint().1.unwrap_or(0), FixedState::default());
        for row in rows {
            index.entry([row.metric.as_str(), &row.scope, &row.name, &row.period]).or_insert(row);
        }
        Self { rows: index }
    }

    pub(super) fn get(&self, metric: &Metric, scope: &str, name: &str, period: &str) -> Option<&'a Row> {
        self.rows.get(&[metric.name, scope, name, period]).copied()
    }
}
