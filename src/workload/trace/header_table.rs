//! Files with a header and separated cells.

use super::cell::{Cell, Cells};
use super::dropped::{Bad, Reason};
use super::error::{TraceError, harmless};
use super::line::{Line, Lines};
use crate::kernel::names::nearest;

/// The header of such a file, and where the wanted columns are.
pub(super) struct Table {
    /// All names of the header.
    pub names: Vec<String>,
    columns: Vec<Option<usize>>,
    cells: Cells,
}

/// A line of such a file.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    cells: &'a Cells,
    columns: &'a [Option<usize>],
}

impl Table {
    /// Reads the header. Columns are asked for later by their position in `required`, then `optional`.
    pub fn open(lines: &mut Lines, format: &'static str, required: &[&str], optional: &[&str]) -> Result<Self, TraceError> {
        let mut cells = Cells::default();
        let header = lines.next()?.map(|line| cells.split_quoted(line.text));
        match header {
            None => return Err(TraceError::Empty { place: lines.place(1) }),
            Some(Err(bad)) => {
                return Err(TraceError::Line { place: lines.place(1), reason: bad.reason, text: harmless(&bad.text) });
            }
            Some(Ok(())) => {}
        }
        let names: Vec<String> = cells.iter().map(|cell| cell.trimmed().to_owned()).collect();
        let place_of = |wanted: &&str| names.iter().position(|name| name == wanted);
        let columns: Vec<Option<usize>> = required.iter().chain(optional).map(place_of).collect();
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let missing: Vec<String> = (required.iter().zip(&columns))
            .filter(|(_, column)| column.is_none())
            .map(|(name, _)| match nearest(name, &known) {
                Some(near) => format!("`{}` (nearest: `{}`)", harmless(name), harmless(near)),
                None => format!("`{}`", harmless(name)),
            })
            .collect();
        if missing.is_empty() {
            Ok(Self { names, columns, cells })
        } else {
            Err(TraceError::Header { place: lines.place(1), format, missing })
        }
    }

    /// The cells of a line, which must be as many as the header has.
    pub fn row(&mut self, line: &Line) -> Result<Row<'_>, Bad> {
        self.cells.split_quoted(line.text)?;
        if self.cells.len() < self.names.len() {
            return Err(Bad::new(Reason::MissingColumns, line.text.len(), line.text));
        }
        if let Some(extra) = self.cells.iter().skip(self.names.len()).find(|cell| !cell.trimmed().is_empty()) {
            return Err(extra.bad(Reason::ExtraColumns));
        }
        Ok(Row { cells: &self.cells, columns: &self.columns })
    }
}

impl<'a> Row<'a> {
    /// The cell of a required column.
    pub fn get(self, column: usize) -> Result<Cell<'a>, Bad> {
        self.cells.get(self.columns.get(column).copied().flatten().unwrap_or(usize::MAX))
    }

    /// The cell of an optional column, if the file has it and something stands in it.
    pub fn filled(self, column: usize) -> Option<Cell<'a>> {
        // Most files have few of the optional columns: an error for each line and column would be made only to be thrown away.
        let index = self.columns.get(column).copied().flatten()?;
        self.cells.get(index).ok().filter(|cell| !cell.trimmed().is_empty())
    }
}
