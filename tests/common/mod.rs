//! What several tests share: the program as a process, and small scenarios.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use skyberth::model::Model;
use skyberth::model::job::JobSource;
use skyberth::model::job_list::{JobList, ListedJob};
use skyberth::scenario::spec::{ClusterSpec, WorkloadSpec};
use skyberth::scenario::{self, Entry, ModelBuilder};
use skyberth::units::{SimTime, Span};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// How a run of the program ended.
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the program in a folder.
pub fn skyberth(folder: &Path, arguments: &[&str]) -> Ended {
    let output =
        Command::new(env!("CARGO_BIN_EXE_skyberth")).current_dir(folder).args(arguments).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
    Ended { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of the repository.
pub fn text_of(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A cluster while a test describes it.
pub type Cluster = Entry<ClusterSpec>;
/// A workload while a test describes it.
pub type Workload = Entry<WorkloadSpec>;

/// What a test calls a scenario: its text, or a builder.
pub trait Scenario {
    fn source(self) -> scenario::Source;
}

impl Scenario for &str {
    fn source(self) -> scenario::Source {
        let text = if self.contains("format =") { self.to_owned() } else { format!("format = 2\n{self}") };
        scenario::Source::new("world", text)
    }
}

impl Scenario for &String {
    fn source(self) -> scenario::Source {
        self.as_str().source()
    }
}

impl Scenario for ModelBuilder {
    #[track_caller]
    fn source(self) -> scenario::Source {
        self.name("world").source().unwrap_or_else(|error| panic!("{error}"))
    }
}

/// The model of a scenario that has no errors.
#[track_caller]
pub fn model(scenario: impl Scenario) -> Model {
    let source = scenario.source();
    let loaded = scenario::load(&source);
    loaded.model.unwrap_or_else(|| panic!("{}", loaded.issues.render(&source, false)))
}

/// One future of January 2026.
pub fn january() -> ModelBuilder {
    ModelBuilder::new("2026-01-01", "2026-01-31").replications(1)
}

/// GPUs that never fail, in Virginia, at 2 USD an hour.
pub fn reliable(cluster: Cluster) -> Cluster {
    cluster.region("us-va").failures_per_gpu_day(0).price_usd_per_gpu_hour(2)
}

/// Jobs that all complete: hour of submission, GPUs, hours of work on the reference, which is also the estimate.
pub fn jobs_of(jobs: &[(f64, u64, f64)]) -> JobSource {
    JobSource::Listed(Arc::new(list_of(jobs)))
}

/// The same jobs as a list.
pub fn list_of(jobs: &[(f64, u64, f64)]) -> JobList {
    let span = |hours: f64| Span::from_seconds(hours * 3600.0);
    JobList::numbered(jobs.iter().map(|&(submit, gpus, run)| ListedJob::new(SimTime::ZERO + span(submit), gpus, span(run))))
}

/// One cluster, one workload, a year: the scenario that tests spoil.
pub const SMALL: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-12-31
[vendor.aws]

[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
ramp = [
  { date = 2026-01-01, gpus = 64 },
  { date = 2026-06-01, gpus = 64 },
]

[workload.training]
jobs_per_day = 3
gpus = 8
duration = "12 h"
"#;

/// Runs a text as `x.toml`; every test here wants exit code 2, no panic, no output and no files.
pub fn refused(text: impl AsRef<[u8]>, more: &[&str]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), text).expect("it is writable");
    let mut arguments = vec!["run", "x.toml", "-o", "out", "--replications", "1"];
    arguments.extend(more);
    let ended = skyberth(folder.path(), &arguments);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert_eq!(ended.stdout, "", "nothing is printed but the mistakes");
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).expect("readable").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["x.toml"], "nothing is written");
    ended
}

/// Says that a refusal names a place and has these words.
#[track_caller]
pub fn says(ended: &Ended, place: &str, words: &[&str]) {
    for wanted in [place].iter().chain(words) {
        assert!(ended.stderr.contains(wanted), "`{wanted}` is missing from\n{}", ended.stderr);
    }
}

/// A table of a CSV file: its head and its records.
pub struct Sheet {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    pub fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let head = reader.headers().expect("a head").iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.expect("a record").iter().map(str::to_owned).collect()).collect();
        Self { head, rows }
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> usize {
        self.head.iter().position(|head| head == name).unwrap_or_else(|| panic!("no column {name} in {:?}", self.head))
    }
}
