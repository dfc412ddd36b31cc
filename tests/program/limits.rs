//! Sizes that no machine holds are refused when a scenario is read, with the key and the limit; what takes long is estimated.

use crate::common::{SMALL, refused, says, skyberth};

/// The small scenario with another rate and size of jobs.
fn with_jobs(rate: &str, gpus: &str, duration: &str) -> String {
    let text = SMALL.replacen("jobs_per_day = 3", &format!("jobs_per_day = {rate}"), 1);
    text.replacen("gpus = 8\n", &format!("gpus = {gpus}\n"), 1).replacen("\"12 h\"", &format!("\"{duration}\""), 1)
}

#[test]
fn a_queue_that_no_memory_holds_is_refused_with_its_workload() {
    let ended = refused(with_jobs("1e6", "8", "12 h"), &[]);
    says(&ended, "x.toml:16:", &["jobs would wait or run at once in the end, and a replication may hold 2,500,000", "bundle_of"]);
    // Shares of GPUs count as what they are.
    let ended = refused(with_jobs("1e6", "0.5", "12 h"), &["--set", "policy.preset=fifo"]);
    says(&ended, "x.toml:16:", &["a replication may hold 2,500,000"]);
}

/// One cluster may be full while others are idle.
#[test]
fn a_queue_before_one_cluster_is_refused() {
    let idle =
        "[cluster.b]\nvendor = \"aws\"\ngpu = \"H100\"\nregion = \"us-va\"\nramp = [{ date = 2026-01-01, gpus = 1000000 }]\n";
    let text = format!("{}only_clusters = [\"a\"]\n{idle}", with_jobs("1e6", "8", "1 h"));
    says(&refused(text, &[]), "x.toml:16:", &["a replication may hold 2,500,000"]);
}

/// What `check` says of a scenario that is sound.
fn checked(text: &str) -> (String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), text).expect("it is writable");
    let ended = skyberth(folder.path(), &["check", "x.toml"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    (ended.stdout, ended.stderr)
}

#[test]
fn what_takes_long_is_estimated() {
    let (said, warned) = checked(SMALL);
    assert!(!said.contains("a replication has about") && warned.is_empty(), "{said}{warned}");
    // Ten million short jobs that do not wait.
    let (said, warned) = checked(&with_jobs("30000", "1", "1 min"));
    assert!(said.contains("a replication has about 10,950,000 jobs and 21,9"), "{said}");
    assert!(said.contains("which take 22 s or more on one thread and 0.0 GB of memory"), "{said}");
    assert!(warned.contains("this takes long: a replication has about") && warned.contains("x.toml:16:"), "{warned}");
}

#[test]
fn many_clusters_and_workloads_over_many_years_are_refused() {
    let entries = |count: usize, entry: &dyn Fn(usize) -> String| (0..count).map(entry).collect::<String>();
    let clusters = entries(1200, &|index| {
        format!(
            "[cluster.c{index}]\nvendor = \"aws\"\ngpu = \"H100\"\nregion = \"us-va\"\nramp = [{{ date = 2026-01-01, gpus = 8 }}]\n"
        )
    });
    let workloads = entries(300, &|index| format!("[workload.w{index}]\njobs_per_day = 1\ngpus = 1\nduration = \"1 h\"\n"));
    let text = format!("{SMALL}\n{clusters}\n{workloads}").replacen("end = 2026-12-31", "end = 2046-12-31", 1);
    let ended = refused(text, &[]);
    says(&ended, "x.toml:2:", &["the accounts of 1201 clusters x 301 workloads and services x 252 months", "may take 3 GB"]);
}

#[test]
fn evictions_without_end_are_refused() {
    let spot = "gpus = 64, kind = \"spot\" },\n]\neviction = { per_day = 100, out = \"1 s\" }";
    let cluster = format!("vendor = \"aws\"\ngpu = \"H100\"\nregion = \"us-va\"\nramp = [{{ date = 2026-01-01, {spot}");
    let clusters = (0..300).map(|index| format!("[cluster.c{index}]\n{cluster}\n")).collect::<Vec<_>>().concat();
    let ended = refused(format!("{SMALL}\n{clusters}"), &[]);
    says(&ended, "eviction", &["evictions are drawn for a replication, and it may have 10,000,000"]);
}
