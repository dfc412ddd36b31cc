//! `futures.csv`: every future's headline values.

use super::csv::{harmless, writer};
use super::number::exact;
use crate::model::Model;
use crate::study::Finished;
use crate::study::headlines::{Column, by_future};
use std::io::{self, Write};

/// A line a future (of each variant, in a comparison), a column a headline: of everything, and by vendor, workload and service.
#[derive(Clone, Copy, Debug)]
pub struct FuturesCsv<'a> {
    /// What was simulated, by name; a single one without a name is a run.
    pub entrants: &'a [(Option<&'a str>, &'a Model, &'a [Finished])],
}

impl FuturesCsv<'_> {
    /// The file's name.
    pub const FILE: &'static str = "futures.csv";

    /// Writes the values with nine significant digits; an empty cell where a future or a variant has none.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let columns: Vec<Vec<Column>> = self.entrants.iter().map(|(_, model, finished)| by_future(model, finished)).collect();
        // Variants may have vendors or workloads of their own: their columns stand behind the others of their metric.
        let mut heads: Vec<(Option<u8>, String)> = Vec::new();
        for column in columns.iter().flatten() {
            let head = (column.metric.headline, column.name());
            if !heads.contains(&head) {
                heads.push(head);
            }
        }
        heads.sort_by_key(|(place, _)| *place);
        let has_variants = self.entrants.iter().any(|(name, _, _)| name.is_some());
        let first = has_variants.then(|| "variant".to_owned()).into_iter().chain(["replication".to_owned()]);
        let mut csv = writer(out);
        csv.write_record(first.chain(heads.iter().map(|(_, head)| harmless(head))))?;
        for ((name, _, finished), columns) in self.entrants.iter().zip(&columns) {
            let places: Vec<Option<&Column>> =
                heads.iter().map(|(_, head)| columns.iter().find(|column| column.name() == *head)).collect();
            for (place, future) in finished.iter().enumerate() {
                let mut record: Vec<String> = name.iter().map(|name| harmless(name)).collect();
                record.push(future.replication.to_string());
                record.extend(places.iter().map(|column| exact(column.and_then(|column| column.values.get(place).copied()))));
                csv.write_record(&record)?;
            }
        }
        csv.flush()
    }
}
