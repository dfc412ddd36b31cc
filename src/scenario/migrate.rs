//! A scenario of format 1 in format 2: the same meaning, wherever a key can say it. Everything else in the text stays as it is, comments included.

use super::document::Document;
use super::format::FORMAT;
use super::issue::{Issue, Issues};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A scenario in the newest format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The text.
    pub text: String,
    /// What was written, and what must be looked at because no key says it or its place cannot be written.
    pub notes: Vec<String>,
}

/// Text that is put in place of a part of the old one.
struct Edit {
    at: Range<usize>,
    text: String,
}

struct Migration<'t> {
    text: &'t str,
    edits: Vec<Edit>,
    notes: Vec<String>,
    /// Whose clusters' power is capped together.
    grids: Vec<String>,
    workloads: Vec<String>,
    has_services: bool,
}

/// Writes a scenario of format 1 in format 2.
///
/// # Errors
///
/// When the text is not TOML, or not in format 1.
pub fn migrate(text: &str) -> Result<Migrated, Issues> {
    let mut issues = Issues::default();
    let document = Document::parse(text, &mut issues);
    if issues.has_errors() {
        return Err(issues);
    }
    let root = &document.root;
    let names = |section: &str| -> Vec<String> {
        let table = root.get(section).and_then(|node| node.get_ref().as_table());
        table.map(|table| table.keys().map(|key| key.get_ref().to_string()).collect()).unwrap_or_default()
    };
    let mut migration = Migration {
        text,
        edits: Vec::new(),
        notes: Vec::new(),
        grids: names("grid"),
        workloads: names("workload"),
        has_services: !names("service").is_empty(),
    };
    match root.get("format").map(|node| (node.span(), node.get_ref())) {
        None => {
            let at = first_line(text);
            migration.edits.push(Edit { at: at..at, text: format!("format = {FORMAT}\n\n") });
        }
        Some((span, DeValue::Integer(number))) if number.as_str() == "1" => {
            migration.edits.push(Edit { at: span, text: FORMAT.to_string() });
        }
        Some((span, _)) => {
            let title = format!("only a scenario of format 1 can be written in format {FORMAT}");
            issues.push(Issue::error(title, Some(span)));
            return Err(issues);
        }
    }
    migration.table(root, "");
    migration.notes.push(
        "look at what no key says the old way: minimums follow delivery, brokers and services go by the price of one more unit of work, \
         dependence counts whole gangs, and what lay with a vendor that defaults is lost"
            .to_owned(),
    );
    Ok(Migrated { text: migration.written(), notes: migration.notes })
}

/// Where the first section or key begins, after comments at the top.
fn first_line(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let line_is_open = line.trim().is_empty() || line.trim_start().starts_with('#');
        if !line_is_open {
            break;
        }
        at += line.len();
    }
    at
}

impl Migration<'_> {
    /// Looks at a table and all tables in it, also at those that variants put in place of others.
    fn table(&mut self, table: &DeTable<'_>, path: &str) {
        let has = |key: &str| table.contains_key(key);
        if has("vendor") && has("start") && has("term") {
            self.contract(table, path);
        }
        if has("vendor") && has("gpu") {
            self.cluster(table, path);
        }
        if let Some(key) = table.keys().find(|key| key.get_ref() == "exercise_by") {
            self.edits.push(Edit { at: key.span(), text: "exercise_until".to_owned() });
        }
        for (key, node) in table {
            let key = key.get_ref();
            let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
            if key.contains('.') && [".term", ".max_mw", ".exclusivity", ".exercise_by"].iter().any(|end| key.ends_with(end)) {
                self.notes.push(format!(
                    "look at `{path}` yourself: a variant changes it, and its meaning is another in format {FORMAT}"
                ));
            }
            self.node(node, &path);
        }
    }

    fn node(&mut self, node: &Spanned<DeValue<'_>>, path: &str) {
        match node.get_ref() {
            DeValue::Table(table) => self.table(table, path),
            DeValue::Array(array) => {
                for (index, element) in array.iter().enumerate() {
                    self.node(element, &format!("{path}[{index}]"));
                }
            }
            _ => {}
        }
    }

    fn contract(&mut self, table: &DeTable<'_>, path: &str) {
        let Some(term) = table.get("term").map(Spanned::span) else { return };
        let mut written = Vec::new();
        if !table.contains_key("terms") {
            written.push("terms = \"common\"");
        }
        if !table.contains_key("after_term") && !table.contains_key("extension") {
            written.push("after_term = \"continues\"");
        }
        self.insert(term.end, &written, path);
        let exclusivity = table.get("exclusivity").and_then(|node| node.get_ref().as_table());
        if let Some(exclusivity) = exclusivity.filter(|table| !table.contains_key("workloads") && self.has_services)
            && let Some(until) = exclusivity.get("until").map(Spanned::span)
        {
            let all = self.workloads.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
            self.insert(until.end, &[&format!("workloads = [{all}]")], &format!("{path}.exclusivity"));
        }
    }

    fn cluster(&mut self, table: &DeTable<'_>, path: &str) {
        let text = |key: &str| table.get(key).and_then(|node| node.get_ref().as_str());
        let grid = text("grid").or_else(|| text("region")).unwrap_or_default();
        let is_capped = table.contains_key("max_mw") || self.grids.iter().any(|name| name == grid);
        if let Some(gpu) = table.get("gpu").map(Spanned::span).filter(|_| is_capped && !table.contains_key("power_risk")) {
            self.insert(gpu.end, &["power_risk = \"buyer\""], path);
        }
    }

    /// Writes keys after a value: in a line of their own, or after a comma inside braces.
    fn insert(&mut self, after: usize, keys: &[&str], path: &str) {
        if keys.is_empty() {
            return;
        }
        self.notes.push(format!("{path}: {}", keys.join(", ")));
        let rest = &self.text[after..];
        let (at, text) = if rest.trim_start().starts_with([',', '}']) {
            (after, format!(", {}", keys.join(", ")))
        } else {
            let end = after + rest.find('\n').unwrap_or(rest.len());
            (end, format!("\n{}", keys.join("\n")))
        };
        self.edits.push(Edit { at: at..at, text });
    }

    fn written(&mut self) -> String {
        self.edits.sort_by_key(|edit| edit.at.start);
        let (mut text, mut from) = (String::with_capacity(self.text.len() + 256), 0);
        for edit in &self.edits {
            text.push_str(&self.text[from..edit.at.start]);
            text.push_str(&edit.text);
            from = edit.at.end;
        }
        text + &self.text[from..]
    }
}

#[cfg(test)]
mod tests {
    use super::migrate;

    #[test]
    fn keys_that_keep_the_meaning_are_written_where_they_belong() {
        let old = "# A world.\n\n[grid.west]\nmax_mw = 3\n[cluster.a]\nvendor = \"v\"\ngpu = \"H100\" # new\ngrid = \"west\"\n[cluster.b]\nvendor = \"v\"\n\
            gpu = \"H100\"\n[contract]\nk = { vendor = \"v\", start = 2026-01-01, term = \"5 y\" }\n[contract.l]\nvendor = \"v\"\nstart = 2026-01-01\n\
            term = \"2 y\" # not published\nextension = { term = \"1 y\" }\nexclusivity = { until = 2027-01-01 }\n\
            expansion = { exercise_by = 2026-05-05 }\n[workload.w]\n[service.s]\n";
        let new = "# A world.\n\nformat = 2\n\n[grid.west]\nmax_mw = 3\n[cluster.a]\nvendor = \"v\"\ngpu = \"H100\" # new\npower_risk = \"buyer\"\ngrid = \"west\"\n\
            [cluster.b]\nvendor = \"v\"\ngpu = \"H100\"\n[contract]\n\
            k = { vendor = \"v\", start = 2026-01-01, term = \"5 y\", terms = \"common\", after_term = \"continues\" }\n[contract.l]\nvendor = \"v\"\n\
            start = 2026-01-01\nterm = \"2 y\" # not published\nterms = \"common\"\nextension = { term = \"1 y\" }\n\
            exclusivity = { until = 2027-01-01, workloads = [\"w\"] }\nexpansion = { exercise_until = 2026-05-05 }\n[workload.w]\n[service.s]\n";
        let migrated = migrate(old).expect("it is in format 1");
        assert_eq!(migrated.text, new);
        assert!(migrate(new).is_err(), "it is in format 2");
        assert!(migrate("format = 3\n").is_err() && migrate("a = [").is_err());
        assert!(migrated.notes.iter().any(|note| note.starts_with("contract.k: terms")), "{:?}", migrated.notes);
        let variant = migrate("[variant.x.set]\n\"contract.k.term\" = \"1 y\"\n").expect("it is in format 1");
        assert!(variant.notes[0].contains("contract.k.term"), "{:?}", variant.notes);
    }
}
