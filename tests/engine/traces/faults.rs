//! What is wrong with a file is said with its place, and nothing wrong makes a reader run away.

use flate2::Compression;
use flate2::write::GzEncoder;
use skyberth::units::Span;
use skyberth::workload::trace::{
    ColumnMap, Format, Limits, Options, Reason, ThroughputTable, Trace, TraceError, read, read_from, read_nodes_from,
    read_pods_from, read_requests_from, read_steps_from,
};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

fn csv(text: &str, options: &Options) -> Result<Trace, TraceError> {
    read_from(text.as_bytes(), "a.csv", Some(Format::Csv), options)
}

fn said(text: &str, format: Option<Format>, name: &str) -> String {
    read_from(text.as_bytes(), name, format, &Options::default()).expect_err("it is wrong").to_string()
}

fn strict() -> Options {
    Options { strict: true, ..Options::default() }
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Two hundred sound lines of our own format, and one more.
fn with_line(line: &str) -> String {
    let sound = (0..200).map(|id| format!("{id},{id},1,60,,,,,\n")).collect::<Vec<_>>().concat();
    format!("job_id,submit_s,gpus,run_s,estimate_s,priority,group,state,deadline_s\n{sound}{line}\n")
}

#[test]
fn every_unusable_cell_has_its_reason_and_place() {
    let cases = [
        ("x,0,1,abc,,,,,", Reason::NotANumber, 7, "not a number: `abc`; allowed: a decimal number"),
        ("x,0,1,NaN,,,,,", Reason::NotFinite, 7, "not a finite number: `NaN`"),
        ("x,0,1,inf,,,,,", Reason::NotFinite, 7, "not a finite number: `inf`"),
        ("x,0,1,-5,,,,,", Reason::NegativeRun, 7, "allowed: 0 or more seconds"),
        ("x,-1,1,5,,,,,", Reason::NegativeSubmit, 3, "submitted before the trace's zero: `-1`"),
        ("x,6307200001,1,5,,,,,", Reason::LateSubmit, 3, "allowed: at most 6307200000 seconds"),
        ("x,0,1,6307200001,,,,,", Reason::LongRun, 7, "a run time of more than 200 years"),
        ("x,0,-8,5,,,,,", Reason::NoGpus, 5, "no GPUs: `-8`"),
        ("x,0,0.5,5,,,,,", Reason::PartialGpu, 5, "not a whole number of GPUs: `0.5`"),
        ("x,0,1000000000,5,,,,,", Reason::AbsurdGpus, 5, "allowed: a whole number from 1 to 999999999"),
        ("x,0,1e300,5,,,,,", Reason::AbsurdGpus, 5, "an absurd number of GPUs: `1e300`"),
        ("x,0", Reason::MissingColumns, 4, "columns are missing"),
        ("x,0,1,5,,,,,,7", Reason::ExtraColumns, 14, "more columns than there are names: `7`"),
        ("7,0,1,5,,,,,", Reason::DuplicateId, 1, "the id was there before: `7`"),
        (",0,1,5,,,,,", Reason::NoId, 1, "the job has no id"),
        ("x,0,1,5,,,,done,", Reason::BadState, 12, "not a state: `done`; allowed: finished, failed, cancelled"),
        ("\"x,0,1,5,,,,,", Reason::OpenQuote, 1, "a quotation mark is not closed"),
        ("\"é,é\",0,1,x,,,,,", Reason::NotANumber, 11, "a.csv:202:11: not a number: `x`"),
    ];
    for (line, reason, column, words) in cases {
        let text = with_line(line);
        let trace = csv(&text, &Options::default()).unwrap_or_else(|error| panic!("{line}: {error}"));
        let dropped = &trace.dropped;
        assert_eq!((trace.jobs.len(), dropped.lines, dropped.count(), dropped.of(reason)), (200, 201, 1, 1), "{line}");
        assert_eq!((dropped.by_reason[0].line, dropped.by_reason[0].column), (202, column), "{line}");
        let error = csv(&text, &strict()).expect_err("strict").to_string();
        assert!(error.starts_with(&format!("a.csv:202:{column}: ")) && error.contains(words), "{error}");
    }
    let trace = csv(&with_line("x,0,999999999,6307200000,,,,,"), &strict()).expect("just inside the limits");
    assert_eq!(trace.demands().largest_gpus, 999_999_999);
}

#[test]
fn too_many_unusable_lines_are_an_error_that_names_the_commonest_reason() {
    let two = with_line("x,0,1,abc,,,,,\ny,0,1,5,,,,,");
    assert_eq!(csv(&two, &Options::default()).expect("1 of 202").dropped.count(), 1);
    let three = with_line("x,0,1,abc,,,,,\ny,0,-1,5,,,,,\nz,0,-1,5,,,,,");
    let error = csv(&three, &Options::default()).expect_err("3 of 203").to_string();
    assert_eq!(
        error,
        "a.csv:203:5: 3 of 203 lines cannot be used, more than the limit of 1 %; the commonest reason, first here: no GPUs: `-1`; \
         allowed: a whole number from 1 to 999999999"
    );
}

#[test]
fn files_without_jobs() {
    assert_eq!(said("", None, "a.swf"), "a.swf:1:1: the file is empty");
    assert_eq!(said("\n \r\n", Some(Format::Csv), "a.csv"), "a.csv:2:1: the file is empty");
    let only = "the file has no line of data, only a header or comments";
    assert_eq!(said("job_id,submit_s,gpus,run_s\n", None, "a.csv"), format!("a.csv:1:1: {only}"));
    assert_eq!(said("; Version: 2\n", None, "a.swf"), format!("a.swf:1:1: {only}"));
    let pod = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n\
               a,1,1,0,0,,LS,Running,0,5,0\n";
    let error = said(pod, None, "pods.csv");
    assert_eq!(
        error,
        "pods.csv:2:7: none of 1 lines gives a job; the commonest reason, first here: no GPU asked for: `0`; left out by rule"
    );
    let error = read(Path::new("nowhere.swf"), None, &Options::default()).expect_err("not there").to_string();
    assert!(error.starts_with("nowhere.swf:1:1: cannot be read: "), "{error}");
}

#[test]
fn wrong_headers_and_formats() {
    assert_eq!(
        said("job_id,submit,gpus,run_time\na,0,1,5\n", Some(Format::Csv), "a.csv"),
        "a.csv:1:1: the header of this csv file lacks `submit_s` (nearest: `submit`), `run_s`, or `start_s` and `end_s`"
    );
    let old = "ResNet\tpython3\t-n\t1\t100\t1\t0\n";
    let error = said(old, None, "old.trace");
    let layouts = "the gavel format has 10, or 12 with a mode before the weight and a duration before the arrival";
    assert!(error.starts_with(&format!("old.trace:1:1: 7 columns, but {layouts}; it may be the older variant")), "{error}");
    for columns in [9, 11, 13] {
        let line = vec!["1"; columns].join("\t");
        assert_eq!(said(&line, None, "a.trace"), format!("a.trace:1:1: {columns} columns, but {layouts}"));
    }
    assert!(said("hello\nworld\n", None, "notes.txt").starts_with("notes.txt:1:1: the format cannot be guessed"));
    let error = "phily".parse::<Format>().expect_err("mistyped").to_string();
    assert!(error.starts_with("unknown trace format `phily`; did you mean `philly`?; allowed: swf, philly,"), "{error}");
    let requests = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,1,2\n";
    assert!(said(requests, None, "a.csv").contains("holds inference requests, not jobs"));
    let error = read_from(&b"job_id,submit_s,gpus,run_s\na,\xff,1,5\n"[..], "a.csv", None, &Options::default()).expect_err("bytes");
    assert_eq!(error.to_string(), "a.csv:2:3: the text is not UTF-8");
}

#[test]
fn columns_have_other_names_only_if_they_are_there() {
    let mut options = strict();
    options.columns = "job_id=name, gpus=n,run_s=d,submit_s=t,estimate_s=d".parse().expect("a map");
    let trace = csv("t,name,n,d\n2017-10-01 00:00:45,a,2,5\n2017-10-01T00:00:44.250,b,1,7\n", &options).expect("named");
    assert_eq!(trace.epoch.map(|epoch| epoch.to_string()).as_deref(), Some("2017-10-01T00:00:44.25"));
    let [first, second] = trace.jobs[..] else { panic!("two") };
    assert_eq!((trace.ids.text(first.id).as_ref(), first.submit.ms(), second.submit.ms()), ("b", 0, 750));
    options.columns = "job_id=name,gpus=n,run_s=d,submit_s=t,priority=prio".parse().expect("a map");
    let error = csv("t,name,n,d\n0,a,2,5\n", &options).expect_err("prio was promised").to_string();
    assert_eq!(error, "a.csv:1:1: the header of this csv file lacks `prio`");
    let said = |text: &str| text.parse::<ColumnMap>().expect_err("wrong").to_string();
    assert!(said("gpu=n").starts_with("unknown column `gpu`; did you mean `gpus`?; allowed: job_id, "));
    assert_eq!(said("gpus"), "a column's name is `gpus`; allowed: ours=theirs, for example gpus=num_gpu");
    assert_eq!(said("gpus=a,gpus=b"), "a column's name is `gpus=b`; allowed: `gpus` once");
    let near = csv("job_id,submit_s,gpus,run_s,priorty\na,0,1,5,3\n", &Options::default()).expect("sound");
    assert_eq!(near.notes, ["the column `priorty` is not read; `priority` would be"]);
}

#[test]
fn a_file_has_seconds_or_dates() {
    let text = with_line("x,2017-10-01 00:00:45,1,5,,,,,");
    assert_eq!(csv(&text, &Options::default()).expect("one of many").dropped.of(Reason::NotANumber), 1);
    let offset = csv("job_id,submit_s,gpus,run_s\na,2017-10-01T02:00:00+02:00,1,5\nb,2017-10-01 00:00:01Z,1,5\n", &strict());
    let trace = offset.expect("offsets are read");
    assert_eq!(trace.epoch.map(|epoch| epoch.to_string()).as_deref(), Some("2017-10-01T00:00:00"));
    assert_eq!(trace.jobs[1].submit.ms(), 1000);
}

#[test]
fn lines_end_as_they_like() {
    let text = "\u{feff}job_id,submit_s,gpus,run_s\r\n\r\n1,0,1,5\r\n\"a \"\"b\"\", c\",1,1,5";
    let trace = csv(text, &strict()).expect("sound");
    let ids: Vec<String> = trace.jobs.iter().map(|job| trace.ids.text(job.id).into_owned()).collect();
    assert_eq!(ids, ["1", "a \"b\", c"]);
    let error = csv(&format!("{text}\n9,0,1,x\n"), &strict()).expect_err("x").to_string();
    assert!(error.starts_with("a.csv:5:7: "), "{error}");
}

#[test]
fn ids_may_begin_as_numbers_and_go_on_as_texts() {
    let trace = csv("job_id,submit_s,gpus,run_s\n9,5,1,5\n4,6,1,5\n007,0,1,5\nx,7,1,5\n", &strict()).expect("sound");
    let ids: Vec<String> = trace.jobs.iter().map(|job| trace.ids.text(job.id).into_owned()).collect();
    assert_eq!(ids, ["007", "9", "4", "x"]);
    let error = csv("job_id,submit_s,gpus,run_s\n9,5,1,5\nx,6,1,5\n9,0,1,5\n", &strict()).expect_err("twice").to_string();
    assert!(error.starts_with("a.csv:4:1: the id was there before: `9`"), "{error}");
}

#[test]
fn the_standard_workload_format_leaves_out_what_is_no_job() {
    let line = |id: u32, run: i64, status: i64| format!("{id} 0 -1 {run} 4 -1 -1 4 10 -1 {status} 1 7 -1 -1 -1 -1 -1\n");
    let text = [line(1, 25, 1), line(1, 5, 3), line(2, -1, 5), line(3, 4, 0)].concat();
    let trace = read_from(text.as_bytes(), "a.swf", None, &strict()).expect("sound");
    assert_eq!(trace.jobs.iter().map(|job| (job.id, job.run.ms())).collect::<Vec<_>>(), [(1, 10_000), (3, 4_000)]);
    assert_eq!((trace.dropped.of(Reason::PartOfJob), trace.dropped.of(Reason::NeverRan), trace.dropped.unusable()), (1, 1, 0));
    let mut options = strict();
    options.swf.kill_at_estimate = false;
    options.swf.machine = Some(3);
    let trace = read_from(text.as_bytes(), "a.swf", None, &options).expect("sound");
    assert_eq!((trace.jobs[0].run.ms(), trace.jobs[0].gpus, trace.machine_gpus), (25_000, 3, Some(3)));
}

#[test]
fn gavel_objectives_become_deadlines() {
    let table = r#"{"v100": {"('A', 2)": {"null": 2.0, "('A', 2)": [1.5, 1]}, "('B', 1)": {"null": 0}}}"#;
    let table = Arc::new(ThroughputTable::read_from(table.as_bytes(), "t.json").expect("a table"));
    let mut options = strict();
    options.gavel.table = Some(table);
    let text = "A\tc\td\t-n\t0\t100\t2\t1.6\t1.2\t5\n";
    let trace = read_from(text.as_bytes(), "a.trace", None, &options).expect("sound");
    let job = trace.jobs[0];
    assert_eq!((job.run.ms(), job.deadline, job.priority, job.gpus), (50_000, Some(Span::from_ms(60_000)), 2, 2));
    let error = read_from(&b"B\tc\td\t-n\t0\t100\t1\t1\t-1\t5\n"[..], "a.trace", None, &options).expect_err("does not run");
    assert!(error.to_string().starts_with("a.trace:1:1: the table of throughputs has no such job"), "{error}");
    options.gavel.worker = "v1000".to_owned();
    let error = read_from(text.as_bytes(), "a.trace", None, &options).expect_err("no such worker").to_string();
    assert!(error.contains("unknown worker type of the table of throughputs `v1000`; did you mean `v100`?"), "{error}");
    for (text, words) in [
        ("", "t.json:1:1: not a table of throughputs: EOF"),
        ("{}", "no worker type"),
        ("{\"v\": {\"A\": {}}}", "`A` is not like `('ResNet-18 (batch size 16)', 1)`"),
        ("{\"v\": {\"('A', 1)\": {\"null\": -1}}}", "steps per second are 0 or more"),
        ("{\"v\": {\"('A', 1)\": {\"('A', 1)\": [1, 2, 3]}}}", "a pair has two numbers"),
        ("{\"v\": {\"('A', 1)\": {\"('A', 1)\": 1}}}", "needs two numbers"),
    ] {
        let error = ThroughputTable::read_from(text.as_bytes(), "t.json").expect_err("wrong").to_string();
        assert!(error.starts_with("t.json:1:") && error.contains(words), "{error}");
    }
}

#[test]
fn gavels_longer_layout_is_read_by_position() {
    let table = r#"{"v100": {"('A', 2)": {"null": 2.0}}}"#;
    let mut options = strict();
    options.gavel.table = Some(Arc::new(ThroughputTable::read_from(table.as_bytes(), "t.json").expect("a table")));
    let [shorter, longer] = ["A\tc\td\t-n\t0\t100\t2\t3\t1.2\t5\n", "A\tc\td\t-n\t0\t100\t2\tstatic\t3\t1.2\t720\t5\n"];
    let jobs = |text: &str, name: &str| {
        let trace = read_from(text.as_bytes(), name, None, &options).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((trace.jobs[0].priority, trace.jobs[0].submit.seconds(), trace.jobs[0].run.seconds()), (3, 5.0, 50.0));
        trace.jobs
    };
    assert_eq!(jobs(shorter, "a"), jobs(longer, "a.trace"));
    let steps = |text: &str| read_steps_from(text.as_bytes(), "a.trace", &strict()).expect("sound").records;
    assert_eq!(steps(shorter), steps(longer));
    assert_eq!((steps(longer)[0].weight, steps(longer)[0].submit.seconds()), (3.0, 5.0));
    // A file has one layout.
    let error = read_from(format!("{longer}{shorter}").as_bytes(), "a.trace", None, &options).expect_err("mixed").to_string();
    assert!(error.starts_with("a.trace:2:") && error.contains("columns are missing"), "{error}");
    let error = read_from(format!("{shorter}{longer}").as_bytes(), "a.trace", None, &options).expect_err("mixed").to_string();
    assert!(error.contains("more columns than there are names"), "{error}");
}

#[test]
fn pods_need_no_more_than_their_sizes() {
    let text = "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,1000,10,1,500\np1,1000,10,2,1000\n";
    let pods = read_pods_from(text.as_bytes(), "pods.csv", &strict()).expect("sizes").records;
    assert_eq!((pods[0].asked().milli(), pods[1].asked().milli()), (500, 2000));
    assert!(pods.iter().all(|pod| pod.times.is_none() && pod.gpu_types.is_empty() && pod.qos.is_empty()));
    // As jobs they need to come and go.
    let error = said(text, None, "pods.csv");
    assert_eq!(error, "pods.csv:1:1: the header of this openb file lacks `creation_time`, `deletion_time`");
    let text = "gpu_spec|deletion_time|creation_time|name|cpu_milli|memory_mib|num_gpu|gpu_milli\nT4|60|10|p0|1000|10|1|1000\n";
    let pods = read_pods_from(text.as_bytes(), "pods.csv", &strict()).expect("times").records;
    assert_eq!((pods[0].gpu_types.as_str(), pods[0].times.map(|times| times.run().seconds())), ("T4", Some(50.0)));
    let trace = read_from(text.as_bytes(), "pods", None, &strict()).expect("times");
    assert_eq!((trace.jobs[0].submit.seconds(), trace.jobs[0].run.seconds()), (10.0, 50.0));
    let half = text.replace("creation_time", "created");
    assert!(read_pods_from(half.as_bytes(), "pods.csv", &strict()).expect("sizes").records[0].times.is_none());
    assert!(said(&half, None, "pods.csv").contains("lacks `creation_time`"));
}

#[test]
fn jobs_that_follow_others_are_counted_with_what_cannot_be_followed() {
    let line = |id: u32, follows: &str| format!("{id} 0 -1 5 4 -1 -1 4 10 -1 1 1 7 -1 -1 -1 {follows}\n");
    let text = [line(1, "-1 50"), line(2, "1 50"), line(3, "1 -1"), line(4, "77 0"), line(5, "0 -1")].concat();
    let trace = read_from(text.as_bytes(), "a.swf", None, &strict()).expect("sound");
    assert_eq!(
        trace.notes,
        [
            "jobs that follow another (field 17), submitted when the log says: 3 jobs",
            "think times behind the other's end (field 18), not read: 1 job",
            "jobs that follow one that the trace does not have: 1 job",
        ]
    );
}

#[test]
fn damaged_and_cut_off_files() {
    let text = with_line("x,0,1,5,,,,,");
    let whole = compressed(text.as_bytes());
    let read = |bytes: &[u8]| read_from(bytes, "a.csv.gz", None, &Options::default());
    assert_eq!(read(&whole).expect("whole").jobs.len(), 201);
    let twice = [whole.clone(), compressed(b"y,0,1,5,,,,,\n")].concat();
    assert_eq!(read(&twice).expect("two members").jobs.len(), 202);
    for length in 3..whole.len() {
        let error = read(&whole[..length]).expect_err("cut");
        assert!(matches!(error, TraceError::Truncated { .. }), "{length}: {error}");
    }
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 8].fill(0xff);
    assert!(matches!(read(&damaged), Err(TraceError::Corrupt { .. })), "{:?}", read(&damaged).map(|trace| trace.jobs.len()));
    let mut wrong_sum = whole;
    let sum = wrong_sum.len() - 8;
    wrong_sum[sum] ^= 1;
    assert!(matches!(read(&wrong_sum), Err(TraceError::Corrupt { .. })));
}

#[test]
fn files_made_to_fill_the_memory_are_refused() {
    // A file of many members, each of them compressed, is one text.
    let bomb = |block: &[u8], blocks: usize| compressed(block).repeat(blocks);
    let read = |bytes: &[u8], limits| {
        read_from(bytes, "a.swf.gz", Some(Format::Swf), &Options { limits, ..Options::default() }).expect_err("refused")
    };
    let zeros = bomb(&vec![0; 1 << 20], 1000);
    assert!(zeros.len() < 2 << 20, "1 GB in {} bytes", zeros.len());
    let error = read(&zeros, Limits::default()).to_string();
    assert_eq!(error, "a.swf.gz:1:1: the line is longer than the limit of 1048576 bytes");
    let lines = bomb(&[[b';'; 1023].as_slice(), b"\n"].concat().repeat(1024), 1000);
    let error = read(&lines, Limits::default());
    assert!(matches!(&error, TraceError::TooDense { place, limit_ratio: 200 } if place.line < 70_000), "{error}");
    let error = read(&lines, Limits { bytes: 1 << 20, ..Limits::default() });
    assert!(matches!(&error, TraceError::TooLong { limit_bytes: 1_048_576, .. }), "{error}");
    let error = read(&vec![b' '; 2 << 20], Limits::default());
    assert!(matches!(&error, TraceError::LongLine { limit_bytes: 1_048_576, .. }), "{error}");
}

#[test]
fn other_records() {
    let requests = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,10,2\n2023-11-16 18:17:03.5,1,2\n";
    let read = read_requests_from(requests.as_bytes(), "a.csv", None, &strict()).expect("sound");
    assert_eq!(read.requests.iter().map(|request| request.at.ms()).collect::<Vec<_>>(), [0, 480]);
    let steps = read.steps(Span::from_ms(480)).expect("two");
    assert_eq!((steps.len(), steps[1].input_tokens), (2, 10));
    assert!(read.steps(Span::ZERO).is_err());
    let far = "TIMESTAMP,ContextTokens,GeneratedTokens\n1970-01-01 00:00:00,1,2\n2169-01-01 00:00:00,1,2\n";
    let far = read_requests_from(far.as_bytes(), "a.csv", None, &strict()).expect("sound");
    assert!(far.steps(Span::from_ms(1)).is_err(), "too many steps");
    let nodes = read_nodes_from(&b"sn,cpu_milli,memory_mib,gpu,model\na,1,2,x,T4\n"[..], "n.csv", &strict()).expect_err("x");
    assert_eq!(nodes.to_string(), "n.csv:2:7: not a number: `x`; allowed: a decimal number");
}
