//! Requests as others write them: tables under any names, and JSON lines.

use skyberth::workload::trace::{Contents, Format, Options, Reason, Requests, TraceError, read_from, read_requests_from};
use std::path::Path;

fn read(text: &str, name: &str, format: Option<Format>, columns: &str) -> Result<Requests, TraceError> {
    let options = Options { strict: true, columns: columns.parse().expect("a map"), ..Options::default() };
    read_requests_from(text.as_bytes(), name, format, &options)
}

/// When each request came [ms], and its tokens in and out.
fn rows(requests: &Requests) -> Vec<(i64, u32, u32)> {
    requests.requests.iter().map(|request| (request.at.ms(), request.input_tokens, request.output_tokens)).collect()
}

#[track_caller]
fn found(text: &str, columns: &str) -> Requests {
    read(text, "r.csv", None, columns).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_header_tells_the_format() {
    let burst = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n40.5,GPT-4,100,20,120,API log\n7,ChatGPT,50,0,50,API log\n";
    let requests = found(burst, "");
    assert_eq!((rows(&requests), requests.epoch), (vec![(0, 50, 0), (33_500, 100, 20)], None));
    let ours = "input_tokens;time_ms;output_tokens\n100;2000;20\n50;500.4;9\n";
    let requests = found(ours, "");
    assert_eq!(rows(&requests), [(0, 50, 9), (1500, 100, 20)]);
    assert_eq!(requests.notes, ["columns are separated by `;`, as in the header"]);
    let dated = "time_s,input_tokens,output_tokens\n2024-05-10 00:00:00.009930+00:00,5,6\n2024-05-10T00:00:01,7,8\n";
    let requests = found(dated, "");
    assert_eq!(rows(&requests), [(0, 5, 6), (990, 7, 8)]);
    assert_eq!(requests.epoch.map(|epoch| epoch.to_string()).as_deref(), Some("2024-05-10T00:00:00.01"));
    let guess = |first: &str| Format::guess(Path::new("x.csv"), first.as_bytes());
    assert_eq!((guess(burst), guess(ours)), (Some(Format::BurstGpt), Some(Format::Requests)));
    assert_eq!(guess("when,prompt_len,answer\n"), Some(Format::Requests), "the name of a column tells");
    assert_eq!(guess("when,length,answer\n"), Some(Format::Csv));
}

#[test]
fn columns_of_requests_have_other_names_where_these_are_given() {
    let text = "at,Prompt,Answer,Model\n5,10,3,x\n9.25,20,4,y\n";
    assert_eq!(rows(&found(text, "time_s=at,input_tokens=Prompt,output_tokens=Answer")), [(0, 10, 3), (4250, 20, 4)]);
    assert_eq!(rows(&found(text, "time_ms=at,input_tokens=Prompt,output_tokens=Answer")), [(0, 10, 3), (4, 20, 4)]);
    let error = read(text, "r.csv", None, "time_ms=at,time_s=at").expect_err("one time").to_string();
    assert_eq!(error, "a column's name is `time_s=..,time_ms=..`; allowed: `time_s` or `time_ms`");
    // Over the names of a format.
    let azure = "TIMESTAMP,ContextTokens,GeneratedTokens,Arrived\n2023-11-16 18:15:46,374,44,3\n2023-11-16 18:15:50,396,109,8\n";
    assert_eq!(rows(&found(azure, "time_s=Arrived")), [(0, 374, 44), (5000, 396, 109)]);
    assert_eq!(rows(&found(azure, "")), [(0, 374, 44), (4000, 396, 109)]);
    let error = read(text, "r.csv", None, "gpus=at").expect_err("a column of jobs").to_string();
    assert_eq!(error, "unknown column `gpus`; allowed: time_s, time_ms, input_tokens, output_tokens");
    let options = Options { columns: "input_tokens=n".parse().expect("a map"), ..Options::default() };
    let error =
        read_from(&b"job_id,submit_s,gpus,run_s\na,0,1,5\n"[..], "a.csv", None, &options).expect_err("of requests").to_string();
    assert!(error.starts_with("unknown column `input_tokens`; allowed: job_id, submit_s"), "{error}");
}

#[test]
fn json_lines_are_read() {
    let text = "{\"timestamp\": 1000, \"input_length\": 655, \"output_length\": 52, \"hash_ids\": [46, [47], {\"a\": null}]}\n\
                {\"output_length\": 26.0, \"timestamp\": 11535.4, \"x\": \"}\", \"input_length\": 672}\n";
    let requests = read(text, "r", None, "").expect("sound");
    assert_eq!((rows(&requests), requests.epoch), (vec![(0, 655, 52), (10_535, 672, 26)], None));
    let other = text.replace("timestamp", "t").replace("input_length", "in");
    let requests = read(&other, "r.jsonl", None, "time_s=t,input_tokens=in").expect("named");
    assert_eq!(rows(&requests), [(0, 655, 52), (10_535_400, 672, 26)]);
    for (line, place, words) in [
        ("{\"timestamp\": 1, \"input_length\": 5}", "1:1", "a name is missing in the object: `output_length`"),
        ("{\"timestamp\": \"x\", \"input_length\": 5, \"output_length\": 5}", "1:1", "not a JSON object of the format"),
        ("{\"timestamp\": -1, \"input_length\": 5, \"output_length\": 5}", "1:1", "submitted before the trace's zero"),
        ("{\"timestamp\": 1, \"input_length\": 5.5, \"output_length\": 5}", "1:1", "not a whole number in range: `5.5`"),
        ("{\"timestamp\": 1, \"input_length\": 5, \"output_length\": 5", "1:5", "not a JSON object of the format"),
        ("{\"timestamp\": 1, \"input_length\": 5, \"output_length\": 5} {}", "1:5", "not a JSON object of the format"),
        ("{\"timestamp\": 1e999, \"input_length\": 5, \"output_length\": 5}", "1:1", "not a JSON object of the format"),
    ] {
        let error = read(line, "r.jsonl", None, "").expect_err("wrong").to_string();
        assert!(error.starts_with(&format!("r.jsonl:{place}")) && error.contains(words), "{error}");
    }
    let deep = format!("{{\"x\": {}{}}}", "[".repeat(5000), "]".repeat(5000));
    let error = read(&deep, "r.jsonl", None, "").expect_err("too deep").to_string();
    assert!(error.contains("a name is missing in the object: `timestamp`"), "{error}");
}

#[test]
fn a_file_of_requests_is_never_asked_for_columns_of_jobs() {
    for (text, name) in [
        ("Timestamp,Model,Prompt tokens,Answer tokens\n1,x,2,3\n", "r.csv"),
        ("a,b,c\n1,2,3\n", "r.csv"),
        ("a|b|c\n1|2|3\n", "r.txt"),
    ] {
        let error = read(text, name, None, "").expect_err("unknown names").to_string();
        assert!(error.contains("this requests file lacks `time_s` or `time_ms`, `input_tokens"), "{error}");
    }
    let error = read("hello\n", "r.txt", None, "").expect_err("no table").to_string();
    assert!(error.ends_with("name one of azure_llm, burst_gpt, mooncake, requests"), "{error}");
    let error = read("time_s,input_tokens,output_tokens\nsoon,1,2\n", "r.csv", None, "").expect_err("soon").to_string();
    assert!(error.starts_with("r.csv:2:1: not a number: `soon`"), "{error}");
    let options = Options::default();
    let none =
        read_requests_from(&b"time_s,input_tokens,output_tokens\n1,x,2\n"[..], "r.csv", None, &options).expect_err("none left");
    assert!(matches!(none, TraceError::TooManyUnusable { reason: Reason::NotANumber, .. }), "{none}");
    // A table of jobs stays one.
    let jobs = read("job_id,submit_s,gpus,run_s\na,0,1,5\n", "r.csv", None, "").expect_err("jobs");
    assert!(matches!(jobs, TraceError::WrongContents { wanted: Contents::Requests, .. }), "{jobs}");
    // One that counts tokens is read as jobs where its columns are named so.
    let text = "id,tokens,submit_s,gpus,run_s\na,5,0,1,60\n";
    let options = Options { columns: "job_id=id".parse().expect("a map"), ..Options::default() };
    assert_eq!(read_from(text.as_bytes(), "a.csv", None, &options).expect("jobs").jobs.len(), 1);
}
