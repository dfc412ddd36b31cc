//! Tables of requests, under the names that a format has for the columns or that were given for them.

use crate::units::SimTime;
use crate::workload::trace::Options;
use crate::workload::trace::cell::Cell;
use crate::workload::trace::clock::{Clock, Unit};
use crate::workload::trace::column_map::ColumnMap;
use crate::workload::trace::dropped::{Bad, Sieve};
use crate::workload::trace::error::TraceError;
use crate::workload::trace::header_table::{Row, Table, lacks};
use crate::workload::trace::inference::{Request, Requests};
use crate::workload::trace::line::Lines;

/// Our names of the columns; the first two are for the same.
pub(in crate::workload::trace) const COLUMNS: [&str; 4] = ["time_s", "time_ms", "input_tokens", "output_tokens"];

/// The names of a format for the columns.
pub(super) struct Names {
    pub format: &'static str,
    /// For times in seconds or dates.
    pub time_s: &'static str,
    pub input_tokens: &'static str,
    pub output_tokens: &'static str,
}

impl Names {
    /// All of them.
    pub const fn all(&self) -> [&'static str; 3] {
        [self.time_s, self.input_tokens, self.output_tokens]
    }

    /// The names of times and of the two numbers of tokens in a file, and the unit of times that are numbers. An error where the names
    /// that were given are not of requests, or are two for the time.
    pub fn given<'a>(&self, columns: &'a ColumnMap, has: impl Fn(&str) -> bool) -> Result<([&'a str; 3], Unit), TraceError> {
        columns.allow(&COLUMNS)?;
        columns.allow_one_of(COLUMNS[0], COLUMNS[1])?;
        let name = |ours: &'static str, own: &'static str| if columns.names(ours) { columns.theirs(ours) } else { own };
        let is_in_ms = !columns.names("time_s") && (columns.names("time_ms") || !has(self.time_s) && has("time_ms"));
        let (time, unit) =
            if is_in_ms { (columns.theirs("time_ms"), Unit::Milliseconds) } else { (name("time_s", self.time_s), Unit::Seconds) };
        Ok(([time, name("input_tokens", self.input_tokens), name("output_tokens", self.output_tokens)], unit))
    }
}

/// Reads a table of requests.
pub(super) fn read(lines: &mut Lines, options: &Options, names: &Names) -> Result<Requests, TraceError> {
    let columns = &options.columns;
    let mut sieve = Sieve::new(lines.file(), options.strict);
    let mut table = Table::header(lines)?;
    let (wanted, unit) = names.given(columns, |name| table.has(name))?;
    let is_time_given = columns.names("time_s") || columns.names("time_ms");
    let missing = wanted.iter().enumerate().filter(|(_, name)| !table.has(name)).map(|(index, name)| {
        let instead = if index == 0 && !is_time_given && *name == COLUMNS[0] { " or `time_ms`" } else { "" };
        table.missing(name) + instead
    });
    let missing: Vec<String> = missing.collect();
    if !missing.is_empty() {
        return Err(lacks(lines, names.format, missing));
    }
    table.want(&wanted);
    let mut clock = Clock::new(unit);
    let mut requests = Vec::new();
    while let Some(line) = lines.next()? {
        let request = table.row(&line).and_then(|row| request(row, &mut clock));
        requests.extend(sieve.take(&line, request)?);
    }
    Requests::of(requests, sieve, clock.zero(), table.note().into_iter().collect())
}

fn request(row: Row, clock: &mut Clock) -> Result<Request, Bad> {
    let time = clock.read(row.get(0)?)?;
    let tokens = |column: usize| row.get(column).and_then(Cell::whole);
    let request = Request { at: SimTime::from_ms(time.ms), input_tokens: tokens(1)?, output_tokens: tokens(2)? };
    clock.settle(time);
    Ok(request)
}
