//! Cells of a line, and the numbers and times in them.

use super::dropped::{Bad, Reason};
use super::duration;
use crate::units::Span;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// The longest time of a trace [s]: 200 years of 365 days.
pub(super) const LONGEST_S: f64 = 200.0 * 365.0 * 86_400.0;
/// The longest time of a trace [ms].
pub(super) const LONGEST_MS: i64 = LONGEST_S as i64 * 1000;
/// One GPU more than a job may ask for.
pub(super) const ABSURD_GPUS: u64 = 1_000_000_000;

/// A cell: its text and where it begins in the line [bytes].
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    pub text: &'a str,
    pub at: usize,
}

/// The cells of one line. Used again for every line, so that reading allocates nothing a line.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    /// Texts of all cells, one after the other, without quotation marks.
    text: String,
    /// End in `text`, and beginning in the line.
    cells: Vec<(usize, usize)>,
}

impl Cells {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Cell<'_>> {
        (0..self.len()).filter_map(|index| self.get(index).ok())
    }

    /// The cell of a column; an error at the line's end where the line is too short.
    pub fn get(&self, index: usize) -> Result<Cell<'_>, Bad> {
        let Some(&(end, at)) = self.cells.get(index) else {
            let line_end = self.cells.last().map_or(0, |&(_, at)| at);
            return Err(Bad::new(Reason::MissingColumns, line_end, &self.text));
        };
        let begin = index.checked_sub(1).map_or(0, |before| self.cells[before].0);
        Ok(Cell { text: &self.text[begin..end], at })
    }

    /// Splits at every `separator`.
    pub fn split(&mut self, line: &str, separator: char) {
        self.clear();
        let mut at = 0;
        for cell in line.split(separator) {
            self.push(cell, at);
            at += cell.len() + separator.len_utf8();
        }
    }

    /// Splits at white space.
    pub fn split_words(&mut self, line: &str) {
        self.clear();
        let mut at = 0;
        for cell in line.split(|c: char| c.is_ascii_whitespace()) {
            if !cell.is_empty() {
                self.push(cell, at);
            }
            at += cell.len() + 1;
        }
    }

    /// Splits at every `separator` as RFC 4180 does at commas, except that a cell ends on its line: a lost quotation mark must not swallow
    /// the file.
    pub fn split_quoted(&mut self, line: &str, separator: char) -> Result<(), Bad> {
        self.clear();
        let mut at = 0;
        loop {
            let rest = &line[at..];
            let Some(quoted) = rest.strip_prefix('"') else {
                let length = rest.find(separator).unwrap_or(rest.len());
                self.push(&rest[..length], at);
                if length == rest.len() {
                    return Ok(());
                }
                at += length + 1;
                continue;
            };
            let mut inside = 0;
            loop {
                let Some(length) = quoted[inside..].find('"') else {
                    return Err(Bad::new(Reason::OpenQuote, at, rest));
                };
                self.text.push_str(&quoted[inside..inside + length]);
                inside += length + 1;
                if !quoted[inside..].starts_with('"') {
                    break;
                }
                self.text.push('"');
                inside += 1;
            }
            // Text behind the closing mark belongs to the cell, as other readers have it.
            let length = quoted[inside..].find(separator).unwrap_or(quoted.len() - inside);
            self.push(&quoted[inside..inside + length], at);
            inside += length;
            if inside == quoted.len() {
                return Ok(());
            }
            at += 1 + inside + 1;
        }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
    }

    fn push(&mut self, text: &str, at: usize) {
        self.text.push_str(text);
        self.cells.push((self.text.len(), at));
    }
}

impl<'a> Cell<'a> {
    /// A reason with this cell as its example.
    pub fn bad(self, reason: Reason) -> Bad {
        Bad::new(reason, self.at, self.text)
    }

    /// The text without white space around it.
    pub fn trimmed(self) -> &'a str {
        self.text.trim_ascii()
    }

    /// A finite number.
    pub fn number(self) -> Result<f64, Bad> {
        let number: f64 = self.trimmed().parse().map_err(|_| self.bad(Reason::NotANumber))?;
        if number.is_finite() { Ok(number) } else { Err(self.bad(Reason::NotFinite)) }
    }

    /// A whole number that an id or an amount can be.
    pub fn whole(self) -> Result<u32, Bad> {
        if let Ok(whole) = self.trimmed().parse() {
            return Ok(whole);
        }
        let number = self.number()?;
        if number.fract() == 0.0 && (0.0..4_294_967_296.0).contains(&number) {
            Ok(number as u32)
        } else {
            Err(self.bad(Reason::NotWhole))
        }
    }

    /// A number of whole GPUs, of which a job asks for one at least.
    pub fn gpus(self) -> Result<u64, Bad> {
        match self.gpus_or_none()? {
            0 => Err(self.bad(Reason::NoGpus)),
            gpus => Ok(gpus),
        }
    }

    /// A number of whole GPUs, which may be none.
    pub fn gpus_or_none(self) -> Result<u64, Bad> {
        let gpus = if let Ok(gpus) = self.trimmed().parse::<u64>() {
            gpus
        } else {
            let number = self.number()?;
            if number < 0.0 {
                return Err(self.bad(Reason::NoGpus));
            } else if number.fract() != 0.0 {
                return Err(self.bad(Reason::PartialGpu));
            }
            // Beyond the range it stays at its end, and is absurd.
            number as u64
        };
        if gpus < ABSURD_GPUS { Ok(gpus) } else { Err(self.bad(Reason::AbsurdGpus)) }
    }

    /// Time since the trace's zero, given in seconds [ms].
    pub fn submit(self) -> Result<i64, Bad> {
        let seconds = self.since_zero(LONGEST_S)?;
        Ok(Span::from_seconds(seconds).ms())
    }

    /// Time since the trace's zero, given in milliseconds, to the nearest one.
    pub fn submit_in_ms(self) -> Result<i64, Bad> {
        let ms = self.since_zero(LONGEST_MS as f64)?;
        Ok(ms.round() as i64)
    }

    fn since_zero(self, longest: f64) -> Result<f64, Bad> {
        let number = self.number()?;
        if number < 0.0 {
            Err(self.bad(Reason::NegativeSubmit))
        } else if number > longest {
            Err(self.bad(Reason::LateSubmit))
        } else {
            Ok(number)
        }
    }

    /// A length of time, given in seconds or as `H:MM:SS` and the like.
    pub fn run(self) -> Result<Span, Bad> {
        let text = self.trimmed();
        if let Ok(seconds) = text.parse() {
            return self.length(seconds);
        }
        let without_sign = text.strip_prefix('-').and_then(duration::seconds);
        match duration::seconds(text) {
            Some(seconds) => self.length(seconds),
            None if without_sign.is_some() => Err(self.bad(Reason::NegativeRun)),
            None if text.contains(':') => Err(self.bad(Reason::NotALength)),
            None => Err(self.bad(Reason::NotANumber)),
        }
    }

    /// A length of time [s] that this cell led to.
    pub fn length(self, seconds: f64) -> Result<Span, Bad> {
        if !seconds.is_finite() {
            Err(self.bad(Reason::NotFinite))
        } else if seconds < 0.0 {
            Err(self.bad(Reason::NegativeRun))
        } else if seconds > LONGEST_S {
            Err(self.bad(Reason::LongRun))
        } else {
            Ok(Span::from_seconds(seconds))
        }
    }

    /// A calendar instant [ms since 1970-01-01 00:00:00]. Without an offset, it is taken as UTC.
    pub fn instant(self) -> Result<i64, Bad> {
        let text = self.trimmed();
        // What follows a date's ten characters and has a sign or a Z in it has an offset from UTC.
        let has_offset = text.get(10..).is_some_and(|time| time.contains(['Z', 'z', '+', '-']));
        let instant = if has_offset {
            text.parse::<Timestamp>()
        } else {
            text.parse::<DateTime>().and_then(|civil| Offset::UTC.to_timestamp(civil))
        };
        // To the nearest millisecond, as seconds are.
        let instant = instant.map_err(|_| self.bad(Reason::NotATime))?;
        let ms = instant.as_microsecond().saturating_add(500).div_euclid(1000);
        if (0..LONGEST_MS).contains(&ms) { Ok(ms) } else { Err(self.bad(Reason::NotATime)) }
    }
}

/// The date and time of an instant [ms since 1970-01-01 00:00:00]; none beyond the calendar.
pub(super) fn date_time(ms: i64) -> Option<DateTime> {
    Timestamp::from_millisecond(ms).ok().map(|instant| Offset::UTC.to_datetime(instant))
}

/// The instant [ms since 1970-01-01 00:00:00] of a date and time.
pub(super) fn instant(of: DateTime) -> Option<i64> {
    Offset::UTC.to_timestamp(of).ok().map(Timestamp::as_millisecond)
}
