//! `skyberth replay` on GPUs of several types, as a program: a trace worked out by hand, and what is refused.

use crate::common::{Ended, Sheet, skyberth};

/// Two kinds of jobs: `A` is four times as fast on the new type, `B` only a quarter faster.
const TABLE: &str = r#"{
  "new": {"('A', 1)": {"null": 4.0}, "('B', 1)": {"null": 1.25}, "('B', 2)": {"null": 2.0}},
  "old": {"('A', 1)": {"null": 1.0}, "('B', 1)": {"null": 1.0}, "('B', 2)": {"null": 0.0}}
}"#;

/// A line of a trace: the kind, steps, GPUs, arrival.
fn line(kind: &str, steps: u32, gpus: u32, arrival: u32) -> String {
    format!("{kind}\tpython3 a.py\ta\t-n\t0\t{steps}\t{gpus}\t1\t-1.000000\t{arrival}\n")
}

fn replay(trace: &str, more: &[&str]) -> (tempfile::TempDir, Ended) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("t.trace"), trace).expect("it is writable");
    std::fs::write(folder.path().join("table.json"), TABLE).expect("it is writable");
    let mut arguments = vec!["replay", "t.trace", "--throughputs", "table.json"];
    arguments.extend(more);
    let ended = skyberth(folder.path(), &arguments);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    (folder, ended)
}

fn columns<const N: usize>(trace: &str, more: &[&str], names: [&str; N]) -> Vec<[String; N]> {
    let mut arguments = vec!["--jobs", "jobs.csv", "--quiet"];
    arguments.extend(more);
    let (folder, ended) = replay(trace, &arguments);
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "", ""));
    let sheet = Sheet::read(&folder.path().join("jobs.csv"));
    let places = names.map(|name| sheet.column(name));
    sheet.rows.into_iter().map(|row| places.map(|place| row[place].clone())).collect()
}

const ONE_EACH: [&str; 2] = ["--gpus", "new=1,old=1"];

#[test]
fn who_gains_most_gets_the_fast_gpus() {
    // A thousand seconds of work each where each gains most.
    let trace = line("B", 1000, 1, 0) + &line("A", 4000, 1, 0);
    let seen = |policy| {
        let mut arguments = ONE_EACH.to_vec();
        arguments.extend(["--policy", policy]);
        columns(&trace, &arguments, ["cluster", "finish_s"])
    };
    for policy in ["cost", "throughput"] {
        assert_eq!(seen(policy), [["old", "1000.000000"], ["new", "1000.000000"]], "{policy}");
    }
    // Who shares by fairness lets both have some of the fast type, and nobody waits.
    for policy in ["maxmin", "water-filling", "makespan", "ftf"] {
        for [_, finish] in seen(policy) {
            assert!((800.0..1500.0).contains(&finish.parse::<f64>().expect("a number")), "{policy}: {finish}");
        }
    }
    // First come, first served gives the first job the fast type, and the second one is late.
    let mut arguments = ONE_EACH.to_vec();
    arguments.extend(["--policy", "fifo-fastest"]);
    let seen = columns(&trace, &arguments, ["start_s", "finish_s"]);
    assert_eq!(seen[0], ["0.000000", "800.000000"]);
    assert!(seen[1][1].parse::<f64>().expect("a number") > 1500.0, "{seen:?}");
}

#[test]
fn rounds_end_with_their_last_job() {
    // The short job is done after 10 s, and its GPU stays idle until the other one's round ends.
    let trace = line("A", 40, 1, 0) + &line("B", 360, 1, 0) + &line("B", 100, 1, 5);
    let seen = columns(&trace, &["--gpus", "new=1,old=1", "--policy", "fifo-fastest"], ["start_s", "finish_s"]);
    assert_eq!(seen[0], ["0.000000", "10.000000"]);
    assert_eq!(seen[1], ["0.000000", "360.000000"]);
    assert_eq!(seen[2], ["360.000000", "440.000000"]);
    // With rounds of two minutes it starts after the second job's first.
    let short = ["--gpus", "new=1,old=1", "--policy", "fifo-fastest", "--round", "2 min"];
    assert_eq!(columns(&trace, &short, ["start_s"])[2], ["120.000000"]);
}

#[test]
fn a_job_that_runs_nowhere_is_turned_away() {
    let trace = line("B", 100, 1, 0) + &line("B", 100, 2, 0);
    let seen = columns(&trace, &["--gpus", "old=2"], ["state", "finish_s"]);
    assert_eq!(seen, [["finished", "100.000000"], ["rejected", ""]]);
    let (_folder, ended) = replay(&trace, &["--gpus", "old=2"]);
    assert!(ended.stdout.contains("1 of 2 jobs finished, 1 rejected"), "{}", ended.stdout);
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let trace = line("A", 40, 1, 0);
    let refused = |more: &[&str], words: &[&str]| {
        let (_folder, ended) = replay(&trace, more);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        for word in words {
            assert!(ended.stderr.contains(word), "{word}: {}", ended.stderr);
        }
    };
    refused(&["--gpus", "new=1,odl=1"], &["`odl`", "did you mean `old`"]);
    refused(&["--gpus", "new=1,new=1"], &["a different name"]);
    refused(&["--gpus", "new"], &["invalid value 'new' for '--gpus <N>'"]);
    refused(&["--gpus", "new=1", "--policy", "maxmni"], &["invalid value 'maxmni'", "'maxmin'", "fifo-fastest"]);
    refused(
        &["--gpus", "new=1", "--load", "2"],
        &["`--load` is an option of `skyberth replay jobs`, `skyberth replay pods`", "--gpus names GPU types"],
    );
    refused(&["--gpus", "new=1", "--trace-format", "swf"], &["invalid value 'swf'", "gavel"]);
    refused(
        &["--gpus", "4", "--round", "1 min", "--worker", "new"],
        &["`--round` is an option of `skyberth replay rounds`", "t.trace holds jobs"],
    );
    let (_folder, ended) = replay("A\tb\n", &["--gpus", "new=1"]);
    assert!(ended.code == 2 && ended.stderr.contains("t.trace:1:1: 2 columns"), "{}", ended.stderr);
    let bad = line("A", 40, 1, 0).replace("\t40\t", "\tmany\t");
    let (_folder, ended) = replay(&bad, &["--gpus", "new=1"]);
    assert!(ended.code == 2 && ended.stderr.contains("t.trace:1:"), "{}", ended.stderr);
}

#[test]
fn steps_without_end_are_refused() {
    let far = format!("A\tpython3 a.py\ta\t-n\t0\t{}\t1\t1\t-1.000000\t60\n", 900_000_000_000_000_u64);
    let (_folder, ended) = replay(&(line("A", 100, 1, 0) + &far), &ONE_EACH);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    for words in ["t.trace: the job of row 2 (`A`) has 900,000,000,000,000 steps", "rounds of 360 s", "a job may take 1,000,000"] {
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
    // A type that is slower by far does not count.
    let (_folder, ended) = replay(&line("A", 400_000_000, 1, 0), &["--gpus", "new=1,old=1", "--policy", "fifo-fastest"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}
