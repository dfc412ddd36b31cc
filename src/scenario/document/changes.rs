//! Changes to a document before it means anything: values set, entries taken out, variants.

use super::{Document, Node};
use crate::scenario::issue::{Issue, Issues};
use crate::scenario::sections::is_named;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// Variants build on each other this deep at most.
pub(in crate::scenario) const MOST_VARIANTS_ABOVE: usize = 100;

impl<'t> Document<'t> {
    /// Replaces or adds the value of a path such as `cluster.a.ramp[0].gpus`. `value` is TOML, or a bare word, which counts as text.
    /// `spans` are the places of the path and of the value.
    pub fn set(&mut self, path: &str, value: &'t str, spans: [Range<usize>; 2], issues: &mut Issues) {
        let [key_span, value_span] = spans;
        let offset = value_span.start;
        let text = || Spanned::new(value_span.clone(), DeValue::String(value.into()));
        let node = DeValue::parse(value).map_or_else(|_| text(), |node| shifted(node, offset));
        self.set_node(path, node, key_span, issues);
    }

    /// Replaces or adds the value of a path. An entry that has a name is added as a whole, never by one of its keys.
    fn set_node(&mut self, path: &str, node: Node<'t>, key_span: Range<usize>, issues: &mut Issues) {
        let Some(steps) = steps(path) else {
            issues.push(not_a_path(path, key_span));
            return;
        };
        if let [Step::Key(section), Step::Key(entry), _, ..] = steps.as_slice()
            && is_named(section)
            && !self.knows(section, entry, &key_span, issues)
        {
            return;
        }
        let root = std::mem::take(&mut self.root);
        let mut tree = Spanned::new(key_span.clone(), DeValue::Table(root));
        // What is new is told of by its last key.
        let last = path.rsplit('.').next().unwrap_or(path).len();
        let last = key_span.end.saturating_sub(last).max(key_span.start)..key_span.end;
        if let Err(title) = put(&mut tree, &steps, "this", node, &last) {
            issues.push(Issue::error(title, Some(key_span)));
        }
        if let DeValue::Table(root) = tree.into_inner() {
            self.root = root;
        }
    }

    /// Whether a section has an entry; says so if it has none of that name.
    fn knows(&self, section: &str, entry: &str, span: &Range<usize>, issues: &mut Issues) -> bool {
        let known = self.entries(section);
        let is_known = known.iter().any(|name| name == entry);
        if !is_known {
            let issue = issues.unknown(section, entry, Some(span.clone()), known.iter().map(String::as_str));
            issues.push(issue);
        }
        is_known
    }

    /// The keys of a section.
    pub fn entries(&self, section: &str) -> Vec<String> {
        let table = self.root.get(section).and_then(|node| node.get_ref().as_table());
        table.into_iter().flat_map(|table| table.keys().map(|key| key.get_ref().to_string())).collect()
    }

    /// Makes the changes of a variant: vendors left out, then entries removed, then values set. Says whether there is such a variant.
    pub fn apply_variant(&mut self, name: &str, issues: &mut Issues) -> bool {
        self.apply_after(name, &[], issues)
    }

    /// The same below variants that build on it.
    fn apply_after(&mut self, name: &str, above: &[&str], issues: &mut Issues) -> bool {
        let variants = self.root.get("variant").and_then(|node| node.get_ref().as_table());
        let Some(variant) = variants.and_then(|table| table.get(name)).and_then(|node| node.get_ref().as_table()).cloned() else {
            return false;
        };
        let first = variant.get("of").and_then(|node| Some((node.get_ref().as_str()?.to_owned(), node.span())));
        if let Some((first, span)) = first {
            let above = [above, &[name]].concat();
            let known = self.entries("variant");
            if above.len() > MOST_VARIANTS_ABOVE {
                let title = format!("variant `{first}` is the {}th that one builds on", MOST_VARIANTS_ABOVE + 1);
                let help = format!("variants build on each other up to {MOST_VARIANTS_ABOVE} deep");
                issues.push(Issue::error(title, Some(span)).help(help));
            } else if above.contains(&first.as_str()) {
                issues.push(Issue::error(format!("variant `{first}` builds on itself"), Some(span)));
            } else if !self.apply_after(&first, &above, issues) {
                let issue = issues.unknown("variant", &first, Some(span), known.iter().map(String::as_str));
                issues.push(issue);
            }
        }
        let texts = |key: &str| -> Vec<(String, Range<usize>)> {
            let list = variant.get(key).and_then(|node| node.get_ref().as_array()).into_iter().flatten();
            list.filter_map(|node| Some((node.get_ref().as_str()?.to_owned(), node.span()))).collect()
        };
        for (vendor, span) in texts("drop_vendors") {
            let known = self.entries("vendor");
            if !self.drop_vendor(&vendor) {
                let issue = issues.unknown("vendor", &vendor, Some(span), known.iter().map(String::as_str));
                issues.push(issue);
            }
        }
        let removed = texts("remove");
        for (path, span) in &removed {
            self.remove(path, span.clone(), issues);
        }
        let sets = variant.get("set").and_then(|node| node.get_ref().as_table()).into_iter().flatten();
        let sets: Vec<(String, Range<usize>, Node<'t>)> =
            sets.map(|(key, node)| (key.get_ref().to_string(), key.span(), node.clone())).collect();
        // Two changes, one within the other, would depend on their order.
        let mut seen: BTreeMap<Vec<Step>, &str> = BTreeMap::new();
        seen.extend(removed.iter().filter_map(|(path, _)| Some((steps(path)?, path.as_str()))));
        for (path, span, _) in &sets {
            let Some(steps) = steps(path) else { continue };
            if let Some(other) = overlapping(&seen, &steps) {
                let title = format!("`{path}` overlaps `{other}`, which this variant changes too");
                issues.push(Issue::error(title, Some(span.clone())).help("change a value once, or give the whole entry"));
            }
            seen.entry(steps).or_insert(path);
        }
        for (path, span, node) in sets {
            self.set_node(&path, node, span, issues);
        }
        true
    }

    /// Takes out what is at a path, and for a cluster whatever refers to it.
    fn remove(&mut self, path: &str, span: Range<usize>, issues: &mut Issues) {
        let Some(steps) = steps(path) else {
            issues.push(not_a_path(path, span));
            return;
        };
        if let [Step::Key(section), Step::Key(entry), ..] = steps.as_slice()
            && is_named(section)
            && !self.knows(section, entry, &span, issues)
        {
            return;
        }
        if let [Step::Key(section), Step::Key(entry)] = steps.as_slice()
            && section == "cluster"
        {
            self.drop_clusters(std::slice::from_ref(entry));
            return;
        }
        let root = std::mem::take(&mut self.root);
        let mut tree = Spanned::new(span.clone(), DeValue::Table(root));
        if !take(&mut tree, &steps) {
            issues.push(Issue::error(format!("nothing to remove at `{path}`"), Some(span)));
        }
        if let DeValue::Table(root) = tree.into_inner() {
            self.root = root;
        }
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
        let found = remove_entries(&mut self.root, "vendor", &[key.to_owned()]);
        remove_entries(&mut self.root, "contract", &contracts);
        remove_entries(&mut self.root, "outage", &outages);
        let (regions, jurisdictions) = (self.regions(), self.jurisdictions());
        self.drop_clusters(&clusters);
        self.drop_transfers_of(key, &regions);
        let gone: BTreeSet<String> = jurisdictions.difference(&self.jurisdictions()).cloned().collect();
        for section in ["workload", "service"] {
            if let Some(DeValue::Table(table)) = self.root.get_mut(section).map(Spanned::get_mut) {
                for (_, entry) in table.iter_mut() {
                    let DeValue::Table(entry) = entry.get_mut() else { continue };
                    keep_in_list(entry, "only_vendors", |node| node.get_ref().as_str() != Some(key));
                    for list in ["only_jurisdictions", "not_jurisdictions", "not_in"] {
                        keep_in_list(entry, list, |node| !node.get_ref().as_str().is_some_and(|name| gone.contains(name)));
                    }
                }
            }
        }
        self.drop_waivers_for(key);
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

    /// Takes clusters out, with whatever refers to them.
    fn drop_clusters(&mut self, clusters: &[String]) {
        let (regions, grids) = (self.regions(), self.grids());
        remove_entries(&mut self.root, "cluster", clusters);
        let grids: Vec<String> = grids.difference(&self.grids()).cloned().collect();
        remove_entries(&mut self.root, "grid", &grids);
        self.drop_outages_of(clusters, &regions);
        let is_there = |node: &Node<'t>| !node.get_ref().as_str().is_some_and(|name| clusters.iter().any(|gone| gone == name));
        for (section, list) in [("workload", "only_clusters"), ("service", "only_clusters"), ("contract", "clusters")] {
            if let Some(DeValue::Table(table)) = self.root.get_mut(section).map(Spanned::get_mut) {
                for (_, entry) in table.iter_mut() {
                    let DeValue::Table(entry) = entry.get_mut() else { continue };
                    keep_in_list(entry, list, is_there);
                }
            }
        }
    }

    /// Takes a vendor out of the waivers of exclusivity, and out with those that let no other vendor in.
    fn drop_waivers_for(&mut self, key: &str) {
        let Some(DeValue::Table(contracts)) = self.root.get_mut("contract").map(Spanned::get_mut) else { return };
        for (_, contract) in contracts.iter_mut() {
            let DeValue::Table(contract) = contract.get_mut() else { continue };
            let Some(DeValue::Table(clause)) = contract.get_mut("exclusivity").map(Spanned::get_mut) else { continue };
            let is_key = |node: &Node<'t>| node.get_ref().as_str() == Some(key);
            keep_in_list(clause, "waivers", |waiver| {
                let named = waiver.get_ref().get("vendors").and_then(|list| list.get_ref().as_array());
                !named.is_some_and(|list| !list.is_empty() && list.iter().all(is_key))
            });
            let Some(DeValue::Array(waivers)) = clause.get_mut("waivers").map(Spanned::get_mut) else { continue };
            for waiver in waivers.iter_mut() {
                if let DeValue::Table(waiver) = waiver.get_mut() {
                    keep_in_list(waiver, "vendors", |node| !is_key(node));
                }
            }
        }
    }

    /// The regions that clusters name.
    fn regions(&self) -> BTreeSet<String> {
        let clusters = self.root.get("cluster").and_then(|node| node.get_ref().as_table()).into_iter().flatten();
        clusters.filter_map(|(_, node)| node.get_ref().get("region")?.get_ref().as_str().map(str::to_owned)).collect()
    }

    /// The jurisdictions that clusters name, or have by their regions.
    fn jurisdictions(&self) -> BTreeSet<String> {
        let clusters = self.root.get("cluster").and_then(|node| node.get_ref().as_table()).into_iter().flatten();
        let text = |node: &Node<'_>, key: &str| node.get_ref().get(key).and_then(|node| node.get_ref().as_str().map(str::to_owned));
        let of_region = |region: String| region.split('-').next().unwrap_or_default().to_owned();
        clusters.filter_map(|(_, node)| text(node, "jurisdiction").or_else(|| text(node, "region").map(of_region))).collect()
    }

    /// The grids that clusters name, or have by their regions.
    fn grids(&self) -> BTreeSet<String> {
        let clusters = self.root.get("cluster").and_then(|node| node.get_ref().as_table()).into_iter().flatten();
        let text = |node: &Node<'_>, key: &str| node.get_ref().get(key).and_then(|node| node.get_ref().as_str().map(str::to_owned));
        clusters.filter_map(|(_, node)| text(node, "grid").or_else(|| text(node, "region"))).collect()
    }

    /// Takes out links from and to a vendor, and what says that data lie with it, or in a region without clusters.
    fn drop_transfers_of(&mut self, key: &str, regions_before: &BTreeSet<String>) {
        let regions = self.regions();
        let text = |node: &Node<'_>, key: &str| node.get_ref().get(key).and_then(|node| node.get_ref().as_str().map(str::to_owned));
        keep_in_list(&mut self.root, "link", |link| !["from", "to"].iter().any(|end| text(link, end).as_deref() == Some(key)));
        if self.root.get("link").and_then(|list| list.get_ref().as_array()).is_some_and(|list| list.is_empty()) {
            self.root.remove("link");
        }
        let Some(DeValue::Table(workloads)) = self.root.get_mut("workload").map(Spanned::get_mut) else { return };
        for (_, workload) in workloads.iter_mut() {
            let DeValue::Table(workload) = workload.get_mut() else { continue };
            let Some(data) = workload.get("data") else { continue };
            let is_nowhere =
                text(data, "region").is_some_and(|region| regions_before.contains(&region) && !regions.contains(&region));
            if text(data, "vendor").as_deref() == Some(key) || is_nowhere {
                workload.remove("data");
            }
        }
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
}

/// Keeps the elements that pass.
pub(super) fn keep<'t>(array: &mut DeArray<'t>, passes: impl Fn(&Node<'t>) -> bool) {
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

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key(String),
    Index(usize),
}

fn not_a_path(path: &str, span: Range<usize>) -> Issue {
    let help = "write keys with dots between them, and the number of a list's entry in brackets: cluster.a.ramp[0].gpus";
    Issue::error(format!("`{path}` is not a path"), Some(span)).help(help)
}

/// The path among those seen that is this one, lies above it or lies below it.
fn overlapping<'p>(seen: &BTreeMap<Vec<Step>, &'p str>, path: &[Step]) -> Option<&'p str> {
    let above = (1..=path.len()).find_map(|length| seen.get(&path[..length]));
    let below = || seen.range(path.to_vec()..).next().filter(|(other, _)| other.starts_with(path)).map(|(_, name)| name);
    above.or_else(below).copied()
}

/// A path has no more steps than this: no key lies that deep.
const MOST_STEPS: usize = 64;

/// The steps of a path such as `cluster.a.ramp[0].gpus`; none where it is not a path.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (key, indices) = part.trim().split_once('[').map_or((part.trim(), None), |(key, rest)| (key, Some(rest)));
        if key.is_empty() {
            return None;
        }
        steps.push(Step::Key(key.to_owned()));
        for index in indices.into_iter().flat_map(|rest| rest.split('[')) {
            steps.push(Step::Index(index.strip_suffix(']')?.parse().ok()?));
        }
        if steps.len() > MOST_STEPS {
            return None;
        }
    }
    Some(steps)
}

/// Puts a value at a path below a node, adding tables on the way.
fn put<'t>(node: &mut Node<'t>, steps: &[Step], name: &str, value: Node<'t>, span: &Range<usize>) -> Result<(), String> {
    let Some((step, rest)) = steps.split_first() else {
        *node = value;
        return Ok(());
    };
    match (step, node.get_mut()) {
        (Step::Key(key), DeValue::Table(table)) => {
            if !table.contains_key(key.as_str()) {
                let empty = Spanned::new(span.clone(), DeValue::Table(DeTable::new()));
                table.insert(Spanned::new(span.clone(), key.clone().into()), empty);
            }
            table.get_mut(key.as_str()).map_or(Ok(()), |inner| put(inner, rest, key, value, span))
        }
        (Step::Index(index), DeValue::Array(array)) => {
            let length = array.len();
            let entry =
                array.get_mut(*index).ok_or_else(|| format!("unknown entry {index} in this list of {length} (the first is 0)"))?;
            put(entry, rest, name, value, span)
        }
        (Step::Key(_), DeValue::Array(_)) => Err(format!("`{name}` is a list: give the number of an entry, such as {name}[0]")),
        (Step::Key(key), _) => Err(format!("`{name}` is not a table, so nothing can be set at `{key}` below it")),
        (Step::Index(index), _) => Err(format!("`{name}` is not a list, so it has no entry {index}")),
    }
}

/// Takes out what is at a path below a node; says whether there was anything.
fn take(node: &mut Node<'_>, steps: &[Step]) -> bool {
    match (steps, node.get_mut()) {
        ([Step::Key(key)], DeValue::Table(table)) => table.remove(key.as_str()).is_some(),
        ([Step::Index(index)], DeValue::Array(array)) => {
            let Some(span) = array.get(*index).map(Spanned::span) else { return false };
            keep(array, |value| value.span() != span);
            true
        }
        ([Step::Key(key), rest @ ..], DeValue::Table(table)) => table.get_mut(key.as_str()).is_some_and(|inner| take(inner, rest)),
        ([Step::Index(index), rest @ ..], DeValue::Array(array)) => array.get_mut(*index).is_some_and(|inner| take(inner, rest)),
        _ => false,
    }
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
