//! How the program says that it cannot go on.

use super::Exit;
use super::print::{say, show, text};
use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue};
use skyberth::policy::registry::{Kind, NameError};
use skyberth::scenario::nearest;
use std::fmt::Display;

/// Wrong usage or input.
pub(super) fn invalid(error: impl Display) -> Exit {
    say(format_args!("error: {error}"));
    Exit::Invalid
}

/// Something that is not the input's fault.
pub(super) fn failed(error: impl Display) -> Exit {
    say(format_args!("error: {error}"));
    Exit::Failed
}

/// The name of a policy or a part that stands for none; `more` may stand in the place of a preset.
pub(super) fn misnamed(error: &NameError, more: Option<&str>) -> Exit {
    if let NameError::Unknown { kind, name } = error {
        return unknown(&kind.to_string(), name, error.known().into_iter().chain(more.filter(|_| *kind == Kind::Preset)));
    }
    let help = error.help().map_or(String::new(), |help| format!("\nhelp: {help}"));
    invalid(format!("{error}{help}"))
}

/// A name that is not one of those known.
pub(super) fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Exit {
    let known: Vec<&str> = known.collect();
    let hint = nearest(name, &known).map_or(String::new(), |near| format!("did you mean `{near}`? "));
    invalid(format!("unknown {kind} `{name}`\nhelp: {hint}allowed: {}", known.join(", ")))
}

/// A usage error, or help that was asked for. An option of another subcommand is said to be one.
pub(super) fn wrong_usage(error: clap::Error, command: &Command) -> Exit {
    let first = std::env::args().nth(1).unwrap_or_default();
    let group = command.find_subcommand(first).filter(|group| group.has_subcommands());
    usage(&with_owners(error, group.unwrap_or(command), None))
}

/// Prints what clap has to say.
pub(super) fn usage(error: &clap::Error) -> Exit {
    let said = error.render().ansi().to_string();
    if error.use_stderr() {
        show(said);
        return Exit::Invalid;
    }
    text(&said)
}

/// An error about an unknown option, with the subcommands of a group that have it, and with why the one at hand was chosen.
pub(super) fn with_owners(mut error: clap::Error, group: &Command, reason: Option<&str>) -> clap::Error {
    let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg) else { return error };
    let owners = owners(option, group);
    if error.kind() != clap::error::ErrorKind::UnknownArgument || owners.is_empty() {
        return error;
    }
    let owned = format!("`{option}` is an option of {}", owners.join(", "));
    let tips = [Some(owned), reason.map(str::to_owned)].into_iter().flatten().map(StyledStr::from).collect();
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    error
}

/// The subcommands of a group that have an option, as they are called.
fn owners(option: &str, group: &Command) -> Vec<String> {
    let program = if group.get_name() == "skyberth" { "skyberth".to_owned() } else { format!("skyberth {}", group.get_name()) };
    let has = |command: &&Command| {
        command
            .get_arguments()
            .any(|known| !known.is_hide_set() && known.get_long().is_some_and(|long| option == format!("--{long}")))
    };
    group.get_subcommands().filter(has).map(|command| format!("`{program} {}`", command.get_name())).collect()
}
