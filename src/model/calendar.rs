//! Dates of simulated time: UTC days, months and years.

use crate::units::{SimTime, Span};
use jiff::civil::{Date, DateTime};

/// The scenario's dates. The end date is included; the horizon is the midnight after it.
#[derive(Clone, Debug)]
pub struct Calendar {
    start: Date,
    horizon: SimTime,
    months: Vec<Month>,
}

/// A calendar month, clipped to the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    /// The year.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: i8,
    /// Its first instant within the scenario.
    pub begin: SimTime,
    /// The first instant after it.
    pub end: SimTime,
}

impl Month {
    /// `2026-07`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{:04}-{:02}", self.year, self.month)
    }
}

impl Calendar {
    /// A calendar from the first to the last day, both included; none where they are out of order.
    #[must_use]
    pub fn new(start: Date, end: Date) -> Option<Self> {
        if end < start {
            return None;
        }
        let after = end.tomorrow().ok()?;
        let horizon = since(start, after);
        let mut months = Vec::new();
        let mut begin = start;
        while begin < after {
            let next = begin.first_of_month().checked_add(jiff::Span::new().months(1)).unwrap_or(after).min(after);
            months.push(Month { year: begin.year(), month: begin.month(), begin: since(start, begin), end: since(start, next) });
            begin = next;
        }
        Some(Self { start, horizon, months })
    }

    /// A calendar of one day.
    #[must_use]
    pub fn whole_day(day: Date) -> Self {
        let month = Month { year: day.year(), month: day.month(), begin: SimTime::ZERO, end: SimTime::ZERO + Span::DAY };
        Self { start: day, horizon: month.end, months: vec![month] }
    }

    /// The first instant that is not simulated.
    #[must_use]
    pub const fn horizon(&self) -> SimTime {
        self.horizon
    }

    /// The months, in order.
    #[must_use]
    pub fn months(&self) -> &[Month] {
        &self.months
    }

    /// The first day.
    #[must_use]
    pub const fn start(&self) -> Date {
        self.start
    }

    /// Midnight at the beginning of a date; negative before the start.
    #[must_use]
    pub fn at(&self, date: Date) -> SimTime {
        since(self.start, date)
    }

    /// The instant of a day's time in UTC.
    #[must_use]
    pub fn moment(&self, moment: DateTime) -> SimTime {
        let within = moment.time().duration_since(jiff::civil::Time::midnight()).as_millis();
        SimTime::from_ms(self.at(moment.date()).ms() + i64::try_from(within).unwrap_or(0))
    }

    /// The last day.
    #[must_use]
    pub fn last_day(&self) -> Date {
        self.date(SimTime::from_ms(self.horizon.ms() - 1))
    }

    /// The date an instant falls on.
    #[must_use]
    pub fn date(&self, time: SimTime) -> Date {
        let days = time.ms().div_euclid(Span::DAY.ms());
        self.start.checked_add(jiff::Span::new().days(days.clamp(-4_000_000, 4_000_000))).unwrap_or(self.start)
    }

    /// The same day of the month, so many months later; the last of that month where it is shorter.
    #[must_use]
    pub fn months_later(&self, time: SimTime, months: u32) -> SimTime {
        let date = self.date(time);
        self.at(date.checked_add(jiff::Span::new().months(months)).unwrap_or(date))
    }

    /// How long the calendar month of an instant is, also where the scenario begins or ends in it.
    #[must_use]
    pub fn whole_month(&self, time: SimTime) -> Span {
        let first = self.date(time).first_of_month();
        let next = first.checked_add(jiff::Span::new().months(1)).unwrap_or(first);
        self.at(next) - self.at(first)
    }

    /// Days from the Monday before the start to the start: 0 if the scenario starts on a Monday.
    #[must_use]
    pub fn start_weekday(&self) -> u8 {
        self.start.weekday().to_monday_zero_offset().unsigned_abs()
    }

    /// The month of an instant within the scenario (the last one for later instants). O(log months).
    #[must_use]
    pub fn month_of(&self, time: SimTime) -> usize {
        self.months.partition_point(|month| month.end <= time).min(self.months.len().saturating_sub(1))
    }
}

fn since(start: Date, date: Date) -> SimTime {
    let days = start.until(date).map_or(0, |span| i64::from(span.get_days()));
    SimTime::from_ms(days * Span::DAY.ms())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_end_date_is_included_and_months_tile_the_horizon() {
        let calendar = Calendar::new(date(2025, 11, 3), date(2030, 12, 31)).expect("in order");
        assert_eq!(calendar.horizon().ms(), 1885 * 86_400_000);
        assert_eq!(calendar.months().len(), 62);
        assert_eq!(calendar.months()[0].label(), "2025-11");
        assert!(calendar.months().windows(2).all(|pair| pair[0].end == pair[1].begin));
        assert_eq!(calendar.months()[61].end, calendar.horizon());
        assert_eq!(calendar.month_of(calendar.at(date(2026, 1, 1))), 2);
        assert_eq!(calendar.date(calendar.at(date(2028, 2, 29))), date(2028, 2, 29));
        assert!(Calendar::new(date(2026, 1, 2), date(2026, 1, 1)).is_none());
    }
}
