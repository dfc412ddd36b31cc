//! The bytes of a trace: decompressed where they are compressed, and never more than the limits.

use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufReader, Read};
use thiserror::Error;

/// How much text a reader takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Decompressed text [bytes].
    pub bytes: u64,
    /// A line [bytes].
    pub line_bytes: usize,
    /// Decompressed bytes per compressed byte.
    pub ratio: u64,
    /// Decompressed bytes before the ratio counts: short files of equal lines may be dense.
    pub ratio_after_bytes: u64,
}

impl Default for Limits {
    /// 4 GiB of text, lines of 1 MiB, a ratio of 200 after 64 MiB.
    fn default() -> Self {
        Self { bytes: 4 << 30, line_bytes: 1 << 20, ratio: 200, ratio_after_bytes: 64 << 20 }
    }
}

/// Why no more bytes are given; travels inside an [`io::Error`].
#[derive(Clone, Copy, Debug, Error)]
pub(super) enum Refusal {
    #[error("longer than {0} bytes")]
    TooLong(u64),
    #[error("expands more than {0} times")]
    TooDense(u64),
}

/// Counts what passes.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}

/// The bytes of a file, the first two of which were looked at.
type Raw<R> = BufReader<Counted<io::Chain<io::Cursor<Vec<u8>>, R>>>;

enum Source<R: Read> {
    Plain(Raw<R>),
    Compressed(Box<MultiGzDecoder<Raw<R>>>),
}

/// A file's text, whether it is compressed or not.
pub(super) struct Input<R: Read> {
    source: Source<R>,
    limits: Limits,
    given: u64,
}

impl<R: Read> Input<R> {
    /// Looks at the first two bytes: those of gzip (RFC 1952) are 1f 8b, and no text starts so.
    pub fn new(mut inner: R, limits: Limits) -> io::Result<Self> {
        let mut head = Vec::with_capacity(2);
        inner.by_ref().take(2).read_to_end(&mut head)?;
        let compressed = head == [0x1f, 0x8b];
        let raw = BufReader::with_capacity(1 << 16, Counted { inner: io::Cursor::new(head).chain(inner), count: 0 });
        let source = if compressed { Source::Compressed(Box::new(MultiGzDecoder::new(raw))) } else { Source::Plain(raw) };
        Ok(Self { source, limits, given: 0 })
    }

    /// Whether the bytes come out of a decompressor.
    pub fn is_compressed(&self) -> bool {
        matches!(self.source, Source::Compressed(_))
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.source {
            Source::Plain(plain) => plain.read(buffer)?,
            Source::Compressed(decoder) => decoder.read(buffer)?,
        };
        self.given += read as u64;
        if self.given > self.limits.bytes {
            return Err(io::Error::other(Refusal::TooLong(self.limits.bytes)));
        }
        if let Source::Compressed(decoder) = &self.source {
            let taken = decoder.get_ref().get_ref().count;
            if self.given > self.limits.ratio_after_bytes && self.given > self.limits.ratio.saturating_mul(taken) {
                return Err(io::Error::other(Refusal::TooDense(self.limits.ratio)));
            }
        }
        Ok(read)
    }
}
