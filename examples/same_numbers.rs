//! Compares the results of two versions, number by number: `cargo run --release --example same_numbers -- OLD NEW`.
//!
//! OLD and NEW are folders of result files. Metrics that were renamed since are translated by `docs/renamed-metrics.csv`, in rows as well as
//! in the names of columns. Tables and JSON are compared whole; pages and text, which are made from them, are left out. Prints every row that
//! differs, and exits with 1 if one does.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What was renamed: old name, new name.
pub type Names = BTreeMap<String, String>;

/// Columns that say what a row is about.
const LABELS: [&str; 12] =
    ["metric", "scope", "name", "period", "variant", "month", "cluster", "vendor", "base", "team", "policy", "sequence"];

/// Prints the differences of two folders.
#[allow(dead_code, reason = "a test uses the rest of this file")]
pub fn main() -> Result<ExitCode, Box<dyn Error>> {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [old, new] = &folders[..] else { return Err("two folders are needed: OLD NEW".into()) };
    let names = renamed(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/renamed-metrics.csv"))?;
    let (compared, differences) = differences(old, new, &names)?;
    for difference in &differences {
        println!("{difference}");
    }
    println!("{compared} files compared, {} differences", differences.len());
    Ok(if differences.is_empty() && compared > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads what was renamed.
///
/// # Errors
///
/// When the file cannot be read.
pub fn renamed(path: &Path) -> Result<Names, Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(path)?;
    reader.records().map(|row| row.map(|row| (row[0].to_owned(), row[1].to_owned())).map_err(Into::into)).collect()
}

/// How many files were compared, and every row that differs.
///
/// # Errors
///
/// When a file or folder cannot be read.
pub fn differences(old: &Path, new: &Path, names: &Names) -> Result<(usize, Vec<String>), Box<dyn Error>> {
    let [before, after] = [files(old)?, files(new)?];
    let only = |here: &BTreeSet<PathBuf>, there: &BTreeSet<PathBuf>, which: &str| -> Vec<String> {
        here.difference(there).map(|file| format!("{}: only in {which}", file.display())).collect()
    };
    let mut found = only(&before, &after, "OLD");
    found.extend(only(&after, &before, "NEW"));
    let mut compared = 0;
    for file in before.intersection(&after) {
        let (old, new) = (old.join(file), new.join(file));
        let rows = match file.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => of_tables(&Table::read(&old, names)?, &Table::read(&new, &Names::new())?),
            _ => of_json(&json(&old, names)?, &json(&new, &Names::new())?),
        };
        found.extend(rows.into_iter().map(|row| format!("{}: {row}", file.display())));
        compared += 1;
    }
    Ok((compared, found))
}

/// Tables and JSON below a folder, by their paths in it. The log of a run differs in every run.
fn files(folder: &Path) -> Result<BTreeSet<PathBuf>, Box<dyn Error>> {
    let (mut found, mut open) = (BTreeSet::new(), vec![folder.to_path_buf()]);
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).map_err(|error| format!("{}: {error}", next.display()))? {
            let path = entry?.path();
            let is_data = path.extension().is_some_and(|ending| ending == "csv" || ending == "json");
            if path.is_dir() {
                open.push(path);
            } else if is_data && !path.ends_with("run.log.json") {
                found.insert(path.strip_prefix(folder)?.to_path_buf());
            }
        }
    }
    Ok(found)
}

/// A table: what a row is about, and its cells by column.
struct Table {
    columns: BTreeSet<String>,
    rows: BTreeMap<String, BTreeMap<String, String>>,
}

impl Table {
    fn read(path: &Path, names: &Names) -> Result<Self, Box<dyn Error>> {
        let mut reader = csv::Reader::from_path(path)?;
        let head: Vec<String> = reader.headers()?.iter().map(|name| column(name, names)).collect();
        let mut rows = BTreeMap::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for record in reader.records() {
            let record = record?;
            let cells: BTreeMap<String, String> =
                head.iter().cloned().zip(record.iter().map(|cell| translated(cell, names))).collect();
            let labels: Vec<&str> = LABELS.iter().filter_map(|label| Some(cells.get(*label)?.as_str())).collect();
            let label = labels.join(" ");
            // Rows that are about the same thing are compared in order.
            let count = seen.entry(label.clone()).or_default();
            *count += 1;
            let label = if *count > 1 || label.is_empty() { format!("{label} (row {count})") } else { label };
            rows.insert(label, cells);
        }
        Ok(Self { columns: head.into_iter().collect(), rows })
    }
}

/// A column by the words of its metric in alphabetical order, and which statistic over futures it has: their places in a name follow from the
/// metric's own name, which may have changed.
fn column(name: &str, names: &Names) -> String {
    let statistic = name.split('_').find(|word| ["mean", "low", "high"].contains(word));
    let statistic = if name.ends_with("_n") { Some("n") } else { statistic };
    let Some(statistic) = statistic else { return translated(name, names) };
    let of = sorted(name, statistic);
    let renamed = names.iter().find(|(old, _)| sorted(old, "mean") == of);
    let of = renamed.map_or(of, |(_, new)| sorted(new, "mean"));
    if of.is_empty() { statistic.to_owned() } else { format!("{of} ({statistic})") }
}

fn sorted(name: &str, without: &str) -> String {
    let mut words: Vec<&str> = name.split('_').filter(|word| *word != without).collect();
    words.sort_unstable();
    words.join(" ")
}

fn translated(name: &str, names: &Names) -> String {
    names.get(name).map_or(name, String::as_str).to_owned()
}

fn of_tables(old: &Table, new: &Table) -> Vec<String> {
    let only = |here: &BTreeSet<String>, there: &BTreeSet<String>, which: &str| -> Vec<String> {
        here.difference(there).map(|column| format!("column {column} only in {which}")).collect()
    };
    let mut found = only(&old.columns, &new.columns, "OLD");
    found.extend(only(&new.columns, &old.columns, "NEW"));
    for (label, cells) in &old.rows {
        let Some(others) = new.rows.get(label) else {
            found.push(format!("{label}: only in OLD"));
            continue;
        };
        let differs = |(column, cell): (&String, &String)| {
            let other = others.get(column)?;
            (!is_equal(cell, other)).then(|| format!("{column} {cell} -> {other}"))
        };
        let cells: Vec<String> = cells.iter().filter_map(differs).collect();
        found.extend((!cells.is_empty()).then(|| format!("{label}: {}", cells.join(", "))));
    }
    found.extend(new.rows.keys().filter(|label| !old.rows.contains_key(*label)).map(|label| format!("{label}: only in NEW")));
    found
}

/// Whether two cells say the same: the same text, or the same number.
fn is_equal(one: &str, other: &str) -> bool {
    one == other || matches!((one.parse::<f64>(), other.parse::<f64>()), (Ok(one), Ok(other)) if one == other)
}

fn json(path: &Path, names: &Names) -> Result<Value, Box<dyn Error>> {
    let mut value = serde_json::from_slice(&std::fs::read(path)?)?;
    translate(&mut value, names);
    Ok(value)
}

fn translate(value: &mut Value, names: &Names) {
    match value {
        Value::String(text) => *text = translated(text, names),
        Value::Array(values) => values.iter_mut().for_each(|value| translate(value, names)),
        Value::Object(fields) => {
            for (name, mut field) in std::mem::take(fields) {
                translate(&mut field, names);
                fields.insert(translated(&name, names), field);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn of_json(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), Some(old), Some(new))];
    while let Some((place, old, new)) = open.pop() {
        match (old, new) {
            (Some(Value::Object(one)), Some(Value::Object(other))) => {
                let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
                open.extend(names.into_iter().rev().map(|name| (format!("{place}.{name}"), one.get(name), other.get(name))));
            }
            (Some(Value::Array(one)), Some(Value::Array(other))) => {
                let places = (0..one.len().max(other.len())).rev();
                open.extend(places.map(|at| (format!("{place}[{at}]"), one.get(at), other.get(at))));
            }
            (one, other) if one == other => {}
            (one, other) => {
                let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
                found.push(format!("{}: {} -> {}", place.trim_start_matches('.'), shown(one), shown(other)));
            }
        }
    }
    found
}
