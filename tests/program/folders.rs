//! Folders of results: one writer, one study, and what is kept when the program is stopped.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const BIN: &str = env!("CARGO_BIN_EXE_skyberth");

fn run(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(BIN);
    command.args(["run", "quickstart", "--quiet", "--threads", "1", "-o"]).arg(folder).args(more);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// A run that takes long, once it has opened its folder.
fn long_run(folder: &Path) -> Child {
    let child = run(folder, &["--replications", "5000"]).spawn().expect("started");
    let since = Instant::now();
    while !folder.join(".skyberth-new").exists() {
        assert!(since.elapsed() < Duration::from_mins(1), "the folder was not opened");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn told(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().expect("ended");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What a folder holds, but for the log of how long it took.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let files = files.filter(|entry| entry.file_name() != "run.log.json");
    files.map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap_or_default())).collect()
}

#[test]
fn a_second_writer_is_refused_at_once() {
    let place = tempfile::tempdir().expect("a folder");
    let mut first = long_run(place.path());
    let began = Instant::now();
    let (code, said) = told(run(place.path(), &["--replications", "1"]).spawn().expect("started"));
    assert!(code == Some(1) && said.contains("another process writes its results there"), "{code:?} {said}");
    assert!(began.elapsed() < Duration::from_secs(20));
    first.kill().expect("killed");
    first.wait().expect("ended");
    // What a dead process held is free again.
    let (code, said) = told(run(place.path(), &["--replications", "1"]).spawn().expect("started"));
    assert_eq!(code, Some(0), "{said}");
    assert!(!place.path().join(".skyberth-new").exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_before_the_simulation() {
    let place = tempfile::tempdir().expect("a folder");
    fs::write(place.path().join("file"), "text").expect("written");
    for folder in ["file", "file/below"] {
        let began = Instant::now();
        let (code, said) = told(run(&place.path().join(folder), &["--replications", "100000"]).spawn().expect("started"));
        assert!(code == Some(1) && said.contains("cannot write to") && said.contains("file"), "{code:?} {said}");
        assert!(began.elapsed() < Duration::from_secs(20), "it was simulated first");
    }
}

#[cfg(unix)]
#[test]
fn every_signal_that_asks_to_stop_keeps_what_is_finished() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("out");
        let child = long_run(&folder);
        std::thread::sleep(Duration::from_millis(1500));
        let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
        assert!(killed.success());
        let (code, said) = told(child);
        assert!(code == Some(130) && said.contains("interrupted: "), "{signal}: {code:?} {said}");
        assert!(place.path().join("out.interrupted/summary.json").exists(), "{signal}");
        assert!(content(&folder).is_empty(), "{signal}: whole results are not replaced");
    }
}

/// Kills a run at instants spread over its time, in a folder of older results: the folder holds one study's files afterwards, all of them.
/// `SKYBERTH_KILLS` says how often.
#[test]
fn a_killed_run_leaves_the_results_of_one_study() {
    let kills: u32 = std::env::var("SKYBERTH_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let place = tempfile::tempdir().expect("a folder");
    let (old, new, folder) = (place.path().join("old"), place.path().join("new"), place.path().join("out"));
    let whole = |folder: &Path, more: &[&str]| {
        let began = Instant::now();
        let (code, said) = told(run(folder, more).spawn().expect("started"));
        assert_eq!(code, Some(0), "{said}");
        began.elapsed()
    };
    let older: &[&str] = &["--replications", "2", "--seed", "1", "--cash"];
    let newer: &[&str] = &["--replications", "2", "--seed", "2", "--jobs"];
    whole(&old, older);
    let time = whole(&new, newer);
    let (old, new) = (content(&old), content(&new));
    whole(&folder, older);
    let mut replaced = 0;
    for kill in 0..kills {
        let mut child = run(&folder, newer).spawn().expect("started");
        // Most of what can go wrong happens while files are written, at the end.
        let share = 0.5 + 0.6 * f64::from(kill) / f64::from(kills);
        std::thread::sleep(time.mul_f64(share));
        let _ = child.kill();
        child.wait().expect("ended");
        let report = Command::new(BIN).arg("report").arg(&folder).output().expect("ended");
        assert!(report.status.success(), "{}", String::from_utf8_lossy(&report.stderr));
        let found = content(&folder);
        assert!(found == old || found == new, "kill {kill}: {:?}", found.keys());
        if found == new {
            replaced += 1;
            whole(&folder, older);
            assert!(content(&folder) == old, "files of the newer run are left");
        }
    }
    assert!(replaced < kills, "no run was killed before it was done");
}

#[test]
fn variants_never_share_a_file_and_stale_ones_go() {
    let place = tempfile::tempdir().expect("a folder");
    let compare = |variants: &[&str]| {
        let mut command = Command::new(BIN);
        command.args(["compare", "quickstart", "--quiet", "--replications", "2", "--jobs", "-o"]).arg(place.path());
        for variant in variants {
            command.arg("--variant").arg(format!("{variant}:policy.preset=\"fifo\""));
        }
        let output = command.output().expect("ended");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        content(place.path()).into_keys().filter(|name| name.starts_with("jobs-")).collect::<Vec<_>>()
    };
    let names = compare(&["a/b", "a b", "a-b", "A-b"]);
    assert_eq!(names, ["jobs-A-b-2-2-2.csv", "jobs-a-b-2-2.csv", "jobs-a-b-2.csv", "jobs-a-b.csv", "jobs-baseline.csv"]);
    assert_eq!(compare(&["late"]), ["jobs-baseline.csv", "jobs-late.csv"]);
}

#[test]
fn a_precision_of_an_unknown_metric_is_refused_at_once() {
    let began = Instant::now();
    let place = tempfile::tempdir().expect("a folder");
    let output = Command::new(BIN)
        .args(["compare", "quickstart", "--replications", "100000", "--variant", "a:policy.preset=\"fifo\"", "--precision"])
        .args(["wait_s_meen:5%", "-o"])
        .arg(place.path())
        .output()
        .expect("ended");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(2) && said.contains("wait_s_meen") && said.contains("did you mean `wait_s_mean`"),
        "{said}"
    );
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[cfg(unix)]
#[test]
fn what_never_ends_is_not_read() {
    let place = tempfile::tempdir().expect("a folder");
    let pipe = place.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let scenario = place.path().join("s.toml");
    let text = "format = 2\n[scenario]\nstart = 2026-01-01\nend = 2026-01-31\n[vendor.v]\n[cluster.c]\nvendor = \"v\"\ngpu = \"H100\"\n\
                region = \"us-va\"\nprice_usd_per_gpu_hour = 2\nramp = [{ date = 2026-01-01, gpus = 8 }]\n\
                [workload.w]\ntrace = { file = \"pipe\", format = \"csv\" }\n";
    fs::write(&scenario, text).expect("written");
    let pipe = pipe.to_str().expect("a name");
    let scenario = scenario.to_str().expect("a name");
    let trace = place.path().join("trace.csv");
    fs::write(&trace, "job_id,submit_s,run_s,gpus\n0,0,10,1\n").expect("written");
    let trace = trace.to_str().expect("a name");
    for arguments in [
        &["check", "/dev/zero"][..],
        &["check", pipe],
        &["check", scenario],
        &["replay", pipe, "--gpus", "4"],
        &["replay", trace, "--vc-nodes", pipe],
        &["replay", trace, "--vc-nodes", "/dev/zero"],
        &["replay", "rounds", trace, "--throughputs", pipe, "--gpus", "v100=4"],
        &["replay", "pods", trace, "--node-list", pipe],
    ] {
        let began = Instant::now();
        let output = Command::new(BIN).args(arguments).stdin(Stdio::null()).output().expect("ended");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains("not a regular file"), "{arguments:?}: {said}");
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}

#[cfg(unix)]
#[test]
fn links_and_devices_are_written_to_and_never_replaced() {
    let place = tempfile::tempdir().expect("a folder");
    let at = |name: &str| place.path().join(name);
    fs::write(at("trace.csv"), "job_id,submit_s,run_s,gpus\n0,0,10,1\n1,5,10,1\n").expect("written");
    fs::write(at("target.csv"), "old").expect("written");
    std::os::unix::fs::symlink(at("target.csv"), at("link.csv")).expect("a link");
    std::os::unix::fs::symlink(at("not-there.csv"), at("dangling.csv")).expect("a link");
    let replay = |file: &Path| {
        let output = Command::new(BIN).arg("replay").arg(at("trace.csv")).args(["--gpus", "1", "--jobs"]).arg(file).output();
        let output = output.expect("ended");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    fs::write(at("plain.csv.part"), "the user's").expect("written");
    std::os::unix::fs::symlink(at("plain.csv.part"), at("old.csv.part")).expect("a link");
    replay(&at("plain.csv"));
    replay(&at("old.csv"));
    assert_eq!(fs::read_to_string(at("plain.csv.part")).expect("there"), "the user's");
    assert!(at("old.csv.part").is_symlink());
    let jobs = fs::read_to_string(at("plain.csv")).expect("written");
    assert!(jobs.lines().count() == 3, "{jobs}");
    for (link, target) in [("link.csv", "target.csv"), ("dangling.csv", "not-there.csv")] {
        replay(&at(link));
        assert!(at(link).is_symlink(), "{link}");
        assert_eq!(fs::read_to_string(at(target)).expect("written"), jobs, "{link}");
    }
    assert!(replay(Path::new("/dev/stdout")).contains(&jobs), "a device is written to");
    replay(Path::new("/dev/null"));
    assert!(!Path::new("/dev/null").is_file());
}
