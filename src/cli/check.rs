//! `skyberth check`.

use super::arguments::CheckArguments;
use super::{Exit, print, scenario};
use skyberth::model::job::JobSource;
use skyberth::model::{Assumption, Model};
use skyberth::report::document::{Column, Document, Room, Table};
use skyberth::report::terminal;
use skyberth::scenario::{Source, load};

/// Prints all problems of a scenario, and what it assumes.
pub(super) fn check(arguments: &CheckArguments) -> Exit {
    let source = match scenario::source(&arguments.scenario) {
        Ok(source) => source,
        Err(exit) => return exit,
    };
    let loaded = load(&source);
    scenario::complain(&loaded.issues, &source);
    let Some(model) = loaded.model else { return Exit::Invalid };
    let broken = broken_variants(&source, &model);
    if broken > 0 {
        let plural = if broken == 1 { "variant has" } else { "variants have" };
        anstream::eprintln!("{}: {broken} {plural} errors", source.name);
        return Exit::Invalid;
    }
    print::text(&terminal::render(&describe(&model), Room::Narrow))
}

/// Says what is wrong with the variants of a scenario that is itself sound; how many are wrong.
fn broken_variants(source: &Source, model: &Model) -> usize {
    let variants = model.comparison.variants.iter().map(|variant| Source { variant: Some(variant.key.clone()), ..source.clone() });
    let complains = |source: &Source| {
        let loaded = load(source);
        if loaded.model.is_none() {
            anstream::eprint!("{}", loaded.issues.render(source, true));
        }
        loaded.model.is_none()
    };
    variants.filter(complains).count()
}

fn describe(model: &Model) -> Document {
    let gpus: u64 = model.clusters.iter().map(|cluster| cluster.planned_maximum().whole_floor()).sum();
    let mut text = format!(
        "{}: no errors\n{} vendors, {} clusters (up to {gpus} GPUs planned), {} contracts, {} workloads, {} services\npolicy {}\n",
        model.name,
        model.vendors.len(),
        model.clusters.len(),
        model.contracts.len(),
        model.workloads.len(),
        model.services.len(),
        model.policy.name,
    );
    for workload in &model.workloads {
        if let JobSource::Listed(list) = &workload.jobs {
            text.push_str(&format!("workload {}: a trace of {}\n", workload.name, list.summary()));
        }
    }
    let mut document = Document::default();
    document.lines(text);
    for (title, is_default) in [("It states", false), ("It leaves to the program", true)] {
        let list: Vec<&Assumption> = model.assumptions.iter().filter(|assumption| assumption.is_default == is_default).collect();
        if list.is_empty() {
            continue;
        }
        let columns = ["about", "value", "confidence", "source"].map(Column::text);
        let mut table = Table::new(title, columns.to_vec());
        for assumption in list {
            let source = assumption.source.clone().unwrap_or_default();
            table.row([&assumption.about, &assumption.value, &assumption.confidence.to_string(), &source]);
        }
        document.heading(format!("{title}:"));
        document.table(table);
    }
    document
}
