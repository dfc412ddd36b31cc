//! The cash view: what is accrued, paid and owed, by month, year and vendor.

use super::csv::{harmless, writer};
use super::document::{Cell, Column, Document, Figure, Room, Table};
use super::number::{Style, exact};
use super::output::{Printed, Rows, pretty};
use crate::model::Model;
use crate::study::{CashRow, CashView, Spread};
use serde_json::json;
use std::io::{self, Write};

/// The cash of a run.
#[derive(Clone, Copy, Debug)]
pub struct CashReport<'a> {
    /// The scenario.
    pub model: &'a Model,
    /// Its cash.
    pub view: &'a CashView,
}

/// The amounts of a row: column in files, header, amount.
type Amount = (&'static str, &'static str, fn(&CashRow) -> Option<Spread>);

const FLOWS: [Amount; 5] = [
    ("accrued", "accrued", |row| Some(row.accrued)),
    ("paid", "paid", |row| Some(row.paid)),
    ("paid_so_far", "paid\nso far", |row| Some(row.paid_so_far)),
    ("payable", "accrued,\nnot paid", |row| Some(row.payable)),
    ("prepaid", "paid, not\nused up", |row| Some(row.prepaid)),
];
const OWED: [Amount; 4] = [
    ("owed_within_1_year", "within\n1 year", |row| row.owed.map(|owed| owed[0])),
    ("owed_1_to_3_years", "in 1 to\n3 years", |row| row.owed.map(|owed| owed[1])),
    ("owed_3_to_5_years", "in 3 to\n5 years", |row| row.owed.map(|owed| owed[2])),
    ("owed_after_5_years", "later", |row| row.owed.map(|owed| owed[3])),
];

impl Printed for CashReport<'_> {
    fn document(&self, _: Room) -> Document {
        let mut document = Document::default();
        document.paragraph(&self.model.title);
        let futures = self.view.futures;
        let over = if futures == 1 {
            "One future.".to_owned()
        } else {
            format!("Means over {futures} futures, with their 10th to 90th percentile.")
        };
        document.paragraph(format!("{over} USD of the measured span."));
        let vendors = self.model.vendors.iter().map(|vendor| (vendor.key.as_str(), vendor.name.as_str())).chain([("all", "all")]);
        let is_year = |row: &&CashRow| !is_month(row);
        let (mut by_year, mut owed) = (table("Cash by year", &FLOWS), table("Owed after the year's end", &OWED));
        for (key, name) in vendors {
            for row in self.view.rows.iter().filter(is_year).filter(|row| row.vendor == key) {
                by_year.row(cells(name, row, &FLOWS));
                owed.row(cells(name, row, &OWED));
            }
        }
        let mut by_month = table("All vendors by month", &FLOWS);
        by_month.columns.remove(0);
        for row in self.view.rows.iter().filter(|row| is_month(row) && row.vendor == "all") {
            by_month.row(cells("all", row, &FLOWS).into_iter().skip(1));
        }
        for table in [by_year, owed, by_month] {
            document.heading(table.title.clone());
            document.table(table);
        }
        document.paragraph(
            "Accrued: cost of what was received, whenever it is paid. Paid: bills when they are made, prepayments and settlements of \
             minima when they fall due. Accrued, not paid: shortfalls of minima that are still to be settled. Owed: what contracts ask \
             for after the year's end, whatever is used: reserved capacity by its plan at its price, or the minimum. cash.csv has every \
             month and vendor.",
        );
        document
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        pretty(
            &json!({ "scenario": self.model.name, "seed": self.model.seed, "futures": self.view.futures, "rows": self.view.rows }),
            out,
        )
    }

    fn rows(&self, rows: &mut Rows<'_>) -> io::Result<()> {
        let amounts = || FLOWS.iter().chain(&OWED);
        let columns = amounts().flat_map(|(name, ..)| ["mean", "p10", "p90"].map(|part| format!("{name}_{part}_usd")));
        rows.write_record(["period", "vendor"].into_iter().map(str::to_owned).chain(columns))?;
        for row in &self.view.rows {
            let spread = |(.., of): &Amount| {
                let spread = of(row);
                [spread.map(|one| one.mean), spread.map(|one| one.p10), spread.map(|one| one.p90)].map(exact)
            };
            rows.write_record([row.period.clone(), harmless(&row.vendor)].into_iter().chain(amounts().flat_map(spread)))?;
        }
        Ok(())
    }
}

impl CashReport<'_> {
    /// Writes `cash.csv`: a line a month or year and vendor, three columns an amount [USD].
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = writer(out);
        self.rows(&mut csv)?;
        csv.flush()
    }
}

fn is_month(row: &CashRow) -> bool {
    row.period.contains('-')
}

fn table(title: &str, amounts: &[Amount]) -> Table {
    let labels = [Column::group("vendor"), Column::figures(if title.contains("month") { "month" } else { "year" }, "")];
    Table::new(title, labels.into_iter().chain(amounts.iter().map(|(_, header, _)| Column::figures(*header, ""))).collect())
}

fn cells(vendor: &str, row: &CashRow, amounts: &[Amount]) -> Vec<Cell> {
    let amount = |(.., of): &Amount| match of(row) {
        Some(spread) => Cell::Figure(Figure {
            style: Style::Amount,
            value: spread.mean,
            interval: Some((spread.p10, spread.p90)),
            is_range: false,
            n: (0, 0),
            is_signed: false,
        }),
        None => Cell::Missing,
    };
    [Cell::from(vendor), Cell::from(&row.period)].into_iter().chain(amounts.iter().map(amount)).collect()
}
