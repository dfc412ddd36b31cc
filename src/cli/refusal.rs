//! How the program says that it cannot go on.

use super::Exit;
use skyberth::policy::registry::{Kind, NameError};
use skyberth::scenario::nearest;
use std::fmt::Display;

/// Wrong usage or input.
pub(super) fn invalid(error: impl Display) -> Exit {
    anstream::eprintln!("error: {error}");
    Exit::Invalid
}

/// Something that is not the input's fault.
pub(super) fn failed(error: impl Display) -> Exit {
    anstream::eprintln!("error: {error}");
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

/// A name that is none of those that are known.
pub(super) fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Exit {
    let known: Vec<&str> = known.collect();
    let hint = nearest(name, &known).map_or(String::new(), |near| format!("did you mean `{near}`? "));
    invalid(format!("unknown {kind} `{name}`\nhelp: {hint}allowed: {}", known.join(", ")))
}
