//! Whole scenarios through the whole engine, all accounts and invariants on: `cargo bench --bench engine`.
//! Throughput is in jobs. The scenarios are those of docs/performance.md.

use skyberth::scenario::{Source, load};
use skyberth::study::{Progress, Run, run};

fn main() {
    divan::main();
}

/// A year of jobs on twenty equal clusters, 0.4 GPUs in all for each job: 10^6 jobs on 4x10^5 GPUs, busy at about 85 %.
fn year(jobs: u32, policy: &str) -> String {
    let mut text = format!(
        "[scenario]\nstart = 2026-01-01\nend = 2026-12-31\nreplications = 1\n[vendor.a]\n[policy]\npreset = \"{policy}\"\n\
         [workload.w]\njobs_per_day = {}\ngpus = {{ table = [[64, 0.5], [128, 0.2], [512, 0.2], [2048, 0.1]] }}\n\
         duration = {{ lognormal = {{ median = \"5 h\", sigma = 1.0, max = \"7 d\" }} }}\nspeed = \"same\"\ncheckpoint = {{ interval = \"0 s\" }}\n",
        f64::from(jobs) / 365.0
    );
    let gpus = (f64::from(jobs) * 0.4 / 20.0 / 8.0).ceil() * 8.0;
    for cluster in 0..20 {
        text.push_str(&format!(
            "[cluster.c{cluster}]\nvendor = \"a\"\ngpu = \"H100\"\nprice_usd_per_gpu_hour = 2\nfailures_per_gpu_day = 0\n\
             ramp = [{{ date = 2026-01-01, gpus = {gpus} }}]\n"
        ));
    }
    text
}

fn simulate(bencher: divan::Bencher<'_, '_>, jobs: u32, policy: &str) {
    let text = year(jobs, policy);
    let loaded = load(&Source::new("bench", text.as_str()));
    let Some(model) = loaded.model else { panic!("{}", loaded.issues.render(&Source::new("bench", text.as_str()), false)) };
    bencher
        .counter(divan::counter::ItemsCount::new(jobs))
        .bench(|| run(&model, Run { threads: 1, ..Run::default() }, &Progress::default()));
}

#[divan::bench(args = [100_000, 1_000_000, 10_000_000], sample_count = 3, sample_size = 1)]
fn fifo_on_20_clusters(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    simulate(bencher, jobs, "fifo");
}

#[divan::bench(args = [100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn easy_on_20_clusters(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    simulate(bencher, jobs, "easy");
}

#[divan::bench(args = [100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn sjf_on_20_clusters(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    simulate(bencher, jobs, "sjf");
}

/// M/M/64 at 0.9: two events a job, its submission and its end. Throughput is in events.
#[divan::bench(args = [100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn mm64(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    let per_day = 64.0 * 0.9 * 24.0 * 10.0;
    let days = (f64::from(jobs) / per_day).round();
    let text = format!(
        "[scenario]\nstart = 2026-01-01\nend = {}\nreplications = 1\n[vendor.a]\n[policy]\npreset = \"fifo\"\n\
         [workload.w]\njobs_per_day = {per_day}\ngpus = 1\nduration = {{ exponential = {{ mean = \"6 min\" }} }}\nspeed = \"same\"\n\
         checkpoint = {{ interval = \"0 s\" }}\n[cluster.c]\nvendor = \"a\"\ngpu = \"H100\"\nprice_usd_per_gpu_hour = 2\n\
         failures_per_gpu_day = 0\nramp = [{{ date = 2026-01-01, gpus = 64 }}]\n",
        jiff::civil::date(2026, 1, 1).saturating_add(jiff::Span::new().days(days as i64 - 1))
    );
    let loaded = load(&Source::new("bench", text.as_str()));
    let Some(model) = loaded.model else { panic!("{}", loaded.issues.render(&Source::new("bench", text.as_str()), false)) };
    bencher
        .counter(divan::counter::ItemsCount::new(2 * jobs))
        .bench(|| run(&model, Run { threads: 1, ..Run::default() }, &Progress::default()));
}

/// 32 replications of the quickstart scenario by wall time, with so many threads. Throughput is in replications.
#[divan::bench(args = [1, 2], sample_count = 5, sample_size = 1)]
fn replications_on_threads(bencher: divan::Bencher<'_, '_>, threads: usize) {
    let text = include_str!("../scenarios/quickstart.toml");
    let loaded = load(&Source::new("quickstart", text));
    let Some(mut model) = loaded.model else { panic!("{}", loaded.issues.render(&Source::new("quickstart", text), false)) };
    model.replications = 32;
    bencher
        .counter(divan::counter::ItemsCount::new(32_u32))
        .bench(|| run(&model, Run { threads, ..Run::default() }, &Progress::default()));
}
