//! The command: what it prints, and what it refuses.

use crate::common::{Ended, Sheet, skyberth, text_of};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// A cluster of 16 GPUs and one that comes on the third day; an outage on the second.
const SCENARIO: &str = r#"format = 2
[scenario]
title = "Two clusters, ten days"
start = 2026-01-01
end = 2026-01-10
replications = 1
[vendor.aws]
[vendor.azure]
[cluster.virginia]
vendor = "aws"
gpu = "H100"
region = "us-va"
failures_per_gpu_day = 0
ramp = [{ date = 2026-01-01, gpus = 16 }]
[cluster.iowa]
vendor = "azure"
gpu = "H100"
region = "us-ia"
failures_per_gpu_day = 0
ramp = [{ date = 2026-01-03, gpus = 32 }]
[workload.training]
checkpoint = { interval = "0 s" }
restart = "0 s"
trace.file = "training.csv"
[workload.evaluation]
only_vendors = ["aws"]
trace.file = "evaluation.csv"
[outage.o]
vendor = "aws"
start = 2026-01-02
duration = "6 h"
[policy]
preset = "fifo"
"#;
/// Hours: 8 GPUs from 0 to 10; 16 wanted at 1, from 10 to 15; 8 wanted at 2, behind it, from 15 to 18; 32 wanted from 20 on, until iowa comes.
const TRAINING: &str = "job_id,submit_s,gpus,run_s\na,0,8,36000\nb,3600,16,18000\nc,7200,8,10800\nd,72000,32,3600\n";
/// One that starts at once; one during the outage, behind the fourth of the others, and after it behind it still.
const EVALUATION: &str = "job_id,submit_s,gpus,run_s\nd,0,4,3600\ne,90000,4,600\n";

fn world() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("world.toml", SCENARIO), ("training.csv", TRAINING), ("evaluation.csv", EVALUATION)] {
        std::fs::write(folder.path().join(name), text).expect("it is writable");
    }
    folder
}

#[track_caller]
fn explain(folder: &Path, more: &[&str]) -> Ended {
    let ended = skyberth(folder, &[&["explain", "world.toml"], more].concat());
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    ended
}

#[track_caller]
fn printed(more: &[&str]) -> String {
    let ended = explain(world().path(), more);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{more:?}");
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
    ended.stdout
}

#[test]
fn tables_tell_waits_causes_and_idle_gpus() {
    insta::assert_snapshot!(printed(&[]));
}

#[test]
fn a_job_is_told_stretch_by_stretch() {
    insta::assert_snapshot!(printed(&["--job", "training:3"]));
    assert_eq!(printed(&["--job", "training:c"]), printed(&["--job", "training:3"]), "jobs of a trace have names, too");
    assert!(printed(&["--job", "training:1"]).contains("It never waited (finished)."));
}

#[test]
fn selections_choose_jobs_and_gpus() {
    let of = |more: &[&str]| -> Value { serde_json::from_str(&printed(&[more, &["--format", "json"]].concat())).expect("JSON") };
    let all = of(&[]);
    assert_eq!((&all["waits"]["all"]["jobs"], &all["waits"]["all"]["waited"]), (&6.into(), &4.into()));
    let hours = |value: &Value, cause: &str| value["waits"]["all"]["causes"][cause]["hours"].as_f64().expect("a number");
    assert_eq!((hours(&all, "busy"), hours(&all, "no_capacity")), (9.0 + 5.0, 28.0));
    let evaluation = of(&["--workload", "evaluation"]);
    assert_eq!((hours(&evaluation, "outage"), hours(&evaluation, "head_of_line")), (5.0, 18.0));
    assert_eq!(evaluation["idle"], Value::Array(Vec::new()));
    let iowa = of(&["--cluster", "iowa", "--month", "2026-01"]);
    assert_eq!((&iowa["waits"]["all"]["jobs"], &iowa["idle"][0]["name"]), (&1.into(), &"iowa".into()));
    assert_eq!(iowa["idle"][0]["idle_gpu_hours"], Value::from(32.0 * (8.0 * 24.0 - 1.0)));
    assert_eq!(all.get("job"), None);
}

#[test]
fn rows_add_up() {
    let folder = world();
    std::fs::write(folder.path().join("all.csv"), explain(folder.path(), &["--format", "csv"]).stdout).expect("writable");
    let sheet = Sheet::read(&folder.path().join("all.csv"));
    let hours = |row: &[String]| row[5].parse::<f64>().unwrap_or(0.0);
    for name in ["training", "evaluation", "all"] {
        let rows: Vec<&Vec<String>> = sheet.rows.iter().filter(|row| row[0] == "waiting" && row[1] == name).collect();
        assert_eq!((rows[0][2].as_str(), rows[1][2].as_str()), ("first_wait", "queue_time"));
        assert_eq!(rows[2..].iter().map(|row| hours(row)).sum::<f64>(), hours(rows[1]), "{name}");
    }
    let told = explain(folder.path(), &["--job", "training:3", "--format", "csv"]).stdout;
    std::fs::write(folder.path().join("job.csv"), told).expect("writable");
    let sheet = Sheet::read(&folder.path().join("job.csv"));
    assert_eq!(sheet.rows[0], ["7200", "36000", "64", "head_of_line", "virginia", "8", "training:2, ahead of it"]);
    assert_eq!(sheet.rows[1], ["36000", "54000", "40", "busy", "virginia", "0", "8 GPUs; 0 are free"]);
}

#[test]
fn names_that_are_not_there_are_answered_with_the_nearest() {
    let folder = world();
    for (arguments, words) in [
        (vec!["--workload", "trainng"], "unknown workload `trainng`\nhelp: did you mean `training`?"),
        (vec!["--job", "evaluaton:1"], "did you mean `evaluation`?"),
        (vec!["--job", "training"], "a job is written WORKLOAD:ORDINAL"),
        (vec!["--job", "training:0"], "count from 1"),
        (vec!["--job", "training:x"], "count from 1"),
        (vec!["--job", "training:5"], "its jobs are training:1 to training:4"),
        (vec!["--month", "2026-1"], "did you mean `2026-01`?"),
        (vec!["--cluster", "virginai"], "did you mean `virginia`?"),
        (vec!["--job", "training:1", "--month", "2026-01"], "cannot be used with"),
    ] {
        let ended = explain(folder.path(), &arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ended.stderr.contains(words), "`{words}` is missing from\n{}", ended.stderr);
    }
}

#[test]
fn the_quickstart_is_explained_with_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("world.toml"), text_of("scenarios/quickstart.toml")).expect("writable");
    let changes = ["--drop-vendor", "coreweave", "--set", "workload.training.factor=0.5", "--replication", "2"];
    let ended = explain(folder.path(), &changes);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.contains("replication 2, policy easy") && !ended.stdout.contains("texas"), "{}", ended.stdout);
    assert_eq!(explain(folder.path(), &["--quiet", "--month", "2027-03"]).stdout, "");
}

/// Variants of the scenario, written as such and written in.
const VARIANTS: &str = r#"[variant.early]
title = "Iowa a day earlier, and nothing is down"
remove = ["outage.o"]
set = { "cluster.iowa.ramp[0].date" = 2026-01-02 }
"#;

fn with_variants() -> TempDir {
    let folder = world();
    std::fs::write(folder.path().join("world.toml"), format!("{SCENARIO}{VARIANTS}")).expect("writable");
    folder
}

#[test]
fn a_variant_is_explained_like_the_scenario_with_its_changes_written_in() {
    let folder = with_variants();
    let outage = &SCENARIO[SCENARIO.find("[outage.o]").expect("there")..SCENARIO.find("[policy]").expect("there")];
    let written = SCENARIO.replace(outage, "").replace("date = 2026-01-03", "date = 2026-01-02");
    std::fs::write(folder.path().join("written.toml"), written).expect("writable");
    for more in [&[][..], &["--workload", "training"], &["--job", "training:4"], &["--cluster", "iowa", "--month", "2026-01"]] {
        let both = |format: &str| {
            let of = |file: &[&str]| {
                let ended = skyberth(folder.path(), &[&["explain"], file, more, &["--format", format]].concat());
                assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{more:?}");
                ended.stdout
            };
            (of(&["world.toml", "--variant", "early"]), of(&["written.toml"]), of(&["world.toml"]))
        };
        let (variant, written, base) = both("csv");
        assert_eq!(variant, written, "{more:?}");
        assert_ne!(variant, base, "{more:?}");
        let (variant, written, _) = both("table");
        assert!(variant.contains("With variant early.\n"), "{variant}");
        assert_eq!(variant.replace("With variant early.\n", ""), written);
        let (variant, ..) = both("json");
        let value: Value = serde_json::from_str(&variant).expect("JSON");
        assert_eq!((&value["variant"], &value["what_if"]), (&"early".into(), &Value::Array(Vec::new())));
    }
}

#[test]
fn questions_are_asked_of_the_scenario_and_of_a_variant() {
    let folder = with_variants();
    let of = |more: &[&str]| -> Value {
        let ended = explain(folder.path(), &[more, &["--format", "json"]].concat());
        assert_eq!(ended.code, 0, "{more:?}: {}", ended.stderr);
        serde_json::from_str(&ended.stdout).expect("JSON")
    };
    let hours = |value: &Value, cause: &str| value["waits"]["all"]["causes"][cause]["hours"].as_f64().expect("a number");
    assert_eq!(hours(&of(&["--variant", "early"]), "outage"), 0.0);
    // The outage that the variant takes out is asked for again: only its name is another.
    let asked = of(&["--variant", "early", "--outage", "aws@2026-01-02+6h"]);
    assert_eq!(asked["what_if"], serde_json::json!(["outage aws@2026-01-02+6h"]));
    assert!(hours(&asked, "outage") > 0.0);
    // A day earlier and a day later is as it was.
    let slipped = of(&["--slip", "iowa:1d"]);
    assert_eq!(hours(&slipped, "no_capacity"), 28.0 + 24.0);
    assert_eq!(hours(&of(&["--slip", "iowa:-1d"]), "no_capacity"), 28.0 - 24.0);
    assert_eq!(hours(&of(&["--add", "virginia:16@2026-01-02"]), "no_capacity"), 4.0);
    assert_eq!(of(&["--drop", "azure"])["idle"].as_array().map(Vec::len), Some(1));
    // A job that waits for a banned cluster is turned away on that day.
    assert_eq!(hours(&of(&["--ban", "us@2026-01-02"]), "no_capacity"), 4.0);
    let told = explain(folder.path(), &["--variant", "early", "--drop", "azure", "--slip", "virginia:1d"]);
    assert!(told.stderr.contains("nothing of `virginia` is still to come"), "{}", told.stderr);
}

#[test]
fn variants_and_questions_that_mean_nothing_are_refused() {
    let folder = with_variants();
    for (arguments, words) in [
        (vec!["--variant", "earl"], "unknown variant `earl`"),
        (vec!["--variant", "earl"], "did you mean `early`?"),
        (vec!["--outage", "asw@2026-01-02+6h"], "did you mean `aws`?"),
        (vec!["--outage", "aws"], "write VENDOR[:REGION]@DATE+DURATION"),
        (vec!["--outage", "each"], "`--outage each` asks for many worlds, and one is explained"),
        (vec!["--outage", "each@2026-01-02"], "name a vendor or a cluster"),
        (vec!["--slip", "iow:1d"], "did you mean `iowa`?"),
        (vec!["--add", "iow:8@2026-01-02"], "did you mean `iowa`?"),
        (vec!["--demand", "training:-30%"], "workload `training` is a trace"),
        (vec!["--demand", "trainin:-30%"], "did you mean `training`?"),
        (vec!["--ban", "su@2026-01-02"], "unknown jurisdiction `su`"),
        (vec!["--drop", "azur"], "unknown vendor `azur`"),
    ] {
        let ended = explain(folder.path(), &arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ended.stderr.contains(words), "`{words}` is missing from\n{}", ended.stderr);
    }
    let bare = world();
    let ended = explain(bare.path(), &["--variant", "early"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("none is defined"), "{}", ended.stderr);
}
