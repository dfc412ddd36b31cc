//! How concentrated the portfolio is on few vendors, suppliers, developers, grids and jurisdictions.

use super::{Listed, Section, base_name, cells, mean_of_all, share_metric};
use crate::metrics::catalog;
use crate::report::Report;
use crate::report::document::{Cell, Column, Table};
use crate::report::number::Style;
use crate::study::{Base, Summary};

/// The HHI above which a market is highly concentrated.
///
/// Source: U.S. Department of Justice and FTC, "Merger Guidelines" (2023), 2.1.
pub(in crate::report) const HIGH_HHI: f64 = 1800.0;

const CONCENTRATION: [Listed; 2] = [Listed::of("HHI", &catalog::HHI), Listed::of("largest\nshare", &catalog::CR1_SHARE)];
const DIVERSITY: [Listed; 2] = [
    Listed::of("largest\nthree", &catalog::CR3_SHARE).with_room(),
    Listed::of("effective\nnumber", &catalog::EFFECTIVE_VENDORS).bare(),
];

pub(super) fn section(report: &Report) -> Option<Section> {
    let summary = &report.summary;
    let columns = std::iter::once(Column::text("base").at_least(25))
        .chain(CONCENTRATION.map(Listed::column))
        .chain([Column::figures("whose", "")])
        .chain(DIVERSITY.map(Listed::column))
        .chain([Column::figures("unknown", "")]);
    let mut table = Table::new("Concentration by base", columns.collect());
    for base in Base::ALL.into_iter().filter(|base| summary.get(&catalog::HHI, "base", base.word(), "total").is_some()) {
        let figures = |listed: &[Listed]| cells(listed, summary, "base", base.word(), "total");
        let texts = [largest(summary, base), unknown(summary, base)].map(Cell::from);
        let [whose, unknown] = texts;
        let row = std::iter::once(Cell::from(base_name(base))).chain(figures(&CONCENTRATION));
        table.row(row.chain([whose]).chain(figures(&DIVERSITY)).chain([unknown]));
    }
    let notes = notes(summary);
    (!table.rows.is_empty()).then(|| Section { id: "dependency", title: "Dependency", tables: vec![table], notes })
}

/// The vendor with the largest share, where the shares are those of vendors.
fn largest(summary: &Summary, base: Base) -> String {
    let Some(metric) = share_metric(base) else { return String::new() };
    let amount = |key: &str| summary.get(metric, "vendor", key, "total").and_then(|row| row.mean).unwrap_or(0.0);
    let best = summary.vendors.iter().max_by(|a, b| amount(&a.0).total_cmp(&amount(&b.0)));
    best.map(|(_, name)| name.clone()).unwrap_or_default()
}

/// Names of the vendors of which a base knows nothing.
pub(in crate::report) fn unknown_vendors(summary: &Summary, base: Base) -> &[String] {
    match base {
        Base::CommittedUsd | Base::CommittedUsdPerYear => &summary.unknown_commitments,
        _ => &summary.unknown_power,
    }
}

fn unknown(summary: &Summary, base: Base) -> String {
    match unknown_vendors(summary, base).len() {
        0 => String::new(),
        1 => "1 vendor".to_owned(),
        more => format!("{more} vendors"),
    }
}

fn notes(summary: &Summary) -> Vec<String> {
    let mut notes = vec![
        "HHI above 1,800 is highly concentrated (US merger guidelines, 2023). Effective number: how many equal ones would be as concentrated, \
         from the entropy of shares. IT power is that of the delivered machines."
            .to_owned(),
    ];
    for (what, vendors) in [("commitment", &summary.unknown_commitments), ("power", &summary.unknown_power)] {
        if !vendors.is_empty() {
            notes.push(format!("Unknown, because not public, and left out of the shares: {what} of {}.", vendors.join(", ")));
        }
    }
    if let Some(years) = mean_of_all(summary, &catalog::TENOR_YEARS) {
        let years = Style::Amount.show(years);
        notes.push(format!("At the start, commitments run for another {years} years on average, weighted by value."));
    }
    if let Some(share) = mean_of_all(summary, &catalog::EXPIRING_12_MONTHS_SHARE) {
        let share = Style::Percent.show(share);
        notes.push(format!("At the end, contracts of {share} % of the capacity under contract expire within 12 months."));
    }
    notes
}
