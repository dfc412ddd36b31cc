//! Which column of a csv file is which of ours.

use super::error::{TraceError, hint};
use super::formats::Contents;
use super::formats::csv::COLUMNS;
use super::formats::request_table::COLUMNS as REQUEST_COLUMNS;
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

    /// An error where a column has been given a name that a format does not have.
    pub(super) fn allow(&self, columns: &[&str]) -> Result<(), TraceError> {
        let unknown = self.pairs.iter().find(|(name, _)| !columns.contains(name));
        unknown.map_or(Ok(()), |(name, _)| Err(unknown_column(name, columns)))
    }

    /// An error where names have been given for both of two columns of which a file needs one.
    pub(super) fn allow_one_of(&self, one: &str, other: &str) -> Result<(), TraceError> {
        let both = self.names(one) && self.names(other);
        if both { Err(wrong(&format!("{one}=..,{other}=.."), format!("`{one}` or `{other}`"))) } else { Ok(()) }
    }

    /// What the columns that have been given names are of, where only one thing has them all.
    #[must_use]
    pub fn contents(&self) -> Option<Contents> {
        let are_all = |columns: &[&str]| !self.pairs.is_empty() && self.allow(columns).is_ok();
        match (are_all(&COLUMNS), are_all(&REQUEST_COLUMNS)) {
            (true, false) => Some(Contents::Jobs),
            (false, true) => Some(Contents::Requests),
            _ => None,
        }
    }

    /// Whether a column of ours has been given a name.
    #[must_use]
    pub fn names(&self, ours: &str) -> bool {
        self.pairs.iter().any(|(name, _)| *name == ours)
    }
}

impl ColumnMap {
    /// Gives a column of ours, of jobs or of requests, the name it has in the file.
    ///
    /// # Errors
    ///
    /// When the column is not one of ours, already has a name, or the name is empty.
    pub fn add(&mut self, ours: &str, theirs: &str) -> Result<(), TraceError> {
        let all: Vec<&'static str> = COLUMNS.into_iter().chain(REQUEST_COLUMNS).collect();
        self.add_one_of(&all, ours, theirs)
    }

    /// Gives a column of ours its name in a file of known contents.
    ///
    /// # Errors
    ///
    /// As [`Self::add`], and when such files do not have the column.
    pub fn add_for(&mut self, contents: Contents, ours: &str, theirs: &str) -> Result<(), TraceError> {
        match contents {
            Contents::Jobs => self.add_one_of(&COLUMNS, ours, theirs),
            Contents::Requests => self.add_one_of(&REQUEST_COLUMNS, ours, theirs),
        }
    }

    /// The map for a file of known contents that a text means, written as for [`FromStr`].
    ///
    /// # Errors
    ///
    /// As [`Self::add_for`].
    pub fn read_for(contents: Contents, text: &str) -> Result<Self, TraceError> {
        read_pairs(text, |map, ours, theirs| map.add_for(contents, ours, theirs))
    }

    fn add_one_of(&mut self, allowed: &[&'static str], ours: &str, theirs: &str) -> Result<(), TraceError> {
        let Some(known) = allowed.iter().copied().find(|name| *name == ours) else { return Err(unknown_column(ours, allowed)) };
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

fn unknown_column(written: &str, allowed: &[&str]) -> TraceError {
    let hint = format!("{}; allowed: {}", hint(written, allowed), allowed.join(", "));
    TraceError::Name { what: "column", written: written.to_owned(), hint }
}

fn wrong(value: &str, allowed: String) -> TraceError {
    TraceError::Value { what: "a column's name", value: format!("`{value}`"), allowed }
}

impl FromStr for ColumnMap {
    type Err = TraceError;

    fn from_str(text: &str) -> Result<Self, TraceError> {
        read_pairs(text, Self::add)
    }
}

/// The map that a text means, each pair of which is added in turn.
fn read_pairs(text: &str, add: impl Fn(&mut ColumnMap, &str, &str) -> Result<(), TraceError>) -> Result<ColumnMap, TraceError> {
    let mut map = ColumnMap::default();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let Some((ours, theirs)) = pair.split_once('=') else {
            return Err(wrong(pair, "ours=theirs, for example gpus=num_gpu".to_owned()));
        };
        add(&mut map, ours.trim(), theirs.trim())?;
    }
    Ok(map)
}
