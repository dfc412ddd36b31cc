//! How concentrated the portfolio is on few vendors, suppliers, developers, grids and jurisdictions.

use super::{Listed, Section, base_name, cells, mean_of_all, share_metric, vendors_and_all};
use crate::metrics::catalog::{self, Metric};
use crate::report::Report;
use crate::report::document::{Cell, Column, Table};
use crate::report::number::Style;
use crate::study::{Base, Row, Summary};

/// The HHI above which a market is highly concentrated.
///
/// Source: U.S. Department of Justice and FTC, "Merger Guidelines" (2023), 2.1.
pub(in crate::report) const HIGH_HHI: f64 = 1800.0;

const CONCENTRATION: [Listed; 2] = [Listed::of("HHI", &catalog::HHI), Listed::of("largest\nshare", &catalog::CR1_SHARE)];
const EXPIRY: [Listed; 4] = [
    Listed::of("expiring", &catalog::EXPIRING_GPUS),
    Listed::of("expiring", &catalog::EXPIRING_IT_MW),
    Listed::of("expiring", &catalog::EXPIRING_H100E),
    Listed::of("expires in\nnext year", &catalog::EXPIRING_12_MONTHS_SHARE),
];
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
        .chain([Column::figures("unknown", "").optional()]);
    let mut table = Table::new("Concentration by base", columns.collect());
    for base in Base::ALL.into_iter().filter(|base| summary.get(&catalog::HHI, "base", base.word(), "total").is_some()) {
        let figures = |listed: &[Listed]| cells(listed, summary, "base", base.word(), "total");
        let texts = [largest(summary, base), unknown(summary, base)].map(Cell::from);
        let [whose, unknown] = texts;
        let row = std::iter::once(Cell::from(base_name(base))).chain(figures(&CONCENTRATION));
        table.row(row.chain([whose]).chain(figures(&DIVERSITY)).chain([unknown]));
    }
    let notes = notes(summary);
    let tables: Vec<Table> = [table, expiry(summary)].into_iter().filter(|table| !table.rows.is_empty()).collect();
    (!tables.is_empty()).then_some(Section { id: "dependency", title: "Dependency", tables, notes })
}

/// What is under contract until when: by vendor the years in which terms end, and for all of them every year of the scenario as well.
fn expiry(summary: &Summary) -> Table {
    let columns = [Column::group("expiry"), Column::figures("year", "")].into_iter().chain(EXPIRY.map(Listed::column));
    let mut table = Table::new("Expiry", columns.collect());
    for (scope, key, name) in vendors_and_all(summary) {
        let is_it = |row: &&Row| row.metric == catalog::EXPIRING_GPUS.name && row.scope == scope && row.name == key;
        for row in summary.rows.iter().filter(is_it) {
            let labels = [Cell::from(name), Cell::from(&row.period)];
            table.row(labels.into_iter().chain(cells(&EXPIRY, summary, scope, key, &row.period)));
        }
    }
    table
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
        Base::PlannedUsd | Base::BilledUsd => &summary.unknown_bills,
        _ => &summary.unknown_power,
    }
}

/// How many vendors are unknown, and between what the HHI lies with them.
fn unknown(summary: &Summary, base: Base) -> String {
    let count = match unknown_vendors(summary, base).len() {
        0 => return String::new(),
        1 => "1 vendor".to_owned(),
        more => format!("{more} vendors"),
    };
    let bounds = bounds(summary, base, [&catalog::HHI_LOWER_BOUND, &catalog::HHI_UPPER_BOUND], Style::Whole);
    bounds.map_or(count.clone(), |[low, high]| format!("{count}\n{low}\nto {high}"))
}

/// Between what a figure of a base lies, whatever the unknown vendors hold.
pub(in crate::report) fn bounds(summary: &Summary, base: Base, ends: [&Metric; 2], style: Style) -> Option<[String; 2]> {
    let end = |metric: &Metric| summary.get(metric, "base", base.word(), "total")?.mean.map(|value| style.show(value));
    let [low, high] = ends.map(end);
    Some([low?, high?])
}

fn notes(summary: &Summary) -> Vec<String> {
    let mut notes = vec![
        "HHI above 1,800: the US merger guidelines (2023) call a market that highly concentrated. They are about markets, not about one \
         buyer's portfolio, for which the line is a yardstick and no verdict. Effective number: how many equal ones would be as \
         concentrated, from the entropy of shares. Planned USD: reserved capacity at its price. IT power is that of the delivered \
         machines."
            .to_owned(),
    ];
    for (what, vendors) in [("commitment", &summary.unknown_commitments), ("power", &summary.unknown_power)] {
        if !vendors.is_empty() {
            notes.push(format!("Unknown, because not public, and left out of the shares: {what} of {}.", vendors.join(", ")));
        }
    }
    if summary.rows.iter().any(|row| row.metric == catalog::HHI_LOWER_BOUND.name) {
        notes.push(
            "Unknown: how many vendors, and the least and the most that the HHI can be where each unknown vendor holds anything from \
             nothing to as much as the largest known, or as its simulated capacity costs or draws, if that is more; or what lies in the \
             range that the scenario states."
                .to_owned(),
        );
    }
    if let Some(years) = mean_of_all(summary, &catalog::TENOR_YEARS) {
        let years = Style::Amount.show(years);
        notes.push(format!("At the start, commitments have {years} years of their binding terms before them on average, weighted by value; a term that begins later counts whole."));
    }
    if !summary.expiring.is_empty() {
        notes.push(
            "Expiring: planned GPUs under contract whose binding term has its last day in the year, also after the simulated time; \
             options that are not exercised do not extend it. Expires in next year: share of what is under contract at the end of the \
             year, in H100 equivalents."
                .to_owned(),
        );
    }
    notes
}
