//! Times of a file: dates or numbers, as the first sound line has them.

use super::cell::Cell;
use super::collector::Zero;
use super::dropped::Bad;

/// The unit of times that are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
}

/// What the times of a file are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    unit: Unit,
    has_dates: Option<bool>,
}

/// A time, and whether it is a date [ms since 1970] or a number [ms since the trace's zero].
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    pub ms: i64,
    is_date: bool,
}

impl Clock {
    /// A clock whose numbers have a unit.
    pub const fn new(unit: Unit) -> Self {
        Self { unit, has_dates: None }
    }

    /// The time of a cell. Once a line was sound, all cells must be as in it.
    pub fn read(self, cell: Cell) -> Result<Time, Bad> {
        let date = |cell: Cell| cell.instant().map(|ms| Time { ms, is_date: true });
        let number = |cell: Cell| {
            let ms = if self.unit == Unit::Seconds { cell.submit() } else { cell.submit_in_ms() };
            ms.map(|ms| Time { ms, is_date: false })
        };
        match self.has_dates {
            Some(true) => date(cell),
            Some(false) => number(cell),
            None => date(cell).or_else(|_| number(cell)),
        }
    }

    /// Holds on to the kind of a time whose line was sound.
    pub const fn settle(&mut self, time: Time) {
        self.has_dates = Some(time.is_date);
    }

    /// What the times count from.
    pub fn zero(self) -> Zero {
        if self.has_dates == Some(true) { Zero::Dates } else { Zero::Own(None) }
    }
}
