//! Comparing a replay with a published schedule, job by job.

use skyberth::model::PolicyChoice;
use skyberth::policy::registry::Kind;
use skyberth::replay::pools::{Pool, PoolReplay};
use skyberth::report::ReplayRow;
use skyberth::sim::Pass;
use skyberth::study::Progress;
use skyberth::units::SimTime;
use skyberth::workload::trace::Trace;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What a reference says of a job [s]; none where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Expected {
    pub start: f64,
    pub finish: Option<f64>,
    pub preemptions: Option<u32>,
}

/// A machine and how it is scheduled.
#[derive(Clone, Debug)]
pub struct Setting {
    pub preset: &'static str,
    pub placement: &'static str,
    pub pass: Pass,
    pub nodes: u64,
    pub node_gpus: u32,
}

/// How a replay compares with a reference.
#[derive(Clone, Debug)]
pub struct Agreement {
    pub trace: String,
    pub reference: String,
    pub setting: Setting,
    /// Jobs of the reference.
    pub jobs: usize,
    /// Of them, those that the replay lacks.
    pub missing: usize,
    /// Those that start, finish, or are preempted otherwise.
    pub starts: usize,
    pub finishes: Option<usize>,
    pub preemptions: Option<usize>,
    /// The replay's own figures.
    pub row: ReplayRow,
    /// What is to be said about it.
    pub note: &'static str,
}

impl Agreement {
    pub fn is_exact(&self) -> bool {
        self.missing + self.starts + self.finishes.unwrap_or(0) + self.preemptions.unwrap_or(0) == 0
    }
}

impl Setting {
    pub fn policy(&self) -> PolicyChoice {
        let preset = PolicyChoice::preset(self.preset).expect("a registered preset");
        preset.with(Kind::Placement, self.placement, &|_| None).expect("a registered placement")
    }

    /// Replays a trace and holds it against a reference.
    pub fn compare(&self, name: &str, trace: &Trace, reference: &str, expected: &BTreeMap<String, Expected>) -> Agreement {
        let pool =
            Pool { name: name.to_owned(), nodes: self.nodes, node_gpus: self.node_gpus, jobs: Arc::new(trace.list(|_| true)) };
        let replay = PoolReplay {
            pools: vec![pool],
            policy: self.policy(),
            pass: self.pass,
            start: jiff::civil::date(2000, 1, 1),
            records: true,
            threads: 1,
        };
        let outcome = replay.run(&Progress::default()).expect("the accounts balance").expect("it is not interrupted");
        let records = &outcome[0].records;
        let (mut seen, mut starts, mut finishes, mut preemptions) = (0, 0, 0, 0);
        for (record, job) in records.iter().zip(&trace.jobs) {
            let Some(expected) = expected.get(trace.ids.text(job.id).as_ref()) else { continue };
            seen += 1;
            let start = record.start.map(SimTime::seconds);
            let finish = record.finish.map(SimTime::seconds);
            starts += usize::from(start != Some(expected.start));
            finishes += usize::from(expected.finish.is_some() && finish != expected.finish);
            preemptions += usize::from(expected.preemptions.is_some_and(|count| count != record.preemptions));
        }
        let knows = |says: fn(&Expected) -> bool, count: usize| expected.values().any(says).then_some(count);
        Agreement {
            trace: name.to_owned(),
            reference: reference.to_owned(),
            setting: self.clone(),
            jobs: expected.len(),
            missing: expected.len() - seen,
            starts,
            finishes: knows(|expected| expected.finish.is_some(), finishes),
            preemptions: knows(|expected| expected.preemptions.is_some(), preemptions),
            row: ReplayRow::of(&outcome[0].outcome),
            note: "",
        }
    }
}

/// Reads a table of expected schedules: the columns' names for id, start, finish and preemptions.
pub fn expected(path: &Path, columns: [&str; 2], finish: Option<&str>, preemptions: Option<&str>) -> BTreeMap<String, Expected> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text: Box<dyn std::io::Read> = if bytes.starts_with(&[0x1f, 0x8b]) {
        Box::new(flate2::read::MultiGzDecoder::new(std::io::Cursor::new(bytes)))
    } else {
        Box::new(std::io::Cursor::new(bytes))
    };
    let mut reader = csv::Reader::from_reader(text);
    let head = reader.headers().expect("a head").clone();
    let place = |name: &str| head.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"));
    let [id, start] = columns.map(place);
    let [finish, preemptions] = [finish, preemptions].map(|name| name.map(place));
    let number = |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("{}: {text} is not a number", path.display()));
    reader
        .records()
        .map(|record| {
            let record = record.expect("a record");
            let expected = Expected {
                start: number(&record[start]),
                finish: finish.map(|place| number(&record[place])),
                preemptions: preemptions.map(|place| number(&record[place]) as u32),
            };
            (record[id].to_owned(), expected)
        })
        .collect()
}
