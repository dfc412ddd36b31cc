//! The lines of a trace, one at a time.

use super::error::{Place, TraceError};
use super::input::{Input, Limits, Refusal};
use std::io::{self, BufRead, BufReader, Read};

/// A line of text without its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// The text.
    pub text: &'a str,
    /// Its number, from 1.
    pub number: u64,
}

/// A file as lines. Holds one line, never the file.
pub(super) struct Lines<'a> {
    file: String,
    input: BufReader<Input<Box<dyn Read + 'a>>>,
    compressed: bool,
    limits: Limits,
    buffer: Vec<u8>,
    number: u64,
    /// The line in the buffer was looked at only, and is given again.
    peeked: bool,
}

impl<'a> Lines<'a> {
    pub fn new(inner: impl Read + 'a, file: &str, limits: Limits) -> Result<Self, TraceError> {
        let place = Place { file: file.to_owned(), line: 1, column: 1 };
        let input = Input::new(Box::new(inner) as Box<dyn Read + 'a>, limits).map_err(|source| TraceError::Io { place, source })?;
        let compressed = input.is_compressed();
        let input = BufReader::with_capacity(1 << 16, input);
        Ok(Self { file: file.to_owned(), input, compressed, limits, buffer: Vec::new(), number: 0, peeked: false })
    }

    /// The file, as it is called in errors.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// A place on the line given last.
    pub fn place(&self, column: u64) -> Place {
        Place { file: self.file.clone(), line: self.number.max(1), column }
    }

    /// The next line, blank ones left out; none at the end.
    pub fn next(&mut self) -> Result<Option<Line<'_>>, TraceError> {
        if !std::mem::take(&mut self.peeked) {
            loop {
                if !self.fill()? {
                    return Ok(None);
                }
                if !self.buffer.trim_ascii().is_empty() {
                    break;
                }
            }
        }
        let number = self.number;
        match std::str::from_utf8(&self.buffer) {
            Ok(text) => Ok(Some(Line { text, number })),
            Err(error) => {
                let good = String::from_utf8_lossy(&self.buffer[..error.valid_up_to()]).chars().count();
                Err(TraceError::NotUtf8 { place: self.place(good as u64 + 1) })
            }
        }
    }

    /// The next line without taking it.
    pub fn peek(&mut self) -> Result<Option<Line<'_>>, TraceError> {
        self.peeked = self.next()?.is_some();
        if self.peeked {
            let number = self.number;
            // It was UTF-8 a moment ago.
            return Ok(std::str::from_utf8(&self.buffer).ok().map(|text| Line { text, number }));
        }
        Ok(None)
    }

    /// Reads a line into the buffer; false at the end of the file.
    fn fill(&mut self) -> Result<bool, TraceError> {
        self.buffer.clear();
        self.number += 1;
        loop {
            let bytes = match self.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(stopped(self.place(1), error, self.compressed)),
            };
            let end = bytes.iter().position(|&byte| byte == b'\n');
            let take = end.unwrap_or(bytes.len());
            if self.buffer.len() + take > self.limits.line_bytes {
                return Err(TraceError::LongLine { place: self.place(1), limit_bytes: self.limits.line_bytes });
            }
            let ended = end.is_some() || bytes.is_empty();
            self.buffer.extend_from_slice(&bytes[..take]);
            self.input.consume(take + usize::from(end.is_some()));
            if ended {
                if end.is_none() && self.buffer.is_empty() {
                    self.number -= 1;
                    return Ok(false);
                }
                if self.buffer.last() == Some(&b'\r') {
                    self.buffer.pop();
                }
                if self.number == 1 && self.buffer.starts_with("\u{feff}".as_bytes()) {
                    self.buffer.drain(..3);
                }
                return Ok(true);
            }
        }
    }
}

/// What an error of the system, of the decompressor or of the limits means.
pub(super) fn stopped(place: Place, error: io::Error, compressed: bool) -> TraceError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>()) {
        Some(&Refusal::TooLong(limit_bytes)) => return TraceError::TooLong { place, limit_bytes },
        Some(&Refusal::TooDense(limit_ratio)) => return TraceError::TooDense { place, limit_ratio },
        None => {}
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof if compressed => TraceError::Truncated { place },
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput if compressed => {
            TraceError::Corrupt { place, what: error.to_string() }
        }
        _ => TraceError::Io { place, source: error },
    }
}
