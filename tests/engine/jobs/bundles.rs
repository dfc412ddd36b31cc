//! Bundles of independent gangs: a failure costs one gang, and depends on nobody else.

use super::{future, model};

fn world(checkpoint: &str, other: &str) -> String {
    format!(
        "[scenario]\nstart = 2026-01-01\nend = 2026-03-31\nreplications = 1\n[vendor.aws]\n[vendor.azure]\n\
         [cluster.c]\nvendor = \"aws\"\ngpu = \"H100\"\nregion = \"us-va\"\nprice_usd_per_gpu_hour = 2\nfailures_per_gpu_day = 0.1\n\
         ramp = [{{ date = 2025-12-01, gpus = 8000 }}]\n\
         [cluster.d]\nvendor = \"azure\"\ngpu = \"H100\"\nregion = \"us-va\"\nprice_usd_per_gpu_hour = 2\nfailures_per_gpu_day = 0.1\n\
         ramp = [{{ date = 2025-12-01, gpus = 8000 }}]\n\
         [workload.bundle]\njobs_per_day = 10\ngpus = 64\nbundle_of = 8\nduration = \"10 h\"\nonly_clusters = [\"c\"]\n{checkpoint}\n{other}"
    )
}

#[test]
fn as_many_failures_as_the_hazard_says_and_no_restarted_job() {
    let observation = future(&model(&world("", "")), 0);
    let bundle = &observation.jobs[0];
    // 64 GPUs x 0.1 a day x 10 h.
    let expected = bundle.completed as f64 * 64.0 * 0.1 * 10.0 / 24.0;
    assert!((bundle.interruptions as f64 - expected).abs() < 4.0 * expected.sqrt(), "{} against {expected}", bundle.interruptions);
    let records = observation.records.expect("they were asked for");
    assert!(records.iter().all(|record| record.restarts == 0));
}

#[test]
fn failures_do_not_depend_on_other_workloads() {
    let alone = future(&model(&world("", "")), 0);
    let other = "[workload.other]\njobs_per_day = 50\ngpus = 1\nduration = \"1 h\"\nonly_clusters = [\"d\"]\n";
    let beside = future(&model(&world("", other)), 0);
    assert!(alone.jobs[0].interruptions > 1000);
    assert_eq!(alone.jobs[0].interruptions, beside.jobs[0].interruptions);
}

/// Blocking for 20 s after every 5 s of computing leaves little to lose; the accounts must balance all the same.
#[test]
fn no_more_is_lost_than_was_computed() {
    let observation = future(&model(&world("checkpoint = { interval = \"5 s\" }", "")), 0);
    assert!(observation.jobs[0].completed > 500);
}
