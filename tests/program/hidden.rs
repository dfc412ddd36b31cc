//! What is not seen but does something: no terminal and no table gets it; and names that would be taken for something else.

use crate::common::{SMALL, refused, says, skyberth};
use std::fs;
use std::process::Command;

/// What a terminal would obey, a mark that turns the direction of text, and a line that is none.
const EVIL: &str = "\u{1b}]0;owned\u{7}\u{202e}txt\u{2028}";

fn is_clean(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}'..='\u{2029}')))
}

#[test]
fn nothing_hidden_reaches_a_terminal_or_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let evil = r#""\u001b]0;owned\u0007\u202etxt\u2028""#;
    let text = SMALL.replacen("[scenario]\n", &format!("[scenario]\ntitle = {evil}\n"), 1);
    let text = text.replacen("[vendor.aws]\n", &format!("[vendor.aws]\nname = {evil}\nsource = {evil}\nnote = {evil}\n"), 1);
    let text = text
        + &format!(
            "\n[[assumption]]\nabout = {evil}\nvalue = {evil}\nsource = {evil}\n[variant.v]\ntitle = {evil}\nset = {{ \"policy.preset\" = \"fifo\" }}\n"
        );
    fs::write(folder.path().join("x.toml"), text).expect("written");
    for arguments in [
        &["check", "x.toml"][..],
        &["run", "x.toml", "--replications", "2", "-o", "run", "--jobs"],
        &["compare", "x.toml", "--replications", "2", "-o", "compared"],
        &["explain", "x.toml"],
        &["rank", "x.toml", "--replications", "2", "--policy", "fifo,easy", "--fixed", "-o", "ranked"],
    ] {
        let ended = skyberth(folder.path(), arguments);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert!(is_clean(&ended.stdout) && is_clean(&ended.stderr), "{arguments:?}: {}{}", ended.stdout, ended.stderr);
    }
    for place in ["run", "compared", "ranked"] {
        for entry in fs::read_dir(folder.path().join(place)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let written = fs::read_to_string(&path).expect("text");
            assert!(is_clean(&written.replace(['\r', '\t'], "")), "{}", path.display());
        }
    }
}

#[test]
fn a_trace_writes_to_no_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("t.csv"), format!("job_id,submit_s,run_s,gpus\n\"a{EVIL}\",0,10,1\n=1+1,5,10,1\n"))
        .expect("written");
    let ended = skyberth(folder.path(), &["replay", "t.csv", "--gpus", "1", "--jobs", "jobs.csv"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let jobs = fs::read_to_string(folder.path().join("jobs.csv")).expect("written");
    assert!(is_clean(&jobs) && is_clean(&ended.stdout), "{jobs:?}");
    // What a spreadsheet would take for a formula is text.
    assert!(jobs.contains("'=1+1"), "{jobs}");
}

#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_told_or_printed_the_program_still_ends_as_it_should() {
    let full = || fs::File::options().write(true).open("/dev/full").expect("a device");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("x.toml"), SMALL).expect("written");
    let code = |arguments: &[&str], out: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skyberth"));
        command.args(arguments).current_dir(folder.path());
        if out {
            command.stdout(full())
        } else {
            command.stderr(full())
        };
        command.output().expect("ended").status.code()
    };
    for (arguments, expected) in [
        (&["check", "x.toml"][..], 0),
        (&["check", "nothing.toml"], 2),
        (&["run", "x.toml", "--replications", "1", "-o", "out"], 0),
        (&["report", "out"], 0),
        (&["compare", "x.toml", "--slip", "aws:30d", "--replications", "2", "-o", "compared"], 0),
        (&["replay", "nothing.csv"], 2),
        (&["nonsense"], 2),
    ] {
        assert_eq!(code(arguments, false), Some(expected), "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["--version"], &["check", "x.toml"], &["run", "--help"]] {
        assert_eq!(code(arguments, true), Some(1), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn names_of_files_write_to_no_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    for arguments in [&["check"][..], &["run"], &["report"], &["replay"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_skyberth"))
            .args(arguments)
            .arg(format!("no{EVIL}.toml"))
            .current_dir(folder.path())
            .output()
            .expect("ended");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && is_clean(&said), "{arguments:?}: {said:?}");
    }
}

#[test]
fn names_that_would_be_taken_for_something_else_are_refused() {
    let spoiled = |part: &str, by: &str, words: &[&str]| says(&refused(SMALL.replacen(part, by, 1), &[]), "x.toml:", words);
    let region = |region: &str, words: &[&str]| spoiled("region = \"us-va\"", &format!("region = {region}"), words);
    region("\"\"", &["is not a name", "1 to 64 characters"]);
    region("\"a\\u0000b\"", &["is not a name"]);
    region("\"us\\u202eav\"", &["is not a name"]);
    spoiled("[cluster.a]", "[cluster.all]", &["`all` is what tables call the sum", "another name"]);
    spoiled("[workload.training]", "[workload.all]", &["what tables call the sum"]);
    spoiled("[workload.training]", "[workload.training]\nteam = \"all\"", &["what tables call the sum"]);
}

#[test]
fn what_rounds_to_something_else_is_refused() {
    let spoiled = |key: &str, words: &[&str]| {
        let text =
            SMALL.lines().filter(|line| !line.starts_with(key.split(' ').next().expect("a key"))).collect::<Vec<_>>().join("\n");
        let text = text.replacen("[workload.training]", &format!("[workload.training]\n{key}"), 1);
        says(&refused(text, &[]), "x.toml:", words);
    };
    spoiled("gpus = 3.5", &["a job asks for whole GPUs", "a share of one GPU below 1"]);
    spoiled("gpus = { table = [[2, 0.5], [3.5, 0.5]] }", &["a job asks for whole GPUs"]);
    spoiled("restart = \"0.0001 s\"", &["less than half a millisecond"]);
    let spot = "06-01, gpus = 64, kind = \"spot\" }]\neviction = { per_day = 1, out = \"1 h\", notice = \"200 y\" }";
    let text = SMALL.replacen("06-01, gpus = 64 },\n]", spot, 1);
    says(&refused(text, &[]), "x.toml:", &["the notice is as long as the scenario"]);
}
