//! Which column of a csv file is which of ours.

use super::csv::COLUMNS;
use super::error::{TraceError, hint};
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

impl FromStr for ColumnMap {
    type Err = TraceError;

    fn from_str(text: &str) -> Result<Self, TraceError> {
        let wrong =
            |value: &str, allowed: String| TraceError::Value { what: "a column's name", value: format!("`{value}`"), allowed };
        let mut pairs: Vec<(&'static str, String)> = Vec::new();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let Some((ours, theirs)) = pair.split_once('=').map(|(ours, theirs)| (ours.trim(), theirs.trim())) else {
                return Err(wrong(pair, "ours=theirs, for example gpus=num_gpu".to_owned()));
            };
            let Some(&known) = COLUMNS.iter().find(|name| **name == ours) else {
                let hint = format!("{}; allowed: {}", hint(ours, &COLUMNS), COLUMNS.join(", "));
                return Err(TraceError::Name { what: "column of ours named", written: ours.to_owned(), hint });
            };
            if theirs.is_empty() {
                return Err(wrong(pair, format!("a name behind `{known}=`")));
            }
            if pairs.iter().any(|(name, _)| *name == known) {
                return Err(wrong(pair, format!("`{known}` once")));
            }
            pairs.push((known, theirs.to_owned()));
        }
        Ok(Self { pairs })
    }
}
