//! Mistakes in what the command line changes about a scenario, and echoes: one mistake must not be told twice in other words.

use crate::common;
use crate::common::{SMALL, refused, says};

#[test]
fn a_set_without_a_value() {
    let ended = refused(SMALL, &["--set", "workload.training.jobs_per_day"]);
    says(&ended, "--set:1:1", &["takes a path and a value", "--set path=value", "^^^"]);
    says(&refused(SMALL, &["--set", "=3"]), "--set:1:1", &["takes a path and a value"]);
    says(&refused(SMALL, &["--set", "workload..x=3"]), "--set:1:1", &["takes a path and a value"]);
}

#[test]
fn a_set_with_a_bad_value() {
    let ended = refused(SMALL, &["--set", "workload.training.jobs_per_day=many"]);
    says(&ended, "--set:1:32", &["\"many\"", "expected a number", "^^^^"]);
    let ended = refused(SMALL, &["--set", "workload.training.jobs_per_day=-1"]);
    says(&ended, "--set:1:32", &["`jobs_per_day` must not be negative", "^^"]);
    let ended = refused(SMALL, &["--set", "scenario.end=2025-01-01"]);
    says(&ended, "--set:1:14", &["before it starts"]);
    // The second of two is told with its own text.
    let ended = refused(SMALL, &["--set", "workload.training.factor=0.7", "--set", "policy.preset=fofo"]);
    says(&ended, "--set:1:15", &["policy.preset=fofo", "did you mean `fifo`?"]);
}

#[test]
fn a_set_below_a_plain_value() {
    says(&refused(SMALL, &["--set", "workload.training.gpus.x=3"]), "--set:1:", &["`gpus` is not a table"]);
}

#[test]
fn a_set_of_an_unknown_key_names_it() {
    let ended = refused(SMALL, &["--set", "workload.training.jobs_per_dy=3"]);
    says(&ended, "--set:1:", &["unknown key `jobs_per_dy`", "did you mean `jobs_per_day`?"]);
}

#[test]
fn a_set_of_an_unknown_key_underlines_the_key() {
    let ended = refused(SMALL, &["--set", "workload.training.jobs_per_dy=3"]);
    says(&ended, "--set:1:19", &["^^^^^^^^^^^"]);
}

#[test]
fn a_set_of_an_unknown_entry_names_the_entry() {
    let ended = refused(SMALL, &["--set", "workload.trainin.jobs_per_day=3"]);
    says(&ended, "--set:1:", &["`trainin`", "`training`"]);
}

/// A section whose entries have names takes no key of an entry that is not in the file.
#[test]
fn a_set_of_an_unknown_entry_reads_the_same_in_every_section() {
    let keys = [
        ("vendor", "pue_peak=1.5"),
        ("cluster", "node_gpus=8"),
        ("grid", "max_mw=5"),
        ("contract", "value_usd=1e6"),
        ("shock", "probability=0.5"),
        ("outage", "per_year=1"),
        ("workload", "factor=2"),
        ("service", "factor=2"),
        ("team", "quota_gpus=2"),
        ("cohort", "quota_gpus=2"),
        ("variant", "title=x"),
    ];
    for (section, key) in keys {
        let ended = refused(SMALL, &["--set", &format!("{section}.missing.{key}")]);
        says(&ended, "--set:1:1", &[&format!("error: unknown {section} `missing`"), "help: "]);
        assert_eq!(ended.stderr.matches("error: ").count(), 1, "{}", ended.stderr);
    }
}

#[test]
fn a_variant_that_changes_an_unknown_entry() {
    let folder = tempfile::tempdir().expect("a folder");
    for change in ["set = { \"team.missing.quota_gpus\" = 2 }", "remove = [\"team.missing\"]"] {
        std::fs::write(folder.path().join("x.toml"), format!("{SMALL}\n[variant.v]\n{change}\n")).expect("writable");
        let ended = common::skyberth(folder.path(), &["check", "x.toml"]);
        assert_eq!(ended.code, 2, "{change}");
        says(&ended, "x.toml:", &["unknown team `missing`", "1 variant has errors"]);
    }
}

#[test]
fn a_set_of_a_whole_entry_adds_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), SMALL).expect("writable");
    let ended = common::skyberth(folder.path(), &["check", "x.toml", "--set", "team.training={ weight = 2 }"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
}

#[test]
fn unknown_names_in_what_ifs_read_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), SMALL).expect("writable");
    let questions: [(&[&str], &str); 4] = [
        (&["--drop", "asw"], "unknown vendor `asw`"),
        (&["--slip", "asw:60d"], "unknown vendor or cluster `asw`"),
        (&["--outage", "asw@2026-03-01+15h"], "unknown vendor or cluster `asw`"),
        (&["--ban", "su@2026-03-01"], "unknown jurisdiction `su`"),
    ];
    for (question, title) in questions {
        let ended = common::skyberth(folder.path(), &[&["compare", "x.toml", "--replications", "2"], question].concat());
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        says(&ended, title, &["help: did you mean"]);
    }
    let ended = common::skyberth(folder.path(), &["check", "x.toml", "--drop-vendor", "asw"]);
    says(&ended, "unknown vendor `asw`", &["help: did you mean"]);
}

#[test]
fn a_set_into_a_list_says_how_it_is_done() {
    says(&refused(SMALL, &["--set", "cluster.a.ramp.gpus=128"]), "--set:1:", &["`ramp` is a list", "ramp[0]"]);
    says(&refused(SMALL, &["--set", "cluster.a.ramp[7].gpus=128"]), "--set:1:", &["unknown entry 7"]);
    says(&refused(SMALL, &["--set", "cluster.a.ramp[x].gpus=128"]), "--set:1:1", &["is not a path", "ramp[0]"]);
    says(&refused(SMALL, &["--set", "cluster.a.ramp[0].gpus=-8"]), "--set:1:24", &["must not be negative"]);
}

#[test]
fn an_unknown_vendor_to_drop() {
    says(&refused(SMALL, &["--drop-vendor", "azure"]), "x.toml", &["unknown vendor `azure`"]);
}

#[test]
fn an_unknown_vendor_to_drop_gets_the_nearest_name() {
    says(&refused(SMALL, &["--drop-vendor", "asw"]), "x.toml", &["unknown vendor `asw`", "did you mean `aws`?"]);
}

#[test]
fn dropping_the_only_vendor_leaves_nowhere_to_run() {
    says(&refused(SMALL, &["--drop-vendor", "aws"]), "x.toml:16:1", &["`training` may run on no cluster"]);
}

#[test]
fn unknown_options_and_files() {
    says(&refused(SMALL, &["--format", "tabel"]), "--format", &["table"]);
    let folder = tempfile::tempdir().expect("a folder");
    let ended = common::skyberth(folder.path(), &["run", "quickstart", "--replications", "0"]);
    assert_eq!(ended.code, 2);
    says(&ended, "--replications", &["1..=100000"]);
    let ended = common::skyberth(folder.path(), &["run", "nowhere.toml"]);
    assert_eq!(ended.code, 2);
    says(&ended, "nowhere.toml", &["quickstart"]);
}

/// One mistake gives one error and no warning that the mistake itself caused.
#[track_caller]
fn told_once(part: &str, by: &str) {
    let ended = refused(SMALL.replacen(part, by, 1), &[]);
    let heads = ended.stderr.lines().filter(|line| line.starts_with("error: ") || line.starts_with("warning: ")).count();
    assert_eq!(heads, 1, "one mistake, {heads} messages:\n{}", ended.stderr);
}

#[test]
fn a_broken_workload_is_not_a_missing_one() {
    told_once("jobs_per_day = 3", "jobs_per_day = nan");
    told_once("gpus = 8", "gpus = \"eight\"");
}

#[test]
fn a_negative_number_of_gpus_is_not_a_missing_one() {
    told_once("06-01, gpus = 64", "06-01, gpus = -64");
}

#[test]
fn a_date_out_of_range_is_not_a_missing_one() {
    told_once("end = 2026-12-31", "end = 9223372036854775808");
    told_once("start = 2026-01-01", "start = 0001-01-01");
}

#[test]
fn a_mistake_within_a_law_is_told_once() {
    told_once("gpus = 8", "gpus = { lognrmal = { median = 8, sigma = 1 } }");
    told_once("gpus = 8", "gpus = { table = [[8, 0.5], [16, -0.5]] }");
}

#[test]
fn a_wrong_type_is_not_a_missing_key() {
    told_once("jobs_per_day = 3", "jobs_per_day = \"many\"");
}

#[test]
fn all_missing_keys_are_told() {
    let text = SMALL.replace("gpus = 8\nduration = \"12 h\"\n", "");
    says(&refused(text, &[]), "x.toml:16:1", &["`gpus` is missing", "`duration` is missing"]);
}

#[test]
fn messages_use_the_words_of_the_format() {
    let text = SMALL.replace("vendor = \"aws\"", "vendor = 3").replace("gpus = 8", "gpus = 99999999999999999999999");
    let stderr = refused(text, &[]).stderr;
    for jargon in ["i128", "expected enum", "map,", "a string"] {
        assert!(!stderr.contains(jargon), "`{jargon}` in\n{stderr}");
    }
}

#[test]
fn numbers_in_messages_stay_short() {
    let stderr = refused(SMALL.replace("gpus = 8", "gpus = 8.5e300"), &[]).stderr;
    let longest = stderr.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    assert!(longest <= 160, "a line of {longest} characters:\n{stderr}");
}

/// What says that data lie with a vendor goes with it, and so does a jurisdiction that only its clusters are in.
#[test]
fn a_dropped_vendor_takes_links_data_and_jurisdictions_along() {
    let vendor = "\n[vendor.g42]\n[cluster.abu-dhabi]\nvendor = \"g42\"\ngpu = \"H100\"\nregion = \"ae-auh\"\ncarbon_g_per_kwh = 400\nprice_usd_per_gpu_hour = 2\n\
                  electricity_usd_per_kwh = 0.08\nramp = [{ date = 2026-01-01, gpus = 64 }]\n[[link]]\nfrom = \"g42\"\nto = \"aws\"\n";
    let data = "gpus = 8\nnot_jurisdictions = [\"ae\"]\ndata = { vendor = \"g42\", size_gb = 100 }";
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), SMALL.replace("gpus = 8", data) + vendor).expect("writable");
    for arguments in [&["check", "x.toml"][..], &["check", "x.toml", "--drop-vendor", "g42"]] {
        let ended = common::skyberth(folder.path(), arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{arguments:?}");
    }
}
