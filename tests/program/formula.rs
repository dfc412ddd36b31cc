//! Orders by a formula: what they mean, what is told of their mistakes, and where they can be named.

use crate::common::{Sheet, says, skyberth};
use std::path::Path;

/// Queues form, priorities and deadlines differ, and users ask for more time than they need.
const WORLD: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-01-31
replications = 2

[vendor.aws]

[cluster.virginia]
vendor = "aws"
gpu = "H100"
region = "us-va"
ramp = [{ date = 2026-01-01, gpus = 32 }]

[workload.long]
jobs_per_day = 6
gpus = { table = [[8, 0.5], [16, 0.5]] }
duration = { exponential = { mean = "8 h" } }
estimate = { factor = { min = 1.0, max = 3.0 } }
priority = 1
deadline = "2 d"

[workload.short]
jobs_per_day = 60
gpus = 4
duration = { exponential = { mean = "1 h" } }
"#;

fn written(folder: &Path, policy: &str) {
    std::fs::write(folder.join("world.toml"), format!("{WORLD}\n[policy]\n{policy}\n")).expect("written");
}

/// The jobs under a policy, one by one.
fn jobs(policy: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), policy);
    let ended = skyberth(folder.path(), &["run", "world.toml", "-o", "out", "--jobs", "--quiet"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{policy}");
    std::fs::read_to_string(folder.path().join("out/jobs.csv")).expect("written")
}

#[test]
fn a_formula_is_the_order_that_it_says() {
    let ratio = "(wait_s / max(estimate_s, 1))";
    for (formula, preset, rest) in [
        ("-estimate_s".to_owned(), "sjf", "backfill = \"none\""),
        ("-submit_s".to_owned(), "fifo", "backfill = \"none\""),
        ("-gpus".to_owned(), "smallest-easy", ""),
        ("-deadline_s".to_owned(), "edf", "backfill = \"none\""),
        ("priority".to_owned(), "priority-easy", ""),
        (format!("{ratio} * {ratio} * {ratio} * gpus"), "wfp3", "backfill = \"none\""),
        ("-(log10(max(estimate_s, 1)) * gpus + 870 * log10(max(submit_s, 1)))".to_owned(), "f1-easy", ""),
    ] {
        let [mine, built_in] =
            [format!("order.expr = \"{formula}\"\n{rest}"), format!("preset = \"{preset}\"")].map(|text| jobs(&text));
        assert!(mine == built_in, "{formula} is not {preset}");
    }
    // Waiting counts: the queue is ranked anew, and that is something else than what was known at submission.
    assert_ne!(jobs("order.expr = \"wait_s / estimate_s\""), jobs("order.expr = \"0 / max(estimate_s, 1)\""));
    // Under a policy that packs anew, running jobs stand among the waiting ones.
    assert_ne!(jobs("order.expr = \"-estimate_s\"\npreemption = \"by_order\"\nbackfill = \"skip\""), jobs("preset = \"sjf\""));
}

#[test]
fn mistakes_are_told_where_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |policy: &str, words: &[&str]| {
        written(folder.path(), policy);
        let ended = skyberth(folder.path(), &["check", "world.toml"]);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        says(&ended, "error:", words);
    };
    check(
        "order.expr = \"wait_s / max(estimat_s, 60) * gpus\"",
        &[
            "unknown name `estimat_s`",
            "world.toml:29:28",
            "^^^^^^^^^ not known here",
            "did you mean `estimate_s`?",
            "allowed: wait_s, queued_s",
        ],
    );
    check(
        "order = { expr = 'wait_s + sine(gpus)' }",
        &["unknown function `sine`", "world.toml:29:28", "^^^^ not known here", "allowed: min, max"],
    );
    check("order.expr = \"\"\"wait_s\n  * (gpus\"\"\"", &["this `(` is not closed", "world.toml:30:5"]);
    check("order.expr = \"\"", &["a number, a name or a `(` belongs here", "world.toml:29:14"]);
    check("order.expr = \"max(wait_s)\"", &["takes 2 to 16 values, not 1", "world.toml:29:15"]);
    check("order.expr = 3", &["world.toml:29:14"]);
    check("order.exp = \"wait_s\"", &["unknown key `exp`", "did you mean `expr`?"]);
    check("order = \"expr\"", &["`expr` needs a formula", "order.expr ="]);
    check("order = 7", &["the name of an order, or a formula"]);
    check("preset = \"expr-easy\"", &["unknown preset `expr-easy`"]);
    written(folder.path(), "");
    let ended = skyberth(folder.path(), &["check", "world.toml", "--set", "policy.order.expr=wait_s + gpu"]);
    assert_eq!(ended.code, 2);
    says(&ended, "error:", &["unknown name `gpu`", "--set:1:28", "did you mean `gpus`?"]);
}

#[test]
fn a_value_that_is_no_number_ends_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), "order.expr = \"ln(gpus - 8) * wait_s\"");
    let ended = skyberth(folder.path(), &["run", "world.toml", "-o", "out", "--quiet"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    says(
        &ended,
        "error:",
        &[
            "the policy `expr:ln(gpus - 8) * wait_s+easy+none",
            "was stopped at event ",
            "2026-01-01 ",
            " by NaN",
            "job 1 (workload `long`)",
        ],
    );
    let compared =
        skyberth(folder.path(), &["compare", "world.toml", "--variant", "other:policy.order=fifo", "-o", "out", "--quiet"]);
    assert_eq!(compared.code, 1, "{}", compared.stderr);
    says(&compared, "error:", &["baseline: the policy `expr:", "was stopped at event "]);
}

#[test]
fn the_scenarios_own_policy_stands_on_a_board() {
    let folder = tempfile::tempdir().expect("a folder");
    let board = |policy: &str, asked: &[&str]| {
        written(folder.path(), policy);
        let ended = skyberth(folder.path(), &[&["rank", "world.toml", "-o", "out", "--fixed"], asked].concat());
        (ended, Sheet::read(&folder.path().join("out/ranking.csv")))
    };
    let names = |sheet: &Sheet| -> Vec<String> {
        let policy = sheet.column("policy");
        sheet.rows.iter().map(|row| row[policy].clone()).collect()
    };
    let (ended, sheet) =
        board("order.expr = \"-estimate_s\"\nbackfill = \"none\"", &["--policy", "scenario,sjf,scenario/most_free"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let mean = sheet.column("mean");
    assert_eq!(sheet.rows.len(), 3);
    assert!(sheet.rows.iter().all(|row| row[mean] == sheet.rows[0][mean]), "they are one policy under three names");
    // Without names, all presets stand there, and the scenario's own if it is none of them.
    let (_, sheet) = board("order.expr = \"wait_s\"", &["--replications", "2"]);
    assert!(names(&sheet).contains(&"scenario".to_owned()));
    let (_, sheet) = board("preset = \"sjf\"", &["--replications", "2"]);
    assert!(!names(&sheet).contains(&"scenario".to_owned()));
}

#[test]
fn a_policy_that_is_stopped_leaves_the_others_on_the_board() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), "order.expr = \"sqrt(8 - gpus) * wait_s\"");
    let ended = skyberth(folder.path(), &["rank", "world.toml", "-o", "out", "--policy", "fifo,scenario,easy", "--fixed"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    says(&ended, "error: scenario has no standing: ", &["the policy `scenario` was stopped at event ", "by NaN"]);
    let board = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(board.contains("scenario was stopped and has no standing"), "{}", ended.stdout);
    let alone = tempfile::tempdir().expect("a folder");
    written(alone.path(), "");
    let good = skyberth(alone.path(), &["rank", "world.toml", "-o", "out", "--policy", "fifo,easy", "--fixed"]);
    assert_eq!(good.code, 0, "{}", good.stderr);
    let [one, other] =
        [&folder, &alone].map(|folder| std::fs::read_to_string(folder.path().join("out/ranking.csv")).expect("written"));
    assert_eq!(one, other);
}
