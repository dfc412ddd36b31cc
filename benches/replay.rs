//! Lists of jobs on one machine through the whole engine: `cargo bench --bench replay`. Throughput is in jobs.
//!
//! The jobs are those of a synthetic log in the manner of a batch machine: gangs of powers of two, exponential run times, estimates several times
//! too long. Where the traces lie beside the project, the KTH log repeated is measured too.

use skyberth::kernel::math;
use skyberth::model::PolicyChoice;
use skyberth::model::job_list::{JobList, ListedJob};
use skyberth::replay::pools::{Pool, PoolReplay};
use skyberth::report::JobsCsv;
use skyberth::sim::Pass;
use skyberth::study::Progress;
use skyberth::units::{SimTime, Span};
use skyberth::workload::trace::{Format, Options, read};
use std::path::Path;
use std::sync::Arc;

fn main() {
    divan::main();
}

const MACHINE: u64 = 256;

/// Jobs that offer `load` times what the machine can do.
fn log(jobs: u32, load: f64) -> JobList {
    // A linear congruential generator is random enough for a load.
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut list = JobList::default();
    let mut submit = 0.0;
    for id in 0..jobs {
        let gpus = 1_u64 << (uniform() * 7.0) as u32;
        let run = (-1744.0 * math::ln(uniform())).ceil();
        let estimate = (run * (1.0 + 9.0 * uniform())).ceil();
        // On average 18.1 GPUs for 1,744 s.
        submit += -math::ln(uniform()) * 18.1 * 1744.0 / (MACHINE as f64 * load);
        let submit = SimTime::from_ms(submit as i64 * 1000);
        let job = ListedJob::new(submit, gpus, Span::from_seconds(run));
        list.jobs.push(ListedJob { estimate: Span::from_seconds(estimate), id, ..job });
    }
    list
}

fn replay(list: JobList, gpus: u64, preset: &str, records: bool) -> PoolReplay {
    let policy = PolicyChoice::preset(preset).unwrap_or_else(|error| panic!("{error}"));
    let pool = Pool { name: "machine".to_owned(), nodes: gpus, node_gpus: 1, jobs: Arc::new(list) };
    PoolReplay { pools: vec![pool], policy, pass: Pass::OncePerInstant, start: jiff::civil::date(2000, 1, 1), records, threads: 1 }
}

fn measure(bencher: divan::Bencher<'_, '_>, replay: &PoolReplay) {
    let jobs = replay.pools[0].jobs.jobs.len();
    bencher.counter(divan::counter::ItemsCount::new(jobs)).bench(|| replay.run(&Progress::default()));
}

const SIZES: [u32; 3] = [10_000, 100_000, 1_000_000];

#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn fifo(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    measure(bencher, &replay(log(jobs, 0.7), MACHINE, "fifo", false));
}

#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn easy(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    measure(bencher, &replay(log(jobs, 0.9), MACHINE, "easy", false));
}

/// At three times the load the queue grows to two thirds of all jobs.
#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn easy_at_triple_load(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    measure(bencher, &replay(log(jobs, 2.7), MACHINE, "easy", false));
}

#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn srtf(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    measure(bencher, &replay(log(jobs, 0.9), MACHINE, "srtf", false));
}

#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn las2d(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    measure(bencher, &replay(log(jobs, 0.9), MACHINE, "las2d", false));
}

#[divan::bench(args = [1_000, 10_000], sample_count = 3, sample_size = 1)]
fn conservative(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    measure(bencher, &replay(log(jobs, 0.7), MACHINE, "conservative", false));
}

/// With a line for every job written, to nowhere.
#[divan::bench(args = [1_000_000], sample_count = 3, sample_size = 1)]
fn fifo_with_jobs_csv(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    let replay = replay(log(jobs, 0.7), MACHINE, "fifo", true);
    bencher.counter(divan::counter::ItemsCount::new(jobs)).bench(|| {
        let Ok(Some(pools)) = replay.run(&Progress::default()) else { panic!("it runs") };
        JobsCsv { replications: &[(0, &pools[0].model, &pools[0].records)] }.write(&mut std::io::sink())
    });
}

/// The KTH log one after the other until there are 10^6 jobs.
fn kth() -> Option<JobList> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/traces/swf/kth_sp2.norm.csv.gz");
    let columns = "job_id=id,submit_s=submit,gpus=procs,run_s=run,estimate_s=estimate".parse().ok()?;
    let trace = read(&path, Some(Format::Csv), &Options { columns, ..Options::default() }).ok();
    let Some(trace) = trace else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    let once = trace.list(|_| true);
    let length = once.jobs.last()?.submit - SimTime::ZERO + Span::DAY;
    let mut list = JobList::default();
    while list.jobs.len() < 1_000_000 {
        let shift = Span::from_ms(length.ms() * (list.jobs.len() / once.jobs.len()) as i64);
        list.jobs.extend(once.jobs.iter().map(|job| ListedJob { submit: job.submit + shift, ..*job }));
    }
    list.jobs.truncate(1_000_000);
    Some(list)
}

#[divan::bench(args = ["fifo", "easy", "conservative", "srtf"], sample_count = 3, sample_size = 1)]
fn kth_repeated(bencher: divan::Bencher<'_, '_>, preset: &str) {
    let Some(list) = kth() else { return };
    measure(bencher, &replay(list, 100, preset, false));
}
