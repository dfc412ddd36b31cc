//! Traces as workloads of scenarios: which jobs they give, when, and what is said of them.

use crate::common::{Sheet, skyberth, text_of};
use flate2::{Compression, write::GzEncoder};
use skyberth::model::Model;
use skyberth::model::job::JobSource;
use skyberth::scenario::{Source, load};
use skyberth::workload::Generator;
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

/// 8 GPUs, four days, one trace.
const SCENARIO: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-01-04
replications = 1

[vendor.aws]

[cluster.a]
vendor = "aws"
gpu = "H100"
region = "us-va"
failures_per_gpu_day = 0
ramp = [{ date = 2025-01-01, gpus = 8 }]

[workload.x]
checkpoint = { interval = "0 s" }
[workload.x.trace]
file = "jobs.csv"

[policy]
preset = "fifo"
"#;

/// Jobs of three days and two groups.
const TRACE: &str = "job_id,submit_s,gpus,run_s,group\n\
    first,2017-10-01 06:00:00,8,3600,vc1\n\
    second,2017-10-01 06:10:00,4,7200.5,vc2\n\
    =third,2017-10-02 06:00:00,5,600,vc1\n\
    late,2017-10-05 06:00:00,1,60,vc1\n";

fn folder(trace: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), SCENARIO).expect("it is writable");
    std::fs::write(folder.path().join("jobs.csv"), trace).expect("it is writable");
    folder
}

/// What loading gives: a model if there is no error, and everything that is said.
fn loaded(folder: &Path, sets: &[&str]) -> (Option<Model>, String) {
    let mut source = Source::new(folder.join("x.toml").display().to_string(), SCENARIO);
    source.sets = sets.iter().map(|set| (*set).to_owned()).collect();
    let loaded = load(&source);
    let said = loaded.issues.render(&source, false);
    assert_eq!(loaded.model.is_none(), loaded.issues.has_errors(), "{said}");
    (loaded.model, said)
}

/// Ids, submissions [s], GPUs and run times [s] of the jobs with some changes.
#[track_caller]
fn jobs(sets: &[&str]) -> Vec<(String, f64, u64, f64)> {
    let folder = folder(TRACE.as_bytes());
    let (model, said) = loaded(folder.path(), sets);
    let model = model.unwrap_or_else(|| panic!("{said}"));
    let JobSource::Listed(list) = &model.workloads[0].jobs else { panic!("not a list") };
    list.jobs.iter().map(|job| (list.ids.text(job.id).into_owned(), job.submit.seconds(), job.gpus, job.run.seconds())).collect()
}

#[track_caller]
fn submits(sets: &[&str]) -> Vec<(String, f64)> {
    jobs(sets).into_iter().map(|(id, submit, ..)| (id, submit)).collect()
}

fn pairs(expected: &[(&str, f64)]) -> Vec<(String, f64)> {
    expected.iter().map(|&(id, submit)| (id.to_owned(), submit)).collect()
}

/// Says that the changes are refused with these words.
#[track_caller]
fn refused(trace: &str, sets: &[&str], words: &[&str]) {
    let folder = folder(trace.as_bytes());
    let (model, said) = loaded(folder.path(), sets);
    assert!(model.is_none() && said.contains("error: "), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is missing from\n{said}");
    }
}

#[test]
fn jobs_run_as_worked_out_by_hand() {
    let folder = folder(TRACE.as_bytes());
    let ended = skyberth(folder.path(), &["run", "x.toml", "--jobs", "-o", "out"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("1 of 4 jobs would be submitted after the scenario's end and are left out"), "{}", ended.stderr);
    let sheet = Sheet::read(&folder.path().join("out/jobs.csv"));
    let columns = ["job_id", "workload", "gpus", "submit_s", "run_s", "start_s", "finish_s", "state"];
    let rows: Vec<Vec<&str>> =
        (sheet.rows.iter()).map(|row| columns.iter().map(|name| row[sheet.column(name)].as_str()).collect()).collect();
    // The first has all 8 GPUs for an hour, the second waits for it; the third finds them free a day after the first.
    assert_eq!(rows[0], ["first", "x", "8", "0", "3600", "0", "3600", "finished"]);
    assert_eq!(rows[1], ["second", "x", "4", "600", "7200.5", "3600", "10800.5", "finished"]);
    assert_eq!(rows[2], ["'=third", "x", "5", "86400", "600", "86400", "87000", "finished"]);
    assert_eq!(rows.len(), 3);
    let check = skyberth(folder.path(), &["check", "x.toml"]).stdout;
    // 8 x 1 h + 4 x 2.000138 h + 5 x 1/6 h.
    assert!(check.contains("workload x: a trace of 3 jobs of 4 to 8 GPUs over 1.0 days, 16.8 GPU-hours"), "{check}");
    assert!(check.contains("first job of the") && check.contains("2017-10-01"), "the default of `at` is told:\n{check}");
}

#[test]
fn jobs_are_kept_moved_and_scaled() {
    let day = 86_400.0;
    assert_eq!(submits(&[]), pairs(&[("first", 0.0), ("second", 600.0), ("=third", day)]));
    assert_eq!(
        submits(&["workload.x.trace.load=2"]),
        pairs(&[("first", 0.0), ("second", 300.0), ("=third", day / 2.0), ("late", day * 2.0)])
    );
    let moved = ["workload.x.trace.at=2026-01-02", "workload.x.trace.shift='90 min'"];
    assert_eq!(submits(&moved), pairs(&[("first", day + 5400.0), ("second", day + 6000.0), ("=third", 2.0 * day + 5400.0)]));
    assert_eq!(submits(&["workload.x.trace.from=2017-10-02"]), pairs(&[("=third", 0.0), ("late", 3.0 * day)]));
    assert_eq!(submits(&["workload.x.trace.to=2017-10-01"]), pairs(&[("first", 0.0), ("second", 600.0)]));
    assert_eq!(submits(&["workload.x.trace.groups=['vc2']"]), pairs(&[("second", 0.0)]));
    let scaled = jobs(&["workload.x.trace.scale_runs=0.5", "workload.x.trace.scale_gpus=0.7", "workload.x.trace.to=2017-10-01"]);
    assert_eq!(scaled, [("first".to_owned(), 0.0, 6, 1800.0), ("second".to_owned(), 600.0, 3, 3600.25)]);
    let lifted = jobs(&["workload.x.trace.least_run='2 h'", "workload.x.trace.to=2017-10-01"]);
    assert_eq!((lifted[0].3, lifted[1].3), (7200.0, 7200.5));
}

#[test]
fn columns_have_other_names_and_files_other_formats() {
    let theirs = TRACE.replace("gpus", "num_gpu");
    let (model, said) = loaded(folder(theirs.as_bytes()).path(), &["workload.x.trace.columns.gpus=num_gpu"]);
    assert!(model.is_some(), "{said}");
    let log = "; MaxProcs: 8\n; Computer: small\n1 0 -1 100 8 -1 -1 8 60 -1 1 1 1 1 1 1 -1 -1\n";
    let (model, said) = loaded(folder(log.as_bytes()).path(), &["workload.x.trace.format=swf"]);
    let JobSource::Listed(list) = &model.expect("a model").workloads[0].jobs else { panic!("not a list") };
    assert_eq!(list.jobs[0].run.seconds(), 60.0);
    for word in ["notes on reading `jobs.csv`", "computer: small", "killed at the estimate: 1 job"] {
        assert!(said.contains(word), "`{word}` is missing from\n{said}");
    }
    let kept = ["workload.x.trace.format=swf", "workload.x.trace.kill_at_estimate=false"];
    let JobSource::Listed(list) = &loaded(folder(log.as_bytes()).path(), &kept).0.expect("a model").workloads[0].jobs.clone()
    else {
        panic!("not a list")
    };
    assert_eq!(list.jobs[0].run.seconds(), 100.0);
}

#[test]
fn what_else_a_workload_says_applies() {
    let trace = "job_id,submit_s,gpus,run_s,priority,deadline_s\na,0,1,60,2,600\nb,5,1,60,,\n";
    let (model, _) = loaded(folder(trace.as_bytes()).path(), &["workload.x.priority=3", "workload.x.deadline='1 h'"]);
    let model = model.expect("a model");
    let of = |replication| {
        let mut generator = Generator::new(0.into(), &model.workloads[0], model.seed, replication, model.horizon());
        let drafts = std::iter::from_fn(|| generator.next(&model.workloads[0]));
        drafts.map(|job| (job.submit.seconds(), job.priority, job.deadline.seconds())).collect::<Vec<_>>()
    };
    assert_eq!(of(0), [(0.0, 5, 600.0), (5.0, 3, 3605.0)]);
    assert_eq!(of(1), of(0), "the same jobs in every replication");
}

#[test]
fn every_key_of_drawn_jobs_beside_a_trace_is_told() {
    let keys = [
        ("jobs_per_day", "3"),
        ("busy_gpus", "3"),
        ("factor", "3"),
        ("growth", "{ per_year = 2 }"),
        ("daily", "office"),
        ("weekend", "0.3"),
        ("gpus", "8"),
        ("gpus_multiple_of", "8"),
        ("duration", "'1 h'"),
        ("outcomes", "{ failed = 0.1, cancelled = 0.1 }"),
        ("estimate", "exact"),
    ];
    let sets: Vec<String> = keys.iter().map(|(key, value)| format!("workload.x.{key}={value}")).collect();
    let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
    let titles: Vec<String> =
        keys.iter().map(|(key, _)| format!("`{key}` is for jobs that are drawn; those of `x` come from a trace")).collect();
    let mut words: Vec<&str> = titles.iter().map(String::as_str).collect();
    words.push("--set:1:12");
    refused(TRACE, &sets, &words);
}

#[test]
fn mistakes_have_a_place_and_the_trace_s_own_words() {
    let x = |key: &str| format!("workload.x.trace.{key}");
    for (set, words) in [
        (x("file=no.csv"), ["`no.csv` cannot be used as a trace", "no.csv:1:1: cannot be read"]),
        (x("groups=['vc1','vc3']"), ["--set:1:32", "unknown group `vc3`; did you mean `vc1`?"]),
        (x("from=2018-01-01"), ["none of 4 jobs is of the groups and days", "from 2017-10-01 to 2017-10-05"]),
        (x("at=2026-01-05"), ["the trace would begin on 2026-01-05", "from 2026-01-01 to 2026-01-04"]),
        (x("shift='4 d'"), ["--set:1:24", "no job of the trace would be submitted within the scenario"]),
        (x("load=0"), ["`load` does not fit the trace", "the load is 0"]),
        (x("scale_runs=1e12"), ["`scale_runs` does not fit the trace", "allowed: 0 to"]),
        (x("scale_gpus=0"), ["`scale_gpus` does not fit the trace", "a number above 0"]),
        (x("scale_gpus=9"), ["x.toml:18:", "no job of `x` can ever run"]),
        (x("columns.gpu=a"), ["--set:1:", "did you mean `gpus`?"]),
        (x("format=cvs"), ["unknown name `cvs`", "did you mean `csv`?"]),
        (x("format=azure_llm"), ["x.toml:19:8", "holds inference requests, not jobs"]),
        (x("throughputs=no.json"), ["table of throughputs", "no.json:1:1"]),
        (x("fil=a"), ["unknown key `fil`", "did you mean `file`?"]),
        ("workload.x.trace=3".to_owned(), ["--set:1:18", "expected a table"]),
    ] {
        refused(TRACE, &[&set], &words);
    }
    let mut spoiled = TRACE.to_owned();
    spoiled.push_str("x,2017-10-01 06:00:00,no,60,vc1\n");
    refused(&spoiled, &["workload.x.trace.strict=true"], &["x.toml:19:8", "jobs.csv:6:23: not a number: `no`"]);
    refused("job_id,submit_s,gpus,run_s\na,5,1,60\n", &["workload.x.trace.from=2026-01-01"], &["the trace has no dates"]);
    let folder = folder(spoiled.as_bytes());
    let ended = skyberth(folder.path(), &["run", "x.toml", "-o", "out"]);
    assert_eq!((ended.code, folder.path().join("out").exists()), (2, false), "{}", ended.stderr);
}

#[test]
fn no_file_makes_it_panic() {
    for bytes in [&b""[..], b"\n\n", b"\x1f\x8b", b"\0\xff\xfe", b"job_id,submit_s,gpus,run_s\n", b";", b"format = 2\n[scenario]\n"]
    {
        assert!(loaded(folder(bytes).path(), &[]).0.is_none());
    }
    // A folder is no file.
    assert!(loaded(folder(b"").path(), &["workload.x.trace.file=."]).0.is_none());
}

#[test]
fn warnings_stand_at_the_trace() {
    let lines: Vec<String> = (0..300).map(|job| format!("j{job},2017-10-01 07:00:00,1,60,vc1\n")).collect();
    let mut long = lines.concat();
    long.push_str("bad,2017-10-01 06:00:00,no,60,vc1\nhuge,2017-10-02 07:00:00,64,60,vc1\n");
    let (_, said) = loaded(folder((TRACE.to_owned() + &long).as_bytes()).path(), &["scenario.replications=2"]);
    for word in [
        "x.toml:18:13",
        "1 of 306 lines gave no job: 1: not a number (first at 306:25",
        "1 of 304 jobs ask for more GPUs than the largest cluster has and can never start: job huge asks for 64",
        "the jobs of `x` are the same in every replication",
        "differ only by slips and failures",
    ] {
        assert!(said.contains(word), "`{word}` is missing from\n{said}");
    }
    assert!(!loaded(folder(TRACE.as_bytes()).path(), &[]).1.contains("every replication"), "one replication is no sample");
}

/// What the manifest of a run in a folder has.
fn manifest(folder: &Path, scenario: &str) -> serde_json::Value {
    let ended = skyberth(folder, &["run", scenario, "-o", "out", "--quiet"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    serde_json::from_str(&std::fs::read_to_string(folder.join("out/manifest.json")).expect("readable")).expect("JSON")
}

#[test]
fn the_hash_covers_the_trace() {
    let (one, same, other) = (folder(TRACE.as_bytes()), folder(TRACE.as_bytes()), folder(TRACE.replace("600,", "601,").as_bytes()));
    let of = |folder: &TempDir| manifest(folder.path(), "x.toml");
    assert_eq!(of(&one), of(&same));
    assert_ne!(of(&one)["scenario_hash"], of(&other)["scenario_hash"]);
    assert_eq!(of(&one)["inputs"][0]["file"], "jobs.csv");
    // From elsewhere it is the same scenario, and no path of the machine gets into the results; compressed, it has the same jobs.
    std::fs::create_dir(one.path().join("away")).expect("it is writable");
    let away = one.path().join("away");
    std::fs::create_dir(away.join("deep")).expect("it is writable");
    std::fs::write(away.join("deep/x.toml"), SCENARIO).expect("it is writable");
    std::fs::write(away.join("deep/jobs.csv"), TRACE).expect("it is writable");
    assert_eq!(manifest(&away, "deep/x.toml"), of(&same));
    let mut compressed = GzEncoder::new(Vec::new(), Compression::default());
    compressed.write_all(TRACE.as_bytes()).expect("memory");
    let compressed = folder(&compressed.finish().expect("memory"));
    assert_ne!(of(&compressed)["scenario_hash"], of(&same)["scenario_hash"]);
    let figures = |folder: &TempDir| std::fs::read(folder.path().join("out/summary.csv")).expect("readable");
    assert_eq!(figures(&compressed), figures(&same));
}

#[test]
fn the_documented_scenario_does_what_is_said_of_it() {
    let docs = text_of("docs/traces.md");
    let block = |language: &str| {
        let rest = docs.split_once(&format!("```{language}\n")).expect("a block").1;
        rest.split_once("```").expect("it is closed").0
    };
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("replay.toml"), block("toml")).expect("it is writable");
    std::fs::write(folder.path().join("jobs.csv"), block("csv")).expect("it is writable");
    for command in block("sh").lines() {
        let arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
        let ended = skyberth(folder.path(), &arguments);
        assert_eq!(ended.code, 0, "{command}\n{}", ended.stderr);
        assert!(!ended.stderr.contains("warning"), "{command}\n{}", ended.stderr);
    }
    let sheet = Sheet::read(&folder.path().join("results/replay/jobs.csv"));
    let rows: Vec<[&str; 3]> =
        (sheet.rows.iter()).map(|row| ["job_id", "submit_s", "start_s"].map(|name| row[sheet.column(name)].as_str())).collect();
    assert_eq!(rows, [["v2", "0", "0"], ["v3", "5400", "7200"], ["v4", "43200", "43200"]]);
}
