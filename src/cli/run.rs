//! `skyberth run`.

use super::arguments::{RunArguments, StudyArguments};
use super::print::{print, say};
use super::refusal::failed;
use super::{Exit, progress, scenario};
use skyberth::kernel::fnv::Fnv;
use skyberth::metrics::JobRecords;
use skyberth::model::Model;
use skyberth::report::{CashReport, FocusCsv, FuturesCsv, JobsCsv, Manifest, Report, StudyKind, write_all, write_file};
use skyberth::scenario::Source;
use skyberth::study::{CashView, Finished, Run, summarise};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Simulates a scenario, prints the tables, writes the files.
pub(super) fn run(arguments: &RunArguments) -> Exit {
    execute(arguments).unwrap_or_else(|exit| exit)
}

fn execute(arguments: &RunArguments) -> Result<Exit, Exit> {
    let source = scenario::source(&arguments.scenario)?;
    let mut model = scenario::model(&source, arguments.study.quiet)?;
    let study = &arguments.study;
    study.apply(&mut model);
    let opened = study.open_folder(&model, StudyKind::Run).map_err(failed)?;
    let progress = progress::stoppable();
    let began = Instant::now();
    let how = Run { threads: study.threads(model.replications as usize), records: arguments.jobs, accounts: arguments.focus };
    let outcome = progress::watch(&model, &progress, arguments.study.quiet, || skyberth::study::run(&model, how, &progress));
    let finished = outcome.map_err(failed)?;
    let interrupted = progress.stop.load(Ordering::Relaxed) && finished.len() < model.replications as usize;
    if interrupted && finished.is_empty() {
        say(format_args!("interrupted before any replication was done: nothing was written"));
        return Err(Exit::Interrupted);
    }
    let report = report(&model, &source, &finished, interrupted);
    let cash = arguments.cash.then(|| CashView::of(&model, &finished));
    let run = Done { report: &report, model: &model, finished: &finished, cash: cash.as_ref() };
    let results = StudyArguments::folder_for(opened, interrupted).map_err(failed)?;
    let folder = results.path().to_owned();
    let written = write(&run, &results.new_files(), arguments, began).and_then(|files| results.replace().map(|()| files));
    let written = written.map_err(failed)?;
    let printed = match &cash {
        _ if study.quiet => Exit::Done,
        Some(view) => print(&CashReport { model: &model, view }, study.format),
        None => print(&report, study.format),
    };
    if interrupted {
        say(format_args!(
            "interrupted: {} of {} replications are kept in {}",
            finished.len(),
            model.replications,
            folder.display()
        ));
        return Ok(Exit::Interrupted);
    }
    if !arguments.study.quiet {
        say(format_args!("{} files in {}", written.len(), folder.display()));
    }
    Ok(printed)
}

fn report(model: &Model, source: &Source, finished: &[Finished], interrupted: bool) -> Report {
    let changes: Vec<String> = (source.sets.iter().map(|set| format!("--set {set}")))
        .chain(source.dropped.iter().map(|vendor| format!("--drop-vendor {vendor}")))
        .collect();
    // A separator, so that no text can pass for two.
    let texts = std::iter::once(&source.text).chain(&changes).chain(model.inputs.iter().map(|input| &input.hash));
    let hash = texts.fold(Fnv::default(), |hash, text| hash.with(text.as_bytes()).with(&[0]));
    let summary = summarise(model, finished);
    let manifest = Manifest {
        schema_version: skyberth::study::SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: model.name.clone(),
        scenario_hash: hash.to_string(),
        inputs: model.inputs.clone(),
        changes,
        seed: model.seed,
        replications: model.replications,
        finished: summary.finished,
        interrupted,
        assumptions: model.assumptions.iter().map(Into::into).collect(),
    };
    Report { summary, manifest }
}

/// What is written.
struct Done<'a> {
    report: &'a Report,
    model: &'a Model,
    finished: &'a [Finished],
    cash: Option<&'a CashView>,
}

fn write(run: &Done<'_>, folder: &Path, arguments: &RunArguments, began: Instant) -> io::Result<Vec<PathBuf>> {
    let Done { report, model, finished, cash } = *run;
    let mut written = write_all(report, folder)?;
    let futures = FuturesCsv { entrants: &[(None, model, finished)] };
    written.push(write_file(&folder.join(FuturesCsv::FILE), |out| futures.write(out))?);
    if arguments.jobs {
        let replications: Vec<(u32, &Model, &JobRecords)> =
            finished.iter().filter_map(|one| Some((one.replication, model, one.records.as_ref()?))).collect();
        let jobs = JobsCsv { replications: &replications };
        written.push(write_file(&folder.join("jobs.csv"), |out| jobs.write(out))?);
    }
    if let Some(accounts) = finished.iter().find_map(|one| one.accounts.as_deref()) {
        let bill = FocusCsv { model, accounts };
        written.push(write_file(&folder.join("focus.csv"), |out| bill.write(out))?);
    }
    if let Some(view) = cash {
        let cash = CashReport { model, view };
        written.push(write_file(&folder.join("cash.csv"), |out| cash.write(out))?);
    }
    // Wall time is not a result: it goes beside them, where version control does not look.
    let events: u64 = finished.iter().map(|one| one.events).sum();
    let seconds = began.elapsed().as_secs_f64();
    let threads = arguments.study.threads;
    write_file(&folder.join("run.log.json"), |out| {
        writeln!(out, "{{\"wall_s\": {seconds:.3}, \"events\": {events}, \"threads\": {threads}}}")
    })?;
    Ok(written)
}
