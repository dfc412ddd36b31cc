//! The text as a tree with positions, before it means anything.

mod changes;
mod understand;

pub(super) use changes::MOST_VARIANTS_ABOVE;

use super::issue::{Issue, Issues};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use understand::understand;

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
