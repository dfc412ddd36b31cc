//! Damaged inputs: scenarios, traces and command lines with something changed at random. Whatever they say, the program ends with 0, 1, 2 or 130,
//! without a panic, within memory, and Ctrl-C ends what takes long.
//!
//! A few run with the other tests. The long form has thousands, and wants a release build:
//! `cargo test --release --locked --test mutants -- --ignored --nocapture`. A failure prints the seed and keeps the input.

#[path = "../common/mod.rs"]
mod common;

mod damage;
mod lines;
mod process;
mod traces;

use common::text_of;
use damage::{Draws, damaged};
use process::{Program, Tally};
use skyberth::scenario::{Source, load};
use std::time::Instant;

/// The scenarios that come with the program, and small ones that have what they lack.
fn scenarios() -> Vec<String> {
    let shipped = std::fs::read_dir(common::root().join("scenarios")).expect("scenarios");
    let mut names: Vec<_> = shipped.map(|entry| entry.expect("a file").path()).collect();
    names.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    names.sort();
    let texts = names.iter().map(|path| std::fs::read_to_string(path).expect("a text"));
    texts.chain([common::SMALL.to_owned()]).collect()
}

/// Small worlds whose futures take a moment.
fn worlds() -> Vec<String> {
    let small = text_of("tests/mutants/small.toml");
    let quick = ["quickstart", "fairness", "elastic", "heterogeneous"].map(|name| text_of(&format!("scenarios/{name}.toml")));
    [small.clone(), small.clone(), small, common::SMALL.to_owned()].into_iter().chain(quick).collect()
}

/// Damaged scenarios are read, in this process: problems or a model, never a panic, and never more than a moment.
fn check(seeds: std::ops::Range<u64>) {
    let texts = scenarios();
    let (mut sound, mut slowest) = (0, 0.0_f64);
    for seed in seeds.clone() {
        let mut draws = Draws::new(seed);
        let text = damaged(draws.pick::<String>(&texts), &mut draws);
        let began = Instant::now();
        let source = Source::new("mutant.toml", text.clone());
        let loaded = std::panic::catch_unwind(|| {
            let loaded = load(&source);
            let _ = loaded.issues.render(&source, false);
            loaded.model.is_some()
        });
        let seconds = began.elapsed().as_secs_f64();
        slowest = slowest.max(seconds);
        match loaded {
            Ok(is_sound) if seconds < 20.0 => sound += u64::from(is_sound),
            outcome => {
                let kept = process::keep("check", seed, &text);
                panic!("seed {seed} ({kept}): {:?} after {seconds:.1} s", outcome.is_ok());
            }
        }
    }
    println!("check: {} mutants, {sound} of them sound; the slowest took {slowest:.2} s", seeds.end - seeds.start);
}

/// Damaged scenarios run, one replication each.
fn run(seeds: std::ops::Range<u64>) {
    let texts = worlds();
    let program = Program::new();
    let mut tally = Tally::new("run");
    for seed in seeds {
        let mut draws = Draws::new(seed);
        let text = damaged(draws.pick::<String>(&texts), &mut draws);
        std::fs::write(program.folder().join("x.toml"), &text).expect("it is writable");
        let arguments = ["run", "x.toml", "-q", "--threads", "1", "--replications", "1", "-o", "out"];
        tally.note(seed, &text, &program.run(&arguments));
    }
    tally.print();
}

/// Damaged traces are replayed.
fn replay(seeds: std::ops::Range<u64>) {
    let program = Program::new();
    std::fs::write(program.folder().join("table.json"), traces::TABLE).expect("it is writable");
    let mut tally = Tally::new("replay");
    for seed in seeds {
        let mut draws = Draws::new(seed);
        let (text, arguments) = traces::any(&mut draws);
        let text = damaged(&text, &mut draws);
        std::fs::write(program.folder().join("t.trace"), &text).expect("it is writable");
        tally.note(seed, &text, &program.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    tally.print();
}

/// Command lines of words that the program knows, in any order.
fn command_lines(seeds: std::ops::Range<u64>) {
    let program = Program::new();
    for (name, text) in
        [("x.toml", text_of("tests/mutants/small.toml")), ("t.swf", traces::swf()), ("table.json", traces::TABLE.to_owned())]
    {
        std::fs::write(program.folder().join(name), text).expect("it is writable");
    }
    let mut tally = Tally::new("command lines");
    for seed in seeds {
        let arguments = lines::any(&mut Draws::new(seed));
        let outcome = program.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        tally.note(seed, &arguments.join("\n"), &outcome);
    }
    tally.print();
}

/// What is damaged is sound before.
#[test]
fn undamaged_inputs_are_sound() {
    let program = Program::new();
    for text in worlds() {
        std::fs::write(program.folder().join("x.toml"), text).expect("it is writable");
        let outcome = program.run(&["check", "x.toml"]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    std::fs::write(program.folder().join("table.json"), traces::TABLE).expect("it is writable");
    for seed in 0..30 {
        let (text, arguments) = traces::any(&mut Draws::new(seed));
        std::fs::write(program.folder().join("t.trace"), text).expect("it is writable");
        let outcome = program.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {}", outcome.stderr);
    }
}

#[test]
fn damaged_scenarios_are_read() {
    check(0..250);
}

#[test]
fn damaged_scenarios_run() {
    run(0..25);
}

#[test]
fn damaged_traces_are_replayed() {
    replay(0..80);
}

#[test]
fn any_command_line_is_answered() {
    command_lines(0..60);
}

#[test]
#[ignore = "long: 20,000 scenarios"]
fn many_damaged_scenarios_are_read() {
    check(1000..21_000);
}

#[test]
#[ignore = "long: 3,000 scenarios"]
fn many_damaged_scenarios_run() {
    run(1000..4000);
}

#[test]
#[ignore = "long: 10,000 traces"]
fn many_damaged_traces_are_replayed() {
    replay(1000..11_000);
}

#[test]
#[ignore = "long: 2,000 command lines"]
fn many_command_lines_are_answered() {
    command_lines(1000..3000);
}
