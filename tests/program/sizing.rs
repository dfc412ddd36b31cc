//! `skyberth replay` with traces of inference requests: replicas worked out by hand, and what is refused.

use crate::common;
use crate::common::{Ended, Sheet, skyberth};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

const HEAD: &str = "TIMESTAMP,ContextTokens,GeneratedTokens\n";

/// Requests of a minute after ten o'clock, evenly over its first 30 s: how many, and their tokens in and out.
fn minute(minute: u32, count: u32, input: u32, output: u32) -> String {
    let line = |index: u32| {
        let ms = index * 30_000 / count;
        format!("2023-11-16 {}:{:02}:{:02}.{:03}0000,{input},{output}\n", 10 + minute / 60, minute % 60, ms / 1000, ms % 1000)
    };
    (0..count).map(line).collect()
}

/// 5 requests a second in the first minute, none in the second, 1 a second in the third, 1,000 tokens in and 200 out each.
///
/// On llama2-70b-h100 (a = 29.9 ms, b_p = 0.0909 ms, b_d = 0.2064 ms, b_k = 0.000174 ms, B_max = 128) one is
/// w = 90.9 + 41.28 + 0.000174 x 200 x 1100 = 170.46 ms of work, rho_cap = 1 / (1 + 200 x 29.9 / (170.46 x 128)) = 0.785. At a TPOT
/// of 100 ms rho_slo = 0.701 is less, and a replica is sized for 0.9 x 0.701 / 0.17046 = 3.701 requests a second.
fn three_minutes() -> String {
    HEAD.to_owned() + &minute(0, 300, 1000, 200) + &minute(2, 60, 1000, 200)
}

fn folder(trace: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("r.csv"), trace).expect("it is writable");
    folder
}

fn replay_in(folder: &Path, more: &[&str]) -> Ended {
    let mut arguments = vec!["replay", "r.csv"];
    arguments.extend(more);
    let ended = skyberth(folder, &arguments);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    ended
}

/// What a replay prints that works and has nothing to complain of.
#[track_caller]
fn printed(trace: &str, more: &[&str]) -> String {
    let ended = replay_in(folder(trace).path(), more);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    assert!(more.contains(&"json") || ended.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
    ended.stdout
}

#[track_caller]
fn json(trace: &str, more: &[&str]) -> Value {
    serde_json::from_str(&printed(trace, &[&["--format", "json"], more].concat())).expect("JSON")
}

fn replicas(report: &Value) -> Vec<u64> {
    let steps = report["steps"].as_array().expect("steps");
    steps.iter().map(|step| step["replicas"].as_u64().expect("a number")).collect()
}

#[track_caller]
fn near(value: &Value, expected: f64) {
    let value = value.as_f64().expect("a number");
    assert!((value / expected - 1.0).abs() < 1e-9, "{value} is not {expected}");
}

#[test]
fn replicas_are_those_worked_out_by_hand() {
    let report = json(&three_minutes(), &["--step", "1m"]);
    // 5 / 3.701 = 1.35 and 1 / 3.701 = 0.27.
    assert_eq!(replicas(&report), [2, 0, 1]);
    near(&report["work_s"], 0.17046);
    near(&report["load_at_objective"], 0.701);
    near(&report["requests_per_s_per_replica"], 0.9 * 0.701 / 0.17046);
    assert_eq!((&report["requests"], &report["peak_replicas"]), (&360.into(), &2.into()));
    near(&report["mean_replicas"], 1.0);
    // 2 and 1 replicas of 8 GPUs for 3 min.
    near(&report["static_peak_gpu_hours"], 0.8);
    near(&report["following_gpu_hours"], 0.4);
    near(&report["span_s"], 149.5);
    // At 50 ms rho_slo = 0.402, and a replica is sized for 2.122 requests a second.
    assert_eq!(replicas(&json(&three_minutes(), &["--step", "60 s", "--tpot-slo-ms", "50"])), [3, 0, 1]);
    // One step of 10 min has 0.6 a second.
    assert_eq!(replicas(&json(&three_minutes(), &[])), [1]);
    assert_eq!(json(&three_minutes(), &["--replica", "llama3.1-70b-h100"])["replica_gpus"], 8);
}

#[test]
fn demand_is_that_of_tokens_in_requests_of_mean_lengths() {
    // 60 requests a second in both minutes, with 100 tokens out and then 300. Of the mean lengths, 200 in and 200 out, one is
    // w = 18.18 + 41.28 + 0.000174 x 200 x 300 = 69.9 ms of work; rho_cap = 1 / (1 + 5980 / (69.9 x 128)) = 0.59938 is less than 0.701,
    // so that a replica is sized for 7.7174 a second: 30 / 7.7174 = 3.89 and 90 / 7.7174 = 11.66.
    let trace = HEAD.to_owned() + &minute(0, 3600, 100, 100) + &minute(1, 3600, 300, 300);
    let sheet = folder(&trace);
    std::fs::write(sheet.path().join("steps.csv"), printed(&trace, &["--step", "1 min", "--format", "csv"])).expect("writable");
    let sheet = Sheet::read(&sheet.path().join("steps.csv"));
    assert_eq!(sheet.head, ["start_s", "requests_per_s", "output_tokens_per_s", "replicas", "gpus"]);
    assert_eq!(sheet.rows, [["0", "60", "6000", "4", "32"], ["60", "60", "18000", "12", "96"]]);
}

#[test]
fn a_scenario_with_the_trace_holds_the_same_peak() {
    let scenario = "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-01\nreplications = 1\nservice_step = \"1 min\"\n[vendor.aws]\n\
        [cluster.a]\nvendor = \"aws\"\ngpu = \"H100\"\nregion = \"us-va\"\nfailures_per_gpu_day = 0\n\
        ramp = [{ date = 2025-01-01, gpus = 512 }]\n\
        [service.chat]\nreplica = { type = \"llama2-70b-h100\" }\nautoscaler = { static = \"peak\" }\n\
        [service.chat.trace]\nfile = \"r.csv\"\n";
    let trace = HEAD.to_owned() + &minute(0, 3600, 100, 100) + &minute(1, 3600, 300, 300) + &minute(3, 1000, 2000, 90);
    let folder = folder(&trace);
    std::fs::write(folder.path().join("x.toml"), scenario).expect("it is writable");
    let ended = skyberth(folder.path(), &["run", "x.toml", "-o", "out"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let sheet = Sheet::read(&folder.path().join("out/workloads.csv"));
    let row = sheet.rows.iter().find(|row| row[1] == "service" && row[2] == "chat").expect("a row");
    let gpu_hours: f64 = row[sheet.column("allocated_mean_gpu_hours")].parse().expect("a number");
    let peak = json(&trace, &["--step", "1m"])["peak_replicas"].as_f64().expect("a number");
    assert!(peak > 2.0 && (gpu_hours - peak * 8.0 * 24.0).abs() < 1e-6, "{peak} replicas, {gpu_hours} GPU-hours");
}

#[test]
fn the_table_tells_what_the_trace_is_and_what_it_needs() {
    let mut trace = three_minutes();
    trace.push_str("2023-11-16 10:02:50,1000,many\n2023-11-16 10:02:51,-1,200\n2023-11-16 10:02:52,1,1.5\n");
    insta::assert_snapshot!(printed(&trace, &["--step", "1m"]));
    let csv = replay_in(folder(&trace).path(), &["--format", "csv"]);
    assert!(csv.stderr.starts_with("warning: 3 of 363 lines gave no request: "), "{}", csv.stderr);
    assert_eq!(printed(&trace, &["--quiet", "--format", "csv"]), "");
}

#[test]
fn of_many_steps_the_busiest_are_shown() {
    let trace: String = (0..90).map(|at| minute(at, 10 + at * 37 % 90, 100, 10)).collect();
    let text = printed(&(HEAD.to_owned() + &trace), &["--step", "1 min"]);
    // 37 and 90 have no common divisor: each of 10 to 99 requests comes once, 99 at minute 17, where 37 x 17 = 629 = 89 + 6 x 90.
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("2023-")).collect();
    assert_eq!(lines.len(), 20);
    assert!(lines[0].starts_with("2023-11-16 10:17:00") && lines[0].contains(" 1.65 "), "{}", lines[0]);
    assert!(text.contains("the 20 busiest of 90 steps, busiest first; --format csv gives all\n"), "{text}");
    let csv = printed(&(HEAD.to_owned() + &trace), &["--step", "1 min", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 91);
}

#[test]
fn days_choose_requests() {
    let trace = three_minutes() + &three_minutes().replace("2023-11-16", "2023-11-18").replace(HEAD, "");
    let report = json(&trace, &["--step", "1m", "--from", "2023-11-17"]);
    assert_eq!((replicas(&report), &report["start"]), (vec![2, 0, 1], &"2023-11-18T10:00:00".into()));
    assert_eq!(replicas(&json(&trace, &["--step", "1m", "--to", "2023-11-17"])), [2, 0, 1]);
    assert_eq!(replicas(&json(&trace, &["--step", "1 d"])), [1, 0, 1]);
    let none = ["none of 720 requests is of the days", "from 2023-11-16 to 2023-11-18"];
    refused(&trace, &["--from", "2023-11-17", "--to", "2023-11-17"], &none);
    refused(&trace, &["--from", "2023-11-17", "--to", "2023-11-16"], &["the last day is 2023-11-16"]);
}

#[track_caller]
fn refused(trace: &str, more: &[&str], words: &[&str]) {
    let folder = folder(trace);
    let ended = replay_in(folder.path(), more);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{}", ended.stderr);
    for word in words {
        assert!(ended.stderr.contains(word), "`{word}` is missing from\n{}", ended.stderr);
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1, "nothing is written");
}

#[test]
fn what_cannot_be_sized_is_refused() {
    let trace = three_minutes();
    let slow =
        ["no number of replicas of `llama2-70b-h100`", "of 20 ms", "29.9 ms", "or take llama3.1-70b-h100 or llama3.1-70b-h200"];
    refused(&trace, &["--tpot-slo-ms", "20"], &slow);
    refused(&trace, &["--tpot-slo-ms", "29.9"], &["no number of replicas"]);
    for text in ["0", "NaN", "inf", "-5"] {
        refused(&trace, &[&format!("--tpot-slo-ms={text}")], &["--tpot-slo-ms <MS>", "must lie between 0.1 and 1000000"]);
    }
    let unknown = ["unknown replica type `lama3.1-70b-h200`", "did you mean `llama3.1-70b-h200`", "allowed: llama2-70b-h100, "];
    refused(&trace, &["--replica", "lama3.1-70b-h200"], &unknown);
    refused(&trace, &["--step", "0 s"], &["must be 1 ms or longer"]);
    refused(&trace, &["--step", "soon"], &["not a duration"]);
    refused(&(HEAD.to_owned() + &minute(0, 3, 10, 0)), &[], &["no output tokens"]);
    refused(
        &(HEAD.to_owned() + "1990-01-01 00:00:00,1,1\n2020-01-01 00:00:00,1,1\n"),
        &["--step", "1 ms"],
        &["the length of a step"],
    );
    refused(HEAD, &[], &["r.csv:", "no line of data"]);
    refused(&(trace + "x,1,1\n"), &["--strict"], &["r.csv:362:1", "not a date and time"]);
}

#[test]
fn options_for_the_other_kind_of_trace_are_refused() {
    let requests = three_minutes();
    // Also where they say what is the default anyway.
    let policy = ["`--policy` is an option of `skyberth replay jobs`", "r.csv holds inference requests"];
    refused(&requests, &["--policy", "easy"], &policy);
    for option in ["--load=1", "--convert=c.csv", "--nodes=2", "--gpus-per-node=8", "--vc=x", "--least-run=0"] {
        refused(&requests, &[option], &["is an option of `skyberth replay jobs`"]);
    }
    for option in ["--round-up-shares", "--no-kill", "--pass=onepass", "--jobs=j.csv", "--gpus=8"] {
        refused(&requests, &[option], &["is an option of `skyberth replay jobs`"]);
    }
    let jobs = "job_id,submit_s,gpus,run_s\na,0,1,1\n";
    for option in ["--replica=llama2-70b-h100", "--step=10 min", "--tpot-slo-ms=100"] {
        let words = ["is an option of `skyberth replay requests`", "r.csv holds jobs"];
        refused(jobs, &["--gpus", "4", option, "--convert", "c.csv"], &words);
    }
    refused(jobs, &["--trace-format", "azure_llm"], &["the header of this azure_llm file lacks"]);
    let words = ["unknown column `job_id`; allowed: time_s, time_ms, input_tokens, output_tokens"];
    refused(&requests, &["--columns=job_id=x"], &words);
}

/// The three minutes in a table of other names, with seconds for times.
fn foreign() -> String {
    let times = |minute: u32, count: u32| (0..count).map(move |index| f64::from(minute * 60) + f64::from(index * 30 / count));
    let line = |at: f64| format!("{},m,1000,200\n", at + 77.0);
    "Sent,Model,Prompt tokens,Answer tokens\n".to_owned() + &times(0, 300).chain(times(2, 60)).map(line).collect::<String>()
}

#[test]
fn requests_under_other_names_are_sized_alike() {
    let columns = "time_s=Sent,input_tokens=Prompt tokens,output_tokens=Answer tokens";
    let report = json(&foreign(), &["--step", "1m", "--columns", columns]);
    assert_eq!((replicas(&report), &report["start"]), (vec![2, 0, 1], &Value::Null));
    let text = printed(&foreign(), &["--step", "1m", "--columns", columns]);
    assert!(text.contains("\n0 s ") && text.contains("\n60 s ") && !text.contains("UTC"), "{text}");
    // Without them it is known to be of requests, and nobody asks for jobs.
    let words =
        ["this requests file lacks `time_s` or `time_ms`, `input_tokens`", "help: other names are given by --columns, such as"];
    refused(&foreign(), &[], &words);
    refused(&foreign(), &["--columns", columns, "--from", "2026-01-01"], &["the trace has no dates"]);
    let folder = folder(&foreign().replace(',', ";"));
    let ended = skyberth(folder.path(), &["replay", "requests", "r.csv", "--step", "1m", "--format", "csv", "--columns", columns]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, "note: columns are separated by `;`, as in the header\n"));
    let lines = (0..4).map(|at| format!("{{\"timestamp\": {}, \"input_length\": 1000, \"output_length\": 200}}\n", at * 20_000));
    let report = json(&lines.collect::<String>(), &["--step", "1m"]);
    assert_eq!((replicas(&report), &report["span_s"]), (vec![1, 1], &60.0.into()));
}

#[test]
fn azures_hours_are_sized() {
    for (name, count, expected) in [("conv", 19_366, vec![2, 2, 2, 2, 2, 2]), ("code", 8819, vec![1, 2, 2, 1, 1, 1])] {
        let file = common::root().join(format!("../shared/traces/inference/azure_llm_2023_{name}.csv.gz"));
        let Some(text) = file.to_str().filter(|_| file.exists()) else {
            eprintln!("skipped: {} is not there", file.display());
            continue;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let ended = skyberth(folder.path(), &["replay", text, "--format", "json"]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let report: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        assert_eq!((&report["requests"], replicas(&report)), (&count.into(), expected));
    }
}
