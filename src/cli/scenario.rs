//! From arguments to a model.

use super::Exit;
use super::arguments::ScenarioArguments;
use super::print::{say, show};
use skyberth::kernel::read;
use skyberth::model::Model;
use skyberth::scenario::{BUILT_IN, Issues, Source, built_in, load, nearest};
use std::path::Path;

/// Reads the text that the arguments name: a file, or else a built-in scenario.
pub(super) fn source(arguments: &ScenarioArguments) -> Result<Source, Exit> {
    let name = &arguments.file;
    let mut source = match read::whole(Path::new(name), read::MOST_SCENARIO) {
        Ok(bytes) => Source::from_bytes(name, bytes).map_err(|message| {
            say(format_args!("error: {message}"));
            Exit::Invalid
        })?,
        Err(error) => {
            let Some(text) = built_in(name) else {
                let names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
                let hint = nearest(name, &names).map_or(String::new(), |name| format!("did you mean `{name}`? "));
                say(format_args!("error: `{name}` cannot be read: {error}\nhelp: {hint}built-in scenarios: {}", names.join(", ")));
                return Err(Exit::Invalid);
            };
            Source::new(name.as_str(), text)
        }
    };
    source.sets.clone_from(&arguments.sets);
    source.dropped.clone_from(&arguments.dropped);
    Ok(source)
}

/// Reads a scenario and says what is wrong with it; without a model there is nothing to run.
pub(super) fn model(source: &Source, quiet: bool) -> Result<Model, Exit> {
    let loaded = load(source);
    if !quiet || loaded.issues.has_errors() {
        complain(&loaded.issues, source);
    }
    loaded.model.ok_or(Exit::Invalid)
}

/// Prints all problems to stderr.
pub(super) fn complain(issues: &Issues, source: &Source) {
    if issues.is_empty() {
        return;
    }
    show(issues.render(source, true));
    let errors = issues.errors();
    if errors > 0 {
        let plural = if errors == 1 { "error" } else { "errors" };
        say(format_args!("{}: {errors} {plural}; nothing was run and nothing written", source.name));
    }
}
