//! `skyberth replay` on a list of nodes: tasks with shares of GPUs, worked out by hand.

use crate::common::{Ended, skyberth};

const HEAD: &str =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n";
const NODES: &str = "sn,cpu_milli,memory_mib,gpu,model\na,8000,1000,2,X\nb,8000,1000,2,Y\n";

fn run(pods: &str, more: &[&str]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("pods.csv"), format!("{HEAD}{pods}")).expect("it is writable");
    std::fs::write(folder.path().join("nodes.csv"), NODES).expect("it is writable");
    let mut arguments = vec!["replay", "pods.csv", "--node-list", "nodes.csv"];
    arguments.extend(more);
    let ended = skyberth(folder.path(), &arguments);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    ended
}

fn rows(pods: &str, more: &[&str]) -> serde_json::Value {
    let mut arguments = vec!["--format", "json"];
    arguments.extend(more);
    let ended = run(pods, &arguments);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    serde_json::from_str(&ended.stdout).expect("JSON")
}

/// A half, a half of a Y, a whole GPU, a node of X and CPU alone: in order of coming.
const PODS: &str = "p0,1000,10,1,500,,LS,Running,0,100,0\np1,1000,10,1,500,Y,LS,Running,1,100,1\np2,1000,10,1,1000,,LS,Running,2,100,2\n\
                    p3,1000,10,2,1000,X|Z,LS,Running,3,103,3\np4,1000,10,0,0,,LS,Running,4,100,4\n";

#[test]
fn pods_wait_for_the_nodes_that_they_need() {
    // First fit puts the first half on node a, and the gang of two must wait until it is gone; shares expected on Y keep a free under fgd.
    let found = rows(PODS, &["--placement", "first_fit,worst_fit"]);
    assert_eq!((found[0]["pool"].as_str(), found[0]["jobs"].as_u64()), (Some("first_fit"), Some(5)));
    assert_eq!(found[0]["wait_s_mean"], 97.0 / 5.0);
    assert_eq!(found[0]["finished"], 5);
    // Only p3 waits: with fifo, p4 waits behind it.
    let fifo = rows(PODS, &["--placement", "first_fit", "--policy", "fifo"]);
    assert_eq!(fifo[0]["wait_s_mean"], (97.0 + 96.0) / 5.0);
    // What no node can hold is turned away.
    let never =
        rows("p0,1000,10,3,1000,,LS,Running,0,100,0\np1,1000,10,1,9,Q,LS,Running,0,100,0\np2,1,1,1,1,,LS,Running,0,9,0\n", &[]);
    assert_eq!((never[0]["finished"].as_u64(), never[0]["rejected"].as_u64()), (Some(1), Some(2)));
}

#[test]
fn demand_is_met_to_the_last_task_that_fits_in_it() {
    let found = rows(PODS, &["--placement", "all", "--demand", "2", "--shuffles", "5"]);
    assert_eq!(found.as_array().map(Vec::len), Some(8));
    for row in found.as_array().expect("rows") {
        assert_eq!(row["gpus"], 4);
        let demand = row["demand_mean"].as_f64().expect("a number");
        assert!(demand <= 2.0 && demand > 1.4, "{row}");
        let share = |key: &str| row[key].as_f64().expect("a number");
        assert!(share("allocation_share_min") <= share("allocation_share_mean") && share("allocation_share_max") <= 1.0, "{row}");
        assert!(share("fragmented_share_mean") <= 1.0 - share("allocation_share_mean") + 1e-9, "{row}");
    }
    // The same tasks less some, where less is asked for than the pods do.
    let less = rows(PODS, &["--demand", "0.5", "--shuffles", "1"]);
    assert!(less[0]["demand_mean"].as_f64().expect("a number") <= 0.5);
}

#[test]
fn formats_and_threads_agree() {
    let more = ["--placement", "all", "--demand", "1.5", "--format", "csv", "--threads"];
    let one = run(PODS, &[&more[..], &["1"]].concat());
    let four = run(PODS, &[&more[..], &["4"]].concat());
    assert_eq!((one.code, &one.stdout), (0, &four.stdout));
    assert!(one.stdout.starts_with("placement,gpus,shuffles,demand_mean,"), "{}", one.stdout);
    let table = run(PODS, &["--placement", "all", "--demand", "1.5"]);
    assert!(table.stdout.contains("means and ranges over 10 orders"), "{}", table.stdout);
    assert!(table.stdout.lines().all(|line| line.chars().count() <= 80), "{}", table.stdout);
    assert_ne!(one.stdout, run(PODS, &[&more[..], &["1", "--seed", "7"]].concat()).stdout);
}

#[test]
fn what_has_no_meaning_is_refused() {
    let refused = |more: &[&str], words: &[&str]| {
        let ended = run(PODS, more);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{}", ended.stderr);
        for word in words {
            assert!(ended.stderr.contains(word), "`{word}` is missing from\n{}", ended.stderr);
        }
    };
    refused(&["--placement", "fgdd"], &["invalid value 'fgdd'", "a similar value exists: 'fgd'"]);
    refused(&["--placement", "fgd", "--demand", "0"], &["--demand <X>", "must lie between 0.01 and 100"]);
    refused(&["--shuffles", "3"], &["required arguments were not provided", "--demand <X>"]);
    refused(&["--demand", "1", "--policy", "fifo"], &["'--policy <POLICY>' cannot be used with '--demand <X>'"]);
    refused(&["--demand", "1", "--load", "2"], &["'--load <X>' cannot be used with '--demand <X>'"]);
    refused(
        &["--vc", "x"],
        &["'--vc'", "`--vc` is an option of `skyberth replay jobs`", "--node-list makes this a replay of pods"],
    );
    refused(&["--policy", "easy"], &["invalid value 'easy'", "fifo-skip"]);
    refused(&["--trace-format", "swf"], &["invalid value 'swf'", "openb"]);
    refused(&["--gpus", "4"], &["`--gpus` is an option of `skyberth replay jobs`, `skyberth replay rounds`"]);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("pods.csv"), format!("{HEAD}{PODS}")).expect("it is writable");
    let ended = skyberth(folder.path(), &["replay", "pods.csv", "--gpus", "4", "--demand", "1.3"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.stderr.contains("`--demand` is an option of `skyberth replay pods`") && ended.stderr.contains("pods.csv holds jobs"),
        "{}",
        ended.stderr
    );
    let ended = skyberth(folder.path(), &["replay", "pods.csv", "--gpus", "4", "--placement", "best_fit,pack_domain"]);
    assert!(ended.stderr.contains("unknown placement `best_fit,pack_domain`"), "{}", ended.stderr);
}

#[test]
fn lists_without_times_can_be_packed_but_do_not_come_and_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,1000,10,1,500\np1,1000,10,2,1000\n";
    std::fs::write(folder.path().join("pods.csv"), pods).expect("it is writable");
    std::fs::write(folder.path().join("nodes.csv"), NODES.replace(',', ";")).expect("it is writable");
    let pack = ["replay", "pods.csv", "--node-list", "nodes.csv", "--demand", "1", "--format", "json"];
    let ended = skyberth(folder.path(), &pack);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, "note: nodes.csv: columns are separated by `;`, as in the header\n"));
    let rows: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(rows[0]["gpus"], 4);
    // Nor need nodes say what their GPUs are, where pods take any.
    std::fs::write(folder.path().join("nodes.csv"), "sn,cpu_milli,memory_mib,gpu\na,8000,1000,2\nb,8000,1000,2\n")
        .expect("writable");
    let ended = skyberth(folder.path(), &pack);
    let untyped: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(untyped, rows);
    let ended = skyberth(folder.path(), &pack[..4]);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    let words =
        "pods.csv: the pods have no `creation_time` and `deletion_time`, so that they cannot come and go\nhelp: pack them with";
    assert!(ended.stderr.contains(words), "{}", ended.stderr);
}
