//! Gavel's table of measured throughputs.
//!
//! Source: D. Narayanan et al., "Heterogeneity-Aware Cluster Scheduling Policies for Deep Learning Workloads", OSDI 2020
//! (github.com/stanford-futuredata/gavel, scheduler/simulation_throughputs.json).
//!
//! The JSON is `{worker type: {"('<job type>', <scale factor>)": {"null": steps/s alone, "('<other>', <scale factor>)": [steps/s, steps/s]}}}`,
//! the pair standing for the two jobs packed on the same GPUs, the job itself first.

use crate::workload::trace::error::{Place, TraceError, harmless};
use crate::workload::trace::input::{Input, Limits};
use crate::workload::trace::line::stopped;
use crate::workload::trace::open::open;
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

/// The JSON: by worker type, kind of job, and kind of the job packed with it.
type Text = BTreeMap<String, BTreeMap<String, BTreeMap<String, Steps>>>;

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
    /// When the file cannot be read or is not such a table.
    pub fn read(path: &Path) -> Result<Self, TraceError> {
        Self::read_from(open(path)?, &path.display().to_string())
    }

    /// Reads a table from bytes that have a name.
    ///
    /// # Errors
    ///
    /// When the bytes cannot be read or are not such a table.
    pub fn read_from(bytes: impl Read, name: &str) -> Result<Self, TraceError> {
        let wrong = |what| TraceError::Table { place: Place { file: name.to_owned(), line: 1, column: 1 }, what };
        let mut workers = BTreeMap::new();
        for (worker, kinds) in text(bytes, name)? {
            let mut table = BTreeMap::new();
            for (key, entries) in kinds {
                table.insert(kind(&key).map_err(wrong)?, Measured::of(entries).map_err(wrong)?);
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

impl Measured {
    /// From the entries of a kind of job; an error says what is wrong with one.
    fn of(entries: BTreeMap<String, Steps>) -> Result<Self, String> {
        let mut measured = Self::default();
        for (other, steps) in entries {
            match (other.as_str(), steps) {
                ("null", Steps::Alone(steps)) => measured.alone = Some(steps),
                ("null", Steps::Packed(..)) => return Err("`null` needs one number, not two".to_owned()),
                (pair, Steps::Packed(own, others)) => {
                    measured.packed.insert(kind(pair)?, (own, others));
                }
                (pair, Steps::Alone(_)) => {
                    kind(pair)?;
                    return Err(format!("`{}` needs two numbers, only `null` has one", shortened(pair)));
                }
            }
        }
        Ok(measured)
    }
}

/// The text as JSON has it.
fn text(bytes: impl Read, name: &str) -> Result<Text, TraceError> {
    let place =
        |line: usize, column: usize| Place { file: name.to_owned(), line: line.max(1) as u64, column: column.max(1) as u64 };
    let limits = Limits { bytes: LONGEST_BYTES, ..Limits::default() };
    let input = Input::new(bytes, limits).map_err(|source| TraceError::Io { place: place(1, 1), source })?;
    let compressed = input.is_compressed();
    serde_json::from_reader(BufReader::new(input)).map_err(|error| {
        let place = place(error.line(), error.column());
        if error.is_io() {
            return stopped(place, error.into(), compressed);
        }
        // The place is told before.
        let what = error.to_string();
        let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what).to_owned();
        TraceError::Table { place, what: harmless(&what) }
    })
}

/// The kind of job that Python's `('<job type>', <scale factor>)` stands for; an error says how it should look.
fn kind(text: &str) -> Result<JobKind, String> {
    let parse = || {
        let (quoted, scale_factor) = text.strip_prefix('(')?.strip_suffix(')')?.rsplit_once(',')?;
        let quoted = quoted.trim();
        let job_type = ['\'', '"'].iter().find_map(|&mark| quoted.strip_prefix(mark)?.strip_suffix(mark))?;
        Some(JobKind { job_type: job_type.to_owned(), scale_factor: scale_factor.trim().parse().ok()? })
    };
    parse().ok_or_else(|| format!("`{}` is not like `('ResNet-18 (batch size 16)', 1)`", shortened(text)))
}

fn shortened(text: &str) -> String {
    harmless(&text.chars().take(80).collect::<String>())
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
