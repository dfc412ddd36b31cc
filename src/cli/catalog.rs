//! `skyberth catalog`.

use super::Exit;
use super::arguments::{CatalogArguments, CatalogPart};
use super::print::{self, print};
use super::refusal::invalid;
use serde::Serialize;
use serde_json::{Map, Value, json};
use skyberth::metrics::catalog as metrics;
use skyberth::model::catalog::Catalog;
use skyberth::model::confidence::Confidence;
use skyberth::policy::registry;
use skyberth::report::document::{Column, Document, Room, Table};
use skyberth::report::output::{self, Printed};
use skyberth::scenario::BUILT_IN;
use std::io;

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

/// Characters in a line of a table with sources.
const WITH_SOURCES: u16 = 160;
/// The columns of metrics in a table.
const OF_METRICS: [&str; 4] = ["metric", "unit", "direction", "meaning"];

type Rows = Vec<Map<String, Value>>;

/// Prints a part of what is built in.
pub(super) fn catalog(arguments: &CatalogArguments) -> Exit {
    if arguments.markdown {
        return markdown(arguments.part);
    }
    print(&Listing { rows: rows(arguments.part), part: arguments.part, sources: arguments.sources }, arguments.format)
}

/// The rows of a part.
struct Listing {
    rows: Rows,
    part: CatalogPart,
    sources: bool,
}

impl Printed for Listing {
    fn document(&self, room: Room) -> Document {
        let mut document = Document::default();
        document.table(self.table());
        if let Some(hint) = self.hint().filter(|_| room == Room::Narrow) {
            document.lines(hint);
        }
        document
    }

    fn json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &self.rows)?;
        out.write_all(b"\n")
    }

    fn rows(&self, rows: &mut output::Rows<'_>) -> io::Result<()> {
        if let Some(first) = self.rows.first() {
            rows.write_record(first.keys())?;
        }
        Ok(self.rows.iter().try_for_each(|row| rows.write_record(row.values().map(text)))?)
    }
}

impl Listing {
    fn table(&self) -> Table {
        let column = |key: &String| {
            let column = Column::text(key.replace('_', " "));
            if self.sources || self.is_narrow(key) { column } else { column.with_room() }
        };
        let mut table = Table::new("Catalog", self.rows.first().into_iter().flat_map(Map::keys).map(column).collect());
        table.width = self.sources.then_some(WITH_SOURCES);
        self.rows.iter().for_each(|row| table.row(row.values().map(text)));
        table
    }

    /// Whether narrow tables have room for a column.
    fn is_narrow(&self, key: &str) -> bool {
        match self.part {
            CatalogPart::Metrics => OF_METRICS.contains(&key),
            _ => !NOT_IN_TABLES.contains(&key),
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self.part {
            CatalogPart::All => {
                Some("skyberth catalog PART lists a part: vendors, gpus, prices, contracts, metrics, policies, ...")
            }
            CatalogPart::Policies | CatalogPart::Scenarios => None,
            _ if self.sources => None,
            CatalogPart::Metrics => Some("--format csv adds range, scopes, files and how futures are combined"),
            _ => Some("--sources adds where each figure comes from; --format csv gives everything"),
        }
    }
}

fn markdown(part: CatalogPart) -> Exit {
    match part {
        CatalogPart::Metrics => print::text(&metrics::markdown()),
        _ => invalid("only `catalog metrics` has a page in Markdown"),
    }
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
        CatalogPart::Metrics => of(&metrics::entries()),
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
