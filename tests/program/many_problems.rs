//! However many problems a scenario has, they are told at once: the first hundred, and how many more there are.

use crate::common::{SMALL, refused};
use std::time::Instant;

/// A scenario refused with so many errors, of which the first hundred are shown. A debug build on a busy machine takes a few times a second; what
/// grows with the square of the problems takes minutes.
#[track_caller]
fn counted(text: String, errors: usize, first: &str) {
    let began = Instant::now();
    let ended = refused(text, &[]);
    let seconds = began.elapsed().as_secs_f64();
    let head: String = ended.stderr.chars().take(1000).collect();
    assert!(head.contains(first), "{head}");
    let shown = ended.stderr.lines().filter(|line| line.starts_with("error: ")).count();
    assert!(shown == errors.min(100), "{shown} of {errors} errors are shown");
    assert!(ended.stderr.contains(&format!(": {errors} errors; nothing was run")), "{}", &ended.stderr[ended.stderr.len() - 300..]);
    let more = skyberth::kernel::names::grouped(errors.saturating_sub(100));
    assert_eq!(ended.stderr.contains(&format!("... and {more} more problem")), errors > 100);
    assert!(seconds < 15.0, "it took {seconds:.1} s");
}

/// The small scenario with another value instead of a workload's GPUs.
fn with_gpus(gpus: &str) -> String {
    SMALL.replacen("gpus = 8\n", &format!("gpus = {gpus}\n"), 1)
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn numbers_that_are_none() {
    let rows = lines(20_000, |_| "[nan, 1],".to_owned());
    counted(with_gpus(&format!("{{ table = [\n{rows}\n] }}")), 20_000, "finite number");
    let rows = lines(5_000, |_| "[nan, 1],".to_owned()).replace('\n', " ");
    counted(with_gpus(&format!("{{ table = [{rows}] }}")), 5_000, "x.toml:18:20");
}

#[test]
fn negative_numbers() {
    let rows = lines(90_000, |_| "[1, -1],".to_owned());
    counted(with_gpus(&format!("{{ table = [\n{rows}\n] }}")), 90_000, "must not be negative");
}

#[test]
fn keys_and_sections_that_are_unknown() {
    counted(with_gpus(&format!("8\n{}", lines(20_000, |index| format!("key{index} = 1")))), 20_000, "unknown key `key0`");
    counted(format!("{SMALL}\n{}", lines(20_000, |index| format!("[part{index}]"))), 20_000, "unknown section `part0`");
    // Some in each of many entries.
    let entry = |index| format!("[workload.w{index}]\njobs_per_day = 1\ngpus = 1\nduration = \"1 h\"\nfirst = 1\nsecond = 2");
    counted(format!("{SMALL}\n{}", lines(500, entry)), 1000, "unknown key `first`");
}

#[test]
fn what_is_no_toml() {
    counted(format!("{SMALL}\n{}", lines(20_000, |_| "gpus = 1".to_owned())), 20_000, "this is not TOML: duplicate key");
    // Where the parser loses its way, it may tell of a line twice.
    let ended = refused(format!("{SMALL}\n{}", lines(20_000, |index| format!("?? {index}"))), &[]);
    assert!(ended.stderr.contains("... and 19,90"), "{:.1000}", ended.stderr);
}

#[test]
fn names_that_no_entry_has() {
    let entry = |index| format!("[cluster.c{index}]\nvendor = \"nome{index}\"\ngpu = \"H100\"\nregion = \"us-va\"\nramp = []");
    counted(format!("{SMALL}\n{}", lines(4000, entry)), 4000, "unknown vendor `nome0`");
}

#[test]
fn an_entry_of_mistakes_is_left_alone_after_a_hundred() {
    for row in ["{ date = 2026-01-01, gpus = \"x\" },", "{ gpus = 1 },", "{ date = 2026-01-01, gpus = 1, gpu = 2 },"] {
        let rows = lines(20_000, |_| row.to_owned());
        let began = Instant::now();
        let ended = refused(SMALL.replacen("ramp = [", &format!("ramp = [\n{rows}"), 1), &[]);
        assert!(ended.stderr.contains("100 mistakes in this entry: the rest of it is not looked at"), "{:.2000}", ended.stderr);
        assert!(began.elapsed().as_secs() < 15, "{row}");
    }
}

/// Errors are shown before warnings, whichever come first in the file.
#[test]
fn a_hundred_warnings_hide_no_error() {
    let vendors = lines(150, |index| format!("[vendor.v{index}]"));
    let text = format!("{SMALL}\n{vendors}\n[contract.late]\nvendor = \"nome\"\nstart = 2026-01-01\nterm = \"1 y\"");
    let ended = refused(text, &[]);
    assert!(ended.stderr.contains("unknown vendor `nome`"), "{:.2000}", ended.stderr);
}

/// Variants and cohorts that build on each other: up to a hundred deep, and refused beyond, not until the stack is full.
#[test]
fn what_nests_has_a_limit() {
    let variants = |depth: usize| {
        let above = lines(depth, |index| format!("[variant.v{}]\nof = \"v{index}\"", index + 1));
        format!("{SMALL}\n[variant.v0]\n{above}")
    };
    let ended = refused(variants(900), &[]);
    assert!(ended.stderr.contains("more than 100 variants are below `v101`"), "{:.1000}", ended.stderr);
    assert!(ended.stderr.contains(": 800 errors"), "{}", ended.stderr.lines().last().unwrap_or_default());
    crate::common::model(&variants(100));

    let cohorts = |depth: usize| {
        let above = lines(depth, |index| format!("[cohort.c{}]\nparent = \"c{index}\"", index + 1));
        format!("{SMALL}\n[cohort.c0]\n{above}\n[team.training]\ncohort = \"c{depth}\"\nquota_gpus = 8")
    };
    let ended = refused(cohorts(9000), &[]);
    assert!(ended.stderr.contains("more than 100 cohorts are above `c101`"), "{:.1000}", ended.stderr);
    crate::common::model(&cohorts(100));
}

/// Nothing that nests in TOML itself fills the stack.
#[test]
fn deep_values_are_refused() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
    for gpus in [deep("[", "]"), deep("{ a = ", " }")] {
        assert!(refused(with_gpus(&gpus), &[]).stderr.contains("this is not TOML"));
    }
    let path = vec!["a"; 50_000].join(".");
    for text in [format!("{SMALL}\n{path} = 1"), format!("{SMALL}\n[{path}]\nb = 1")] {
        assert!(refused(text, &[]).stderr.contains("error: "));
    }
    let ended = refused(SMALL, &["--set", &format!("{path}=1")]);
    assert!(ended.stderr.contains("error: "), "{:.1000}", ended.stderr);
}

#[test]
fn sections_have_limits() {
    let ended = refused(format!("{SMALL}\n{}", lines(20_000, |index| format!("[vendor.v{index}]"))), &[]);
    let words = ["20,001 entries of `vendor` are too many: a scenario may have 500", "x.toml:"];
    assert!(words.iter().all(|words| ended.stderr.contains(words)), "{:.1000}", ended.stderr);
    let ended = refused(format!("{SMALL}\n{}", lines(50_000, |index| format!("[cluster.v{index}]"))), &[]);
    assert!(ended.stderr.contains("of `cluster` are too many"), "{:.1000}", ended.stderr);
    let rows = lines(200_000, |_| "[1, 1],".to_owned());
    let ended = refused(with_gpus(&format!("{{ table = [\n{rows}\n] }}")), &[]);
    assert!(ended.stderr.contains("200,000 entries of `table` are too many: a list may have 100,000"), "{:.1000}", ended.stderr);
}
