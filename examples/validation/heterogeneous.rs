//! Gavel's simulator: which traces, which policies, where its results lie.

use skyberth::kernel::math;
use skyberth::kernel::random::Address;
use skyberth::policy::rounds::{Allocator, GpuType, Problem, Shares, allocator};
use skyberth::replay::gavel::{LEAST_APART_S, ROUND_S, RoundReplay, RoundRules};
use skyberth::report::ReplayRow;
use skyberth::study::Progress;
use skyberth::workload::trace::{Options, StepJob, ThroughputTable, read_steps};
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
    /// Whether mean completion time and makespan are within 2 % of those of the reference.
    pub fn is_close(&self) -> bool {
        self.differences().iter().all(|difference| difference.abs() <= 0.02)
    }

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

/// Traces, and GPUs of each of the three types.
const TRACES: [(&str, u32); 3] = [("small_test", 2), ("cont_single_100", 4), ("static_multi_100", 8)];

/// What is replayed.
struct Cases {
    table: ThroughputTable,
    jobs: Vec<Vec<StepJob>>,
}

impl Cases {
    fn read(shared: &Path) -> Self {
        let table =
            ThroughputTable::read(&shared.join("traces/gavel/simulation_throughputs.json.gz")).expect("a table of throughputs");
        let jobs = TRACES.map(|(trace, _)| {
            let file = shared.join(format!("traces/gavel/{trace}.trace"));
            read_steps(&file, &Options::default()).unwrap_or_else(|error| panic!("{error}")).records
        });
        Self { table, jobs: jobs.into() }
    }

    /// When each job finishes, and the summary.
    fn replayed(&self, trace: usize, allocator: &mut dyn Allocator) -> (Vec<Option<f64>>, ReplayRow) {
        let gpus = f64::from(TRACES[trace].1);
        let types = ["v100", "p100", "k80"].map(|name| GpuType { name: name.to_owned(), gpus, price: 1.0 });
        let rules = RoundRules { types: types.to_vec(), round: ROUND_S, least_apart: LEAST_APART_S };
        let replay = RoundReplay { jobs: &self.jobs[trace], table: &self.table, rules };
        let fates = replay.run(allocator, &Progress::default()).expect("it is not interrupted");
        let row = ReplayRow::of(&replay.outcome(&fates));
        (fates.iter().map(|fate| fate.finish).collect(), row)
    }
}

/// Gavel (OSDI 2020): every policy on every trace.
pub fn gavel(shared: &Path) -> Vec<RoundAgreement> {
    let cases = Cases::read(shared);
    let mut found = Vec::new();
    for (place, (trace, gpus)) in TRACES.into_iter().enumerate() {
        for (policy, reference) in POLICIES {
            let (finishes, row) = cases.replayed(place, &mut *allocator(policy).expect("a registered name"));
            let path = shared.join(format!("reference/gavel/{trace}_{reference}_{gpus}-{gpus}-{gpus}.csv"));
            found.push(compared(&path, trace, gpus, (policy, reference), &finishes, &row));
        }
    }
    found
}

/// The range over other optima of the same programmes, by drawing the weights of jobs in dividing what is left once every job has its due.
#[derive(Clone, Debug)]
pub struct Ties {
    pub trace: &'static str,
    pub policy: &'static str,
    /// Mean completion time and makespan of the reference [s].
    pub reference: [f64; 2],
    /// Both here, least and most [s].
    pub ranges: [(f64, f64); 2],
}

impl Ties {
    /// Whether both figures of the reference lie within.
    pub fn hold_the_reference(&self) -> bool {
        self.reference.iter().zip(self.ranges).all(|(known, (least, most))| (least..=most).contains(known))
    }
}

/// So many draws.
pub const DRAWS: u64 = 200;

/// An allocator that draws, for each replay, weights between a half and two for dividing what is left once every job has its due.
struct Drawn {
    inner: Box<dyn Allocator>,
    draw: u64,
}

impl Allocator for Drawn {
    fn shares(&mut self, problem: &Problem) -> Shares {
        let mut problem = problem.clone();
        for job in &mut problem.jobs {
            let mut draws = Address::stream(self.draw, 0, "ties").number(job.id).draws(0);
            job.claim = math::exp(math::ln(2.0) * (2.0 * draws.uniform() - 1.0));
        }
        self.inner.shares(&problem)
    }

    fn is_strict(&self) -> bool {
        self.inner.is_strict()
    }
}

/// The range over ties of every row that is not close.
pub fn ties(shared: &Path, agreements: &[RoundAgreement]) -> Vec<Ties> {
    let cases = Cases::read(shared);
    let far = agreements.iter().filter(|agreement| !agreement.is_close());
    far.map(|agreement| {
        let place = TRACES.iter().position(|(trace, _)| *trace == agreement.trace).expect("a trace of these");
        let mut ranges = [(f64::INFINITY, 0.0_f64); 2];
        for draw in 0..DRAWS {
            let inner = allocator(agreement.policy).expect("a registered name");
            let (_, row) = cases.replayed(place, &mut Drawn { inner, draw });
            for ((least, most), seen) in ranges.iter_mut().zip([row.completion_s_mean.unwrap_or(f64::NAN), row.makespan_s]) {
                (*least, *most) = (least.min(seen), most.max(seen));
            }
        }
        let reference = [agreement.completion[1], agreement.makespan[1]];
        Ties { trace: agreement.trace, policy: agreement.policy, reference, ranges }
    })
    .collect()
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
