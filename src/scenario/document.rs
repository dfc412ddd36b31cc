//! The text as a tree with positions, before it means anything.

use super::issue::{Issue, Issues, nearest};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

type Node<'t> = Spanned<DeValue<'t>>;

/// A parsed document.
pub(super) struct Document<'t> {
    pub root: DeTable<'t>,
    /// Where each path's value is, and its key.
    spans: BTreeMap<String, (Range<usize>, Range<usize>)>,
    /// What is written there, for reports.
    written: BTreeMap<String, String>,
}

impl<'t> Document<'t> {
    /// Parses a text; notes every place where it is not TOML.
    pub fn parse(text: &'t str, issues: &mut Issues) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            issues.push(Issue::error(format!("this is not TOML: {}", error.message()), error.span()));
        }
        Self { root: root.into_inner(), spans: BTreeMap::new(), written: BTreeMap::new() }
    }

    /// Replaces or adds the value of a path. `value` is TOML, or a bare word, which counts as text.
    pub fn set(&mut self, path: &[&'t str], value: &'t str, offset: usize, issues: &mut Issues) {
        let node = DeValue::parse(value).map_or_else(
            |_| Spanned::new(offset..offset + value.len(), DeValue::String(value.into())),
            |node| shifted(node, offset),
        );
        let Some((last, parents)) = path.split_last() else { return };
        let mut table = &mut self.root;
        for key in parents {
            let entry = table
                .entry(Spanned::new(offset..offset, (*key).into()))
                .or_insert_with(|| Spanned::new(offset..offset, DeValue::Table(DeTable::new())));
            let DeValue::Table(inner) = entry.get_mut() else {
                issues.push(Issue::error(
                    format!("`{key}` is not a table, so nothing can be set below it"),
                    Some(offset..offset + value.len()),
                ));
                return;
            };
            table = inner;
        }
        if let Some(slot) = table.get_mut(*last) {
            *slot = node;
        } else {
            table.insert(Spanned::new(offset..offset, (*last).into()), node);
        }
    }

    /// Takes a vendor out, with its clusters and contracts; says whether there was one.
    pub fn drop_vendor(&mut self, key: &str) -> bool {
        let section = |root: &mut DeTable<'t>, name: &str, keep: &dyn Fn(&str, &Node<'t>) -> bool| {
            if let Some(DeValue::Table(table)) = root.get_mut(name).map(Spanned::get_mut) {
                let before = table.len();
                let kept: DeTable<'t> =
                    std::mem::take(table).into_iter().filter(|(entry, node)| keep(entry.get_ref(), node)).collect();
                *table = kept;
                return table.len() < before;
            }
            false
        };
        let found = section(&mut self.root, "vendor", &|name, _| name != key);
        let theirs =
            |_: &str, node: &Node<'t>| node.get_ref().get("vendor").and_then(|vendor| vendor.get_ref().as_str()) != Some(key);
        section(&mut self.root, "cluster", &theirs);
        section(&mut self.root, "contract", &theirs);
        found
    }

    /// Notes where everything is. Call it when the tree is final.
    pub fn index(&mut self, issues: &mut Issues) {
        let root = std::mem::take(&mut self.root);
        self.index_table(&root, "", issues);
        self.root = root;
    }

    fn index_table(&mut self, table: &DeTable<'t>, prefix: &str, issues: &mut Issues) {
        for (key, node) in table {
            let path = if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
            self.index_node(node, &path, key.span(), issues);
        }
    }

    fn index_node(&mut self, node: &Node<'t>, path: &str, key: Range<usize>, issues: &mut Issues) {
        self.spans.insert(path.to_owned(), (node.span(), key));
        match node.get_ref() {
            DeValue::Table(table) => self.index_table(table, path, issues),
            DeValue::Array(array) => {
                for (index, element) in array.iter().enumerate() {
                    self.index_node(element, &format!("{path}[{index}]"), element.span(), issues);
                }
            }
            value => {
                Self::check_number(path, value, node.span(), issues);
                self.written.insert(path.to_owned(), plain(value));
            }
        }
    }

    /// Refuses what no key of a scenario can mean: numbers that are not finite, or negative.
    fn check_number(path: &str, value: &DeValue<'t>, span: Range<usize>, issues: &mut Issues) {
        let text = match value {
            DeValue::Float(number) => number.as_str(),
            DeValue::Integer(number) => number.as_str(),
            _ => return,
        };
        let key = path.rsplit('.').next().unwrap_or(path);
        if text.contains("nan") || text.contains("inf") {
            issues.push(Issue::error(format!("`{key}` must be a finite number"), Some(span)).label("not a finite number"));
        } else if text.starts_with('-') && key != "priority" {
            issues.push(Issue::error(format!("`{key}` must not be negative"), Some(span)).label("a negative number"));
        }
    }

    /// Where a path's value is; where its nearest parent's key is, if the path is not in the text.
    pub fn span(&self, path: &str) -> Option<Range<usize>> {
        if let Some((value, _)) = self.spans.get(path) {
            return Some(value.clone());
        }
        let mut parent = path;
        while let Some((shorter, _)) = parent.rsplit_once(['.', '[']) {
            parent = shorter;
            if let Some((value, _)) = self.spans.get(parent) {
                return Some(value.clone());
            }
        }
        None
    }

    /// Whether anything is written at a path.
    pub fn has(&self, path: &str) -> bool {
        self.spans.contains_key(path)
    }

    /// Where a path's key is.
    pub fn key_span(&self, path: &str) -> Option<Range<usize>> {
        self.spans.get(path).map(|(_, key)| key.clone()).filter(|key| !key.is_empty()).or_else(|| self.span(path))
    }

    /// What is written at a path that holds a plain value.
    pub fn written(&self, path: &str) -> Option<&str> {
        self.written.get(path).map(String::as_str)
    }

    /// The entries of a section, each understood by itself so that a mistake in one hides nothing in another. None for entries that
    /// could not be understood.
    pub fn section<T: DeserializeOwned>(&self, name: &str, issues: &mut Issues) -> Vec<(String, Option<T>)> {
        let Some(node) = self.root.get(name) else { return Vec::new() };
        let DeValue::Table(table) = node.get_ref() else {
            issues.push(Issue::error(format!("`{name}` must be a table of tables: [{name}.KEY]"), Some(node.span())));
            return Vec::new();
        };
        table.iter().map(|(key, entry)| (key.get_ref().to_string(), understand(entry, issues))).collect()
    }

    /// A section that is one table.
    pub fn table<T: DeserializeOwned>(&self, name: &str, issues: &mut Issues) -> Option<T> {
        understand(self.root.get(name)?, issues)
    }

    /// A section that is a list of tables.
    pub fn list<T: DeserializeOwned>(&self, name: &str, issues: &mut Issues) -> Vec<(usize, T)> {
        let Some(node) = self.root.get(name) else { return Vec::new() };
        let DeValue::Array(array) = node.get_ref() else {
            issues.push(Issue::error(format!("`{name}` must be a list of tables: [[{name}]]"), Some(node.span())));
            return Vec::new();
        };
        array.iter().enumerate().filter_map(|(index, entry)| Some((index, understand(entry, issues)?))).collect()
    }
}

/// Understands a value, noting every mistake in it: what is wrong is noted, cut out, and the rest is tried again.
fn understand<T: DeserializeOwned>(node: &Node<'_>, issues: &mut Issues) -> Option<T> {
    let mut node = node.clone();
    let mut cut: Vec<String> = Vec::new();
    loop {
        let error = match T::deserialize(ValueDeserializer::from(node.clone())) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let span = error.span().unwrap_or_else(|| node.span());
        let missing = quoted(error.message().strip_prefix("missing field "));
        // What was cut out because it was wrong is not missing as well.
        if !missing.is_some_and(|name| cut.iter().any(|key| key == name)) {
            issues.push(explain(error.message(), span.clone()));
        }
        if span == node.span() {
            return None;
        }
        cut.push(cut_out(&mut node, &span)?);
    }
}

/// Removes the entry whose key or value has this span; returns its key.
fn cut_out(node: &mut Node<'_>, span: &Range<usize>) -> Option<String> {
    match node.get_mut() {
        DeValue::Table(table) => {
            let found = table.iter().find(|(key, value)| key.span() == *span || value.span() == *span);
            if let Some(key) = found.map(|(key, _)| key.get_ref().to_string()) {
                table.remove(key.as_str());
                return Some(key);
            }
            table.iter_mut().find_map(|(_, value)| cut_out(value, span))
        }
        DeValue::Array(array) => {
            if array.iter().any(|value| value.span() == *span) {
                let mut rest = DeArray::new();
                for value in array.iter().filter(|value| value.span() != *span) {
                    rest.push(value.clone());
                }
                *array = rest;
                return Some(String::new());
            }
            array.iter_mut().find_map(|value| cut_out(value, span))
        }
        _ => None,
    }
}

/// A message of the deserialiser in the words of this program.
fn explain(message: &str, span: Range<usize>) -> Issue {
    if let Some(name) = quoted(message.strip_prefix("missing field ")) {
        return Issue::error(format!("the key `{name}` is missing"), Some(span)).label(format!("`{name}` belongs here"));
    }
    for (prefix, what) in [("unknown field ", "unknown key"), ("unknown variant ", "unknown name")] {
        let Some(rest) = message.strip_prefix(prefix) else { continue };
        let names: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let Some((written, allowed)) = names.split_first() else { continue };
        let label = nearest(written, allowed).map_or_else(|| "not known here".to_owned(), |name| format!("did you mean `{name}`?"));
        return Issue::error(format!("{what} `{written}`"), Some(span)).label(label).allowed(written, allowed.iter().copied());
    }
    let plain = message
        .replace("expected f64", "expected a number")
        .replace("expected a TOML datetime", "expected a date such as 2026-12-31");
    let plain =
        ["u64", "u32", "i32"].iter().fold(plain, |text, kind| text.replace(&format!("expected {kind}"), "expected a whole number"));
    Issue::error(plain, Some(span))
}

fn quoted(rest: Option<&str>) -> Option<&str> {
    rest?.split('`').nth(1)
}

fn shifted(node: Node<'_>, by: usize) -> Node<'_> {
    let span = node.span().start + by..node.span().end + by;
    let value = match node.into_inner() {
        DeValue::Array(array) => {
            let mut moved = DeArray::new();
            for element in array {
                moved.push(shifted(element, by));
            }
            DeValue::Array(moved)
        }
        DeValue::Table(table) => DeValue::Table(
            table
                .into_iter()
                .map(|(key, value)| {
                    let span = key.span().start + by..key.span().end + by;
                    (Spanned::new(span, key.into_inner()), shifted(value, by))
                })
                .collect(),
        ),
        other => other,
    };
    Spanned::new(span, value)
}

fn plain(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => String::new(),
    }
}
