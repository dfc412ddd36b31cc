//! Dates and durations as people write them.

use crate::units::Span;
use jiff::civil::{Date, DateTime, Time};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Error as _, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// A calendar date in UTC, written as a TOML date: `2026-12-31`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateText(pub Date);

/// A duration such as `"90 s"`, `"30 min"`, `"12 h"`, `"14 d"`, `"2 w"` or `"7 y"` (365.25 days a year).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DurationText {
    /// Its length [s].
    pub seconds: f64,
}

impl DurationText {
    /// A duration of so many seconds.
    #[must_use]
    pub const fn of_seconds(seconds: f64) -> Self {
        Self { seconds }
    }

    /// Rounded to milliseconds.
    #[must_use]
    pub fn span(self) -> Span {
        Span::from_seconds(self.seconds)
    }
}

const UNITS: [(&str, f64); 8] = [
    ("ms", 1e-3),
    ("s", 1.0),
    ("min", 60.0),
    ("h", 3600.0),
    ("d", 86_400.0),
    ("w", 604_800.0),
    ("y", 31_557_600.0),
    ("month", 2_629_800.0),
];

/// The longest duration a scenario may name: 200 years [s].
const LONGEST_S: f64 = 200.0 * 31_557_600.0;

impl std::str::FromStr for DurationText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let trimmed = text.trim();
        let split = trimmed.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '+'))).unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(split);
        let expected = || {
            format!("\"{text}\" is not a duration; write a number and a unit (ms, s, min, h, d, w, month, y), such as \"30 min\"")
        };
        let value: f64 = number.replace('_', "").parse().map_err(|_| expected())?;
        let unit = unit.trim();
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(expected)?;
        let seconds = value * scale;
        if !(0.0..=LONGEST_S).contains(&seconds) {
            return Err(format!("\"{text}\" is out of range: a duration lies between 0 and 200 y"));
        }
        if seconds > 0.0 && Span::from_seconds(seconds) == Span::ZERO {
            return Err(format!("\"{text}\" is less than half a millisecond: time goes in milliseconds; 0 is written \"0 s\""));
        }
        Ok(Self { seconds })
    }
}

impl<'de> Deserialize<'de> for DurationText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for DateText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = toml::value::Datetime::deserialize(deserializer)
            // A missing key is asked for through the same door; that message must pass.
            .map_err(|error| match error.to_string() {
                text if text.starts_with("missing field") => error,
                _ => D::Error::custom("expected a date without quotes, such as 2026-12-31"),
            })?;
        day(&written).map_err(D::Error::custom)
    }
}

impl std::str::FromStr for DateText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let written: toml::value::Datetime =
            text.trim().parse().map_err(|_| format!("\"{text}\" is not a date, such as 2026-12-31"))?;
        day(&written)
    }
}

fn day(written: &toml::value::Datetime) -> Result<DateText, String> {
    let (Some(date), None) = (written.date, written.time) else {
        return Err(format!("`{written}` is not a date; write the day alone, such as 2026-12-31"));
    };
    if !(1990..=2200).contains(&date.year) {
        return Err(format!("the year {} is out of range: dates lie between 1990 and 2200", date.year));
    }
    let day = |value: u8| i8::try_from(value).unwrap_or(i8::MAX);
    let year = i16::try_from(date.year).unwrap_or(i16::MAX);
    Date::new(year, day(date.month), day(date.day)).map(DateText).map_err(|_| format!("`{written}` is not a day of the calendar"))
}

impl From<Span> for DurationText {
    fn from(span: Span) -> Self {
        Self { seconds: span.seconds() }
    }
}

/// With the largest unit of which it is a whole number; a day is written as 24 h.
impl fmt::Display for DurationText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |scale: f64| (self.seconds / scale).fract() == 0.0 && self.seconds / scale * scale == self.seconds;
        let units = ["y", "month", "d", "h", "min"].into_iter().filter_map(|unit| UNITS.iter().find(|(name, _)| *name == unit));
        match units.copied().find(|&(unit, scale)| self.seconds > 0.0 && whole(scale) && (unit, self.seconds) != ("d", 86_400.0)) {
            Some((unit, scale)) => write!(f, "{} {unit}", self.seconds / scale),
            None => write!(f, "{} s", self.seconds),
        }
    }
}

impl Serialize for DurationText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for DateText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written(&self.0).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl Serialize for MomentText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written(&self.0).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// A day or a time of day as TOML has it.
fn written(moment: &impl fmt::Display) -> Result<toml::value::Datetime, String> {
    moment.to_string().parse().map_err(|_| format!("`{moment}` cannot be written"))
}

/// A day or a time of day in UTC: `2026-10-20` or `2026-10-20T07:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MomentText(pub DateTime);

impl fmt::Display for MomentText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.time() == Time::midnight() { self.0.date().fmt(f) } else { self.0.fmt(f) }
    }
}

impl std::str::FromStr for MomentText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("\"{text}\" is not a day or a time of day in UTC, such as 2026-10-20 or 2026-10-20T07:00");
        let written: toml::value::Datetime = text.trim().parse().map_err(|_| expected())?;
        moment(&written).ok_or_else(expected)
    }
}

fn moment(written: &toml::value::Datetime) -> Option<MomentText> {
    use toml::value::Offset;
    let utc = matches!(written.offset, None | Some(Offset::Z | Offset::Custom { minutes: 0 }));
    let day = written.date.filter(|day| (1990..=2200).contains(&day.year) && utc)?;
    let number = |value: u8| i8::try_from(value).ok();
    let date = Date::new(i16::try_from(day.year).ok()?, number(day.month)?, number(day.day)?).ok()?;
    let time = match written.time {
        None => Time::midnight(),
        Some(time) => {
            let nanosecond = i32::try_from(time.nanosecond.unwrap_or(0)).ok()?;
            Time::new(number(time.hour)?, number(time.minute)?, number(time.second.unwrap_or(0))?, nanosecond).ok()?
        }
    };
    Some(MomentText(date.to_datetime(time)))
}

impl<'de> Deserialize<'de> for MomentText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "expected a day or a time of day in UTC without quotes, such as 2026-10-20 or 2026-10-20T07:00:00Z";
        let written = toml::value::Datetime::deserialize(deserializer).map_err(|_| D::Error::custom(expected))?;
        moment(&written).ok_or_else(|| D::Error::custom(format!("`{written}`: {expected}, between 1990 and 2200")))
    }
}

impl JsonSchema for MomentText {
    fn schema_name() -> Cow<'static, str> {
        "moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A day or a time of day in UTC, written without quotes: 2026-10-20 or 2026-10-20T07:00:00Z."
        })
    }
}

impl JsonSchema for DateText {
    fn schema_name() -> Cow<'static, str> {
        "date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "description": "A date in UTC, written without quotes: 2026-12-31." })
    }
}

impl JsonSchema for DurationText {
    fn schema_name() -> Cow<'static, str> {
        "duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^ *[0-9._]+ *(ms|s|min|h|d|w|month|y) *$",
            "description": "A number and a unit: \"90 s\", \"30 min\", \"12 h\", \"14 d\", \"2 w\", \"6 month\" (30.44 d) or \"7 y\" (365.25 d)."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same() {
        for (text, written) in [
            ("36 h", "36 h"),
            ("1 d", "24 h"),
            ("155 s", "155 s"),
            ("48 h", "2 d"),
            ("31 d", "31 d"),
            ("2629800 s", "1 month"),
            ("0.1 s", "0.1 s"),
            ("0 d", "0 s"),
            ("2 y", "2 y"),
        ] {
            let duration: DurationText = text.parse().expect("a duration");
            assert_eq!((duration.to_string().as_str(), duration.to_string().parse()), (written, Ok(duration)), "{text}");
        }
        for seconds in [1.0 / 3.0, 86_400.1, 31_557_600.0 / 7.0, 1e-3] {
            let duration = DurationText { seconds };
            assert_eq!(duration.to_string().parse(), Ok(duration));
        }
        assert_eq!("2026-12-31".parse::<DateText>().map(|day| day.0), Ok(jiff::civil::date(2026, 12, 31)));
        for text in ["2026-12-31T10:00", "31.12.2026", "1800-01-01", "2026-02-30"] {
            assert!(text.parse::<DateText>().is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_numbers_with_units() {
        for (text, seconds) in [("90 s", 90.0), ("1.5h", 5400.0), ("14 d", 1_209_600.0), (" 2 w ", 1_209_600.0), ("250 ms", 0.25)] {
            assert_eq!(text.parse::<DurationText>().map(|duration| duration.seconds), Ok(seconds), "{text}");
        }
        assert_eq!("2026-10-20T07:30".parse::<MomentText>().map(|moment| moment.to_string()), Ok("2026-10-20T07:30:00".to_owned()));
        assert_eq!("2026-10-20".parse::<MomentText>().map(|moment| moment.to_string()), Ok("2026-10-20".to_owned()));
        for text in ["", "07:30", "2026-13-01", "2026-10-20T25:00", "2026-10-20T07:30:00+02:00"] {
            assert!(text.parse::<MomentText>().is_err(), "{text}");
        }
        for text in ["", "30", "h", "-1 d", "1 fortnight", "1e9 y", "9999999 y", "nan d"] {
            assert!(text.parse::<DurationText>().is_err(), "{text}");
        }
    }
}
