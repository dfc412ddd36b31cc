//! Values understood piece by piece, so that one mistake hides no other.

use super::{Node, changes::keep};
use crate::kernel::names::nearest;
use crate::scenario::issue::{Issue, Issues};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

/// Understands a value, noting every mistake in it: what is wrong is noted, cut out, and the rest is tried again. A key that is missing is
/// noted and filled in with something that passes, so that the next mistake comes to light; nothing is understood then.
pub(super) fn understand<T: DeserializeOwned>(node: &Node<'_>, issues: &mut Issues) -> Option<T> {
    let mut node = node.clone();
    let mut repair = Repair::default();
    let mut mistakes = 0;
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
        mistakes += 1;
        if mistakes > MOST_MISTAKES {
            let title = format!("{MOST_MISTAKES} mistakes in this entry: the rest of it is not looked at");
            issues.push_also(Issue::error(title, Some(node.span())));
            return None;
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
        if let Some(cut) = cut_out_unknown(&mut node, &span, error.message(), issues) {
            repair.cut.extend(cut);
            continue;
        }
        repair.cut.push(cut_out(&mut node, &span)?);
    }
}

/// After so many mistakes an entry is left alone: each takes another look at all of it.
const MOST_MISTAKES: usize = 100;

/// Removes all unknown keys of a table of which the first was found, and notes each; returns them with the table's span. One look finds them all:
/// the message says which keys there are.
fn cut_out_unknown(
    node: &mut Node<'_>,
    span: &Range<usize>,
    message: &str,
    issues: &mut Issues,
) -> Option<Vec<(String, Range<usize>)>> {
    let rest = message.strip_prefix("unknown field ")?;
    let names: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    let allowed: BTreeSet<&str> = names.get(1..)?.iter().copied().collect();
    let holder = find_holder(node, span)?;
    let whole = holder.span();
    let DeValue::Table(table) = holder.get_mut() else { return None };
    let is_known = |key: &str| allowed.contains(key);
    let unknown: Vec<(String, Range<usize>)> = (table.iter())
        .filter(|(key, _)| !is_known(key.get_ref()))
        .map(|(key, _)| (key.get_ref().to_string(), key.span()))
        .collect();
    if unknown.is_empty() {
        return None;
    }
    *table = std::mem::take(table).into_iter().filter(|(key, _)| is_known(key.get_ref())).collect();
    let expected = rest.splitn(3, '`').nth(2).unwrap_or_default();
    for (index, (key, place)) in unknown.iter().enumerate() {
        // The nearest name takes a look at all of them.
        let rest = if index < MOST_MISTAKES { expected } else { "" };
        issues.push(explain(&format!("unknown field `{key}`{rest}"), place.clone()));
    }
    Some(unknown.into_iter().map(|(key, _)| (key, whole.clone())).collect())
}

/// The table with a key of this span.
fn find_holder<'n, 't>(node: &'n mut Node<'t>, span: &Range<usize>) -> Option<&'n mut Node<'t>> {
    match node.get_ref() {
        DeValue::Table(table) if table.keys().any(|key| key.span() == *span) => return Some(node),
        _ => {}
    }
    match node.get_mut() {
        DeValue::Table(table) => table.iter_mut().find_map(|(_, value)| find_holder(value, span)),
        DeValue::Array(array) => array.iter_mut().find_map(|value| find_holder(value, span)),
        _ => None,
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
    if let Some(number) = quoted(message.split_once(": integer ").map(|(_, rest)| rest)) {
        let limits = [("u64", "0 to 18446744073709551615"), ("u32", "0 to 4294967295"), ("i32", "-2147483648 to 2147483647")];
        if let Some((_, allowed)) = limits.iter().find(|(kind, _)| message.ends_with(&format!("expected {kind}"))) {
            return Issue::error(format!("{number} is out of range"), Some(span)).help(format!("allowed: {allowed}"));
        }
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
