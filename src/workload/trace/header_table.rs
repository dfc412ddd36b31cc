//! Files with a header and separated cells.
//!
//! The separator is the one of comma, tab, `;` and `|` that the header has most of outside quotation marks; of equals, the first of these.

use super::cell::{Cell, Cells};
use super::dropped::{Bad, Reason};
use super::error::{TraceError, harmless};
use super::line::{Line, Lines};
use crate::kernel::names::nearest;

/// Separators, the usual one first, each with the word for several of it.
const SEPARATORS: [(char, &str); 4] = [(',', "commas"), ('\t', "tabs"), (';', "`;`"), ('|', "`|`")];

/// The header of such a file, and where the wanted columns are.
pub(super) struct Table {
    /// All names of the header.
    pub names: Vec<String>,
    columns: Vec<Option<usize>>,
    cells: Cells,
    separator: (char, &'static str),
    has_quotes: bool,
}

/// A line of such a file.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    cells: &'a Cells,
    columns: &'a [Option<usize>],
}

/// The separator of a header, and what it is called.
fn separator(header: &str) -> (char, &'static str) {
    let count = |wanted: char| {
        let mut is_quoted = false;
        let is_one = |c: char| {
            is_quoted ^= c == '"';
            c == wanted && !is_quoted
        };
        header.chars().map(is_one).filter(|is_one| *is_one).count()
    };
    // The last of equals wins, hence the reverse order.
    let most = SEPARATORS.into_iter().rev().max_by_key(|&(candidate, _)| count(candidate));
    most.unwrap_or(SEPARATORS[0])
}

/// The names of a header. There is one name where it has no separator.
pub(super) fn header_names(header: &str) -> Vec<&str> {
    header.split(separator(header).0).map(|name| name.trim().trim_matches('"')).collect()
}

impl Table {
    /// Reads the header. Columns are asked for later by their position in `required`, then `optional`.
    pub fn open(lines: &mut Lines, format: &'static str, required: &[&str], optional: &[&str]) -> Result<Self, TraceError> {
        let mut table = Self::header(lines)?;
        let missing: Vec<String> = required.iter().filter(|name| !table.has(name)).map(|name| table.missing(name)).collect();
        if !missing.is_empty() {
            return Err(lacks(lines, format, missing));
        }
        let wanted: Vec<&str> = required.iter().chain(optional).copied().collect();
        table.want(&wanted);
        Ok(table)
    }

    /// Reads the header, whatever it has.
    pub fn header(lines: &mut Lines) -> Result<Self, TraceError> {
        let mut cells = Cells::default();
        let header = lines.next()?.map(|line| {
            let separator = separator(line.text);
            cells.split_quoted(line.text, separator.0).map(|()| separator)
        });
        let separator = match header {
            None => return Err(TraceError::Empty { place: lines.place(1) }),
            Some(Err(bad)) => {
                return Err(TraceError::Line { place: lines.place(1), reason: bad.reason, text: harmless(&bad.text) });
            }
            Some(Ok(separator)) => separator,
        };
        let mut names: Vec<String> = cells.iter().map(|cell| cell.trimmed().to_owned()).collect();
        // Some programs put a separator behind the last column too.
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        Ok(Self { names, columns: Vec::new(), cells, separator, has_quotes: true })
    }

    /// Chooses the columns that are asked for later, by their position.
    pub fn want(&mut self, wanted: &[&str]) {
        let place_of = |wanted: &&str| self.names.iter().position(|name| name == wanted);
        self.columns = wanted.iter().map(place_of).collect();
    }

    /// Takes quotation marks as text where `|` separates the columns, as for programs that write what they find.
    pub fn without_quotes(&mut self) {
        self.has_quotes = self.separator.0 != '|';
    }

    /// Whether the header has a name.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// A name that the header lacks, with the nearest that it has.
    pub fn missing(&self, name: &str) -> String {
        let known: Vec<&str> = self.names.iter().map(String::as_str).collect();
        match nearest(name, &known) {
            Some(near) => format!("`{}` (nearest: `{}`)", harmless(name), harmless(near)),
            None => format!("`{}`", harmless(name)),
        }
    }

    /// What to tell of the separator, where it is not a comma.
    pub fn note(&self) -> Option<String> {
        let (separator, name) = self.separator;
        (separator != SEPARATORS[0].0 && self.names.len() > 1).then(|| format!("columns are separated by {name}, as in the header"))
    }

    /// The cells of a line, which must be as many as the header has.
    pub fn row(&mut self, line: &Line) -> Result<Row<'_>, Bad> {
        match self.separator.0 {
            separator if self.has_quotes => self.cells.split_quoted(line.text, separator)?,
            separator => self.cells.split(line.text, separator),
        }
        if self.cells.len() < self.names.len() {
            return Err(Bad::new(Reason::MissingColumns, line.text.len(), line.text));
        }
        if let Some(extra) = self.cells.iter().skip(self.names.len()).find(|cell| !cell.trimmed().is_empty()) {
            return Err(extra.bad(Reason::ExtraColumns));
        }
        Ok(Row { cells: &self.cells, columns: &self.columns })
    }
}

/// The error of a header that lacks names.
pub(super) fn lacks(lines: &Lines, format: &'static str, missing: Vec<String>) -> TraceError {
    TraceError::Header { place: lines.place(1), format, missing }
}

impl<'a> Row<'a> {
    /// The cell of a required column.
    pub fn get(self, column: usize) -> Result<Cell<'a>, Bad> {
        self.cells.get(self.columns.get(column).copied().flatten().unwrap_or(usize::MAX))
    }

    /// Whether the file has a column.
    pub fn has(self, column: usize) -> bool {
        self.columns.get(column).copied().flatten().is_some()
    }

    /// The cell of an optional column, if the file has it and something stands in it.
    pub fn filled(self, column: usize) -> Option<Cell<'a>> {
        // Most files have few of the optional columns: an error for each line and column would be made only to be thrown away.
        let index = self.columns.get(column).copied().flatten()?;
        self.cells.get(index).ok().filter(|cell| !cell.trimmed().is_empty())
    }
}
