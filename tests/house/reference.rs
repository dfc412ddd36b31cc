//! `docs/scenario-reference.md` is what the program prints, and every name of the registry is in `docs/policies.md`.

use crate::common::{root, skyberth, text_of};
use skyberth::policy::registry::{Entry, Kind, PartName, entries, preset_parts};

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

/// The row of a list or table that describes a registered name, without or with what it says.
fn row(section: &str, entry: &Entry) -> (String, String) {
    let (name, meaning) = (entry.name, &entry.meaning);
    if !section.contains("\n| name ") {
        return (format!("\n- `{name}`: "), format!("{meaning}."));
    }
    let parts = preset_parts(PartName::parse(name)).filter(|_| entry.part == Kind::Preset);
    let columns = match parts {
        Some(parts) if parts.allocator.is_some() => " by rounds | | |".to_owned(),
        Some(parts) => format!(" {} | {} | {} |", parts.order, parts.backfill, parts.preemption),
        None => String::new(),
    };
    (format!("\n| `{name}` |{columns} "), format!("{meaning} |"))
}

#[test]
fn every_registered_policy_is_described() {
    let text = text_of("docs/policies.md");
    let mut missing = Vec::new();
    for entry in entries() {
        let section =
            text.split("\n## ").find(|section| section.to_lowercase().starts_with(entry.part.name())).expect("a section a kind");
        let (begin, meaning) = row(section, &entry);
        if !section.contains(&begin) {
            missing.push(format!("under \"{}\":{begin}{meaning}", section.lines().next().unwrap_or_default()));
        }
    }
    assert!(missing.is_empty(), "docs/policies.md lacks rows; write\n{}", missing.join("\n"));
}
