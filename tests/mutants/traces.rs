//! Small traces of several formats, and how they are replayed.

use super::damage::Draws;

/// Steps a second of two kinds of jobs on two types of GPUs.
pub const TABLE: &str = r#"{
  "new": {"('A', 1)": {"null": 4.0}, "('B', 1)": {"null": 1.25}, "('B', 2)": {"null": 2.0}},
  "old": {"('A', 1)": {"null": 1.0}, "('B', 1)": {"null": 1.0}, "('B', 2)": {"null": 0.5}}
}"#;

/// Jobs of the Standard Workload Format.
pub fn swf() -> String {
    let job = |number: u64| {
        let (submit, run, gpus) = (number * 37 % 900, 60 + number * 131 % 4000, 1 + number % 5);
        format!("{number} {submit} -1 {run} {gpus} -1 -1 {gpus} {} -1 1 {} 1 -1 1 -1 -1 -1", run * 2, number % 3)
    };
    let jobs: Vec<String> = (1..20).map(job).collect();
    format!("; Version: 2.2\n; MaxProcs: 16\n{}\n", jobs.join("\n"))
}

fn csv() -> String {
    let job = |number: u64| format!("j{number},{},{},{},user{}", number * 53, 30 + number * 77 % 3000, 1 + number % 4, number % 3);
    let jobs: Vec<String> = (1..20).map(job).collect();
    format!("job_id,submit_s,run_s,gpus,user\n{}\n", jobs.join("\n"))
}

fn steps() -> String {
    let kinds = [("A", 1), ("B", 1), ("B", 2)];
    let job = |number: u64| {
        let (kind, gpus) = kinds[(number % 3) as usize];
        format!("{kind}\tpython3 a.py\ta\t-n\t0\t{}\t{gpus}\t1\t-1.000000\t{}\n", 100 + number * 977 % 9000, number * 60)
    };
    (1..20).map(job).collect()
}

fn requests() -> String {
    let request =
        |number: u64| format!("2026-01-01 00:{:02}:{:02}.000000,{},{}\n", number / 3, number % 60, 50 + number * 7, 10 + number);
    "TIMESTAMP,ContextTokens,GeneratedTokens\n".to_owned() + &(0..60).map(request).collect::<String>()
}

/// A trace, and arguments that replay it as `t.trace`.
pub fn any(draws: &mut Draws) -> (String, Vec<String>) {
    let policies = ["fifo", "easy", "conservative", "sjf", "srtf", "las2d", "gittins", "fair", "fifo-skip"];
    let rounds = ["maxmin", "water-filling", "makespan", "ftf", "cost", "fifo-fastest"];
    let (text, more): (String, Vec<&str>) = match draws.below(8) {
        0..3 => (swf(), vec!["--gpus", "16", "--policy", *draws.pick(&policies)]),
        3..6 => (csv(), vec!["--trace-format", "csv", "--gpus", "8", "--policy", *draws.pick(&policies)]),
        6 => (steps(), vec!["--throughputs", "table.json", "--gpus", "new=2,old=3", "--policy", *draws.pick(&rounds)]),
        _ => (requests(), vec!["--replica", "llama3.1-70b-h100"]),
    };
    let arguments = ["replay", "t.trace", "-q"].into_iter().chain(more);
    (text, arguments.map(str::to_owned).collect())
}
