//! `skyberth schema`, `completions` and `man`: what is made from the flags and the scenario format.

use super::arguments::{Arguments, CompletionsArguments, SchemaArguments};
use super::print::say;
use super::{Exit, print};
use clap::CommandFactory;
use skyberth::scenario::reference;

/// Prints the JSON schema of scenario files, or their reference.
pub(super) fn schema(arguments: &SchemaArguments) -> Exit {
    print::text(&if arguments.markdown { reference::markdown() } else { reference::schema() })
}

/// Prints completions for a shell.
pub(super) fn completions(arguments: &CompletionsArguments) -> Exit {
    let mut bytes = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "skyberth", &mut bytes);
    print::text(&String::from_utf8_lossy(&bytes))
}

/// Prints the manual page.
pub(super) fn manual() -> Exit {
    let mut bytes = Vec::new();
    match clap_mangen::Man::new(Arguments::command()).render(&mut bytes) {
        Ok(()) => print::text(&String::from_utf8_lossy(&bytes)),
        Err(error) => {
            say(format_args!("error: {error}"));
            Exit::Failed
        }
    }
}
