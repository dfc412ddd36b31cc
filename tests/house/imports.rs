//! The house: imports only go down.

use crate::common;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// From high to low. A file may use its own folder and those after it.
const ORDER: [&str; 14] = [
    "cli", "report", "testing", "replay", "study", "scenario", "sim", "policy", "fleet", "metrics", "workload", "model", "kernel",
    "units",
];
/// Folders whose words the kernel does not know are those below it.
const BOTTOM: &str = "units";

/// An import: the file, the folder it is in, the folder it names.
#[derive(Debug)]
struct Import {
    file: PathBuf,
    from: String,
    to: String,
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The first names after every `prefix` in a text without comments: one, or those of a group in braces.
fn named(text: &str, prefix: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        if text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | ':')) {
            continue;
        }
        let rest = text[at + prefix.len()..].trim_start();
        let Some(group) = rest.strip_prefix('{') else {
            names.push(word(rest));
            continue;
        };
        let (mut depth, mut expects_name) = (0, true);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => expects_name = true,
                c if expects_name && c.is_alphabetic() => {
                    names.push(word(&group[at..]));
                    expects_name = false;
                }
                _ => {}
            }
        }
    }
    names
}

fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code)).collect::<Vec<_>>().join("\n")
}

/// Paths that climb to the crate's root by `super` and down again.
fn climbing(text: &str, depth: usize) -> Vec<String> {
    let mut names = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("use ") || line.starts_with("pub use ") || line.starts_with("pub(")) {
        let Some(at) = line.find("super::") else { continue };
        let mut rest = &line[at..];
        let mut climbed = 0;
        while let Some(shorter) = rest.strip_prefix("super::") {
            rest = shorter;
            climbed += 1;
        }
        if climbed >= depth {
            names.extend(named(&format!("root::{rest}"), "root::"));
        }
    }
    names
}

fn imports() -> Vec<Import> {
    let src = common::root().join("src");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let file = path.strip_prefix(&src).expect("below src").to_path_buf();
        let parts: Vec<&str> = file.iter().filter_map(|part| part.to_str()).collect();
        if parts.len() == 1 {
            continue;
        }
        let text = without_comments(&std::fs::read_to_string(&path).expect("readable"));
        let depth = parts.len() - usize::from(parts.last() == Some(&"mod.rs"));
        let names = named(&text, "crate::").into_iter().chain(named(&text, "skyberth::")).chain(climbing(&text, depth));
        found.extend(names.map(|to| Import { file: file.clone(), from: parts[0].to_owned(), to }));
    }
    found
}

fn rank(folder: &str) -> Option<usize> {
    ORDER.iter().position(|known| *known == folder)
}

#[test]
fn imports_only_go_down() {
    let imports = imports();
    let wrong: Vec<String> = (imports.iter())
        .filter(|import| match (rank(&import.from), rank(&import.to)) {
            (Some(from), Some(to)) => to < from,
            _ => true,
        })
        .map(|import| format!("{}: {} uses {}", import.file.display(), import.from, import.to))
        .collect();
    assert!(wrong.is_empty(), "these go up, or name a folder without a place in the order:\n{}", wrong.join("\n"));
}

#[test]
fn the_kernel_knows_no_domain_word() {
    let below = imports().into_iter().filter(|import| import.from == "kernel" && import.to != "kernel" && import.to != BOTTOM);
    assert_eq!(below.map(|import| format!("{import:?}")).collect::<Vec<_>>(), Vec::<String>::new());
    let own = imports().into_iter().filter(|import| import.from == BOTTOM && import.to != BOTTOM);
    assert_eq!(own.map(|import| format!("{import:?}")).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn nothing_was_overlooked() {
    let imports = imports();
    assert!(imports.len() >= 100, "only {} imports seen", imports.len());
    let seen: BTreeSet<&str> = imports.iter().map(|import| import.from.as_str()).collect();
    let folders: BTreeSet<String> = std::fs::read_dir(common::root().join("src"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned())
        .collect();
    assert_eq!(
        folders.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        ORDER.into_iter().collect(),
        "every folder has its place"
    );
    let silent: Vec<&&str> = ORDER.iter().filter(|folder| !seen.contains(*folder)).collect();
    assert!(silent.is_empty(), "no import seen in {silent:?}");
    // Each folder but the lowest uses one below it.
    for folder in &ORDER[..ORDER.len() - 1] {
        assert!(imports.iter().any(|import| import.from == *folder && import.to != *folder), "{folder} uses nothing");
    }
}

#[test]
fn only_the_command_line_prints_and_main_uses_it_alone() {
    let main = without_comments(&common::text_of("src/main.rs"));
    assert!(main.contains("mod cli;") && named(&main, "skyberth::").is_empty(), "the program is its command line");
    let mut paths = Vec::new();
    files(&common::root().join("src"), &mut paths);
    for path in paths.iter().filter(|path| !path.starts_with(common::root().join("src/cli"))) {
        let text = without_comments(&std::fs::read_to_string(path).expect("readable"));
        let prints = ["println!", "print!", "eprint!", "dbg!"].iter().find(|word| text.contains(**word));
        assert_eq!(prints, None, "{} prints", path.display());
    }
}

#[test]
fn the_scanner_finds_what_it_looks_for() {
    let text = "use crate::a::X;\nuse crate::{b::Y, c::{Z, W},\n d};\nlet x = crate::e::f();\nnot_crate::g; // crate::h\n";
    assert_eq!(named(&without_comments(text), "crate::"), ["a", "b", "c", "d", "e"]);
    assert_eq!(climbing("use super::super::{a::X, b};\nuse super::c;", 2), ["a", "b"]);
}
