//! Requests as JSON, an object a line: `{"timestamp": 0, "input_length": 655, "output_length": 52, "hash_ids": [46, 47]}`.
//!
//! Source: R. Qin et al., "Mooncake: Trading More Storage for Less Computation - A KVCache-centric Architecture for Serving LLM Chatbot",
//! FAST 2025 (github.com/kvcache-ai/Mooncake). Benchmarks of inference engines write the same.
//!
//! `timestamp` is in milliseconds; the first request is the zero. Blocks of a cache (`hash_ids`) and other names are not read.

use super::Reader;
use super::request_table::Names;
use crate::units::SimTime;
use crate::workload::trace::Options;
use crate::workload::trace::cell::Cell;
use crate::workload::trace::clock::Unit;
use crate::workload::trace::collector::Zero;
use crate::workload::trace::dropped::{Bad, Reason, Sieve};
use crate::workload::trace::error::TraceError;
use crate::workload::trace::inference::{Request, Requests};
use crate::workload::trace::line::{Line, Lines};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// The time has another unit than in a table, and its name is given as `time_ms`.
const NAMES: Names = Names { format: "mooncake", time_s: "time_s", input_tokens: "input_length", output_tokens: "output_length" };
const TIME_MS: &str = "timestamp";

pub(super) const READER: Reader = Reader {
    is_line: |line| line.starts_with('{') && line.contains(NAMES.input_tokens),
    is_name: |ending, line| ending == "jsonl" && line.starts_with('{'),
    read: super::Read::Requests(read),
};

fn read(lines: &mut Lines, options: &Options) -> Result<Requests, TraceError> {
    let columns = &options.columns;
    let mut sieve = Sieve::new(lines.file(), options.strict);
    let (mut names, unit) = NAMES.given(columns, |name| name == "time_ms")?;
    if !columns.names("time_s") && !columns.names("time_ms") {
        names[0] = TIME_MS;
    }
    let mut requests = Vec::new();
    while let Some(line) = lines.next()? {
        requests.extend(sieve.take(&line, request(&line, &Wanted(names), unit))?);
    }
    Requests::of(requests, sieve, Zero::Own(None), Vec::new())
}

fn request(line: &Line, wanted: &Wanted, unit: Unit) -> Result<Request, Bad> {
    let mut json = serde_json::Deserializer::from_str(line.text);
    let found = wanted.deserialize(&mut json).and_then(|found| json.end().map(|()| found));
    let [time, input, output] = found.map_err(|error| {
        let at = line.text.floor_char_boundary(error.column().saturating_sub(1));
        Bad::new(Reason::NotJson, at, line.text.get(at..).unwrap_or_default())
    })?;
    // As text, numbers go by the rules for cells.
    let texts = [time, input, output].map(|number| number.map(|number| number.to_string()));
    let cell = |index: usize| match &texts[index] {
        Some(text) => Ok(Cell { text, at: 0 }),
        None => Err(Bad::new(Reason::MissingName, 0, wanted.0[index])),
    };
    let time = cell(0)?;
    let at = if unit == Unit::Milliseconds { time.submit_in_ms()? } else { time.submit()? };
    Ok(Request { at: SimTime::from_ms(at), input_tokens: cell(1)?.whole()?, output_tokens: cell(2)?.whole()? })
}

/// The names of the numbers that are wanted of an object.
struct Wanted<'a>([&'a str; 3]);

impl<'de> DeserializeSeed<'de> for &Wanted<'_> {
    type Value = [Option<f64>; 3];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &Wanted<'_> {
    type Value = [Option<f64>; 3];

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with numbers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; 3];
        while let Some(name) = object.next_key::<String>()? {
            match self.0.iter().position(|wanted| *wanted == name) {
                Some(index) => found[index] = Some(object.next_value()?),
                None => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}
