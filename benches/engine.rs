//! Whole scenarios through the whole engine, all accounts and invariants on: `cargo bench --bench engine`.
//! Throughput is in jobs. The scenarios are those of docs/performance.md.

use skyberth::scenario::{Source, load};
use skyberth::study::{Progress, Run, run};

fn main() {
    divan::main();
}

/// FIFO on twenty clusters: jobs, and GPUs in all.
fn fifo(jobs: u32) -> String {
    let mut text = format!(
        "[scenario]\nstart = 2026-01-01\nend = 2026-12-31\nreplications = 1\n[vendor.a]\n[policy]\npreset = \"{{}}\"\n\
         [workload.w]\njobs_per_day = {}\ngpus = {{ table = [[8, 0.5], [16, 0.2], [64, 0.2], [256, 0.1]] }}\n\
         duration = {{ lognormal = {{ median = \"2 h\", sigma = 1.0, max = \"7 d\" }} }}\nspeed = \"same\"\ncheckpoint = {{ interval = \"0 s\" }}\n",
        f64::from(jobs) / 365.0
    );
    // Sized to run at about 85 %: 42.4 GPUs x 3.3 h a job.
    let gpus = (f64::from(jobs) / 365.0 * 42.4 * 3.3 / 24.0 / 0.85 / 20.0 / 8.0).ceil() * 8.0;
    for cluster in 0..20 {
        text.push_str(&format!(
            "[cluster.c{cluster}]\nvendor = \"a\"\ngpu = \"H100\"\nprice_usd_per_gpu_hour = 2\nfailures_per_gpu_day = 0\nramp = [{{ date = 2026-01-01, gpus = {gpus} }}]\n"
        ));
    }
    text
}

fn simulate(bencher: divan::Bencher<'_, '_>, jobs: u32, policy: &str) {
    let text = fifo(jobs).replace("{}", policy);
    let loaded = load(&Source::new("bench", text.as_str()));
    let Some(model) = loaded.model else { panic!("{}", loaded.issues.render(&Source::new("bench", text.as_str()), false)) };
    bencher
        .counter(divan::counter::ItemsCount::new(jobs))
        .bench(|| run(&model, Run { threads: 1, records: false }, &Progress::default()));
}

#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn fifo_on_20_clusters(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    simulate(bencher, jobs, "fifo");
}

#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn easy_on_20_clusters(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    simulate(bencher, jobs, "easy");
}

#[divan::bench(args = [10_000, 100_000], sample_count = 3, sample_size = 1)]
fn sjf_on_20_clusters(bencher: divan::Bencher<'_, '_>, jobs: u32) {
    simulate(bencher, jobs, "sjf");
}
