//! The text as a tree with positions, before it means anything.

use super::issue::{Issue, Issues};
use crate::kernel::names::nearest;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
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

    /// Replaces or adds the value of a path such as `cluster.a.ramp[0].gpus`. `value` is TOML, or a bare word, which counts as text.
    /// `spans` are the places of the path and of the value.
    pub fn set(&mut self, path: &'t str, value: &'t str, spans: [Range<usize>; 2], issues: &mut Issues) {
        let [key_span, value_span] = spans;
        let offset = value_span.start;
        let text = || Spanned::new(value_span.clone(), DeValue::String(value.into()));
        let node = DeValue::parse(value).map_or_else(|_| text(), |node| shifted(node, offset));
        let Some(steps) = steps(path) else {
            let issue = Issue::error(format!("`{path}` is not a path"), Some(key_span));
            issues.push(
                issue.help(
                    "write keys with dots between them, and the number of a list's entry in brackets: cluster.a.ramp[0].gpus",
                ),
            );
            return;
        };
        if let [Step::Key(section), Step::Key(entry), _, ..] = steps.as_slice()
            && NAMED.contains(section)
        {
            let known: Vec<&str> = (self.root.get(*section).and_then(|node| node.get_ref().as_table()).into_iter())
                .flat_map(|table| table.keys().map(|key| key.get_ref().as_ref()))
                .collect();
            if !known.contains(entry) {
                let issue = Issue::error(format!("there is no {section} `{entry}` to change"), Some(key_span));
                issues.push(issue.allowed(entry, known.into_iter()));
                return;
            }
        }
        let root = std::mem::take(&mut self.root);
        let mut tree = Spanned::new(key_span.clone(), DeValue::Table(root));
        // What is new is told of by its last key.
        let last = key_span.end - path.rsplit('.').next().unwrap_or(path).len()..key_span.end;
        if let Err(title) = put(&mut tree, &steps, "this", node, &last) {
            issues.push(Issue::error(title, Some(key_span)));
        }
        if let DeValue::Table(root) = tree.into_inner() {
            self.root = root;
        }
    }

    /// The keys of the vendors.
    pub fn vendors(&self) -> Vec<String> {
        let table = self.root.get("vendor").and_then(|node| node.get_ref().as_table());
        table.into_iter().flat_map(|table| table.keys().map(|key| key.get_ref().to_string())).collect()
    }

    /// Takes a vendor out, with its clusters and contracts and whatever refers to them; says whether there was one.
    pub fn drop_vendor(&mut self, key: &str) -> bool {
        let theirs = |root: &DeTable<'t>, section: &str| -> Vec<String> {
            let entries = root.get(section).and_then(|node| node.get_ref().as_table()).into_iter().flatten();
            let is_theirs =
                |node: &Node<'t>| node.get_ref().get("vendor").and_then(|vendor| vendor.get_ref().as_str()) == Some(key);
            entries.filter(|(_, node)| is_theirs(node)).map(|(name, _)| name.get_ref().to_string()).collect()
        };
        let clusters = theirs(&self.root, "cluster");
        let contracts = theirs(&self.root, "contract");
        let outages = theirs(&self.root, "outage");
        let regions = self.regions();
        let found = remove_entries(&mut self.root, "vendor", &[key.to_owned()]);
        remove_entries(&mut self.root, "cluster", &clusters);
        remove_entries(&mut self.root, "contract", &contracts);
        remove_entries(&mut self.root, "outage", &outages);
        self.drop_outages_of(&clusters, &regions);
        for section in ["workload", "service"] {
            if let Some(DeValue::Table(table)) = self.root.get_mut(section).map(Spanned::get_mut) {
                for (_, entry) in table.iter_mut() {
                    let DeValue::Table(entry) = entry.get_mut() else { continue };
                    keep_in_list(entry, "only_vendors", |node| node.get_ref().as_str() != Some(key));
                    keep_in_list(entry, "only_clusters", |node| {
                        !node.get_ref().as_str().is_some_and(|name| clusters.iter().any(|gone| gone == name))
                    });
                }
            }
        }
        if let Some(DeValue::Table(policy)) = self.root.get_mut("policy").map(Spanned::get_mut)
            && policy
                .get("broker")
                .and_then(|broker| broker.get_ref().as_str()?.split_once(':'))
                .is_some_and(|(_, vendor)| vendor == key)
        {
            policy.remove("broker");
        }
        let mut gone = vec![format!("vendor.{key}.")];
        gone.extend(clusters.iter().map(|name| format!("cluster.{name}.")));
        gone.extend(contracts.iter().map(|name| format!("contract.{name}.")));
        keep_in_list(&mut self.root, "assumption", |node| {
            let path = node.get_ref().get("path").and_then(|path| path.get_ref().as_str()).map(|path| format!("{path}."));
            !path.is_some_and(|path| gone.iter().any(|prefix| path.starts_with(prefix.as_str())))
        });
        found
    }

    /// The regions that clusters name.
    fn regions(&self) -> BTreeSet<String> {
        let clusters = self.root.get("cluster").and_then(|node| node.get_ref().as_table()).into_iter().flatten();
        clusters.filter_map(|(_, node)| node.get_ref().get("region")?.get_ref().as_str().map(str::to_owned)).collect()
    }

    /// Takes out outages that have nothing left to hit: all their clusters are gone, or the last one in their region.
    fn drop_outages_of(&mut self, clusters: &[String], regions_before: &BTreeSet<String>) {
        let regions = self.regions();
        let Some(DeValue::Table(outages)) = self.root.get_mut("outage").map(Spanned::get_mut) else { return };
        let mut gone = Vec::new();
        for (name, outage) in outages.iter_mut() {
            let DeValue::Table(outage) = outage.get_mut() else { continue };
            let is_dropped = |node: &Node<'_>| node.get_ref().as_str().is_some_and(|name| clusters.iter().any(|gone| gone == name));
            let had_any = outage.get("clusters").and_then(|list| list.get_ref().as_array()).is_some_and(|list| !list.is_empty());
            keep_in_list(outage, "clusters", |node| !is_dropped(node));
            let has_none = outage.get("clusters").and_then(|list| list.get_ref().as_array()).is_some_and(|list| list.is_empty());
            let region = outage.get("region").and_then(|region| region.get_ref().as_str());
            let is_nowhere = region.is_some_and(|region| regions_before.contains(region) && !regions.contains(region));
            if (had_any && has_none) || is_nowhere {
                gone.push(name.get_ref().to_string());
            }
        }
        remove_entries(&mut self.root, "outage", &gone);
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

/// Understands a value, noting every mistake in it: what is wrong is noted, cut out, and the rest is tried again. A key that is missing is
/// noted and filled in with something that passes, so that the next mistake comes to light; nothing is understood then.
fn understand<T: DeserializeOwned>(node: &Node<'_>, issues: &mut Issues) -> Option<T> {
    let mut node = node.clone();
    let mut repair = Repair::default();
    loop {
        let error = match T::deserialize(ValueDeserializer::from(node.clone())) {
            Ok(value) => return (!repair.filled).then_some(value),
            Err(error) => error,
        };
        let span = error.span().unwrap_or_else(|| node.span());
        if repair.stands_in(&span) {
            if !repair.try_next(&mut node) {
                return None;
            }
            continue;
        }
        let missing = quoted(error.message().strip_prefix("missing field ")).map(str::to_owned);
        let is_told = match &missing {
            // What was cut out because it was wrong is not missing as well.
            Some(name) => repair.cut.iter().any(|(key, _)| key == name),
            // Nor is a table wrong because something was cut out of it.
            None => repair.cut.iter().any(|(_, table)| *table == span) && !error.message().starts_with("unknown"),
        };
        if !is_told {
            // Several keys can be missing at one place.
            let issue = explain(error.message(), span.clone());
            if missing.is_some() { issues.push_also(issue) } else { issues.push(issue) }
        }
        if let Some(name) = missing
            && !is_told
        {
            if !repair.fill(&mut node, &span, &name) {
                return None;
            }
            continue;
        }
        if span == node.span() {
            return None;
        }
        repair.cut.push(cut_out(&mut node, &span)?);
    }
}

/// What has been done to a value to get past its mistakes.
#[derive(Default)]
struct Repair {
    /// Keys that were cut out, and the spans of the tables that held them.
    cut: Vec<(String, Range<usize>)>,
    /// Whether anything was filled in.
    filled: bool,
    /// The last filling: table, key, and which of `FILLINGS` it is.
    last: Option<(Range<usize>, String, usize)>,
}

/// Values that stand in for missing ones: one of them passes for any key that is required.
const FILLINGS: [&str; 6] = ["1.0", "1", "'1 d'", "2000-01-01", "[]", "{}"];

/// The span of a filling lies behind every text.
const FILLED: Range<usize> = usize::MAX - 1..usize::MAX;

impl Repair {
    fn stands_in(&self, span: &Range<usize>) -> bool {
        self.last.is_some() && span.start >= FILLED.start
    }

    fn fill(&mut self, node: &mut Node<'_>, table: &Range<usize>, key: &str) -> bool {
        self.filled = true;
        self.last = Some((table.clone(), key.to_owned(), 0));
        self.insert(node)
    }

    fn try_next(&mut self, node: &mut Node<'_>) -> bool {
        if let Some((_, _, filling)) = &mut self.last {
            *filling += 1;
        }
        self.insert(node)
    }

    fn insert(&self, node: &mut Node<'_>) -> bool {
        let Some((table, key, filling)) = &self.last else { return false };
        let (Some(filling), Some(DeValue::Table(table))) = (FILLINGS.get(*filling), find(node, table).map(Spanned::get_mut)) else {
            return false;
        };
        let Ok(value) = DeValue::parse(filling) else { return false };
        let value = Spanned::new(FILLED, value.into_inner());
        if let Some(slot) = table.get_mut(key.as_str()) {
            *slot = value;
        } else {
            table.insert(Spanned::new(FILLED, key.clone().into()), value);
        }
        true
    }
}

/// The node with this span.
fn find<'n, 't>(node: &'n mut Node<'t>, span: &Range<usize>) -> Option<&'n mut Node<'t>> {
    if node.span() == *span {
        return Some(node);
    }
    match node.get_mut() {
        DeValue::Table(table) => table.iter_mut().find_map(|(_, value)| find(value, span)),
        DeValue::Array(array) => array.iter_mut().find_map(|value| find(value, span)),
        _ => None,
    }
}

/// Removes the entry whose key or value has this span; returns its key, and the span of the table or list that held it.
fn cut_out(node: &mut Node<'_>, span: &Range<usize>) -> Option<(String, Range<usize>)> {
    let holder = node.span();
    match node.get_mut() {
        DeValue::Table(table) => {
            let found = table.iter().find(|(key, value)| key.span() == *span || value.span() == *span);
            if let Some(key) = found.map(|(key, _)| key.get_ref().to_string()) {
                table.remove(key.as_str());
                return Some((key, holder));
            }
            table.iter_mut().find_map(|(_, value)| cut_out(value, span))
        }
        DeValue::Array(array) => {
            if array.iter().any(|value| value.span() == *span) {
                keep(array, |value| value.span() != *span);
                return Some((String::new(), holder));
            }
            array.iter_mut().find_map(|value| cut_out(value, span))
        }
        _ => None,
    }
}

/// Keeps the elements that pass.
fn keep<'t>(array: &mut DeArray<'t>, passes: impl Fn(&Node<'t>) -> bool) {
    let mut rest = DeArray::new();
    for value in array.iter().filter(|value| passes(value)) {
        rest.push(value.clone());
    }
    *array = rest;
}

fn keep_in_list<'t>(table: &mut DeTable<'t>, key: &str, passes: impl Fn(&Node<'t>) -> bool) {
    if let Some(DeValue::Array(array)) = table.get_mut(key).map(Spanned::get_mut) {
        keep(array, passes);
    }
}

/// Removes entries of a section by name; says whether there was any.
fn remove_entries(root: &mut DeTable<'_>, section: &str, names: &[String]) -> bool {
    let Some(DeValue::Table(table)) = root.get_mut(section).map(Spanned::get_mut) else { return false };
    names.iter().filter(|name| table.remove(name.as_str()).is_some()).count() > 0
}

/// Sections whose entries have names.
const NAMED: [&str; 7] = ["vendor", "cluster", "contract", "shock", "outage", "workload", "service"];

/// A step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

/// The steps of a path such as `cluster.a.ramp[0].gpus`; none where it is not a path.
fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (key, indices) = part.trim().split_once('[').map_or((part.trim(), None), |(key, rest)| (key, Some(rest)));
        if key.is_empty() {
            return None;
        }
        steps.push(Step::Key(key));
        for index in indices.into_iter().flat_map(|rest| rest.split('[')) {
            steps.push(Step::Index(index.strip_suffix(']')?.parse().ok()?));
        }
    }
    Some(steps)
}

/// Puts a value at a path below a node, adding tables on the way.
fn put<'t>(node: &mut Node<'t>, steps: &[Step<'t>], name: &str, value: Node<'t>, span: &Range<usize>) -> Result<(), String> {
    let Some((step, rest)) = steps.split_first() else {
        *node = value;
        return Ok(());
    };
    match (step, node.get_mut()) {
        (Step::Key(key), DeValue::Table(table)) => {
            if !table.contains_key(*key) {
                table.insert(Spanned::new(span.clone(), (*key).into()), Spanned::new(span.clone(), DeValue::Table(DeTable::new())));
            }
            table.get_mut(*key).map_or(Ok(()), |inner| put(inner, rest, key, value, span))
        }
        (Step::Index(index), DeValue::Array(array)) => {
            let length = array.len();
            let entry = array
                .get_mut(*index)
                .ok_or_else(|| format!("there is no entry {index} in this list of {length} (the first is 0)"))?;
            put(entry, rest, name, value, span)
        }
        (Step::Key(_), DeValue::Array(_)) => Err(format!("`{name}` is a list: give the number of an entry, such as {name}[0]")),
        (Step::Key(key), _) => Err(format!("`{name}` is not a table, so nothing can be set at `{key}` below it")),
        (Step::Index(index), _) => Err(format!("`{name}` is not a list, so it has no entry {index}")),
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
    // The rest of such a message is a name of the program's own.
    let (message, table) = message.split_once("expected struct ").map_or((message, ""), |(what, _)| (what, "expected a table"));
    let plain = format!("{message}{table}")
        .replace("expected f64", "expected a number")
        .replace("expected a TOML datetime", "expected a date such as 2026-12-31")
        .replace("expected a string", "expected a text")
        .replace("expected enum", "expected a name or a law")
        .replace(" as i128", "")
        .replace(" as u128", "");
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
