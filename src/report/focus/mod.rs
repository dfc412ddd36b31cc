//! `focus.csv`: the ledger of a replication as a bill, in the columns of the FinOps Open Cost and Usage Specification (FOCUS) 1.1.
//! `docs/focus.md` says what each column means here.

mod charge;
mod columns;
mod decimal;

use super::csv::writer;
use crate::model::Model;
use crate::study::Accounts;
use columns::{COLUMNS, Line};
use decimal::Rounding;
use std::io::{self, Write};

/// What a replication cost in the measured span, charge by charge.
#[derive(Clone, Copy, Debug)]
pub struct FocusCsv<'a> {
    /// The model it comes from.
    pub model: &'a Model,
    /// Its accounts.
    pub accounts: &'a Accounts,
}

impl FocusCsv<'_> {
    /// Writes one line a charge, by month, vendor, cluster, category and user.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = writer(out);
        csv.write_record(COLUMNS.map(|(name, _)| name))?;
        let (mut billed, mut effective) = (Rounding::default(), Rounding::default());
        for charge in charge::charges(self.model, self.accounts) {
            let costs = [billed.next(charge.billed), effective.next(charge.effective)];
            let line = Line { model: self.model, charge: &charge, costs };
            csv.write_record(COLUMNS.map(|(_, value)| value(&line)))?;
        }
        csv.flush()
    }
}
