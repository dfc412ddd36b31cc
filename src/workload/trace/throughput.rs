//! Gavel's table of measured throughputs.
//!
//! Source: D. Narayanan et al., "Heterogeneity-Aware Cluster Scheduling Policies for Deep Learning Workloads", OSDI 2020
//! (github.com/stanford-futuredata/gavel, scheduler/simulation_throughputs.json).
//!
//! The JSON is `{worker type: {"('<job type>', <scale factor>)": {"null": steps/s alone, "('<other>', <scale factor>)": [steps/s, steps/s]}}}`,
//! the pair standing for the two jobs packed on the same GPUs, the job itself first.

use super::error::{Place, TraceError};
use super::input::{Input, Limits, Refusal};
use super::line::broken;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufReader, Read};
use std::path::Path;

/// The whole table is held in memory, so its text is limited more than that of a trace [bytes].
const LONGEST_BYTES: u64 = 256 << 20;

/// A kind of job: its type and how many GPUs it runs on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobKind {
    /// The type, with its batch size.
    pub job_type: String,
    /// GPUs.
    pub scale_factor: u32,
}

/// Steps per second of every kind of job on every worker type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThroughputTable {
    workers: BTreeMap<String, BTreeMap<JobKind, Measured>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Measured {
    alone: Option<f64>,
    packed: BTreeMap<JobKind, (f64, f64)>,
}

/// A number alone, or two of a packed pair.
enum Steps {
    Alone(f64),
    Packed(f64, f64),
}

impl ThroughputTable {
    /// Reads a table from `.json` or `.json.gz`.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or is no such table.
    pub fn read(path: &Path) -> Result<Self, TraceError> {
        Self::read_from(super::open(path)?, &path.display().to_string())
    }

    /// Reads a table from bytes that have a name.
    ///
    /// # Errors
    ///
    /// Where the bytes cannot be read or are no such table.
    pub fn read_from(bytes: impl Read, name: &str) -> Result<Self, TraceError> {
        let place = |line, column| Place { file: name.to_owned(), line, column };
        let limits = Limits { bytes: LONGEST_BYTES, ..Limits::default() };
        let input = Input::new(bytes, limits).map_err(|source| TraceError::Io { place: place(1, 1), source })?;
        let compressed = input.is_compressed();
        type Text = BTreeMap<String, BTreeMap<String, BTreeMap<String, Steps>>>;
        let text: Text = serde_json::from_reader(BufReader::new(input)).map_err(|error| {
            let place = place(error.line().max(1) as u64, error.column().max(1) as u64);
            if !error.is_io() {
                // The place is told before.
                let what = error.to_string();
                let what = what.rsplit_once(" at line ").map_or(what.clone(), |(what, _)| what.to_owned());
                return TraceError::Table { place, what };
            }
            let error = std::io::Error::from(error);
            match error.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>()) {
                Some(&Refusal::TooLong(limit_bytes)) => TraceError::TooLong { place, limit_bytes },
                Some(&Refusal::TooDense(limit_ratio)) => TraceError::TooDense { place, limit_ratio },
                None => broken(place, error, compressed),
            }
        })?;
        let wrong = |what: String| TraceError::Table { place: place(1, 1), what };
        let mut workers = BTreeMap::new();
        for (worker, kinds) in text {
            let mut table = BTreeMap::new();
            for (key, entries) in kinds {
                let mut measured = Measured::default();
                for (other, steps) in entries {
                    match (other.as_str(), steps) {
                        ("null", Steps::Alone(steps)) => measured.alone = Some(steps),
                        (pair, Steps::Packed(own, others)) => {
                            let kind = JobKind::parse(pair).ok_or_else(|| wrong(not_a_kind(pair)))?;
                            measured.packed.insert(kind, (own, others));
                        }
                        (pair, Steps::Alone(_)) => {
                            return Err(wrong(format!("`{pair}` needs two numbers, one only `null`")));
                        }
                    }
                }
                table.insert(JobKind::parse(&key).ok_or_else(|| wrong(not_a_kind(&key)))?, measured);
            }
            workers.insert(worker, table);
        }
        if workers.is_empty() { Err(wrong("it has no worker type".to_owned())) } else { Ok(Self { workers }) }
    }

    /// The worker types, by name.
    pub fn worker_types(&self) -> impl Iterator<Item = &str> {
        self.workers.keys().map(String::as_str)
    }

    /// The kinds of jobs measured on a worker type, by name.
    pub fn kinds(&self, worker: &str) -> impl Iterator<Item = &JobKind> {
        self.workers.get(worker).into_iter().flat_map(BTreeMap::keys)
    }

    /// Steps per second of a job that has its GPUs for itself; none where it was not measured or does not run there.
    #[must_use]
    pub fn alone(&self, worker: &str, kind: &JobKind) -> Option<f64> {
        self.workers.get(worker)?.get(kind)?.alone.filter(|&steps| steps > 0.0)
    }

    /// Steps per second of a job and of another one packed on the same GPUs; none where the pair was not measured.
    #[must_use]
    pub fn packed(&self, worker: &str, kind: &JobKind, other: &JobKind) -> Option<(f64, f64)> {
        self.workers.get(worker)?.get(kind)?.packed.get(other).copied()
    }
}

impl JobKind {
    /// From Python's `('<job type>', <scale factor>)`.
    fn parse(text: &str) -> Option<Self> {
        let (quoted, scale_factor) = text.strip_prefix('(')?.strip_suffix(')')?.rsplit_once(',')?;
        let quoted = quoted.trim();
        let job_type = ['\'', '"'].iter().find_map(|&mark| quoted.strip_prefix(mark)?.strip_suffix(mark))?;
        Some(Self { job_type: job_type.to_owned(), scale_factor: scale_factor.trim().parse().ok()? })
    }
}

fn not_a_kind(text: &str) -> String {
    let text: String = text.chars().take(80).collect();
    format!("`{}` is not like `('ResNet-18 (batch size 16)', 1)`", super::error::harmless(&text))
}

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StepsVisitor)
    }
}

struct StepsVisitor;

impl<'de> Visitor<'de> for StepsVisitor {
    type Value = Steps;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("steps per second, 0 or more, or a pair of them")
    }

    fn visit_f64<E: serde::de::Error>(self, steps: f64) -> Result<Steps, E> {
        sound(steps).map(Steps::Alone)
    }

    fn visit_u64<E: serde::de::Error>(self, steps: u64) -> Result<Steps, E> {
        Ok(Steps::Alone(steps as f64))
    }

    fn visit_i64<E: serde::de::Error>(self, steps: i64) -> Result<Steps, E> {
        sound(steps as f64).map(Steps::Alone)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<Steps, A::Error> {
        let missing = || A::Error::custom("a pair needs two numbers");
        let own: f64 = pair.next_element()?.ok_or_else(missing)?;
        let others: f64 = pair.next_element()?.ok_or_else(missing)?;
        if pair.next_element::<f64>()?.is_some() {
            return Err(A::Error::custom("a pair has two numbers, not more"));
        }
        Ok(Steps::Packed(sound(own)?, sound(others)?))
    }
}

fn sound<E: serde::de::Error>(steps: f64) -> Result<f64, E> {
    if steps >= 0.0 && steps.is_finite() { Ok(steps) } else { Err(E::custom("steps per second are 0 or more")) }
}
