//! How much a scenario may hold. What lies beyond would take memory and time that no study is worth, so it is refused before anything is
//! compiled.

use super::document::Document;
use super::issue::{Issue, Issues};
use crate::kernel::names::grouped;
use toml::Spanned;
use toml::de::DeValue;

/// The most entries of a section. Accounts and reports are kept by pairs of some of them: with 500 vendors, or 1,000 workloads, on
/// one cluster the reports take ten seconds.
pub(super) const MOST_ENTRIES: [(&str, usize); 15] = [
    ("vendor", 500),
    ("cluster", 5000),
    ("contract", 5000),
    ("index", 1000),
    ("grid", 5000),
    ("shock", 5000),
    ("outage", 5000),
    ("workload", 1000),
    ("service", 500),
    ("team", 5000),
    ("cohort", 10_000),
    ("replica", 1000),
    ("variant", 1000),
    ("link", 20_000),
    ("assumption", 20_000),
];

/// The most entries of a list within an entry, such as the tranches of a ramp or the rows of a table.
const MOST_IN_LIST: usize = 100_000;

/// Says where a scenario holds more than it may; says whether it does not.
pub(super) fn hold(document: &Document<'_>, issues: &mut Issues) -> bool {
    let before = issues.errors();
    for (section, most) in MOST_ENTRIES {
        let Some(node) = document.root.get(section) else { continue };
        let (count, place) = match node.get_ref() {
            DeValue::Table(table) => (table.len(), table.keys().nth(most).map(Spanned::span)),
            DeValue::Array(array) => (array.len(), array.get(most).map(Spanned::span)),
            _ => continue,
        };
        if count > most {
            let title = format!("{} entries of `{section}` are too many: a scenario may have {}", grouped(count), grouped(most));
            issues.push_also(Issue::error(title, place).label("the first that is too many"));
        }
    }
    if issues.errors() == before {
        for (key, node) in &document.root {
            lists(key.get_ref(), node, issues);
        }
    }
    issues.errors() == before
}

/// Looks for lists that are too long. A text nests no deeper than its parser lets it.
fn lists(key: &str, node: &Spanned<DeValue<'_>>, issues: &mut Issues) {
    match node.get_ref() {
        DeValue::Table(table) => table.iter().for_each(|(key, node)| lists(key.get_ref(), node, issues)),
        DeValue::Array(array) => {
            if array.len() > MOST_IN_LIST {
                let title =
                    format!("{} entries of `{key}` are too many: a list may have {}", grouped(array.len()), grouped(MOST_IN_LIST));
                let place = array.get(MOST_IN_LIST).map(Spanned::span);
                issues.push_also(Issue::error(title, place).label("the first that is too many"));
            }
            array.iter().for_each(|node| lists(key, node, issues));
        }
        _ => {}
    }
}
