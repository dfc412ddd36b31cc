//! Brokers that spread jobs: what each does can be said beforehand.

use super::{Cluster, Workload, close, future, mean, model, records, reliable, summary};
use skyberth::scenario::spec::ProfileSpec;
use skyberth::scenario::{ModelBuilder, law};

/// Three clusters of two vendors with more GPUs than anybody needs; the first vendor is cheaper and has two of them.
fn world(broker: &str, gpus: u64) -> ModelBuilder {
    let cluster = |price: f64| move |cluster: Cluster| reliable(cluster).price_usd_per_gpu_hour(price).gpus(gpus);
    ModelBuilder::new("2026-01-01", "2026-03-31")
        .replications(2)
        .policy_parts(|policy| policy.broker(broker))
        .vendor("aws")
        .cluster("a", "H100", cluster(1.0))
        .cluster("b", "H100", cluster(2.0))
        .vendor("azure")
        .cluster("c", "H100", cluster(3.0))
        .workload("w", |w| w.jobs_per_day(20).gpus(law::table([(8, 0.5), (64, 0.5)])).duration(law::exponential("20 h")))
}

/// The clusters of all jobs that started, in order of their starts.
fn places(world: ModelBuilder, replication: u64) -> Vec<usize> {
    let mut started: Vec<_> = records(&future(&model(world), replication));
    started.retain(|job| job.start.is_some());
    started.sort_by_key(|job| (job.start, job.ordinal));
    started.iter().filter_map(|job| job.cluster.map(skyberth::units::ClusterId::index)).collect()
}

#[test]
fn balanced_gives_both_vendors_as_much() {
    let shares = |broker: &str| {
        let summary = summary(&model(world(broker, 10_000)));
        let served = |vendor| mean(&summary, "allocated_gpu_hours", "vendor", vendor);
        served("azure") / (served("aws") + served("azure"))
    };
    assert_eq!(shares("first_fit"), 0.0);
    close(shares("balanced"), 0.5, 0.02);
    // Replicas count too: what they hold of one vendor jobs make up for with the other.
    let world = world("balanced", 10_000).service("chat", "llama3.1-70b-h100", |chat| {
        chat.tokens_per_s(2000).daily(ProfileSpec::Flat).only_vendors(["aws"]).replicas(30)
    });
    let summary = summary(&model(world));
    let jobs_and_replicas = |vendor| mean(&summary, "allocated_gpu_hours", "vendor", vendor);
    close(jobs_and_replicas("aws"), jobs_and_replicas("azure"), 0.02);
}

#[test]
fn round_robin_takes_the_clusters_in_turn() {
    let places = places(world("round_robin", 10_000), 0);
    assert!(places.len() > 1000);
    assert!(places.iter().enumerate().all(|(number, &place)| place == number % 3));
}

#[test]
fn random_is_even_and_the_same_for_the_same_job() {
    let world = world("random", 10_000);
    let drawn = places(world.clone(), 0);
    for cluster in 0..3 {
        let count = drawn.iter().filter(|&&place| place == cluster).count();
        close(count as f64, drawn.len() as f64 / 3.0, 0.1);
    }
    assert_eq!(drawn, places(world.clone(), 0));
    assert_ne!(drawn[..100], places(world.clone(), 1)[..100]);
    // Another workload's jobs in between move nothing.
    let other = |other: Workload| other.jobs_per_day(30).gpus(8).duration("1 h").only_vendors(["azure"]);
    let mixed = records(&future(&model(world.clone().workload("other", other)), 0));
    let alone = records(&future(&model(world), 0));
    let of = |records: &[skyberth::metrics::JobRecord]| -> Vec<_> {
        records.iter().filter(|job| job.workload.index() == 0).map(|job| (job.ordinal, job.cluster)).collect()
    };
    assert_eq!(of(&mixed), of(&alone));
}

#[test]
fn least_free_fills_one_cluster_after_another() {
    let places = places(world("least_free", 10_000), 0);
    assert!(places.iter().all(|&place| place == 0), "equal ones go by price, and then the first is the fullest");
    let few = self::places(world("least_free", 512), 0);
    assert!(few.contains(&1) && few.contains(&2));
}
