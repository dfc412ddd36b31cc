//! Simulated time: integer milliseconds since the scenario's start.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// An instant [ms since the scenario's start].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(i64);

/// A length of time [ms].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl SimTime {
    /// The scenario's start.
    pub const ZERO: Self = Self(0);
    /// Later than every event: "never".
    pub const NEVER: Self = Self(i64::MAX);

    /// An instant from milliseconds since the start.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the start.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Seconds since the start, for output.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e3
    }

    /// Days since the start, for formulas of demand.
    #[must_use]
    pub fn days(self) -> f64 {
        self.0 as f64 / 86_400_000.0
    }

    /// The instant `span` later; "never" where that would overflow.
    #[must_use]
    pub const fn saturating_add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// One second.
    pub const SECOND: Self = Self(1_000);
    /// One hour.
    pub const HOUR: Self = Self(3_600_000);
    /// One day of 24 hours.
    pub const DAY: Self = Self(86_400_000);

    /// A span from milliseconds.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// A span from seconds, rounded to the nearest millisecond and held between 0 and 2^53 ms.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Self {
        const LIMIT_MS: f64 = 9_007_199_254_740_992.0;
        let ms = (seconds * 1e3).clamp(0.0, LIMIT_MS);
        Self((ms + 0.5) as i64)
    }

    /// Milliseconds.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Seconds, for output.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e3
    }

    /// Days of 24 hours, for output.
    #[must_use]
    pub fn days(self) -> f64 {
        self.0 as f64 / 86_400_000.0
    }

    /// Hours, for output.
    #[must_use]
    pub fn hours(self) -> f64 {
        self.0 as f64 / 3_600_000.0
    }
}

impl Add<Span> for SimTime {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0 + span.0)
    }
}

impl Sub<Span> for SimTime {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0 - span.0)
    }
}

impl Sub for SimTime {
    type Output = Span;
    fn sub(self, earlier: Self) -> Span {
        Span(self.0 - earlier.0)
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Span {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

/// The largest unit that divides the span: `30 min`, `2 h`, `14 d`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0;
        for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)] {
            if ms != 0 && ms % length == 0 {
                return write!(f, "{} {unit}", ms / length);
            }
        }
        if ms == 0 { f.write_str("0 s") } else { write!(f, "{ms} ms") }
    }
}
