//! The defaults that a scenario uses: of every key that it leaves out, read off the schema.

use super::document::Document;
use super::issue::Issues;
use super::load::{Source, apply};
use super::sections::{Kind, SCHEMA, SECTIONS};
use super::spec::defaults::{AFTER, NOT_WITH, WORDS};
use serde_json::{Map, Value};
use toml::de::DeValue;

/// The default of a key that a scenario leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDefault {
    /// The section as it is written, such as `cluster.KEY`; empty for the top of the file.
    pub section: String,
    /// The key within its section, such as `slip.days` or `ramp[].kind`.
    pub key: String,
    /// The default as the reference shows it: TOML, or words.
    pub value: String,
    /// Whether words say what holds, because no value of the key does.
    pub is_words: bool,
    /// The entries that leave the key out; of the whole section if it has no entries.
    pub entries: Vec<String>,
}

impl KeyDefault {
    /// The key with its section, such as `cluster.slip.days`.
    #[must_use]
    pub fn path(&self) -> String {
        let section = self.section.trim_end_matches(".KEY");
        if section.is_empty() { self.key.clone() } else { format!("{section}.{}", self.key) }
    }
}

/// Every default that the reference lists for the sections of a scenario, in the reference's order.
/// Changes from the command line count as written.
#[must_use]
pub fn defaults_in_use(source: &Source) -> Vec<KeyDefault> {
    let mut issues = Issues::default();
    let mut document = Document::parse(&source.text, &mut issues);
    apply(source, &mut document, &mut issues);
    let written = json(&DeValue::Table(document.root));
    let mut walk = Walk { found: Vec::new(), section: String::new(), entry: String::new() };
    for section in SECTIONS.iter() {
        let property = &SCHEMA["properties"][section.name];
        let value = written.get(section.name);
        match section.kind {
            Kind::Named => {
                for (name, entry) in value.and_then(Value::as_object).into_iter().flatten() {
                    walk.enter(&format!("{}.KEY", section.name), name, &property["additionalProperties"], entry);
                }
            }
            Kind::List => {
                for (index, entry) in value.and_then(Value::as_array).into_iter().flatten().enumerate() {
                    walk.enter(section.name, &format!("{}[{index}]", section.name), &property["items"], entry);
                }
            }
            // A section that is always in use has an empty table as its default.
            Kind::Table => {
                if let Some(table) = value.or_else(|| property.get("default")) {
                    walk.enter(section.name, "", property, table);
                }
            }
            Kind::Key => {
                if value.is_none() {
                    walk.note(section.name, property);
                }
            }
        }
    }
    walk.found
}

/// A walk through a document along the schema.
struct Walk {
    found: Vec<KeyDefault>,
    section: String,
    entry: String,
}

impl Walk {
    fn enter(&mut self, section: &str, entry: &str, schema: &Value, value: &Value) {
        section.clone_into(&mut self.section);
        entry.clone_into(&mut self.entry);
        self.value(schema, value, "");
        self.section.clear();
        self.entry.clear();
    }

    fn value(&mut self, schema: &Value, value: &Value, path: &str) {
        if let Some(name) = schema["$ref"].as_str() {
            return self.value(definition(name), value, path);
        }
        for alternative in ["anyOf", "oneOf"].iter().filter_map(|key| schema[key].as_array()).flatten() {
            self.value(alternative, value, path);
        }
        match value {
            Value::Array(list) => list.iter().for_each(|item| self.value(&schema["items"], item, &format!("{path}[]"))),
            Value::Object(table) => self.table(schema, table, path),
            _ => {}
        }
    }

    fn table(&mut self, schema: &Value, table: &Map<String, Value>, path: &str) {
        let Some(properties) = schema["properties"].as_object() else { return };
        let is_written = |key: &str| properties.contains_key(key) || alias(schema, key).is_some();
        // A table with other keys is another alternative.
        if !table.keys().all(|key| is_written(key)) {
            return;
        }
        for (key, property) in properties {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let written = table
                .get(key)
                .filter(|value| !value.is_null())
                .or_else(|| table.iter().find(|(name, _)| alias(schema, name) == Some(key)).map(|(_, value)| value));
            if let Some(value) = written {
                self.value(property, value, &path);
            } else if !is_excluded(schema, table, key) && default_of(property).is_some() {
                self.note(&path, property);
                self.value(property, &property["default"], &path);
            }
        }
    }

    fn note(&mut self, key: &str, property: &Value) {
        let Some(value) = default_of(property) else { return };
        let is_words = property[WORDS].is_string();
        let known = self.found.iter_mut().find(|known| known.section == self.section && known.key == key && known.value == value);
        let entry = Some(self.entry.clone()).filter(|entry| !entry.is_empty());
        if let Some(known) = known {
            known.entries.extend(entry.filter(|entry| !known.entries.contains(entry)));
        } else {
            let entries = entry.into_iter().collect();
            self.found.push(KeyDefault { section: self.section.clone(), key: key.to_owned(), value, is_words, entries });
        }
    }
}

fn definition(reference: &str) -> &'static Value {
    let name = reference.rsplit('/').next().unwrap_or(reference).replace("%20", " ");
    &SCHEMA["$defs"][name.as_str()]
}

/// The key that another name stands for.
fn alias<'s>(schema: &'s Value, name: &str) -> Option<&'s str> {
    schema["x-aliases"][name].as_str()
}

/// Whether a key cannot be written beside one that is.
fn is_excluded(schema: &Value, table: &Map<String, Value>, key: &str) -> bool {
    let rules = schema[NOT_WITH].as_object().into_iter().flatten();
    rules
        .filter(|(other, _)| table.contains_key(*other))
        .any(|(_, keys)| keys.as_array().is_some_and(|keys| keys.iter().any(|known| known == key)))
}

/// The default of a property as people read it: TOML, or words.
pub(super) fn default_of(property: &Value) -> Option<String> {
    marked_default(property, |value| value)
}

/// The same, with a mark around the TOML.
pub(super) fn marked_default(property: &Value, mark: impl Fn(String) -> String) -> Option<String> {
    if let Some(words) = property[WORDS].as_str() {
        return Some(words.to_owned());
    }
    let value = property.get("default").map(toml).filter(|text| !matches!(text.as_str(), "[]" | "{}")).map(mark)?;
    Some(property[AFTER].as_str().map_or(value.clone(), |after| format!("{after}, or {value}")))
}

/// A value as a scenario file has it.
fn toml(value: &Value) -> String {
    match value {
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |value| value.to_string()),
        Value::Array(list) => format!("[{}]", list.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::Object(table) => {
            let pairs: Vec<String> =
                table.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| format!("{key} = {}", toml(value))).collect();
            if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
        }
        other => other.to_string(),
    }
}

/// A document's value without its places.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::Table(table) => table.iter().map(|(key, node)| (key.get_ref().to_string(), json(node.get_ref()))).collect(),
        DeValue::Array(list) => list.iter().map(|node| json(node.get_ref())).collect(),
        _ => Value::Bool(true),
    }
}
