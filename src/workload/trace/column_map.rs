//! Which column of a csv file is which of ours.

use super::error::{TraceError, hint};
use super::formats::csv::COLUMNS;
use std::str::FromStr;

/// Names of columns in a file for names of ours, written `ours=theirs,ours=theirs`. A column that is not mentioned keeps its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnMap {
    pairs: Vec<(&'static str, String)>,
}

impl ColumnMap {
    /// The name in the file of a column of ours.
    #[must_use]
    pub fn theirs(&self, ours: &'static str) -> &str {
        self.pairs.iter().find(|(name, _)| *name == ours).map_or(ours, |(_, theirs)| theirs)
    }

    /// Whether a column of ours has been given a name.
    #[must_use]
    pub fn names(&self, ours: &str) -> bool {
        self.pairs.iter().any(|(name, _)| *name == ours)
    }
}

impl ColumnMap {
    /// Gives a column of ours the name it has in the file.
    ///
    /// # Errors
    ///
    /// When the column is not one of ours, already has a name, or the name is empty.
    pub fn add(&mut self, ours: &str, theirs: &str) -> Result<(), TraceError> {
        let Some(&known) = COLUMNS.iter().find(|name| **name == ours) else {
            let hint = format!("{}; allowed: {}", hint(ours, &COLUMNS), COLUMNS.join(", "));
            return Err(TraceError::Name { what: "column", written: ours.to_owned(), hint });
        };
        let pair = || format!("{ours}={theirs}");
        if theirs.is_empty() {
            return Err(wrong(&pair(), format!("a name behind `{known}=`")));
        }
        if self.names(known) {
            return Err(wrong(&pair(), format!("`{known}` once")));
        }
        self.pairs.push((known, theirs.to_owned()));
        Ok(())
    }
}

fn wrong(value: &str, allowed: String) -> TraceError {
    TraceError::Value { what: "a column's name", value: format!("`{value}`"), allowed }
}

impl FromStr for ColumnMap {
    type Err = TraceError;

    fn from_str(text: &str) -> Result<Self, TraceError> {
        let mut map = Self::default();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let Some((ours, theirs)) = pair.split_once('=') else {
                return Err(wrong(pair, "ours=theirs, for example gpus=num_gpu".to_owned()));
            };
            map.add(ours.trim(), theirs.trim())?;
        }
        Ok(map)
    }
}
