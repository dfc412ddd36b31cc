//! Defaults of scenario keys: written once, and the same in the reference and in `skyberth check`.

use crate::common::{root, skyberth, text_of};
use std::collections::BTreeMap;
use std::path::Path;

/// A key of the reference: its name, the section that its type is described in, and its default.
struct Key {
    name: String,
    table: Option<String>,
    default: Option<String>,
}

/// The keys of each section of the reference.
fn reference() -> BTreeMap<String, Vec<Key>> {
    let text = text_of("docs/scenario-reference.md");
    let mut sections = BTreeMap::new();
    for section in text.split("\n## ").skip(1) {
        let heading = section.lines().next().expect("a heading").to_owned();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| ")).filter(|row| row.contains('`'));
        sections.insert(heading, rows.map(key).collect());
    }
    sections
}

fn key(row: &str) -> Key {
    let cells: Vec<&str> = row.trim_end_matches(" |").splitn(3, " | ").collect();
    let table = cells[1].split_once("](#").map(|(before, _)| before.rsplit('[').next().expect("a link").to_owned());
    let default = cells[2].rsplit_once("Default: ").map(|(_, told)| told.trim_end_matches('.').replace(['`', '\\'], ""));
    Key { name: cells[0].trim_matches(['*', '`']).to_owned(), table, default }
}

/// Keys of a workload or service that cannot stand beside a trace.
const NOT_WITH_TRACE: [&str; 7] = ["factor", "growth", "daily", "weekend", "gpus_multiple_of", "outcomes", "estimate"];

/// The defaults that the reference lists for what a table leaves out: keys with their path, and values.
fn left_out(sections: &BTreeMap<String, Vec<Key>>, heading: &str, table: &toml::Table, path: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for key in &sections[heading] {
        let at = format!("{path}{}", key.name);
        let value = table.get(&key.name).or_else(|| table.get("not_in").filter(|_| key.name == "not_jurisdictions"));
        let is_excluded = table.contains_key("trace") && NOT_WITH_TRACE.contains(&key.name.as_str());
        let inner = key.table.as_ref().filter(|inner| sections.contains_key(*inner));
        match (value, &key.default, inner) {
            (Some(toml::Value::Table(value)), _, Some(inner)) => {
                found.extend(left_out(sections, inner, value, &format!("{at}.")));
            }
            (Some(toml::Value::Array(list)), _, Some(inner)) => {
                let tables = list.iter().filter_map(toml::Value::as_table);
                found.extend(tables.flat_map(|value| left_out(sections, inner, value, &format!("{at}[]."))));
            }
            (None, Some(default), _) if !is_excluded => found.push((at, default.clone())),
            _ => {}
        }
    }
    found
}

/// The tables of a section: names of entries, and the entries.
fn tables<'v>(section: &str, is_named: bool, value: &'v toml::Value) -> Vec<(String, &'v toml::Table)> {
    match value {
        toml::Value::Table(entries) if is_named => {
            entries.iter().map(|(name, entry)| (name.clone(), entry.as_table().expect("an entry"))).collect()
        }
        toml::Value::Table(table) => vec![(String::new(), table)],
        toml::Value::Array(list) => {
            let entries = list.iter().map(|entry| entry.as_table().expect("an entry"));
            entries.enumerate().map(|(index, entry)| (format!("{section}[{index}]"), entry)).collect()
        }
        _ => Vec::new(),
    }
}

/// Holds what `check` prints of a scenario against the reference; returns how many defaults that are.
fn hold_against_the_reference(folder: &Path, file: &str) -> usize {
    let sections = reference();
    let mut scenario: toml::Table = std::fs::read_to_string(folder.join(file)).expect("readable").parse().expect("TOML");
    scenario.entry("policy").or_insert_with(|| toml::Table::new().into());
    let ended = skyberth(folder, &["check", file, "--format", "json"]);
    assert_eq!(ended.code, 0, "{file}: {}", ended.stderr);
    let checked: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let printed = checked["defaults"].as_array().expect("a list");
    let shown = skyberth(folder, &["check", file]).stdout;
    let mut count = 0;
    for (section, value) in &scenario {
        let named = format!("{section}.KEY");
        let is_named = sections.contains_key(&named);
        let heading = if is_named { &named } else { section };
        for (entry, table) in tables(section, is_named, value) {
            for (key, default) in left_out(&sections, heading, table, "") {
                let is_told = printed.iter().any(|row| {
                    row["section"] == heading.as_str()
                        && row["key"] == key.as_str()
                        && row["default"].as_str().is_some_and(|told| told.replace('`', "") == default)
                        && (entry.is_empty()
                            || row["left_out_by"].as_array().is_some_and(|list| list.contains(&entry.as_str().into())))
                });
                assert!(is_told, "{file}: check does not print {heading} {key}: {default} of `{entry}`\n{}", ended.stdout);
                assert!(shown.contains(key.split(['.', '[']).next().expect("a part")), "{file}: {key} is not in the table");
                count += 1;
            }
        }
    }
    count
}

#[test]
fn check_prints_every_default_of_the_reference() {
    for entry in std::fs::read_dir(root().join("scenarios")).expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        if Path::new(&name).extension().is_some_and(|ending| ending == "toml") {
            let count = hold_against_the_reference(&root().join("scenarios"), &name);
            assert!(count > 50, "{name}: {count}");
        }
    }
}

/// Every section, with no key but those that it needs.
const EVERY_SECTION: &str = r#"format = 2
[scenario]
start = 2026-01-01
end = 2026-12-31
[vendor.aws]
[vendor.coreweave]
default_probability_per_year = 0.01
default_outcome = {}
[cluster.a]
vendor = "aws"
gpu = "H100"
ramp = [{ date = 2026-01-01, gpus = 64, slip = { probability = 0.5 } }, { date = 2026-02-01, gpus = 64, kind = "spot" }]
eviction = { per_day = 1, out = "1 h" }
colocation = { usd_per_kw_month = 150, power = [{ ready = 2026-01-01, it_mw = 1 }] }
[cluster.b]
vendor = "coreweave"
gpu = "H100"
ramp = [{ date = 2026-01-01, gpus = 64 }]
[grid.world]
max_mw = 100
[contract.c]
vendor = "aws"
value_usd = 1e6
start = 2026-01-01
term = "1 y"
exclusivity = { until = 2026-02-01 }
delay_damages = { usd_per_gpu_day = 1 }
terms = "common"
extension = { term = "1 y" }
price_review = { dates = [2026-06-01] }
service_credits = { bands = [{ below = 0.9, credit_share = 0.1 }], exit = { below = 0.5, months = 3 } }
[index.i]
values = [{ date = 2026-01-01, value = 100 }]
[shock.s]
probability = 0.5
days = 3
[outage.o]
vendor = "aws"
per_year = 1
duration = "1 h"
[workload.w]
jobs_per_day = 3
gpus = 8
duration = "12 h"
growth = { per_year = 2 }
outcomes = { failed = 0.1, cancelled = 0.1 }
checkpoint = { interval = "1 h" }
data = { vendor = "aws", size_gb = 1 }
elastic = { min = 4, max = 16 }
[service.s]
tokens_per_s = 1000
replica = { type = "llama3.1-70b-h100" }
[team.w]
cohort = "c"
budget = { usd = 1e6 }
[cohort.c]
[charge_back]
usd_per_gpu_hour = 2
[budget]
[links]
[[link]]
from = "aws"
to = "coreweave"
[policy]
[variant.v]
[comparison]
[[assumption]]
about = "the sky"
value = "blue"
"#;

#[test]
fn check_prints_every_default_of_every_section() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), EVERY_SECTION).expect("writable");
    let schema: serde_json::Value = serde_json::from_str(&skyberth(&root(), &["schema"]).stdout).expect("JSON");
    let sections = schema["properties"].as_object().expect("sections");
    for section in sections.keys().filter(|name| *name != "format") {
        assert!(EVERY_SECTION.contains(&format!("[{section}")), "[{section}] is not in the scenario of every section");
    }
    assert!(hold_against_the_reference(folder.path(), "x.toml") > 100);
    let shown = skyberth(folder.path(), &["check", "x.toml"]).stdout;
    let told_before_in_part_only =
        [("pue_peak", "1.4"), ("tpot_slo_ms", "100"), ("seed", "1"), ("replications", "16"), ("service_step", "\"10 min\"")];
    for (key, default) in told_before_in_part_only {
        let row = shown.lines().find(|line| line.trim_start().starts_with(&format!("{key} ")));
        assert!(row.is_some_and(|row| row.contains(default)), "{key} {default}: {row:?}\n{shown}");
    }
}

/// The catalog decides what the reference says of figures that it has.
#[test]
fn the_reference_gives_the_defaults_of_the_catalog() {
    let catalog = skyberth::model::catalog::Catalog::builtin();
    let rate = catalog.reliability("node-failures-per-gpu-day").expect("a figure").value;
    let sections = reference();
    let key = sections["cluster.KEY"].iter().find(|key| key.name == "failures_per_gpu_day").expect("a key");
    assert_eq!(key.default.as_deref(), Some(rate.to_string().as_str()));
}

/// A default is written beside its key alone: descriptions do not tell it again, and `compile` has no literal for it.
#[test]
fn defaults_are_written_once() {
    let files = |folder: &str| {
        let paths = std::fs::read_dir(root().join("src/scenario").join(folder)).expect("a folder");
        let paths = paths.map(|entry| entry.expect("an entry").path());
        paths.map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("readable"))).collect::<Vec<_>>()
    };
    for (path, text) in files("spec") {
        let told = text.lines().find(|line| line.trim_start().starts_with("///") && line.contains("Default: "));
        assert_eq!(told, None, "{path}");
    }
    for (path, text) in files("compile") {
        let text: String = text.split_whitespace().collect();
        for rest in ["spec.", "header.", "checkpoint."].iter().flat_map(|owner| text.split(owner).skip(1)) {
            let Some((key, value)) = rest.split_once(".unwrap_or(").or_else(|| rest.split_once(".map_or(")) else { continue };
            let is_key = key.chars().all(|c| c.is_alphanumeric() || c == '_');
            let is_literal = value.starts_with(|c: char| c.is_ascii_digit() || c == '"')
                || value.starts_with("true")
                || value.starts_with("false");
            assert!(
                !(is_key && is_literal),
                "{path}: `{key}` has a default in compile: {}",
                value.chars().take(10).collect::<String>()
            );
        }
    }
}
