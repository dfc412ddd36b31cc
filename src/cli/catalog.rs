//! `skyberth catalog`.

use super::arguments::{CatalogArguments, CatalogPart, Format};
use super::{Exit, scenario};
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;
use serde_json::{Map, Value, json};
use skyberth::model::catalog::Catalog;
use skyberth::model::confidence::Confidence;
use skyberth::policy::registry;
use skyberth::report::STYLE;
use skyberth::scenario::BUILT_IN;

/// Columns that a table within 80 columns has no room for; `--format csv` and `json` have them all.
const NOT_IN_TABLES: [&str; 13] = [
    "source",
    "note",
    "context",
    "clauses",
    "product",
    "fp8_dense_tflops",
    "tdp_w",
    "part_of",
    "announced",
    "binding",
    "chunk_tokens",
    "input_tokens_per_s_per_gpu",
    "what",
];

type Rows = Vec<Map<String, Value>>;

/// Prints a part of what is built in.
pub(super) fn catalog(arguments: &CatalogArguments) -> Exit {
    let mut rows = rows(arguments.part);
    if arguments.format == Format::Table && !arguments.sources {
        for row in &mut rows {
            for key in NOT_IN_TABLES {
                row.shift_remove(key);
            }
        }
    }
    let text = match arguments.format {
        Format::Json => serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n",
        Format::Csv => csv(&rows),
        Format::Table => table(&rows, arguments),
    };
    scenario::print(&text)
}

fn rows(part: CatalogPart) -> Rows {
    let catalog = Catalog::builtin();
    match part {
        CatalogPart::All => overview(catalog),
        CatalogPart::Vendors => of(&catalog.vendors),
        CatalogPart::Gpus => of(&catalog.gpu_types),
        CatalogPart::Prices => of(&catalog.prices),
        CatalogPart::Contracts => of(&catalog.contracts),
        CatalogPart::Sites => of(&catalog.site_steps),
        CatalogPart::Regions => of(&catalog.grids),
        CatalogPart::Reliability => of(&catalog.reliability),
        CatalogPart::Delays => of(&catalog.slips),
        CatalogPart::Replicas => of(&catalog.replica_types),
        CatalogPart::Throughputs => of(&catalog.throughputs),
        CatalogPart::Workloads => of(&catalog.workloads),
        CatalogPart::Demand => of(&catalog.demand),
        CatalogPart::Policies => {
            let row = |entry: registry::Entry| json!({ "part": entry.part.name(), "name": entry.name, "meaning": entry.meaning });
            registry::entries().filter_map(|entry| row(entry).as_object().cloned()).collect()
        }
        CatalogPart::Scenarios => {
            let row = |(name, text): &(&str, &str)| json!({ "name": name, "lines": text.lines().count() });
            BUILT_IN.iter().filter_map(|entry| row(entry).as_object().cloned()).collect()
        }
    }
}

fn of<T: Serialize>(facts: &[T]) -> Rows {
    facts.iter().filter_map(|fact| serde_json::to_value(fact).ok()?.as_object().cloned()).collect()
}

/// Entries of each family by confidence.
fn overview(catalog: &Catalog) -> Rows {
    let mut families: Vec<(String, Vec<usize>)> = Vec::new();
    for fact in catalog.facts() {
        let label = fact.label();
        let family = label.split(':').next().unwrap_or_default().to_owned();
        if families.last().is_none_or(|(last, _)| *last != family) {
            families.push((family, vec![0; Confidence::ALL.len()]));
        }
        if let (Some((_, counts)), Some(grade)) =
            (families.last_mut(), Confidence::ALL.iter().position(|known| *known == fact.confidence()))
        {
            counts[grade] += 1;
        }
    }
    let row = |(family, counts): &(String, Vec<usize>)| {
        let mut row =
            Map::from_iter([("family".to_owned(), json!(family)), ("entries".to_owned(), json!(counts.iter().sum::<usize>()))]);
        row.extend(Confidence::ALL.iter().zip(counts).map(|(grade, count)| (grade.to_string(), json!(count))));
        row
    };
    families.iter().map(row).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn csv(rows: &Rows) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    if let Some(first) = rows.first() {
        let _ = writer.write_record(first.keys());
    }
    for row in rows {
        let _ = writer.write_record(row.values().map(text));
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

fn table(rows: &Rows, arguments: &CatalogArguments) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(if arguments.sources { 160 } else { 80 });
    if let Some(first) = rows.first() {
        table.set_header(first.keys().map(|key| key.replace('_', " ")));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    for row in rows {
        table.add_row(row.values().map(text));
    }
    let hint = match arguments.part {
        CatalogPart::All => "skyberth catalog PART lists a part: vendors, gpus, prices, contracts, sites, regions, ...\n",
        CatalogPart::Policies | CatalogPart::Scenarios => "",
        _ if arguments.sources => "",
        _ => "--sources adds where each figure comes from; --format csv gives everything\n",
    };
    format!("{table}\n{hint}")
}
