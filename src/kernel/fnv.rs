//! A hash of bytes as they come: FNV-1a, 64 bits.
//!
//! Source: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm". It distinguishes inputs
//! that differ by accident, and does not guard against inputs made to collide.

use std::fmt;
use std::io::{self, Read};

/// The hash of the bytes so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// With more bytes behind those so far.
    #[must_use]
    pub fn with(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    /// The hash of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::default().with(text.as_bytes())
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// 16 hexadecimal digits.
impl fmt::Display for Fnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Hashes what is read through it.
#[derive(Debug)]
pub struct Hashed<R> {
    inner: R,
    hash: Fnv,
}

impl<R: Read> Hashed<R> {
    /// Nothing is read yet.
    pub fn new(inner: R) -> Self {
        Self { inner, hash: Fnv::default() }
    }

    /// The hash of what was read.
    pub const fn hash(&self) -> Fnv {
        self.hash
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash = self.hash.with(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        for (text, hash) in [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)] {
            assert_eq!(Fnv::of(text).number(), hash, "{text}");
        }
    }

    #[test]
    fn reading_in_pieces_is_reading_at_once() {
        let mut hashed = Hashed::new("foobar".as_bytes());
        let mut text = String::new();
        hashed.by_ref().take(2).read_to_string(&mut text).expect("memory");
        hashed.read_to_string(&mut text).expect("memory");
        assert_eq!((text.as_str(), hashed.hash()), ("foobar", Fnv::of("foobar")));
    }
}
