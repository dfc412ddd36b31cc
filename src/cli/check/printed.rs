//! What `skyberth check` prints about a scenario without errors.

use indexmap::IndexMap;
use serde_json::{Value, json};
use skyberth::model::job::JobSource;
use skyberth::model::{Assumption, Model};
use skyberth::report::document::{Column, Document, Room, Table};
use skyberth::report::output::{Printed, Rows};
use skyberth::scenario::KeyDefault;
use skyberth::sim::Estimate;
use std::io::{self, Write};

/// A scenario without errors, and the defaults that it uses.
pub(super) struct Checked<'a> {
    pub model: &'a Model,
    pub defaults: &'a [KeyDefault],
}

impl Printed for Checked<'_> {
    /// The conclusion, what the scenario states, and its defaults by section.
    fn document(&self, _room: Room) -> Document {
        let mut document = Document::default();
        document.lines(self.conclusion());
        let assumptions = &self.model.assumptions;
        let stated: Vec<&Assumption> = assumptions.iter().filter(|assumption| !assumption.is_default).collect();
        statements(&mut document, "It states", &stated);
        let is_derived = |assumption: &&Assumption| assumption.is_default && self.keys_of(assumption).is_empty();
        let derived: Vec<&Assumption> = assumptions.iter().filter(is_derived).collect();
        statements(&mut document, "It leaves to the program, which derives", &derived);
        if !self.defaults.is_empty() {
            document.heading(format!("Defaults of keys that it leaves out ({}):", self.defaults.len()));
        }
        for (section, defaults) in self.by_section() {
            self.section(&mut document, section, &defaults);
        }
        document
    }

    /// All defaults with their keys, and all statements.
    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let defaults: Vec<Value> = self.defaults.iter().map(|default| self.row(default)).collect();
        let statement = |assumption: &Assumption| {
            json!({
                "about": assumption.about,
                "value": assumption.value,
                "confidence": assumption.confidence,
                "source": assumption.source,
                "is_default": assumption.is_default,
            })
        };
        let statements: Vec<Value> = self.model.assumptions.iter().map(statement).collect();
        let checked = json!({ "scenario": self.model.name, "policy": self.model.policy.name, "defaults": defaults, "statements": statements });
        serde_json::to_writer_pretty(&mut *out, &checked)?;
        out.write_all(b"\n")
    }

    /// The defaults, a row each.
    fn rows(&self, rows: &mut Rows<'_>) -> io::Result<()> {
        rows.write_record(["section", "key", "default", "left_out_by", "confidence", "source"])?;
        for default in self.defaults {
            let row = self.row(default);
            let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            let cells = ["section", "key", "default"].map(text).into_iter();
            let rest = [default.entries.join(" "), text("confidence"), text("source")];
            rows.write_record(cells.chain(rest))?;
        }
        Ok(())
    }
}

impl Checked<'_> {
    fn row(&self, default: &KeyDefault) -> Value {
        let noted = self.noted(default);
        json!({
            "section": default.section,
            "key": default.key,
            "default": default.value,
            "left_out_by": default.entries,
            "confidence": noted.map(|noted| noted.confidence),
            "source": noted.and_then(|noted| noted.source.as_deref()),
        })
    }

    fn conclusion(&self) -> String {
        let model = self.model;
        let gpus: u64 = model.clusters.iter().map(|cluster| cluster.planned_maximum().whole_floor()).sum();
        let mut text = format!(
            "{}: no errors\n{} vendors, {} clusters (up to {gpus} GPUs planned), {} contracts, {} workloads, {} services\npolicy {}\n",
            model.name,
            model.vendors.len(),
            model.clusters.len(),
            model.contracts.len(),
            model.workloads.len(),
            model.services.len(),
            model.policy.name,
        );
        let estimate = Estimate::of(model);
        if estimate.seconds >= 5.0 || estimate.bytes >= 2e8 {
            text.push_str(&format!("{estimate}\n"));
        }
        for workload in &model.workloads {
            if let JobSource::Listed(list) = &workload.jobs {
                text.push_str(&format!("workload {}: a trace of {}\n", workload.name, list.summary()));
            }
        }
        text
    }

    /// The keys of an assumption that the table of defaults has.
    fn keys_of<'k>(&self, assumption: &'k Assumption) -> Vec<&'k String> {
        assumption.keys.iter().filter(|key| self.defaults.iter().any(|default| default.path() == **key)).collect()
    }

    /// What the program says of a default besides its value.
    fn noted(&self, default: &KeyDefault) -> Option<&Assumption> {
        let path = default.path();
        self.model.assumptions.iter().find(|assumption| assumption.is_default && assumption.keys.contains(&path))
    }

    fn by_section(&self) -> IndexMap<&str, Vec<&KeyDefault>> {
        let mut sections: IndexMap<&str, Vec<&KeyDefault>> = IndexMap::new();
        for default in self.defaults {
            sections.entry(default.section.as_str()).or_default().push(default);
        }
        sections
    }

    /// A section: values in a table, then words in one line each.
    fn section(&self, document: &mut Document, section: &str, defaults: &[&KeyDefault]) {
        let all = entries(defaults);
        let by = |default: &KeyDefault| match default.entries.as_slice() {
            [] => String::new(),
            some if some.len() == all && all > 1 => format!("all {all}"),
            [one, two, _, ..] => format!("{one}, {two}, ... ({} of {all})", default.entries.len()),
            few => few.join(", "),
        };
        let title = if section.is_empty() { "the file".to_owned() } else { format!("[{section}]") };
        let [key, rest @ ..] = ["key", "default", "left out by", "confidence"].map(Column::text);
        let columns = [key.at_least(longest_key(defaults) + 1)].into_iter().chain(rest);
        let mut table = Table::new(title.clone(), columns.collect());
        for default in defaults.iter().filter(|default| !default.is_words) {
            let confidence = self.noted(default).map_or(String::new(), |noted| noted.confidence.to_string());
            table.row([default.key.clone(), default.value.clone(), by(default), confidence]);
        }
        document.heading(title);
        if !table.rows.is_empty() {
            document.table(table);
        }
        let mut words: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for default in defaults.iter().filter(|default| default.is_words) {
            words.entry(&default.value).or_default().push(&default.key);
        }
        for (words, keys) in words {
            document.paragraph(format!("{}: {words}", keys.join(", ")));
        }
    }
}

/// Characters of the longest key that has a value: keys are never folded.
fn longest_key(defaults: &[&KeyDefault]) -> u16 {
    let lengths = defaults.iter().filter(|default| !default.is_words).map(|default| default.key.len());
    lengths.max().and_then(|length| u16::try_from(length).ok()).unwrap_or(0)
}

/// How many entries a section has that leave anything out.
fn entries(defaults: &[&KeyDefault]) -> usize {
    let mut names: Vec<&String> = defaults.iter().flat_map(|default| &default.entries).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

fn statements(document: &mut Document, title: &str, list: &[&Assumption]) {
    if list.is_empty() {
        return;
    }
    let mut table = Table::new(title, ["about", "value", "confidence", "source"].map(Column::text).to_vec());
    for assumption in list {
        let source = assumption.source.clone().unwrap_or_default();
        table.row([&assumption.about, &assumption.value, &assumption.confidence.to_string(), &source]);
    }
    document.heading(format!("{title}:"));
    document.table(table);
}
