//! From the baseline's bill to each variant's.

use crate::report::document::{Cell, Column, Table};
use crate::report::number::Style;
use crate::study::comparison::{Comparison, Effect};

/// The title, in formats that name their tables.
const TITLE: &str = "From bill to bill";

/// What prices, volume, mix and the rest add to the baseline's bill, variant by variant; with a footnote. None where all bills are the
/// same.
pub(in crate::report) fn table(comparison: &Comparison) -> Option<(Table, &'static str)> {
    let heads = ["baseline's\nbill", "price", "volume", "mix", "not\ncapacity", "variant's\nbill"];
    let columns = std::iter::once(Column::text("variant")).chain(heads.map(|head| Column::figures(head, "")));
    let mut table = Table::new(TITLE, columns.collect());
    let amount = |usd: f64| Cell::exact(Style::Amount, usd);
    let effect = |effect: Effect| Cell::difference(Style::Amount, Some(effect.usd), effect.low.zip(effect.high));
    for bridge in comparison.bridges.iter().filter(|bridge| bridge.effects().iter().any(|(_, effect)| effect.usd != 0.0)) {
        let effects = bridge.effects().map(|(_, one)| effect(one));
        let first = [Cell::from(&bridge.variant), amount(bridge.baseline_usd)];
        table.row(first.into_iter().chain(effects).chain([amount(bridge.variant_usd)]));
    }
    (!table.rows.is_empty()).then_some((table, NOTE))
}

const NOTE: &str = "USD over the measured span, means over futures. Price: other prices of the same capacity. Volume: H100e-hours \
     billed more or less, at the baseline's mean price. Mix: capacity of other clusters or kinds, dearer or cheaper than that mean. Not \
     capacity: electricity, egress, prepayments, settled minima, damages, fees and credits. They add up to the cent.";
