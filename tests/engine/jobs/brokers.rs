//! Brokers that spread jobs: what each does can be said beforehand.

use super::{close, future, mean, model, records, summary};

/// Three clusters of two vendors with more GPUs than anybody needs; the first vendor is cheaper and has two of them.
fn world(broker: &str, gpus: u64, more: &str) -> String {
    let cluster = |name: &str, vendor: &str, price: f64| {
        format!(
            "[cluster.{name}]\nvendor = \"{vendor}\"\ngpu = \"H100\"\nregion = \"us-va\"\nfailures_per_gpu_day = 0\n\
             price_usd_per_gpu_hour = {price}\nramp = [{{ date = 2026-01-01, gpus = {gpus} }}]\n"
        )
    };
    format!(
        "[scenario]\nstart = 2026-01-01\nend = 2026-03-31\nreplications = 2\n[policy]\nbroker = \"{broker}\"\n[vendor.aws]\n[vendor.azure]\n\
         {}{}{}[workload.w]\njobs_per_day = 20\ngpus = {{ table = [[8, 0.5], [64, 0.5]] }}\n\
         duration = {{ exponential = {{ mean = \"20 h\" }} }}\n{more}",
        cluster("a", "aws", 1.0),
        cluster("b", "aws", 2.0),
        cluster("c", "azure", 3.0)
    )
}

/// The clusters of all jobs that started, in order of their starts.
fn places(text: &str, replication: u64) -> Vec<usize> {
    let mut started: Vec<_> = records(&future(&model(text), replication));
    started.retain(|job| job.start.is_some());
    started.sort_by_key(|job| (job.start, job.ordinal));
    started.iter().filter_map(|job| job.cluster.map(skyberth::units::ClusterId::index)).collect()
}

#[test]
fn balanced_gives_both_vendors_as_much() {
    let shares = |broker: &str| {
        let summary = summary(&model(&world(broker, 10_000, "")));
        let served = |vendor| mean(&summary, "allocated_gpu_hours", "vendor", vendor);
        served("azure") / (served("aws") + served("azure"))
    };
    assert_eq!(shares("first_fit"), 0.0);
    close(shares("balanced"), 0.5, 0.02);
    // Replicas count too: what they hold of one vendor jobs make up for with the other.
    let chat = "[service.chat]\ntokens_per_s = 2000\ndaily = \"flat\"\nonly_vendors = [\"aws\"]\n\
                replica = { type = \"llama3.1-70b-h100\" }\nautoscaler = { static = { replicas = 30 } }\n";
    let summary = summary(&model(&world("balanced", 10_000, chat)));
    let jobs_and_replicas = |vendor| mean(&summary, "allocated_gpu_hours", "vendor", vendor);
    close(jobs_and_replicas("aws"), jobs_and_replicas("azure"), 0.02);
}

#[test]
fn round_robin_takes_the_clusters_in_turn() {
    let places = places(&world("round_robin", 10_000, ""), 0);
    assert!(places.len() > 1000);
    assert!(places.iter().enumerate().all(|(number, &place)| place == number % 3));
}

#[test]
fn random_is_even_and_the_same_for_the_same_job() {
    let text = world("random", 10_000, "");
    let drawn = places(&text, 0);
    for cluster in 0..3 {
        let count = drawn.iter().filter(|&&place| place == cluster).count();
        close(count as f64, drawn.len() as f64 / 3.0, 0.1);
    }
    assert_eq!(drawn, places(&text, 0));
    assert_ne!(drawn[..100], places(&text, 1)[..100]);
    // Another workload's jobs in between move nothing.
    let other = "[workload.other]\njobs_per_day = 30\ngpus = 8\nduration = \"1 h\"\nonly_vendors = [\"azure\"]\n";
    let mixed = records(&future(&model(&(text.clone() + other)), 0));
    let alone = records(&future(&model(&text), 0));
    let of = |records: &[skyberth::metrics::JobRecord]| -> Vec<_> {
        records.iter().filter(|job| job.workload.index() == 0).map(|job| (job.ordinal, job.cluster)).collect()
    };
    assert_eq!(of(&mixed), of(&alone));
}

#[test]
fn least_free_fills_one_cluster_after_another() {
    let places = places(&world("least_free", 10_000, ""), 0);
    assert!(places.iter().all(|&place| place == 0), "equal ones go by price, and then the first is the fullest");
    let few = self::places(&world("least_free", 512, ""), 0);
    assert!(few.contains(&1) && few.contains(&2));
}
