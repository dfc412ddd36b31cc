//! Traces of requests as the demand of services.

use crate::common;
use crate::common::{Sheet, skyberth, text_of};
use std::path::Path;
use tempfile::TempDir;

const SCENARIO: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-01-02
replications = 1

[vendor.aws]

[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
failures_per_gpu_day = 0
ramp = [{ date = 2025-01-01, gpus = 64 }]

[service.chat]
replica = { type = "llama2-70b-h100" }
[service.chat.trace]
file = "requests.csv"
"#;

/// 25 min: three steps of ten minutes, 5,000 tokens out in all.
const REQUESTS: &str = "TIMESTAMP,ContextTokens,GeneratedTokens\n\
    2023-11-16 18:15:00.0000000,100,1000\n\
    2023-11-16 18:24:59.0000000,300,2000\n\
    2023-11-16 18:40:00.0000000,500,2000\n";

fn folder(requests: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), SCENARIO).expect("it is writable");
    std::fs::write(folder.path().join("requests.csv"), requests).expect("it is writable");
    folder
}

/// Demanded tokens of a run with some changes, and what it says.
#[track_caller]
fn demanded(folder: &Path, sets: &[&str]) -> (f64, String) {
    let mut arguments = vec!["run", "x.toml", "-o", "out"];
    arguments.extend(sets.iter().flat_map(|set| ["--set", *set]));
    let ended = skyberth(folder, &arguments);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let sheet = Sheet::read(&folder.join("out/workloads.csv"));
    let column = sheet.column("demanded_mean_tokens");
    let row = sheet.rows.iter().find(|row| row[1] == "service" && row[2] == "chat").expect("a row");
    (row[column].parse().expect("a number"), ended.stderr)
}

#[track_caller]
fn near(value: f64, expected: f64) {
    assert!((value / expected - 1.0).abs() < 1e-8, "{value} is not {expected}");
}

#[test]
fn requests_of_other_formats_are_the_same_demand() {
    let (plain, _) = demanded(folder(REQUESTS).path(), &[]);
    let burst = "Timestamp,Model,Request tokens,Response tokens\n60,x,100,1000\n659,x,300,2000\n1560,x,500,2000\n";
    near(demanded(folder(burst).path(), &[]).0, plain);
    let json = [(0, 100, 1000), (599_000, 300, 2000), (1_500_000, 500, 2000)]
        .map(|(at, input, output)| format!("{{\"timestamp\": {at}, \"input_length\": {input}, \"output_length\": {output}}}\n"));
    near(demanded(folder(&json.concat()).path(), &[]).0, plain);
    let other = "at;in;out\n60;100;1000\n659;300;2000\n1560;500;2000\n";
    let columns =
        ["time_s='at'", "input_tokens='in'", "output_tokens='out'"].map(|pair| format!("service.chat.trace.columns.{pair}"));
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let (tokens, told) = demanded(folder(other).path(), &columns);
    near(tokens, plain);
    assert!(told.contains("notes on reading `requests.csv`") && told.contains("separated by `;`"), "{told}");
    let ended = skyberth(folder(other).path(), &["check", "x.toml"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("this requests file lacks `time_s` or `time_ms`"), "{}", ended.stderr);
    let ended = skyberth(folder(other).path(), &["check", "x.toml", "--set", "service.chat.trace.columns.gpus='at'"]);
    assert!(ended.code == 2 && ended.stderr.contains("unknown column `gpus`"), "{}", ended.stderr);
}

#[test]
fn demanded_tokens_are_those_of_the_file() {
    let folder = folder(REQUESTS);
    let (tokens, said) = demanded(folder.path(), &[]);
    near(tokens, 5000.0);
    assert!(said.contains("the trace of `chat` ends 47.5 h before the scenario: no demand follows"), "{said}");
    near(demanded(folder.path(), &["service.chat.trace.load=3"]).0, 15_000.0);
    near(demanded(folder.path(), &["service.chat.output_tokens=7"]).0, 5000.0);
    let manifest = std::fs::read_to_string(folder.path().join("out/manifest.json")).expect("a manifest");
    assert!(manifest.contains("requests.csv"), "{manifest}");
    let check = skyberth(folder.path(), &["check", "x.toml"]).stdout;
    for words in ["300.0, the mean of", "1666.7, the mean of", "a trace of 3 requests"] {
        assert!(check.contains(words), "`{words}` is missing from\n{check}");
    }
}

#[test]
fn a_trace_is_repeated_to_the_horizon() {
    let folder = folder(REQUESTS);
    let (tokens, said) = demanded(folder.path(), &["service.chat.trace.repeat=true"]);
    // 96 half hours.
    near(tokens, 480_000.0);
    assert!(!said.contains("no demand") && said.contains("ends with 5.0 min without requests"), "{said}");
    let late = ["service.chat.trace.repeat=true", "service.chat.trace.at=2026-01-02"];
    near(demanded(folder.path(), &late).0, 240_000.0);
}

#[test]
fn what_does_not_fit_is_told() {
    let refused = |requests: &str, set: &str, words: &[&str]| {
        let folder = folder(requests);
        let ended = skyberth(folder.path(), &["check", "x.toml", "--set", set]);
        let said = ended.stderr + &ended.stdout;
        assert_eq!(ended.code, 2, "{said}");
        for word in words {
            assert!(said.contains(word), "`{word}` is missing from\n{said}");
        }
    };
    for set in ["tokens_per_s=3", "factor=2", "growth={ per_year = 2 }", "daily='office'", "weekend=0.5"]
        .map(|set| format!("service.chat.{set}"))
    {
        let key = set.split(['.', '=']).nth(2).expect("a key");
        refused(REQUESTS, &set, &[&format!("`{key}` describes demand"), "not with `trace`"]);
    }
    refused(REQUESTS, "service.chat.trace.load=0", &["`load` is 0, out of its range"]);
    refused(REQUESTS, "service.chat.trace.at=2027-01-01", &["outside the scenario"]);
    refused(
        REQUESTS,
        "service.chat.trace.file='none.csv'",
        &["cannot be used as a trace of requests", "the folder that the scenario"],
    );
    refused("job_id,submit_s,gpus,run_s\na,0,1,1\n", "service.chat.trace.load=1", &["cannot be used as a trace of requests"]);
    refused(
        &REQUESTS.replace("000\n", "\n").replace(",1\n", ",0\n").replace(",2\n", ",0\n"),
        "service.chat.trace.load=1",
        &["have no output tokens"],
    );
    let plain = SCENARIO.split("[service.chat.trace]").next().expect("a half");
    common::says(&common::refused(plain, &[]), "x.toml:", &["the key `tokens_per_s` is missing"]);
}

#[test]
fn azures_hour_drives_two_days() {
    for (name, requests) in [("conv", 19_366), ("code", 8819)] {
        let file = common::root().join(format!("../shared/traces/inference/azure_llm_2023_{name}.csv.gz"));
        if !file.exists() {
            eprintln!("skipped: {} is not there", file.display());
            continue;
        }
        let folder = folder("");
        std::fs::copy(&file, folder.path().join("requests.csv")).expect("it is copied");
        let once = demanded(folder.path(), &[]).0;
        near(demanded(folder.path(), &["service.chat.trace.repeat=true"]).0, 48.0 * once);
        let check = skyberth(folder.path(), &["check", "x.toml"]).stdout;
        assert!(check.contains(&format!("a trace of {requests} requests")), "{check}");
    }
    assert!(text_of("docs/inference.md").contains("[service.KEY.trace]"));
}
