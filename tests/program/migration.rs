//! Scenarios of format 1 in format 2.

use crate::common::{model, root, skyberth, text_of};
use skyberth::scenario::migrate;

/// The scenarios in `format-1` are the shipped ones as format 1 has them: where the content of one has changed since, it has changed there too, so that
/// only the form differs. These say today what format 1 has no key for, and why.
const CHANGED_SINCE: [(&str, &str); 3] = [
    ("openai-2025-11.toml", "terms by tranche, an option, what it takes to leave"),
    ("openai-2026-06.toml", "terms by tranche, an option, what it takes to leave"),
    ("affordability.toml", "terms by tranche; revenue and cash"),
];

fn old() -> Vec<String> {
    let folder = std::fs::read_dir(root().join("tests/program/format-1")).expect("the old scenarios");
    let mut names: Vec<String> = folder.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    assert!(names.len() >= 13, "{names:?}");
    names
}

#[test]
fn every_old_scenario_gives_the_new_one() {
    for name in old() {
        let migrated = migrate(&text_of(&format!("tests/program/format-1/{name}"))).expect("it is in format 1").text;
        model(&migrated);
        if !CHANGED_SINCE.iter().any(|(changed, _)| *changed == name) {
            assert_eq!(migrated, text_of(&format!("scenarios/{name}")), "{name}");
        }
    }
}

#[test]
fn the_program_prints_it_or_changes_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.toml");
    std::fs::write(&path, text_of("tests/program/format-1/quickstart.toml")).expect("writable");
    let printed = skyberth(folder.path(), &["check", "--migrate", "x.toml"]);
    assert_eq!((printed.code, printed.stdout.as_str()), (0, text_of("scenarios/quickstart.toml").as_str()));
    assert!(
        printed.stderr.contains("contract.aws: terms = \"common\"") && printed.stderr.contains("no key says"),
        "{}",
        printed.stderr
    );
    let changed = skyberth(folder.path(), &["check", "--migrate", "--in-place", "x.toml"]);
    assert_eq!((changed.code, changed.stdout.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(&path).expect("readable"), printed.stdout);
    let again = skyberth(folder.path(), &["check", "--migrate", "x.toml"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("only a scenario of format 1"), "{}", again.stderr);
}
