//! What is committed and what is billed, by vendor.

use super::{Listed, Section, cells, estimate, vendors_and_all};
use crate::metrics::catalog;
use crate::report::Report;
use crate::report::document::{Cell, Column, Table};
use crate::report::number::Style;
use crate::study::Summary;

const FIGURES: [Listed; 13] = [
    Listed::of("billed", &catalog::COST_USD).bare(),
    Listed::of("unused", &catalog::COST_UNUSED_USD).bare(),
    Listed::of("on-demand", &catalog::COST_ON_DEMAND_USD).bare(),
    Listed::of("spot", &catalog::COST_SPOT_USD).bare().with_room().optional(),
    Listed::of("power", &catalog::COST_POWER_USD).bare().with_room(),
    Listed::of("egress", &catalog::COST_EGRESS_USD).bare().with_room().optional(),
    Listed::of("prepaid, less what was credited or lost", &catalog::COST_PREPAYMENT_USD).bare().with_room().optional(),
    Listed::of("prepaid and lost", &catalog::COST_PREPAYMENT_LOST_USD).bare().with_room().optional(),
    Listed::of("delay damages", &catalog::COST_DELAY_DAMAGES_USD).bare().with_room().optional(),
    Listed::of("fees for ending contracts early", &catalog::COST_TERMINATION_FEE_USD).bare().with_room().optional(),
    Listed::of("credits for outages", &catalog::COST_OUTAGE_CREDIT_USD).bare().with_room().optional(),
    Listed::of("contract\nprice", &catalog::CONTRACT_PRICE_USD_PER_H100E_HOUR).bare(),
    Listed::of("all-in\ncost", &catalog::USD_PER_USEFUL_H100E_HOUR).bare(),
];

pub(super) fn section(report: &Report) -> Option<Section> {
    let summary = &report.summary;
    if summary.vendors.is_empty() {
        return None;
    }
    let columns = [Column::text("vendor"), Column::figures("committed", "").of(&catalog::COMMITTED_USD)]
        .into_iter()
        .chain(FIGURES.map(Listed::column));
    let mut table = Table::new("By vendor, over the whole run", columns.collect());
    table.rest = Some("Of what is billed");
    for (scope, key, name) in vendors_and_all(summary) {
        let first = [Cell::from(name), committed(summary, scope, key, name)];
        table.row(first.into_iter().chain(cells(&FIGURES, summary, scope, key, "total")));
    }
    let mut notes = vec![
        "USD. Committed is the contracts' whole value; the rest is what falls into the measured span. Unused: reserved and paid, but idle. Power is \
         what is billed on top of GPU prices."
            .to_owned(),
        "Contract price: of what was planned, per H100e-hour, whatever is done with it; without a contract, the price that is stated. \
         All-in cost: the bill per useful H100e-hour. It also depends on how much work the policy sends to the vendor, since idle capacity is paid too."
            .to_owned(),
    ];
    if !summary.unknown_commitments.is_empty() {
        notes.push("Committed of all: the sum of what is known.".to_owned());
    }
    Some(Section { id: "money", title: "Money", tables: vec![table], notes })
}

/// What the contracts of a vendor, or of all whose commitment is known, are worth.
fn committed(summary: &Summary, scope: &str, key: &str, name: &str) -> Cell {
    let row = |key: &str| summary.get(&catalog::COMMITTED_USD, "vendor", key, "total");
    if scope == "all" {
        let known = summary.vendors.iter().filter_map(|(key, _)| row(key)?.mean);
        return Cell::exact(Style::Amount, known.sum());
    }
    if summary.unknown_commitments.iter().any(|unknown| unknown == name) {
        return Cell::from("unknown");
    }
    estimate(summary, row(key), Style::Amount)
}
