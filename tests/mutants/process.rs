//! The program as a process with limits of memory and time.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Address space that the program may have [KiB]: 2 GiB to use, and what allocators only reserve.
const MOST_MEMORY_KIB: u64 = 3 << 20;
/// After so long the program is interrupted [s].
const LONG: f64 = if cfg!(debug_assertions) { 3.0 } else { 10.0 };
/// And so long after it must have ended [s].
const GRACE: f64 = 10.0;

/// How a run ended.
pub struct Outcome {
    pub code: Option<i32>,
    pub seconds: f64,
    /// Whether it was interrupted, and how long it took to end then [s].
    pub answered_after: Option<f64>,
    pub stderr: String,
}

/// The program in a folder of its own.
pub struct Program {
    folder: tempfile::TempDir,
}

impl Program {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs it; what takes long is interrupted as by Ctrl-C.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let stderr = self.folder().join("stderr.txt");
        let limit = format!("ulimit -v {MOST_MEMORY_KIB}; exec \"$@\"");
        let mut child = Command::new("sh")
            .args(["-c", &limit, "sh", env!("CARGO_BIN_EXE_skyberth")])
            .args(arguments)
            .current_dir(self.folder())
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&stderr).expect("it is writable"))
            .spawn()
            .expect("a shell");
        let began = Instant::now();
        let mut status = wait(&mut child, LONG);
        let mut answered_after = None;
        if status.is_none() {
            let interrupted = Instant::now();
            let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            status = wait(&mut child, GRACE);
            answered_after = Some(interrupted.elapsed().as_secs_f64());
            if status.is_none() {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
        let code = status.and_then(|status| status.code().or_else(|| killed_by_interrupt(status)));
        let said = std::fs::read(&stderr).unwrap_or_default();
        Outcome {
            code,
            seconds: began.elapsed().as_secs_f64(),
            answered_after,
            stderr: String::from_utf8_lossy(&said).into_owned(),
        }
    }
}

/// Before it watches for it, an interrupt ends the program as it ends any.
#[cfg(unix)]
fn killed_by_interrupt(status: ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt;
    (status.signal() == Some(2)).then_some(130)
}

#[cfg(not(unix))]
fn killed_by_interrupt(_: ExitStatus) -> Option<i32> {
    None
}

fn wait(child: &mut Child, seconds: f64) -> Option<ExitStatus> {
    let began = Instant::now();
    while began.elapsed().as_secs_f64() < seconds {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}

/// Keeps an input that the program stumbled over; returns where.
pub fn keep(what: &str, seed: u64, input: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants");
    let file = folder.join(format!("{}-{seed}.txt", what.replace(' ', "-")));
    let _ = std::fs::create_dir_all(&folder);
    let _ = std::fs::write(&file, input);
    file.display().to_string()
}

/// What came of many runs.
pub struct Tally {
    what: &'static str,
    codes: std::collections::BTreeMap<i32, u64>,
    slowest: f64,
    interrupted: u64,
    slowest_answer: f64,
    failures: Vec<String>,
}

impl Tally {
    pub fn new(what: &'static str) -> Self {
        Self {
            what,
            codes: std::collections::BTreeMap::new(),
            slowest: 0.0,
            interrupted: 0,
            slowest_answer: 0.0,
            failures: Vec::new(),
        }
    }

    pub fn note(&mut self, seed: u64, input: &str, outcome: &Outcome) {
        let code = outcome.code.unwrap_or(-1);
        *self.codes.entry(code).or_default() += 1;
        self.slowest = self.slowest.max(outcome.seconds);
        self.interrupted += u64::from(outcome.answered_after.is_some());
        self.slowest_answer = self.slowest_answer.max(outcome.answered_after.unwrap_or(0.0));
        let is_defect = ["panicked", "a defect", "overflowed its stack"].iter().any(|words| outcome.stderr.contains(words));
        if is_defect || ![0, 1, 2, 130].contains(&code) {
            let said: String = outcome.stderr.chars().take(300).collect();
            self.failures.push(format!("seed {seed}, exit {code}, {}: {said}", keep(self.what, seed, input)));
        }
    }

    /// Prints the figures; fails where any run did.
    pub fn print(self) {
        let Self { what, codes, slowest, interrupted, slowest_answer, failures } = self;
        println!(
            "{what}: exit codes {codes:?}; the slowest took {slowest:.1} s; {interrupted} were interrupted and ended within {slowest_answer:.2} s"
        );
        assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    }
}
