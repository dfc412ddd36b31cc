//! `docs/scenario-reference.md` is what the program prints, and every name of the registry is in `docs/policies.md`.

mod common;

use common::{root, skyberth, text_of};

#[test]
fn the_scenario_reference_is_up_to_date() {
    let ended = skyberth(&root(), &["schema", "--markdown"]);
    assert_eq!(ended.code, 0);
    assert!(
        ended.stdout == text_of("docs/scenario-reference.md"),
        "docs/scenario-reference.md is stale: cargo run -- schema --markdown > docs/scenario-reference.md"
    );
}

#[test]
fn the_reference_reads_well() {
    let text = text_of("docs/scenario-reference.md");
    for broken in ["list of list of :", "| |", "()", "Spec2"] {
        assert!(!text.contains(broken), "`{broken}` in the reference");
    }
    for link in text.split("](#").skip(1).map(|rest| rest.split(')').next().expect("it is closed")) {
        let there = text
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .any(|title| title.to_lowercase().replace('.', "").replace(' ', "-") == link);
        assert!(there, "no section #{link}");
    }
}

#[test]
fn every_registered_policy_is_described() {
    let text = text_of("docs/policies.md");
    for entry in skyberth::policy::registry::entries() {
        let (part, name) = (entry.part.name(), entry.name);
        let section = text.split("\n## ").find(|section| section.to_lowercase().starts_with(part)).expect("a section a kind");
        let described = ["| ", "- "].iter().any(|mark| section.contains(&format!("\n{mark}`{name}`")));
        let row = if section.contains("\n| name ") {
            format!("| `{name}` | {} |", entry.meaning)
        } else {
            format!("- `{name}`: {}.", entry.meaning)
        };
        assert!(
            described,
            "docs/policies.md does not describe the {part} `{name}`: write under \"{}\"\n{row}",
            section.lines().next().unwrap_or_default()
        );
    }
}
