//! Nobody is stopped where that makes no room, and no clause binds before its contract.

use super::{future, mean, model, summary};

const HEAD: &str = "[scenario]\nstart = 2026-01-01\nend = 2026-01-31\nreplications = 1\n";

fn cluster(name: &str, vendor: &str, rest: &str) -> String {
    format!(
        "[cluster.{name}]\nvendor = \"{vendor}\"\ngpu = \"H100\"\nregion = \"us-va\"\nprice_usd_per_gpu_hour = 2\n\
         failures_per_gpu_day = 0\n{rest}\n"
    )
}

/// On every node five GPUs are held by jobs that may not be stopped, so that stopping the small ones never gives a whole node.
#[test]
fn a_high_priority_that_cannot_fit_by_shape_stops_nobody() {
    let nodes = cluster("c", "aws", "ramp = [{ date = 2025-12-01, gpus = 64 }]");
    let text = format!(
        "{HEAD}[vendor.aws]\n{nodes}\
         [workload.pinned]\njobs_per_day = 40\ngpus = 5\nduration = \"200 d\"\npreemptible = false\n\
         [workload.low]\njobs_per_day = 60\ngpus = 3\nduration = \"8 h\"\n\
         [workload.high]\njobs_per_day = 2\ngpus = 8\nduration = \"2 h\"\npriority = 9\n[policy]\npreset = \"priority\"\n"
    );
    let model = model(&text);
    let observation = future(&model, 0);
    assert!(observation.jobs[2].submitted > 30);
    let stopped = observation.jobs[1].preemptions;
    assert!(stopped <= observation.jobs[2].ended(), "{stopped} jobs were stopped for {} that ran", observation.jobs[2].ended());
    assert!(observation.events < 50_000, "{} events", observation.events);
}

/// Replicas of 8 in domains of 12 leave 4 GPUs over in each, which no stopped job can turn into a replica.
#[test]
fn a_service_that_can_gain_no_replica_stops_nobody() {
    let domains = cluster("c", "aws", "node_gpus = 1\ndomain_gpus = 12\nramp = [{ date = 2025-12-01, gpus = 24 }]");
    let text = format!(
        "{HEAD}[vendor.aws]\n{domains}[workload.small]\njobs_per_day = 4\ngpus = 1\nduration = \"5 h\"\n\
         [service.chat]\ntokens_per_s = 3_000_000\nreplica = {{ type = \"llama3.1-70b-h100\" }}\nspeed = \"same\"\n"
    );
    let observation = future(&model(&text), 0);
    assert!(observation.jobs[0].completed > 50);
    assert_eq!(observation.jobs[0].preemptions, 0);
}

#[test]
fn exclusivity_does_not_bind_before_its_contract_begins() {
    let clusters = cluster("c", "aws", "ramp = [{ date = 2025-12-01, gpus = 64 }]")
        + &cluster("d", "azure", "ramp = [{ date = 2025-12-01, gpus = 64 }]");
    let text = format!(
        "{HEAD}[vendor.aws]\n[vendor.azure]\n{clusters}\
         [contract.k]\nvendor = \"azure\"\nstart = 2028-01-01\nterm = \"3 y\"\nexclusivity = {{ until = 2029-01-01 }}\n\
         [workload.small]\njobs_per_day = 10\ngpus = 1\nduration = \"1 h\"\n"
    );
    let summary = summary(&model(&text));
    assert!(mean(&summary, "allocated_gpu_hours", "vendor", "aws") > 200.0, "the first cluster takes the jobs");
    assert_eq!(mean(&summary, "allocated_gpu_hours", "vendor", "azure"), 0.0);
}

/// The commitment of a contract-year is open from its first day on, so that the broker goes there at once.
#[test]
fn a_commitment_opens_with_its_contract() {
    let clusters = cluster("c", "aws", "ramp = [{ date = 2025-12-01, gpus = 64 }]")
        + &cluster("d", "azure", "ramp = [{ date = 2025-12-01, gpus = 64 }]");
    let text = format!(
        "{HEAD}[vendor.aws]\n[vendor.azure]\n{clusters}\
         [contract.k]\nvendor = \"azure\"\nstart = 2026-01-11\nterm = \"3 y\"\npayment = {{ usage = {{ take_or_pay = 0.9 }} }}\n\
         [workload.small]\njobs_per_day = 24\ngpus = 1\nduration = \"1 h\"\n[policy]\nbroker = \"committed_first\"\n"
    );
    let model = model(&text);
    let records = future(&model, 0).records.expect("they were asked for");
    let from = model.calendar.at(jiff::civil::date(2026, 1, 11));
    let wrong = records.iter().filter(|record| {
        record.start.is_some_and(|start| (start >= from) != record.cluster.is_some_and(|cluster| cluster.index() == 1))
    });
    assert_eq!(wrong.count(), 0);
    assert!(records.len() > 600);
}

/// Free GPUs scattered over nodes are no room for a gang of two nodes, and must not be handed out behind its back for ever: under EASY
/// such gangs start at least about as often as under plain FIFO.
#[test]
fn scattered_gpus_do_not_starve_a_gang_under_easy() {
    let never_started = |preset: &str| {
        let nodes = cluster("c", "aws", "ramp = [{ date = 2025-12-01, gpus = 256 }]");
        let text = format!(
            "[scenario]\nstart = 2026-01-01\nend = 2026-03-31\nreplications = 1\n[vendor.aws]\n{nodes}\
             [workload.node]\njobs_per_day = 2\ngpus = 16\nduration = \"1 h\"\n\
             [workload.small]\njobs_per_day = 330\ngpus = 1\n\
             duration = {{ lognormal = {{ median = \"6 h\", sigma = 1.5, max = \"14 d\" }} }}\n\
             [policy]\npreset = \"{preset}\"\n"
        );
        let observation = future(&model(&text), 0);
        assert!(observation.jobs[0].submitted > 120);
        observation.jobs[0].censored_queued
    };
    let (easy, fifo) = (never_started("easy"), never_started("fifo"));
    assert!(easy <= fifo + fifo / 4 + 5, "{easy} never started under EASY, {fifo} under FIFO");
}
