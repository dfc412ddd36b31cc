//! What the documents point to exists: files, folders and headings.

use crate::common;

use std::path::PathBuf;

/// Top-level folders whose names begin a path in a document.
const ROOTS: [&str; 7] = ["src/", "tests/", "docs/", "examples/", "scenarios/", "benches/", "results/"];

/// The documents, relative to the root.
fn documents() -> Vec<PathBuf> {
    let in_docs = std::fs::read_dir(common::root().join("docs"))
        .expect("a folder")
        .map(|entry| PathBuf::from("docs").join(entry.expect("an entry").file_name()));
    let mut all: Vec<PathBuf> = in_docs.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    all.extend(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "results/README.md"].map(PathBuf::from));
    all.sort();
    all
}

/// The lines of a document outside fenced blocks.
fn prose(text: &str) -> String {
    let outside = text.split("\n```").step_by(2);
    outside.collect::<Vec<_>>().join("\n")
}

/// What stands between `open` and `close`, each time.
fn between<'a>(text: &'a str, open: &'a str, close: char) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| rest.split_once(close)).map(|(inside, _)| inside)
}

/// Inline code that reads as a path of this repository; one with a placeholder in capitals or brackets names no file.
fn paths(text: &str) -> Vec<&str> {
    let code = text.split('`').skip(1).step_by(2);
    let is_path = |code: &&str| {
        let rest = ROOTS.iter().find_map(|root| code.strip_prefix(root));
        rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-./".contains(c)))
    };
    code.filter(is_path).collect()
}

/// The anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
    kept.trim().replace(' ', "-")
}

fn has_heading(text: &str, wanted: &str) -> bool {
    prose(text).lines().filter(|line| line.starts_with('#')).any(|line| anchor(line.trim_start_matches('#')) == wanted)
}

#[test]
fn every_path_that_a_document_names_exists() {
    let mut missing = Vec::new();
    let mut seen = 0;
    for document in documents() {
        let text = common::text_of(&document.display().to_string());
        for path in paths(&prose(&text)) {
            seen += 1;
            if !common::root().join(path).exists() {
                missing.push(format!("{}: `{path}`", document.display()));
            }
        }
    }
    assert!(seen > 50, "only {seen} paths seen");
    assert!(missing.is_empty(), "these do not exist:\n{}", missing.join("\n"));
}

#[test]
fn every_link_of_a_document_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    for document in documents() {
        let text = prose(&common::text_of(&document.display().to_string()));
        for link in between(&text, "](", ')').filter(|link| !link.contains("://")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let folder = document.parent().expect("a folder").to_path_buf();
            let target = if file.is_empty() { document.clone() } else { folder.join(file) };
            let there = common::root().join(target);
            let leads =
                there.exists() && (heading.is_empty() || has_heading(&std::fs::read_to_string(&there).expect("readable"), heading));
            if !leads {
                broken.push(format!("{}: ({link})", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "these lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn the_search_sees_paths_and_headings() {
    let text = "See `src/lib.rs` and `results/NAME/`.\n```sh\n`src/none.rs`\n```\nAlso `src/main.rs`, `x`.\n";
    assert_eq!(paths(&prose(text)), ["src/lib.rs", "src/main.rs"]);
    assert!(has_heading("# A\n## Fair: teams take turns\n", "fair-teams-take-turns"));
    assert!(!has_heading("# A\n", "b"));
}
