//! Gangs and replicas that take a whole NVLink domain, and bundles that an outage hits: every placement serves them, and no work is booked twice.

use super::{mean, model, records, summary};
use skyberth::policy::registry::{Kind, names};

/// Nodes of eight, which are domains as well, or two of which are one; a service whose replicas take a node, and jobs of half a node.
fn world(domain: u32, placement: &str, more: &str) -> String {
    format!(
        "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-06\nreplications = 1\n[vendor.v]\n[cluster.c]\nvendor = \"v\"\ngpu = \"H100\"\n\
         region = \"us-va\"\nprice_usd_per_gpu_hour = 2\nnode_gpus = 8\ndomain_gpus = {domain}\nfailures_per_gpu_day = 0\n\
         ramp = [{{ date = 2026-01-01, gpus = 64 }}]\n[policy]\npreset = \"fifo-skip\"\nplacement = \"{placement}\"\n{more}"
    )
}

fn placements() -> impl Iterator<Item = &'static str> {
    names(Kind::Placement).filter(|name| !name.contains(':'))
}

#[test]
fn a_replica_of_a_whole_node_has_its_gpus_under_every_placement() {
    let service = "[workload.w]\njobs_per_day = 20\ngpus = 4\nduration = \"3 h\"\n[service.s]\ntokens_per_s = 3000\ndaily = \"flat\"\nweekend = 1\n\
        replica = { measured = { gpu = \"H100\", gpus = 8, fixed_ms = 10, per_prefill_token_ms = 0.05, per_decode_sequence_ms = 0.2, \
        per_context_token_ms = 0.0001, max_in_flight = 64 } }\n";
    for placement in placements() {
        for domain in [8, 16] {
            let summary = summary(&model(&world(domain, placement, service)));
            let share = mean(&summary, "within_objective_share", "service", "s");
            assert!(share > 0.99, "{placement} with domains of {domain}: {share}");
        }
    }
}

#[test]
fn gangs_of_a_whole_domain_start_under_every_placement() {
    for placement in placements() {
        for (domain, gang) in [(8, 8), (16, 8), (16, 16)] {
            let jobs = format!(
                "[workload.half]\njobs_per_day = 6\ngpus = 4\nduration = \"2 h\"\n[workload.whole]\njobs_per_day = 12\ngpus = {gang}\n\
                 duration = \"2 h\"\nwithin_domain = true\n"
            );
            let observation = super::future(&model(&world(domain, placement, &jobs)), 0);
            let whole: Vec<_> = records(&observation).into_iter().filter(|job| job.gpus == gang).collect();
            assert!(whole.len() > 30, "{}", whole.len());
            // All but a few find a whole domain at once, and all start that do not come at the very end.
            let waiting = whole.iter().filter(|job| job.start.is_none_or(|start| start != job.submit)).count();
            assert!(waiting * 20 <= whole.len(), "{placement}, gangs of {gang} in domains of {domain}: {waiting} wait");
        }
    }
}

#[test]
fn work_of_a_bundle_is_lost_once() {
    // Gangs of four fail ten times a day and lose half a day each; the outage takes the whole bundle's work.
    let bundle = |outage: &str| {
        let jobs = "[workload.w]\njobs_per_day = 8\ngpus = 16\nduration = \"36 h\"\ncheckpoint = { interval = \"1 d\", blocking = \"0 s\" }\n\
            restart = \"10 min\"\nsoftware_failures_per_day = 10\nbundle_of = 4\n";
        let summary = summary(&model(&world(8, "best_fit", &format!("{jobs}{outage}"))));
        let of = |metric: &str| mean(&summary, metric, "workload", "w");
        (of("allocated_gpu_hours"), of("lost_gpu_hours"), of("useful_gpu_hours"))
    };
    let outages = "[outage.o]\nvendor = \"v\"\nper_year = 400\nduration = \"1 h\"\n";
    let (quiet, hit) = (bundle(""), bundle(outages));
    for (allocated, lost, useful) in [quiet, hit] {
        assert!(
            lost > 0.0 && useful > 0.0 && lost + useful <= allocated * (1.0 + 1e-9),
            "{allocated}: {lost} lost, {useful} useful"
        );
    }
    assert!(hit.1 / hit.0 > quiet.1 / quiet.0, "outages add to what is lost");
}
