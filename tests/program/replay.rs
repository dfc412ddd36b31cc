//! `skyberth replay` as a program: small traces worked out by hand, and files that are no traces.

use crate::common::{Ended, Sheet, skyberth};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::path::Path;

/// Runs `replay t.csv` with more arguments in a folder that holds the trace.
fn replay(trace: impl AsRef<[u8]>, more: &[&str]) -> (tempfile::TempDir, Ended) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("t.csv"), trace).expect("it is writable");
    let mut arguments = vec!["replay", "t.csv"];
    arguments.extend(more);
    let ended = skyberth(folder.path(), &arguments);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    (folder, ended)
}

/// Runs it and returns a column of the jobs.
fn column(trace: &str, more: &[&str], name: &str) -> Vec<String> {
    let mut arguments = vec!["--jobs", "jobs.csv", "--quiet"];
    arguments.extend(more);
    let (folder, ended) = replay(trace, &arguments);
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "", ""));
    let sheet = Sheet::read(&folder.path().join("jobs.csv"));
    let place = sheet.column(name);
    sheet.rows.into_iter().map(|row| row[place].clone()).collect()
}

/// On four GPUs the second job blocks the queue until the first ends; the third would fit beside it.
const BLOCKED: &str = "job_id,submit_s,gpus,run_s\nfirst,0,3,100\nsecond,1,4,10\nthird,2,1,20\n";

#[test]
fn presets_do_what_their_names_say() {
    let starts = |policy: &str| column(BLOCKED, &["--gpus", "4", "--policy", policy], "start_s");
    assert_eq!(starts("fifo"), ["0", "100", "110"]);
    assert_eq!(starts("fifo-skip"), ["0", "100", "2"]);
    assert_eq!(starts("easy"), ["0", "100", "2"]);
    assert_eq!(starts("conservative"), ["0", "100", "2"]);
    // The second has least left and takes all GPUs at once; the third follows it with the first.
    assert_eq!(starts("srtf"), ["0", "1", "11"]);
    assert_eq!(column(BLOCKED, &["--gpus", "4", "--policy", "srtf"], "finish_s"), ["110", "11", "31"]);
    assert_eq!(column(BLOCKED, &["--gpus", "4", "--policy", "srtf"], "preemptions"), ["1", "0", "0"]);
    assert_eq!(column(BLOCKED, &["--gpus", "4"], "job_id"), ["first", "second", "third"]);
}

#[test]
fn load_and_nodes_change_the_schedule() {
    assert_eq!(column(BLOCKED, &["--gpus", "4", "--load", "0.005", "--policy", "fifo"], "start_s"), ["0", "200", "400"]);
    // Three GPUs of a node of two and one of another leave one GPU on each: two do not fit together on a node, but as a gang they do.
    let spread = "job_id,submit_s,gpus,run_s\na,0,1,50\nb,0,1,50\nc,1,2,5\n";
    assert_eq!(column(spread, &["--nodes", "2", "--gpus-per-node", "2", "--policy", "fifo"], "start_s"), ["0", "0", "1"]);
}

#[test]
fn the_table_and_the_other_formats_agree() {
    let (_folder, table) = replay(BLOCKED, &["--gpus", "4", "--policy", "fifo"]);
    assert_eq!(table.code, 0, "{}", table.stderr);
    assert!(table.stdout.contains("3 of 3 jobs finished; 0 preemptions\nmakespan 130 s"), "{}", table.stdout);
    assert!(table.stdout.lines().all(|line| line.chars().count() <= 80), "{}", table.stdout);
    let (_folder, json) = replay(BLOCKED, &["--gpus", "4", "--policy", "fifo", "--format", "json"]);
    let rows: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    // Waits of 0, 99 and 108 s.
    assert_eq!(rows[0]["wait_s_mean"], 69.0);
    assert_eq!(rows[0]["makespan_s"], 130.0);
    let (_folder, csv) = replay(BLOCKED, &["--gpus", "4", "--policy", "fifo", "--format", "csv"]);
    assert!(csv.stdout.starts_with("pool,gpus,jobs,finished,"), "{}", csv.stdout);
}

#[test]
fn virtual_clusters_are_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = "timestamp,duration,num_gpus,gpu_time,cluster\n\
                 2017-10-01 00:00:00,100,8,800,x\n2017-10-01 00:00:10,100,8,800,x\n2017-10-01 00:00:20,100,8,800,y\n\
                 2017-10-01 00:00:30,5,1,5,z\n";
    std::fs::write(folder.path().join("t.csv"), trace).expect("it is writable");
    std::fs::write(folder.path().join("vc.csv"), "vc,nodes\nx,1\ny,1\n").expect("it is writable");
    let ended = skyberth(folder.path(), &["replay", "t.csv", "--vc-nodes", "vc.csv", "--policy", "fifo", "--jobs", "jobs.csv"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("1 jobs belong to virtual clusters that vc.csv does not name"), "{}", ended.stderr);
    let sheet = Sheet::read(&folder.path().join("jobs.csv"));
    let (cluster, start) = (sheet.column("cluster"), sheet.column("start_s"));
    let found: Vec<(&str, &str)> = sheet.rows.iter().map(|row| (row[cluster].as_str(), row[start].as_str())).collect();
    assert_eq!(found, [("x", "0"), ("x", "100"), ("y", "20")]);
}

#[test]
fn a_trace_that_asks_for_too_much_is_told_so() {
    let (_folder, ended) = replay("job_id,submit_s,gpus,run_s\na,0,8,60\nb,1,2,60\n", &["--gpus", "4"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("1 of 2 jobs ask for more GPUs than the largest cluster has"), "{}", ended.stderr);
    assert!(ended.stdout.contains("1 of 2 jobs finished, 1 rejected"), "{}", ended.stdout);
}

#[track_caller]
fn refused(trace: impl AsRef<[u8]>, more: &[&str], words: &[&str]) {
    let (folder, ended) = replay(trace, more);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{}", ended.stderr);
    for word in words {
        assert!(ended.stderr.contains(word), "`{word}` is missing from\n{}", ended.stderr);
    }
    assert!(!folder.path().join("jobs.csv").exists());
}

#[test]
fn what_is_no_trace_is_refused() {
    let gpus = ["--gpus", "4", "--jobs", "jobs.csv"];
    refused("", &gpus, &["t.csv:1:1", "empty"]);
    refused("job_id,submit_s,gpus,run_s\n", &gpus, &["t.csv:"]);
    refused([0xff, 0xfe, 0x00, 0x81], &gpus, &["t.csv:1"]);
    let mut gz = GzEncoder::new(Vec::new(), Compression::default());
    gz.write_all(b"job_id,submit_s,gpus,run_s\n").expect("it fits");
    for id in 0..5000 {
        writeln!(gz, "{id},{id},1,{}", id * 7 % 991).expect("it fits");
    }
    let gz = gz.finish().expect("it fits");
    refused(&gz[..gz.len() / 2], &gpus, &["t.csv:", "cut off"]);
    refused("job_id,submit_s,gpus,run_s\na,x,1,10\n", &gpus, &["t.csv:2:3", "not a number"]);
    refused(BLOCKED, &["--gpus", "4", "--policy", "sfr"], &["unknown preset `sfr`", "did you mean `sjf`"]);
    refused(BLOCKED, &["--gpus", "4", "--placement", "bestfit"], &["unknown placement `bestfit`", "did you mean `best_fit`"]);
    refused(BLOCKED, &[], &["does not give the size of its machine", "--gpus N"]);
    refused(BLOCKED, &["--gpus", "4", "--vc", "x"], &["unknown group `x`"]);
    refused(BLOCKED, &["--gpus", "4", "--load", "0"], &["the load", "above 0"]);
}

#[test]
fn bad_lines_are_counted_or_stop_a_strict_replay() {
    let mut trace = "job_id,submit_s,gpus,run_s\n".to_owned();
    for id in 0..1000 {
        trace += &format!("{id},{id},1,10\n");
    }
    trace.push_str("text,abc,1,10\nback,5,1,-3\nhuge,6,1000000000,3\n");
    let (_folder, ended) = replay(&trace, &["--gpus", "64"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for said in
        ["3 of 1003 lines gave no job", "first at 1002:6, \"abc\"", "first at 1003:10, \"-3\"", "first at 1004:8, \"1000000000\""]
    {
        assert!(ended.stderr.contains(said), "`{said}` is missing from\n{}", ended.stderr);
    }
    assert!(ended.stdout.contains("1000 of 1000 jobs finished"), "{}", ended.stdout);
    refused(&trace, &["--gpus", "64", "--strict"], &["t.csv:1002:6", "not a number: `abc`"]);
}

#[test]
fn a_converted_trace_gives_the_same_schedule() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = "job_id,num_gpu,submit_time,iterations,model_name,duration,interval\n0,2,0,9,vgg19,30,5\n1,4,5,9,vgg11,10,5\n2,1,10,9,vgg11,7,0\n";
    std::fs::write(folder.path().join("t.csv"), trace).expect("it is writable");
    let ended = skyberth(folder.path(), &["replay", "t.csv", "--convert", "ours.csv"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let jobs = |file: &str, out: &str| {
        let ended = skyberth(folder.path(), &["replay", file, "--gpus", "4", "--policy", "fifo", "--jobs", out, "--quiet"]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        std::fs::read(folder.path().join(out)).expect("it is there")
    };
    assert_eq!(jobs("t.csv", "a.csv"), jobs("ours.csv", "b.csv"));
    assert!(Path::new(&folder.path().join("ours.csv")).exists());
}

/// Where notes and warnings of a replay stand, put together.
fn said(trace: &str, more: &[&str]) -> String {
    let (_, ended) = replay(trace, more);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    // Lines are folded.
    format!("{}\n{}", ended.stdout, ended.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn states_of_other_schedulers_are_read_where_meant() {
    let states = ["FAILED", "CANCELLED", "COMPLETED", "TIMEOUT", "NODE_FAIL", "CANCELLED by 4594", "OUT_OF_MEMORY"];
    let row = |(job, state): (usize, &&str)| format!("j{job},{state},{},8,60", job * 100);
    let rows: Vec<String> = states.iter().enumerate().map(row).collect();
    let text = format!("job_id,state,submit_s,gpus,run_s\n{}\n", rows.join("\n"));
    let told = column(&text, &["--gpus", "64"], "state");
    assert_eq!(told, ["failed", "cancelled", "finished", "failed", "failed", "cancelled", "failed"]);
    // A word that is not known is an error where the column was named, and says nothing where it was not.
    let other = text.replace("TIMEOUT", "LAUNCHED").replace("run_s", "seconds");
    assert!(
        said(&other, &["--gpus", "64", "--columns", "run_s=seconds"])
            .contains("states not known, taken as finished (name the column to have them checked): 1 job")
    );
    let (_, ended) = replay(other, &["--gpus", "64", "--columns", "run_s=seconds,state=state"]);
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    assert!(ended.stderr.contains("not a state: `LAUNCHED`"), "{}", ended.stderr);
}

#[test]
fn rows_that_say_nothing_are_left_out_by_rule() {
    let jobs: Vec<String> = (0..20).map(|job| format!("g{job},{},8,600", job * 60)).collect();
    let text = format!("job_id,submit_s,gpus,run_s\n{}\nc0,10,0,600\nc1,20,0,30\n", jobs.join("\n"));
    let told = said(&text, &["--gpus", "64"]);
    assert!(told.contains("2: no GPU asked for"), "{told}");
    let sound = |job: u32| format!("{} {} -1 30 2 -1 -1 2 60 -1 1 1 1 1 1 1 -1 -1", job + 1, job * 5);
    let unknown = (0..10).map(sound).collect::<Vec<_>>().join("\n");
    let log = format!(
        "; MaxProcs: 8\n{unknown}\n11 50 -1 -1 2 -1 -1 2 60 -1 -1 1 1 1 1 1 -1 -1\n12 55 -1 30 -1 -1 -1 -1 60 -1 1 1 1 1 1 1 -1 -1\n"
    );
    let told = said(&log, &["--trace-format", "swf"]);
    assert!(told.contains("1: the run time is not known") && told.contains("1: no GPU asked for"), "{told}");
    // Anything else that is negative is still wrong.
    let (_, ended) = replay(log.replace("11 50 -1 -1 2", "11 50 -1 -7 2"), &["--trace-format", "swf"]);
    assert_eq!(ended.code, 2, "{}", ended.stdout);
}

#[test]
fn logs_with_more_fields_and_words_in_the_header_are_read() {
    let line = |job: u32, at: u32, run: u32, gpus: u32, follows: &str| {
        format!("{job} {at} -1 {run} {gpus} -1 -1 {gpus} 100 -1 1 1 1 1 1 1 {follows} {{12,12}} q_1d 1:ppn=2\n")
    };
    let log =
        format!("; MaxNodes: 64\n; MaxProcs: 128 (two a node)\n{}{}", line(1, 0, 10, 100, "-1 -1"), line(2, 0, 10, 28, "1 50"));
    assert_eq!(column(&log, &["--trace-format", "swf"], "start_s"), ["0", "0"]);
    let told = said(&log, &["--trace-format", "swf"]);
    assert!(told.contains("fields behind the eighteenth, not read: 2 jobs"), "{told}");
    assert!(told.contains("jobs that follow another (field 17), submitted when the log says: 1 job"), "{told}");
}

#[test]
fn a_queue_grows_only_where_work_exceeds_what_can_be_done() {
    let burst = "job_id,submit_s,gpus,run_s\n1,0,8,36000\n2,60,8,36000\n";
    assert!(!said(burst, &["--gpus", "16"]).contains("the queue grows"));
    let more: Vec<String> = (0..400).map(|job| format!("{job},{},8,36000", job * 600)).collect();
    let flood = format!("job_id,submit_s,gpus,run_s\n{}\n", more.join("\n"));
    assert!(said(&flood, &["--gpus", "16"]).contains("the queue grows"));
}

#[test]
fn exports_of_a_scheduler_are_replayed_as_they_are() {
    let text = "JobID|Submit|Start|End|State|Elapsed|AllocTRES\n\
                7|2025-01-05T12:00:00|2025-01-05T12:00:00|2025-01-05T12:01:40|COMPLETED|00:01:40|cpu=4,gres/gpu=2\n\
                7.0|2025-01-05T12:00:00|2025-01-05T12:00:00|2025-01-05T12:01:40|COMPLETED|00:01:40|cpu=4,gres/gpu=2\n\
                8_1|2025-01-05T12:00:10|2025-01-05T12:00:10|2025-01-06T12:00:10|TIMEOUT|1-00:00:00|cpu=4,gres/gpu:h100=8\n";
    assert_eq!(column(text, &["--gpus", "8", "--policy", "fifo"], "start_s"), ["0", "100"]);
    assert_eq!(column(text, &["--gpus", "8", "--policy", "fifo"], "run_s"), ["100", "86400"]);
    let told = said(text, &["--gpus", "8"]);
    assert!(told.contains("note: columns are separated by `|`, as in the header"), "{told}");
    assert!(told.contains("1: a step of a job, such as 123.batch (first at 3:1, \"7.0\")"), "{told}");
    let table = "id;at;hosts;from;to\na;2025-02-14 08:15:45;1;2025-02-14 08:16:00;2025-02-14 08:17:00\n";
    let columns = "job_id=id,submit_s=at,gpus=hosts,start_s=from,end_s=to";
    assert_eq!(column(table, &["--gpus", "4", "--columns", columns], "run_s"), ["60"]);
    let help = "help: other names are given by --columns, such as submit_s=Submitted,gpus=Accelerators";
    refused("id,at,hosts\na,0,1\n", &["--gpus", "4"], &["lacks `job_id`", "or `start_s` and `end_s`", help]);
    let wrong = ["unknown column `input_tokens`; allowed: job_id, submit_s"];
    refused(table, &["--gpus", "4", "--columns", "job_id=id,input_tokens=at"], &wrong);
}
