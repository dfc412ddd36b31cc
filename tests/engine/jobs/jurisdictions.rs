//! Where the law lets work run.

use super::{mean, model, summary};

/// Two clusters of one vendor under different laws, one workload and one service.
fn world(workload: &str, service: &str) -> String {
    let cluster = |name: &str, region: &str, more: &str| {
        format!(
            "[cluster.{name}]\nvendor = \"aws\"\ngpu = \"H100\"\nregion = \"{region}\"\nfailures_per_gpu_day = 0\n{more}\
             ramp = [{{ date = 2026-01-01, gpus = 640 }}]\n"
        )
    };
    format!(
        "[scenario]\nstart = 2026-01-01\nend = 2026-01-31\nreplications = 1\n[policy]\nbroker = \"round_robin\"\n[vendor.aws]\n{}{}\
         [workload.w]\njobs_per_day = 20\ngpus = 8\nduration = \"2 h\"\n{workload}\n\
         [service.chat]\ntokens_per_s = 100\nreplica = {{ type = \"llama3.1-70b-h100\" }}\n\
         autoscaler = {{ static = {{ replicas = 2 }} }}\n{service}\n",
        cluster("a", "us-va", ""),
        cluster("b", "ae-auh", "jurisdiction = \"uae\"\ncarbon_g_per_kwh = 400\nelectricity_usd_per_kwh = 0.08\n")
    )
}

/// Whether the workload and the service use each of the clusters.
fn used(text: &str) -> ([bool; 2], [bool; 2]) {
    let model = model(text);
    let observation = super::future(&model, 0);
    let of = |user: usize| {
        [0, 1].map(|cluster| observation.usage.iter().any(|period| period[cluster][user].allocated.milli_gpu_ms() > 0))
    };
    assert!(mean(&summary(&model), "jobs_completed", "workload", "w") > 400.0);
    (of(0), of(1))
}

#[test]
fn work_stays_where_it_may_be() {
    assert_eq!(used(&world("", "only_jurisdictions = [\"uae\"]")), ([true, true], [false, true]));
    assert_eq!(used(&world("only_jurisdictions = [\"us\"]", "")).0, [true, false]);
    assert_eq!(used(&world("not_jurisdictions = [\"us\"]", "")).0, [false, true]);
    assert_eq!(used(&world("not_in = [\"us\"]", "not_in = [\"us\"]")), ([false, true], [false, true]));
    assert_eq!(used(&world("only_jurisdictions = [\"us\", \"uae\"]\nnot_jurisdictions = [\"uae\"]", "")).0, [true, false]);
}
