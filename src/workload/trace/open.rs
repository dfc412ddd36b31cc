//! A trace that is open and whose format is known.

use super::error::Place;
use super::formats::{Contents, Read as ReadFormat};
use super::inference::Requests;
use super::line::Lines;
use super::{ColumnMap, Format, Limits, Options, Trace, TraceError};
use crate::kernel::read;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// An open trace. Only its first line was read, if that was needed to guess the format.
pub struct OpenTrace<'a> {
    lines: Lines<'a>,
    format: Format,
}

impl OpenTrace<'static> {
    /// Opens a file. Without a format, it is guessed from the first line and the name.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or its format cannot be guessed.
    pub fn open(path: &Path, format: Option<Format>, limits: Limits) -> Result<Self, TraceError> {
        OpenTrace::new(open(path)?, &path.display().to_string(), format, limits)
    }

    /// Opens a file that is known to hold jobs, or requests. Without a format, one of these is guessed.
    ///
    /// # Errors
    ///
    /// As [`OpenTrace::open`].
    pub fn open_as(path: &Path, format: Option<Format>, contents: Contents, limits: Limits) -> Result<Self, TraceError> {
        OpenTrace::new_as(open(path)?, &path.display().to_string(), format, contents, limits)
    }
}

impl<'a> OpenTrace<'a> {
    /// Takes bytes that have a name.
    ///
    /// # Errors
    ///
    /// As [`OpenTrace::open`].
    pub fn new(bytes: impl Read + 'a, name: &str, format: Option<Format>, limits: Limits) -> Result<Self, TraceError> {
        Self::new_among(bytes, name, format, None, limits)
    }

    /// Takes bytes that have a name and are known to hold jobs, or requests.
    ///
    /// # Errors
    ///
    /// As [`OpenTrace::open`].
    pub fn new_as(
        bytes: impl Read + 'a,
        name: &str,
        format: Option<Format>,
        contents: Contents,
        limits: Limits,
    ) -> Result<Self, TraceError> {
        Self::new_among(bytes, name, format, Some(contents), limits)
    }

    fn new_among(
        bytes: impl Read + 'a,
        name: &str,
        format: Option<Format>,
        known: Option<Contents>,
        limits: Limits,
    ) -> Result<Self, TraceError> {
        let mut lines = Lines::new(bytes, name, limits)?;
        let format = match format {
            Some(format) => format,
            None => guess(&mut lines, known)?,
        };
        Ok(Self { lines, format })
    }

    /// Its format.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Reads its jobs.
    ///
    /// # Errors
    ///
    /// When it holds no jobs, is not of the format, or has too many lines that cannot be used.
    pub fn jobs(mut self, options: &Options) -> Result<Trace, TraceError> {
        match self.format.reader().read {
            ReadFormat::Jobs(read) => {
                let mut trace = read(&mut self.lines, options)?;
                let has_own_names = !matches!(self.format, Format::Csv | Format::Sacct);
                if has_own_names && options.columns != ColumnMap::default() {
                    let note = format!("the names given for columns are not used: the format {} has its own", self.format);
                    trace.notes.push(note);
                }
                Ok(trace)
            }
            ReadFormat::Requests(_) => Err(self.holds_something_else(Contents::Jobs)),
        }
    }

    /// Reads its inference requests.
    ///
    /// # Errors
    ///
    /// When it holds no requests, is not of the format, or has too many lines that cannot be used.
    pub fn requests(mut self, options: &Options) -> Result<Requests, TraceError> {
        match self.format.reader().read {
            ReadFormat::Requests(read) => read(&mut self.lines, options),
            ReadFormat::Jobs(_) => Err(self.holds_something_else(Contents::Requests)),
        }
    }

    fn holds_something_else(&self, wanted: Contents) -> TraceError {
        TraceError::WrongContents { place: self.lines.place(1), format: self.format, wanted }
    }
}

fn guess(lines: &mut Lines, known: Option<Contents>) -> Result<Format, TraceError> {
    let name = lines.file().to_owned();
    let guessed = lines.peek()?.map(|first| Format::guess_among(Path::new(&name), first.text.as_bytes(), known));
    let Some(guessed) = guessed else { return Err(TraceError::Empty { place: lines.place(1) }) };
    guessed.ok_or_else(|| TraceError::UnknownFormat { place: lines.place(1), known })
}

/// Opens a file for reading.
pub(super) fn open(path: &Path) -> Result<File, TraceError> {
    let place = || Place { file: path.display().to_string(), line: 1, column: 1 };
    read::open(path).map_err(|source| TraceError::Io { place: place(), source })
}
