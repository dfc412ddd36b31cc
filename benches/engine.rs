//! Whole scenarios through the whole engine, all accounts and invariants on: `cargo bench --bench engine`.
//! Throughput is in jobs. The scenarios are those of docs/performance.md.

use skyberth::scenario::spec::{ClusterSpec, SpeedSpec};
use skyberth::scenario::{Entry, ModelBuilder, Source, law, load};
use skyberth::study::{Progress, Run, run};

fn main() {
    divan::main();
}

/// A cluster that never fails.
fn reliable(cluster: Entry<ClusterSpec>) -> Entry<ClusterSpec> {
    cluster.price_usd_per_gpu_hour(2).failures_per_gpu_day(0)
}

/// A year of jobs on twenty equal clusters, 0.4 GPUs in all for each job: 10^6 jobs on 4x10^5 GPUs, busy at about 85 %.
fn year(jobs: u32, policy: &str) -> ModelBuilder {
    let sizes = law::table([(64, 0.5), (128, 0.2), (512, 0.2), (2048, 0.1)]);
    let world = ModelBuilder::new("2026-01-01", "2026-12-31").replications(1).policy(policy).vendor("a").workload("w", |w| {
        let w = w.jobs_per_day(f64::from(jobs) / 365.0).gpus(sizes).duration(law::lognormal("5 h", 1.0).max("7 d"));
        w.speed(SpeedSpec::Same).checkpoint("0 s", "20 s")
    });
    let gpus = (f64::from(jobs) * 0.4 / 20.0 / 8.0).ceil() as u64 * 8;
    (0..20).fold(world, |world, cluster| world.cluster(format!("c{cluster}"), "H100", |cluster| reliable(cluster).gpus(gpus)))
}

/// The time of one run of a scenario, by items of which it has so many.
fn measure(bencher: divan::Bencher<'_, '_>, items: u32, scenario: ModelBuilder) {
    let model = scenario.build().unwrap_or_else(|error| panic!("{error}"));
    bencher
        .counter(divan::counter::ItemsCount::new(items))
        .bench(|| run(&model, Run { threads: 1, ..Run::default() }, &Progress::default()));
}

fn simulate(bencher: divan::Bencher<'_, '_>, jobs: u32, policy: &str) {
    measure(bencher, jobs, year(jobs, policy));
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
    let end = jiff::civil::date(2026, 1, 1).saturating_add(jiff::Span::new().days(days as i64 - 1));
    let world = ModelBuilder::new("2026-01-01", end)
        .replications(1)
        .policy("fifo")
        .vendor("a")
        .cluster("c", "H100", |c| reliable(c).gpus(64))
        .workload("w", |w| {
            let w = w.jobs_per_day(per_day).gpus(1).duration(law::exponential("6 min"));
            w.speed(SpeedSpec::Same).checkpoint("0 s", "20 s")
        });
    measure(bencher, 2 * jobs, world);
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
