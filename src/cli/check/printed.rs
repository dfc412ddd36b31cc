//! What `skyberth check` prints about a scenario without errors.

use comfy_table::{ContentArrangement, Table};
use indexmap::IndexMap;
use serde_json::{Value, json};
use skyberth::model::job::JobSource;
use skyberth::model::{Assumption, Model};
use skyberth::report::STYLE;
use skyberth::scenario::KeyDefault;

/// A scenario without errors, and the defaults that it uses.
pub(super) struct Checked<'a> {
    pub model: &'a Model,
    pub defaults: &'a [KeyDefault],
}

impl Checked<'_> {
    /// The conclusion, what the scenario states, and its defaults by section.
    pub(super) fn table(&self) -> String {
        let mut text = self.conclusion();
        let stated: Vec<&Assumption> = self.model.assumptions.iter().filter(|assumption| !assumption.is_default).collect();
        text.push_str(&statements("It states", &stated));
        let derived: Vec<&Assumption> = self
            .model
            .assumptions
            .iter()
            .filter(|assumption| assumption.is_default && self.keys_of(assumption).is_empty())
            .collect();
        text.push_str(&statements("It leaves to the program, which derives", &derived));
        if !self.defaults.is_empty() {
            text.push_str(&format!("\nDefaults of keys that it leaves out ({}):\n", self.defaults.len()));
        }
        for (section, defaults) in self.by_section() {
            text.push_str(&self.section(section, &defaults));
        }
        text
    }

    /// The same as data: all defaults with their keys, and all statements.
    pub(super) fn json(&self) -> String {
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
        serde_json::to_string_pretty(&checked).unwrap_or_default() + "\n"
    }

    /// The defaults, a row each.
    pub(super) fn csv(&self) -> String {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
        let _ = writer.write_record(["section", "key", "default", "left_out_by", "confidence", "source"]);
        for default in self.defaults {
            let row = self.row(default);
            let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            let cells = ["section", "key", "default"].map(text).into_iter();
            let rest = [default.entries.join(" "), text("confidence"), text("source")];
            let _ = writer.write_record(cells.chain(rest));
        }
        writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

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
        for workload in &model.workloads {
            if let JobSource::Listed(list) = &workload.jobs {
                text.push_str(&format!("workload {}: a trace of {}\n", workload.name, list.summary()));
            }
        }
        if let Some(format) = self.defaults.iter().find(|default| default.section.is_empty() && default.key == "format") {
            text.push_str(&format!("note: no `format` is stated; the file is read as format {}\n", format.value));
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
    fn section(&self, section: &str, defaults: &[&KeyDefault]) -> String {
        let all = entries(defaults);
        let by = |default: &KeyDefault| match default.entries.as_slice() {
            [] => String::new(),
            some if some.len() == all && all > 1 => format!("all {all}"),
            [one, two, _, ..] => format!("{one}, {two}, ... ({} of {all})", default.entries.len()),
            few => few.join(", "),
        };
        let mut table = Table::new();
        table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(80);
        table.set_header(["key", "default", "left out by", "confidence"]);
        for default in defaults.iter().filter(|default| !default.is_words) {
            let confidence = self.noted(default).map_or(String::new(), |noted| noted.confidence.to_string());
            table.add_row([default.key.clone(), default.value.clone(), by(default), confidence]);
        }
        let title = if section.is_empty() { "the file".to_owned() } else { format!("[{section}]") };
        let mut text = format!("\n{title}\n");
        if table.row_count() > 0 {
            text.push_str(&format!("{table}\n"));
        }
        let mut words: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for default in defaults.iter().filter(|default| default.is_words) {
            words.entry(&default.value).or_default().push(&default.key);
        }
        for (words, keys) in words {
            text.push_str(&format!("{}\n", wrapped(&format!("{}: {words}", keys.join(", ")))));
        }
        text
    }
}

/// How many entries a section has that leave anything out.
fn entries(defaults: &[&KeyDefault]) -> usize {
    let mut names: Vec<&String> = defaults.iter().flat_map(|default| &default.entries).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

/// Within 80 columns; lines after the first are indented.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let length = lines.last().map_or(0, |line| line.chars().count());
        if length + word.chars().count() >= 80 {
            lines.push(" ".to_owned());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

fn statements(title: &str, list: &[&Assumption]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(80);
    table.set_header(["about", "value", "confidence", "source"]);
    for assumption in list {
        let source = assumption.source.clone().unwrap_or_default();
        table.add_row([&assumption.about, &assumption.value, &assumption.confidence.to_string(), &source]);
    }
    format!("\n{title}:\n{table}\n")
}
