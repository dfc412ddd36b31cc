//! `skyberth compare`.

use super::arguments::{CompareArguments, ScenarioArguments, StudyArguments, each};
use super::print::{print, say};
use super::refusal::{failed, invalid, unknown};
use super::{Exit, progress, scenario};
use skyberth::model::Model;
use skyberth::report::{FuturesCsv, JobsCsv, StudyKind, write_comparison, write_file};
use skyberth::scenario::{Question, Source, WhatIf};
use skyberth::study::Run;
use skyberth::study::comparison::{Comparison, ComparisonError, Entrant, Futures, Precision, Stop, compare as meet, simulations};
use skyberth::units::{Span, VendorId};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// The name of what all variants are compared with.
const BASELINE: &str = "baseline";

/// How long vendors are away with `--outage each`.
const EACH: [&str; 3] = ["8h", "7d", "90d"];

/// Compares variants under the same futures.
pub(super) fn compare(arguments: &CompareArguments) -> Exit {
    execute(arguments).unwrap_or_else(|exit| exit)
}

fn execute(arguments: &CompareArguments) -> Result<Exit, Exit> {
    let entrants = entrants(arguments)?;
    let (study, first) = (&arguments.study, entrants[0].model.clone());
    let first = &first;
    let precision = arguments.precision.as_ref().map(|text| {
        let most = arguments.most.unwrap_or(first.replications.saturating_mul(10)).max(first.replications);
        Precision::parse(text, most)
    });
    let precision = precision.transpose().map_err(invalid)?;
    let opened = study.open_folder(first, StudyKind::Comparison).map_err(failed)?;
    let progress = progress::stoppable();
    let each = simulations(&entrants);
    let how = Run { threads: study.threads(each * first.replications as usize), records: arguments.jobs, accounts: false };
    let work = || meet(entrants, how, precision.as_ref(), &progress);
    let outcome = progress::watch_comparison(first, each, &progress, study.quiet, work);
    let Some((comparison, futures)) = outcome.map_err(refuse)? else {
        say(format_args!("interrupted before any future was whole: nothing was written"));
        return Err(Exit::Interrupted);
    };
    let interrupted = comparison.stop == Stop::Interrupted;
    let results = StudyArguments::folder_for(opened, interrupted).map_err(failed)?;
    let folder = results.path().to_owned();
    let written = write(&comparison, &futures, &results.new_files(), arguments.jobs);
    let written = written.and_then(|files| results.replace().map(|()| files)).map_err(failed)?;
    let printed = if arguments.study.quiet { Exit::Done } else { print(&comparison, study.format) };
    if interrupted {
        say(format_args!("interrupted: {} futures are kept in {}", comparison.replications, folder.display()));
        return Ok(Exit::Interrupted);
    }
    if !arguments.study.quiet {
        say(format_args!("{written} files in {}", folder.display()));
    }
    Ok(printed)
}

/// A defect of the program is not a mistake of its user.
fn refuse(error: ComparisonError) -> Exit {
    match error {
        ComparisonError::Failed { .. } => failed(error),
        ComparisonError::OtherFutures { .. } | ComparisonError::Precision(_) => invalid(error),
    }
}

/// The baseline and everything that is compared with it, in order: variants of the file, other files, variants of the command line, questions.
fn entrants(arguments: &CompareArguments) -> Result<Vec<Entrant>, Exit> {
    let base = source(arguments, &arguments.files[0])?;
    let baseline = entrant(BASELINE, None, &base, arguments)?;
    let mut entrants = vec![baseline];
    let written = entrants[0].model.comparison.variants.clone();
    for name in &arguments.only {
        if written.iter().all(|variant| variant.key != *name) {
            return Err(unknown("variant", name, written.iter().map(|variant| variant.key.as_str())));
        }
    }
    for variant in written {
        if arguments.only.is_empty() || arguments.only.contains(&variant.key) {
            let source = Source { variant: Some(variant.key.clone()), ..base.clone() };
            entrants.push(entrant(&variant.key, Some(variant.title), &source, arguments)?);
        }
    }
    for file in &arguments.files[1..] {
        let source = source(arguments, file)?;
        let mut other = entrant("", None, &source, arguments)?;
        other.name.clone_from(&other.model.name);
        other.title.clone_from(&other.model.title);
        entrants.push(other);
    }
    for (name, sets) in changes(arguments)? {
        let mut source = base.clone();
        source.sets.extend(sets);
        entrants.push(entrant(&name, None, &source, arguments)?);
    }
    for what_if in questions(arguments, &entrants[0].model) {
        let name = what_if.name();
        let source = Source { what_ifs: vec![what_if], ..base.clone() };
        entrants.push(entrant(&name, None, &source, arguments)?);
    }
    for vendor in &arguments.questions.drop {
        let mut source = base.clone();
        source.dropped.push(vendor.clone());
        entrants.push(entrant(&format!("drop {vendor}"), None, &source, arguments)?);
    }
    if entrants.len() == 1 {
        let help = "write [variant.NAME] into the scenario, give several files, or ask: --variant, --outage, --slip, --drop, --add, --demand, --ban";
        return Err(invalid(format!("there is nothing to compare the scenario with\nhelp: {help}")));
    }
    let mut names: Vec<&str> = entrants.iter().map(|entrant| entrant.name.as_str()).collect();
    names.sort_unstable();
    if let Some([name, ..]) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(invalid(format!("two variants are called `{name}`: every variant needs a name of its own")));
    }
    Ok(entrants)
}

fn source(arguments: &CompareArguments, file: &str) -> Result<Source, Exit> {
    let scenario = ScenarioArguments { file: file.to_owned(), sets: arguments.sets.clone(), dropped: Vec::new() };
    scenario::source(&scenario)
}

fn entrant(name: &str, title: Option<String>, source: &Source, arguments: &CompareArguments) -> Result<Entrant, Exit> {
    // Warnings about the scenario are told once, with the baseline.
    let mut model = scenario::model(source, arguments.study.quiet || name != BASELINE)?;
    arguments.study.apply(&mut model);
    let is_question = !source.what_ifs.is_empty();
    Ok(Entrant { name: name.to_owned(), title: title.unwrap_or_else(|| name.to_owned()), is_question, model })
}

/// Variants of the command line: `name:path=value`, several of one name together.
fn changes(arguments: &CompareArguments) -> Result<Vec<(String, Vec<String>)>, Exit> {
    let mut variants: Vec<(String, Vec<String>)> = Vec::new();
    for text in &arguments.variants {
        let Some((name, set)) = text.split_once(':').filter(|(name, set)| !name.trim().is_empty() && set.contains('=')) else {
            return Err(invalid(format!(
                "`--variant {text}`: write NAME:PATH=VALUE, such as late:cluster.texas.slip.probability=1"
            )));
        };
        match variants.iter_mut().find(|(known, _)| known == name) {
            Some((_, sets)) => sets.push(set.to_owned()),
            None => variants.push((name.to_owned(), vec![set.to_owned()])),
        }
    }
    Ok(variants)
}

fn questions(arguments: &CompareArguments, model: &Model) -> Vec<WhatIf> {
    let asked = arguments.questions.asked();
    asked
        .flat_map(|what_if| if let Some(day) = each(&what_if) { every_vendor(day.strip_prefix('@'), model) } else { vec![what_if] })
        .collect()
}

/// Every vendor away for 8 h, 7 d and 90 d, from a day on: the one in the middle of the measured time, if none is given.
fn every_vendor(day: Option<&str>, model: &Model) -> Vec<WhatIf> {
    let middle = model.warm_up + Span::from_ms((model.horizon() - model.warm_up).ms() / 2);
    let day = day.map_or_else(|| model.calendar.date(middle).to_string(), str::to_owned);
    let one = |vendor: VendorId| {
        let key = &model.vendors[vendor.index()].key;
        EACH.map(|length| WhatIf { question: Question::Outage, text: format!("{key}@{day}+{length}") })
    };
    model.vendors_with_clusters().flat_map(one).collect()
}

fn write(comparison: &Comparison, futures: &Futures, folder: &Path, jobs: bool) -> io::Result<usize> {
    let mut written = write_comparison(comparison, folder)?.len() + 1;
    let entrants = futures.entrants().iter().zip(futures.by_entrant());
    let entrants: Vec<_> =
        entrants.map(|(entrant, finished)| (Some(entrant.name.as_str()), &entrant.model, &finished[..])).collect();
    let csv = FuturesCsv { entrants: &entrants };
    write_file(&folder.join(FuturesCsv::FILE), |out| csv.write(out))?;
    if jobs {
        let mut names = BTreeSet::new();
        for (entrant, finished) in futures.entrants().iter().zip(futures.by_entrant()) {
            let replications: Vec<_> =
                finished.iter().filter_map(|one| Some((one.replication, &entrant.model, one.records.as_ref()?))).collect();
            let csv = JobsCsv { replications: &replications };
            let mut name = file_name(&entrant.name);
            // Two variants never share a file, on systems that do not tell capitals apart either.
            while !names.insert(name.to_lowercase()) {
                name.push_str("-2");
            }
            write_file(&folder.join(format!("jobs-{name}.csv")), |out| csv.write(out))?;
            written += 1;
        }
    }
    Ok(written)
}

/// A name as part of a file's: what is not a letter, a digit, `-`, `_` or a dot becomes `-`.
fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect()
}
