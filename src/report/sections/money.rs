//! What is committed and what is billed, by vendor.

use super::{Listed, Section, cells, estimate, vendors_and_all};
use crate::metrics::catalog::{self, Futures};
use crate::report::Report;
use crate::report::document::{Cell, Column, Table};
use crate::report::number::Style;
use crate::study::Summary;

const FIGURES: [Listed; 14] = [
    Listed::of("billed", &catalog::COST_USD).bare(),
    Listed::of("unused", &catalog::COST_UNUSED_USD).bare(),
    Listed::of("on-demand", &catalog::COST_ON_DEMAND_USD).bare(),
    Listed::of("spot", &catalog::COST_SPOT_USD).bare().with_room().optional(),
    Listed::of("power", &catalog::COST_POWER_USD).bare().with_room(),
    Listed::of("colocation", &catalog::COST_COLOCATION_USD).bare().with_room().optional(),
    Listed::of("egress", &catalog::COST_EGRESS_USD).bare().with_room().optional(),
    Listed::of("prepaid, less what was credited or lost", &catalog::COST_PREPAYMENT_USD).bare().with_room().optional(),
    Listed::of("prepaid and lost", &catalog::COST_PREPAYMENT_LOST_USD).bare().with_room().optional(),
    Listed::of("delay damages", &catalog::COST_DELAY_DAMAGES_USD).bare().with_room().optional(),
    Listed::of("fees for ending contracts early", &catalog::COST_TERMINATION_FEE_USD).bare().with_room().optional(),
    Listed::of("credits for outages", &catalog::COST_OUTAGE_CREDIT_USD).bare().with_room().optional(),
    Listed::of("contract\nprice", &catalog::CONTRACT_PRICE_USD_PER_H100E_HOUR).bare(),
    Listed::of("all-in\ncost", &catalog::USD_PER_USEFUL_H100E_HOUR).bare(),
];

const MINIMA: [Listed; 4] = [
    Listed::of("minimum", &catalog::MINIMUM_DUE_USD),
    Listed::of("used", &catalog::MINIMUM_USED_USD),
    Listed::of("shortfall", &catalog::SHORTFALL_USD),
    Listed::of("short", &catalog::SHORTFALL_FUTURES_SHARE),
];

/// What was announced and what is due of it; what is billed in the span, by how it stands to its contract.
const STANDING: [Listed; 7] = [
    Listed::of("option", &catalog::OPTION_USD).bare().optional(),
    Listed::of("due\nanyway", &catalog::FIRM_MINIMUM_USD).bare(),
    Listed::of("due on\ndelivery", &catalog::DUE_ON_DELIVERY_USD).bare(),
    Listed::of("in term", &catalog::BILLED_IN_TERM_USD).bare(),
    Listed::of("after\nterm", &catalog::BILLED_AFTER_TERM_USD).bare().optional(),
    Listed::of("without\ncontract", &catalog::BILLED_WITHOUT_CONTRACT_USD).bare(),
    Listed::of("shortfall", &catalog::UNUSED_SHORTFALL_USD).bare().with_room().optional(),
];

const CHARGED: [Listed; 3] = [
    Listed::of("by price", &catalog::CHARGED_USD),
    Listed::of("by standard\nrate", &catalog::CHARGE_BACK_USD),
    Listed::of("variance", &catalog::CHARGE_BACK_VARIANCE_USD),
];

/// What teams are charged at a standard rate.
fn charge_back(summary: &Summary) -> Table {
    let columns = [Column::text("team")].into_iter().chain(CHARGED.map(Listed::column));
    let mut table = Table::new("Charged back to teams", columns.collect());
    if summary.get(&catalog::CHARGE_BACK_USD, "all", "all", "total").is_some() {
        for (scope, name) in summary.names("team").into_iter().map(|name| ("team", name)).chain([("all", "all")]) {
            table.row([Cell::from(name)].into_iter().chain(cells(&CHARGED, summary, scope, name, "total")));
        }
    }
    table
}

/// What is committed and billed, by how it stands to contracts.
fn standing(summary: &Summary) -> Table {
    let columns = [Column::text("vendor")].into_iter().chain(STANDING.map(Listed::column));
    let mut table = Table::new("Due by contract, and billed by how it stands to contracts", columns.collect());
    for (scope, key, name) in vendors_and_all(summary) {
        let figure = |listed: &Listed| match (scope, listed.metric.futures) {
            // What contracts say is of vendors, and adds up.
            ("all", Futures::Exact) => {
                let of = |key: &str| summary.get(listed.metric, "vendor", key, "total")?.mean;
                Cell::exact(Style::Amount, summary.vendors.iter().filter_map(|(key, _)| of(key)).sum())
            }
            _ => cells(std::slice::from_ref(listed), summary, scope, key, "total").remove(0),
        };
        table.row([Cell::from(name)].into_iter().chain(STANDING.iter().map(figure)));
    }
    table
}

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
        "USD. Committed is the contracts' whole value, as announced, without options. Due anyway: milestones and prepayments, whatever is delivered; due on \
         delivery: what an order costs over its term, or its minimum, if all of it comes. Options are in neither; once exercised \
         they are firm, and part of what is billed. The rest falls into the measured span: in term, after the term, and without a \
         contract (on demand, spot, electricity on top, egress and what no contract covers) add up to the bill."
            .to_owned(),
        "Unused: paid whether used or not, and idle, with shortfalls of minimums. Capacity that no known contract covers is taken as paid at its stated price. \
         Power is what is billed on top of GPU prices."
            .to_owned(),
        "Contract price: of what was planned, per H100e-hour, whatever is done with it; without a contract, the price that is stated. \
         All-in cost: the bill per useful H100e-hour. It also depends on how much work the policy sends to the vendor, since idle capacity is paid too."
            .to_owned(),
    ];
    if !summary.unknown_commitments.is_empty() {
        notes.push("Committed of all: the sum of what is known.".to_owned());
    }
    let minima = minima(summary);
    if !minima.rows.is_empty() {
        notes.push(
            "Minima: of contract-years that end in the year, with the part of one that the end of the simulated time cuts: that part has accrued and is \
             not due yet. Short: the share of futures in which use falls short of what is due. burn_down.csv has them month by month."
                .to_owned(),
        );
    }
    notes.extend(dear(summary));
    let charge_back = charge_back(summary);
    if !charge_back.rows.is_empty() {
        notes.push(
            "By price: what the team used, at what it costs where it ran. Variance: the bill less what is charged at the standard rate; it goes to \
             who owns the commitments."
                .to_owned(),
        );
    }
    let tables = [table, standing(summary), minima, charge_back].into_iter().filter(|table| !table.rows.is_empty()).collect();
    Some(Section { id: "money", title: "Money", tables, notes })
}

/// A vendor whose all-in cost is more than so many times its contract price gets a sentence on why.
const DEAR: f64 = 10.0;

fn dear(summary: &Summary) -> Vec<String> {
    let of = |metric: &catalog::Metric, key: &str| summary.get(metric, "vendor", key, "total").and_then(|row| row.mean);
    let sentence = |(key, name): &(String, String)| {
        let (price, all_in) =
            (of(&catalog::CONTRACT_PRICE_USD_PER_H100E_HOUR, key)?, of(&catalog::USD_PER_USEFUL_H100E_HOUR, key)?);
        let (bill, unused) = (of(&catalog::COST_USD, key)?, of(&catalog::COST_UNUSED_USD, key)?);
        (price > 0.0 && all_in > DEAR * price).then(|| {
            format!(
                "The all-in cost of {name} is {} times its contract price because the policy sends it little work: {} % of what it bills stands idle.",
                Style::Amount.show(all_in / price),
                Style::Percent.show(unused / bill)
            )
        })
    };
    summary.vendors.iter().filter_map(sentence).collect()
}

/// How far the minima of contracts were used up where they were settled.
fn minima(summary: &Summary) -> Table {
    let columns = [Column::group("contract"), Column::figures("year", "")].into_iter().chain(MINIMA.map(Listed::column));
    let mut table = Table::new("Minima by contract and year of settlement", columns.collect());
    for name in summary.names("contract") {
        for year in summary.years() {
            if summary.get(&catalog::MINIMUM_DUE_USD, "contract", name, &year).is_some_and(|row| row.mean.is_some()) {
                let labels = [Cell::from(name), Cell::from(&year)];
                table.row(labels.into_iter().chain(cells(&MINIMA, summary, "contract", name, &year)));
            }
        }
    }
    table
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
