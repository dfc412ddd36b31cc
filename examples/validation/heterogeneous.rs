//! Gavel's simulator: which traces, which policies, where its results lie.

use skyberth::policy::rounds::{GpuType, allocator};
use skyberth::report::{ReplayRow, RoundsReport};
use skyberth::sim::RoundRules;
use skyberth::study::{LEAST_APART_S, Progress, ROUND_S, RoundReplay};
use skyberth::workload::trace::{Options, ThroughputTable, read_steps};
use std::path::Path;

/// What agrees to this many seconds is the same: references are written to the microsecond.
const SAME_S: f64 = 2e-6;

/// A policy by rounds against Gavel's results.
#[derive(Clone, Debug)]
pub struct RoundAgreement {
    pub trace: &'static str,
    /// GPUs of each of the three types.
    pub gpus: u32,
    pub policy: &'static str,
    pub reference: &'static str,
    /// Jobs of the reference.
    pub jobs: usize,
    /// Of them, those that finish otherwise, or in one of both only.
    pub others: usize,
    /// Mean completion time and makespan [s]: here, and there.
    pub completion: [f64; 2],
    pub makespan: [f64; 2],
}

impl RoundAgreement {
    /// Relative differences of mean completion time and makespan.
    pub fn differences(&self) -> [f64; 2] {
        [self.completion, self.makespan].map(|[here, there]| here / there - 1.0)
    }
}

/// Ours and theirs. The first two are first come, first served, without a linear programme.
pub const POLICIES: [(&str, &str); 8] = [
    ("fifo:gavel", "fifo"),
    ("fifo-fastest", "fifo_perf"),
    ("maxmin:blind", "max_min_fairness"),
    ("maxmin", "max_min_fairness_perf"),
    ("water-filling", "max_min_fairness_water_filling_perf"),
    ("ftf", "finish_time_fairness_perf"),
    ("makespan", "min_total_duration_perf"),
    ("throughput", "max_sum_throughput_perf"),
];

/// Gavel (OSDI 2020): every policy on every trace.
pub fn gavel(shared: &Path) -> Vec<RoundAgreement> {
    let table = ThroughputTable::read(&shared.join("traces/gavel/simulation_throughputs.json.gz")).expect("a table of throughputs");
    let mut found = Vec::new();
    for (trace, gpus) in [("small_test", 2), ("cont_single_100", 4), ("static_multi_100", 8)] {
        let file = shared.join(format!("traces/gavel/{trace}.trace"));
        let jobs = read_steps(&file, &Options::default()).unwrap_or_else(|error| panic!("{error}")).records;
        for (policy, reference) in POLICIES {
            let types = ["v100", "p100", "k80"].map(|name| GpuType { name: name.to_owned(), gpus: f64::from(gpus), price: 1.0 });
            let rules = RoundRules { types: types.to_vec(), round: ROUND_S, least_apart: LEAST_APART_S };
            let replay = RoundReplay { jobs: &jobs, table: &table, rules };
            let mut allocator = allocator(policy).expect("a registered name");
            let outcome = replay.run(&mut *allocator, &Progress::default()).expect("nobody stops it");
            let row = RoundsReport { replay: &replay, outcome: &outcome }.row();
            let finishes: Vec<Option<f64>> = outcome.jobs.iter().map(|fate| fate.finish).collect();
            let path = shared.join(format!("reference/gavel/{trace}_{reference}_{gpus}-{gpus}-{gpus}.csv"));
            found.push(compared(&path, trace, gpus, (policy, reference), &finishes, &row));
        }
    }
    found
}

fn compared(
    path: &Path,
    trace: &'static str,
    gpus: u32,
    (policy, reference): (&'static str, &'static str),
    finishes: &[Option<f64>],
    row: &ReplayRow,
) -> RoundAgreement {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (mut jobs, mut others, mut completions, mut last) = (0, 0, Vec::new(), 0.0_f64);
    for (record, &finish) in reader.records().zip(finishes) {
        let record = record.expect("a record");
        let [known, completion] = [5, 6].map(|column| record[column].parse::<f64>().ok());
        jobs += 1;
        others += usize::from(match (known, finish) {
            (Some(known), Some(finish)) => (known - finish).abs() > SAME_S,
            (None, None) => false,
            _ => true,
        });
        completions.extend(completion);
        last = known.map_or(last, |known| last.max(known));
    }
    let mean = completions.iter().sum::<f64>() / completions.len() as f64;
    let completion = [row.completion_s_mean.unwrap_or(f64::NAN), mean];
    RoundAgreement { trace, gpus, policy, reference, jobs, others, completion, makespan: [row.makespan_s, last] }
}
