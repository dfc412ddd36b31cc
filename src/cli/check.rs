//! `skyberth check`.

mod printed;

use super::arguments::CheckArguments;
use super::print::{print, say, text};
use super::refusal::failed;
use super::{Exit, scenario};
use printed::Checked;
use skyberth::model::Model;
use skyberth::report::write_file;
use skyberth::scenario::{Source, defaults_in_use, load, migrate};
use std::path::Path;

/// Prints all problems of a scenario, and what it assumes.
pub(super) fn check(arguments: &CheckArguments) -> Exit {
    let source = match scenario::source(&arguments.scenario) {
        Ok(source) => source,
        Err(exit) => return exit,
    };
    if arguments.migrate {
        return write_in_new_format(&source, arguments.in_place);
    }
    let loaded = load(&source);
    scenario::complain(&loaded.issues, &source);
    let Some(model) = loaded.model else { return Exit::Invalid };
    let broken = broken_variants(&source, &model);
    if broken > 0 {
        let plural = if broken == 1 { "variant has" } else { "variants have" };
        say(format_args!("{}: {broken} {plural} errors", source.name));
        return Exit::Invalid;
    }
    print(&Checked { model: &model, defaults: &defaults_in_use(&source) }, arguments.format)
}

/// Prints a scenario of the former format in the newest one, or changes its file; what to look at goes to stderr.
fn write_in_new_format(source: &Source, in_place: bool) -> Exit {
    let migrated = match migrate(&source.text) {
        Ok(migrated) => migrated,
        Err(issues) => {
            scenario::complain(&issues, source);
            return Exit::Invalid;
        }
    };
    for note in &migrated.notes {
        say(format_args!("{}: {note}", source.name));
    }
    if in_place {
        let written = write_file(Path::new(&source.name), |out| out.write_all(migrated.text.as_bytes()));
        return written.map_or_else(failed, |_| Exit::Done);
    }
    text(&migrated.text)
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
