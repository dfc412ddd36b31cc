//! Phrases that almost always mark a sentence to rewrite are absent from documents, help, messages and comments.

use crate::common;

use std::path::{Path, PathBuf};

/// The phrases, and what to write instead.
const PHRASES: [(&str, &str); 14] = [
    ("anew", "`again`, `from scratch`, or a verb with `re-`"),
    ("whoever", "`a job that ...`, `the team that ...`"),
    ("nobody", "`no job`, `no team`, or the passive voice"),
    ("nobody's", "`no job's`, `no team's`, or the passive voice"),
    ("somebody", "`a job`, `a team`, or the passive voice"),
    ("is no", "`is not a`"),
    ("are no", "`are not`"),
    ("there is no", "the rule that was broken, or what is missing"),
    ("told apart", "`distinguishable`"),
    ("an own", "`its own`, `a separate`"),
    ("belong into", "`belong in`"),
    ("belongs into", "`belongs in`"),
    ("of which one", "`one of which`"),
    ("that is another", "`that differs`"),
];

/// What is read, below the root: documents, the program with its help and messages, and what makes pages.
const READ: [&str; 8] =
    ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs", "results/README.md", "src", "examples", "scenarios"];
const ENDINGS: [&str; 5] = ["md", "rs", "toml", "csv", "html"];

/// A word of a text, without the marks that begin a comment, and its line.
struct Word<'a> {
    line: usize,
    text: &'a str,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut all = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let words = text.split(|c: char| c.is_whitespace() || "\"(".contains(c));
        let kept = words.filter(|word| !["", "//", "///", "//!", "#", "\\"].contains(word));
        all.extend(kept.map(|text| Word { line, text }));
    }
    all
}

/// Whether the words begin with a phrase: punctuation may stand before and after it, not inside.
fn begins(words: &[Word<'_>], phrase: &[&str]) -> bool {
    let last = phrase.len() - 1;
    let is_punctuation = |c: char| !c.is_alphanumeric() && c != '_';
    words.len() > last
        && (phrase.iter().zip(words).enumerate()).all(|(at, (expected, word))| {
            let word = if at == 0 { word.text.trim_start_matches(is_punctuation) } else { word.text };
            let word = if at == last { word.trim_end_matches(is_punctuation) } else { word };
            word.eq_ignore_ascii_case(expected)
        })
}

/// "is no longer", "are no more than" and "is no larger than" are good English.
fn compares(after: Option<&Word<'_>>) -> bool {
    const COMPARATIVES: [&str; 14] = [
        "longer", "more", "less", "fewer", "larger", "smaller", "higher", "lower", "later", "earlier", "wider", "better", "worse",
        "greater",
    ];
    after.is_some_and(|word| COMPARATIVES.contains(&word.text))
}

/// Each phrase in a text, as line, phrase and advice.
fn found(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let phrases: Vec<Vec<&str>> = PHRASES.iter().map(|(phrase, _)| phrase.split(' ').collect()).collect();
    let words = words(text);
    let mut found = Vec::new();
    for at in 0..words.len() {
        for ((phrase, advice), parts) in PHRASES.into_iter().zip(&phrases) {
            let is_comparison = || parts.last() == Some(&"no") && compares(words.get(at + parts.len()));
            if begins(&words[at..], parts) && !is_comparison() {
                found.push((words[at].line, phrase, advice));
            }
        }
    }
    found
}

fn files(path: &Path, all: &mut Vec<PathBuf>) {
    if path.is_dir() {
        std::fs::read_dir(path).expect("a folder").for_each(|entry| files(&entry.expect("an entry").path(), all));
    } else if path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known)) {
        all.push(path.to_path_buf());
    }
}

#[test]
fn phrases_to_rewrite_are_absent() {
    let root = common::root();
    let mut all = Vec::new();
    for place in READ {
        files(&root.join(place), &mut all);
    }
    assert!(all.len() > 200, "only {} files read", all.len());
    all.sort();
    let mut complaints = Vec::new();
    for path in &all {
        let text = std::fs::read_to_string(path).expect("readable");
        let name = path.strip_prefix(&root).expect("below the root").display();
        complaints
            .extend(found(&text).into_iter().map(|(line, phrase, advice)| format!("{name}:{line}: `{phrase}`; better: {advice}")));
    }
    assert!(complaints.is_empty(), "{} phrases to rewrite:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn the_search_finds_phrases_and_spares_comparisons() {
    let lines = |text: &str| found(text).into_iter().map(|(line, phrase, _)| (line, phrase)).collect::<Vec<_>>();
    assert_eq!(lines("/// Sorted anew.\nfn f() {}"), [(1, "anew")]);
    assert_eq!(lines("// A job is\n    // no vendor."), [(1, "is no")]);
    assert_eq!(lines("error(\"there is no vendor\")"), [(1, "there is no"), (1, "is no")]);
    assert_eq!(lines("(Nobody) waits"), [(1, "nobody")]);
    assert_eq!(lines("It is no longer so, and they are no more than two. What is, no. The known owner."), []);
}
