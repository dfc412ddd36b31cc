//! Checks that derived figures follow from the figures they derive from.

use super::tests::close;
use super::*;

fn catalog() -> &'static Catalog {
    Catalog::builtin()
}

#[test]
fn failure_rates_follow_from_their_counts() {
    let value = |name: &str| catalog().reliability(name).unwrap().value;
    assert!(close(value("node-failures-per-gpu-day"), 419.0 / 54.0 / 16_384.0, 1e-3));
    assert!(close(value("node-failures-per-1000-node-days"), 8000.0 * value("node-failures-per-gpu-day"), 1e-3));
    let node_failures_per_day = 128.0 * value("rsc1-failures-per-1000-node-days") / 1000.0;
    let software = 24.0 / value("rsc-mttf-1024-gpus") - node_failures_per_day;
    assert!(close(value("software-failures-per-job-day"), software, 1e-3));
}

#[test]
fn the_slip_law_follows_from_its_cases() {
    let cases = catalog().slips.iter().filter(|row| row.kind == SlipKind::Case);
    let logarithms: Vec<f64> = cases.map(|row| libm::log(row.value)).collect();
    let count = logarithms.len() as f64;
    let mean = logarithms.iter().sum::<f64>() / count;
    let squares: f64 = logarithms.iter().map(|value| (value - mean) * (value - mean)).sum();
    assert_eq!(count, 10.0);
    assert!(close(catalog().slip("slip-ln-days-mu").unwrap().value, mean, 0.01));
    assert!(close(catalog().slip("slip-ln-days-sigma").unwrap().value, (squares / (count - 1.0)).sqrt(), 0.01));
}

#[test]
fn chat_work_matches_the_published_fit() {
    let chat = catalog().replica_type("llama2-70b-h100").unwrap();
    let work = chat.work_per_request_s(1155.0, 211.0);
    assert!(close(work, 0.1936, 0.01), "{work}");
    let capacity = 1.0 / (1.0 + 211.0 * chat.fixed_s / (work * f64::from(chat.max_in_flight)));
    assert!(close(capacity, 0.797, 0.005), "{capacity}");
}

#[test]
fn scaled_replica_types_reproduce_their_published_throughput() {
    for row in catalog().replica_types.iter().filter(|row| row.model == "Llama-3.1-70B") {
        let published = catalog().throughputs.iter().find(|fact| (&fact.model, &fact.gpu_type) == (&row.model, &row.gpu_type));
        let work = row.work_per_request_s(4000.0, 500.0);
        let load = 1.0 - row.fixed_s / 0.050;
        let capacity = 1.0 / (1.0 + 500.0 * row.fixed_s / (work * f64::from(row.max_in_flight)));
        assert!(load < capacity, "{}", row.name);
        let per_gpu = load / work * 500.0 / f64::from(row.gpus);
        assert!(close(per_gpu, published.unwrap().output_tokens_per_s_per_gpu, 0.002), "{}: {per_gpu}", row.name);
    }
}

#[test]
fn split_pools_reproduce_the_published_node_count() {
    let fact = catalog().throughputs.iter().find(|row| row.gpu_type == "H800").unwrap();
    let input_rate = 8.0 * fact.input_tokens_per_s_per_gpu.unwrap();
    let output_rate = 8.0 * fact.output_tokens_per_s_per_gpu;
    let nodes = (608e9 / input_rate + 168e9 / output_rate) / 86_400.0;
    assert!(close(nodes, 226.9, 0.001), "{nodes}");
}
