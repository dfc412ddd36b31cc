//! The guide's pieces form one scenario without mistakes, and its commands work.

use crate::common;
use crate::common::{skyberth, text_of};

/// The fenced blocks of a language, in order.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().expect("it is closed")).collect()
}

fn scenario() -> String {
    let guide = text_of("docs/guide.md");
    let pieces = blocks(&guide, "toml");
    assert!(pieces.len() >= 7, "{} pieces", pieces.len());
    pieces.join("\n")
}

#[test]
fn the_pieces_form_a_scenario_without_mistakes() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("mine.toml"), scenario()).expect("writable");
    let ended = skyberth(folder.path(), &["check", "mine.toml"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "no error and no warning");
    assert!(ended.stdout.contains("3 vendors, 3 clusters"), "{}", ended.stdout);
    for section in ["scenario", "vendor", "cluster", "contract", "workload", "service", "policy", "assumption"] {
        assert!(scenario().contains(&format!("[{section}")), "the guide shows [{section}]");
    }
}

#[test]
fn the_commands_of_the_guide_work() {
    let guide = text_of("docs/guide.md");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("mine.toml"), scenario()).expect("writable");
    let commands = blocks(&guide, "sh").into_iter().flat_map(str::lines).map(|line| line.split('#').next().expect("a part").trim());
    let mut ran = 0;
    for command in commands.filter(|command| command.starts_with("skyberth ")) {
        let mut arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
        // One future is what `explain` looks at anyway.
        let short: &[&str] = match arguments[0] {
            "explain" => &["--quiet"],
            "rank" => &["--replications", "2", "--most", "2", "--quiet"],
            _ => &["--replications", "1", "--quiet"],
        };
        arguments.extend(short);
        let ended = skyberth(folder.path(), &arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{command}");
        ran += 1;
    }
    assert!(ran >= 6, "{ran} commands");
}

#[test]
fn the_files_and_documents_that_the_guide_names_are_there() {
    let guide = text_of("docs/guide.md");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("mine.toml"), scenario()).expect("writable");
    assert_eq!(skyberth(folder.path(), &["run", "mine.toml", "--replications", "1", "--quiet", "--jobs"]).code, 0);
    for entry in std::fs::read_dir(folder.path().join("results/mine")).expect("the default folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        assert!(guide.contains(&format!("`{name}`")), "the guide does not name {name}");
    }
    for link in guide.split("](").skip(1).map(|rest| rest.split(')').next().expect("it is closed")) {
        let file = link.split('#').next().unwrap_or_default();
        assert!(common::root().join("docs").join(file).exists(), "{link}");
    }
}
